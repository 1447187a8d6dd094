"""``lilliput calibrate report``: all checks of the calibration on one page, for a sceptical referee."""

import os
from pathlib import Path
from typing import Annotated

import typer

from calibration.dossier.page import Material, referee_page
from calibration.dossier.reports import fitted_of, read_reports, reports_folder
from calibration.errors import CalibrationError
from calibration.evidence.reading import read_evidence
from calibration.likelihood.observations import fitted_record
from scenarios.arguments import read_or_problems
from scenarios.batch.store import write_whole
from scenarios.console import reporting_errors
from scenarios.draws import read_draws
from simulation.errors import Problem, raise_if_any

_COMMAND = "calibrate report"


def report(
    reports: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="The reports of the checks.", show_default="docs/calibration"
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE.html", help="The page.")] = Path(
        "results/calibration-report.html"
    ),
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the page that is there.")
    ] = False,
) -> None:
    """Build one page from the reports of all checks, for a sceptical referee; it opens without a network.

    What was fitted, what was held out, how well it fits and foresees, what the agents' rules add over the drivers, what
    is not identified, whether the sampler can be trusted, and which figure of the evidence moves the results most. A
    check that has left no report yet is named with the command that makes it; a report made with other draws than those
    that ship is marked.
    """
    with reporting_errors():
        held, problems = read_or_problems(lambda: read_reports(reports or reports_folder()))
        draws, wrong = read_or_problems(read_draws)
        problems += wrong + page_problems(out, overwrite)
        raise_if_any("this report cannot be made", problems, CalibrationError)
        assert held is not None
        assert draws is not None
        evidence = read_evidence()
        page = referee_page(Material(fitted_of(draws), held, evidence, fitted_record(evidence)))
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, page.encode())
        typer.echo(f"{len(held)} reports on one page, written to {out}")


def page_problems(out: Path, overwrite: bool) -> list[Problem]:
    """What stands in the way of writing the page; nothing is changed."""
    problems = []
    if out.suffix != ".html":
        problems.append(Problem(_COMMAND, "--out", str(out), "a file name that ends in .html"))
    if out.is_dir():
        problems.append(Problem(_COMMAND, "--out", str(out), "a file; this is a folder"))
    elif out.exists() and not overwrite:
        problems.append(Problem(_COMMAND, "--out", str(out), "a new file, unless --overwrite"))
    parent = next(path for path in out.absolute().parents if path.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        problems.append(
            Problem(_COMMAND, "--out", str(out), "a file in a folder that can be written to")
        )
    return problems
