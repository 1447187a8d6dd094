"""Estimates: means by hand, errors as large as they say, spread and halving."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scenarios.comparison.estimates import (
    NOTHING,
    Clusters,
    averaged,
    averaged_columns,
    column_quantiles,
    median,
    quantile,
)


def test_a_mean_by_hand():
    # residuals by draw: -0.5 and 0.5; error^2 = 2 / 1 x (0.25 + 0.25) / 16; nothing between draws
    # beyond what is within
    found = averaged([0, 1, 1, 1], Clusters([7, 7, 3, 3]))
    assert (found.value, found.error, found.spread, found.halving) == (0.75, 0.25, 0.0, 16)


def test_histories_that_only_their_draws_tell_apart():
    """Draws with values 0, 3, 6, four histories each: only more draws would help."""
    found = averaged(np.repeat([0.0, 3.0, 6.0], 4), Clusters(np.repeat([0, 1, 2], 4)))
    assert found.value == 3.0
    assert found.spread == pytest.approx(3.0)
    assert found.error == pytest.approx(3.0 / math.sqrt(3))
    assert found.halving is None


def test_with_one_history_a_draw_the_error_is_the_usual_one():
    values = np.array([0.0, 1.0, 5.0, 2.0])
    found = averaged(values, Clusters([0, 1, 2, 3]))
    assert found.error == pytest.approx(values.std(ddof=1) / 2)
    assert (found.spread, found.halving) == (None, 16)


def test_with_one_draw_the_error_is_that_of_its_histories():
    values = np.array([0.0, 1.0, 5.0, 2.0])
    found = averaged(values, Clusters([4, 4, 4, 4]))
    assert found.error == pytest.approx(values.std(ddof=1) / 2)
    assert (found.spread, found.halving) == (None, 16)


def test_one_history_has_no_error():
    assert averaged([2.0], Clusters([0])).error is None


def test_half_way_between_draws_and_shocks():
    """The error at the replicates that are said to halve it, from spread and noise within draws."""
    generator = np.random.default_rng(3)
    draws = np.repeat(np.arange(50), 4)
    clusters = Clusters(draws)
    found = averaged(generator.normal(0.5 * generator.normal(size=50)[draws], 2.0), clusters)
    assert found.error is not None
    assert found.spread is not None
    assert found.halving is not None
    fixed = found.spread**2 / 50
    within = (found.error**2 - fixed) * 200
    assert fixed + within / found.halving == pytest.approx(found.error**2 / 4, rel=1e-3)
    assert found.halving > 800


def test_a_mean_among_some_histories_by_hand():
    # among the last two, mean 2; residuals 0, 0, -2, 2 (over a share of a half); error^2 = 4 / 3 x
    # 8 / 16
    found = averaged([9.0, 9.0, 1.0, 3.0], Clusters([0, 1, 2, 3]), [False, False, True, True])
    assert found.value == 2.0
    assert found.error == pytest.approx(math.sqrt(4 / 3 * 8 / 16))


def test_no_history_gives_nothing():
    assert averaged([1.0, 2.0], Clusters([0, 1]), [False, False]) == NOTHING
    assert averaged_columns(np.ones((2, 3)), Clusters([0, 1]), [False, False]) == [NOTHING] * 3
    assert median(np.ones(2), Clusters([0, 1]), [False, False]) == NOTHING


def test_a_median_by_hand_with_infinite_values():
    clusters = Clusters(np.arange(5))
    values = np.array([np.inf, -np.inf, 1.0, 0.0, 2.0])
    assert median(values, clusters, np.ones(5, bool)).value == 1.0
    late = median(values, clusters, values > 0.5)
    assert (late.value, late.error) == (2.0, None)
    assert quantile(values, 0.05) == -np.inf


def test_a_median_that_most_histories_share_has_no_error():
    values = np.repeat([0.0, 1.0], [90, 10])
    found = median(values, Clusters(np.arange(100)), np.ones(100, bool))
    assert (found.value, found.error, found.halving) == (0.0, 0.0, None)


@pytest.mark.statistical
def test_errors_are_as_large_as_they_say():
    """Mean squared z of 400 repetitions, 60 draws of 5 histories, half of the noise between draws.

    z is about normal, so the mean of its square has a standard error of sqrt(2 / 400) = 0.07; 5 of
    them on either side of one (and a bias of a few per cent with 60 draws) are passed by chance
    less than once in 10,000 times.
    """
    generator = np.random.default_rng(11)
    draws = np.tile(np.arange(60), 5)
    clusters = Clusters(draws)
    scores, naive = [], []
    for _ in range(400):
        values = generator.normal(size=60)[draws] + generator.normal(size=300)
        found = averaged(values, clusters)
        assert found.value is not None
        assert found.error is not None
        scores.append((found.value / found.error) ** 2)
        naive.append((found.value / (values.std() / math.sqrt(300))) ** 2)
    assert 0.6 < np.mean(scores) < 1.4
    assert np.mean(naive) > 2, "histories taken for independent would be trusted too far"


@pytest.mark.statistical
def test_the_error_of_a_median_is_as_large_as_it_says():
    """As above for the median of 300 normal values around 0; false alarms below 1 in 10,000."""
    generator = np.random.default_rng(12)
    clusters, everyone = Clusters(np.arange(300)), np.ones(300, bool)
    scores = []
    for _ in range(300):
        found = median(generator.normal(size=300), clusters, everyone)
        assert found.value is not None
        assert found.error
        scores.append((found.value / found.error) ** 2)
    assert 0.6 < np.mean(scores) < 1.5


@given(
    arrays(float, 24, elements=st.floats(-100, 100)),
    arrays(int, 24, elements=st.integers(0, 5)),
    arrays(bool, 24),
)
def test_the_order_of_histories_does_not_matter(values, draws, among):
    order = np.random.default_rng(0).permutation(24)
    one = averaged(values, Clusters(draws), among)
    other = averaged(values[order], Clusters(draws[order]), among[order])
    if one.value is None:
        assert other == one
    else:
        assert other.value == pytest.approx(one.value, abs=1e-9)
        assert other.error == pytest.approx(one.error, abs=1e-6)


@given(arrays(bool, 20), arrays(int, 20, elements=st.integers(0, 30)))
def test_a_share_lies_between_none_and_all(flags, draws):
    found = averaged(flags, Clusters(draws))
    assert found.value is not None
    assert 0 <= found.value <= 1
    assert found.error is not None
    assert 0 <= found.error <= 1


@given(
    values=arrays(
        float,
        st.tuples(st.integers(1, 40), st.integers(1, 4)),
        elements=st.floats(-1e3, 1e3, allow_subnormal=False),
    ),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=4),
)
def test_quantiles_of_columns_are_those_of_numpy(values, shares):
    found = column_quantiles(values, shares)
    assert found == pytest.approx(np.quantile(values, shares, axis=0), rel=1e-9, abs=1e-9)
