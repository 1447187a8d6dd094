"""What history feeds into the rules: the drivers of ``simulation/drivers/*.csv``, quarter by quarter."""

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from simulation.arrays import Array, PerPair
from simulation.countries import COUNTRIES, Country, country_named
from simulation.dates import FIRST_YEAR, QUARTERS, quarter_of

DRIVERS = ("isolation", "pressure", "distraction", "rapprochement", "emergency")
#: The file of each driver in ``simulation/drivers/``.
DRIVER_FILES = {driver: driver for driver in DRIVERS} | {"emergency": "shocks"}
#: Five-year plans began in these years. Source: marku2017 924-927, 1074-1075, 2365-2366, 5758-5760.
PLAN_YEARS = (1951, 1956, 1961, 1966, 1971, 1976)
#: The quarter in which the People's Republic of China enters. Source: marku2017 907.
CHINA_ENTERS = quarter_of("1949-10")


#: The year of the dollars in ``economies.csv``.
PRICES_OF_GDP = 2011.0
MILLIONS_IN_A_BILLION = 1000


@dataclass(frozen=True)
class Spell:
    """A leadership's time in office and the names of the parameters that hold its line and demand for hierarchy."""

    name: str
    country: Country
    first_month: int
    last_month: int
    leader: str
    line: str
    hierarchy: str


def read_driver(name: str) -> list[dict[str, str]]:
    """The rows of a driver file in ``simulation/drivers/``, as text by column."""
    text = files("simulation").joinpath("drivers", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _month(date: str) -> int:
    return (int(date[:4]) - FIRST_YEAR) * 12 + int(date[5:7]) - 1


@cache
def leadership_spells() -> dict[str, Spell]:
    """Every leadership spell of ``drivers/leadership.csv``, by name."""
    return {
        row["spell"]: Spell(
            row["spell"],
            country_named(row["country"]),
            _month(row["from"]),
            _month(row["to"]),
            row["leader"],
            row["line"],
            row["hierarchy"],
        )
        for row in read_driver("leadership")
    }


def spell_table() -> list[list[str]]:
    """The spell in office in each quarter (its middle month) for each country; before the first, the first."""
    table = [[""] * COUNTRIES for _ in range(QUARTERS)]
    for country in Country:
        spells = sorted(
            (s for s in leadership_spells().values() if s.country is country),
            key=lambda s: s.first_month,
        )
        for quarter in range(QUARTERS):
            month = quarter * 3 + 1
            current = [s.name for s in spells if s.first_month <= month]
            table[quarter][country] = current[-1] if current else spells[0].name
    return table


@cache
def driver_table(driver: str) -> Array:
    """A 0-1 driver as quarterly means of its months, shape (T, C, 1); zero where no row speaks."""
    months = np.zeros((QUARTERS * 3, COUNTRIES))
    for row in read_driver(DRIVER_FILES[driver]):
        months[_month(row["from"]) : _month(row["to"]) + 1, country_named(row["country"])] = float(
            row["value"]
        )
    return np.asarray(months.reshape(QUARTERS, 3, COUNTRIES).mean(axis=1)[..., np.newaxis])


@cache
def log_gdp_table() -> Array:
    """Logarithm of GDP in billion 2011 dollars at mid-quarter, shape (T, C, 1).

    Interpolated in logarithms between the years held; the first and last growth rates are carried
    outward.
    """
    rows = read_driver("economies")
    table = np.empty((QUARTERS, COUNTRIES, 1))
    middle = FIRST_YEAR + (np.arange(QUARTERS) + 0.5) / 4
    for country in Country:
        held = sorted(
            (float(r["year"]), math.log(float(r["gdp"])))
            for r in rows
            if r["country"] == country.key
        )
        years = np.array([year for year, _ in held]) + 0.5
        logs = np.array([value for _, value in held])
        values = np.interp(middle, years, logs)
        first = (logs[1] - logs[0]) / (years[1] - years[0])
        last = (logs[-1] - logs[-2]) / (years[-1] - years[-2])
        values += (
            np.minimum(middle - years[0], 0) * first + np.maximum(middle - years[-1], 0) * last
        )
        table[:, country, 0] = values
    return table


@cache
def log_share_tables() -> tuple[Array, Array]:
    """Logarithms of the patron's and of the client's share in the GDP of both, each of shape (T, P, C, 1)."""
    of_country = log_gdp_table()
    gdp = np.exp(of_country)
    together = np.log(gdp[:, :, np.newaxis] + gdp[:, np.newaxis])
    return of_country[:, :, np.newaxis] - together, of_country[:, np.newaxis] - together


@cache
def income_table() -> Array:
    """GDP in million US dollars of the day a year, shape (T, C, 1): that of 2011 dollars at current prices."""
    rows = {float(row["year"]): math.log(float(row["index"])) for row in read_driver("prices")}
    then = rows.pop(PRICES_OF_GDP)
    middle = FIRST_YEAR + (np.arange(QUARTERS) + 0.5) / 4
    prices = (
        np.interp(middle, np.array(sorted(rows)) + 0.5, [rows[year] for year in sorted(rows)])
        - then
    )
    return np.asarray(
        np.exp(log_gdp_table() + prices[:, np.newaxis, np.newaxis]) * MILLIONS_IN_A_BILLION
    )


@cache
def proximity_table() -> PerPair:
    """How near each two countries stand, in [0, 1], shape (P, C, 1)."""
    table = np.zeros((COUNTRIES, COUNTRIES, 1))
    for row in read_driver("proximity"):
        one, other = country_named(row["country"]), country_named(row["other"])
        table[one, other] = table[other, one] = float(row["value"])
    return table
