"""Histories of several scenarios in memory, as the tables of a batch: free, or given the record.

Given the record, both branches start from what had happened, as far as the record tells it; Pearl's
three steps. Abduction: for each history several candidates are carried through the record in
conditioned mode, and one of them is drawn with a probability proportional to what the rules gave to
the record. Action: the intervention. Prediction: both branches run on freely from there, on the
shocks of their own replicate. Sources: Pearl 2009 (the three steps); Gordon, Salmond & Smith 1993
(weighted candidates).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from scenarios.columns import batch_table
from scenarios.draws import Draws, parameters_for
from scenarios.errors import ScenarioError
from scenarios.outcomes import KEPT
from scenarios.twins import twin_outcomes
from simulation.arrays import Array
from simulation.conditioning import Conditioning, RecordedMove
from simulation.countries import COUNTRIES
from simulation.dates import QUARTERS, date_of, quarter_of
from simulation.drivers.spells import DriverChoice, SpellValues, spell_values
from simulation.ensemble import CHUNK, Course, continued, opened
from simulation.errors import Problem, raise_if_any
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters
from simulation.shocks import DecisionStream
from simulation.state import AllianceState
from simulation.trajectory import MoveTable

#: Histories carried out together.
TOGETHER = 512
#: Candidates carried through the record for each history.
CANDIDATES = 16
#: The name under which the choice among candidates has random numbers of its own.
_CHOICE = "abduction"
_UNTIL = "--given-record-until"

Rows = NDArray[np.intp]
#: Takes how much of some work is done, and of how much.
ProgressOf = Callable[[int, int], None]


def simulate_histories(
    scenarios: Sequence[Scenario],
    draws: Draws,
    replicates: int,
    seed: int,
    *,
    past: Callable[[int, int], Course] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    progress: ProgressOf | None = None,
    drivers: DriverChoice = "drawn",
) -> dict[str, pd.DataFrame]:
    """The histories of every scenario, by its name, as a table with the columns of a batch.

    Rows of one replicate are twins: same draw, same shocks; they are the histories of a batch with
    the same draws and seed. ``past`` gives the course from which some replicates (the first of
    them, how many) go on; without it they begin in 1945. ``columns`` names for each scenario those
    to keep (none: all). ``progress`` takes how many histories are done, and of how many.
    """
    parts: dict[str, list[pa.Table]] = {scenario.name: [] for scenario in scenarios}
    for first in range(0, replicates, TOGETHER):
        count = min(TOGETHER, replicates - first)
        outcomes = twin_outcomes(
            parameters_for(draws, first, count),
            scenarios,
            seed=seed,
            first_replicate=first,
            past=None if past is None else past(first, count),
            drivers=drivers,
        )
        for done, (scenario, own) in enumerate(zip(scenarios, outcomes, strict=True), 1):
            table = batch_table(own, len(draws))
            parts[scenario.name].append(
                table if columns is None else table.select(columns[scenario.name])
            )
            if progress is not None:
                progress(first * len(scenarios) + done * count, replicates * len(scenarios))
    return {name: pa.concat_tables(tables).to_pandas() for name, tables in parts.items()}


def record_end(date: str, scenarios: Sequence[Scenario]) -> int:
    """The quarter after the one that holds a date, to whose end the record is given.

    Raises ``ScenarioError`` if it is no date of 1945-1980, or lists every scenario that parts from
    history before the record ends, with the latest month that can be given.
    """
    where = "lilliput compare"
    try:
        until = quarter_of(date, end=True) + 1
    except ValueError as error:
        problem = Problem(where, _UNTIL, date, "a month YYYY-MM")
        raise ScenarioError("the record cannot be given", [problem]) from error
    if 0 < until < QUARTERS:
        problems = [
            Problem(each.name, _UNTIL, date, _latest(each.first_quarter_touched))
            for each in scenarios
            if each.first_quarter_touched < until
        ]
    else:
        problems = [Problem(where, _UNTIL, date, "a month of 1945 to 1980")]
    title = "the record can be given only up to the quarter before an intervention"
    raise_if_any(title, problems, ScenarioError)
    return until


def _latest(first_change: int) -> str:
    """Up to when the record can be given to a scenario that parts from history in a quarter."""
    if not first_change:
        return "not possible: it changes 1945 itself"
    last = date_of(first_change - 1 + 1 / 3)
    return f"at most {last}, the end of the quarter before its first intervention"


def abduced(
    draws: Draws,
    moves: Sequence[RecordedMove],
    until: int,
    *,
    seed: int,
    first_replicate: int,
    replicates: int,
    candidates: int = CANDIDATES,
    scenario: Scenario = HISTORICAL,
    keep: Sequence[str] = KEPT,
    progress: Callable[[int], None] | None = None,
    drivers: DriverChoice = "drawn",
) -> tuple[Course, Array]:
    """Histories given the moves before the quarter ``until``, on their own draws; effective shares.

    Candidate c of replicate r has the shocks of address r x candidates + c before ``until``, so the
    histories do not depend on how the work is cut. With log-probabilities w of the record,
    candidate c is chosen with probability exp(w_c) / sum exp(w), and its drivers come with it as
    far as they have begun; effective share: (sum exp w)^2 / sum exp(w)^2 / candidates. ``progress``
    takes how many quarters of candidates have been carried out since the last call.
    """
    parts, shares = [], []
    step = max(CHUNK // candidates, 1)
    for start in range(first_replicate, first_replicate + replicates, step):
        count = min(step, first_replicate + replicates - start)
        own = parameters_for(draws, start, count)
        parameters = Parameters(
            {name: np.repeat(values, candidates) for name, values in own.items()}
        )
        conditioning = Conditioning(moves, parameters.replicates, until)
        course = continued(
            opened(parameters, scenario, keep),
            parameters,
            scenario,
            seed=seed,
            first_replicate=start * candidates,
            until=until,
            record=conditioning,
            drivers=drivers,
        )
        logs = conditioning.log_probability.reshape(count, candidates)
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        rows = np.arange(count) * candidates + chosen(weights, choices(seed, start, count))
        candidate = spell_values(drivers, seed, parameters.replicates, start * candidates)
        own_values = spell_values(drivers, seed, count, start)
        values = own_values.with_past(candidate, rows, until - 1)
        parts.append(replace(_of_rows(course, rows, start * candidates, start), spells=values))
        shares.append(weights.sum(axis=1) ** 2 / (weights**2).sum(axis=1) / candidates)
        if progress is not None:
            progress(parameters.replicates * until)
    return _joined(parts), np.concatenate(shares)


def choices(seed: int, first_replicate: int, replicates: int) -> Array:
    """A uniform number for each replicate, to choose its candidate; addressed like a shock."""
    uniforms = np.empty((1, COUNTRIES, COUNTRIES, replicates))
    DecisionStream(seed, _CHOICE).fill(uniforms, 0, first_replicate)
    return np.asarray(uniforms[0, 0, 1])


def chosen(weights: Array, uniforms: Array) -> Rows:
    """The place of a candidate a row, by weights (R, candidates) and uniforms (R,)."""
    sums = np.cumsum(weights, axis=1)
    places = (sums <= uniforms[:, np.newaxis] * sums[:, -1:]).sum(axis=1)
    return np.asarray(np.minimum(places, weights.shape[1] - 1), dtype=np.intp)


def _of_rows(course: Course, rows: Rows, first: int, renamed: int) -> Course:
    """Some histories of a course that begins with replicate ``first``, numbered anew."""
    kept = {
        name: [np.take(each, rows, axis=-1) for each in quarterly]
        for name, quarterly in course.kept.items()
    }
    moves = MoveTable.joined(course.moves)
    own = np.isin(moves.replicate, rows + first)
    columns = {column.name: getattr(moves, column.name)[own] for column in fields(MoveTable)}
    columns["replicate"] = np.searchsorted(rows, columns["replicate"] - first) + renamed
    return Course(course.quarter, course.state.take(rows), kept, [MoveTable(**columns)])


def _joined(parts: Sequence[Course]) -> Course:
    """Courses of neighbouring replicates as one."""
    state = AllianceState.joined([part.state for part in parts])
    kept = {
        name: [
            np.concatenate(quarterly, axis=-1)
            for quarterly in zip(*(part.kept[name] for part in parts), strict=True)
        ]
        for name in parts[0].kept
    }
    moves = [table for part in parts for table in part.moves]
    values = SpellValues.joined([part.spells for part in parts if part.spells is not None])
    return Course(parts[0].quarter, state, kept, moves, values)


def conditional_histories(
    scenarios: Sequence[Scenario],
    draws: Draws,
    replicates: int,
    seed: int,
    moves: Sequence[RecordedMove],
    until: int,
    *,
    candidates: int = CANDIDATES,
    columns: Mapping[str, Sequence[str]] | None = None,
    progress: ProgressOf | None = None,
    drivers: DriverChoice = "drawn",
) -> tuple[dict[str, pd.DataFrame], float]:
    """Histories given the record before the quarter ``until``, and the mean effective share.

    One table a scenario with the columns of a batch, or those asked for; rows of one replicate are
    twins. ``progress`` takes how many quarters of histories, candidates included, are done, and
    of how many.
    """
    shares: list[Array] = []
    whole = replicates * (candidates * until + len(scenarios) * (QUARTERS - until))
    done = 0

    def advance(quarters: int) -> None:
        nonlocal done
        done += quarters
        if progress is not None:
            progress(done, whole)

    def past(first: int, count: int) -> Course:
        course, share = abduced(
            draws,
            moves,
            until,
            seed=seed,
            first_replicate=first,
            replicates=count,
            candidates=candidates,
            progress=advance,
            drivers=drivers,
        )
        shares.append(share)
        return course

    carried = 0

    def after(histories: int, _: int) -> None:
        nonlocal carried
        advance((histories - carried) * (QUARTERS - until))
        carried = histories

    tables = simulate_histories(
        scenarios,
        draws,
        replicates,
        seed,
        past=past,
        columns=columns,
        progress=after,
        drivers=drivers,
    )
    return tables, float(np.concatenate(shares).mean())
