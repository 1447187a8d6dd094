"""The drivers of a scenario, quarter by quarter: history with the scenario's changes made."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import PerCountry, PerPair
from simulation.countries import Country, Pair, country_named
from simulation.dates import FIRST_YEAR
from simulation.drivers import (
    CHINA_ENTERS,
    DRIVERS,
    PLAN_YEARS,
    Spell,
    leadership_spells,
    spell_table,
)
from simulation.drivers.spells import SpellValues, coded_values, unchanged_since
from simulation.errors import raise_if_any
from simulation.interventions import COURSES, Scenario, overlap_problems
from simulation.interventions.terms import AidTerms, economies, pair_terms
from simulation.parameters import Parameters


@dataclass(frozen=True)
class QuarterContext:
    """The drivers of one quarter: arrays of countries (C, R) or (C, 1), of pairs (P, C, 1).

    Drivers between 0 and 1 and proximity have a value for each history: (C, R) and (P, C, R).

    ``present`` is 1 for pairs of two countries that are there, and ``absent`` lists the others;
    ``forbidden`` lists, by move, the pairs that cannot make it. ``economic`` and ``arms`` are the
    terms on which each form of aid is given. ``imposed`` are moves of pairs, ``goodwill_fixed``
    their goodwill; ``goodwill_kept`` lists the pairs whose goodwill stays as it is.
    """

    quarter: int
    line: PerCountry
    hierarchy: PerCountry
    income: PerCountry
    log_smallness: PerCountry
    log_size_share: PerPair
    log_client_share: PerPair
    isolation: PerCountry
    pressure: PerCountry
    distraction: PerCountry
    rapprochement: PerCountry
    emergency: PerCountry
    plan_talks: float
    proximity: PerPair
    present: PerPair
    absent: tuple[Pair, ...]
    forbidden: dict[str, tuple[Pair, ...]]
    imposed: tuple[tuple[Pair, str], ...]
    economic: AidTerms
    arms: AidTerms
    goodwill_fixed: tuple[tuple[Pair, float], ...]
    goodwill_kept: tuple[Pair, ...]


class Context:
    """The drivers of a scenario for a set of parameters, read one quarter at a time.

    ``values`` are those of the coded rows in each history (none: as coded). A quarter's drivers
    depend on nothing later, so a counterfactual has its twin's drivers until its first
    intervention, and after it in all that it does not change. Raises ``SimulationError`` for
    changes that contradict each other.
    """

    def __init__(
        self, scenario: Scenario, parameters: Parameters, values: SpellValues | None = None
    ) -> None:
        changes = dict(enumerate(scenario.interventions, 1))
        problems = overlap_problems(scenario.name, changes)
        raise_if_any(f"{scenario.name}: the scenario cannot be used", problems)
        self._changes = scenario.interventions
        self._parameters = parameters
        self._undisturbed: dict[bool, dict[str, Any]] = {}
        self._in_office: dict[str, tuple[list[str | float], PerCountry]] = {}
        self._values = coded_values(parameters.replicates) if values is None else values
        self._proximity = self._values.proximity()
        self._made: dict[str, tuple[int, PerCountry]] = {}
        self._last_quarter = 0
        self._spells = spell_table()
        for change in self._changes:
            if change.kind == "leadership":
                for quarter in range(change.first_quarter, change.last_quarter + 1):
                    self._spells[quarter][country_named(change.country)] = change.spell
        self._courses = {course: self._course_table(course) for course in COURSES}

    def _course_table(self, course: str) -> list[list[str | float]]:
        """A part of the courses by quarter and country: the name of a parameter, or a number."""
        spells = leadership_spells()
        table: list[list[str | float]] = [
            [getattr(spells[name], course) for name in names] for names in self._spells
        ]
        for change in self._changes:
            if change.kind == "course" and change.course == course:
                number = change.value
                kept = getattr(spells[change.spell], course) if number is None else number
                for quarter in range(change.first_quarter, change.last_quarter + 1):
                    table[quarter][country_named(change.country)] = kept
        return table

    def spell(self, quarter: int, country: Country) -> Spell:
        """The leadership spell in force in a quarter, interventions included."""
        return leadership_spells()[self._spells[quarter][country]]

    def quarter(self, quarter: int) -> QuarterContext:
        """The drivers of one quarter (0 is 1945 Q1)."""
        self._last_quarter = quarter
        changes = [change for change in self._changes if change.active(quarter)]
        drivers: dict[str, Any] = {driver: self._of_spells(driver, quarter) for driver in DRIVERS}
        for change in changes:
            if change.kind == "driver":
                drivers[change.driver] = drivers[change.driver].copy()
                drivers[change.driver][country_named(change.country)] = change.value
        china_is_there = quarter >= CHINA_ENTERS
        if not changes and china_is_there not in self._undisturbed:
            self._undisturbed[china_is_there] = pair_terms(self._proximity, china_is_there, [])
        return QuarterContext(
            quarter=quarter,
            line=self._of_leaders(quarter, "line"),
            hierarchy=self._of_leaders(quarter, "hierarchy"),
            **economies(quarter, changes),
            plan_talks=float(FIRST_YEAR + quarter // 4 + 1 in PLAN_YEARS),
            **drivers,
            **(
                pair_terms(self._proximity, china_is_there, changes)
                if changes
                else self._undisturbed[china_is_there]
            ),
        )

    def take(self, histories: NDArray[np.integer]) -> None:
        """Let every history go on with the drivers of the history in its place.

        So far it has had those of the last quarter asked for; drivers of spells that have not begun
        by then stay its own.
        """
        self._values = self._values.with_past(self._values, histories, self._last_quarter)
        self._proximity = self._values.proximity()
        self._made.clear()
        self._undisturbed.clear()

    def _of_spells(self, driver: str, quarter: int) -> PerCountry:
        """A driver of all countries, made once for as long as its rows stay the same."""
        since = unchanged_since(driver)[quarter]
        if driver not in self._made or self._made[driver][0] != since:
            self._made[driver] = since, self._values.of_quarter(driver, since)
        return self._made[driver][1]

    def _of_leaders(self, quarter: int, course: str) -> PerCountry:
        """The lines or demands for hierarchy of those in office, made once for their time."""
        parts = self._courses[course][quarter]
        if course not in self._in_office or self._in_office[course][0] != parts:
            everywhere = np.ones(self._parameters.replicates)
            values = [
                self._parameters[part] if isinstance(part, str) else part * everywhere
                for part in parts
            ]
            self._in_office[course] = parts, np.stack(values)
        return self._in_office[course][1]
