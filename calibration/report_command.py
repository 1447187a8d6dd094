"""``lilliput report``: a batch as one page that a historian can read, with its tables and figures beside it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from calibration.evidence_reading import read_evidence, sources
from calibration.record import recorded_moves
from calibration.run_request import documented_record
from scenarios.arguments import read_or_problems, whole_number
from scenarios.batch_comparison import readings_of
from scenarios.console import reporting_errors
from scenarios.draws import read_draws
from scenarios.errors import ScenarioError
from scenarios.files import LONGEST_HORIZON
from scenarios.outcomes import PAIR_NAMES
from scenarios.report import ReportMaterial, ReportRequest, Told, report_on
from scenarios.report_files import folder_of, report_problems, write_report
from simulation.errors import Problem, raise_if_any

#: Work that takes longer than this many seconds shows a progress bar.
PATIENCE = 2.0


def report(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder of a batch.")] = Path(
        "results/batch"
    ),
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html",
            help="The page; a folder of the same name holds its tables and figures.",
            show_default="DIR-report.html",
        ),
    ] = None,
    factual: Annotated[
        str, typer.Option(metavar="NAME", help="The scenario that the others are set beside.")
    ] = "historical",
    events: Annotated[
        list[str] | None,
        typer.Option("--event", metavar="PAIR", help="The pair whose break is told of; may be repeated."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="One counterfactual of the batch; may be repeated."),
    ] = None,
    horizon: Annotated[
        str | None,
        typer.Option(
            metavar="YEARS", help="Years after the first intervention.", show_default="each scenario's own"
        ),
    ] = None,
    given: Annotated[
        str | None,
        typer.Option(
            "--given-record-until",
            metavar="YYYY-MM",
            help="Start both branches from the record up to the end of that quarter, and simulate anew.",
        ),
    ] = None,
    draws: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The draws of the batch.", show_default="those that ship"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the report that is there.")] = False,
) -> None:
    """Write a report on a batch: one HTML file that opens without a network.

    For every counterfactual it tells question, antecedent and source, shows both branches over the documented record,
    what becomes of the breaks, and what drives the difference; one table holds all scenarios. Tables (CSV) and figures
    (PNG, SVG) lie beside it.
    """
    with reporting_errors():
        path = _beside(folder) if out is None else out
        request = _request(folder, path, overwrite, factual, only or (), events or (), horizon, given)
        evidence = read_evidence()
        moves = recorded_moves(evidence) if given is not None else ()
        material = ReportMaterial(read_draws(draws), documented_record(), sources(), moves)
        with _progress() as told:
            written = write_report(report_on(folder, material, request, told), path, told)
    typer.echo(f"Written to {written}, with tables and figures in {folder_of(written)}")


def _beside(folder: Path) -> Path:
    """Where the report on a batch goes unless another place is named: beside it, as its folder is one table."""
    folder = folder.expanduser().resolve()
    return folder.with_name(f"{folder.name}-report.html")


def _request(
    folder: Path,
    path: Path,
    overwrite: bool,
    factual: str,
    only: Sequence[str],
    events: Sequence[str],
    horizon: str | None,
    given: str | None,
) -> ReportRequest:
    """What is asked of a batch, as typed; raises ``ScenarioError`` that lists everything wrong with it together."""
    years: int | None = None
    problems: list[Problem] = []
    if horizon is not None:
        years, problems = whole_number("--horizon", horizon, 1, LONGEST_HORIZON, command="lilliput report")
    pairs = tuple(dict.fromkeys(events)) or PAIR_NAMES
    _, wrong = read_or_problems(lambda: readings_of(folder, factual, pairs, years, only))
    problems += wrong + report_problems(path, folder, overwrite)
    raise_if_any("this report cannot be made", problems, ScenarioError)
    return ReportRequest(factual, tuple(only), pairs, years, given)


@contextmanager
def _progress() -> Iterator[Told]:
    """A progress bar on the error stream, once the work has taken longer than one likes to wait."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("", total=None)
    start = time.monotonic()
    doing_now, shown = "", False

    def told(doing: str, done: int, whole: int) -> None:
        nonlocal doing_now, shown
        if doing != doing_now:
            bar.reset(task, description=doing, total=whole)
            doing_now = doing
        if not shown and time.monotonic() - start > PATIENCE:
            bar.start()
            shown = True
        bar.update(task, completed=done, total=whole)

    try:
        yield told
    finally:
        if shown:
            bar.stop()
