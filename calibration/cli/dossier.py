"""All checks of the calibration on one page (``dossier``) and on one screen (``summary``)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.requests import (
    DrawsFile,
    Request,
    as_typed,
    command,
    flag,
    option,
    read_or_refuse,
)
from scenarios.console import print_json
from scenarios.disk import unwritable, write_whole
from simulation.errors import Problem
from simulation.schema import refuse

if TYPE_CHECKING:
    from calibration.dossier.gather import Material
    from calibration.reports.report import Report

ReportsFolder = Annotated[
    Path | None, option("The reports of the checks.", "DIR", default="those that ship")
]


class DossierRequest(Request):
    """The reports that are set on one page, and where the page is written."""

    command = "calibrate dossier"
    title = "the dossier cannot be made"

    reports: ReportsFolder = None
    overwrite: Annotated[bool, flag("--overwrite", "Replace the page that is there.")] = False
    as_json: Annotated[bool, flag("--json", "Print goals and verdicts as JSON; write no page.")] = (
        False
    )
    out: Annotated[Path, option("The page.", "FILE.html")] = Path("results/calibration-report.html")
    #: What the page is made of, a ``Material``.
    material: Any = None

    @field_validator("out")
    @classmethod
    def _new_page(cls, out: Path, others: ValidationInfo) -> Path:
        if not others.data.get("as_json"):
            refuse(page_problems(out, bool(others.data.get("overwrite"))))
        return out

    @field_validator("material")
    @classmethod
    def _readable(cls, _material: None, others: ValidationInfo) -> "Material":
        from calibration.dossier.gather import read_material

        return read_or_refuse(lambda: read_material(others.data["reports"]))


@command
def dossier(request: DossierRequest) -> None:
    """Build one page from the reports of all checks, for a sceptical referee.

    It opens without a network, and holds what was fitted and held out, how well the rules fit and
    foresee, what they add over the drivers, what is not identified, whether the sampler can be
    trusted, and which figure of the evidence moves the results most. A check that has left no
    report yet is named with the command that makes it; a report made with other draws than those
    that ship is marked.
    """
    from calibration.dossier.page import dossier_page

    material, out = request.material, request.out
    if request.as_json:
        print_json(verdicts_as_object(material))
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, dossier_page(material))
    typer.echo(f"{len(material.reports)} reports on one page, written to {out}")


def verdicts_as_object(material: "Material") -> dict[str, object]:
    """The goals and what came of them, as they are printed for programs."""
    from calibration.dossier.gather import verdicts

    goals = [
        {"check": each.check, **each.goal.model_dump(), "verdict": each.verdict}
        | {"differences": list(each.differences)}
        for each in verdicts(material)
    ]
    return {"draws": material.draws.id, "kind": material.draws.kind, "goals": goals}


def page_problems(out: Path, overwrite: bool) -> list[Problem]:
    """What stands in the way of writing the page; nothing is changed."""
    where, place = DossierRequest.command, str(out)
    problems = unwritable(out, where, "--out")
    if out.suffix != ".html":
        problems.append(Problem(where, "--out", place, "a file name that ends in .html"))
    if out.is_dir():
        problems.append(Problem(where, "--out", place, "a file; this is a folder"))
    elif out.exists() and not overwrite:
        problems.append(Problem(where, "--out", place, "a new file, unless --overwrite"))
    return problems


class SummaryRequest(Request):
    """The draws that are summed up, and the reports of their checks."""

    command = "calibrate summary"
    title = "there is nothing to sum up"

    draws: DrawsFile = as_typed(None)
    reports: ReportsFolder = None
    as_json: Annotated[bool, flag("--json", "Print one JSON object.")] = False
    #: The reports by their checks, each a ``Report``.
    known: Any = None

    @field_validator("known")
    @classmethod
    def _readable(cls, _known: None, others: ValidationInfo) -> "dict[str, Report]":
        from calibration.reports.report import PUBLISHED, is_published, published_reports

        folder = others.data.get("reports")
        place = PUBLISHED if folder is None or is_published(folder) else folder
        if not place.is_dir():
            refuse([Problem(cls.command, "--reports", str(folder), "a folder with reports")])
        return read_or_refuse(lambda: published_reports(place))


@command
def summary(request: SummaryRequest) -> None:
    """Print on one screen what was fitted, how well it foresees, and what its mechanisms add.

    Everything is read from the draws and from the reports of the checks. A check that has no
    report, or only one made for other draws, counts as not made.
    """
    from calibration.dossier.summary import summary_lines, summary_of
    from calibration.evidence.reading import read_evidence
    from calibration.likelihood.observations import fitted_record

    told = summary_of(request.draws, request.known, fitted_record(read_evidence()))
    if request.as_json:
        print_json(told)
    else:
        typer.echo("\n".join(summary_lines(told)))
