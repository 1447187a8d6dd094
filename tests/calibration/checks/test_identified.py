"""Which parameters are informed: coordinates, contraction and power-scaling in exact cases."""

import numpy as np
import pytest

from calibration.checks.identified import (
    Identified,
    contraction,
    identified,
    identified_report,
    likelihood_of_draws,
    power_scaling,
    shuffled_scaling,
)
from calibration.fit.workers import log_likelihoods
from calibration.prior import draw_coordinates
from simulation.parameters import default_parameters, parameter_table
from tests.calibration.likelihood.weights import log_weights

TABLE = parameter_table()


def test_contraction_by_hand():
    narrowed, error = contraction(np.array([[-0.5, 0.0], [0.5, 2.0]]))
    assert narrowed == pytest.approx([0.5, -1.0])
    assert error[0] == pytest.approx(np.sqrt(max(0.5**4 - 0.25, 0) / 2))


@pytest.mark.statistical
def test_contraction_has_the_error_that_it_states():
    # Variance of normal draws with spread 0.6: standard error sqrt(2 / n) x 0.36; five of them.
    generator = np.random.Generator(np.random.Philox(3))
    narrowed, error = contraction(0.6 * generator.standard_normal((4000, 1)))
    assert error[0] == pytest.approx(np.sqrt(2 / 4000) * 0.36, rel=0.1)
    assert narrowed[0] == pytest.approx(1 - 0.36, abs=5 * error[0])


@pytest.mark.statistical
def test_power_scaling_tells_prior_from_record():
    """One parameter informed by the record only, one by its prior only: what moves which draws.

    Over 60 seeds those that should be nil stayed below 0.014, the others between 0.076 and 0.116.
    """
    generator = np.random.Generator(np.random.Philox(4))
    informed, idle = 1.0 + 0.1 * generator.standard_normal(2000), generator.standard_normal(2000)
    draws = np.stack([informed, idle], axis=1)
    record = power_scaling(draws, -0.5 * ((informed - 1.0) / 0.1) ** 2)
    assert record[0] > 0.06
    assert record[1] < 0.03
    prior = power_scaling(draws, -0.5 * draws**2)
    assert prior[1] > 0.06
    assert prior[0] < prior[1]
    assert shuffled_scaling(draws, -0.5 * idle**2, generator) < 0.03


def test_likelihoods_of_draws_are_those_of_the_fit(record):
    coordinates = draw_coordinates(3, 2) * 0.3
    found = likelihood_of_draws(coordinates, record, seed=6, copies=2)
    assert np.array_equal(found, log_likelihoods(coordinates, 0, record=record, seed=6, copies=2))


def row(name, contraction):
    return Identified(name, contraction, 0.01, 0.0, 0.1, 0.1)


def test_classes():
    assert [row("x", value).standing for value in (0.5, 0.49, 0.1, 0.09, -0.2)] == [
        "informed",
        "weak",
        "weak",
        "not identified",
        "not identified",
    ]


def test_every_parameter_is_reported():
    generator = np.random.Generator(np.random.Philox(2))
    rows = identified(generator.standard_normal((60, len(TABLE))), generator.standard_normal(60))
    assert [held.name for held in rows] == list(TABLE)


def test_the_report_counts_what_is_informed(origin):
    names = list(TABLE)
    settled = [row(name, 0.6 if name in names[:5] else 0.01) for name in names]
    report, _ = identified_report(settled, 0.02, origin)
    assert f"Of {len(names)} parameters the record informs 5" in report.finding
    assert dict(report.values)["classes"]["informed"] == names[:5]
    assert dict(report.values)["classes"]["not identified"] == names[5:]


def test_the_record_informs_what_is_lent_what_is_given_and_what_is_paid_back(record):
    """Loans, arms and repayments are on record: no parameter of them stands outside it."""
    usual = log_weights(default_parameters(2), record, seed=1)
    for name in ("capacity_share", "grant_arms", "arms_share", "repayment_rate"):
        other = default_parameters(2, **{name: TABLE[name].low})
        assert (np.abs(log_weights(other, record, seed=1) - usual) > 0.1).all(), name
