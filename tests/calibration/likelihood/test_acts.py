"""Acts of support: answers in order, prices known before, words of last time said again."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.likelihood.acts import ANSWERS, Act
from calibration.likelihood.quantities import Part
from calibration.likelihood.readings import Reading
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.trajectory import MoveTable, Trajectory

PAIR = (Country.CHINA, Country.ALBANIA)
AUTUMN = quarter_of("1966-10")
FOR, SILENT, AGAINST = ANSWERS["for"], ANSWERS["silent"], ANSWERS["against"]
WILLING = np.linspace(0, 1, 11)


def act(answer=FOR, first=AUTUMN, last=AUTUMN, **more):
    parts = (Part("willingness", PAIR, first, last),)
    return Act("x", "support", *PAIR, parts, Reading(value=answer), **more)


def chances(of, willing=WILLING):
    return {
        answer: np.exp(replace(of, reading=Reading(value=answer)).density((willing,)))
        for answer in ANSWERS.values()
    }


def logistic(number):
    return 1 / (1 + np.exp(-number))


@pytest.mark.parametrize(
    "given",
    [
        act(),
        act(price_for=1.0, price_against=1.0),
        act(price_for=0.5, series="un-seat", previous=AGAINST),
    ],
)
def test_the_three_answers_add_up_to_one(given):
    found = chances(given)
    assert sum(found.values()) == pytest.approx(np.ones(11))
    assert all((chance > 0).all() for chance in found.values())


def test_a_free_cause_by_hand():
    found = chances(act(), np.array([0.5, 1.0]))
    plain_for = logistic(np.array([0.0, 3.0]) + 1.0)
    plain_against = 1 - logistic(np.array([0.0, 3.0]) + 2.0)
    assert found[FOR] == pytest.approx(0.01 + 0.97 * plain_for)
    assert found[AGAINST] == pytest.approx(0.01 + 0.97 * plain_against)


def test_who_is_willing_stands_by_and_who_is_not_opposes():
    found = chances(act(price_for=0.25, price_against=0.5))
    assert (np.diff(found[FOR]) > 0).all()
    assert (np.diff(found[AGAINST]) < 0).all()


def test_a_price_is_a_reason_to_be_silent():
    free, dear = chances(act()), chances(act(price_for=1.0, price_against=1.0))
    assert (dear[FOR] < free[FOR]).all()
    assert (dear[AGAINST] < free[AGAINST]).all()
    assert (dear[SILENT] > free[SILENT]).all()
    # A price of one weighs two log odds: as much as a third of the range of willingness.
    asked = act(price_for=1.0)
    one, other = chances(asked, np.array([0.9]))[FOR], chances(act(), np.array([0.9 - 1 / 3]))[FOR]
    assert one == pytest.approx(other)


def test_half_of_a_series_repeats_what_was_said_last():
    fresh, again = chances(act(series="un-seat")), chances(act(series="un-seat", previous=SILENT))
    for answer in ANSWERS.values():
        repeated = float(answer == SILENT)
        assert again[answer] == pytest.approx(0.5 * repeated + 0.5 * fresh[answer])


def test_a_second_reading_has_its_part():
    both = np.exp(act(other=Reading(value=SILENT)).density((WILLING,)))
    single = chances(act())
    assert both == pytest.approx(0.7 * single[FOR] + 0.3 * single[SILENT])


def lived(willing):
    """A history in which Albania was so willing toward China, quarter by quarter."""
    shape = (AUTUMN + 3, 4, 4, 1)
    arrays = {"support": np.zeros(shape), "attention": np.full(shape, 0.5)}
    for quarter, value in willing.items():
        arrays["support"][quarter - 1, *PAIR, 0] = 0.5 * value
    return Trajectory(0, 1, arrays, MoveTable.joined([]), None)


def test_willingness_is_the_mean_of_the_quarters_of_the_occasion():
    history = lived({AUTUMN: 0.2, AUTUMN + 1: 0.6})
    asked = act(last=AUTUMN + 1)
    assert asked.simulated_in(history) == pytest.approx([0.4])
    assert asked.density_in(history) == pytest.approx(asked.density((np.array([0.8]),)))


def test_an_answer_fits_if_it_is_the_likeliest():
    eager, hostile = lived({AUTUMN: 1.0}), lived({AUTUMN: 0.0})
    assert act(FOR).in_range(eager).all()
    assert not act(AGAINST).in_range(eager).any()
    assert act(AGAINST).in_range(hostile).all()


def test_put_on_record_the_answers_come_as_often_as_they_are_probable_and_repeat_the_last():
    history = lived({AUTUMN: 0.4, AUTUMN + 1: 0.9})
    asked = act(FOR, AUTUMN + 1, AUTUMN + 1, price_for=0.5, series="un-seat", previous=FOR)
    before = act(AGAINST, series="un-seat")
    elsewhere = replace(before, reading=Reading(value=FOR), series="pact-meetings")
    ranks = (np.arange(200) + 0.5) / 200
    told = [asked.recorded(history, rank, {}, (before, elsewhere)) for rank in ranks]
    assert {made.previous for made in told} == {AGAINST}
    for made in set(told):
        assert told.count(made) / 200 == pytest.approx(
            np.exp(made.density_in(history)[0]), abs=0.006
        )
    assert asked.recorded(history, 0.5, {}, (elsewhere,)).previous is None
    assert asked.recorded(history, 0.5, {}, (before,)).other is None
