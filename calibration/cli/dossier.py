"""``lilliput calibrate dossier``: all checks of the calibration on one page, for a referee."""

import json
from pathlib import Path
from typing import Annotated

import typer

from calibration.dossier.gather import Material, read_material, verdicts
from calibration.dossier.page import dossier_page
from calibration.errors import CalibrationError
from scenarios.arguments import read_or_problems
from scenarios.console import reporting_errors
from scenarios.disk import unwritable, write_whole
from simulation.errors import Problem, raise_if_any

_COMMAND = "calibrate dossier"


def dossier(
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
    as_json: Annotated[
        bool, typer.Option("--json", help="Print goals and verdicts as JSON; write no page.")
    ] = False,
) -> None:
    """Build one page from the reports of all checks, for a sceptical referee.

    It opens without a network, and holds what was fitted and held out, how well the rules fit and
    foresee, what they add over the drivers, what is not identified, whether the sampler can be
    trusted, and which figure of the evidence moves the results most. A check that has left no
    report yet is named with the command that makes it; a report made with other draws than those
    that ship is marked.
    """
    with reporting_errors():
        material, problems = read_or_problems(lambda: read_material(reports))
        if not as_json:
            problems += page_problems(out, overwrite)
        raise_if_any("the dossier cannot be made", problems, CalibrationError)
        assert material is not None
        if as_json:
            typer.echo(json.dumps(verdicts_as_object(material), indent=2, ensure_ascii=False))
            return
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, dossier_page(material))
        typer.echo(f"{len(material.reports)} reports on one page, written to {out}")


def verdicts_as_object(material: Material) -> dict[str, object]:
    """The goals and what came of them, as they are printed for programs."""
    goals = [
        {"check": each.check, **each.goal.model_dump(), "verdict": each.verdict}
        | {"differences": list(each.differences)}
        for each in verdicts(material)
    ]
    return {"draws": material.draws.id, "kind": material.draws.kind, "goals": goals}


def page_problems(out: Path, overwrite: bool) -> list[Problem]:
    """What stands in the way of writing the page; nothing is changed."""
    problems = unwritable(out, _COMMAND, "--out")
    if out.suffix != ".html":
        problems.append(Problem(_COMMAND, "--out", str(out), "a file name that ends in .html"))
    if out.is_dir():
        problems.append(Problem(_COMMAND, "--out", str(out), "a file; this is a folder"))
    elif out.exists() and not overwrite:
        problems.append(Problem(_COMMAND, "--out", str(out), "a new file, unless --overwrite"))
    return problems
