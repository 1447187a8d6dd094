"""The posterior predictive check: which patterns come out of the fitted rules, and how often."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.checks.histories.implied import (
    Flags,
    ImpliedBreak,
    Share,
    implied_breaks,
    share_of,
)
from calibration.checks.histories.pattern_list import Pattern
from calibration.checks.histories.patterns import KEPT
from scenarios.documented import Documented, windows_of
from scenarios.draws import Draws, parameters_for
from scenarios.outcomes import Outcomes, outcomes_of
from scenarios.run import Progress, RunResult, no_progress
from simulation.arrays import PerReplicate
from simulation.ensemble import CHUNK, simulate_in_chunks
from simulation.interventions import HISTORICAL, Scenario
from simulation.trajectory import Trajectory

#: The range within which a documented value must lie.
RANGE = (0.05, 0.95)
#: A pattern that goes by majority needs more than this share of histories.
MAJORITY = 0.5


@dataclass(frozen=True)
class Place:
    """Where a documented value lies among simulated ones: quantiles, share below, inside or not.

    ``known`` is the share of histories in which the quantity exists at all; the rest is left out.
    """

    documented: float
    q05: float
    median: float
    q95: float
    below: float
    known: float
    inside: bool


@dataclass(frozen=True)
class PatternResult:
    """How often histories show a pattern, whether it passes, and the place of its documented value.

    ``factual`` is the share in histories as documented, for patterns of a counterfactual.
    """

    pattern: Pattern
    frequency: Share
    place: Place | None
    factual: Share | None
    passed: bool


@dataclass(frozen=True)
class PredictiveCheck:
    """Free runs of the fitted rules against the record: dates of the breaks, and every pattern."""

    result: RunResult
    breaks: tuple[ImpliedBreak, ...]
    patterns: tuple[PatternResult, ...]

    @property
    def dates_reached(self) -> bool:
        """Whether every date lies inside the 5-95 % range, and its median within two years."""
        return all(row.inside and row.median_near for row in self.breaks)


def place_of(values: PerReplicate, documented: float) -> Place:
    """The place of a documented value among simulated ones (R,).

    NaN means that a history has no such value. ``below`` counts equal values by half. Quantiles
    are values that occur, without averaging between them.
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return Place(documented, np.nan, np.nan, np.nan, np.nan, 0.0, False)
    low, median, high = np.quantile(known, [RANGE[0], 0.5, RANGE[1]], method="inverted_cdf")
    return Place(
        documented,
        float(low),
        float(median),
        float(high),
        float((known < documented).mean() + (known == documented).mean() / 2),
        known.size / values.size,
        bool(low <= documented <= high),
    )


def judged(
    pattern: Pattern, flags: Flags, values: PerReplicate | None, factual: Flags | None
) -> PatternResult:
    """Whether a pattern passes.

    A documented value must lie inside the 5-95 % range of the simulated values; more than half of
    the histories must show the pattern where it goes by majority, and more than in factual
    histories where it is one of a counterfactual.
    """
    frequency = share_of(flags)
    place = None
    if pattern.measure is not None and values is not None:
        place = place_of(values, pattern.measure.documented)
    before = None if factual is None else share_of(factual)
    passed = (
        (place is None or place.inside)
        and (frequency.share > MAJORITY or not pattern.by_majority)
        and (before is None or frequency.share > before.share)
    )
    return PatternResult(pattern, frequency, place, before, passed)


def checked_predictions(
    draws: Draws,
    patterns: Sequence[Pattern],
    documented: Documented,
    replicates: int,
    seed: int,
    progress: Progress = no_progress,
) -> PredictiveCheck:
    """Simulate histories with fitted parameters, nothing imposed, and look for every pattern.

    Replicate r has draw r, counted round, and the same shocks in every scenario. Progress counts
    all histories, counterfactual ones included.
    """
    windows = windows_of(documented.aid)
    outcomes: list[Outcomes] = []
    done = 0

    def histories(scenario: Scenario) -> Iterator[Trajectory]:
        nonlocal done
        for first in range(0, replicates, CHUNK):
            parameters = parameters_for(draws, first, min(CHUNK, replicates - first))
            for trajectory in simulate_in_chunks(
                parameters, scenario, seed=seed, first_replicate=first, keep=KEPT
            ):
                if scenario == HISTORICAL:
                    outcomes.append(outcomes_of(trajectory, windows, trajectory.replicates))
                yield trajectory
            done += parameters.replicates
            progress(done)

    factual, values = _seen(patterns, histories(HISTORICAL))
    flags = dict(factual)
    for scenario in scenarios_of(patterns)[1:]:
        own = [pattern for pattern in patterns if pattern.scenario == scenario]
        own_flags, own_values = _seen(own, histories(scenario))
        flags |= own_flags
        values |= own_values
    together = Outcomes.joined(outcomes)
    return PredictiveCheck(
        RunResult(HISTORICAL, draws, seed, together),
        implied_breaks(together, documented),
        tuple(
            judged(
                pattern,
                flags[pattern.number],
                values.get(pattern.number),
                None if pattern.scenario == HISTORICAL else factual[pattern.number],
            )
            for pattern in patterns
        ),
    )


def scenarios_of(patterns: Sequence[Pattern]) -> list[Scenario]:
    """The scenarios that some patterns need, the historical one first."""
    return list(dict.fromkeys([HISTORICAL, *(pattern.scenario for pattern in patterns)]))


def _seen(
    patterns: Sequence[Pattern], trajectories: Iterator[Trajectory]
) -> tuple[dict[str, Flags], dict[str, PerReplicate]]:
    """Which histories show each pattern, by number, and its quantity where it has one."""
    flags: dict[str, list[Flags]] = {pattern.number: [] for pattern in patterns}
    values: dict[str, list[PerReplicate]] = {
        pattern.number: [] for pattern in patterns if pattern.measure
    }
    for trajectory in trajectories:
        for pattern in patterns:
            flags[pattern.number].append(pattern.test(trajectory))
            if pattern.measure is not None:
                values[pattern.number].append(pattern.measure.taken(trajectory))
    return (
        {number: np.concatenate(parts) for number, parts in flags.items()},
        {number: np.concatenate(parts) for number, parts in values.items()},
    )
