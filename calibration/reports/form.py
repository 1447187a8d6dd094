"""The form in which every check of the calibration is reported: plain finding first, then tables and pictures.

A check named ``recovery`` leaves ``recovery.md`` (for readers), ``recovery.json`` (for programs) and
``figures/recovery-*.png`` and ``.svg`` in its folder, ``docs/calibration`` unless told otherwise.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from matplotlib.figure import Figure

from calibration.reports.published import PUBLISHED, is_published
from scenarios.charts.look import write_figure
from simulation.errors import Problem

#: Where reports are kept unless another folder is named.
REPORTS = Path("docs/calibration")
FIGURES = "figures"
#: What the report says in its first line, by whether the check was passed; none where it only describes.
_VERDICTS = {True: "Reached.", False: "Not reached.", None: ""}


@dataclass(frozen=True)
class ReportTable:
    """A table of a report: a title, the heads of its columns, and rows of text or numbers (three figures are shown)."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class ReportFigure:
    """A picture of a report: the end of its file's name, what it shows in a sentence, and the figure itself."""

    name: str
    caption: str
    figure: Figure


@dataclass(frozen=True)
class CheckReport:
    """What a check found.

    ``name`` is the stem of its files; ``finding`` says in plain words what came out and what it means, failures
    included; ``reached`` whether the goal was reached (None where there is no goal); ``origin`` comes from
    ``calibration.origin.origin_of``; ``parts`` are paragraphs, tables and pictures in the order of reading;
    ``values`` are the numbers for programs.
    """

    name: str
    title: str
    finding: str
    reached: bool | None
    origin: Mapping[str, Any]
    parts: Sequence[str | ReportTable | ReportFigure] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


def write_report(report: CheckReport, folder: Path = REPORTS) -> Path:
    """Write a check's report for readers and for programs, with its pictures; returns the path of the text.

    Every file is complete or not there at all. An earlier report of the same check is replaced. The numbers of a report
    written into the ``docs/calibration`` of a checkout also go into the package (``calibration.reports.published``).
    """
    (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    for part in report.parts:
        if isinstance(part, ReportFigure):
            _write_picture(part.figure, folder / FIGURES, f"{report.name}-{part.name}")
    told = {
        "check": report.name,
        "title": report.title,
        "reached": report.reached,
        "finding": report.finding,
        "origin": dict(report.origin),
        "values": dict(report.values),
    }
    write_object(folder / f"{report.name}.json", told)
    if is_published(folder):
        PUBLISHED.mkdir(parents=True, exist_ok=True)
        write_object(PUBLISHED / f"{report.name}.json", told)
    path = folder / f"{report.name}.md"
    write_text(path, report_text(report))
    return path


def report_text(report: CheckReport) -> str:
    """A check's report as Markdown: finding, tables and pictures, and where it comes from."""
    verdict = _VERDICTS[report.reached]
    blocks = [f"# {report.title}", f"**{verdict}** {report.finding}" if verdict else report.finding]
    for part in report.parts:
        if isinstance(part, ReportTable):
            blocks.append(f"**{part.title}**\n\n{markdown_table(part)}")
        elif isinstance(part, ReportFigure):
            blocks.append(
                f"![{part.caption}]({FIGURES}/{report.name}-{part.name}.png)\n\n*{part.caption}*"
            )
        else:
            blocks.append(part)
    return "\n\n".join([*blocks, _origin_text(report.origin)]) + "\n"


def markdown_table(table: ReportTable) -> str:
    """A table as Markdown; numbers stand to the right."""
    numeric = [
        bool(table.rows) and all(_is_number(row[place]) for row in table.rows)
        for place in range(len(table.columns))
    ]
    rule = ["---:" if right else "---" for right in numeric]
    lines = [
        [shown(column) for column in table.columns],
        rule,
        *([shown(cell) for cell in row] for row in table.rows),
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(cell: object) -> str:
    """A cell as text: three figures for a number, yes or no, a dash where there is none."""
    if cell is None or (isinstance(cell, float | np.floating) and np.isnan(cell)):
        return "–"
    if isinstance(cell, bool | np.bool_):
        return "yes" if cell else "no"
    if isinstance(cell, float | np.floating):
        number = float(cell)
        return f"{number:.0f}" if 1000 <= abs(number) < 1e7 else f"{number:.3g}"
    return str(cell).replace("|", "\\|").replace("\n", " ")


def write_text(path: Path, text: str) -> None:
    """Write a text file, complete or not at all."""
    made = path.with_name(f".{path.name}-{uuid4().hex}")
    try:
        with made.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def write_object(path: Path, told: Mapping[str, Any]) -> None:
    """Write an object as JSON, complete or not at all; NumPy's numbers are written as plain ones, NaN as null."""
    write_text(path, json.dumps(_plain(told), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def folder_problems(folder: Path, command: str) -> list[Problem]:
    """What keeps a report from being written into a folder."""
    if folder.exists() and not folder.is_dir():
        return [Problem(command, "--out", str(folder), "a folder; this is a file")]
    parent = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not os.access(parent, os.W_OK):
        return [Problem(command, "--out", str(folder), "a folder that can be written to")]
    return []


def _write_picture(figure: Figure, folder: Path, name: str) -> None:
    unfinished = f".{name}-{uuid4().hex}"
    write_figure(figure, folder, unfinished)
    for ending in (".png", ".svg"):
        (folder / f"{unfinished}{ending}").replace(folder / f"{name}{ending}")


def _is_number(cell: object) -> bool:
    return cell is None or (
        isinstance(cell, int | float | np.number) and not isinstance(cell, bool)
    )


def _origin_text(origin: Mapping[str, Any]) -> str:
    """The last lines of a report: date, seed, draws, settings, rules and versions."""
    draws = origin.get("draws")
    facts = [f"Made {origin['date']} with seed {origin['seed']}"]
    if draws:
        outdated = ", outdated: the parameter table has changed since" if draws["outdated"] else ""
        facts.append(f"{draws['kind']} draws {draws['id']} ({draws['draws']} draws{outdated})")
    facts += [
        f"{key.replace('_', ' ')} {shown(value)}" for key, value in origin["settings"].items()
    ]
    facts.append(f"rules {origin['rules'][:12]}, parameter table {origin['parameter_table'][:12]}")
    facts.append(f"commit {(origin['commit'] or 'unknown')[:12]}")
    versions = ", ".join(f"{name} {number}" for name, number in origin["versions"].items())
    return f"---\n\n{'; '.join(facts)}. Versions: {versions}."


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, Path):
        return str(value)
    return value
