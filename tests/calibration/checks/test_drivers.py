"""The check of drivers: what a set of them that is held makes of the evidence of the rules."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.checks import drivers
from calibration.checks.drivers import CODED, Held, drivers_report, held_drivers, sets_of_drivers
from calibration.checks.nulls import Evidence
from calibration.cli.check.main import check_app
from calibration.fit.workers import log_likelihoods
from calibration.prior import coordinates_of_draws
from scenarios.draws import read_draws, write_draws
from simulation.drivers.spells import coded_rows, coded_values, spell_values

RULES = Evidence("rules", "the rules", 95, -150.0, 0.4)
NULL = Evidence("allied", "allied or not", 10, -175.0, 0.1)


def test_sets_are_those_of_histories_and_lie_within_the_coded_ranges():
    sets = sets_of_drivers(3, 4)
    assert list(sets) == [CODED, "set 1", "set 2", "set 3", "set 4"]
    assert np.array_equal(sets[CODED].values, coded_values(1).values)
    drawn = spell_values("drawn", 3, 4).values
    for place, values in enumerate(list(sets.values())[1:]):
        assert np.array_equal(values.values[:, 0], drawn[:, place])
        for row, value in zip(coded_rows(), values.values[:, 0], strict=False):
            assert row.low <= value <= row.high


def test_drivers_held_as_coded_are_those_of_the_choice(record):
    few = coordinates_of_draws(read_draws().frame.head(3))
    chosen = log_likelihoods(few, 0, record=record, seed=2, copies=8, drivers="coded")
    held = log_likelihoods(few, 0, record=record, seed=2, copies=8, drivers=coded_values(1))
    assert np.array_equal(chosen, held)


def test_the_gain_is_the_mean_ratio_of_the_likelihoods_by_hand(monkeypatch, record):
    monkeypatch.setattr(drivers, "COPIES", 2)
    monkeypatch.setattr(drivers, "SPREAD_COPIES", 4)
    few, sets = coordinates_of_draws(read_draws().frame.head(5)), sets_of_drivers(1, 1)
    done = []
    rows = held_drivers(few, record, 6, sets, workers=1, progress=done.append)
    assert done == [1, 2, 3]
    spread = log_likelihoods(few, 0, record=record, seed=6, copies=4)
    for row in rows:
        own = log_likelihoods(few, 0, record=record, seed=6, copies=2, drivers=sets[row.name])
        ratios = np.exp(own - spread)
        assert row.gain == pytest.approx(np.log(ratios.mean()))
        assert row.effective == pytest.approx(ratios.sum() ** 2 / (ratios**2).sum())


def test_the_report_tells_the_least_and_the_greatest_lead(origin):
    rows = [Held(CODED, -2.0, 9.0), Held("set 1", -5.0, 3.0), Held("set 2", 1.0, 20.0)]
    report, _ = drivers_report(rows, RULES, NULL, origin)
    assert report.reached
    assert report.values["leads"] == {CODED: 23.0, "set 1": 20.0, "set 2": 26.0}
    assert "e^20 to e^26 times" in report.finding
    assert report.values["together"] == pytest.approx(np.log((np.exp(-5) + np.exp(1)) / 2))
    behind, _ = drivers_report([*rows, Held("set 3", -25.5, 1.0)], RULES, NULL, origin)
    assert behind.reached is False
    assert "the rules do not lead" in behind.finding


@pytest.mark.slow
def test_the_command_leaves_a_report_and_asks_for_the_evidence(monkeypatch, tmp_path):
    monkeypatch.setattr(drivers, "SETS", 2)
    monkeypatch.setattr(drivers, "COPIES", 2)
    monkeypatch.setattr(drivers, "SPREAD_COPIES", 4)
    known, unknown = tmp_path / "known.parquet", tmp_path / "unknown.parquet"
    told = {"log_evidence": -150.0, "log_evidence_error": 0.4}
    write_draws(read_draws().frame.head(6), {"kind": "provisional"} | told, known)
    write_draws(read_draws().frame.head(6), {"kind": "provisional"}, unknown)
    options = ["--runs", "2", "--workers", "1", "--out", str(tmp_path)]
    result = CliRunner().invoke(check_app, ["drivers", "--draws", str(known), *options])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "drivers.json").read_text())
    assert len(report["values"]["leads"]) == 1 + drivers.SETS
    assert (tmp_path / "figures" / "drivers-leads.png").is_file()
    refused = CliRunner().invoke(check_app, ["drivers", "--draws", str(unknown), *options])
    assert refused.exit_code == 2
    assert "draws whose manifest tells the evidence of the rules" in refused.stderr
