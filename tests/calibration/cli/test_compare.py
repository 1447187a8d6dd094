"""``lilliput compare``: what it prints, its JSON, the record it gives, and what it refuses."""

import json
import re
from pathlib import Path

import pytest

from calibration.cli.main import main
from calibration.prior import draw_coordinates, parameters_at
from scenarios.batch.run import run_batch
from scenarios.comparison.batch import compare_batch
from scenarios.draws import Draws, columns_of, write_draws
from scenarios.files import scenario_named
from scenarios.outcomes import PAIR_NAMES
from simulation.interventions import HISTORICAL

NAMES = ("no-opening-1971", "china-refuses-1961")


@pytest.fixture(scope="module")
def draws(tmp_path_factory: pytest.TempPathFactory) -> Draws:
    parameters = parameters_at(draw_coordinates(30, 7) * 0.3)
    path: Path = tmp_path_factory.mktemp("draws") / "prior.parquet"
    return write_draws(columns_of(parameters), {"kind": "prior"}, path)


@pytest.fixture(scope="module")
def batch(draws: Draws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenarios = [HISTORICAL, *map(scenario_named, NAMES)]
    return run_batch(scenarios, draws, 60, 3, tmp_path_factory.mktemp("batch") / "b", workers=1)


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[str, str, int]:
    """What the command prints, what it says on the error stream, and its exit status."""
    status = 0
    try:
        main(["compare", *map(str, arguments)])
    except SystemExit as left:
        status = int(left.code or 0)
    printed = capsys.readouterr()
    return printed.out, printed.err, status


def test_the_tables_carry_antecedent_horizon_flags_and_errors(batch, capsys):
    out, err, status = said(capsys, batch, "--full")
    assert (status, err) == (0, "")
    for name in NAMES:
        scenario = scenario_named(name)
        assert name in out
        assert " ".join(scenario.antecedent.split())[:60] in " ".join(out.split())
        assert f"horizon {scenario.horizon} years" in out
        assert scenario.lines in out
    assert "60 histories, seed 3" in out
    assert "±" in out
    assert re.search(r"histories (the|\d+ of the \d+) errors would be half as large", out)


def test_a_longer_horizon_is_flagged_and_an_event_told_year_by_year(batch, capsys):
    out, _, status = said(
        capsys, batch, "--event", "albania-china", "--horizon", 8, "--only", NAMES[1], "--full"
    )
    assert status == 0
    assert "beyond the horizon of 5 years" in " ".join(out.split())
    assert "albania-china: Strain (0 to 1), counterfactual less factual" in out
    assert all(str(year) in out for year in range(1961, 1969))
    assert NAMES[0] not in out
    assert "china-ussr" not in out


@pytest.mark.parametrize("arguments", [(), ("--horizon", 8), ("--event", "china-ussr")])
def test_a_sentence_a_scenario_and_a_table_fit_eighty_columns(
    batch, capsys, monkeypatch, arguments
):
    monkeypatch.setenv("COLUMNS", "80")
    out, err, status = said(capsys, batch, *arguments)
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    plain = " ".join(out.split())
    held = json.loads(said(capsys, batch, *arguments, "--json")[0])
    for entry in held["comparisons"]:
        assert entry["sentence"] in plain
        assert f"  {entry['asks_about']}" in [line.rstrip() for line in out.splitlines()]
        assert all(f"Note: {flag}" in plain for flag in entry["flags"])
        assert entry["antecedents"][0] not in plain
    assert "--full shows every pair" in plain


def test_one_json_object_with_every_number(batch, capsys):
    out, _, status = said(capsys, batch, "--json")
    assert status == 0
    held = json.loads(out)
    assert (held["factual"], held["given_record"], held["batch"]["seed"]) == ("historical", None, 3)
    assert [each["scenario"] for each in held["comparisons"]] == list(NAMES)
    compared = compare_batch(batch)
    for each in held["comparisons"]:
        assert list(each["pairs"]) == list(PAIR_NAMES)
        assert {"antecedents", "horizon_years", "flags", "from", "to", "source", "left_out"} <= set(
            each
        )
    entry = held["comparisons"][1]["pairs"]["china-ussr"]
    own = compared.comparisons[8]
    assert (own.pair, own.reading.scenario.name) == ("china-ussr", NAMES[1])
    assert entry["fates"]["delayed"]["value"] == own.fates.delayed.value
    assert entry["fates"]["delayed"]["error"] == own.fates.delayed.error
    assert (
        entry["restricted_mean"]["difference"]["halving"] == own.restricted_mean.difference.halving
    )
    assert entry["necessity"]["low"] == own.necessity.low
    assert len(entry["yearly"]) == len(own.yearly)
    assert "NaN" not in out
    assert "Infinity" not in out


def test_both_branches_are_given_the_record(batch, draws, capsys):
    arguments = (
        batch,
        "--given-record-until",
        "1960-12",
        "--draws",
        draws.path,
        "--event",
        "albania-ussr",
    )
    out, err, status = said(capsys, *arguments, "--only", NAMES[1])
    assert (status, err) == (0, "")
    assert "recorded moves up to 1960-12" in out
    assert "effective share" in out
    held = json.loads(said(capsys, *arguments, "--only", NAMES[1], "--json")[0])
    assert held["given_record"]["until"] == "1960-12"
    pair = held["comparisons"][0]["pairs"]["albania-ussr"]
    assert pair["at_risk"]["value"] == 1.0, "on record they break in 1961"


def test_the_record_beyond_an_intervention_is_refused_for_every_scenario(batch, draws, capsys):
    out, err, status = said(capsys, batch, "--given-record-until", "1975-01", "--draws", draws.path)
    assert (out, status) == ("", 2)
    assert all(name in err for name in NAMES)
    assert "(2 problems)" in err


def test_the_draws_must_be_those_of_the_batch(batch, capsys):
    _, err, status = said(capsys, batch, "--given-record-until", "1960-12")
    assert status == 2
    assert "draws.values" in err


def test_shipped_draws_are_read_only_to_simulate(batch, capsys, monkeypatch):
    monkeypatch.setattr("scenarios.draws.shipped_draws", lambda: Path("nowhere.parquet"))
    _, err, status = said(capsys, batch)
    assert (status, err) == (0, "")
    _, err, status = said(capsys, batch, "--given-record-until", "1960-12")
    assert status == 2
    assert "nowhere.parquet" in err


def test_everything_wrong_is_said_in_one_message(batch, capsys, tmp_path):
    out, err, status = said(
        capsys, batch, "--horizon", "soon", "--event", "albania-chna", "--factual", "x"
    )
    assert (out, status) == ("", 2)
    assert "(3 problems)" in err
    assert "did you mean 'albania-china'" in err
    _, err, status = said(capsys, tmp_path / "nowhere", "--horizon", "0")
    assert status == 2
    assert "(2 problems)" in err


def test_an_unfinished_batch_is_refused(batch, draws, capsys, tmp_path):
    folder = run_batch(
        [HISTORICAL, scenario_named(NAMES[0])], draws, 4, 3, tmp_path / "b", workers=1
    )
    next((folder / "scenario=historical").glob("*.parquet")).unlink()
    _, err, status = said(capsys, folder)
    assert status == 2
    assert "--resume" in err
