"""Many histories at once: the same quarter, carried out for all replicates together."""

from collections.abc import Iterator, Sequence

import numpy as np

from simulation.arrays import Array
from simulation.conditioning import Conditioning
from simulation.context import Context
from simulation.dates import QUARTERS
from simulation.finite import check_finite
from simulation.opening import opening_state
from simulation.parameters import Parameters
from simulation.scenario import HISTORICAL, Scenario
from simulation.shocks import BLOCK, Shocks
from simulation.state import array_fields
from simulation.trajectory import MoveTable, Trajectory, moves_of_quarter
from simulation.transition import transition

#: What an ensemble keeps of each quarter unless asked otherwise.
KEPT = ("status", "delivered", "newly_pledged", "requested", "support", "strain")
#: Replicates carried out together: enough to make NumPy's overhead small, few enough to stay in the processor's cache.
CHUNK = 1024


def simulate(
    parameters: Parameters,
    scenario: Scenario = HISTORICAL,
    *,
    seed: int,
    first_replicate: int = 0,
    quarters: int = QUARTERS,
    keep: Sequence[str] = KEPT,
    record: Conditioning | None = None,
) -> Trajectory:
    """Simulate one history for each replicate of the parameters, from 1945 Q1.

    ``keep`` names the quantities of state and account to keep (see ``array_fields``). Replicate numbers address the
    shocks, so any split into calls gives the same histories. Raises ``NonFiniteError`` if a quantity stops
    being finite.
    """
    context = Context(scenario, parameters)
    shocks = Shocks(seed, parameters.replicates, first_replicate, ahead=BLOCK)
    state = opening_state(parameters, context)
    kept: dict[str, list[Array]] = {name: [] for name in keep}
    moves: list[MoveTable] = []
    for quarter in range(quarters):
        state, account = transition(
            state, parameters, context.quarter(quarter), shocks.quarter(quarter), record
        )
        if keep:
            arrays = array_fields(state) | array_fields(account)
            for name, quarterly in kept.items():
                quarterly.append(arrays[name])
        if account.move.any():
            moves.append(moves_of_quarter(quarter, account, first_replicate))
        del account  # its memory serves the next quarter while it is still in the processor's cache
    check_finite(parameters, state, scenario, seed, first_replicate)
    return Trajectory(
        first_replicate=first_replicate,
        replicates=parameters.replicates,
        arrays={name: np.stack(quarterly) for name, quarterly in kept.items()},
        moves=MoveTable.joined(moves),
        last_state=state,
    )


def simulate_in_chunks(
    parameters: Parameters,
    scenario: Scenario = HISTORICAL,
    *,
    seed: int,
    first_replicate: int = 0,
    keep: Sequence[str] = KEPT,
    chunk: int = CHUNK,
) -> Iterator[Trajectory]:
    """The same histories a chunk of replicates at a time, so that memory does not grow with their number."""
    for start in range(0, parameters.replicates, chunk):
        part = parameters.replicate(slice(start, start + chunk))
        yield simulate(part, scenario, seed=seed, first_replicate=first_replicate + start, keep=keep)
