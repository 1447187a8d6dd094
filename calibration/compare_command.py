"""``lilliput compare``: every counterfactual of a batch beside its factual twins, and conditional counterfactuals."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from calibration.evidence_reading import read_evidence
from calibration.record import recorded_moves
from calibration.run_request import documented_record
from scenarios.arguments import read_or_problems, whole_number
from scenarios.batch_comparison import TITLE, BatchComparison, compare_batch, readings_of
from scenarios.compare_tables import (
    as_object,
    by_reading,
    heading,
    scenario_heading,
    tables_of,
    yearly_table,
)
from scenarios.conditional_comparison import compare_given
from scenarios.console import reporting_errors
from scenarios.draws import read_draws
from scenarios.errors import ScenarioError
from scenarios.files import LONGEST_HORIZON
from scenarios.histories import Progress as Told
from scenarios.outcomes import PAIR_NAMES
from simulation.errors import Problem, raise_if_any

#: Work that takes longer than this many seconds shows a progress bar.
PATIENCE = 2.0
_NARROWEST = 150


def compare(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder of a batch.")] = Path(
        "results/batch"
    ),
    factual: Annotated[
        str, typer.Option(metavar="NAME", help="The scenario that the others are set beside.")
    ] = "historical",
    events: Annotated[
        list[str] | None,
        typer.Option("--event", metavar="PAIR", help="The pair whose break is asked about; may be repeated."),
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
        typer.Option(
            metavar="FILE",
            help="The draws of the batch, for --given-record-until.",
            show_default="those that ship",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Set every counterfactual of a batch beside its factual twins.

    Tells for every pair whether its break is avoided, brought forward or delayed within the horizon, by how much,
    and how far the documented course was necessary and sufficient for it; with --event or --json also what
    becomes of support, strain and aid, year by year. docs/comparing.md explains every number.
    """
    with reporting_errors():
        asked = _request(folder, factual, only or [], events or [], horizon)
        breaks = documented_record().breaks
        with _progress("comparing" if given is None else "simulating") as told:
            if given is None:
                compared = compare_batch(folder, **asked, breaks=breaks, progress=told)
            else:
                moves, held = recorded_moves(read_evidence()), read_draws(draws)
                compared = compare_given(folder, given, moves, held, **asked, breaks=breaks, progress=told)
    if as_json:
        typer.echo(json.dumps(as_object(compared), indent=2, ensure_ascii=False))
    else:
        _print(compared, yearly=bool(events))


def _request(
    folder: Path, factual: str, only: Sequence[str], events: Sequence[str], horizon: str | None
) -> dict[str, Any]:
    """What is asked of a batch, as typed; raises ``ScenarioError`` that lists everything wrong with it together."""
    years: int | None = None
    problems: list[Problem] = []
    if horizon is not None:
        years, problems = whole_number("--horizon", horizon, 1, LONGEST_HORIZON, command="lilliput compare")
    pairs = tuple(dict.fromkeys(events)) or PAIR_NAMES
    _, wrong = read_or_problems(lambda: readings_of(folder, factual, pairs, years, only))
    raise_if_any(TITLE, problems + wrong, ScenarioError)
    return {"factual": factual, "only": only, "pairs": pairs, "years": years}


def _print(compared: BatchComparison, *, yearly: bool) -> None:
    console = Console(highlight=False)
    if console.width < _NARROWEST and not console.is_terminal:
        console = Console(highlight=False, width=_NARROWEST)
    for line in heading(compared):
        console.print(line)
    for reading, comparisons in by_reading(compared.comparisons):
        console.print()
        for line in scenario_heading(reading):
            console.print(line)
        for part in tables_of(comparisons):
            console.print(part)
        for comparison in comparisons if yearly else ():
            console.print(yearly_table(comparison))


@contextmanager
def _progress(doing: str) -> Iterator[Told]:
    """A progress bar on the error stream, once the work has taken longer than one likes to wait."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(doing, total=None)
    start = time.monotonic()
    shown = False

    def told(done: int, whole: int) -> None:
        nonlocal shown
        if not shown and done < whole and time.monotonic() - start > PATIENCE:
            bar.start()
            shown = True
        bar.update(task, completed=done, total=whole)

    try:
        yield told
    finally:
        if shown:
            bar.stop()
