"""Drivers as coordinates of a vector: values, likelihood and steps of such vectors."""

import numpy as np
import pytest

from calibration.fit.drivers import (
    drivers_of,
    with_drivers,
    with_likely_drivers,
)
from calibration.fit.population import begun
from calibration.fit.sampler import proposed, sampled
from calibration.fit.workers import log_likelihoods
from calibration.likelihood.likelihood import filtered_log_likelihood
from calibration.prior import draw_coordinates, parameters_at, parameters_of
from simulation.drivers.spells import SpellValues, coded_rows
from simulation.parameters import parameter_table
from tests.calibration.fit.test_sampler import CENTRE, EFFORT, MEAN, SD, SPREAD

PARAMETERS = len(parameter_table())
RANGED = [place for place, row in enumerate(coded_rows()) if row.low < row.high]


def test_vectors_of_parameters_have_no_drivers_of_their_own():
    assert drivers_of(draw_coordinates(3, 1)) is None
    assert parameters_of(draw_coordinates(3, 1)).shape == (3, PARAMETERS)


def test_every_row_with_a_range_is_a_coordinate():
    parameters = draw_coordinates(3, 1)
    vectors = with_drivers(parameters, 7)
    assert vectors.shape == (3, PARAMETERS + len(RANGED))
    assert np.array_equal(parameters_of(vectors), parameters)
    assert np.array_equal(vectors, with_drivers(parameters, 7))
    assert not np.array_equal(vectors, with_drivers(parameters, 8))


def test_drivers_lie_within_their_ranges_as_their_coordinates_say():
    own = np.repeat([[-9.0], [0.0], [9.0]], len(RANGED), axis=1)
    values = drivers_of(np.hstack([draw_coordinates(3, 1), own])).values
    assert values.shape == (len(coded_rows()) + 1, 3)
    for row, (least, middle, most) in zip(coded_rows(), values, strict=False):
        if row.low < row.high:
            assert (least, most) == pytest.approx((row.low, row.high), abs=1e-6)
            halves = (row.value - row.low, row.high - row.value)
            below = (middle - row.low) ** 2 / (halves[0] * sum(halves)) if halves[0] else 0
            above = (row.high - middle) ** 2 / (halves[1] * sum(halves)) if halves[1] else 0
            assert (below if middle < row.value else above) == pytest.approx(0.5)
        else:
            assert least == middle == most == row.value
    assert (values[-1] == 0).all()


def test_a_vector_is_judged_under_its_own_drivers(record):
    vectors = with_drivers(0.3 * draw_coordinates(3, 1), 2)
    found = log_likelihoods(vectors, 5, record=record, seed=4, copies=2)
    values = drivers_of(vectors).values
    for place, vector in enumerate(vectors):
        alone = filtered_log_likelihood(
            parameters_at(vector[np.newaxis], 2),
            record,
            seed=4,
            copies=2,
            first_vector=5 + place,
            drivers=SpellValues(values[:, place : place + 1]),
        )
        assert found[place] == alone[0]
    assert not np.array_equal(
        found, log_likelihoods(parameters_of(vectors), 5, record=record, seed=4, copies=2)
    )


def test_likely_drivers_are_those_under_which_the_record_is_probable():
    parameters = draw_coordinates(2, 1)

    def likelihood(vectors, evaluated):
        found = np.full(len(vectors), -50.0)
        found[[3, 16 + 9]] = 0.0
        return found

    tried = with_drivers(np.repeat(parameters, 16, axis=0), 4)
    chosen = with_likely_drivers(parameters, likelihood, 4, 16)
    assert np.array_equal(chosen, tried[[3, 16 + 9]])


def test_vectors_with_drivers_of_their_own_have_no_others(record):
    vectors = with_drivers(draw_coordinates(2, 1), 2)
    with pytest.raises(ValueError, match="of their own"):
        log_likelihoods(vectors, 0, record=record, seed=4, copies=1, drivers="coded")


def test_drivers_have_plain_steps_whatever_the_shape():
    vectors, others = (with_drivers(draw_coordinates(6, seed), seed) for seed in (1, 2))
    trial, gain = proposed("shaped", vectors, others, 3, 0.4, np.random.default_rng(5))
    plain, nought = proposed("plain", vectors, others, 3, 0.4, np.random.default_rng(5))
    assert np.array_equal(trial[:, PARAMETERS:], plain[:, PARAMETERS:])
    assert not np.array_equal(trial[:, :PARAMETERS], plain[:, :PARAMETERS])
    assert gain.all()
    assert not nought.any()


@pytest.mark.statistical
def test_what_the_record_says_of_drivers_is_sampled_too():
    # Two parameters and a driver tell; tolerances as in test_sampler, for 100 independent draws.
    told = [0, 1, PARAMETERS]

    def likelihood(coordinates, evaluated):
        return -0.5 * (((coordinates[:, told] - CENTRE) / SPREAD) ** 2).sum(axis=1)

    first = with_drivers(draw_coordinates(EFFORT.population, 3), 3)[:, : PARAMETERS + 2]
    reached = sampled(begun(first, likelihood), likelihood, EFFORT, 4, lambda _: None)
    drawn = reached.population.coordinates[:, told]
    assert np.abs(drawn.mean(axis=0) - MEAN) / SD == pytest.approx(0, abs=5 / 100**0.5)
    assert drawn.std(axis=0) == pytest.approx(SD, rel=5 / (2 * 100) ** 0.5)
