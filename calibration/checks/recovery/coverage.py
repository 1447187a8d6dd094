"""Whether true values stand evenly among draws: coverage of intervals, distributions in bands."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calibration.checks.recovery.folder import RecordFits
from calibration.diagnostics import simultaneous_band
from calibration.origin import origin_of
from calibration.reports.report import Table
from simulation.arrays import Array

Flags = NDArray[np.bool_]
#: Coverage may miss its level by so many binomial standard errors.
MOST_ERRORS = 2.5
#: The chance with which a quantity's whole distribution stays in its band when places are even.
BAND = 0.95


@dataclass(frozen=True)
class Coverage:
    """How often the central interval of a level held the true value, over fits and quantities.

    ``inside`` says of each fit and quantity whether it did, (fits, quantities); ``share`` has one
    value a quantity; ``distance`` is how far it lies from the level in binomial standard errors.
    """

    level: float
    inside: Flags
    share: Array
    distance: Array


def coverage_of(places: Array, level: float) -> Coverage:
    """How often the central interval of a level held the true value, per quantity.

    Formula: the share of places u with |2 u - 1| <= level, against the level, its standard error
    being sqrt(level (1 - level) / fits).
    """
    inside = np.abs(2 * places - 1) <= level
    share = inside.mean(axis=0)
    error = np.sqrt(level * (1 - level) / len(places))
    return Coverage(level, inside, share, (share - level) / error)


def band_points(fits: int) -> Array:
    """Where the distribution of places is compared with the even one."""
    return np.linspace(0, 1, min(fits, 100) + 1)[1:-1]


@cache
def even_band(fits: int, share: float = BAND) -> tuple[Array, Array]:
    """The ends, at ``band_points``, between which the distribution of even places stays."""
    return simultaneous_band(fits, band_points(fits), share)


def outside_band(places: Array, share: float = BAND) -> Flags:
    """Which quantities' places (fits, quantities) leave the band of the even distribution."""
    points = band_points(len(places))
    low, high = even_band(len(places), share)
    reached = (places[:, :, np.newaxis] <= points).mean(axis=0)
    slack = 1e-9
    return np.asarray(
        ((reached < low - slack) | (reached > high + slack)).any(axis=1), dtype=np.bool_
    )


def uniformity(places: Array) -> Array:
    """The chance of places as uneven as these if true values stood evenly, per quantity.

    By the test of Kolmogorov and Smirnov.
    """
    return np.array([stats.kstest(column, "uniform").pvalue for column in places.T])


def most_outside(quantities: int) -> int:
    """How many quantities may leave their own bands by chance, but for one case in a hundred.

    As if quantities were independent of one another, which is strict: they are not.
    """
    return int(stats.binom.ppf(0.99, quantities, 1 - BAND))


def most_wide(cases: int) -> int:
    """How many coverages may lie too far from their level, as strictly."""
    return int(stats.binom.ppf(0.99, cases, 2 * stats.norm.sf(MOST_ERRORS)))


def pooled(coverage: Coverage) -> tuple[float, float]:
    """How often intervals held true values, all quantities together, and the error of that.

    The error is that between records, as quantities of one record are not independent; one record
    alone tells no error.
    """
    shares = coverage.inside.mean(axis=1)
    error = shares.std(ddof=1) / np.sqrt(len(shares)) if len(shares) > 1 else np.inf
    return float(shares.mean()), float(error)


def wide(coverage: Coverage) -> int:
    """How many quantities' coverage lies too far from its level."""
    return int((np.abs(coverage.distance) > MOST_ERRORS).sum())


def coverage_table(what: str, coverages: Sequence[Coverage]) -> Table:
    """How often intervals of each level cover, over all quantities or parameters."""
    return Table.of(
        f"Coverage, all {what} together",
        coverages,
        {
            "interval": lambda coverage: f"{coverage.level:.0%}",
            "covers": lambda coverage: coverage.share.mean(),
            "least of any quantity": lambda coverage: coverage.share.min(),
            "most of any quantity": lambda coverage: coverage.share.max(),
            "further than allowed": wide,
        },
    )


def coverage_values(names: Sequence[str], coverages: Sequence[Coverage]) -> dict[str, Any]:
    """The coverage of every quantity by level."""
    return {str(c.level): dict(zip(names, c.share, strict=True)) for c in coverages}


@dataclass(frozen=True)
class Results:
    """The results of simulated records, how many were wanted, and the quantities looked at."""

    fits: RecordFits
    rows: Sequence[Mapping[str, Any]]
    wanted: int
    names: tuple[str, ...]

    def table(self, key: str) -> Array:
        """A number of every quantity in each record, shape (records, quantities)."""
        return np.array([row[key] for row in self.rows], dtype=float)[:, : len(self.names)]

    def median(self, key: str) -> float:
        """The median over the records of one of their numbers."""
        return float(np.median([row[key] for row in self.rows]))

    @cached_property
    def places(self) -> Array:
        """Where true values stand among the draws, shape (records, quantities)."""
        places = [[row["places"][name] for name in self.names] for row in self.rows]
        return np.array(places, dtype=float)

    @property
    def origin(self) -> dict[str, Any]:
        """Where the results come from."""
        effort = ", ".join(
            f"{name.replace('_', ' ')} {value}" for name, value in asdict(self.fits.effort).items()
        )
        number = len(self.rows)
        return origin_of(
            seed=self.fits.seed, records=number, records_wanted=self.wanted, effort=effort
        )

    @property
    def drawn_from(self) -> str:
        """In words, where the parameters of the records come from."""
        around = self.fits.around
        return f"a normal distribution around {around.name}" if around else "the prior"

    @property
    def contraction(self) -> Array:
        """How much of the variance of each quantity a record takes away, mean of the records."""
        around = self.fits.around
        before = around.spread if around else np.ones(len(self.names))
        return np.asarray(1 - ((self.table("spread") / before) ** 2).mean(axis=0))

    def number(self, deed: str) -> str:
        """In a sentence, how many records there are of those that are wanted."""
        if len(self.rows) >= self.wanted:
            return (
                f"{len(self.rows)} records were simulated with parameters drawn from "
                f"{self.drawn_from}, and {deed}."
            )
        return (
            f"Only {len(self.rows)} of {self.wanted} simulated records have been {deed} so far; "
            "this is no verdict."
        )

    def description(self) -> str:
        """What the simulated records were like."""
        silent = sum(bool(row["degenerate"]) for row in self.rows)
        return (
            f"The middle record holds {self.median('moves'):.0f} dated moves and "
            f"{self.median('figures'):.0f} figures; {silent} hold nothing but silence. "
        )
