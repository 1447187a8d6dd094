"""The value of every coded spell in some histories: as coded, or drawn within the coded range.

A driver between 0 and 1 is a coder's judgement with a range. With ``drawn`` drivers each history
has a value of its own for each row of the tables of ``simulation/drivers``, from a triangular
distribution whose ends are the range and whose mode is the coded value. One uniform number a row,
addressed by seed, row and replicate, decides, so that a history has the same drivers alone, in a
batch and on Mesa. A row whose range is a point draws nothing. Source of the distribution: Kotz and
van Dorp 2004.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import Array, PerCountry, PerPair
from simulation.countries import COUNTRIES, country_named
from simulation.dates import FIRST_YEAR, QUARTERS
from simulation.drivers import DRIVER_FILES, DRIVERS, read_driver
from simulation.shocks import row_uniforms

#: How a history has its drivers: each row drawn within its coded range, or every row as coded.
DriverChoice = Literal["drawn", "coded"]
DRIVER_CHOICES: tuple[DriverChoice, ...] = ("drawn", "coded")
#: Stands for months of which no row speaks: a row of zeros after all others.
_NO_ROW = -1


@dataclass(frozen=True)
class CodedRow:
    """A row of a driver table: who, from which month (0 is 1945-01) to which, value and range."""

    driver: str
    subject: str
    first_month: int
    last_month: int
    value: float
    low: float
    high: float

    @property
    def address(self) -> str:
        """What addresses the draws of the row: the driver, the country or pair, the first month."""
        return f"{self.driver}/{self.subject}/{self.first_month}"


def triangular(uniforms: Array, low: Array, value: Array, high: Array) -> Array:
    """The values at some probabilities of triangular distributions from low to high about a mode.

    All arguments are broadcast together. Formula: low + sqrt(u w (value - low)) up to
    u = (value - low) / w, and above it high - sqrt((1 - u) w (high - value)), where w = high - low.
    """
    width = high - low
    rising = low + np.sqrt(uniforms * (width * (value - low)))
    falling = high - np.sqrt((1 - uniforms) * (width * (high - value)))
    return np.clip(np.where(uniforms * width < value - low, rising, falling), low, high)


def _month(date: str) -> int:
    return (int(date[:4]) - FIRST_YEAR) * 12 + int(date[5:7]) - 1


def _row(driver: str, subject: str, cells: dict[str, str]) -> CodedRow:
    first, last = cells.get("from", f"{FIRST_YEAR}-01"), cells.get("to")
    value, low, high = (float(cells[column]) for column in ("value", "low", "high"))
    last_month = QUARTERS * 3 - 1 if last is None else _month(last)
    return CodedRow(driver, subject, _month(first), last_month, value, low, high)


@cache
def coded_rows() -> tuple[CodedRow, ...]:
    """Every row of the drivers between 0 and 1, then those of proximity, in the order of files."""
    dated = [
        _row(driver, cells["country"], cells)
        for driver in DRIVERS
        for cells in read_driver(DRIVER_FILES[driver])
    ]
    near = [
        _row("proximity", f"{cells['country']}-{cells['other']}", cells)
        for cells in read_driver("proximity")
    ]
    return (*dated, *near)


@cache
def rows_in_force(driver: str) -> NDArray[np.int64]:
    """The place in ``coded_rows`` of the row of each month and country, (T, 3, C); -1 for none."""
    months = np.full((QUARTERS * 3, COUNTRIES), _NO_ROW)
    for place, row in enumerate(coded_rows()):
        if row.driver == driver:
            months[row.first_month : row.last_month + 1, country_named(row.subject)] = place
    return months.reshape(QUARTERS, 3, COUNTRIES)


@cache
def unchanged_since(driver: str) -> tuple[int, ...]:
    """For each quarter the first of those before it that have had the same rows without a gap."""
    rows = rows_in_force(driver)
    first = [0]
    for quarter in range(1, QUARTERS):
        same = np.array_equal(rows[quarter], rows[quarter - 1])
        first.append(first[-1] if same else quarter)
    return tuple(first)


@dataclass(frozen=True)
class SpellValues:
    """The value of each coded row in some histories, (rows + 1, R), the last row being zeros."""

    values: Array

    def of_quarter(self, driver: str, quarter: int) -> PerCountry:
        """A driver as the mean of the months of a quarter, shape (C, R); zero without a row."""
        return np.asarray(self.values[rows_in_force(driver)[quarter]].mean(axis=0))

    def proximity(self) -> PerPair:
        """How near each two countries stand, in [0, 1], shape (P, C, R)."""
        table = np.zeros((COUNTRIES, COUNTRIES, self.values.shape[-1]))
        for row, values in zip(coded_rows(), self.values, strict=False):
            if row.driver == "proximity":
                one, other = map(country_named, row.subject.split("-"))
                table[one, other] = table[other, one] = values
        return table

    def with_past(
        self, past: "SpellValues", histories: NDArray[np.integer], quarter: int
    ) -> "SpellValues":
        """The values when each history goes on from where one of other histories stands.

        ``histories`` (R,) are the places of those others, whose rows that have begun by the end of
        the ``quarter`` come with their past; what begins later is still each history's own.
        """
        begun = np.array([row.first_month <= quarter * 3 + 2 for row in coded_rows()] + [False])
        values = self.values.copy()
        values[begun] = np.take(past.values[begun], histories, axis=-1)
        return SpellValues(values)

    def repeated(self, times: int) -> "SpellValues":
        """The values of the same histories so many times over."""
        return SpellValues(np.tile(self.values, times))

    @classmethod
    def joined(cls, parts: Sequence["SpellValues"]) -> "SpellValues":
        """The values of several ensembles, their histories side by side in the order given."""
        return cls(np.concatenate([part.values for part in parts], axis=-1))


def _columns(*names: str) -> Iterator[Array]:
    """Numbers of all rows as columns (rows, 1)."""
    for name in names:
        yield np.array([[getattr(row, name)] for row in coded_rows()])


def _with_zeros(values: Array, replicates: int) -> SpellValues:
    """The values of the rows in so many histories, with the row of zeros that stands for none."""
    rows = np.broadcast_to(values, (len(values), replicates))
    return SpellValues(np.concatenate([rows, np.zeros((1, replicates))]))


def coded_values(replicates: int) -> SpellValues:
    """Every row as coded, the same in all histories."""
    (values,) = _columns("value")
    return _with_zeros(values, replicates)


@lru_cache(maxsize=4)
def spread_values(histories: int, seed: int = 0) -> SpellValues:
    """The value of every row in a few histories that stand for its range, one from each slice.

    Every row has as many equally probable slices as there are histories, dealt out in an order
    addressed by seed and row: a Latin hypercube (McKay, Beckman and Conover 1979).
    """
    slices = [
        np.argsort(np.argsort(row_uniforms(seed, row.address, histories, 0)))
        for row in coded_rows()
    ]
    uniforms = (np.stack(slices) + 0.5) / histories
    return _with_zeros(triangular(uniforms, *_columns("low", "value", "high")), histories)


@lru_cache(maxsize=4)  # histories that are carried on in stretches need theirs again and again
def spell_values(
    drivers: DriverChoice, seed: int, replicates: int, first_replicate: int = 0
) -> SpellValues:
    """The value of every row in the histories of an ensemble, drawn or as coded.

    Raises ``ValueError`` for any other choice.
    """
    if drivers not in DRIVER_CHOICES:
        raise ValueError(f"drivers = {drivers!r} is none of {', '.join(DRIVER_CHOICES)}")
    if drivers == "coded":
        return coded_values(replicates)
    uniforms = np.empty((len(coded_rows()), replicates))
    for place, row in enumerate(coded_rows()):
        if row.low < row.high:
            uniforms[place] = row_uniforms(seed, row.address, replicates, first_replicate)
        else:  # nothing to draw
            uniforms[place] = 0.5
    return _with_zeros(triangular(uniforms, *_columns("low", "value", "high")), replicates)
