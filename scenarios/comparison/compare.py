"""Counterfactuals set beside their factual twins: what becomes of each break, when, and of aid, support and strain.

Everything is computed from tables of histories, one row a history with the columns of a batch (``store.SCHEMA``), so
that a batch on disk, a run in memory, the report and the page all use the same numbers. What each number means, and
what must not be concluded from it, is told in ``docs/comparing.md``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.comparison.estimates import (
    NOTHING,
    Clusters,
    Estimate,
    Values,
    averaged,
    averaged_columns,
    median,
    quantile,
)
from scenarios.comparison.reading import Reading, columns_of, reading_of, years_of
from scenarios.comparison.survival import (
    Flags,
    RestrictedMean,
    SurvivalCurve,
    durations,
    survival,
)
from scenarios.documented import DocumentedBreak
from scenarios.errors import ScenarioError
from scenarios.outcomes import NEVER, PAIR_NAMES, PAIRS, SERIES, quantile_date
from simulation.dates import QUARTERS, quarter_of
from simulation.errors import Problem, raise_if_any

__all__ = [
    "NEAR",
    "Causation",
    "Comparison",
    "Fates",
    "Reading",
    "Redirecting",
    "Shift",
    "YearlyDifference",
    "columns_of",
    "compare",
    "reading_of",
]

#: A break returns to its path if it falls within so many quarters of it: a year.
NEAR = 4
#: The ends of the range that holds nine histories in ten.
_ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class Fates:
    """What becomes of a break that is still to come when the intervention begins; the four shares sum to one.

    Avoided: the twin breaks within the horizon, the counterfactual does not. Brought forward: the counterfactual breaks
    within the horizon and before its twin (``brought_about`` is the part whose twin does not break within it).
    Delayed: both break within the horizon, the counterfactual later. Unchanged: the same quarter, or neither.
    """

    avoided: Estimate
    brought_forward: Estimate
    delayed: Estimate
    unchanged: Estimate
    brought_about: Estimate


@dataclass(frozen=True)
class Shift:
    """By how many years the break moves, later being positive, among pairs of twins of which one or both break.

    ``low`` and ``high`` hold nine histories in ten. Plus infinity stands for a break that does not come within the
    horizon any more, minus infinity for one that comes although the twin has none within the horizon.
    """

    median: Estimate
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Causation:
    """A probability of causation: its value under common shocks, and the bounds that hold under any coupling.

    The lower bound is also the value if no history breaks because of the change (monotone coupling).
    """

    value: Estimate
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Redirecting:
    """How far history returns to its path although the antecedent was changed (see ``NEAR``).

    ``to_twin``: of the histories whose twin breaks within the horizon, the share that break within it too, no more than
    a year from the twin's date. ``to_record``: the share that break within the horizon no more than a year outside
    the documented window, and ``factual_to_record`` the same of the twins; none where no documented break is given
    or it does not fall within the horizon.
    """

    to_twin: Estimate
    to_record: Estimate | None = None
    factual_to_record: Estimate | None = None


@dataclass(frozen=True)
class YearlyDifference:
    """A quantity of a pair in one year: its mean in both branches, and the difference of twins, over all histories.

    ``low`` and ``high`` hold the differences of nine histories in ten; ``correlation`` is that of the twins' values
    (none where one of them does not vary). ``series`` is support, strain, or delivered (million US dollars a year).
    """

    series: str
    year: int
    factual: float
    counterfactual: float
    difference: Estimate
    low: float
    high: float
    correlation: float | None


@dataclass(frozen=True)
class Comparison:
    """One pair of countries in one counterfactual, set beside the factual twins.

    ``at_risk`` is the share of histories in which the pair has not broken when the intervention begins, the same in
    both branches; all that follows but ``yearly`` is told of these. ``factual_broken`` and ``counterfactual_broken``
    are the shares that break within the horizon, ``factual_median`` and ``counterfactual_median`` the months by
    which half have broken (none if fewer do within the horizon).
    """

    reading: Reading
    pair: str
    histories: int
    draws: int
    at_risk: Estimate
    factual_broken: Estimate
    counterfactual_broken: Estimate
    factual_median: str | None
    counterfactual_median: str | None
    fates: Fates
    shift: Shift
    factual_curve: SurvivalCurve
    counterfactual_curve: SurvivalCurve
    restricted_mean: RestrictedMean
    necessity: Causation
    sufficiency: Causation
    redirecting: Redirecting
    yearly: tuple[YearlyDifference, ...]


def compare(
    reading: Reading,
    factual: pd.DataFrame,
    counterfactual: pd.DataFrame,
    pairs: Sequence[str] = PAIR_NAMES,
    breaks: Sequence[DocumentedBreak] = (),
) -> tuple[Comparison, ...]:
    """Each pair of countries in a counterfactual, set beside the factual twins.

    The tables hold at least the columns of ``columns_of``, one row a history; the rows of a replicate are
    twins. ``breaks`` are the documented ones, for the share of histories that return to the record. Raises
    ``ScenarioError`` if the tables do not hold the same replicates and draws.
    """
    factual, counterfactual = (
        table.sort_values("replicate") for table in (factual, counterfactual)
    )
    problems = [
        Problem(
            reading.scenario.name, key, "different", f"the same as those of {reading.factual.name}"
        )
        for key in ("replicate", "draw")
        if not np.array_equal(factual[key].to_numpy(), counterfactual[key].to_numpy())
    ]
    if not problems and factual.empty:
        problems.append(Problem(reading.scenario.name, "histories", 0, "at least one"))
    raise_if_any("these histories are no twins", problems, ScenarioError)
    clusters = Clusters(factual["draw"].to_numpy())
    known = {known.pair: known for known in breaks}
    return tuple(
        _compared(
            reading,
            pair,
            factual,
            counterfactual,
            clusters,
            known.get(PAIRS[PAIR_NAMES.index(pair)]),
        )
        for pair in pairs
    )


def _compared(
    reading: Reading,
    pair: str,
    factual: pd.DataFrame,
    counterfactual: pd.DataFrame,
    clusters: Clusters,
    documented: DocumentedBreak | None,
) -> Comparison:
    stem = pair.replace("-", "_")
    twins = _Twins(
        reading,
        factual[f"{stem}_quarter"].to_numpy(),
        counterfactual[f"{stem}_quarter"].to_numpy(),
        clusters,
    )
    span = (reading.first_quarter, reading.last_quarter)
    one, other = (durations(dates, *span) for dates in (twins.factual, twins.counterfactual))
    factual_curve, factual_mean = survival(one, reading.length, clusters, twins.at_risk)
    counterfactual_curve, counterfactual_mean = survival(
        other, reading.length, clusters, twins.at_risk
    )
    gained = averaged(other - one, clusters, twins.at_risk)
    necessity, sufficiency = twins.causation()
    return Comparison(
        reading=reading,
        pair=pair,
        histories=clusters.histories,
        draws=clusters.draws,
        at_risk=averaged(twins.at_risk, clusters),
        factual_broken=averaged(twins.factual_broken, clusters, twins.at_risk),
        counterfactual_broken=averaged(twins.counterfactual_broken, clusters, twins.at_risk),
        factual_median=twins.median_date(twins.factual),
        counterfactual_median=twins.median_date(twins.counterfactual),
        fates=twins.fates(),
        shift=twins.shift(),
        factual_curve=factual_curve,
        counterfactual_curve=counterfactual_curve,
        restricted_mean=RestrictedMean(factual_mean, counterfactual_mean, gained),
        necessity=necessity,
        sufficiency=sufficiency,
        redirecting=twins.redirecting(documented),
        yearly=tuple(_yearly(reading, stem, factual, counterfactual, clusters)),
    )


class _Twins:
    """The dates of a pair's break in both branches (quarters, -1 where never by 1980), shape (R,) each."""

    def __init__(
        self,
        reading: Reading,
        factual: NDArray[Any],
        counterfactual: NDArray[Any],
        clusters: Clusters,
    ) -> None:
        self.reading = reading
        self.factual, self.counterfactual = (
            np.where(dates == NEVER, QUARTERS, dates) for dates in (factual, counterfactual)
        )
        self.clusters = clusters
        self.at_risk: Flags = self.factual >= reading.first_quarter
        self.factual_broken: Flags = self.at_risk & (self.factual <= reading.last_quarter)
        self.counterfactual_broken: Flags = self.at_risk & (
            self.counterfactual <= reading.last_quarter
        )

    def _share(self, flags: Flags, among: Flags | None = None) -> Estimate:
        return averaged(flags, self.clusters, self.at_risk if among is None else among)

    def fates(self) -> Fates:
        """What becomes of the break."""
        avoided = self.factual_broken & ~self.counterfactual_broken
        forward = self.counterfactual_broken & (self.counterfactual < self.factual)
        delayed = (
            self.factual_broken & self.counterfactual_broken & (self.counterfactual > self.factual)
        )
        return Fates(
            avoided=self._share(avoided),
            brought_forward=self._share(forward),
            delayed=self._share(delayed),
            unchanged=self._share(~(avoided | forward | delayed)),
            brought_about=self._share(self.counterfactual_broken & ~self.factual_broken),
        )

    def shift(self) -> Shift:
        """By how many years the break moves."""
        moved = (self.counterfactual - self.factual) / 4
        moved = np.where(self.counterfactual_broken, moved, np.inf)
        moved = np.where(self.factual_broken, moved, -np.inf)
        among = self.factual_broken | self.counterfactual_broken
        if not among.any():
            return Shift(NOTHING, None, None)
        low, high = (quantile(moved[among], share) for share in _ENDS)
        return Shift(median(moved, self.clusters, among), low, high)

    def causation(self) -> tuple[Causation, Causation]:
        """The probabilities of necessity and of sufficiency of the documented course for the break.

        With a and b the numbers of histories at risk that break in the factual and in the counterfactual branch, and n
        of all: necessity is the share of the a whose counterfactual does not break, between max(0, a - b) / a and
        min(a, n - b) / a; sufficiency is the share of the n - b unbroken counterfactuals whose twin breaks, with the
        same numerators over n - b. Source: Tian & Pearl 2000.
        """
        risk, a, b = (
            int(flags.sum())
            for flags in (self.at_risk, self.factual_broken, self.counterfactual_broken)
        )
        least, most = max(0, a - b), min(a, risk - b)
        spared = self.at_risk & ~self.counterfactual_broken
        return (
            _between(self._share(~self.counterfactual_broken, self.factual_broken), least, most, a),
            _between(self._share(self.factual_broken, spared), least, most, risk - b),
        )

    def redirecting(self, documented: DocumentedBreak | None) -> Redirecting:
        """The share of histories that return to their path."""
        near = self.counterfactual_broken & (np.abs(self.counterfactual - self.factual) <= NEAR)
        to_twin = self._share(near, self.factual_broken)
        span = (self.reading.first_quarter, self.reading.last_quarter)
        if documented is None or not span[0] <= quarter_of(documented.date) <= span[1]:
            return Redirecting(to_twin)
        first, last = quarter_of(documented.earliest) - NEAR, quarter_of(documented.latest) + NEAR
        to_record, factual_to_record = (
            self._share(broken & (dates >= first) & (dates <= last))
            for broken, dates in (
                (self.counterfactual_broken, self.counterfactual),
                (self.factual_broken, self.factual),
            )
        )
        return Redirecting(to_twin, to_record, factual_to_record)

    def median_date(self, dates: NDArray[Any]) -> str | None:
        """The month by which half of the histories at risk have broken, within the horizon."""
        read = np.where(dates <= self.reading.last_quarter, dates, NEVER)
        return quantile_date(read[self.at_risk], 0.5)


def _between(value: Estimate, least: int, most: int, among: int) -> Causation:
    return Causation(value, least / among, most / among) if among else Causation(value, None, None)


def _yearly(
    reading: Reading,
    stem: str,
    factual: pd.DataFrame,
    counterfactual: pd.DataFrame,
    clusters: Clusters,
) -> Iterator[YearlyDifference]:
    """Support, strain and aid delivered of a pair, year by year over the horizon."""
    for series in SERIES:
        columns = [f"{stem}_{series}_{year}" for year in years_of(reading)]
        one, other = (table[columns].to_numpy(dtype=float) for table in (factual, counterfactual))
        differences = other - one
        estimates = averaged_columns(differences, clusters)
        ends = np.quantile(differences, _ENDS, axis=0)
        for place, year in enumerate(years_of(reading)):
            yield YearlyDifference(
                series=series,
                year=year,
                factual=float(one[:, place].mean()),
                counterfactual=float(other[:, place].mean()),
                difference=estimates[place],
                low=float(ends[0, place]),
                high=float(ends[1, place]),
                correlation=_correlation(one[:, place], other[:, place]),
            )


def _correlation(one: Values, other: Values) -> float | None:
    """The correlation of twins; none where one branch does not vary."""
    if one.size < 2 or not (np.ptp(one) and np.ptp(other)):
        return None
    return float(np.clip(np.corrcoef(one, other)[0, 1], -1, 1))
