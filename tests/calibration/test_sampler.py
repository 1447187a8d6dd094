"""The sampler against posteriors known from outside: normal clouds, whose mean, spread and evidence are exact."""

import numpy as np
import pytest

from calibration.sampler import (
    Effort,
    Population,
    bridged,
    effective_size,
    move,
    next_power,
    proposed,
    sampled,
)

CENTRE = np.array([1.0, -0.5, 0.0])
SPREAD = np.array([0.5, 1.0, 0.2])


def normal_likelihood(coordinates, evaluated):
    distance = (coordinates - CENTRE) / SPREAD
    return -0.5 * (distance**2).sum(axis=1) - np.log(SPREAD * np.sqrt(2 * np.pi)).sum()


def quiet(population, share):
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def posterior():
    start = np.random.default_rng(3).standard_normal((2000, 3))
    effort = Effort(population=2000, moves=6, effective_share=0.5, last_moves=30)
    return sampled(start, normal_likelihood, effort, np.random.default_rng(4), quiet)


@pytest.mark.statistical
def test_mean_and_spread_are_those_of_the_exact_posterior(posterior):
    # A standard normal prior times a normal likelihood. Tolerances are five standard errors of 500 independent
    # draws (the 2,000 are correlated), so a right sampler fails about once in a million such numbers.
    precision = 1 + 1 / SPREAD**2
    mean, sd = CENTRE / SPREAD**2 / precision, precision**-0.5
    assert np.abs(posterior.coordinates.mean(axis=0) - mean) == pytest.approx(0, abs=5 * sd.max() / 500**0.5)
    assert posterior.coordinates.std(axis=0) == pytest.approx(sd, rel=5 / (2 * 500) ** 0.5)


@pytest.mark.statistical
def test_evidence_is_the_exact_one(posterior):
    # The evidence is a normal density with variance 1 + spread squared; 0.3 is over five standard deviations of
    # ten estimates made with other seeds (0.05).
    variance = 1 + SPREAD**2
    exact = -0.5 * (CENTRE**2 / variance).sum() - 0.5 * np.log(2 * np.pi * variance).sum()
    assert posterior.log_evidence == pytest.approx(exact, abs=0.3)


def test_the_likelihood_kept_is_that_of_the_vector(posterior):
    assert posterior.power == 1
    assert np.array_equal(posterior.log_likelihood, normal_likelihood(posterior.coordinates, 0))


def test_effective_size_by_hand():
    assert effective_size(np.log(np.array([1.0, 1.0, 2.0]))) == pytest.approx(16 / 6)


def test_next_power_keeps_the_share_asked_for():
    log_likelihood = np.random.default_rng(1).normal(0, 20, 400)
    power = next_power(log_likelihood, 0.0, 0.5)
    assert 0 < power < 1
    assert effective_size(power * log_likelihood) == pytest.approx(200, rel=1e-6)
    assert next_power(np.zeros(10), 0.3, 0.9) == 1.0


def test_a_bridge_keeps_the_likely_and_adds_the_mean_weight():
    population = Population(np.array([[0.0], [1.0]]), np.array([np.log(3.0), -800.0]), 0.0, 0.5, 2)
    after = bridged(population, 1.0, np.random.default_rng(0))
    assert (after.coordinates == 0).all()
    assert after.log_evidence == pytest.approx(0.5 + np.log(1.5))


def test_a_step_leaves_some_dimensions_alone_and_depends_on_the_others_only():
    generator = np.random.default_rng(2)
    here, others = np.zeros((200, 12)), generator.standard_normal((50, 12))
    step = proposed(here, others, generator)
    assert ((step == 0).sum(axis=1) > 0).mean() > 0.5
    assert (step != 0).any(axis=1).mean() > 0.8


def test_a_member_never_moves_to_an_impossible_vector():
    def walled(coordinates, evaluated):
        return np.where(coordinates[:, 0] > 0, 0.0, -1e300)

    start = np.abs(np.random.default_rng(5).standard_normal((40, 2)))
    population = Population(start, walled(start, 0), 1.0, 0.0, 40)
    for _ in range(20):
        population, _ = move(population, walled, np.random.default_rng(6))
    assert (population.coordinates[:, 0] > 0).all()
    assert population.evaluated == 40 + 20 * 40
