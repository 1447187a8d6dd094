"""Fits with other seeds compared: those that agree are pooled, those that do not are told apart."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.checks.agreement import (
    agreement_of,
    agreement_report,
    pooled,
    pooled_manifest,
    read_fits,
)
from calibration.cli.calibrate import calibrate_app
from calibration.errors import CalibrationError
from calibration.prior import draw_coordinates, parameters_at
from scenarios.draws import columns_of, read_draws, write_draws
from simulation.parameters import parameter_table

NAMES = list(parameter_table())


def write_fit(path, seed, shift=0.0, evidence=-50.0, **changes):
    """Draws around a point of the prior as a fit would write them."""
    coordinates = 0.5 * draw_coordinates(1200, seed)
    coordinates[:, 0] += shift
    drawn = parameters_at(coordinates)
    manifest = {
        "kind": "provisional",
        "made_by": "lilliput calibrate fit",
        "method": "made up",
        "effort": "full",
        "settings": {"population": 1200},
        "seed": seed,
        "evidence_overlay": None,
        "rules": "r",
        "record": "e",
        "fitted_to": "1978-12",
        "log_evidence": evidence,
        "log_evidence_error": 0.2,
        "families": 80,
        "effective_size": {"bulk_least": 1100, "tail_least": 1050},
        "effective_size_of": dict.fromkeys(NAMES, 1100),
        "versions": {},
    }
    write_draws(columns_of(drawn), manifest | changes, path)
    return path


@pytest.mark.statistical
def test_fits_of_one_posterior_agree_and_others_do_not(tmp_path):
    # Independent draws: over 330 differences of means the largest exceeds 4 standard errors about
    # once in fifty sets of seeds; the seeds are fixed, and these do not.
    same = [write_fit(tmp_path / f"{seed}.parquet", seed) for seed in (1, 2, 3)]
    agreement = agreement_of(read_fits(same))
    assert agreement.reached
    assert agreement.rhat.max() < 1.01
    shifted = [*same[:2], write_fit(tmp_path / "off.parquet", 4, shift=0.2)]
    apart = agreement_of(read_fits(shifted))
    assert not apart.reached
    assert int(np.argmax(apart.distance)) == 0
    assert apart.distance[0] > 5
    other = agreement_of(
        read_fits([*same[:2], write_fit(tmp_path / "high.parquet", 5, evidence=-47.0)])
    )
    assert not other.reached
    assert other.evidence_distance == pytest.approx(3 / (0.2 * 2**0.5))


@pytest.mark.statistical
def test_fits_that_agree_but_hold_too_little_are_not_called_apart(tmp_path):
    few = dict.fromkeys(NAMES, 200)
    fits = read_fits(
        [write_fit(tmp_path / f"{seed}.parquet", seed, effective_size_of=few) for seed in (1, 2, 3)]
    )
    agreement = agreement_of(fits)
    finding = agreement_report(fits, agreement).finding
    assert agreement.alike
    assert not agreement.reached
    assert finding.startswith("3 fits with different seeds agree within Monte Carlo error; their")
    assert "at least 600 (goal: 1000)" in finding


def test_pooled_draws_are_taken_in_turn(tmp_path):
    fits = read_fits([write_fit(tmp_path / f"{seed}.parquet", seed) for seed in (1, 2)])
    frame = pooled(fits)
    assert len(frame) == 2400
    assert frame.iloc[0].equals(fits[0].frame.iloc[0])
    assert frame.iloc[1].tolist() == fits[1].frame.iloc[0].tolist()


def test_what_cannot_be_compared_is_told_at_once(tmp_path):
    one = write_fit(tmp_path / "one.parquet", 1)
    two = write_fit(tmp_path / "two.parquet", 1, rules="others", made_by="hand")
    with pytest.raises(CalibrationError) as caught:
        read_fits([one, two])
    assert [problem.key for problem in caught.value.problems] == ["made_by", "rules", "seeds"]
    with pytest.raises(CalibrationError, match="two files or more"):
        read_fits([one])


def test_the_command_publishes_only_what_agrees(tmp_path):
    same = [str(write_fit(tmp_path / f"{seed}.parquet", seed)) for seed in (1, 2, 3)]
    off = str(write_fit(tmp_path / "off.parquet", 4, shift=0.3))
    out, runner = tmp_path / "docs", CliRunner()
    told = ["--out", str(out), "--publish", str(tmp_path / "published.parquet")]
    refused = runner.invoke(calibrate_app, ["agree", *same[:2], off, *told])
    assert refused.exit_code == 2
    assert "nothing was published" in refused.output
    assert not (tmp_path / "published.parquet").exists()
    result = runner.invoke(calibrate_app, ["agree", *same, *told])
    assert result.exit_code == 0, result.output
    draws = read_draws(tmp_path / "published.parquet")
    assert (draws.kind, len(draws)) == ("published", 3600)
    manifest = json.loads((tmp_path / "published.json").read_text())
    assert manifest["seeds"] == [1, 2, 3]
    assert manifest["references"] == [None, None, None]
    assert manifest["log_evidence"] == pytest.approx(-50)
    assert manifest["log_evidence_error"] == pytest.approx(0.2)
    assert (out / "agreement.md").read_text().startswith("# Agreement of fits")
    again = runner.invoke(calibrate_app, ["agree", *same, *told])
    assert "--overwrite" in again.output


def test_fits_that_do_not_agree_can_be_pooled_as_provisional(tmp_path):
    apart = [
        str(write_fit(tmp_path / "one.parquet", 1, families=40)),
        str(write_fit(tmp_path / "off.parquet", 4, shift=0.3, evidence=-53.0)),
    ]
    pool = tmp_path / "pooled.parquet"
    result = CliRunner().invoke(
        calibrate_app, ["agree", *apart, "--out", str(tmp_path / "docs"), "--pool", str(pool)]
    )
    assert result.exit_code == 0, result.output
    draws = read_draws(pool)
    assert draws.manifest["families"] == 40  # of the fit that has the fewest
    assert draws.manifest["log_evidence_error"] == pytest.approx(3 / 2**0.5, abs=1e-3)
    assert (draws.kind, len(draws)) == ("provisional", 2400)
    assert "--pool" in json.loads(pool.with_suffix(".json").read_text())["made_by"]


def test_fits_that_began_with_the_same_draws_are_not_compared(tmp_path):
    fits = [write_fit(tmp_path / f"{seed}.parquet", seed, near="mine") for seed in (1, 2)]
    with pytest.raises(CalibrationError) as caught:
        read_fits(fits)
    assert [problem.key for problem in caught.value.problems] == ["near"]
    apart = write_fit(tmp_path / "3.parquet", 3, near="yours")
    compared = read_fits([fits[0], apart])
    manifest = pooled_manifest(compared, agreement_of(compared), "provisional")
    assert manifest["nears"] == ["mine", "yours"]
