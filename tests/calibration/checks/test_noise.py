"""The noise check: variances by the number of shocks averaged, and the report of them."""

import json
from functools import partial

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.checks import noise
from calibration.checks.noise import TRIED, best_draws, estimates, noise_report
from calibration.cli.check.main import check_app
from calibration.fit.drivers import with_likely_drivers
from calibration.fit.workers import log_likelihoods
from calibration.likelihood.likelihood import filtered_log_likelihood
from calibration.prior import coordinates_of_draws, draw_coordinates, parameters_at
from scenarios.draws import read_draws, write_draws


def test_the_best_draws_are_the_most_probable(record):
    coordinates = draw_coordinates(8, 1)
    found = filtered_log_likelihood(
        parameters_at(coordinates, noise.COPIES), record, seed=3, copies=noise.COPIES
    )
    best = best_draws(coordinates, record, 3, 2)
    assert np.array_equal(best, coordinates[np.argsort(-found)[:2]])


@pytest.mark.slow
@pytest.mark.statistical
def test_more_shocks_make_less_noise(record):
    # Variances of 12 estimates each of a dozen draws that ship; that of 8 shocks is well below that
    # of one. The draw is fixed by the seed.
    vectors = coordinates_of_draws(read_draws().frame)
    likelihood = partial(log_likelihoods, record=record, seed=5, copies=8)
    vectors = with_likely_drivers(vectors[:: len(vectors) // 12], likelihood, 5, 16)
    one, eight = (estimates(vectors, record, 5, copies, 12) for copies in (1, 8))
    plain, averaged = (
        estimates(vectors, record, 5, copies, 12, renewing=False) for copies in (1, 8)
    )
    assert np.array_equal(one, plain)
    assert np.median(eight.var(axis=1)) < np.median(one.var(axis=1))
    # Both estimate the same likelihood; what seldom meets the histories that count lies lower.
    assert averaged.mean() < eight.mean()


def test_the_report_tells_the_variance_of_the_shocks_in_use(origin):
    spread = np.sqrt(np.array([[0.5], [1.0], [1.5]]) / 2) * np.array([-1.0, 1.0])
    filtered = {c: spread * np.sqrt(noise.COPIES / c) for c in TRIED}
    averaged = {copies: np.sqrt(2) * found - 3 for copies, found in filtered.items()}
    shared = {copies: np.sqrt(5) * found for copies, found in filtered.items()}
    report, _ = noise_report(filtered, averaged, shared, origin)
    assert report.reached
    assert "variance of 1.00" in report.finding
    assert "as many sets of drivers it has 5.00" in report.finding
    assert "plain average of as many shocks has 2.00, and lies 3.0 lower" in report.finding
    wide, _ = noise_report(averaged, {c: 2 * f for c, f in averaged.items()}, shared, origin)
    assert wide.reached
    noisy, _ = noise_report({c: 3 * f for c, f in filtered.items()}, averaged, shared, origin)
    assert not noisy.reached
    assert (noisy.goals[0].measured, noisy.goals[0].reached) == ("median variance 9.00", False)


@pytest.mark.slow
def test_the_command_leaves_a_report(monkeypatch, tmp_path):
    monkeypatch.setattr(noise, "TRIED", (1, noise.COPIES))
    few = tmp_path / "few.parquet"
    write_draws(read_draws().frame.head(6), {"kind": "provisional"}, few)
    options = ["--draws", str(few), "--vectors", "2", "--repeats", "4", "--out", str(tmp_path)]
    result = CliRunner().invoke(check_app, ["noise", *options])
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "noise.json").read_text())
    assert set(told["values"]["filtered"]) == {"1", str(noise.COPIES)}
    assert (tmp_path / "figures" / "noise-variance.png").is_file()
