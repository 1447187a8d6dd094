"""Survival after an intervention: times, curves and restricted means by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scenarios.comparison.estimates import NOTHING, Clusters, durations, survival


def test_times_by_hand():
    breaks = np.array([8, 9, 15, 16, -1])
    assert durations(breaks, 8, 15).tolist() == [0.125, 0.375, 1.875, 2.0, 2.0]


def test_a_curve_by_hand():
    years = np.array([0.125, 0.125, 0.625, 1.0])
    curve, _ = survival(years, 1.0, Clusters(range(4)), np.ones(4, bool))
    assert curve.years == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert curve.unbroken == pytest.approx((1.0, 0.5, 0.5, 0.25, 0.25))
    half = 1.96 * 0.5 / np.sqrt(3)  # the standard error of a share of a half among four
    assert curve.low[1] == pytest.approx(max(0.5 - half, 0))
    assert curve.high[1] == pytest.approx(min(0.5 + half, 1))
    assert curve.low[0] == curve.high[0] == 1.0


def test_a_restricted_mean_by_hand():
    years = np.array([0.125, 0.375, 2.0, 2.0])
    _, mean = survival(years, 2.0, Clusters(range(4)), np.ones(4, bool))
    assert mean.value == pytest.approx(4.5 / 4)
    assert mean.error == pytest.approx(years.std(ddof=1) / 2)


def test_histories_out_of_the_question_are_left_out():
    years, among = np.array([-3.0, 0.125, 1.0]), np.array([False, True, True])
    curve, mean = survival(years, 1.0, Clusters(range(3)), among)
    assert curve.unbroken == pytest.approx((1.0, 0.5, 0.5, 0.5, 0.5))
    assert mean.value == pytest.approx(0.5625)


def test_without_histories_there_is_neither_curve_nor_mean():
    curve, mean = survival(np.ones(2), 1.0, Clusters(range(2)), np.zeros(2, bool))
    assert curve.years == ()
    assert mean == NOTHING


@settings(deadline=None, max_examples=60)
@given(arrays(int, 30, elements=st.integers(0, 30)), st.integers(1, 20))
def test_the_area_under_the_curve_is_the_mean_time(breaks, quarters):
    """Without censoring within the horizon lifelines' area is the mean of the times up to it."""
    years = durations(breaks, 0, quarters - 1)
    curve, mean = survival(years, quarters / 4, Clusters(range(30)), np.ones(30, bool))
    assert mean.value == pytest.approx(years.mean())
    assert list(curve.unbroken) == sorted(curve.unbroken, reverse=True)
    assert curve.unbroken[-1] == pytest.approx((breaks >= quarters).mean())
    assert all(
        low <= share <= high
        for low, share, high in zip(curve.low, curve.unbroken, curve.high, strict=True)
    )
