"""The numbers of a comparison, and the one tidy table of them that every output is made from.

The table has one row a scenario, pair, quantity and year: value, Monte Carlo error, spread,
halving, range and unit. Terminal, CSV, report and page show its rows; only the digits are theirs.
"""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from importlib.resources import files
from operator import attrgetter
from typing import Any, NamedTuple

import pandas as pd

from scenarios.comparison.estimates import NOTHING
from scenarios.comparison.reading import Comparison

#: What an infinite shift means: no break within the horizon any more, or one that the twin has not.
AVOIDED, BROUGHT_ABOUT = "avoided", "new"
#: The quantities that are compared year by year, in words, with their units.
SERIES_WORDS = {
    "support": ("Political support", "0 to 1"),
    "strain": ("Strain", "0 to 1"),
    "delivered": ("Aid delivered", "million US$ a year"),
}


class Unit(NamedTuple):
    """A unit, and how its numbers are written: factor, decimal places, and ``+`` where signed."""

    name: str
    times: int
    places: int
    sign: str = ""

    def write(self, value: float | None, sign: str | None = None) -> str:
        """A number, in words where it is infinite, a dash where there is none."""
        if value is None or math.isinf(value):
            return "-" if value is None else AVOIDED if value > 0 else BROUGHT_ABOUT
        return f"{self.times * value:{self.sign if sign is None else sign}.{self.places}f}"

    def size(self, error: float | None) -> str:
        """An error or spread; ``<0.1`` where it is not zero and would be written as if it were."""
        least = 10**-self.places
        if error and self.times * error < least / 2:
            return f"<{least:.{self.places}f}"
        return self.write(error, sign="")


#: The units of numbers, by the words of ``quantities.csv``, then those of yearly values by series.
UNITS = {
    "share": Unit("%", 100, 1),
    "years": Unit("years", 1, 2),
    "shift": Unit("years", 1, 2, "+"),
    "support": Unit(SERIES_WORDS["support"][1], 1, 3, "+"),
    "strain": Unit(SERIES_WORDS["strain"][1], 1, 3, "+"),
    "delivered": Unit(SERIES_WORDS["delivered"][1], 1, 1, "+"),
}


@dataclass(frozen=True)
class Quantity:
    """A number of every comparison: its name for programs, its place, unit, name and meaning.

    ``table`` is that of one row a pair in which it stands, ``break`` or ``date``, empty if in none;
    ``range`` says what its range is, where it has one.
    """

    key: str
    place: str
    unit: str
    table: str
    name: str
    range: str
    meaning: str

    @property
    def head(self) -> str:
        """What stands above the number in a table of one row a pair."""
        brackets = f" [{self.range}]" if self.range else ""
        return f"{self.name.lower()} ({UNITS[self.unit].name}){brackets}"

    @property
    def column(self) -> str:
        """The column of the number in a table of one row a pair."""
        return self.place.removeprefix("fates.").replace(".", "_")


_TEXT = files("scenarios.comparison").joinpath("quantities.csv").read_text(encoding="utf-8")
#: The numbers of a comparison but the yearly ones, by key, in the order of reading.
QUANTITIES = {row["key"]: Quantity(**row) for row in csv.DictReader(_TEXT.splitlines())}


@dataclass(frozen=True)
class Number:
    """A row of the table: a quantity of a pair, over the whole horizon or in one year of it.

    ``low`` and ``high`` hold nine histories in ten or, of a probability of causation, bound it. A
    yearly number is a difference; ``factual`` and ``counterfactual`` are the means of the branches,
    and ``correlation`` is that of the twins.
    """

    scenario: str
    pair: str
    quantity: str
    year: int | None
    unit: Unit
    value: float | None
    error: float | None
    spread: float | None
    halving: int | None
    low: float | None = None
    high: float | None = None
    factual: float | None = None
    counterfactual: float | None = None
    correlation: float | None = None

    @property
    def text(self) -> str:
        """The number with its Monte Carlo error: ``41.4 ± 2.5``; a dash where it has no value."""
        error = f" ± {self.unit.size(self.error)}" if self.error else ""
        return self.unit.write(self.value) + error

    @property
    def range(self) -> str:
        """The ends of its range: ``+0.00 to avoided``, or one of them if they are the same."""
        if self.low is None or self.high is None:
            return "-"
        ends = [self.unit.write(end) for end in (self.low, self.high)]
        return ends[0] if self.low == self.high else " to ".join(ends)

    @property
    def text_and_range(self) -> str:
        """The number with its error and, in brackets, its range, if it has one."""
        return self.text if self.range == "-" else f"{self.text} [{self.range}]"

    @property
    def halved_by(self) -> str:
        """How many histories would halve the error, or that it takes more draws."""
        if not self.error:
            return "-"
        return "more draws needed" if self.halving is None else f"{self.halving:,}"

    @property
    def yearly_cells(self) -> tuple[str, ...]:
        """A yearly number as it stands in every table, from the year to the correlation."""
        factual = self.unit.write(self.factual, sign="")
        correlation = "-" if self.correlation is None else f"{self.correlation:.2f}"
        return (str(self.year), factual, self.text, self.range, correlation)


#: What stands above ``Number.yearly_cells``.
YEARLY_HEADS = ("year", "factual", "difference", "nine in ten twins", "correlation of twins")


def numbers_of(comparison: Comparison) -> dict[str, Number]:
    """Every number of a comparison but the yearly ones, by key."""
    numbers = {}
    for key, quantity in QUANTITIES.items():
        parent, _, _ = quantity.place.rpartition(".")
        ends = attrgetter(parent)(comparison) if parent else None
        estimate = attrgetter(quantity.place)(comparison) or NOTHING
        numbers[key] = Number(
            comparison.reading.scenario.name,
            comparison.pair,
            key,
            None,
            UNITS[quantity.unit],
            **vars(estimate),
            low=getattr(ends, "low", None),
            high=getattr(ends, "high", None),
        )
    return numbers


def yearly_numbers(comparison: Comparison) -> Iterator[Number]:
    """The differences of twins, series by series and year by year."""
    for row in comparison.yearly:
        yield Number(
            comparison.reading.scenario.name,
            comparison.pair,
            f"{row.series}_difference",
            row.year,
            UNITS[row.series],
            **vars(row.difference),
            low=row.low,
            high=row.high,
            factual=row.factual,
            counterfactual=row.counterfactual,
            correlation=row.correlation,
        )


def table_of(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """The tidy table of some comparisons: one row a scenario, pair, quantity and year."""
    rows = [
        vars(number) | {"unit": number.unit.name}
        for each in comparisons
        for number in (*numbers_of(each).values(), *yearly_numbers(each))
    ]
    return pd.DataFrame(rows).astype({"year": "Int64", "halving": "Int64"})


class Halving(NamedTuple):
    """How many histories halve the errors of some numbers, and how many of these take more draws.

    ``histories`` is 0 where no error can be halved by more histories.
    """

    histories: int
    lacking: int
    errors: int


def halving_of(numbers: Iterable[Number]) -> Halving:
    """What would halve the errors of some numbers, as far as they have any."""
    halvings = [number.halving for number in numbers if number.error]
    return Halving(
        max((each or 0 for each in halvings), default=0), halvings.count(None), len(halvings)
    )


def plain(value: Any) -> Any:
    """A comparison, or a part of it, as JSON can hold it; an infinite shift is a word."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, float) and math.isinf(value):
        return AVOIDED if value > 0 else BROUGHT_ABOUT
    return value
