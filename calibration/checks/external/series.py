"""Series of years as a CSV file: what a patron gave a client, or how the client stood by it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ValidationInfo, field_validator

from calibration.errors import CalibrationError
from calibration.evidence.columns import MONEY_UNITS, ModelCountry, Number, Text, one_of
from calibration.evidence.declarations import Row
from calibration.evidence.lines import CsvLine, read_lines, rows_of
from calibration.evidence.record import rate_on
from calibration.evidence.rows import ExchangeRate
from calibration.likelihood.quantities import COMPARABLE, WILLINGNESS
from scenarios.documented import Pair
from simulation.arrays import Array
from simulation.countries import country_named, pair_name
from simulation.dates import FIRST_YEAR, LAST_YEAR
from simulation.errors import Problem, raise_if_any
from simulation.schema import refusal, whole_number

#: A client's support of its patron, beside its willingness to support it.
SUPPORT = "support"
#: Quantities that add up over a year, in million US dollars of the day.
FLOWS = tuple(
    name
    for name in COMPARABLE
    if name.split()[-1] in ("requested", "pledged", "delivered", "repaid")
)
#: Quantities whose mean over a year counts: debts in million US dollars, and shares.
DEBTS, SHARES = ("outstanding",), (SUPPORT, WILLINGNESS)
SERIES_QUANTITIES = (*FLOWS, *DEBTS, *SHARES)
SHARE = "share"
#: With fewer years a rank correlation says nothing.
LEAST_YEARS = 5
TEMPLATE = """\
client,patron,quantity,year,value,unit,source
albania,china,delivered,1962,1.5,million new rubles,"archive, file, page; delete this row"
albania,china,delivered,1963,2.5,million new rubles,"archive, file, page; delete this row"
"""

Years = NDArray[np.int64]
#: Which of the years of a series are looked at.
Chosen = NDArray[np.bool_]


def _year(value: object) -> int:
    return whole_number(value, FIRST_YEAR, LAST_YEAR)


class SeriesYear(Row):
    """A year of a series: client, patron, quantity, value with its unit, and where it is from."""

    client: ModelCountry
    patron: ModelCountry
    quantity: Annotated[str, one_of(*SERIES_QUANTITIES)]
    year: Annotated[int, BeforeValidator(_year)]
    value: Number
    unit: Text
    source: Text

    @field_validator("patron")
    @classmethod
    def _another(cls, patron: str, others: ValidationInfo) -> str:
        if patron == others.data.get("client"):
            raise refusal("another country than the client")
        return patron

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the years of a series have in common."""
        return self.client, self.patron, self.quantity, self.source


@dataclass(frozen=True)
class Series:
    """The years of a quantity of a pair in order, (n,), and what each has, ``yearly``, (n,).

    Money is in million US dollars of the day. ``comparable`` is whether values have the unit of the
    simulated quantity, so that their level says something.
    """

    pair: Pair
    quantity: str
    source: str
    years: Years
    yearly: Array
    comparable: bool

    @property
    def name(self) -> str:
        """Pair, quantity and source, for a reader."""
        return f"{pair_name(*self.pair)} {self.quantity} ({self.source})"


def read_series(paths: Sequence[Path], rates: Sequence[ExchangeRate]) -> tuple[Series, ...]:
    """The series in some CSV files, in the order in which they begin.

    Raises ``CalibrationError`` that lists every problem of every file: columns or cells that are
    not as they must be, a year told twice, units that cannot be put together, money without a rate
    of exchange, too few years.
    """
    rows: dict[tuple[str, ...], list[tuple[CsvLine, SeriesYear]]] = {}
    problems: list[Problem] = []
    for path in paths:
        lines, wrong = read_lines(path, SeriesYear.columns())
        problems += wrong
        for line in lines:
            own, refused = rows_of([line], SeriesYear)
            problems += refused
            for row in own:
                rows.setdefault(row.key, []).append((line, row))
        if not lines and not wrong:
            problems.append(Problem(path.name, "rows", 0, f"at least {LEAST_YEARS} years"))
    series = []
    for entries in rows.values():
        refused = [*_row_problems(entries, rates)]
        if len(entries) < LEAST_YEARS and not problems:
            where, allowed = entries[0][0].where, f"at least {LEAST_YEARS} years of a series"
            refused.append(Problem(where, "years", len(entries), allowed))
        problems += refused
        if not refused:
            series.append(_series([row for _, row in entries], rates))
    raise_if_any("these series cannot be used", problems, CalibrationError)
    return tuple(series)


def _row_problems(
    entries: Sequence[tuple[CsvLine, SeriesYear]], rates: Sequence[ExchangeRate]
) -> list[Problem]:
    problems = []
    times = Counter(row.year for _, row in entries)
    first = entries[0][1].unit
    for line, row in entries:
        if times[row.year] > 1:
            problems.append(Problem(line.where, "year", row.year, "each year of a series once"))
        if row.unit in MONEY_UNITS and _rate(row, rates) is None:
            allowed = f"a currency with a rate in {row.year}"
            problems.append(Problem(line.where, "unit", row.unit, allowed))
        if row.unit != first and not {row.unit, first} <= {*MONEY_UNITS}:
            allowed = f"{first}, as in the first row of the series, or money throughout"
            problems.append(Problem(line.where, "unit", row.unit, allowed))
    return problems


def _rate(row: SeriesYear, rates: Sequence[ExchangeRate]) -> ExchangeRate | None:
    return rate_on(row.unit, date(row.year, 7, 1), rates)


def _series(rows: Sequence[SeriesYear], rates: Sequence[ExchangeRate]) -> Series:
    ordered = sorted(rows, key=lambda row: row.year)
    first = ordered[0]
    known = [_rate(row, rates) if row.unit in MONEY_UNITS else None for row in ordered]
    values = [
        row.value * (1 if rate is None else rate.usd_per_unit)
        for row, rate in zip(ordered, known, strict=True)
    ]
    money = first.unit in MONEY_UNITS
    unit_fits = first.unit == SHARE if first.quantity in SHARES else money
    return Series(
        (country_named(first.patron), country_named(first.client)),
        first.quantity,
        first.source,
        np.array([row.year for row in ordered]),
        np.array(values),
        unit_fits,
    )


def by_year(quarterly: Mapping[str, Array], pair: Pair, quantity: str) -> Array:
    """A quantity of simulated histories year by year, shape (years, R).

    ``quarterly`` are the quantities of the rules by name, (T, P, C, R).
    """

    def of(name: str) -> Array:
        return np.asarray(quarterly[name][:, pair[0], pair[1]])

    with np.errstate(invalid="ignore", divide="ignore"):  # of a country that is not there yet
        quarters = of(SUPPORT) if quantity == SUPPORT else COMPARABLE[quantity](of)
    quarters = np.nan_to_num(quarters, posinf=0.0)
    years = quarters.reshape(-1, 4, quarters.shape[-1])
    return np.asarray(years.sum(axis=1) if quantity in FLOWS else years.mean(axis=1))
