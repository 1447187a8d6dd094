"""Twin histories: scenarios that share their past are simulated once up to the intervention in which they part.

Before its first intervention a counterfactual is its factual twin, bit for bit; so the factual histories are carried
out once, and each counterfactual takes over their state in the quarter of its first intervention.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from scenarios.outcomes import KEPT
from simulation.arrays import Array
from simulation.context import Context
from simulation.dates import QUARTERS, quarter_of
from simulation.finite import check_finite
from simulation.opening import opening_state
from simulation.parameters import Parameters
from simulation.scenario import HISTORICAL, Scenario
from simulation.shocks import BLOCK, Shocks
from simulation.state import AllianceState, array_fields
from simulation.trajectory import MoveTable, Trajectory, moves_of_quarter
from simulation.transition import transition


@dataclass
class _Course:
    """Histories under way: the state they have reached, and what is kept of the quarters behind them."""

    state: AllianceState
    kept: dict[str, list[Array]] = field(default_factory=lambda: {name: [] for name in KEPT})
    moves: list[tuple[int, MoveTable]] = field(default_factory=list)

    def parted(self, quarter: int, state: AllianceState) -> "_Course":
        """The same histories as they stood at the beginning of a quarter, in that state."""
        kept = {name: quarterly[:quarter] for name, quarterly in self.kept.items()}
        return _Course(state, kept, [(when, moves) for when, moves in self.moves if when < quarter])


def parting(scenario: Scenario) -> int:
    """The quarter in which a scenario parts from history: that of its first intervention, or the end."""
    return min((quarter_of(change.start) for change in scenario.interventions), default=QUARTERS)


def twin_trajectories(
    parameters: Parameters, scenarios: Sequence[Scenario], *, seed: int, first_replicate: int
) -> Iterator[Trajectory]:
    """The histories of each scenario in turn, the same as ``simulate`` gives for it alone, keeping ``KEPT``.

    Raises ``NonFiniteError`` if a quantity stops being finite.
    """
    partings = [parting(scenario) for scenario in scenarios]
    context = Context(HISTORICAL, parameters)
    shared = _Course(opening_state(parameters, context))
    reached = {0: shared.state}
    shocks = Shocks(seed, parameters.replicates, first_replicate, ahead=BLOCK)
    for quarter in range(max(partings)):
        _advance(shared, quarter, parameters, context, shocks, first_replicate)
        if quarter + 1 in partings:
            reached[quarter + 1] = shared.state
    for scenario, start in zip(scenarios, partings, strict=True):
        own = Context(scenario, parameters)
        course = shared.parted(start, reached[start] if start else opening_state(parameters, own))
        for quarter in range(start, QUARTERS):
            _advance(course, quarter, parameters, own, shocks, first_replicate)
        check_finite(parameters, course.state, scenario, seed, first_replicate)
        yield Trajectory(
            first_replicate=first_replicate,
            replicates=parameters.replicates,
            arrays={name: np.stack(quarterly) for name, quarterly in course.kept.items()},
            moves=MoveTable.joined([moves for _, moves in course.moves]),
            last_state=course.state,
        )


def _advance(
    course: _Course, quarter: int, parameters: Parameters, context: Context, shocks: Shocks, first: int
) -> None:
    """Carry histories through one quarter."""
    state, account = transition(course.state, parameters, context.quarter(quarter), shocks.quarter(quarter))
    course.state = state
    arrays = array_fields(state) | array_fields(account)
    for name, quarterly in course.kept.items():
        quarterly.append(arrays[name])
    if account.move.any():
        course.moves.append((quarter, moves_of_quarter(quarter, account, first)))
