"""The counterfactuals of a batch simulated anew, both branches given the record up to a date."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.comparison.batch import TITLE, BatchComparison, Given, readings_of
from scenarios.comparison.compare import columns_of, compare
from scenarios.comparison.conditional import CANDIDATES, conditional_histories, record_end
from scenarios.comparison.histories import Progress
from scenarios.documented import DocumentedBreak
from scenarios.draws import Draws, table_hash
from scenarios.errors import ScenarioError
from scenarios.outcomes import PAIR_NAMES
from simulation.conditioning import RecordedMove
from simulation.dates import date_of
from simulation.errors import Problem, raise_if_any
from simulation.interventions import HISTORICAL


def draws_problems(manifest: Mapping[str, Any], draws: Draws) -> list[Problem]:
    """In what some draws, or the parameter table, are not those that a batch was made with."""
    values = np.ascontiguousarray(draws.frame.to_numpy(dtype=float))
    here = {
        "draws.id": draws.id,
        "draws.values": hashlib.sha256(values.tobytes()).hexdigest(),
        "parameter_table": table_hash(),
    }
    there = {
        "draws.id": manifest["draws"]["id"],
        "draws.values": manifest["draws"]["values"],
        "parameter_table": manifest["parameter_table"],
    }
    return [
        Problem(
            "batch",
            key,
            there[key],
            f"{here[key]!r}, as the histories are simulated anew with these",
        )
        for key in here
        if here[key] != there[key]
    ]


def compare_given(
    folder: Path,
    until: str,
    moves: Sequence[RecordedMove],
    draws: Draws,
    *,
    factual: str = HISTORICAL.name,
    only: Sequence[str] = (),
    pairs: Sequence[str] = PAIR_NAMES,
    years: int | None = None,
    breaks: Sequence[DocumentedBreak] = (),
    candidates: int = CANDIDATES,
    progress: Progress | None = None,
) -> BatchComparison:
    """The counterfactuals of a batch, both branches starting from what was on record at a date.

    ``moves`` are the dated moves on record, imposed up to the end of the quarter that holds the month ``until``; the
    histories have the scenarios, draws, seed and number of replicates of the batch and are simulated in memory.
    Raises ``ScenarioError`` that lists what is wrong with the request, the batch or the draws, and every scenario that
    parts from history before the record ends.
    """
    manifest, readings = readings_of(folder, factual, pairs, years, only)
    raise_if_any(TITLE, draws_problems(manifest, draws), ScenarioError)
    against = readings[0].factual
    scenarios = [against, *(reading.scenario for reading in readings)]
    end = record_end(until, scenarios)
    columns = {reading.scenario.name: columns_of(reading, pairs) for reading in readings}
    columns[against.name] = list(dict.fromkeys(name for held in columns.values() for name in held))
    tables, share = conditional_histories(
        scenarios,
        draws,
        int(manifest["replicates"]),
        int(manifest["seed"]),
        moves,
        end,
        candidates=candidates,
        columns=columns,
        progress=progress,
    )
    comparisons = [
        comparison
        for reading in readings
        for comparison in compare(
            reading, tables[against.name], tables[reading.scenario.name], pairs, breaks
        )
    ]
    given = Given(date_of(end - 1 + 1 / 3), candidates, share)
    return BatchComparison(manifest, against, tuple(comparisons), given)
