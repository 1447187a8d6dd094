"""The drivers, quarter by quarter: what history feeds into the rules, with a scenario's changes made."""

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from simulation.arrays import Array, PerCountry, PerPair
from simulation.countries import COUNTRIES, Country, country_named
from simulation.dates import FIRST_YEAR, QUARTERS, quarter_of
from simulation.errors import Problem, raise_if_any, unknown
from simulation.interventions import DRIVERS, MOVES, Intervention, overlap_problems
from simulation.parameters import Parameters
from simulation.scenario import Scenario

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


@dataclass(frozen=True)
class QuarterContext:
    """The drivers of one quarter: countries (C, R) or (C, 1), pairs (P, C, 1); R = 1 where replicates share."""

    quarter: int
    line: PerCountry
    hierarchy: PerCountry
    income: PerCountry
    log_size_share: PerPair
    log_client_share: PerPair
    proximity: PerPair
    isolation: PerCountry
    pressure: PerCountry
    distraction: PerCountry
    rapprochement: PerCountry
    emergency: PerCountry
    plan_start: float
    present: PerPair
    permitted: dict[str, PerPair]
    grant_imposed: PerPair
    grant_free: PerPair
    extra_pledge: PerPair
    goodwill_held: tuple[tuple[tuple[int, int], float], ...]
    imposed: tuple[tuple[tuple[int, int], str], ...]
    absent: tuple[tuple[int, int], ...]
    forbidden: dict[str, tuple[tuple[int, int], ...]]


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


def _spell_table() -> list[list[str]]:
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
def _driver_table(driver: str) -> Array:
    """A 0-1 driver as quarterly means of its months, shape (T, C, 1); zero where no row speaks."""
    months = np.zeros((QUARTERS * 3, COUNTRIES))
    for row in read_driver(DRIVER_FILES[driver]):
        months[_month(row["from"]) : _month(row["to"]) + 1, country_named(row["country"])] = float(
            row["value"]
        )
    return np.asarray(months.reshape(QUARTERS, 3, COUNTRIES).mean(axis=1)[..., np.newaxis])


@cache
def _log_gdp_table() -> Array:
    """Logarithm of GDP in billion 2011 dollars at mid-quarter, shape (T, C, 1).

    Interpolated in logarithms between the years held; the first and last growth rates are carried outward.
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
def _log_share_tables() -> tuple[Array, Array]:
    """Logarithms of the patron's and of the client's share in the GDP of both, each of shape (T, P, C, 1)."""
    of_country = _log_gdp_table()
    gdp = np.exp(of_country)
    together = np.log(gdp[:, :, np.newaxis] + gdp[:, np.newaxis])
    return of_country[:, :, np.newaxis] - together, of_country[:, np.newaxis] - together


@cache
def _income_table() -> Array:
    """GDP in million US dollars of the day a year, shape (T, C, 1): that of 2011 dollars at current prices."""
    rows = {float(row["year"]): math.log(float(row["index"])) for row in read_driver("prices")}
    then = rows.pop(PRICES_OF_GDP)
    middle = FIRST_YEAR + (np.arange(QUARTERS) + 0.5) / 4
    prices = (
        np.interp(middle, np.array(sorted(rows)) + 0.5, [rows[year] for year in sorted(rows)])
        - then
    )
    return np.asarray(
        np.exp(_log_gdp_table() + prices[:, np.newaxis, np.newaxis]) * MILLIONS_IN_A_BILLION
    )


@cache
def _proximity_table() -> PerPair:
    table = np.zeros((COUNTRIES, COUNTRIES, 1))
    for row in read_driver("proximity"):
        one, other = country_named(row["country"]), country_named(row["other"])
        table[one, other] = table[other, one] = float(row["value"])
    return table


def _zero_pairs(table: Array) -> tuple[tuple[int, int], ...]:
    """The pairs of two different countries at which a table (P, C, 1) is zero."""
    return tuple(
        (a, b) for a in range(COUNTRIES) for b in range(COUNTRIES) if a != b and table[a, b, 0] == 0
    )


def _both_ways(table: Array, intervention: Intervention, value: float) -> None:
    patron, client = country_named(intervention.patron), country_named(intervention.client)
    table[patron, client] = table[client, patron] = value


def _pairs(intervention: Intervention) -> tuple[tuple[int, int], tuple[int, int]]:
    """The two ordered pairs of the countries that an intervention names."""
    patron, client = country_named(intervention.patron), country_named(intervention.client)
    return (patron, client), (client, patron)


def foreign_spell_problems(where: str, position: int, country: str, spell: str) -> list[Problem]:
    """What is wrong if a country is given a leadership: that it is another country's."""
    own = [name for name, held in leadership_spells().items() if held.country.key == country]
    return [] if spell in own else [unknown(where, f"interventions[{position}].spell", spell, own)]


class Context:
    """The drivers of a scenario for a set of parameters, read one quarter at a time.

    A quarter's drivers depend on nothing later, so a counterfactual has its twin's drivers until its first
    intervention. Raises ``SimulationError`` for changes that contradict each other and for the leadership of
    another country.
    """

    def __init__(self, scenario: Scenario, parameters: Parameters) -> None:
        changes = dict(enumerate(scenario.interventions, 1))
        problems = overlap_problems(scenario.name, changes)
        for number, change in changes.items():
            if change.kind == "leadership":
                problems += foreign_spell_problems(
                    scenario.name, number, change.country, change.spell
                )
        raise_if_any(f"{scenario.name}: the scenario cannot be used", problems)
        self._interventions = scenario.interventions
        self._parameters = parameters
        self._spells = _spell_table()
        self._plain: dict[bool, dict[str, Any]] = {}
        self._in_office: dict[str, tuple[list[str], PerCountry]] = {}
        self._drivers = {driver: _driver_table(driver) for driver in DRIVERS}
        for intervention in self._interventions:
            if intervention.kind == "leadership":
                for quarter in range(QUARTERS):
                    if intervention.active(quarter):
                        self._spells[quarter][country_named(intervention.country)] = (
                            intervention.spell
                        )

    def spell(self, quarter: int, country: Country) -> Spell:
        """The leadership spell in force in a quarter, interventions included."""
        return leadership_spells()[self._spells[quarter][country]]

    def _of_spells(self, quarter: int, kind: str) -> PerCountry:
        """The lines or demands for hierarchy of the leaderships in office, made once while they stay in office."""
        spells = self._spells[quarter]
        if kind not in self._in_office or self._in_office[kind][0] != spells:
            names = [getattr(self.spell(quarter, country), kind) for country in Country]
            self._in_office[kind] = spells, np.stack([self._parameters[name] for name in names])
        return self._in_office[kind][1]

    def quarter(self, quarter: int) -> QuarterContext:
        """The drivers of one quarter (0 is 1945 Q1)."""
        active = [i for i in self._interventions if i.active(quarter)]
        drivers = {driver: table[quarter] for driver, table in self._drivers.items()}
        pairs = (
            self._pair_terms(quarter, active)
            if active
            else self._undisturbed(quarter >= CHINA_ENTERS)
        )
        for change in active:
            if change.kind == "driver":
                drivers[change.driver] = drivers[change.driver].copy()
                drivers[change.driver][country_named(change.country)] = change.value
        return QuarterContext(
            quarter=quarter,
            line=self._of_spells(quarter, "line"),
            hierarchy=self._of_spells(quarter, "hierarchy"),
            income=_income_table()[quarter],
            log_size_share=_log_share_tables()[0][quarter],
            log_client_share=_log_share_tables()[1][quarter],
            isolation=drivers["isolation"],
            pressure=drivers["pressure"],
            distraction=drivers["distraction"],
            rapprochement=drivers["rapprochement"],
            emergency=drivers["emergency"],
            plan_start=float(FIRST_YEAR + quarter // 4 in PLAN_YEARS),
            **pairs,
        )

    def _undisturbed(self, china_present: bool) -> dict[str, Any]:
        """The pair terms of quarters in which no intervention is in force, made once before and once after 1949."""
        if china_present not in self._plain:
            self._plain[china_present] = self._pair_terms(CHINA_ENTERS if china_present else 0, [])
        return self._plain[china_present]

    def _pair_terms(self, quarter: int, active: list[Intervention]) -> dict[str, Any]:
        """Proximity, presence, permitted moves and imposed aid of a quarter, by field of ``QuarterContext``."""
        shape = (COUNTRIES, COUNTRIES, 1)
        present = 1 - np.eye(COUNTRIES)[..., np.newaxis]
        if quarter < CHINA_ENTERS:
            present[Country.CHINA] = present[:, Country.CHINA] = 0
        proximity = _proximity_table()
        permitted = {move: np.ones(shape) for move in MOVES}
        grant_imposed, grant_free, extra_pledge = np.zeros(shape), np.ones(shape), np.zeros(shape)
        for change in active:
            if change.kind == "absence":
                country = country_named(change.country)
                present[country] = present[:, country] = 0
            elif change.kind == "proximity":
                proximity = proximity.copy()
                _both_ways(proximity, change, change.value)
            elif change.kind == "forbid":
                _both_ways(permitted[change.move], change, 0.0)
            elif change.kind in ("grant", "pledge"):
                at = country_named(change.patron), country_named(change.client)
                if change.kind == "grant":
                    grant_imposed[at], grant_free[at] = change.value, 0.0
                else:
                    extra_pledge[at] += change.value
        absent = _zero_pairs(present)
        forbidden = {move: _zero_pairs(allowed * present) for move, allowed in permitted.items()}
        return {
            "absent": absent,
            "forbidden": forbidden,
            "present": present,
            "proximity": proximity,
            "permitted": permitted,
            "grant_imposed": grant_imposed,
            "grant_free": grant_free,
            "extra_pledge": extra_pledge,
            "goodwill_held": tuple(
                (pair, change.value)
                for change in active
                if change.kind == "goodwill"
                for pair in _pairs(change)
            ),
            "imposed": tuple(
                (pair, change.move)
                for change in active
                if change.kind == "impose"
                for pair in _pairs(change)
                if pair not in absent
            ),
        }
