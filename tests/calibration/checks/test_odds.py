"""The slope by which odds are compared with the truth: 1 for odds that are right."""

import numpy as np
import pytest

from benchmarks.odds import slope_of


@pytest.mark.parametrize("factor", [1.0, 2.0, 0.5])
def test_the_slope_tells_odds_that_are_too_sure_from_those_that_are_too_timid(factor):
    """Of two normal laws whose means lie s deviations apart log odds are normal (s^2 / 2, s^2)."""
    right = np.random.default_rng(2).normal(2.0, 2.0, 2_000)
    slope, error = slope_of(factor * right)
    assert error < 0.1 / factor
    assert abs(slope - 1 / factor) < 3 * error
