"""What the nulls explain the record by: line gaps, new leaderships, alliance, danger, product."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from calibration.evidence.record import first_status
from calibration.likelihood.figures import Figure
from calibration.likelihood.observations import QUARTERS, STATUS_AFTER, moves_of
from calibration.likelihood.quantities import product
from calibration.likelihood.readings import observation_settings
from scenarios.documented import Pair
from simulation.arrays import Array
from simulation.conditioning import RecordedMove
from simulation.context import Context
from simulation.countries import Country
from simulation.interventions import HISTORICAL
from simulation.parameters import default_parameters
from simulation.state import Status

#: A leadership is new for two years.
NEW_QUARTERS = 8

#: Values of a null's parameters by name, (S,) each.
Values = Mapping[str, Array]


@cache
def _spells() -> tuple[tuple[str, ...], ...]:
    """The name of the line in force in each quarter (T) for each country."""
    context = Context(HISTORICAL, default_parameters())
    return tuple(
        tuple(context.spell(quarter, c).line for c in Country) for quarter in range(QUARTERS)
    )


@cache
def new_leadership(pair: Pair) -> Array:
    """Whether either country's line changed hands within two years, 0 or 1, shape (T, 1)."""
    new = np.zeros((QUARTERS, 1))
    for country in pair:
        lines = [quarter[country] for quarter in _spells()]
        for quarter in range(1, QUARTERS):
            if lines[quarter] != lines[quarter - 1]:
                new[quarter : quarter + NEW_QUARTERS] = 1
    return new


def line_gaps(values: Values, pair: Pair) -> Array:
    """The line gap of a pair in each quarter, shape (T, S)."""
    one, other = pair
    gaps: dict[tuple[str, str], Array] = {}
    rows = []
    for quarter in _spells():
        names = quarter[one], quarter[other]
        if names not in gaps:
            gaps[names] = np.abs(values[names[0]] - values[names[1]])
        rows.append(gaps[names])
    return np.stack(rows)


@cache
def _coded() -> tuple[Array, Array]:
    """Pressure from outside and lines in each quarter, as coded and at their priors' middle."""
    context = Context(HISTORICAL, default_parameters())
    known = [context.quarter(quarter) for quarter in range(QUARTERS)]
    return (
        np.stack([each.pressure[:, 0] for each in known]),
        np.stack([each.line[:, 0] for each in known]),
    )


def danger(country: Country) -> Array:
    """How hard a country is pressed from outside in each quarter, as coded, shape (T,)."""
    return np.asarray(_coded()[0][:, country])


def lines() -> Array:
    """The line of each country in each quarter, at the middle of its prior, shape (T, C)."""
    return _coded()[1]


@cache
def allied(moves: tuple[RecordedMove, ...], pair: Pair) -> Array:
    """Whether a pair is allied without an open quarrel in each quarter, 0 or 1, shape (T,).

    A move counts from the middle of its window.
    """
    quarters = np.full(QUARTERS, float(first_status(pair) is Status.ALLIED))
    for move in moves_of(moves, pair):
        middle = (move.first_quarter + move.last_quarter) // 2
        quarters[middle:] = float(STATUS_AFTER[move.move] is Status.ALLIED)
    return quarters


def gap_of(values: Values, figure: Figure) -> Array:
    """The line gap of a figure's pair, the mean over its quarters on record, (S,)."""
    gaps = line_gaps(values, figure.pair)[figure.first_quarter : figure.last_quarter + 1]
    return np.asarray(gaps.mean(axis=0))


def regressors(moves: tuple[RecordedMove, ...], figure: Figure) -> dict[str, float]:
    """What a figure is regressed on beside the line gap, turned so that more means less aid.

    Means over the quarters of what is measured. ``apart``: 1 less the share of quarters in which
    the pair is allied; ``safety``: 1 less the danger to the client; ``smallness``: minus the
    logarithm of the client's product a year over ``usual_product``.
    """
    span = slice(figure.first_quarter, figure.last_quarter + 1)
    a_year = 4 * product(figure.client, figure.first_quarter, figure.last_quarter) / figure.quarters
    return {
        "apart": 1 - float(allied(moves, figure.pair)[span].mean()),
        "safety": 1 - float(danger(figure.client)[span].mean()),
        "smallness": -float(np.log(a_year / observation_settings()["usual_product"])),
    }
