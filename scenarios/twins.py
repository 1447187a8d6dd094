"""Twin histories: what scenarios share of their past is simulated once.

Before its first intervention a counterfactual is its factual twin, bit for bit; so the factual
histories are carried out once, and each counterfactual takes over their state in the quarter of its
first intervention.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from scenarios.outcomes import (
    KEPT,
    SERIES,
    Compact,
    Quarters,
    first_breaks,
    of_pairs,
    yearly_values,
)
from simulation.arrays import Array
from simulation.dates import QUARTERS, quarter_of
from simulation.ensemble import Course, continued, opened
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters
from simulation.shocks import BLOCK
from simulation.spells import DriverChoice
from simulation.trajectory import Trajectory

#: Quarters carried on at a time where only yearly values are kept: whole years, and whole blocks of
#: shocks.
_STRETCH = 2 * BLOCK
#: Histories on their way, in whatever form.
_Histories = TypeVar("_Histories")


def parting(scenario: Scenario) -> int:
    """The quarter in which a scenario parts from history: its first intervention, or the end."""
    return min((quarter_of(change.start) for change in scenario.interventions), default=QUARTERS)


def twin_trajectories(
    parameters: Parameters,
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    first_replicate: int,
    past: Course | None = None,
    until: int = QUARTERS,
    drivers: DriverChoice = "drawn",
) -> Iterator[Trajectory]:
    """The histories of each scenario in turn, as ``simulate`` gives them, keeping ``KEPT``.

    ``past`` is what all of them have in common already (none: they begin in 1945); no scenario may
    part from history before it ends. ``until`` is the quarter at whose beginning they end;
    ``drivers`` are drawn or as coded. Raises ``NonFiniteError`` if a quantity stops being finite.
    """

    def carry_on(course: Course, scenario: Scenario, end: int) -> Course:
        return continued(
            course,
            parameters,
            scenario,
            seed=seed,
            first_replicate=first_replicate,
            until=end,
            drivers=drivers,
        )

    def begin(scenario: Scenario) -> Course:
        return opened(parameters, scenario, KEPT)

    for course in _parted(scenarios, begin, carry_on, past, until):
        yield course.trajectory(first_replicate)


def _parted(
    scenarios: Sequence[Scenario],
    begin: Callable[[Scenario], _Histories],
    carry_on: Callable[[_Histories, Scenario, int], _Histories],
    past: _Histories | None,
    until: int,
) -> Iterator[_Histories]:
    """Each scenario's histories in turn, carried on from where it parts from what all share."""
    shared = begin(HISTORICAL) if past is None else past
    pasts: dict[int, _Histories] = {}
    starts = [min(parting(scenario), until) for scenario in scenarios]
    for start in sorted(set(starts)):
        if start or past is not None:
            pasts[start] = shared = carry_on(shared, HISTORICAL, start)
    for scenario, start in zip(scenarios, starts, strict=True):
        course = pasts[start] if start in pasts else begin(scenario)
        yield carry_on(course, scenario, until) if start < until else course


@dataclass(frozen=True)
class YearlyTwins:
    """What a comparison needs of some histories, pairs in the order of ``outcomes.PAIRS``.

    ``split`` is the quarter of a pair's first break (-1: never before they end), shape (pairs, R);
    ``series`` holds means of support and strain and sums of aid delivered of every year, (years,
    pairs, R).
    """

    split: Quarters
    series: dict[str, Compact]


@dataclass(frozen=True)
class _Years:
    """Histories on their way: yearly values, and a course with the quarters of the current year."""

    course: Course
    series: dict[str, tuple[Compact, ...]]

    def with_whole_years(self) -> "_Years":
        """The same, with the quarters of the years that have ended taken together."""
        kept = self.course.kept
        whole = len(kept[SERIES[0]]) // 4 * 4
        if not whole:
            return self
        added = {name: yearly_values(_of_pairs(kept[name][:whole]), name) for name in SERIES}
        return _Years(
            replace(self.course, kept={name: kept[name][whole:] for name in SERIES}),
            {name: (*self.series[name], added[name]) for name in SERIES},
        )


def _of_pairs(quarters: Sequence[Array]) -> Array:
    """The documented pairs of some quarters, each (P, C, R), as (quarters, pairs, R)."""
    return np.concatenate([of_pairs(quarter[np.newaxis]) for quarter in quarters])


def yearly_twins(
    parameters: Parameters,
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    first_replicate: int,
    last_year: int,
) -> Iterator[YearlyTwins]:
    """The same histories up to the end of a year, of which only breaks and yearly values are kept.

    Quarters come in stretches for which the shocks are drawn together, and each is dropped when its
    year has been summed: memory stays small enough for the processor's cache. Raises
    ``NonFiniteError`` as before.
    """

    def carry_on(years: _Years, scenario: Scenario, end: int) -> _Years:
        while years.course.quarter < end:
            next_end = min(years.course.quarter // _STRETCH * _STRETCH + _STRETCH, end)
            course = continued(
                years.course,
                parameters,
                scenario,
                seed=seed,
                first_replicate=first_replicate,
                until=next_end,
            )
            years = _Years(course, years.series).with_whole_years()
        return years

    def begin(scenario: Scenario) -> _Years:
        return _Years(opened(parameters, scenario, SERIES), dict.fromkeys(SERIES, ()))

    until = quarter_of(str(last_year), end=True) + 1
    for years in _parted(scenarios, begin, carry_on, None, until):
        split, _, _ = first_breaks(replace(years.course, kept={}).trajectory(first_replicate))
        yield YearlyTwins(split, {name: np.concatenate(years.series[name]) for name in SERIES})
