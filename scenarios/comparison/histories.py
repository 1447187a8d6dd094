"""Histories of several scenarios in memory, as the same tables that a batch holds on disk."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import pyarrow as pa

from scenarios.columns import batch_table
from scenarios.draws import Draws, parameters_for
from scenarios.outcomes import outcomes_of
from scenarios.twins import twin_trajectories
from simulation.ensemble import Course
from simulation.interventions import Scenario

#: Histories carried out together.
TOGETHER = 512

#: Told how much of the work is done, and of how much.
Progress = Callable[[int, int], None]


def simulate_histories(
    scenarios: Sequence[Scenario],
    draws: Draws,
    replicates: int,
    seed: int,
    *,
    past: Callable[[int, int], Course] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    progress: Progress | None = None,
) -> dict[str, pd.DataFrame]:
    """Simulate every scenario, and give its histories as a table with the columns of a batch, by its name.

    Rows of one replicate are twins: same draw, same shocks; they are the histories of a batch with the same
    draws and seed. ``past`` gives the course from which some replicates (the first of them, how many) go on; without it
    they begin in 1945. ``columns`` names for each scenario those to keep (none: all). ``progress`` is told how
    many histories are done, and of how many.
    """
    parts: dict[str, list[pa.Table]] = {scenario.name: [] for scenario in scenarios}
    for first in range(0, replicates, TOGETHER):
        count = min(TOGETHER, replicates - first)
        trajectories = twin_trajectories(
            parameters_for(draws, first, count),
            scenarios,
            seed=seed,
            first_replicate=first,
            past=None if past is None else past(first, count),
        )
        for done, (scenario, trajectory) in enumerate(zip(scenarios, trajectories, strict=True), 1):
            table = batch_table(outcomes_of(trajectory, kept=count), len(draws))
            parts[scenario.name].append(
                table if columns is None else table.select(columns[scenario.name])
            )
            if progress is not None:
                progress(first * len(scenarios) + done * count, replicates * len(scenarios))
    return {name: pa.concat_tables(tables).to_pandas() for name, tables in parts.items()}
