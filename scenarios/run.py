"""One scenario, simulated many times, and the results as files: all of them, or none."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.disk import absolute, csv_text, unfit_folder, whole_folder, write_json, write_whole
from scenarios.documented import PLAN_PERIODS, Documented, Window
from scenarios.draws import Draws, parameters_for, table_hash
from scenarios.errors import ScenarioError
from scenarios.manifest import (
    MAKER,
    MANIFEST,
    commit_of,
    draws_entry,
    package_versions,
    read_manifest,
    scenario_entry,
)
from scenarios.outcomes import KEPT, Outcomes, collected
from scenarios.reader import sha256_of
from simulation.drivers.spells import DriverChoice
from simulation.ensemble import CHUNK, simulate_in_chunks
from simulation.errors import Problem, listed
from simulation.interventions import Scenario
from simulation.trajectory import Trajectory

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


#: What a run writes into its folder, beside its manifest.
HISTORIES, AID, BREAKS_TABLE, AID_TABLE, FIGURES, DIGESTS = (
    "histories.parquet",
    "aid.parquet",
    "breaks.csv",
    "aid.csv",
    "figures",
    "digests.sha256",
)
_OWN = (HISTORIES, AID, BREAKS_TABLE, AID_TABLE, FIGURES, DIGESTS, MANIFEST)
#: Replicates whose parameters are held at once, and histories written at a time.
_BLOCK, _SLICE = 16 * CHUNK, 20_000

NOTHING_DOCUMENTED = Documented()
#: Receives how much of the work is done.
Progress = Callable[[int], None]


def no_progress(_: int) -> None:
    """Shows nothing."""


def progress_after(progress: Progress, done: int) -> Progress:
    """Progress of a piece of work before which so much has been done."""
    return lambda more: progress(done + more)


@dataclass(frozen=True)
class RunResult:
    """The outcomes of a scenario and where they come from."""

    scenario: Scenario
    draws: Draws
    seed: int
    outcomes: Outcomes
    drivers: DriverChoice = "drawn"

    @property
    def replicates(self) -> int:
        """How many histories were simulated."""
        return self.outcomes.replicates

    def __repr__(self) -> str:
        return f"RunResult({self.scenario.name}, {self.replicates:,} histories, seed {self.seed})"

    def to_frame(self, documented: Documented = NOTHING_DOCUMENTED) -> "pd.DataFrame":
        """When each pair breaks, one row a pair, beside what is documented of it, if it is given.

        Dates are months, shares are of all histories.
        """
        import pandas as pd

        from scenarios.summary import summarised_breaks

        return pd.DataFrame(
            [summary.row for summary in summarised_breaks(self.outcomes, documented)]
        )

    def _repr_html_(self) -> str:
        """The result as a notebook shows it."""
        columns = ["pair", "q05", "median", "q95", "share_by_1980"]
        table: str = self.to_frame()[columns].to_html(index=False, na_rep="never", border=0)
        return f"<p>{escape(repr(self))}: months of the breaks</p>{table}"


def run_scenario(
    scenario: Scenario,
    draws: Draws,
    replicates: int,
    seed: int,
    progress: Progress | None = None,
    *,
    windows: Sequence[Window] = PLAN_PERIODS,
    chunk: int = CHUNK,
    drivers: DriverChoice = "drawn",
) -> RunResult:
    """Simulate a scenario and keep the outcomes of every history.

    Replicate r has draw r and the shocks and ``drivers`` of address (seed, r), whatever ``chunk``
    is, so a counterfactual's replicate is the twin of the factual one. ``progress`` receives the
    number of histories done after each chunk.
    """

    def trajectories() -> Iterator[Trajectory]:
        done = 0
        for first in range(0, replicates, _BLOCK):
            parameters = parameters_for(draws, first, min(_BLOCK, replicates - first))
            for trajectory in simulate_in_chunks(
                parameters,
                scenario,
                seed=seed,
                first_replicate=first,
                keep=KEPT,
                chunk=chunk,
                drivers=drivers,
            ):
                yield trajectory
                done += trajectory.replicates
                if progress is not None:
                    progress(done)

    return RunResult(scenario, draws, seed, collected(trajectories(), windows), drivers)


def manifest_of(result: RunResult, changes: Mapping[str, float]) -> dict[str, Any]:
    """Everything needed to make a result again; ``changes`` are the parameters set by hand."""
    return {
        "made_by": MAKER,
        "scenario": scenario_entry(result.scenario),
        "parameter_table": table_hash(),
        "draws": draws_entry(result.draws) | {"outdated": result.draws.outdated},
        "set": dict(changes),
        "drivers": result.drivers,
        "seed": result.seed,
        "replicates": result.replicates,
        "versions": package_versions("lilliput", "numpy", "pandas", "pyarrow", "matplotlib"),
        "commit": commit_of(),
    }


def folder_problems(folder: Path) -> list[Problem]:
    """What stands in the way of writing a result into a folder; nothing is left behind by looking.

    A folder that is there must be empty, or hold an earlier result of lilliput and nothing else.
    """
    if problems := unfit_folder(folder, "--out", "folder"):
        return problems
    folder = absolute(folder)
    names = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    strange = [name for name in names if name not in _OWN]
    if strange or (names and read_manifest(folder / MANIFEST) is None):
        allowed = (
            "a folder that is new, empty, or holds nothing but an earlier result of lilliput;"
            f" this one holds {listed((strange or names)[:5])}"
        )
        return [Problem("--out", "folder", str(folder), allowed)]
    return []


def write_result(
    result: RunResult,
    documented: Documented,
    manifest: Mapping[str, Any],
    folder: Path,
    draw: Callable[[Path], object],
) -> Path:
    """Write tables, figures and manifest of a run in the place of an earlier result, in one step.

    ``draw`` writes the figures into the folder that it is given. Raises ``ScenarioError`` if the
    disk refuses; then the earlier result stands as it was.
    """
    folder = absolute(folder)
    try:
        with whole_folder(folder) as place:
            _write_tables(result, documented, place)
            (place / FIGURES).mkdir()
            draw(place / FIGURES)
            write_json(place / MANIFEST, manifest)
            write_whole(place / DIGESTS, _digests(place))
    except OSError as error:
        allowed = f"a folder that can be written to ({error})"
        problem = Problem("--out", "folder", str(folder), allowed)
        raise ScenarioError("the result could not be written", [problem]) from error
    return folder


def _digests(folder: Path) -> str:
    """The SHA-256 of every file of a folder, in the form of ``sha256sum``."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths)


def _write_tables(result: RunResult, documented: Documented, folder: Path) -> None:
    from scenarios.columns import aid_table, histories_table
    from scenarios.summary import summarised_aid, summarised_breaks

    outcomes = result.outcomes
    starts = range(0, outcomes.replicates, _SLICE)
    slices = [slice(start, start + _SLICE) for start in starts]
    histories = (histories_table(outcomes, len(result.draws), rows) for rows in slices)
    _write_parquet(folder / HISTORIES, histories)
    _write_parquet(folder / AID, (aid_table(outcomes, rows) for rows in slices))
    _write_csv(folder / BREAKS_TABLE, [s.row for s in summarised_breaks(outcomes, documented)])
    _write_csv(folder / AID_TABLE, [s.row for s in summarised_aid(outcomes, documented)])


def _write_parquet(path: Path, tables: "Iterable[pa.Table]") -> None:
    import pyarrow.parquet as pq

    tables = iter(tables)
    first = next(tables)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    import pandas as pd

    path.write_text(csv_text(pd.DataFrame(rows)), encoding="utf-8")
