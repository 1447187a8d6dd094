"""The summary: one screen, read from reports, and silent on what was not checked."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.cli.calibrate import calibrate_app
from calibration.dossier.summary import MOST_LINES, WIDTH, summary_lines, summary_of
from calibration.likelihood.observations import KINDS, observations_of
from calibration.origin import origin_of, rules_hash
from calibration.prior import draw_coordinates, parameters_at
from calibration.reports.report import Report, write_report
from scenarios.draws import columns_of, write_draws


def made(folder, record, seed, **manifest):
    frame = columns_of(parameters_at(draw_coordinates(30, seed) * 0.3))
    told = {"kind": "provisional", "rules": rules_hash(), "record": record}
    return write_draws(frame, told | manifest, folder / f"draws-{seed}.parquet")


@pytest.fixture(scope="module")
def draws(tmp_path_factory, record):
    folder = tmp_path_factory.mktemp("draws")
    return made(
        folder, record.fingerprint, 3, log_evidence=-50.25, log_evidence_error=0.5, families=31
    )


def gain(mean, error=0.25):
    return {"mean": mean, "error": error, "number": 9}


VALUES = {
    "leave-one-out": {
        "differences": {
            "log score": {
                kind: {"constant": gain(0.5), "drivers": gain(-1.0), "allied": gain(0.25)}
                for kind in (*KINDS, "all", "events and aid")
            }
        }
    },
    "predictive": {
        "patterns": {"1a": {"passed": True}, "1b": {"passed": False}, "4a": {"passed": True}},
        "breaks": {
            f"{pair}-{n}": {
                "documented": "1948-07",
                "median": "1949-05",
                "q05": "1947-05",
                "q95": None,
                "share_by_1980": 0.75,
            }
            for n, pair in enumerate(["albania-yugoslavia"] * 5)
        },
    },
    "foresight": {
        "until": "1961 Q4",
        "gain": {"constant": [27.3, 0.9], "allied": [17.5, 1.25]},
        "families": 40,
    },
    "ablation": {
        "mechanisms": {
            f"mechanism_{n}": {"evidence": 1.5, "error": 0.5, "families": 60 - n} for n in range(32)
        },
        "groups": {"the_trade": {"evidence": -3.0, "error": 1.0, "families": 30}},
    },
}


def reports_of(draws, seed=1):
    return {
        check: Report(
            check=check,
            title=check,
            finding="Found.",
            reached={"predictive": False, "foresight": True}.get(check),
            origin=origin_of(seed=seed, draws=draws, histories=1500),
            values=values,
        )
        for check, values in VALUES.items()
    }


def test_everything_is_read_from_draws_and_reports(draws, record):
    told = summary_of(draws, reports_of(draws), record)
    assert told["observations"] == len(observations_of(record))
    assert told["parameters"] == draws.frame.shape[1]
    assert told["log_evidence"] == [-50.25, 0.5]
    assert told["gain"] == {kind: [-1.0, 0.25] for kind in (*KINDS, "all")}  # the best null
    assert told["patterns"] == [2, 3]
    assert (told["histories"], told["missed"]) == (1500, ["predictive"])
    assert told["breaks"]["albania-yugoslavia-0"] == {
        "documented": "1948-07",
        "median": "1949-05",
        "interval90": ["1947-05", None],
        "share": 0.75,
    }
    assert told["later"] == {
        "after": "1961 Q4",
        "best_null": "allied",
        "gain": [17.5, 1.25],
        "families": 40,
    }
    assert told["mechanisms"]["mechanism_3"] == [1.5, 0.5]
    assert "mechanism_30" in told["mechanisms"]
    assert "mechanism_31" not in told["mechanisms"]  # 29 families are too few for a verdict
    assert told["groups"] == {"the_trade": [-3.0, 1.0]}


def test_the_whole_fits_on_a_screen(draws, record):
    lines = summary_lines(summary_of(draws, reports_of(draws), record))
    assert len(lines) <= MOST_LINES < 24
    assert max(map(len, lines)) <= WIDTH == 80
    text = "\n".join(lines)
    for words in (
        "-50.25 ± 0.50",
        "2 of 3",
        "+17.50 ± 1.25 over allied, foreseen from 1961 Q4",
        "31 families",
        "goals missed  predictive",
        "breaks, in 1,500 free histories:",
        "support -1.00 ± 0.25",
        "to never",
        "log unit: 2.7 times",
    ):
        assert words in text
    assert "more (--json)" in text or "the_trade" in text
    assert "not checked" not in text


def test_a_later_record_foreseen_from_too_few_families_is_said_not_to_be_settled(draws, record):
    told = summary_of(draws, reports_of(draws), record)
    told["later"]["families"] = 12
    assert "foreseen from 1961 Q4, not settled" in "\n".join(summary_lines(told))


def test_reports_of_other_draws_count_as_not_made(draws, record, tmp_path):
    other = made(tmp_path, record.fingerprint, 4)
    told = summary_of(draws, reports_of(other), record)
    for part in ("gain", "patterns", "breaks", "later", "mechanisms", "groups"):
        assert told[part] is None
    text = "\n".join(summary_lines(told))
    assert text.count("not checked for these draws") == 5
    assert "lilliput calibrate check leave-one-out" in text
    assert summary_of(other, {}, record)["log_evidence"] is None


def test_reports_of_other_rules_count_as_not_made(draws, record):
    report = reports_of(draws)["predictive"]
    stale = report.model_copy(update={"origin": report.origin | {"rules": "other"}})
    assert summary_of(draws, {"predictive": stale}, record)["patterns"] is None


def test_another_record_is_said_to_be_another(tmp_path, record):
    other = made(tmp_path, "another", 5)
    told = summary_of(other, {}, record)
    assert told["observations"] is None
    assert "the record has changed since" in "\n".join(summary_lines(told))


def test_an_error_that_is_not_known_is_a_question_mark(draws, record):
    reports = reports_of(draws)
    values = {"differences": {"log score": {"event": {"constant": gain(0.5, None)}}}}
    reports["leave-one-out"] = reports["leave-one-out"].model_copy(update={"values": values})
    assert "event +0.50 ± ?" in "\n".join(summary_lines(summary_of(draws, reports, record)))


def test_the_command_prints_it(draws, record, tmp_path):
    for report in reports_of(draws).values():
        write_report(report, {}, tmp_path / "reports")
    arguments = ["summary", "--draws", str(draws.path), "--reports", str(tmp_path / "reports")]
    printed = CliRunner().invoke(calibrate_app, [*arguments, "--json"])
    assert printed.exit_code == 0, printed.output
    expected = summary_of(draws, reports_of(draws), record)
    assert json.loads(printed.stdout) == expected
    assert np.isfinite(expected["gain"]["all"]).all()
    screen = CliRunner().invoke(calibrate_app, arguments)
    assert screen.stdout.splitlines() == summary_lines(expected)


def test_every_mistake_is_told_at_once(tmp_path):
    arguments = ["summary", "--draws", str(tmp_path / "none.parquet"), "--reports", "nowhere"]
    refused = CliRunner().invoke(calibrate_app, arguments)
    assert refused.exit_code == 2
    assert "none.parquet" in refused.output
    assert "--reports" in refused.output
