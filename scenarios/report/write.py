"""A report on disk: one HTML file, and beside it a folder with its tables as CSV and its figures as PNG and SVG."""

import json
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

from markupsafe import Markup

from scenarios.charts.look import png_of, svg_of
from scenarios.console import Told
from scenarios.disk import put_in_place, write_whole
from scenarios.errors import ScenarioError
from scenarios.manifest import MAKER, MANIFEST
from scenarios.report.gather import Report
from scenarios.report.page import Drawn, page
from scenarios.report.pictures import pictures
from scenarios.report.svg import Letters
from scenarios.report.tables import tables_of, write_csv
from simulation.errors import Problem

KIND = "report"
FIGURES = "figures"
_PACKAGES = ("lilliput", "jinja2", "lifelines", "matplotlib", "numpy", "pandas")


def report_problems(path: Path, batch: Path, overwrite: bool) -> list[Problem]:
    """What stands in the way of writing a report on a batch to a file and the folder beside it; nothing is changed."""
    try:
        path, batch = path.expanduser().resolve(), batch.expanduser().resolve()
        problems = (
            [] if path.suffix == ".html" else [_problem(path, "a file whose name ends in .html")]
        )
        if batch in path.parents:
            allowed = (
                "a file outside the folder of the batch, which other programs read as one table"
            )
            problems.append(_problem(path, allowed))
        if path.is_dir():
            problems.append(_problem(path, "a file; this is a folder"))
        problems += _earlier_problems(path, overwrite)
        parent = next(place for place in path.parents if place.exists())
        probe = parent / f".lilliput-{uuid4().hex}"
        probe.mkdir()
        probe.rmdir()
    except (OSError, RuntimeError, ValueError) as error:
        return [_problem(path, f"a file that can be written ({error})")]
    return problems


def _problem(path: Path, allowed: str) -> Problem:
    return Problem("--out", "file", str(path), allowed)


def _earlier_problems(path: Path, overwrite: bool) -> list[Problem]:
    """What an earlier report, or something else of the same name, has to say against a new one."""
    folder = folder_of(path)
    if not overwrite:
        allowed = "a name that is not taken yet, or --overwrite to replace an earlier report"
        return [_problem(held, allowed) for held in (path, folder) if held.exists()]
    if folder.exists() and not _is_report(folder):
        return [_problem(folder, "a folder that holds an earlier report of lilliput, or none")]
    return []


def _is_report(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and (manifest.get("made_by"), manifest.get("kind")) == (
        MAKER,
        KIND,
    )


def folder_of(path: Path) -> Path:
    """The folder of tables and figures that belongs to a report: ``batch-report.html``, ``batch-report``."""
    return path.with_suffix("")


def report_manifest(report: Report) -> dict[str, Any]:
    """Everything that decides what is in a report; it holds no date, so that equal reports are equal."""
    compared = report.compared
    given = compared.given
    return {
        "made_by": MAKER,
        "kind": KIND,
        "factual": compared.factual.name,
        "given_record_until": given.until if given is not None else None,
        "decomposed_histories": report.chapters[0].grievances.histories,
        "report_versions": {"python": platform.python_version()}
        | {name: version(name) for name in _PACKAGES},
        **{
            key: value for key, value in compared.manifest.items() if key not in ("made_by", "kind")
        },
    }


def write_report(report: Report, path: Path, told: Told | None = None) -> Path:
    """Write a report, its tables and its figures, and return the path of the HTML file.

    Everything is made under passing names and renamed when complete. ``told`` is told how many scenarios are drawn.
    Raises ``ScenarioError`` if the disk refuses; then an earlier report stands as it was.
    """
    path = path.expanduser().resolve()
    folder = folder_of(path)
    made = folder.with_name(f".{folder.name}-{uuid4().hex}")
    try:
        made.mkdir(parents=True)
        content = _written(report, made, folder.name, told)
        put_in_place(made, folder)
        write_whole(path, content.encode())
    except OSError as error:
        raise ScenarioError(
            "the report could not be written", [_problem(path, str(error))]
        ) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return path


def _written(report: Report, made: Path, name: str, told: Told | None) -> str:
    """Write what goes into the folder, and return the page."""
    origin = report_manifest(report)
    for table, rows in tables_of(report).items():
        write_csv(rows, made / f"{table}.csv")
    (made / FIGURES).mkdir()
    letters = Letters()
    drawn = dict(_drawn(report, made / FIGURES, letters, told))
    (made / MANIFEST).write_text(
        json.dumps(origin, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return page(report, drawn, letters.sheet(), origin, name)


def _drawn(
    report: Report, folder: Path, letters: Letters, told: Told | None
) -> Iterator[tuple[str, list[Drawn]]]:
    """The figures of each scenario, written as PNG and SVG and set for the page."""
    for done, chapter in enumerate(report.chapters):
        if told is not None:
            told("drawing", done, len(report.chapters))
        own = []
        for picture in pictures(chapter, report.material.documented):
            svg = svg_of(picture.figure)
            (folder / f"{chapter.name}-{picture.name}.svg").write_bytes(svg)
            (folder / f"{chapter.name}-{picture.name}.png").write_bytes(png_of(picture.figure))
            own.append(
                Drawn(picture.part, picture.caption, Markup(letters.set_in(svg, picture.words)))
            )
        yield chapter.name, own
