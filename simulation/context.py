"""The drivers, quarter by quarter: what history feeds into the rules, with a scenario's changes made."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation.arrays import Array, PerCountry, PerPair
from simulation.countries import COUNTRIES, Country, country_named
from simulation.dates import FIRST_YEAR
from simulation.drivers import (
    CHINA_ENTERS,
    DRIVERS,
    PLAN_YEARS,
    Spell,
    driver_table,
    income_table,
    leadership_spells,
    log_share_tables,
    proximity_table,
    spell_table,
)
from simulation.errors import raise_if_any
from simulation.interventions import MOVES, Intervention, Scenario, overlap_problems
from simulation.parameters import Parameters


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


def _zero_pairs(table: Array) -> tuple[tuple[int, int], ...]:
    """The pairs of two different countries at which a table (P, C, 1) is zero."""
    return tuple(
        (a, b) for a in range(COUNTRIES) for b in range(COUNTRIES) if a != b and table[a, b, 0] == 0
    )


class Context:
    """The drivers of a scenario for a set of parameters, read one quarter at a time.

    A quarter's drivers depend on nothing later, so a counterfactual has its twin's drivers until
    its first intervention. Raises ``SimulationError`` for changes that contradict each other.
    """

    def __init__(self, scenario: Scenario, parameters: Parameters) -> None:
        changes = dict(enumerate(scenario.interventions, 1))
        problems = overlap_problems(scenario.name, changes)
        raise_if_any(f"{scenario.name}: the scenario cannot be used", problems)
        self._interventions = scenario.interventions
        self._parameters = parameters
        self._spells = spell_table()
        self._plain: dict[bool, dict[str, Any]] = {}
        self._in_office: dict[str, tuple[list[str], PerCountry]] = {}
        self._drivers = {driver: driver_table(driver) for driver in DRIVERS}
        for change in scenario.interventions:
            if change.kind == "leadership":
                for quarter in range(change.first_quarter, change.last_quarter + 1):
                    self._spells[quarter][country_named(change.country)] = change.spell

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
            income=income_table()[quarter],
            log_size_share=log_share_tables()[0][quarter],
            log_client_share=log_share_tables()[1][quarter],
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
        proximity = proximity_table()
        permitted = {move: np.ones(shape) for move in MOVES}
        grant_imposed, grant_free, extra_pledge = np.zeros(shape), np.ones(shape), np.zeros(shape)
        for change in active:
            if change.kind == "absence":
                country = country_named(change.country)
                present[country] = present[:, country] = 0
            elif change.kind == "proximity":
                proximity = proximity.copy()
                for pair in change.pairs:
                    proximity[pair] = change.value
            elif change.kind == "forbid":
                for pair in change.pairs:
                    permitted[change.move][pair] = 0
            elif change.kind == "grant":
                grant_imposed[change.pair], grant_free[change.pair] = change.value, 0
            elif change.kind == "pledge":
                extra_pledge[change.pair] += change.value
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
                for pair in change.pairs
            ),
            "imposed": tuple(
                (pair, change.move)
                for change in active
                if change.kind == "impose"
                for pair in change.pairs
                if pair not in absent
            ),
        }
