"""A run in a few numbers, each beside what is documented: dates of breaks, and aid by plan period."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.documented import (
    BASES,
    Documented,
    DocumentedBreak,
    DocumentedSum,
    Pair,
    Window,
    documented_sum,
)
from scenarios.outcomes import NEVER, PAIR_NAMES, PAIRS, Codes, Outcomes, quantile_date
from simulation.countries import Country
from simulation.trajectory import CAUSES

#: The quantiles that are reported: the middle, and the ends of the range that holds nine histories in ten.
QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}


@dataclass(frozen=True)
class BreakSummary:
    """The break of a pair in simulated histories beside the documented one; dates are months, none where never.

    ``initiators`` and ``causes`` give shares among the histories in which the pair breaks, the largest first.
    """

    name: str
    pair: Pair
    documented: DocumentedBreak | None
    q05: str | None
    median: str | None
    q95: str | None
    share_by_1980: float
    initiators: dict[str, float]
    causes: dict[str, float]


@dataclass(frozen=True)
class AidSummary:
    """Aid of a pair in a window, simulated and documented, in million US dollars."""

    pair: Pair
    basis: str
    window: Window
    q05: float
    median: float
    q95: float
    documented: DocumentedSum | None


def _shares(codes: Codes, names: Sequence[str]) -> dict[str, float]:
    """How often each named code occurs among those that are set, the most frequent first."""
    named = codes[codes != NEVER]
    counts = np.bincount(named, minlength=len(names))
    order = sorted(range(len(names)), key=lambda code: -counts[code])
    return {names[code]: float(counts[code] / named.size) for code in order if counts[code]}


def summarised_breaks(outcomes: Outcomes, documented: Documented) -> tuple[BreakSummary, ...]:
    """When each of the five pairs breaks in the simulated histories, and when it did."""
    held = {known.pair: known for known in documented.breaks}
    countries = [country.key for country in Country]
    return tuple(
        BreakSummary(
            name=name,
            pair=pair,
            documented=held.get(pair),
            **{
                key: quantile_date(outcomes.split[place], share) for key, share in QUANTILES.items()
            },
            share_by_1980=float((outcomes.split[place] != NEVER).mean()),
            initiators=_shares(outcomes.initiator[place], countries),
            causes=_shares(outcomes.cause[place], CAUSES),
        )
        for place, (name, pair) in enumerate(zip(PAIR_NAMES, PAIRS, strict=True))
    )


def summarised_aid(outcomes: Outcomes, documented: Documented) -> tuple[AidSummary, ...]:
    """Aid asked, pledged and delivered by pair and plan period, beside the documented figures."""
    shares = list(QUANTILES.values())
    rows = []
    for place, pair in enumerate(PAIRS):
        for span, window in enumerate(outcomes.windows):
            for which, basis in enumerate(BASES):
                amounts = np.quantile(outcomes.aid[which, span, place], shares).tolist()
                values = dict(zip(QUANTILES, amounts, strict=True))
                held = documented_sum(documented.aid, pair, basis, window)
                rows.append(
                    AidSummary(pair=pair, basis=basis, window=window, documented=held, **values)
                )
    return tuple(rows)
