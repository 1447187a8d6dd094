"""The counterfactuals of a batch beside their factual twins: as on disk, or given the record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from scenarios.batch.integrity import damage, draws_problems, manifest_problems
from scenarios.batch.manifest import drivers_of
from scenarios.batch.store import open_batch, read_manifest, table_of
from scenarios.comparison.compare import compare
from scenarios.comparison.histories import (
    CANDIDATES,
    ProgressOf,
    conditional_histories,
    record_end,
)
from scenarios.comparison.reading import Comparison, Reading, columns_of, reading_of
from scenarios.comparison.request import TITLE, BatchRequest
from scenarios.console import WorkProgress
from scenarios.documented import DocumentedBreak
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.files import catalogue
from scenarios.manifest import scenario_hash
from scenarios.outcomes import PAIR_NAMES
from simulation.conditioning import RecordedMove
from simulation.dates import QUARTERS, date_of
from simulation.errors import Problem, listed, raise_if_any, unknown
from simulation.interventions import HISTORICAL, Scenario, scenario_from
from simulation.schema import validated

#: How many unfinished scenarios a message names.
_NAMED = 2
#: Gives some columns of the histories of a scenario by its name.
Histories = Callable[[str, list[str]], pd.DataFrame]


@dataclass(frozen=True)
class GivenRecord:
    """The record that histories were given up to the end of a quarter, and how well it was met.

    ``effective_share`` is the effective share of the candidates of each history: 1 if all fit the
    record equally well, 1 / ``candidates`` if one of them outweighs all others.
    """

    until: str
    candidates: int
    effective_share: float


@dataclass(frozen=True)
class BatchComparison:
    """All counterfactuals of a batch beside one factual scenario, with the manifest of the batch.

    ``given_record`` says what conditional histories were given; none for those of the batch itself.
    """

    manifest: Mapping[str, Any]
    factual: Scenario
    comparisons: tuple[Comparison, ...]
    given_record: GivenRecord | None = None

    def __repr__(self) -> str:
        return f"BatchComparison({len(self.comparisons)} comparisons with {self.factual.name})"

    def to_frame(self) -> pd.DataFrame:
        """Every number with its error, one row a scenario, pair, quantity and year."""
        from scenarios.comparison.table import table_of

        return table_of(self.comparisons)

    def _repr_html_(self) -> str:
        """The comparison as a notebook shows it: a sentence a scenario, then one table."""
        from scenarios.comparison.output import asked_about, short_html

        return short_html(asked_about(self.comparisons))


def scenarios_of(manifest: Mapping[str, Any]) -> dict[str, Scenario]:
    """The scenarios of a batch by name, as its manifest has them, or else the catalogue.

    Raises ``ScenarioError`` that lists every scenario that neither holds any more.
    """
    scenarios = {entry["name"]: _scenario(entry) for entry in manifest["scenarios"]}
    allowed = "a scenario that the manifest or the catalogue holds as it was asked"
    problems = [
        Problem("batch", "scenario", entry["name"], allowed)
        for entry in manifest["scenarios"]
        if (own := scenarios[entry["name"]]) is None
        or own.name != entry["name"]
        or scenario_hash(own) != entry["hash"]
    ]
    raise_if_any(TITLE, problems, ScenarioError)
    return {name: scenario for name, scenario in scenarios.items() if scenario is not None}


def _scenario(entry: Mapping[str, Any]) -> Scenario | None:
    """A scenario of a manifest; older manifests name it only."""
    if "asked" not in entry:
        file = catalogue().get(entry["name"])
        return None if file is None else file.scenario
    return scenario_from(entry["asked"])


class BatchQuestion(NamedTuple):
    """A request that a batch can answer, its manifest, and how each counterfactual is read."""

    request: BatchRequest
    manifest: Mapping[str, Any]
    readings: list[Reading]


def question_of(folder: Path, entry: Mapping[str, Any], where: str = "comparison") -> BatchQuestion:
    """What is asked of a batch; the entry holds keys of a ``BatchRequest``, as typed or as values.

    ``where`` says in messages where the entry comes from. Raises ``ScenarioError`` that lists every
    problem: no batch, a scenario that is not in it, a pair that is none of the five, a horizon
    below one year or above 36, nothing to compare.
    """
    request, problems = validated(BatchRequest, entry, where)
    damaged = manifest_problems(folder)
    try:
        open_batch(folder)
    except ScenarioError as error:
        raise ScenarioError(TITLE, [*problems, *damaged, *error.problems]) from error
    raise_if_any(TITLE, [*problems, *damaged] if damaged else [], ScenarioError)
    manifest = read_manifest(folder) or {}
    scenarios = scenarios_of(manifest)
    factual, only = entry.get("factual", HISTORICAL.name), entry.get("only", ())
    against = scenarios.get(factual)
    if against is None:
        problems.append(unknown(where, "--factual", factual, tuple(scenarios)))
    others = {
        name: each
        for name, each in scenarios.items()
        if against is not None
        and each is not against
        and min(each.first_quarter_touched, against.first_quarter_touched) < QUARTERS
    }
    if against is not None and not others:
        allowed = f"at least one scenario that differs from {factual}"
        problems.append(Problem("batch", "scenarios", list(scenarios), allowed))
    if others:
        strange = [name for name in only if name not in others]
        problems += [unknown(where, "--only", name, tuple(others)) for name in strange]
    raise_if_any(TITLE, problems, ScenarioError)
    assert request is not None
    assert against is not None
    chosen = [scenario for name, scenario in others.items() if name in only or not only]
    readings = [reading_of(each, against, request.years) for each in chosen]
    return BatchQuestion(request, manifest, readings)


def check_finished(folder: Path, manifest: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise ``ScenarioError`` that lists damaged files, and says which scenarios lack histories."""
    whole = int(manifest["replicates"])
    damaged = damage(folder, names)
    problems = [problem for each in damaged.values() for problem in each]
    histories, lacking = open_batch(folder), []
    for name in (name for name in names if name not in damaged):
        try:
            count = histories.filter(pc.field("scenario") == name).count_rows()
        except (OSError, pa.ArrowException):
            count = 0
        if count != whole:
            lacking.append(f"{name} {count:,}")
    if lacking:
        allowed = (
            f"{whole:,} histories each, as in the manifest; lilliput batch with --resume finishes "
            "the batch, --only compares scenarios that are whole"
        )
        more = len(lacking) - _NAMED
        some = listed(lacking[:_NAMED]) + f" and {more} more" * (more > 0)
        problems.append(Problem("batch", "unfinished", some, allowed))
    raise_if_any(TITLE, problems, ScenarioError)


def compare_batch(
    folder: Path,
    *,
    factual: str = HISTORICAL.name,
    only: Sequence[str] = (),
    pairs: Sequence[str] = PAIR_NAMES,
    years: int | None = None,
    breaks: Sequence[DocumentedBreak] = (),
    progress: ProgressOf | None = None,
) -> BatchComparison:
    """Every counterfactual of a batch, or ``only`` some, beside its factual twins, pair by pair.

    ``years`` is the horizon after the first intervention (none: each scenario's own), ``breaks``
    are the documented ones. ``progress`` takes how many counterfactuals are done, and of how many.
    One scenario is in memory at a time. Raises ``ScenarioError`` that lists what is wrong with the
    request or the batch (see ``question_of`` and ``check_finished``).
    """
    entry = {"factual": factual, "--event": pairs, "--horizon": years, "only": only}
    _, manifest, readings = question_of(folder, entry)
    check_finished(folder, manifest, [factual, *(each.scenario.name for each in readings)])
    histories = partial(read_histories, folder)
    comparisons = tuple(_compared(readings, histories, pairs, breaks, progress))
    return BatchComparison(manifest, readings[0].factual, comparisons)


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
    progress: ProgressOf | None = None,
) -> BatchComparison:
    """The same, both branches starting from what was on record at a date.

    ``moves`` are the dated moves on record, imposed up to the end of the quarter that holds the
    month ``until``; the histories have the scenarios, draws, seed and number of replicates of the
    batch and are simulated in memory. ``progress`` takes how many quarters are done, and of how
    many. Raises ``ScenarioError`` that lists what is wrong with the request, the batch or the
    draws, and every scenario that parts from history before the record ends.
    """
    entry = {"factual": factual, "--event": pairs, "--horizon": years, "only": only}
    _, manifest, readings = question_of(folder, entry)
    raise_if_any(TITLE, draws_problems(manifest, draws), ScenarioError)
    scenarios = [readings[0].factual, *(each.scenario for each in readings)]
    end = record_end(until, scenarios)
    columns = {each.scenario.name: columns_of(each, pairs) for each in readings}
    columns[factual] = list(dict.fromkeys(name for some in columns.values() for name in some))
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
        drivers=drivers_of(manifest),
    )
    comparisons = _compared(readings, lambda name, some: tables[name][some], pairs, breaks)
    record = GivenRecord(date_of(end - 1 + 1 / 3), candidates, share)
    return BatchComparison(manifest, readings[0].factual, tuple(comparisons), record)


def compare_request(
    folder: Path,
    request: BatchRequest,
    *,
    breaks: Sequence[DocumentedBreak],
    moves: Sequence[RecordedMove],
    draws: Draws | None,
    progress: WorkProgress,
) -> BatchComparison:
    """What is asked of a batch, compared in the one way or the other.

    ``moves`` and ``draws`` are needed where the record is given.
    """
    named = request.model_dump(exclude={"until"}) | {"breaks": breaks}
    if request.until is None:
        return compare_batch(folder, **named, progress=partial(progress, "comparing"))
    assert draws is not None
    advance = partial(progress, "simulating")
    return compare_given(folder, request.until, moves, draws, **named, progress=advance)


def _compared(
    readings: Sequence[Reading],
    histories: Histories,
    pairs: Sequence[str],
    breaks: Sequence[DocumentedBreak],
    progress: ProgressOf | None = None,
) -> Iterator[Comparison]:
    for done, reading in enumerate(readings):
        if progress is not None:
            progress(done, len(readings))
        columns = columns_of(reading, pairs)
        one, other = (histories(each.name, columns) for each in (reading.factual, reading.scenario))
        yield from compare(reading, one, other, pairs, breaks)


def read_histories(
    folder: Path, scenario: str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Histories of a scenario of a batch, all columns or some, one row a replicate, in order.

    Raises ``ScenarioError``; see ``scenarios.batch.store.table_of``.
    """
    frame: pd.DataFrame = table_of(folder, scenario, columns).to_pandas()
    return frame.sort_values("replicate", ignore_index=True)
