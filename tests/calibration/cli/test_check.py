"""The commands of the checks: a report each; every mistake at once, and nothing written."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.checks import nulls
from calibration.checks.sensitivity import laboratory
from calibration.cli.check import foresight, without
from calibration.cli.check.main import check_app
from calibration.fit import refit
from calibration.fit.population import Effort
from calibration.likelihood import observations
from calibration.likelihood.observations import fitted_record
from calibration.nulls.accounts import all_nulls
from calibration.prior import draw_coordinates, parameters_at
from scenarios.draws import columns_of, write_draws

TINY = Effort(population=24, copies=1, moves=1, effective_share=0.3, last_moves=2)


@pytest.fixture(scope="module")
def draws(tmp_path_factory):
    path = tmp_path_factory.mktemp("draws") / "prior.parquet"
    made = columns_of(parameters_at(draw_coordinates(30, 3) * 0.3))
    write_draws(made, {"kind": "prior", "log_evidence": -50.0, "log_evidence_error": 0.2}, path)
    return path


@pytest.fixture
def check(tmp_path):
    def called(*arguments):
        return CliRunner().invoke(
            check_app, [*map(str, arguments), "--out", str(tmp_path / "reports")]
        )

    return called


def report(tmp_path, name):
    text = (tmp_path / "reports" / f"{name}.md").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "reports" / f"{name}.json").read_text(encoding="utf-8"))
    assert told["finding"] in " ".join(text.split())
    assert told["origin"]["seed"] == 2
    return told


def test_prior(check, tmp_path):
    result = check("prior", "--replicates", 30, "--seed", 2)
    assert result.exit_code == 0, result.output
    assert len(report(tmp_path, "prior")["values"]["breaks"]) == 5
    assert (tmp_path / "reports" / "figures" / "prior-breaks.png").is_file()


def test_the_report_can_be_printed_whole(check, tmp_path):
    result = check("prior", "--replicates", 30, "--seed", 2, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == report(tmp_path, "prior")


def test_predictive(check, draws, tmp_path):
    result = check("predictive", "--replicates", 20, "--seed", 2, "--draws", draws)
    assert result.exit_code == 0, result.output
    assert "patterns come out" in result.output
    assert "9b" in report(tmp_path, "predictive")["values"]["patterns"]


def test_identified(check, draws, tmp_path):
    result = check("identified", "--copies", 1, "--seed", 2, "--draws", draws)
    assert result.exit_code == 0, result.output
    told = report(tmp_path, "identified")
    assert told["origin"]["draws"]["draws"] == 30
    assert sum(map(len, told["values"]["classes"].values())) == len(told["values"]["parameters"])


def test_nulls(check, draws, tmp_path, monkeypatch):
    effort = refit.fitted_null
    monkeypatch.setattr(nulls, "fitted_null", lambda *a, **k: effort(*a, **k, effort=TINY))
    result = check("nulls", "--runs", 2, "--seed", 2, "--draws", draws)
    assert result.exit_code == 0, result.output
    told = report(tmp_path, "nulls")
    assert set(told["values"]) == {"rules", *(null.name for null in all_nulls())}
    assert told["values"]["rules"] == {
        "log_evidence": -50.0,
        "error": 0.2,
        "parameters": told["values"]["rules"]["parameters"],
    }


def one_pair(evidence):
    record = fitted_record(evidence)
    moves = tuple(move for move in record.moves if set(move.pair) == {0, 2})
    return replace(record, moves=moves[:1], figures=())


def test_leave_one_out(check, draws, tmp_path, monkeypatch):
    effort = refit.fitted_null
    monkeypatch.setattr(nulls, "fitted_null", lambda *a, **k: effort(*a, **k, effort=TINY))
    monkeypatch.setattr(observations, "fitted_record", one_pair)
    result = check("leave-one-out", "--copies", 1, "--refit", "none", "--seed", 2, "--draws", draws)
    assert result.exit_code == 0, result.output
    told = report(tmp_path, "leave-one-out")["values"]
    assert len(told["observations"]) == 7
    assert set(told["differences"]["log score"]["event"]) == {null.name for null in all_nulls()}


def test_ablation(check, draws, tmp_path, monkeypatch):
    def cheap(coordinates, first_vector, *, refit, seed, copies):
        return -0.5 * (coordinates[:, 0] - len(refit.fixed)) ** 2

    monkeypatch.setattr(refit, "refit_log_likelihoods", cheap)
    monkeypatch.setattr(observations, "fitted_record", one_pair)
    monkeypatch.setitem(without.ABLATION_EFFORTS, "quick", TINY)
    arguments = (
        "--only",
        "ideology",
        "--only",
        "fear",
        "--only",
        "support_and_aid",
        "--back",
        "--workers",
        1,
        "--cache",
        tmp_path / "kept",
        "--seed",
        2,
        "--draws",
        draws,
    )
    result = check("ablation", *arguments)
    assert result.exit_code == 0, result.output
    told = report(tmp_path, "ablation")
    assert set(told["values"]["mechanisms"]) == {"ideology", "fear"}
    assert set(told["values"]["groups"]) == {"support_and_aid"}
    assert told["values"]["paths"]["up"] == -50
    assert len(list((tmp_path / "kept").iterdir())) == 10
    one = ("--only", "cost", *arguments[arguments.index("--workers") :])
    assert check("ablation", *one).exit_code == 0
    again = report(tmp_path, "ablation")["values"]
    assert set(again["mechanisms"]) == {"ideology", "fear", "cost"}
    assert again["mechanisms"]["fear"] == told["values"]["mechanisms"]["fear"]
    assert again["groups"] == told["values"]["groups"]


def test_sensitivity(check, draws, tmp_path, monkeypatch):
    def cheap(levers, points, *rest):
        outcomes = np.tile(points[:, :1], (1, len(laboratory.outcome_names())))
        return outcomes + 0.01 * np.random.Generator(np.random.Philox(len(points))).random(
            outcomes.shape
        )

    monkeypatch.setattr(laboratory, "outcomes_at", cheap)
    arguments = (
        "--paths",
        2,
        "--leading",
        3,
        "--size",
        4,
        "--workers",
        1,
        "--cache",
        tmp_path / "kept",
    )
    result = check("sensitivity", *arguments, "--seed", 2, "--draws", draws)
    assert result.exit_code == 0, result.output
    assert len(report(tmp_path, "sensitivity")["values"]["parameters"]["total"]) == 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("prior", "--replicates", "x", "--seed", -1), ("2 problems", "--replicates", "--seed")),
        (("predictive", "--draws", "no.parquet", "--seed", "a"), ("no.parquet", "--seed")),
        (
            ("leave-one-out", "--refit", "quik", "--copies", 0),
            ("2 problems", "did you mean 'quick'", "--copies"),
        ),
        (
            ("ablation", "--only", "ideologi", "--effort", "much"),
            ("2 problems", "did you mean 'ideology'", "much"),
        ),
        (
            ("sensitivity", "--size", 6, "--replicates", 10),
            ("2 problems", "a power of two", "50 to"),
        ),
        (("nulls", "--runs", 1), ("1 problem", "2 to 100")),
        (("identified", "--copies", "many"), ("1 problem", "--copies")),
    ],
)
def test_every_mistake_is_told_and_nothing_written(check, tmp_path, arguments, told):
    result = check(*arguments)
    assert result.exit_code == 2, result.output
    for text in told:
        assert text in result.output, text
    assert list(tmp_path.iterdir()) == []


def test_foresight(check, draws, tmp_path, monkeypatch):
    """The stand-in for the rules finds an early record less probable than the whole."""

    def cheap(coordinates, first_vector, *, refit, seed, copies):
        return -0.5 * coordinates[:, 0] ** 2 - (10.0 if refit.name == "early" else 0.0)

    effort = refit.fitted_null
    monkeypatch.setattr(nulls, "fitted_null", lambda *a, **k: effort(*a, **k, effort=TINY))
    monkeypatch.setattr(refit, "refit_log_likelihoods", cheap)
    monkeypatch.setattr(observations, "fitted_record", one_pair)
    monkeypatch.setitem(foresight.ABLATION_EFFORTS, "quick", TINY)
    kept = ("--workers", 1, "--cache", tmp_path / "kept", "--seed", 2, "--draws", draws)
    result = check("foresight", "--until", "1961-12", "--replicates", 20, *kept)
    assert result.exit_code == 0, result.output
    told = report(tmp_path, "foresight")
    values = told["values"]
    assert set(values["gain"]) == {null.name for null in all_nulls()}
    assert values["observations"] == {"known": 1, "later": 0}
    assert values["breaks"]["albania-china"]["documented"] == "1978-07"
    assert told["origin"]["settings"]["until"] == "1961 Q4"
    rules = next(row for row in told["parts"][1]["rows"] if row[0] == "rules")
    early, whole, later = (float(cell.split(" ")[0]) for cell in rules[1:4])
    assert later == pytest.approx(whole - early, abs=0.11)
    assert later > 5
    result = check("foresight", "--until", "1959-12", "--replicates", 20, *kept)
    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "kept").iterdir())) == 6  # the whole once, two early records


def test_foresight_tells_every_mistake_at_once(check, tmp_path):
    wrong = ("--until", "1979-06", "--runs", 0, "--effort", "quik", "--draws", tmp_path / "none")
    result = check("foresight", *wrong)
    assert result.exit_code == 2
    for words in ("1979-06", "a month YYYY-MM, 1946-01 to 1978-09", "--runs", "quick", "none"):
        assert words in result.output
    for date in ("soon", "1945-12", "1978-10"):
        assert check("foresight", "--until", date).exit_code == 2
    assert not (tmp_path / "reports").exists()
