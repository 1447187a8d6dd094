"""``lilliput batch``: simulates several scenarios many times with the same draws and shocks, into one folder."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pyarrow.compute as pc
import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from scenarios.arguments import read_or_problems, whole_number
from scenarios.batch.cluster import cluster_problems
from scenarios.batch.run import (
    MOST_REPLICATES,
    MOST_SEED,
    batch_problems,
    folder_problems,
    run_batch,
)
from scenarios.batch.store import CHUNK, Batch, open_batch
from scenarios.console import reporting_errors, wide_console
from scenarios.draws import read_draws
from scenarios.errors import ScenarioError
from scenarios.files import catalogue, scenario_named
from scenarios.outcomes import NEVER, PAIR_NAMES
from simulation.errors import Problem, raise_if_any
from simulation.interventions import Scenario

MOST_WORKERS = 1_024
_NARROWEST = 130


def batch(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Scenarios of the catalogue, or paths of .toml files."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every scenario of the catalogue.")] = False,
    replicates: Annotated[
        str, typer.Option(metavar="N", help="How many histories of each scenario.")
    ] = "10000",
    seed: Annotated[
        str, typer.Option(metavar="S", help="The seed of the shocks, shared by all.")
    ] = "1",
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder of the batch.")] = Path(
        "results/batch"
    ),
    workers: Annotated[
        str | None, typer.Option(metavar="W", help="How many processes.", show_default="all cores")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Have the workers of this Dask scheduler do the work (tcp://HOST:PORT).",
        ),
    ] = None,
    chunk: Annotated[str, typer.Option(metavar="N", help="Histories in one file.")] = str(CHUNK),
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a batch that was cut short.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the batch that is there.")
    ] = False,
    draws: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Parameter draws (Parquet).", show_default="those that ship"
        ),
    ] = None,
) -> None:
    """Simulate scenarios many times with the same draws and shocks, into one folder of Parquet files.

    Killed at any moment, the same command with --resume finishes the batch; its files are the same, byte for byte,
    as if nothing had happened, on any number of processes, or on a Dask cluster that shares the folder (see
    docs/cluster.md).
    """
    numbers = {"replicates": replicates, "seed": seed, "chunk": chunk, "workers": workers}
    with reporting_errors():
        asked, processes = _request(
            names or [], every, draws, numbers, dask, out, resume, overwrite
        )
        with _progress(asked.histories) as told:
            folder = run_batch(
                asked.scenarios,
                asked.draws,
                asked.replicates,
                asked.seed,
                out,
                workers=processes,
                dask=dask,
                resume=resume,
                overwrite=overwrite,
                progress=told,
                chunk=asked.chunk,
            )
    _print(asked, folder)


def _request(
    names: list[str],
    every: bool,
    draws: Path | None,
    numbers: dict[str, str | None],
    dask: str | None,
    out: Path,
    resume: bool,
    overwrite: bool,
) -> tuple[Batch, int | None]:
    """The batch as typed and the number of processes, none on a cluster.

    Raises ``ScenarioError`` that lists everything wrong with scenarios, draws, numbers and folder together.
    """
    scenarios, problems = _scenarios(names, every)
    held, wrong = read_or_problems(lambda: read_draws(draws))
    problems += wrong
    most = {
        "replicates": MOST_REPLICATES,
        "seed": MOST_SEED,
        "chunk": MOST_REPLICATES,
        "workers": MOST_WORKERS,
    }
    read: dict[str, int] = {}
    for key, text in numbers.items():
        known = str(os.cpu_count() or 1) if text is None else text
        read[key], wrong = whole_number(
            f"--{key}", known, 0 if key == "seed" else 1, most[key], command="lilliput batch"
        )
        problems += wrong
    problems += cluster_problems(dask, numbers["workers"])
    if resume and overwrite:
        problems.append(Problem("lilliput batch", "--resume", "--overwrite", "one of the two"))
    folder = out.expanduser().resolve()
    if held is None or problems:
        if folder.exists() and not folder.is_dir():
            problems.append(Problem("--out", "folder", str(folder), "a folder; this is a file"))
        raise ScenarioError("this batch cannot be made", problems)
    asked = Batch(tuple(scenarios), held, read["replicates"], read["seed"], read["chunk"])
    problems = batch_problems(asked) + folder_problems(asked, folder, resume, overwrite)
    raise_if_any("this batch cannot be made", problems, ScenarioError)
    return asked, read["workers"] if dask is None else None


def _scenarios(names: list[str], every: bool) -> tuple[list[Scenario], list[Problem]]:
    """The scenarios asked for, each once, and what is wrong with them."""
    held, problems = read_or_problems(catalogue) if every else ({}, [])
    chosen = [file.scenario for file in (held or {}).values()]
    for name in names:
        scenario, wrong = read_or_problems(lambda name=name: scenario_named(name))  # type: ignore[misc]
        problems += wrong
        if scenario is not None and scenario not in chosen:
            chosen.append(scenario)
    if not names and not every:
        problems.append(
            Problem(
                "lilliput batch",
                "NAME...",
                [],
                "names of scenarios, or --all for the whole catalogue",
            )
        )
    return chosen, problems


@contextmanager
def _progress(histories: int) -> Iterator[Callable[[int], None]]:
    """A progress bar with the time left; what an earlier attempt did counts as done, but not towards the speed."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("simulating histories", total=histories, start=False)
    begun = False

    def told(done: int) -> None:
        nonlocal begun
        if begun:
            bar.update(task, completed=done)
        else:
            begun = True
            bar.reset(task, completed=done)

    with bar:
        yield told


def _print(asked: Batch, folder: Path) -> None:
    """Where the batch is, and for each scenario in how many of its histories each pair breaks by 1980."""
    console = wide_console(_NARROWEST)
    table = Table(
        box=box.SIMPLE_HEAD,
        title="Share of histories in which the pair breaks by 1980",
        title_justify="left",
    )
    table.add_column("scenario", no_wrap=True)
    table.add_column("histories", justify="right")
    for pair in PAIR_NAMES:
        table.add_column(pair, justify="right")
    histories = open_batch(folder)
    columns = [f"{pair.replace('-', '_')}_quarter" for pair in PAIR_NAMES]
    for scenario in asked.scenarios:
        held = histories.to_table(columns, filter=pc.field("scenario") == scenario.name)
        shares = [pc.mean(pc.not_equal(held[column], NEVER)).as_py() for column in columns]
        table.add_row(scenario.name, f"{held.num_rows:,}", *(f"{share:.1%}" for share in shares))
    console.print(table)
    console.print(f"Written to {folder}")
