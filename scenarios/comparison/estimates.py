"""Numbers estimated from simulated histories, each with its Monte Carlo error and its spread.

Histories that share a parameter draw are not independent, so errors are computed draw by draw.
Two things are kept apart: the *error*, by which a number would differ had other draws and shocks
been taken (it shrinks with more of them), and the *spread*, by which the number itself differs
from draw to draw (what the fit leaves open). Times to a break have survival curves, by lifelines.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenarios.outcomes import NEVER

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
#: An error is halved when its square is a quarter.
_HALVED = 4
#: Standard errors on either side of a curve: 95 histories of 100 of a normal distribution.
REACH = 1.96


@dataclass(frozen=True)
class Estimate:
    """A number estimated from simulated histories, and how far it can be trusted.

    ``error`` is its Monte Carlo standard error; ``spread`` the standard deviation of the number
    from draw to draw (none with fewer than two histories a draw); ``halving`` the number of
    replicates that would halve the error (none where the error is zero, or where only more draws
    would halve it). All are none where no history bears on it.
    """

    value: float | None
    error: float | None = None
    spread: float | None = None
    halving: int | None = None


#: What is said where no history bears on a number.
NOTHING = Estimate(None)


class Clusters:
    """Which histories share a parameter draw."""

    def __init__(self, draws: ArrayLike) -> None:
        labels = np.asarray(draws)
        self._order = np.argsort(labels, kind="stable")
        self._starts = np.flatnonzero(
            np.diff(labels[self._order], prepend=labels.min(initial=0) - 1)
        )
        self.sizes: Values = np.diff(self._starts, append=labels.size).astype(float)
        self.histories = int(labels.size)
        self.draws = int(self._starts.size)

    def sums(self, values: Values) -> Values:
        """The sum over the histories of each draw: (R, K) to (draws, K)."""
        return np.asarray(np.add.reduceat(values[self._order], self._starts, axis=0))

    def estimates(self, values: Sequence[float] | Values, residuals: Values) -> list[Estimate]:
        """Each value with error, spread and halving; its error is the mean of residuals (R, K).

        Error: sqrt(G / (G - 1) sum_d S_d^2) / R, S_d being the sum of the residuals of draw d and G
        the number of draws; with one draw the usual sd / sqrt(R). Spread: analysis of variance, the
        mean square between draws less that within, over the histories a draw. Halving: the R' at
        which spread^2 / G + within / R' is a quarter.
        """
        size, draws = self.histories, self.draws
        sums = self.sums(residuals)
        within = self._within(residuals, sums)
        if draws > 1:
            variance = (sums**2).sum(axis=0) * draws / (draws - 1) / size**2
            between = self._between(sums, within) if size >= 2 * draws else None
        else:
            variance = (residuals**2).sum(axis=0) / max(size - 1, 1) / size
            between = None
        return [
            Estimate(
                float(value),
                math.sqrt(variance[k]) if size > 1 else None,
                None if between is None else math.sqrt(between[k]),
                self._halving(float(variance[k]), 0.0 if between is None else float(between[k])),
            )
            for k, value in enumerate(values)
        ]

    def _within(self, residuals: Values, sums: Values) -> Values:
        """The mean square of the residuals within draws."""
        squares = (residuals**2).sum(axis=0) - (sums**2 / self.sizes[:, np.newaxis]).sum(axis=0)
        return np.asarray(np.maximum(squares, 0) / max(self.histories - self.draws, 1))

    def _between(self, sums: Values, within: Values) -> Values:
        """The variance of the draws' own means, that within draws taken off."""
        squares = (sums**2 / self.sizes[:, np.newaxis]).sum(axis=0) / (self.draws - 1)
        typical = (self.histories - (self.sizes**2).sum() / self.histories) / (self.draws - 1)
        return np.asarray(np.maximum(squares - within, 0) / typical)

    def _halving(self, variance: float, between: float) -> int | None:
        if not variance > 0:
            return None
        fixed = between / self.draws
        room = variance / _HALVED - fixed
        shocks = max(variance - fixed, 0.0) * self.histories
        return math.ceil(round(shocks / room, 3)) if room > 0 else None


def averaged_columns(
    values: NDArray[Any], clusters: Clusters, among: ArrayLike | None = None
) -> list[Estimate]:
    """The mean of each column of values (R, K) over histories, or some flagged ``among`` (R,).

    The error of a mean among some histories is that of a ratio of two means: the residual of a
    history is (value - mean) / share of histories among which it is asked, and zero for the others.
    """
    chosen = (
        np.ones(clusters.histories, dtype=bool) if among is None else np.asarray(among, dtype=bool)
    )
    if not chosen.any():
        return [NOTHING] * values.shape[1]
    counted = values[chosen].astype(float)
    means = counted.mean(axis=0)
    residuals = np.zeros(values.shape)
    residuals[chosen] = (counted - means) / chosen.mean()
    return clusters.estimates(means, residuals)


def averaged(values: ArrayLike, clusters: Clusters, among: ArrayLike | None = None) -> Estimate:
    """The mean of one quantity (R,) over histories, or over those ``among`` which it is asked."""
    return averaged_columns(np.asarray(values)[:, np.newaxis], clusters, among)[0]


def quantile(values: NDArray[Any], share: float) -> float:
    """The smallest value that a share of the histories do not exceed; it may be infinite."""
    return float(np.quantile(values, share, method="inverted_cdf"))


def column_quantiles(values: NDArray[Any], shares: Sequence[float]) -> Values:
    """The quantiles of each column of finite values (R, K) at some shares, shape (shares, K).

    Between two ordered values they are interpolated, as ``np.quantile`` does, which takes five
    times as long for many columns: it orders them across their rows. Formula: with h = share (R -
    1), x_floor(h) + (h - floor(h)) (x_ceil(h) - x_floor(h)).
    """
    ordered = np.sort(np.ascontiguousarray(values.T, dtype=float), axis=1)
    places = np.asarray(shares) * (len(values) - 1)
    below, above = np.floor(places).astype(int), np.ceil(places).astype(int)
    low = ordered[:, below]
    return np.asarray((low + (places - below) * (ordered[:, above] - low)).T)


def median(values: Values, clusters: Clusters, among: ArrayLike) -> Estimate:
    """The middle value among some histories, infinite ones included.

    Its error is half the distance between the values at 1/2 - e and 1/2 + e, where e is the error
    of the share of histories up to the median (Woodruff 1952); none where one of them is infinite.
    """
    chosen = np.asarray(among, dtype=bool)
    if not chosen.any():
        return NOTHING
    ordered = np.sort(np.asarray(values, dtype=float)[chosen])
    middle = quantile(ordered, 0.5)
    share = averaged(values <= middle, clusters, chosen)
    reach = share.error or 0.0
    ends = [quantile(ordered, float(np.clip(0.5 + side * reach, 0, 1))) for side in (-1, 1)]
    error = (ends[1] - ends[0]) / 2 if np.isfinite(ends).all() else None
    return Estimate(middle, error, None, share.halving if error else None)


@dataclass(frozen=True)
class SurvivalCurve:
    """The share of histories still unbroken, at the beginning of every quarter that is read.

    ``years`` counts from the intervention; ``low`` and ``high`` are the ends of a 95 % interval of
    Monte Carlo error.
    """

    years: tuple[float, ...]
    unbroken: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def durations(breaks: NDArray[Any], first_quarter: int, last_quarter: int) -> Values:
    """The years from the start of a quarter to the break, which falls in the middle of its own.

    Histories without a break by the end of the last quarter have the whole length: (last - first +
    1) / 4.
    """
    length = (last_quarter - first_quarter + 1) / 4
    broken = (breaks != NEVER) & (breaks <= last_quarter)
    return np.where(broken, (breaks - first_quarter + 0.5) / 4, length)


def _fitted(years: Values, length: float) -> Any:
    """A Kaplan-Meier curve of lifelines; equal times are passed once, with how often they occur."""
    from lifelines import KaplanMeierFitter  # takes a second to load

    times, counts = np.unique(years, return_counts=True)
    return KaplanMeierFitter().fit(times, times < length, weights=counts)


def survival(
    years: Values, length: float, clusters: Clusters, among: Flags
) -> tuple[SurvivalCurve, Estimate]:
    """The Kaplan-Meier curve of times to a break, and its restricted mean.

    Times are in years (R,), none above the ``length``.

    The restricted mean is the area under the curve up to the ``length`` of the horizon, in years.
    lifelines' own intervals take histories for independent, and its variance of the mean is that of
    one history; as those of one draw are not independent, errors are computed draw by draw, and the
    interval is 1.96 of them on either side.
    """
    if not among.any():
        return SurvivalCurve((), (), (), ()), NOTHING
    from lifelines.utils import restricted_mean_survival_time

    fitted = _fitted(years[among], length)
    area = float(restricted_mean_survival_time(fitted, t=length))
    grid = np.arange(round(4 * length) + 1) / 4
    unbroken = fitted.survival_function_at_times(grid).to_numpy()
    outlasting = (years[:, np.newaxis] > grid) | (years == length)[:, np.newaxis]
    errors = np.array([each.error or 0.0 for each in averaged_columns(outlasting, clusters, among)])
    low, high = np.clip(unbroken - REACH * errors, 0, 1), np.clip(unbroken + REACH * errors, 0, 1)
    curve = SurvivalCurve(*(tuple(line.tolist()) for line in (grid, unbroken, low, high)))
    return curve, replace(averaged(years, clusters, among), value=area)
