"""How far two coders agree on the drivers: the tables of version 0.1 beside a second, blind coding.

The second coder had the codebook (``simulation/drivers/CODEBOOK.md``) and the sources, and saw
neither the first coding nor the model nor its results. The spells of both stand in ``coding/`` as
they were made, ``first.csv`` and ``second.csv``; where the first has a parameter in a spell, its
value and range are the centre of the prior of version 0.1 and the ends of its 90 %. Agreement is
measured month by month with Krippendorff's alpha for values on a scale: 1 is perfect agreement, 0
what chance would give; below 0.667 a coding is usually called unreliable. Source: Krippendorff
2019.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.evidence.columns import month_number
from simulation.arrays import Array
from simulation.countries import COUNTRIES, Country, country_named
from simulation.dates import QUARTERS
from simulation.drivers import CHINA_ENTERS, DRIVER_FILES, DRIVERS

CODING = Path(__file__).parent / "coding"
FIRST_CODING, SECOND_CODING = CODING / "first.csv", CODING / "second.csv"
#: The table of each dated driver in the codings, and how its columns begin.
TABLES = {
    "line": ("leadership", ""),
    "hierarchy": ("leadership", "hierarchy_"),
    **{driver: (DRIVER_FILES[driver], "") for driver in DRIVERS},
}
PROXIMITY = "proximity"
#: Below this alpha a coding is usually called unreliable. Source: Krippendorff 2019.
RELIABLE = 0.667
#: Cuts so many months apart count as one.
NEAR_MONTHS = 3

Row = Mapping[str, str]


@dataclass(frozen=True)
class Codings:
    """One driver as two coders have it: values in [0, 1], and the range of the second.

    All arrays have shape (units, series): months and countries, or one unit and all pairs; NaN
    where there is nothing to code, as for China before it enters.
    """

    driver: str
    first: Array
    second: Array
    low: Array
    high: Array

    @property
    def alpha(self) -> float:
        """Krippendorff's alpha of the two codings, values taken as on a scale."""
        import krippendorff  # the extra ``calibration`` brings it

        values = np.stack([self.first.ravel(), self.second.ravel()])
        coded = ~np.isnan(values).any(axis=0)
        return float(krippendorff.alpha(values[:, coded], level_of_measurement="interval"))

    @property
    def distance(self) -> float:
        """The mean distance between the two values."""
        return float(np.nanmean(np.abs(self.first - self.second)))

    @property
    def inside(self) -> float:
        """The share of units in which the first value lies within the second coder's range."""
        coded = ~np.isnan(self.first + self.low)
        within = (self.first >= self.low) & (self.first <= self.high)
        return float(within[coded].mean())

    @property
    def cuts(self) -> tuple[int, int, int]:
        """The cuts of the first coding, of the second, and those of the first that they share.

        A cut is shared if the second coding has one within three months, in the same series.
        """
        first, second = _cuts(self.first), _cuts(self.second)
        near = np.zeros_like(second)
        for month, place in zip(*np.nonzero(second), strict=True):
            near[max(month - NEAR_MONTHS, 0) : month + NEAR_MONTHS + 1, place] = True
        return int(first.sum()), int(second.sum()), int((first & near).sum())


def _cuts(values: Array) -> NDArray[np.bool_]:
    """In which units a value differs from the one before, (units - 1, series)."""
    return np.asarray(np.nan_to_num(np.diff(values, axis=0)) != 0)


def coding_rows(path: Path) -> list[Row]:
    """The spells of one coding, as text by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def coded_months(rows: Iterable[Row], driver: str) -> tuple[Array, Array, Array]:
    """Value, low and high of a driver as one coder has it, each (months, C)."""
    table, prefix = TABLES[driver]
    own = [row for row in rows if row["table"] == table]
    elsewhere = 0.0 if table == DRIVER_FILES["emergency"] else np.nan
    value, low, high = (
        _monthly(own, prefix + column, elsewhere) for column in ("value", "low", "high")
    )
    return value, low, high


def codings() -> tuple[Codings, ...]:
    """Every driver that two coders have coded, as both have it."""
    first, second = coding_rows(FIRST_CODING), coding_rows(SECOND_CODING)
    dated = (
        Codings(driver, coded_months(first, driver)[0], *coded_months(second, driver))
        for driver in TABLES
    )
    # value, low and high of each pair: (3, pairs)
    one, other = (np.array([*coded_pairs(rows).values()]).T for rows in (first, second))
    near = Codings(PROXIMITY, one[:1], *other[:, np.newaxis])
    return (*dated, near)


def coded_pairs(rows: Iterable[Row]) -> dict[str, tuple[float, ...]]:
    """Value, low and high of proximity as one coder has it, by pair."""
    return {
        f"{row['country']}-{row['with_or_leader']}": tuple(
            float(row[column]) for column in ("value", "low", "high")
        )
        for row in rows
        if row["table"] == PROXIMITY
    }


def _monthly(rows: Iterable[Row], column: str, elsewhere: float) -> Array:
    """What a column says of each month and country (months, C), by rows of first and last months.

    ``elsewhere`` is the value of months of which no row speaks; China has none before it enters.
    """
    values = np.full((QUARTERS * 3, COUNTRIES), elsewhere)
    for row in rows:
        months = slice(month_number(row["from"]), month_number(row["to"]) + 1)
        values[months, country_named(row["country"])] = float(row[column])
    values[: CHINA_ENTERS * 3, Country.CHINA] = np.nan
    return values
