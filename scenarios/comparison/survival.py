"""How long pairs stay unbroken after an intervention: survival curves and restricted mean times, by lifelines."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.comparison.estimates import (
    NOTHING,
    Clusters,
    Estimate,
    Values,
    averaged,
    averaged_columns,
)
from scenarios.outcomes import NEVER

Flags = NDArray[np.bool_]
#: Standard errors on either side of a curve: 95 histories of 100 of a normal distribution.
_REACH = 1.96


@dataclass(frozen=True)
class SurvivalCurve:
    """The share of histories still unbroken, at the beginning of every quarter after the intervention.

    ``years`` counts from the intervention; ``low`` and ``high`` are the ends of a 95 % interval of Monte Carlo error.
    """

    years: tuple[float, ...]
    unbroken: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class RestrictedMean:
    """The mean time unbroken within the horizon, in years, of both branches, and the difference of the pairs."""

    factual: Estimate
    counterfactual: Estimate
    difference: Estimate


def durations(breaks: NDArray[Any], first_quarter: int, last_quarter: int) -> Values:
    """The years from the start of a quarter to the break, a break falling in the middle of its quarter.

    Histories without a break by the end of the last quarter have the whole length: (last - first + 1) / 4.
    """
    length = (last_quarter - first_quarter + 1) / 4
    broken = (breaks != NEVER) & (breaks <= last_quarter)
    return np.where(broken, (breaks - first_quarter + 0.5) / 4, length)


def _fitted(years: Values, length: float) -> Any:
    """A Kaplan-Meier curve of lifelines; equal times are handed over once, with how often they occur."""
    from lifelines import KaplanMeierFitter  # takes a second to load

    times, counts = np.unique(years, return_counts=True)
    return KaplanMeierFitter().fit(times, times < length, weights=counts)


def survival(
    years: Values, length: float, clusters: Clusters, among: Flags
) -> tuple[SurvivalCurve, Estimate]:
    """The Kaplan-Meier curve of times to a break in years (R,), none above the ``length``, and its restricted mean.

    The restricted mean is the area under the curve up to the ``length`` of the horizon, in years. lifelines' own
    intervals take histories for independent, and its variance of the mean is that of one history; as those of one
    draw are not independent, errors are computed draw by draw, and the interval is 1.96 of them on either side.
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
    low, high = np.clip(unbroken - _REACH * errors, 0, 1), np.clip(unbroken + _REACH * errors, 0, 1)
    curve = SurvivalCurve(*(tuple(line.tolist()) for line in (grid, unbroken, low, high)))
    return curve, replace(averaged(years, clusters, among), value=area)
