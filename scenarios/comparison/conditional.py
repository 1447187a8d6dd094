"""Conditional counterfactuals: both branches start from what had happened, as far as the record tells it.

Pearl's three steps. Abduction: for each history several candidates are carried through the record in conditioned
mode, and one of them is drawn with a probability proportional to what the rules gave to the record. Action: the
intervention. Prediction: both branches run on freely from there, on the shocks of their own replicate.
Sources: Pearl 2009 (the three steps); Gordon, Salmond & Smith 1993 (weighted candidates).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.comparison.histories import Progress, simulate_histories
from scenarios.draws import Draws, parameters_for
from scenarios.errors import ScenarioError
from scenarios.outcomes import KEPT
from scenarios.twins import parting
from simulation.arrays import Array
from simulation.conditioning import Conditioning, RecordedMove
from simulation.countries import COUNTRIES
from simulation.dates import QUARTERS, date_of, quarter_of
from simulation.ensemble import CHUNK, Course, continued, opened
from simulation.errors import Problem, raise_if_any
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters
from simulation.shocks import DecisionStream
from simulation.state import AllianceState
from simulation.trajectory import MoveTable

#: Candidates carried through the record for each history.
CANDIDATES = 16
#: The name under which the choice among candidates has random numbers of its own.
_CHOICE = "abduction"

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Abduction:
    """Histories given the record: how each stood when it ended, and the effective share of its candidates, (R,)."""

    course: Course
    effective_share: Array


def record_end(date: str, scenarios: Sequence[Scenario]) -> int:
    """The quarter after the one that holds a date: the record is given up to the end of that quarter.

    Raises ``ScenarioError`` if it is no date of 1945-1980, or lists every scenario that parts from history before the
    record ends, with the latest month that can be given.
    """
    try:
        until = quarter_of(date, end=True) + 1
    except ValueError as error:
        problem = Problem("lilliput compare", "--given-record-until", date, "a month YYYY-MM")
        raise ScenarioError("the record cannot be given", [problem]) from error
    problems = []
    if not 0 < until < QUARTERS:
        problems.append(
            Problem("lilliput compare", "--given-record-until", date, "a month of 1945 to 1980")
        )
    for scenario in scenarios if not problems else ():
        if parting(scenario) < until:
            last = parting(scenario) - 1
            allowed = "not possible: it changes 1945 itself" if last < 0 else _last_month(last)
            problems.append(Problem(scenario.name, "--given-record-until", date, allowed))
    raise_if_any(
        "the record can be given only up to the quarter before an intervention",
        problems,
        ScenarioError,
    )
    return until


def _last_month(quarter: int) -> str:
    return (
        f"at most {date_of(quarter + 1 / 3)}, the end of the quarter before its first intervention"
    )


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
) -> Abduction:
    """Histories given the moves on record before the quarter ``until``, the parameters of each being those of its draw.

    Candidate c of replicate r has the shocks of address r x candidates + c before ``until``, so the histories do not
    depend on how the work is cut. With log-probabilities w of the record, candidate c is chosen with probability
    exp(w_c) / sum exp(w); effective share: (sum exp w)^2 / sum exp(w)^2 / candidates. ``progress`` is told
    how many quarters of candidates have been carried out since it was told last.
    """
    parts, shares = [], []
    step = max(CHUNK // candidates, 1)
    for start in range(first_replicate, first_replicate + replicates, step):
        count = min(step, first_replicate + replicates - start)
        drawn = parameters_for(draws, start, count)
        parameters = Parameters(
            {name: np.repeat(values, candidates) for name, values in drawn.items()}
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
        )
        logs = conditioning.log_probability.reshape(count, candidates)
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        rows = np.arange(count) * candidates + chosen(weights, choices(seed, start, count))
        parts.append(_of_rows(course, rows, start * candidates, start))
        shares.append(weights.sum(axis=1) ** 2 / (weights**2).sum(axis=1) / candidates)
        if progress is not None:
            progress(parameters.replicates * until)
    return Abduction(_joined(parts), np.concatenate(shares))


def choices(seed: int, first_replicate: int, replicates: int) -> Array:
    """One uniform number for each replicate, with which its candidate is chosen; addressed like every shock."""
    uniforms = np.empty((1, COUNTRIES, COUNTRIES, replicates))
    DecisionStream(seed, _CHOICE).fill(uniforms, 0, first_replicate)
    return np.asarray(uniforms[0, 0, 1])


def chosen(weights: Array, uniforms: Array) -> Rows:
    """The place of one candidate a row, drawn in proportion to the weights (R, candidates) by uniforms (R,)."""
    sums = np.cumsum(weights, axis=1)
    places = (sums <= uniforms[:, np.newaxis] * sums[:, -1:]).sum(axis=1)
    return np.asarray(np.minimum(places, weights.shape[1] - 1), dtype=np.intp)


def _of_rows(course: Course, rows: Rows, first: int, renamed: int) -> Course:
    """Some histories of a course, numbered anew from ``renamed``; the course's own numbers begin with ``first``."""
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
            for quarterly in zip(*(p.kept[name] for p in parts), strict=True)
        ]
        for name in parts[0].kept
    }
    moves = [table for part in parts for table in part.moves]
    return Course(parts[0].quarter, state, kept, moves)


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
    progress: Progress | None = None,
) -> tuple[dict[str, pd.DataFrame], float]:
    """Histories of several scenarios given the record before the quarter ``until``, and the mean effective share.

    One table a scenario with the columns of a batch, or those asked for; rows of one replicate are twins.
    ``progress`` is told how many quarters of histories, candidates included, are done, and of how many.
    """
    shares: list[Array] = []
    whole = replicates * (candidates * until + len(scenarios) * (QUARTERS - until))
    done = [0, 0]

    def told(candidate_quarters: int, histories: int) -> None:
        done[0] += candidate_quarters
        done[1] = max(histories, done[1])
        if progress is not None:
            progress(done[0] + done[1] * (QUARTERS - until), whole)

    def past(first: int, count: int) -> Course:
        abduction = abduced(
            draws,
            moves,
            until,
            seed=seed,
            first_replicate=first,
            replicates=count,
            candidates=candidates,
            progress=lambda quarters: told(quarters, 0),
        )
        shares.append(abduction.effective_share)
        return abduction.course

    tables = simulate_histories(
        scenarios,
        draws,
        replicates,
        seed,
        past=past,
        columns=columns,
        progress=lambda histories, _: told(0, histories),
    )
    return tables, float(np.concatenate(shares).mean())
