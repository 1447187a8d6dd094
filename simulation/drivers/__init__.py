"""What history feeds into the rules: the drivers of ``drivers/*.csv``, quarter by quarter."""

import csv
import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from simulation.arrays import Array
from simulation.countries import COUNTRIES, Country, country_named
from simulation.dates import FIRST_YEAR, QUARTERS, quarter_of

#: The drivers between 0 and 1: file, meaning and words of each, from ``drivers.toml``.
DRIVER_TABLE: dict[str, dict[str, str]] = tomllib.loads(
    files("simulation").joinpath("drivers", "drivers.toml").read_text(encoding="utf-8")
)
DRIVERS = tuple(DRIVER_TABLE)
#: The file of each driver in ``simulation/drivers/``.
DRIVER_FILES = {driver: row["file"] for driver, row in DRIVER_TABLE.items()}
#: Five-year plans began in these years. Source: marku2017 924-927, 1074-1075, 2365-2366, 5758-5760.
PLAN_YEARS = (1951, 1956, 1961, 1966, 1971, 1976)
#: The quarter in which the People's Republic of China enters. Source: marku2017 907.
CHINA_ENTERS = quarter_of("1949-10")


#: The year of the dollars in ``economies.csv``.
PRICES_OF_GDP = 2011.0
MILLIONS_IN_A_BILLION = 1000
#: The middle of each quarter, in years.
_MIDDLES = FIRST_YEAR + (np.arange(QUARTERS) + 0.5) / 4


@dataclass(frozen=True)
class Spell:
    """A leadership's time in office, and the parameters of its line and demand for hierarchy."""

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
            name=row["spell"],
            country=country_named(row["country"]),
            first_month=_month(row["from"]),
            last_month=_month(row["to"]),
            leader=row["leader"],
            line=row["line"],
            hierarchy=row["hierarchy"],
        )
        for row in read_driver("leadership")
    }


def spell_table() -> list[list[str]]:
    """The spell in office in the middle of each quarter by country; before all, the first."""
    spells = sorted(leadership_spells().values(), key=lambda spell: spell.first_month)
    table = []
    for quarter in range(QUARTERS):
        month = quarter * 3 + 1
        row = []
        for country in Country:
            own = [spell for spell in spells if spell.country is country]
            begun = [spell for spell in own if spell.first_month <= month]
            row.append((begun[-1] if begun else own[0]).name)
        table.append(row)
    return table


@cache
def log_gdp_table() -> Array:
    """Logarithm of GDP in billion 2011 dollars at mid-quarter, shape (T, C, 1).

    Interpolated in logarithms between the years on record, which stand for their middles; the first
    and last growth rates are carried outward.
    """
    table = np.empty((QUARTERS, COUNTRIES, 1))
    for country in Country:
        rows = [row for row in read_driver("economies") if row["country"] == country.key]
        gdp = dict(sorted((float(row["year"]), math.log(float(row["gdp"]))) for row in rows))
        years, logs = np.array([*gdp]) + 0.5, np.array([*gdp.values()])
        growth = np.diff(logs) / np.diff(years)
        values = np.interp(_MIDDLES, years, logs)
        values += (
            np.minimum(_MIDDLES - years[0], 0) * growth[0]
            + np.maximum(_MIDDLES - years[-1], 0) * growth[-1]
        )
        table[:, country, 0] = values
    return table


@cache
def log_share_tables() -> tuple[Array, Array]:
    """Logarithms of the patron's and the client's share in the GDP of both, each (T, P, C, 1)."""
    return log_shares(log_gdp_table())


def log_shares(of_country: Array) -> tuple[Array, Array]:
    """The same of any logarithms of GDP, (..., C, 1): each (..., P, C, 1)."""
    patron, client = of_country[..., :, np.newaxis, :], of_country[..., np.newaxis, :, :]
    together = np.log(np.exp(patron) + np.exp(client))
    return patron - together, client - together


@cache
def income_table() -> Array:
    """GDP in million US dollars of the day a year, shape (T, C, 1)."""
    rows = {float(row["year"]): math.log(float(row["index"])) for row in read_driver("prices")}
    then = rows.pop(PRICES_OF_GDP)
    years = sorted(rows)
    prices = np.interp(_MIDDLES, np.array(years) + 0.5, [rows[year] for year in years]) - then
    gdp = np.exp(log_gdp_table() + prices[:, np.newaxis, np.newaxis])
    return np.asarray(gdp * MILLIONS_IN_A_BILLION)
