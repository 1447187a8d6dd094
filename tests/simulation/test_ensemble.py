"""Histories stopped on their way and carried on are the histories of one go, bit for bit."""

import numpy as np
import pytest

from simulation.conditioning import Conditioning
from simulation.dates import QUARTERS, quarter_of
from simulation.ensemble import KEPT, continued, opened, simulate
from simulation.interventions import HISTORICAL, Grant, Scenario
from simulation.stages import array_fields

CHANGED = Scenario(
    name="changed",
    question="What if?",
    interventions=(
        Grant(start="1957", end="1960", reason="r", patron="ussr", client="albania", value=1.0),
    ),
)


def assert_same(one, other):
    for name, array in one.arrays.items():
        assert np.array_equal(array, other.arrays[name]), name
    for name, column in vars(one.moves).items():
        assert np.array_equal(column, getattr(other.moves, name)), name
    ours, theirs = array_fields(one.last_state), array_fields(other.last_state)
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
    assert (one.first_replicate, one.replicates) == (other.first_replicate, other.replicates)


@pytest.mark.parametrize("stops", [(0,), (1,), (12, 13, 50), (QUARTERS,)])
def test_histories_carried_on_are_those_of_one_go(drawn_parameters, stops):
    parameters, address = drawn_parameters(9, 31), {"seed": 4, "first_replicate": 60}
    course = opened(parameters, HISTORICAL, KEPT)
    for stop in stops:
        course = continued(course, parameters, HISTORICAL, until=stop, **address)
        assert course.quarter == stop
    course = continued(course, parameters, HISTORICAL, **address)
    assert_same(course.trajectory(60), simulate(parameters, seed=4, first_replicate=60))


def test_one_past_can_be_carried_on_in_two_ways(drawn_parameters):
    parameters = drawn_parameters(9, 32)
    past = continued(
        opened(parameters, HISTORICAL, KEPT),
        parameters,
        HISTORICAL,
        seed=4,
        until=quarter_of("1957"),
    )
    lengths = {name: len(quarterly) for name, quarterly in past.kept.items()}
    for scenario in (CHANGED, HISTORICAL):
        ours = continued(past, parameters, scenario, seed=4).trajectory(0)
        assert_same(ours, simulate(parameters, scenario, seed=4))
    assert {name: len(quarterly) for name, quarterly in past.kept.items()} == lengths


def test_a_record_imposed_in_two_parts_is_the_record_imposed_in_one(drawn_parameters):
    parameters = drawn_parameters(9, 33)
    whole, parted = (Conditioning([], 9, until=30) for _ in range(2))
    expected = simulate(parameters, seed=4, quarters=40, record=whole)
    course = opened(parameters, HISTORICAL, KEPT)
    for stop in (17, 40):
        course = continued(course, parameters, HISTORICAL, seed=4, until=stop, record=parted)
    assert_same(course.trajectory(0), expected)
    assert np.array_equal(whole.log_probability, parted.log_probability)
    assert (whole.log_probability < 0).any()


def test_a_course_that_is_there_already_is_left_as_it_is(drawn_parameters):
    parameters = drawn_parameters(3, 34)
    course = continued(opened(parameters, HISTORICAL, ()), parameters, HISTORICAL, seed=4, until=20)
    assert continued(course, parameters, HISTORICAL, seed=4, until=20).quarter == 20
    assert course.kept == {}
