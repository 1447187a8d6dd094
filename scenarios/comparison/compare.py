"""Counterfactuals beside their factual twins: what becomes of each break, and of aid and strain.

Everything is computed from tables of histories, one row a history with the columns of a batch, so
that a batch on disk, a run in memory, the report and the page all use the same numbers. What each
number means, and what must not be concluded from it, is told in ``docs/comparing.md``.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.columns import stem_of
from scenarios.comparison.estimates import (
    NOTHING,
    Clusters,
    Estimate,
    Flags,
    Values,
    averaged,
    averaged_columns,
    column_quantiles,
    durations,
    median,
    quantile,
    survival,
)
from scenarios.comparison.reading import (
    Causation,
    Comparison,
    Fates,
    Reading,
    Reasons,
    Redirecting,
    RestrictedMean,
    Shift,
    YearlyDifference,
    years_of,
)
from scenarios.documented import DocumentedBreak
from scenarios.errors import ScenarioError
from scenarios.outcomes import NEVER, PAIR_NAMES, PAIRS, SERIES, quantile_date
from simulation.dates import QUARTERS, quarter_of
from simulation.errors import Problem, raise_if_any

#: A break returns to its path if it falls within so many quarters of it: a year.
NEAR = 4
#: The ends of the range that holds nine histories in ten.
_ENDS = (0.05, 0.95)


def compare(
    reading: Reading,
    factual: pd.DataFrame,
    counterfactual: pd.DataFrame,
    pairs: Sequence[str] = PAIR_NAMES,
    breaks: Sequence[DocumentedBreak] = (),
) -> tuple[Comparison, ...]:
    """Each pair of countries in a counterfactual, set beside the factual twins.

    The tables hold at least the columns of ``columns_of``, with reasons or without, one row a
    history; the rows of a replicate are twins. ``breaks`` are the documented ones, for the share of
    histories that return to the record. Raises ``ScenarioError`` if the tables do not hold the same
    replicates and draws.
    """
    one, other = (table.sort_values("replicate") for table in (factual, counterfactual))
    name, allowed = reading.scenario.name, f"the same as those of {reading.factual.name}"
    problems = [
        Problem(name, key, "different", allowed)
        for key in ("replicate", "draw")
        if not np.array_equal(one[key].to_numpy(), other[key].to_numpy())
    ]
    if not problems and one.empty:
        problems.append(Problem(name, "histories", 0, "at least one"))
    raise_if_any("these histories are no twins", problems, ScenarioError)
    clusters = Clusters(one["draw"].to_numpy())
    documented = {each.pair: each for each in breaks}
    return tuple(
        _Twins(reading, pair, one, other, clusters).compared(
            documented.get(PAIRS[PAIR_NAMES.index(pair)])
        )
        for pair in pairs
    )


class _Twins:
    """The histories of a pair in both branches, and the dates of its break in them.

    Dates are quarters, shape (R,), past the last one where the pair never breaks by 1980.
    """

    def __init__(
        self,
        reading: Reading,
        pair: str,
        factual: pd.DataFrame,
        counterfactual: pd.DataFrame,
        clusters: Clusters,
    ) -> None:
        self.reading, self.pair, self.clusters = reading, pair, clusters
        self.span = (reading.first_quarter, reading.last_quarter)
        self.stem = stem_of(pair)
        self.tables = (factual, counterfactual)
        dates = (table[f"{self.stem}_quarter"].to_numpy() for table in self.tables)
        self.factual, self.counterfactual = (
            np.where(each == NEVER, QUARTERS, each) for each in dates
        )
        self.at_risk: Flags = self.factual >= reading.first_quarter
        self.factual_broken: Flags = self.at_risk & (self.factual <= reading.last_quarter)
        self.counterfactual_broken: Flags = self.at_risk & (
            self.counterfactual <= reading.last_quarter
        )

    def compared(self, documented: DocumentedBreak | None) -> Comparison:
        """Everything that is said of the pair; ``documented`` is its break on record, if any."""
        one, other = (durations(each, *self.span) for each in (self.factual, self.counterfactual))
        (factual_curve, factual_mean), (counterfactual_curve, counterfactual_mean) = (
            survival(years, self.reading.length, self.clusters, self.at_risk)
            for years in (one, other)
        )
        necessity, sufficiency = self.causation()
        return Comparison(
            reading=self.reading,
            pair=self.pair,
            histories=self.clusters.histories,
            draws=self.clusters.draws,
            at_risk=averaged(self.at_risk, self.clusters),
            factual_broken=self._share(self.factual_broken),
            counterfactual_broken=self._share(self.counterfactual_broken),
            factual_median=self.median_date(self.factual),
            counterfactual_median=self.median_date(self.counterfactual),
            factual_reasons=self.reasons(0, self.factual_broken),
            counterfactual_reasons=self.reasons(1, self.counterfactual_broken),
            fates=self.fates(),
            shift=self.shift(),
            factual_curve=factual_curve,
            counterfactual_curve=counterfactual_curve,
            restricted_mean=RestrictedMean(
                factual_mean, counterfactual_mean, self._share(other - one)
            ),
            necessity=necessity,
            sufficiency=sufficiency,
            redirecting=self.redirecting(documented),
            yearly=tuple(self.yearly()),
        )

    def _share(self, values: Flags | Values, among: Flags | None = None) -> Estimate:
        return averaged(values, self.clusters, self.at_risk if among is None else among)

    def reasons(self, branch: int, broken: Flags) -> Reasons:
        """Who breaks in a branch, and over what."""
        mover, cause = (f"{self.stem}_{what}" for what in ("initiator", "cause"))
        breaks = self.tables[branch][broken]
        movers = _shares(breaks[mover])
        return Reasons(
            len(breaks),
            movers,
            {each: _shares(breaks.loc[breaks[mover] == each, cause]) for each in movers},
        )

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

        With a and b the numbers of histories at risk that break in the factual and in the
        counterfactual branch, and n of all: necessity is the share of the a whose counterfactual
        does not break, between max(0, a - b) / a and min(a, n - b) / a; sufficiency is the share of
        the n - b unbroken counterfactuals whose twin breaks, with the same numerators over n - b.
        Source: Tian & Pearl 2000.
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
        first, last = self.span
        if documented is None or not first <= quarter_of(documented.date) <= last:
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

    def yearly(self) -> Iterator[YearlyDifference]:
        """Support, strain and aid delivered, year by year over the horizon."""
        for series in SERIES:
            columns = [f"{self.stem}_{series}_{year}" for year in years_of(self.reading)]
            one, other = (table[columns].to_numpy(dtype=float) for table in self.tables)
            estimates = averaged_columns(other - one, self.clusters)
            low, high = column_quantiles(other - one, _ENDS)
            for place, year in enumerate(years_of(self.reading)):
                yield YearlyDifference(
                    series=series,
                    year=year,
                    factual=float(one[:, place].mean()),
                    counterfactual=float(other[:, place].mean()),
                    difference=estimates[place],
                    low=float(low[place]),
                    high=float(high[place]),
                    correlation=_correlation(one[:, place], other[:, place]),
                )


def _between(value: Estimate, least: int, most: int, among: int) -> Causation:
    return Causation(value, least / among, most / among) if among else Causation(value, None, None)


def _shares(names: "pd.Series[Any]") -> dict[str, float]:
    """The share of each name among those that are told, the largest first, then by name."""
    told = [str(name) for name in names.dropna()]
    counts = sorted(Counter(told).items(), key=lambda each: (-each[1], each[0]))
    return {name: count / len(told) for name, count in counts}


def _correlation(one: Values, other: Values) -> float | None:
    """The correlation of twins; none where one branch does not vary."""
    if one.size < 2 or not (np.ptp(one) and np.ptp(other)):
        return None
    return float(np.clip(np.corrcoef(one, other)[0, 1], -1, 1))
