"""How a counterfactual is read: against which factual scenario, over which years, and under what flags."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.errors import ScenarioError
from scenarios.files import antecedents
from scenarios.outcomes import PAIR_NAMES, SERIES
from scenarios.twins import parting
from simulation.dates import QUARTERS, date_of, year_of
from simulation.errors import Problem, raise_if_any
from simulation.interventions import Scenario


@dataclass(frozen=True)
class Reading:
    """How a counterfactual is read: against which factual scenario, over which quarters, and under what flags.

    ``years`` is the horizon asked for, counted from ``first_quarter``, that of the first intervention;
    ``last_quarter`` is the last one within it, or the last of 1980.
    """

    scenario: Scenario
    factual: Scenario
    first_quarter: int
    last_quarter: int
    years: int
    flags: tuple[str, ...]

    @property
    def length(self) -> float:
        """The years that are read: the horizon, or what is left of it by the end of 1980."""
        return (self.last_quarter - self.first_quarter + 1) / 4

    @property
    def antecedents(self) -> tuple[str, ...]:
        """What would have had to be different."""
        return antecedents(self.scenario)


def reading_of(scenario: Scenario, factual: Scenario, years: int | None = None) -> Reading:
    """How a counterfactual is read against a factual scenario, over its own horizon unless ``years`` are given.

    Raises ``ScenarioError`` if neither of the two changes anything, or the horizon is not at least one year.
    """
    first = min(parting(scenario), parting(factual))
    problems = []
    if first >= QUARTERS:
        problems.append(
            Problem(
                "comparison", "scenario", scenario.name, f"one that differs from {factual.name}"
            )
        )
    if years is not None and years < 1:
        problems.append(Problem("comparison", "horizon", years, "at least one year"))
    raise_if_any("these scenarios cannot be compared", problems, ScenarioError)
    own = min(each.horizon for each in (scenario, factual) if each.interventions)
    asked = own if years is None else years
    end = first + 4 * asked
    flags = []
    told = antecedents(scenario)
    if scenario.interventions and len(told) > 1:
        flags.append(f"{len(told)} antecedents: no single one can be credited with the outcome")
    if asked > own and first + 4 * own < QUARTERS:
        last = date_of(first + 4 * own - 1 + 1 / 3)
        flags.append(
            f"read over {asked} years: answers after {last} lie beyond the horizon of {own} years"
        )
    if end > QUARTERS:
        flags.append(
            f"histories end in 1980: {(QUARTERS - first) / 4:g} of the {asked} years are read"
        )
    if factual.interventions:
        flags.append(f"the factual side is not history but the scenario {factual.name}")
    return Reading(scenario, factual, first, min(end, QUARTERS) - 1, asked, tuple(flags))


def columns_of(reading: Reading, pairs: Sequence[str] = PAIR_NAMES) -> list[str]:
    """The columns of a batch that a comparison reads: the dates of the breaks, and the years of its horizon."""
    stems = [pair.replace("-", "_") for pair in pairs]
    yearly = [
        f"{stem}_{series}_{year}"
        for stem in stems
        for series in SERIES
        for year in years_of(reading)
    ]
    return ["replicate", "draw", *(f"{stem}_quarter" for stem in stems), *yearly]


def years_of(reading: Reading) -> range:
    """The calendar years that the horizon touches."""
    return range(year_of(reading.first_quarter), year_of(reading.last_quarter) + 1)
