"""``lilliput report``: a batch as one page that a historian can read, with its tables and figures beside it."""

from pathlib import Path
from typing import Annotated

import typer

from calibration.cli.batch_question import (
    EventPairs,
    FactualName,
    GivenUntil,
    HorizonYears,
    OnlyNames,
    read_question,
)
from calibration.evidence.lines import sources
from calibration.evidence.reading import read_evidence
from calibration.evidence.record import documented_record, recorded_moves
from scenarios.console import reporting_errors, waiting
from scenarios.draws import read_draws
from scenarios.errors import ScenarioError
from scenarios.report.gather import ReportMaterial, ReportRequest, report_on
from scenarios.report.write import folder_of, report_problems, write_report
from simulation.errors import raise_if_any


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

    For every counterfactual it tells question, antecedent and source, shows both branches over the documented record,
    what becomes of the breaks, and what drives the difference; one table holds all scenarios. Tables (CSV) and figures
    (PNG, SVG) lie beside it.
    """
    with reporting_errors():
        path = _beside(folder) if out is None else out
        question, problems = read_question(
            "lilliput report", folder, factual, only, events, horizon
        )
        problems += report_problems(path, folder, overwrite)
        raise_if_any("this report cannot be made", problems, ScenarioError)
        request = ReportRequest(*question, given)
        evidence = read_evidence()
        moves = recorded_moves(evidence) if given is not None else ()
        material = ReportMaterial(read_draws(draws), documented_record(), sources(), moves)
        with waiting() as told:
            written = write_report(report_on(folder, material, request, told), path, told)
    typer.echo(f"Written to {written}, with tables and figures in {folder_of(written)}")


def _beside(folder: Path) -> Path:
    """Where the report on a batch goes unless another place is named: beside it, as its folder is one table."""
    folder = folder.expanduser().resolve()
    return folder.with_name(f"{folder.name}-report.html")
