"""``lilliput report``: a batch as one page to read, with its tables and figures beside it."""

from pathlib import Path
from typing import Annotated

import typer

from calibration.cli.compare import (
    BatchFolder,
    EventPairs,
    FactualName,
    GivenUntil,
    HorizonYears,
    OnlyNames,
    typed,
)
from calibration.evidence.reading import read_evidence, sources
from calibration.evidence.record import documented_record, recorded_moves
from scenarios.arguments import read_or_problems
from scenarios.comparison.batch import question_of
from scenarios.console import reporting_errors, waiting
from scenarios.draws import read_draws
from scenarios.errors import ScenarioError
from scenarios.report.gather import ReportMaterial, report_on
from scenarios.report.write import folder_of, report_problems, write_report
from simulation.errors import raise_if_any


def report(
    folder: BatchFolder = Path("results/batch"),
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html",
            help="The page; a folder of the same name holds its tables and figures.",
            show_default="DIR-report.html",
        ),
    ] = None,
    factual: FactualName = "historical",
    events: EventPairs = None,
    only: OnlyNames = None,
    horizon: HorizonYears = None,
    given: GivenUntil = None,
    draws: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The draws of the batch.", show_default="those that ship"
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the report that is there.")
    ] = False,
) -> None:
    """Write a report on a batch: one HTML file that opens without a network.

    For every counterfactual it tells question, antecedent and source, shows both branches over the
    documented record, what becomes of the breaks, and what drives the difference; one table holds
    all scenarios. Tables (CSV) and figures (PNG, SVG) lie beside it.
    """
    with reporting_errors():
        path = _beside(folder) if out is None else out
        entry = typed(factual, events, only, horizon, given)
        request, problems = read_or_problems(
            lambda: question_of(folder, entry, "lilliput report").request
        )
        problems += report_problems(path, folder, overwrite)
        raise_if_any("this report cannot be made", problems, ScenarioError)
        moves = recorded_moves(read_evidence()) if given is not None else ()
        material = ReportMaterial(read_draws(draws), documented_record(), sources(), moves)
        with waiting() as progress:
            gathered = report_on(folder, material, request, progress)
            written = write_report(gathered, path, progress)
    typer.echo(f"Written to {written}, with tables and figures in {folder_of(written)}")


def _beside(folder: Path) -> Path:
    """Where the report on a batch goes by default: beside it, as its folder is one table."""
    folder = folder.expanduser().resolve()
    return folder.with_name(f"{folder.name}-report.html")
