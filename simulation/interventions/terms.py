"""What the changes in force in a quarter make of its drivers, by field of ``QuarterContext``."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from simulation.arrays import PerPair
from simulation.countries import COUNTRIES, ORDERED_PAIRS, Country, Pair, country_named
from simulation.drivers import (
    income_table,
    log_gdp_table,
    log_share_tables,
    log_shares,
)
from simulation.interventions.changes import MOVES
from simulation.interventions.kinds import Intervention
from simulation.interventions.of_pairs import FORMS, OWN


class AidTerms(NamedTuple):
    """What scenarios make of a form of aid in a quarter, each (P, C, 1).

    The share granted is ``grant_free`` (0 to 1) times that of the rules, plus ``grant_fixed``;
    ``extra_pledge`` is pledged besides. Where ``sum_free`` is 0 and not 1, the pledge is
    ``sum_fixed`` and the share what that is of the request, or of ``sum_least`` if that is more.
    """

    grant_fixed: PerPair
    grant_free: PerPair
    extra_pledge: PerPair
    sum_fixed: PerPair
    sum_free: PerPair
    sum_least: PerPair


_SHAPE = (COUNTRIES, COUNTRIES, 1)


def economies(quarter: int, changes: Sequence[Intervention]) -> dict[str, Any]:
    """The sizes of the economies in a quarter; the smallest is that of the record, unchanged."""
    income, log_gdp = income_table()[quarter], log_gdp_table()[quarter]
    least = log_gdp.min()
    size_share, client_share = (table[quarter] for table in log_share_tables())
    times = np.ones_like(income)
    for change in changes:
        if change.kind == "economy":
            times[country_named(change.country)] = change.value
    if (times != 1).any():
        income, log_gdp = income * times, log_gdp + np.log(times)
        size_share, client_share = log_shares(log_gdp)
    return {
        "income": income,
        "log_smallness": least - log_gdp,
        "log_size_share": size_share,
        "log_client_share": client_share,
    }


def pair_terms(
    proximity: PerPair, china_is_there: bool, changes: Sequence[Intervention]
) -> dict[str, Any]:
    """The terms of pairs in a quarter in which China is there, or not yet.

    ``proximity`` is how near they stand in each history, (P, C, R), if nothing changes it.
    """
    away = {country_named(change.country) for change in changes if change.kind == "absence"}
    away |= set() if china_is_there else {Country.CHINA}
    absent = {pair for pair in ORDERED_PAIRS if away & {*pair}}
    present = np.zeros(_SHAPE)
    for pair in {*ORDERED_PAIRS} - absent:
        present[pair] = 1
    return {
        "present": present,
        "absent": tuple(sorted(absent)),
        **_of_aid(changes),
        **_of_moves(changes, absent),
        **_of_feelings(proximity, changes, absent),
    }


def _of_aid(changes: Sequence[Intervention]) -> dict[str, Any]:
    """What patrons grant and pledge of each form of aid."""
    return {form: _of_form(form, changes) for form in FORMS}


def _of_form(form: str, changes: Sequence[Intervention]) -> AidTerms:
    """What patrons grant and pledge of a form of aid."""
    fixed, extra, sums = np.zeros(_SHAPE), np.zeros(_SHAPE), np.zeros(_SHAPE)
    free, sum_free, least = np.ones(_SHAPE), np.ones(_SHAPE), np.ones(_SHAPE)
    for change in changes:
        if form not in getattr(change, "forms", ()):
            continue
        if change.kind == "grant":
            fixed[change.pair], free[change.pair] = change.value, 0
        elif change.kind == "cut":
            free[change.pair] = change.value
        elif change.kind == "sum":
            free[change.pair] = sum_free[change.pair] = 0
            sums[change.pair] = change.value
            least[change.pair] = change.value or 1
        elif change.kind == "pledge":
            extra[change.pair] += change.value
    return AidTerms(fixed, free, extra, sums, sum_free, least)


def _of_moves(changes: Sequence[Intervention], absent: set[Pair]) -> dict[str, Any]:
    """Which moves are closed, and which are imposed."""
    banned: dict[str, set[Pair]] = {move: set() for move in MOVES}
    imposed: list[tuple[Pair, str]] = []
    for change in changes:
        if change.kind == "forbid":
            banned[change.move] |= {*change.pairs}
        elif change.kind == "sole-patron":
            banned["formation"] |= {*change.closed}
        elif change.kind == "impose":
            imposed += [(pair, change.move) for pair in change.pairs]
    return {
        "forbidden": {move: tuple(sorted(pairs | absent)) for move, pairs in banned.items()},
        "imposed": tuple((pair, move) for pair, move in imposed if pair not in absent),
    }


def _of_feelings(
    proximity: PerPair, changes: Sequence[Intervention], absent: set[Pair]
) -> dict[str, Any]:
    """How near countries stand, and the goodwill that is held."""
    proximity = proximity.copy()
    fixed: list[tuple[Pair, float]] = []
    kept: list[Pair] = []
    for change in changes:
        if change.kind == "proximity":
            for pair in change.pairs:
                proximity[pair] = change.value
        elif change.kind == "goodwill" and change.value == OWN:
            kept += change.held
        elif change.kind == "goodwill":
            fixed += [(pair, float(change.value)) for pair in change.held]
    return {
        "proximity": proximity,
        "goodwill_fixed": tuple(fixed),
        "goodwill_kept": (*sorted(absent), *kept),
    }
