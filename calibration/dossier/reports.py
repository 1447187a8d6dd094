"""The committed reports of the checks as the referee's page reads them: numbers, text, tables and pictures."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibration.errors import CalibrationError
from calibration.reports.form import FIGURES
from calibration.reports.published import DOCUMENTED, PUBLISHED, published_reports
from scenarios.draws import Draws
from scenarios.report.tables import Table
from simulation.errors import MISSING, Problem, raise_if_any

_ORIGIN = ("date", "seed", "settings", "rules", "parameter_table", "versions")
_PICTURE = re.compile(rf"!\[(.*)\]\(({FIGURES}/.+)\)")
_TITLED = re.compile(r"\*\*([^*]+)\*\*")
_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class TitledTable:
    """A table of a report with its title."""

    title: str
    table: Table


@dataclass(frozen=True)
class Shown:
    """A figure of a report: what it shows in a sentence, and its file."""

    caption: str
    path: Path


Part = str | TitledTable | Shown


@dataclass(frozen=True)
class Report:
    """What a check left: finding, whether its goal was reached (none: it only describes), origin, numbers and parts.

    ``parts`` are paragraphs, tables and figures in the order of reading; empty where only the numbers are at hand.
    """

    name: str
    title: str
    finding: str
    reached: bool | None
    origin: Mapping[str, Any]
    values: Mapping[str, Any]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Fitted:
    """The draws that ship, with the manifest that tells how they were fitted."""

    draws: Draws
    manifest: Mapping[str, Any]

    def differences(self, report: Report) -> list[str]:
        """In words, in what a report does not belong to these draws; empty where it does."""
        origin = report.origin
        told = []
        draws = origin.get("draws")
        if draws and draws["id"] != self.draws.id:
            told.append(f"made with other draws ({draws['id']})")
        evidence, own = report.values.get("log_evidence"), self.manifest.get("log_evidences")
        if report.name == "agreement" and own is not None and list(evidence or ()) != list(own):
            told.append("about other fits than those that were pooled into these draws")
        if origin["rules"] != self.manifest.get("rules", origin["rules"]):
            told.append("made with other rules")
        if origin["parameter_table"] != self.draws.table:
            told.append("made with another parameter table")
        return told


def reports_folder() -> Path:
    """Where reports are read from unless a folder is named: those of a checkout, or else those in the package."""
    return DOCUMENTED if DOCUMENTED.is_dir() else PUBLISHED


def fitted_of(draws: Draws) -> Fitted:
    """Draws with the whole of their manifest."""
    manifest = (
        {} if draws.path is None else json.loads(draws.path.with_suffix(".json").read_text("utf-8"))
    )
    return Fitted(draws, manifest)


def read_reports(folder: Path) -> dict[str, Report]:
    """The reports in a folder by the names of their checks; text and pictures are read where they lie beside.

    Raises ``CalibrationError`` that lists everything that is wrong: no folder, files that are no reports, origins
    that do not tell where a report comes from, pictures that are missing.
    """
    if not folder.is_dir():
        problem = Problem(
            "calibrate report", "--reports", str(folder), "a folder with reports of the checks"
        )
        raise CalibrationError("the reports cannot be read", [problem])
    reports = {}
    problems = []
    for name, told in published_reports(folder).items():
        origin = told["origin"] if isinstance(told["origin"], dict) else {}
        problems += [
            Problem(f"{name}.json", f"origin.{key}", MISSING, "required")
            for key in _ORIGIN
            if key not in origin
        ]
        text = folder / f"{name}.md"
        parts = parts_of(text.read_text("utf-8"), folder) if text.is_file() else ()
        problems += [
            Problem(text.name, "figure", str(part.path), "a file beside the report")
            for part in parts
            if isinstance(part, Shown) and not part.path.is_file()
        ]
        reports[name] = Report(
            name, told["title"], told["finding"], told.get("reached"), origin, told["values"], parts
        )
    raise_if_any("the reports cannot be used", problems, CalibrationError)
    return reports


def parts_of(text: str, folder: Path) -> tuple[Part, ...]:
    """The paragraphs, tables and figures of a report's text, without its title, finding and origin.

    The inverse of ``calibration.reports.form.report_text``, as far as the page needs it.
    """
    blocks = text.partition("\n---\n")[0].strip().split("\n\n")[2:]
    parts: list[Part] = []
    title, caption = "", ""
    for block in blocks:
        picture, titled = _PICTURE.fullmatch(block), _TITLED.fullmatch(block)
        if picture:
            caption = picture[1]
            path = folder / picture[2]
            drawn = path.with_suffix(".svg")
            parts.append(Shown(caption, drawn if drawn.is_file() else path))
        elif block.startswith("| "):
            parts.append(TitledTable(title, table_of(block)))
        elif titled:
            title = titled[1]
        elif block != f"*{caption}*":
            parts.append(block)
    return tuple(parts)


def table_of(text: str) -> Table:
    """A table as ``calibration.reports.form.markdown_table`` writes it; columns not set to the right hold words."""
    heads, rule, *rows = (
        [cell.strip().replace("\\|", "|") for cell in _CELL.split(line)[1:-1]]
        for line in text.splitlines()
    )
    words = tuple(place for place, mark in enumerate(rule) if not mark.endswith(":"))
    return Table(tuple(heads), rows, words)
