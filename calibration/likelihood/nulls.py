"""Three nulls: simpler accounts of the same record, each with priors and a likelihood of its own.

*Constant hazard*: every kind of move has one chance a quarter, aid is one share of the client's product,
shares granted and rates of interest scatter about one mean each. *Persistence*: hardly anything changes; aid,
answers and rates repeat the last ones known of the pair. *Drivers only*: chances depend on the line gap and on
whether a leadership is new, aid, answers and rates on the line gap; no aid, support or strain feeds back.
Priors stand in ``calibration/nulls.toml``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import numpy as np

from calibration.likelihood.likelihood import LAST_FITTED, Figure, PeriodAid, Record
from calibration.prior import values_of
from scenarios.documented import Pair
from simulation.arrays import Array, logistic
from simulation.context import Context
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.drivers import CHINA_ENTERS, leadership_spells
from simulation.interventions import HISTORICAL
from simulation.parameters import (
    Parameter,
    default_parameters,
    parameter_table,
    read_parameter_table,
)
from simulation.state import Move

#: Quarters on record: 1945 Q1 to the last that is fitted.
QUARTERS = quarter_of(LAST_FITTED) + 1
#: A leadership is new for two years.
NEW_QUARTERS = 8

Values = Mapping[str, Array]
#: Chances (T, S) or (1, S) of each kind of move in a quarter, where the status allows it.
Chances = dict[Move, Array]
#: Centre (S,) and standard deviation (S,) of a normal forecast.
Centred = tuple[Array, Array]


class Forecaster(Protocol):
    """What a null says of a figure on record, given the ones before it: centre and scatter, (S,) each."""

    def __call__(self, values: Values, record: Record, place: int) -> Centred:
        """Centre and scatter of the figure at a place of the record."""


@dataclass(frozen=True)
class Null:
    """A simpler account of the record: its parameters, and what it says of moves, aid, shares and interest."""

    name: str
    says: str
    parameters: tuple[Parameter, ...]
    chances: Callable[[Values, Pair], Chances]
    log_aid: Forecaster
    share: Forecaster
    interest: Forecaster

    def values(self, coordinates: Array) -> dict[str, Array]:
        """Parameter values (S,) by name at standard normal coordinates (S, parameters)."""
        return {
            held.name: values_of(held, coordinates[:, place])
            for place, held in enumerate(self.parameters)
        }


@cache
def null_table() -> dict[str, Parameter]:
    """The parameters of the nulls by name, from ``calibration/nulls.toml``."""
    return read_parameter_table(Path(str(files("calibration").joinpath("nulls.toml"))))


@cache
def _spells() -> tuple[tuple[str, ...], ...]:
    """The name of the line in force in each quarter (T) for each country."""
    context = Context(HISTORICAL, default_parameters())
    return tuple(
        tuple(context.spell(quarter, c).line for c in Country) for quarter in range(QUARTERS)
    )


@cache
def new_leadership(pair: Pair) -> Array:
    """Whether either country's line changed hands within the last two years, 0 or 1, shape (T, 1)."""
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
    known: dict[tuple[str, str], Array] = {}
    rows = []
    for quarter in _spells():
        names = quarter[one], quarter[other]
        if names not in known:
            known[names] = np.abs(values[names[0]] - values[names[1]])
        rows.append(known[names])
    return np.stack(rows)


@cache
def _log_product(country: Country, first_quarter: int, last_quarter: int) -> float:
    """The logarithm of a country's product over some quarters, each a year's rate, million US dollars of the day."""
    context = Context(HISTORICAL, default_parameters())
    quarters = range(first_quarter, last_quarter + 1)
    return float(np.log(sum(context.quarter(quarter).income[country, 0] for quarter in quarters)))


def _before(rows: Sequence[Figure], place: int) -> int | None:
    """The place of the last earlier row of the same patron and client, if there is one."""
    row = rows[place]
    earlier = [
        number
        for number, held in enumerate(rows)
        if (held.patron, held.client) == (row.patron, row.client)
        and held.first_quarter < row.first_quarter
    ]
    return max(earlier, key=lambda number: rows[number].first_quarter, default=None)


def _present(pair: Pair) -> Array:
    """Whether a pair can move at all, 0 or 1, shape (T, 1): China enters late in 1949."""
    quarter = np.arange(QUARTERS)[:, np.newaxis]
    return np.asarray((quarter >= (CHINA_ENTERS if Country.CHINA in pair else 0)).astype(float))


def constant_chances(values: Values, pair: Pair) -> Chances:
    """The same chances at all times; a quarrel is broken off before it can be made up."""
    present = _present(pair)
    breaking = values["constant_break"]
    return {
        Move.FORMED: present * values["constant_forming"],
        Move.ESTRANGED: present * values["constant_dispute"],
        Move.SPLIT: present * breaking,
        Move.MENDED: present * ((1 - breaking) * values["constant_mending"]),
    }


def constant_log_aid(values: Values, record: Record, place: int) -> Centred:
    """Aid is one share of the client's product."""
    return _log_share_of_product(values["constant_aid"], record.aid[place]), values[
        "constant_aid_scatter"
    ]


def constant_share(values: Values, record: Record, place: int) -> Centred:
    """Shares granted scatter about one mean."""
    return values["constant_share"], values["constant_share_scatter"]


def constant_interest(values: Values, record: Record, place: int) -> Centred:
    """Rates of interest scatter about one mean."""
    return values["constant_interest"], values["constant_interest_scatter"]


def persistent_chances(values: Values, pair: Pair) -> Chances:
    """One small chance that anything changes; a quarrel that changes is broken off or made up with even odds."""
    moving = _present(pair) * values["persistence_move"]
    return {
        Move.FORMED: moving,
        Move.ESTRANGED: moving,
        Move.SPLIT: moving / 2,
        Move.MENDED: moving / 2,
    }


def persistent_log_aid(values: Values, record: Record, place: int) -> Centred:
    """A plan period repeats the one before, a quarter; the first is a share of the client's product."""
    aid, before = record.aid[place], _before(record.aid, place)
    scatter = values["persistence_aid_scatter"]
    if before is None:
        return _log_share_of_product(values["persistence_aid"], aid), scatter
    last = record.aid[before]
    quarters, earlier = (held.last_quarter - held.first_quarter + 1 for held in (aid, last))
    return np.full(scatter.shape, np.log(last.usd * quarters / earlier)), scatter


def persistent_share(values: Values, record: Record, place: int) -> Centred:
    """An answer repeats the one before."""
    before = _before(record.shares, place)
    scatter = values["persistence_share_scatter"]
    if before is None:
        return values["persistence_share"], scatter
    return np.full(scatter.shape, record.shares[before].share), scatter


def persistent_interest(values: Values, record: Record, place: int) -> Centred:
    """A rate of interest repeats the one before."""
    before = _before(record.interest, place)
    scatter = values["persistence_interest_scatter"]
    if before is None:
        return values["persistence_interest"], scatter
    return np.full(scatter.shape, record.interest[before].rate), scatter


def driven_chances(values: Values, pair: Pair) -> Chances:
    """Chances by line gap and new leaderships.

    Formula: logistic(own leaning +- slope x gap + effect x new leadership), the gap against alliances and
    reconciliations and for quarrels and breaks.
    """
    gap, new, present = line_gaps(values, pair), new_leadership(pair), _present(pair)
    parting = values["drivers_parting_gap"] * gap + values["drivers_parting_leader"] * new
    joining = values["drivers_joining_leader"] * new - values["drivers_joining_gap"] * gap
    breaking = logistic(values["drivers_break"] + parting)
    return {
        Move.FORMED: present * logistic(values["drivers_forming"] + joining),
        Move.ESTRANGED: present * logistic(values["drivers_dispute"] + parting),
        Move.SPLIT: present * breaking,
        Move.MENDED: present * ((1 - breaking) * logistic(values["drivers_mending"] + joining)),
    }


def driven_log_aid(values: Values, record: Record, place: int) -> Centred:
    """Aid is a share of the client's product, less the wider the gap."""
    aid = record.aid[place]
    gap = _mean_gap(values, aid)
    centre = _log_share_of_product(values["drivers_aid"], aid) - values["drivers_aid_gap"] * gap
    return centre, values["drivers_aid_scatter"]


def driven_share(values: Values, record: Record, place: int) -> Centred:
    """The share granted is lower the wider the gap: logistic(leaning - slope x gap)."""
    gap = _mean_gap(values, record.shares[place])
    return logistic(values["drivers_share"] - values["drivers_share_gap"] * gap), values[
        "drivers_share_scatter"
    ]


def driven_interest(values: Values, record: Record, place: int) -> Centred:
    """Interest is softer the narrower the gap: that of a client of the patron's own line x exp(slope x gap)."""
    gap = _mean_gap(values, record.interest[place])
    centre = values["drivers_interest"] * np.exp(values["drivers_interest_gap"] * gap)
    return centre, values["drivers_interest_scatter"]


def _log_share_of_product(share: Array, aid: PeriodAid) -> Array:
    return np.asarray(np.log(share) + _log_product(aid.client, aid.first_quarter, aid.last_quarter))


def _mean_gap(values: Values, row: Figure) -> Array:
    gaps = line_gaps(values, (row.patron, row.client))
    return np.asarray(gaps[row.first_quarter : min(row.last_quarter + 1, QUARTERS)].mean(axis=0))


def all_nulls() -> tuple[Null, ...]:
    """The three nulls."""
    table = null_table()

    def own(rule: str) -> tuple[Parameter, ...]:
        return tuple(held for held in table.values() if held.rule == rule)

    named = {spell.line for spell in leadership_spells().values()}
    lines = tuple(held for name, held in parameter_table().items() if name in named)
    constant = (constant_chances, constant_log_aid, constant_share, constant_interest)
    driven = (driven_chances, driven_log_aid, driven_share, driven_interest)
    persistent = (persistent_chances, persistent_log_aid, persistent_share, persistent_interest)
    return (
        Null("constant", "the same chances at all times", own("constant"), *constant),
        Null("drivers", "line gaps and new leaderships only", (*own("drivers"), *lines), *driven),
        Null("persistence", "all stays as it was", own("persistence"), *persistent),
    )
