"""The counterfactuals of a batch on disk, each set beside its factual twins, one scenario in memory at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from scenarios.batch.store import open_batch, read_manifest
from scenarios.comparison.compare import Comparison, Reading, columns_of, compare, reading_of
from scenarios.comparison.histories import Progress
from scenarios.documented import DocumentedBreak
from scenarios.errors import ScenarioError
from scenarios.files import LONGEST_HORIZON, catalogue
from scenarios.manifest import scenario_hash
from scenarios.outcomes import PAIR_NAMES
from scenarios.twins import parting
from simulation.dates import QUARTERS
from simulation.errors import Problem, raise_if_any, unknown
from simulation.interventions import HISTORICAL, Scenario, read_asked

TITLE = "this batch cannot be compared"


@dataclass(frozen=True)
class Given:
    """What conditional histories were given: the record up to the end of a quarter, and how well it was met.

    ``effective_share`` is the effective share of the candidates of each history: 1 if all fit the record equally
    well, 1 / ``candidates`` if one of them outweighs all others.
    """

    until: str
    candidates: int
    effective_share: float


@dataclass(frozen=True)
class BatchComparison:
    """All counterfactuals of a batch beside one factual scenario, with the manifest of the batch.

    ``given`` says what conditional histories were given of the record; none for those of the batch itself.
    """

    manifest: Mapping[str, Any]
    factual: Scenario
    comparisons: tuple[Comparison, ...]
    given: Given | None = None


def scenarios_of(manifest: Mapping[str, Any]) -> dict[str, Scenario]:
    """The scenarios of a batch by name, as they were asked, from its manifest or else from the catalogue.

    Raises ``ScenarioError`` that lists every scenario that neither holds any more.
    """
    found, problems = {}, []
    for entry in manifest["scenarios"]:
        asked = _asked(entry)
        if asked is None or scenario_hash(asked) != entry["hash"]:
            allowed = "a scenario that the manifest or the catalogue holds as it was asked"
            problems.append(Problem("batch", "scenario", entry["name"], allowed))
        else:
            found[entry["name"]] = asked
    raise_if_any(TITLE, problems, ScenarioError)
    return found


def _asked(entry: Mapping[str, Any]) -> Scenario | None:
    if "asked" not in entry:
        held = catalogue().get(entry["name"])
        return None if held is None else held.scenario
    return read_asked(entry["asked"])


def readings_of(
    folder: Path,
    factual: str = HISTORICAL.name,
    pairs: Sequence[str] = PAIR_NAMES,
    years: int | None = None,
    only: Sequence[str] = (),
) -> tuple[Mapping[str, Any], list[Reading]]:
    """The manifest of a batch, and how each of its counterfactuals, or ``only`` some, is read against the factual one.

    Raises ``ScenarioError`` that lists every problem: no batch, a scenario that is not in it, a pair that is none of
    the five, a horizon below one year or above 36, nothing to compare.
    """
    problems = [
        unknown("comparison", "event", pair, PAIR_NAMES) for pair in pairs if pair not in PAIR_NAMES
    ]
    if years is not None and not 1 <= years <= LONGEST_HORIZON:
        allowed = f"a whole number of years, 1 to {LONGEST_HORIZON}"
        problems.append(Problem("comparison", "horizon", years, allowed))
    try:
        open_batch(folder)
    except ScenarioError as error:
        raise ScenarioError(TITLE, [*error.problems, *problems]) from error
    manifest = read_manifest(folder) or {}
    scenarios = scenarios_of(manifest)
    against = scenarios.get(factual)
    if against is None:
        problems.append(unknown("comparison", "factual", factual, tuple(scenarios)))
    others = {} if against is None else _others(scenarios, against)
    if against is not None:
        problems += [
            unknown("comparison", "only", name, tuple(others))
            for name in only
            if name not in others
        ]
        if not others:
            allowed = f"at least one scenario that differs from {factual}"
            problems.append(Problem("batch", "scenarios", list(scenarios), allowed))
    raise_if_any(TITLE, problems, ScenarioError)
    assert against is not None
    chosen = [scenario for name, scenario in others.items() if name in only or not only]
    return manifest, [reading_of(scenario, against, years) for scenario in chosen]


def _others(scenarios: Mapping[str, Scenario], factual: Scenario) -> dict[str, Scenario]:
    """The scenarios that part from the factual one."""
    return {
        name: scenario
        for name, scenario in scenarios.items()
        if scenario is not factual and min(parting(scenario), parting(factual)) < QUARTERS
    }


def check_finished(folder: Path, manifest: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise ``ScenarioError`` that lists the scenarios of which a batch does not hold all histories yet."""
    wanted, problems = int(manifest["replicates"]), []
    histories = open_batch(folder)
    for name in names:
        try:
            count = histories.filter(pc.field("scenario") == name).count_rows()
        except (OSError, pa.ArrowException):
            count = 0
        if count != wanted:
            allowed = (
                f"{wanted:,}, as in the manifest; lilliput batch with --resume finishes a batch"
            )
            problems.append(Problem(name, "histories", count, allowed))
    raise_if_any(TITLE, problems, ScenarioError)


def compare_batch(
    folder: Path,
    *,
    factual: str = HISTORICAL.name,
    only: Sequence[str] = (),
    pairs: Sequence[str] = PAIR_NAMES,
    years: int | None = None,
    breaks: Sequence[DocumentedBreak] = (),
    progress: Progress | None = None,
) -> BatchComparison:
    """Every counterfactual of a batch, or ``only`` some, set beside its factual twins, pair by pair.

    ``years`` is the horizon after the first intervention (none: each scenario's own), ``breaks`` are the documented
    ones. ``progress`` is told how many counterfactuals are done, and of how many. Raises ``ScenarioError`` that
    lists what is wrong with the request or the batch (see ``readings_of`` and ``check_finished``).
    """
    manifest, readings = readings_of(folder, factual, pairs, years, only)
    against = readings[0].factual
    check_finished(
        folder, manifest, [against.name, *(reading.scenario.name for reading in readings)]
    )
    comparisons: list[Comparison] = []
    for done, reading in enumerate(readings):
        if progress is not None:
            progress(done, len(readings))
        columns = columns_of(reading, pairs)
        one = read_histories(folder, against.name, columns)
        other = read_histories(folder, reading.scenario.name, columns)
        comparisons += compare(reading, one, other, pairs, breaks)
    return BatchComparison(manifest, against, tuple(comparisons))


def read_histories(
    folder: Path, scenario: str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Some columns of the histories of one scenario of a batch, one row a history in the order of replicates."""
    own = pc.field("scenario") == scenario
    held = open_batch(folder).to_table(None if columns is None else list(columns), filter=own)
    table: pd.DataFrame = held.to_pandas()
    return table.sort_values("replicate", ignore_index=True)
