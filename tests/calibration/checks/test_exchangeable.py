"""Chains from the truth over an origin: truth stands evenly among their ends, if all is right."""

import numpy as np
import pytest

from calibration.checks.recovery.coverage import outside_band
from calibration.checks.recovery.record_fits import ends_of_chains, places_of
from calibration.fit.population import Chains

SPREAD, NOISE = 0.5, 1.0
CHAINS = Chains(chains=15, copies=1, moves=20, shortest=0.2, longest=0.9)


def places(records, *, shift=0.0, narrower=1.0):
    """Places of the truth, and of its likelihood, for a toy with a noisy likelihood."""
    generator = np.random.default_rng(4)
    found = []
    for _ in range(records):
        truth = generator.standard_normal(2)
        seen = truth + SPREAD * generator.standard_normal(2)

        def exact(coordinates, seen=seen):
            distance = (coordinates + shift - seen) / (SPREAD * narrower)
            return -0.5 * (distance**2).sum(axis=1)

        def likelihood(coordinates, evaluated, exact=exact):
            return exact(coordinates) + generator.normal(-NOISE / 2, NOISE**0.5, len(coordinates))

        # a chain holds an estimate in proportion to itself: noise about plus half its variance
        held = exact(truth[np.newaxis]) + generator.normal(NOISE / 2, NOISE**0.5, 1)
        ends, _ = ends_of_chains(truth, held, likelihood, CHAINS, generator)
        drawn = np.column_stack([ends.coordinates, ((ends.coordinates - seen) ** 2).sum(axis=1)])
        held = np.array([*truth, ((truth - seen) ** 2).sum()])
        found.append(places_of(held, drawn, generator.random(3)))
    return np.array(found)


@pytest.mark.statistical
def test_the_truth_stands_evenly_unless_the_likelihood_is_wrong():
    # Each of three quantities leaves its 99.9 % band once in a thousand times: a right likelihood
    # fails once in 300.
    assert not outside_band(places(150), 0.999).any()
    assert outside_band(places(150, shift=0.4), 0.999)[:2].all()
    assert outside_band(places(150, narrower=0.6), 0.999)[2]


def test_ends_belong_to_their_likelihood_and_are_counted():
    def likelihood(coordinates, evaluated):
        return -0.5 * (coordinates**2).sum(axis=1)

    chains = Chains(chains=5, copies=1, moves=4, shortest=0.2, longest=0.4)
    held = likelihood(np.ones((1, 3)), 0)
    ends, _ = ends_of_chains(np.ones(3), held, likelihood, chains, np.random.default_rng(1))
    assert ends.coordinates.shape == (5, 3)
    assert np.array_equal(ends.log_likelihood, likelihood(ends.coordinates, 0))
    assert ends.evaluated == 1 + 4 * (1 + 5)
    assert len(np.unique(ends.coordinates[:, 0])) > 1
