"""One scenario, simulated many times: the same histories however the work is cut into chunks."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scenarios.documented import PLAN_PERIODS, Window
from scenarios.draws import Draws, parameters_for
from scenarios.outcomes import KEPT, Outcomes, collected
from simulation.ensemble import CHUNK, simulate_in_chunks
from simulation.interventions import Scenario
from simulation.trajectory import Trajectory

#: Replicates whose parameters are held at once.
_BLOCK = 16 * CHUNK


@dataclass(frozen=True)
class RunResult:
    """The outcomes of a scenario and where they come from."""

    scenario: Scenario
    draws: Draws
    seed: int
    outcomes: Outcomes

    @property
    def replicates(self) -> int:
        """How many histories were simulated."""
        return self.outcomes.replicates


def scenario_hash(scenario: Scenario) -> str:
    """A fingerprint of everything a scenario says; it does not depend on how its file is laid out."""
    return hashlib.sha256(json.dumps(scenario.asked(), sort_keys=True).encode()).hexdigest()


def run_scenario(
    scenario: Scenario,
    draws: Draws,
    replicates: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
    *,
    windows: Sequence[Window] = PLAN_PERIODS,
    chunk: int = CHUNK,
) -> RunResult:
    """Simulate a scenario and keep the outcomes of every history.

    Replicate r has draw r and the shocks of address (seed, r), whatever ``chunk`` is, so a counterfactual's
    replicate is the twin of the factual one. ``progress`` is told the number of histories done after each chunk.
    """
    trajectories = _trajectories(scenario, draws, replicates, seed, chunk)
    outcomes = collected(_told(trajectories, progress), windows)
    return RunResult(scenario, draws, seed, outcomes)


def _trajectories(
    scenario: Scenario, draws: Draws, replicates: int, seed: int, chunk: int
) -> Iterator[Trajectory]:
    for first in range(0, replicates, _BLOCK):
        parameters = parameters_for(draws, first, min(_BLOCK, replicates - first))
        yield from simulate_in_chunks(
            parameters, scenario, seed=seed, first_replicate=first, keep=KEPT, chunk=chunk
        )


def _told(
    trajectories: Iterator[Trajectory], progress: Callable[[int], None] | None
) -> Iterator[Trajectory]:
    done = 0
    for trajectory in trajectories:
        yield trajectory
        done += trajectory.replicates
        if progress is not None:
            progress(done)
