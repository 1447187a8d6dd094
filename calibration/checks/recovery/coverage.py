"""Whether true values stand evenly among the draws of fits: coverage of intervals, and whole distributions in bands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calibration.diagnostics import simultaneous_band
from simulation.arrays import Array

#: Coverage may miss its level by so many binomial standard errors.
MOST_ERRORS = 2.5
#: The chance with which a quantity's whole distribution stays in its band when places are even.
BAND = 0.95


@dataclass(frozen=True)
class Coverage:
    """How often the central interval of a level held the true value, over fits and quantities.

    ``held`` says of each fit and quantity whether it did, (fits, quantities); ``share`` has one value a quantity;
    ``distance`` is how far it lies from the level in binomial standard errors.
    """

    level: float
    held: NDArray[np.bool_]
    share: Array
    distance: Array


def places_table(results: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Array:
    """The places of true values among the draws of fits, shape (fits, quantities)."""
    return np.array([[result["places"][name] for name in names] for result in results], dtype=float)


def coverage_of(places: Array, level: float) -> Coverage:
    """How often the central interval of a level held the true value, per quantity.

    Formula: the share of places u with |2 u - 1| <= level, against the level, its standard error being
    sqrt(level (1 - level) / fits).
    """
    held = np.abs(2 * places - 1) <= level
    share = held.mean(axis=0)
    return Coverage(
        level, held, share, (share - level) / np.sqrt(level * (1 - level) / len(places))
    )


def band_points(fits: int) -> Array:
    """Where the distribution of places is compared with the even one."""
    return np.linspace(0, 1, min(fits, 100) + 1)[1:-1]


@cache
def even_band(fits: int, share: float = BAND) -> tuple[Array, Array]:
    """The lower and upper ends, at ``band_points``, between which the distribution of even places stays."""
    return simultaneous_band(fits, band_points(fits), share)


def outside_band(places: Array, share: float = BAND) -> NDArray[np.bool_]:
    """Which quantities' places (fits, quantities) leave the simultaneous band of the even distribution."""
    points = band_points(len(places))
    low, high = even_band(len(places), share)
    reached = (places[:, :, np.newaxis] <= points).mean(axis=0)
    slack = 1e-9
    return np.asarray(
        ((reached < low - slack) | (reached > high + slack)).any(axis=1), dtype=np.bool_
    )


def uniformity(places: Array) -> Array:
    """The chance of places as uneven as these if true values stood evenly (Kolmogorov-Smirnov), per quantity."""
    return np.array([stats.kstest(column, "uniform").pvalue for column in places.T])


def most_outside(quantities: int, share: float = BAND) -> int:
    """How many of so many quantities may leave their own bands by chance, but for one case in a hundred."""
    return int(stats.binom.ppf(0.99, quantities, 1 - share))


def most_wide(cases: int) -> int:
    """How many of so many coverages may lie too far from their level by chance, but for one case in a hundred."""
    return int(stats.binom.ppf(0.99, cases, 2 * stats.norm.sf(MOST_ERRORS)))
