"""Scores of forecasts of single observations (log, Brier, CRPS), and paired differences.

The log score is better the larger it is, the others the smaller. CRPS by scoringrules, with the
estimator that does not depend on the size of the ensemble (``pwm``). Sources: Gneiting & Raftery
2007; Zamo & Naveau 2018.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from calibration.diagnostics import systematic
from calibration.likelihood.observations import QUARTERS
from simulation.arrays import Array
from simulation.dates import year_of

#: Members of an ensemble drawn from a forecast, at evenly spaced ranks.
MEMBERS = 2000
_RANKS = (np.arange(MEMBERS) + 0.5) / MEMBERS
_TINY = np.finfo(float).tiny


@dataclass(frozen=True)
class Score:
    """The scores of one forecast; ``brier`` is NaN where there are no dates.

    ``crps`` is in years for dates, in the unit compared for values (log units, shares, or the
    number of an answer), NaN for intervals.
    """

    log: float
    brier: float
    crps: float


@dataclass(frozen=True)
class DateForecast:
    """When a pair moves next: chances a quarter of any move, and of that on record, (T,)."""

    moving: Array
    recorded: Array

    @property
    def staying(self) -> float:
        """The chance that it does not move to the end of the record."""
        return max(1.0 - float(self.moving.sum()), 0.0)


@dataclass(frozen=True)
class FigureForecast:
    """A figure foreseen by a mixture: weights, its log-probability, centres and spreads, (S,)."""

    weights: Array
    log_chances: Array
    centres: Array
    spreads: Array


def date_score(
    forecast: DateForecast, window: tuple[int, int] | None, quarter: int | None
) -> Score:
    """The scores of a forecast of a pair's next move.

    ``window`` is the first and last quarter in which the move on record may have fallen,
    ``quarter`` its preferred date; none for a silence, which is foreseen by staying. Log score: log
    of the chance of the recorded move within the window. Brier: the sum over calendar years, and no
    move, of (chance - outcome) ** 2. CRPS: of the date in years, no move counting as the first
    quarter after the record.
    """
    chance = forecast.staying
    if window is not None:
        chance = float(forecast.recorded[window[0] : window[1] + 1].sum())
    years = np.array([year_of(number) for number in range(len(forecast.moving))])
    chances = np.bincount(years - years[0], weights=forecast.moving)
    outcome = np.zeros(len(chances) + 1)
    outcome[-1 if quarter is None else year_of(quarter) - years[0]] = 1
    brier = float(((np.append(chances, forecast.staying) - outcome) ** 2).sum())
    observed = QUARTERS if quarter is None else quarter
    return Score(
        float(np.log(max(chance, _TINY))), brier, crps(dates_of(forecast) / 4, observed / 4)
    )


def dates_of(forecast: DateForecast) -> Array:
    """An ensemble of dates (quarters) at evenly spaced ranks; no move is QUARTERS."""
    return np.searchsorted(np.cumsum(forecast.moving), _RANKS, side="left").astype(float)


def figure_score(
    forecast: FigureForecast, observed: float | None, generator: np.random.Generator
) -> Score:
    """The scores of a forecast of a figure: log of the mixture's probability, and CRPS of draws.

    ``observed`` is the value on record as compared, none for an interval, which has no CRPS.
    """
    weights = forecast.weights / forecast.weights.sum()
    log = float(special.logsumexp(forecast.log_chances, b=weights))
    if observed is None:
        return Score(log, np.nan, np.nan)
    chosen = systematic(weights, 0.5, MEMBERS)
    scale = forecast.spreads[chosen] / np.sqrt(2)
    noise = special.stdtrit(4, generator.permutation(_RANKS))
    return Score(log, np.nan, crps(forecast.centres[chosen] + scale * noise, observed))


def crps(members: Array, observed: float) -> float:
    """The continuous ranked probability score of an ensemble."""
    import scoringrules

    return float(scoringrules.crps_ensemble(observed, members, estimator="pwm"))


@dataclass(frozen=True)
class Difference:
    """A mean paired difference with its standard error, sd / sqrt(n), over n observations."""

    mean: float
    error: float
    number: int

    def __str__(self) -> str:
        if not self.number:
            return "–"
        return f"{self.mean:+.2f} ± " + ("?" if np.isnan(self.error) else f"{self.error:.2f}")


def paired(one: Sequence[float], other: Sequence[float]) -> Difference:
    """The mean of one minus the other over the observations that both have."""
    gaps = np.array(one) - np.array(other)
    gaps = gaps[~np.isnan(gaps)]
    if not gaps.size:
        return Difference(np.nan, np.nan, 0)
    error = float(gaps.std(ddof=1) / np.sqrt(gaps.size)) if gaps.size > 1 else np.nan
    return Difference(float(gaps.mean()), error, gaps.size)
