"""The posterior predictive check: which patterns of history come out of the fitted rules, and how often."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.checks.implied import Flags, ImpliedBreak, Share, implied_breaks, share_of
from calibration.checks.pattern_list import Pattern
from calibration.checks.patterns import KEPT
from scenarios.documented import Documented, windows_of
from scenarios.draws import Draws, parameters_for
from scenarios.outcomes import Outcomes, outcomes_of
from scenarios.run import RunResult
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
    """Where a documented value lies among simulated ones: quantiles, share below, inside 5-95 % or not.

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
    """How often simulated histories show a pattern, whether it passes, and the place of its documented value.

    ``factual`` is the share in histories as documented, for patterns of a counterfactual.
    """

    pattern: Pattern
    shown: Share
    place: Place | None
    factual: Share | None
    passed: bool


@dataclass(frozen=True)
class PredictiveCheck:
    """Free runs of the fitted rules against the record: dates of the five breaks, and every pattern."""

    result: RunResult
    breaks: tuple[ImpliedBreak, ...]
    patterns: tuple[PatternResult, ...]

    @property
    def dates_reached(self) -> bool:
        """Whether every break's date lies inside the 5-95 % range and its median within two years of it."""
        return all(row.inside and row.median_near for row in self.breaks)


def place_of(values: PerReplicate, documented: float) -> Place:
    """The place of a documented value among simulated ones (R,); NaN means that a history has no such value.

    ``below`` counts equal values by half. Quantiles are values that occur, without averaging between them.
    """
    held = values[~np.isnan(values)]
    if not held.size:
        return Place(documented, np.nan, np.nan, np.nan, np.nan, 0.0, False)
    low, median, high = np.quantile(held, [RANGE[0], 0.5, RANGE[1]], method="inverted_cdf")
    below = float((held < documented).mean() + (held == documented).mean() / 2)
    inside = bool(low <= documented <= high)
    return Place(
        documented, float(low), float(median), float(high), below, held.size / values.size, inside
    )


def judged(
    pattern: Pattern, flags: Flags, values: PerReplicate | None, factual: Flags | None
) -> PatternResult:
    """Whether a pattern passes.

    A documented value must lie inside the 5-95 % range of the simulated values; more than half of the
    histories must show the pattern where it goes by majority, and more than in factual histories where it is
    one of a counterfactual.
    """
    shown = share_of(flags)
    place = (
        None
        if pattern.measure is None or values is None
        else place_of(values, pattern.measure.documented)
    )
    passed = place is None or place.inside
    passed = passed and (shown.share > MAJORITY or not pattern.by_majority)
    before = None if factual is None else share_of(factual)
    if before is not None:
        passed = passed and shown.share > before.share
    return PatternResult(pattern, shown, place, before, passed)


@dataclass(frozen=True)
class _Seen:
    """What some histories show of a pattern: flags (R,), and its quantity (R,) if it has one."""

    flags: Flags
    values: PerReplicate | None


def checked_predictions(
    draws: Draws,
    patterns: Sequence[Pattern],
    documented: Documented,
    replicates: int,
    seed: int,
    told: Callable[[int], None] | None = None,
) -> PredictiveCheck:
    """Simulate histories with fitted parameters, nothing of the record imposed, and look for every pattern.

    Replicate r has draw r, counted round, and the same shocks in every scenario. ``told`` hears how many
    histories are done, counterfactual ones included.
    """
    windows = windows_of(documented.aid)
    outcomes: list[Outcomes] = []
    done = 0

    def histories(scenario: Scenario) -> Iterator[Trajectory]:
        nonlocal done
        for first in range(0, replicates, CHUNK):
            parameters = parameters_for(draws, first, min(CHUNK, replicates - first))
            yield from simulate_in_chunks(
                parameters, scenario, seed=seed, first_replicate=first, keep=KEPT
            )
            done += parameters.replicates
            if told is not None:
                told(done)

    def kept(trajectories: Iterator[Trajectory]) -> Iterator[Trajectory]:
        for trajectory in trajectories:
            outcomes.append(outcomes_of(trajectory, windows, trajectory.replicates))
            yield trajectory

    factual = _seen(patterns, kept(histories(HISTORICAL)))
    found = dict(factual)
    for scenario in scenarios_of(patterns)[1:]:
        found |= _seen(
            [pattern for pattern in patterns if pattern.scenario == scenario], histories(scenario)
        )
    together = Outcomes.joined(outcomes)
    return PredictiveCheck(
        RunResult(HISTORICAL, draws, seed, together),
        implied_breaks(together, documented),
        tuple(
            judged(
                pattern,
                found[pattern.number].flags,
                found[pattern.number].values,
                factual[pattern.number].flags if pattern.scenario != HISTORICAL else None,
            )
            for pattern in patterns
        ),
    )


def scenarios_of(patterns: Sequence[Pattern]) -> list[Scenario]:
    """The scenarios that some patterns need, the historical one first."""
    return list(dict.fromkeys([HISTORICAL, *(pattern.scenario for pattern in patterns)]))


def _seen(patterns: Sequence[Pattern], trajectories: Iterator[Trajectory]) -> dict[str, _Seen]:
    """What histories that come a chunk at a time show of some patterns, by number."""
    flags: dict[str, list[Flags]] = {pattern.number: [] for pattern in patterns}
    values: dict[str, list[PerReplicate]] = {
        pattern.number: [] for pattern in patterns if pattern.measure
    }
    for trajectory in trajectories:
        for pattern in patterns:
            flags[pattern.number].append(pattern.shown(trajectory))
            if pattern.measure is not None:
                values[pattern.number].append(pattern.measure.taken(trajectory))
    return {
        number: _Seen(
            np.concatenate(parts), np.concatenate(values[number]) if number in values else None
        )
        for number, parts in flags.items()
    }
