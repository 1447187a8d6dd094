"""How near histories come to a series that nobody fitted: order of its years, level and peak."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from calibration.checks.external.accounts import accounts_of, allied_years
from calibration.checks.external.series import (
    LEAST_YEARS,
    SUPPORT,
    Chosen,
    Series,
    Years,
    by_year,
)
from calibration.likelihood.observations import QUARTERS, Record
from calibration.likelihood.quantities import COMPARED_ARRAYS
from scenarios.draws import Draws, parameters_for
from scenarios.run import Progress, no_progress
from simulation.arrays import Array
from simulation.conditioning import Conditioning
from simulation.dates import FIRST_YEAR
from simulation.ensemble import simulate

#: Histories carried out together: all that they keep has to find room.
TOGETHER = 128
FREE, CONDITIONED = "free", "conditioned"
ALL_YEARS, ALLIED_YEARS = "all years", "allied years"
#: A difference of so many errors is told from chance.
CLEAR = 2.0
BETTER, NO_BETTER, WORSE = "better", "no better", "worse"


@dataclass(frozen=True)
class Interval:
    """A value over histories: median, 5 and 95 per cent."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Array) -> "Interval":
        """The interval of values (R,)."""
        low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
        return cls(float(median), float(low), float(high))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass(frozen=True)
class Likeness:
    """How like a series histories are: ``order`` is the rank correlation of single histories.

    ``mean_order`` is that of the mean over histories; ``level`` the mean of a history over that of
    the series, none where units differ; ``peak`` how many years its peak comes after.
    """

    order: Interval
    mean_order: float
    level: Interval | None
    peak: Interval


@dataclass(frozen=True)
class AccountLikeness:
    """The same of an account fitted to the series; none where it does not vary."""

    name: str
    order: float | None
    peak: int | None


@dataclass(frozen=True)
class Beside:
    """A series over some of its years beside histories and accounts.

    ``differences`` are rank correlations of the mean of free and of conditioned histories less that
    of the best account, with their standard errors; none without an account that varies.
    """

    series: Series
    span: str
    years: int
    histories: dict[str, Likeness]
    accounts: tuple[AccountLikeness, ...]
    best: AccountLikeness | None
    differences: dict[str, tuple[float, float]]

    def verdict(self, kind: str) -> str:
        """Whether histories of a kind are better, no better or worse than the best account."""
        if kind not in self.differences:
            return NO_BETTER
        difference, error = self.differences[kind]
        if difference > CLEAR * error:
            return BETTER
        return WORSE if difference < -CLEAR * error else NO_BETTER


def simulated(
    series: Sequence[Series],
    draws: Draws,
    replicates: int,
    seed: int,
    record: Record | None = None,
    progress: Progress = no_progress,
) -> list[Array]:
    """Each series as so many histories have it, (years, R) from 1945 on.

    With a ``record`` its dated moves are imposed; otherwise histories run free.
    """
    kept = tuple(dict.fromkeys((*COMPARED_ARRAYS, SUPPORT)))
    parts: list[list[Array]] = [[] for _ in series]
    for first in range(0, replicates, TOGETHER):
        parameters = parameters_for(draws, first, min(TOGETHER, replicates - first))
        imposed = (
            None if record is None else Conditioning(record.moves, parameters.replicates, QUARTERS)
        )
        history = simulate(parameters, seed=seed, first_replicate=first, keep=kept, record=imposed)
        for part, each in zip(parts, series, strict=True):
            part.append(by_year(history.arrays, each.pair, each.quantity))
        progress(first + parameters.replicates)
    return [np.concatenate(part, axis=1) for part in parts]


def set_beside(series: Series, histories: dict[str, Array], record: Record) -> list[Beside]:
    """A series beside histories (years, R) by kind, over all its years and over allied ones."""
    places = series.years - FIRST_YEAR
    allied = allied_years(series.pair, record)[places] >= 0.5
    spans = {ALL_YEARS: np.ones(len(places), dtype=bool), ALLIED_YEARS: allied}
    own = {kind: values[places] for kind, values in histories.items()}
    return [
        _beside(series, span, chosen, own, record)
        for span, chosen in spans.items()
        if chosen.sum() >= LEAST_YEARS and (span == ALL_YEARS or not chosen.all())
    ]


def _beside(
    series: Series, span: str, chosen: Chosen, histories: dict[str, Array], record: Record
) -> Beside:
    values, years = series.yearly[chosen], series.years[chosen]
    fits = {
        account.name: account.fitted(series, chosen) for account in accounts_of(series.pair, record)
    }
    accounts = tuple(_account_likeness(name, fit, values, years) for name, fit in fits.items())
    varying = [each for each in accounts if each.order is not None]
    best = max(varying, key=lambda each: each.order or 0.0, default=None)
    fit = None if best is None else fits[best.name]
    return Beside(
        series,
        span,
        int(chosen.sum()),
        {
            kind: _likeness(own[chosen], values, years, series.comparable)
            for kind, own in histories.items()
        },
        accounts,
        best,
        {}
        if fit is None
        else {
            kind: gained(own[chosen].mean(axis=1), fit, values) for kind, own in histories.items()
        },
    )


def _likeness(histories: Array, values: Array, years: Years, comparable: bool) -> Likeness:
    level = histories.mean(axis=0) / values.mean() if comparable and values.mean() > 0 else None
    peaks = years[histories.argmax(axis=0)] - years[values.argmax()]
    return Likeness(
        Interval.of(rank_correlation(histories, values)),
        float(rank_correlation(histories.mean(axis=1)[:, np.newaxis], values)[0]),
        None if level is None else Interval.of(level),
        Interval.of(peaks.astype(float)),
    )


def _account_likeness(name: str, fit: Array | None, values: Array, years: Years) -> AccountLikeness:
    if fit is None:
        return AccountLikeness(name, None, None)
    order = float(rank_correlation(fit[:, np.newaxis], values)[0])
    return AccountLikeness(name, order, int(years[fit.argmax()] - years[values.argmax()]))


def rank_correlation(histories: Array, values: Array) -> Array:
    """Spearman's rank correlation of each history (n, R) with values (n,): shape (R,).

    Equal values share their mean rank; a history that does not vary has 0.
    """
    ranks = stats.rankdata(histories, axis=0)
    own = stats.rankdata(values)
    ranks, own = ranks - ranks.mean(axis=0), own - own.mean()
    scale = np.sqrt((ranks**2).sum(axis=0) * (own**2).sum())
    return np.asarray((ranks * own[:, np.newaxis]).sum(axis=0) / np.where(scale > 0, scale, 1.0))


def gained(mean: Array, fit: Array, values: Array) -> tuple[float, float]:
    """The rank correlation of the mean of histories less that of an account, and its error.

    The error is that of leaving out one year at a time (jackknife): sqrt((n - 1) / n x sum of
    (d_i - mean of d) ** 2). Years that follow one another are alike, so that it is too small.
    """
    both = np.column_stack([mean, fit])

    def difference(rows: Chosen) -> float:
        one, other = rank_correlation(both[rows], values[rows])
        return float(one - other)

    number = len(values)
    without = np.array([difference(rows) for rows in ~np.eye(number, dtype=bool)])
    error = np.sqrt((number - 1) / number * ((without - without.mean()) ** 2).sum())
    return difference(np.ones(number, dtype=bool)), float(error)
