"""A report on disk: one HTML file, and beside it its tables as CSV, its figures as PNG and SVG."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from scenarios.batch.manifest import drivers_of
from scenarios.charts.look import png_of, svg_of
from scenarios.comparison.answer import sentence_of
from scenarios.comparison.table import numbers_of
from scenarios.console import WorkProgress
from scenarios.disk import absolute, unwritable, whole_folder, write_json, write_whole
from scenarios.errors import ScenarioError
from scenarios.files import catalogue_file_of
from scenarios.manifest import MAKER, MANIFEST, package_versions, read_manifest
from scenarios.report import tables
from scenarios.report.gather import Chapter, Report
from scenarios.report.pictures import Letters, pictures
from scenarios.report.words import environment, sentences
from simulation.countries import pair_named
from simulation.errors import Problem, raise_if_any

TITLE = "What would have followed? Counterfactual histories beside their factual twins"
KIND = "report"
FIGURES = "figures"
_PACKAGES = ("lilliput", "jinja2", "lifelines", "matplotlib", "numpy", "pandas")


def report_problems(path: Path, batch: Path, overwrite: bool) -> list[Problem]:
    """What stands in the way of writing a report on a batch to a file and the folder beside it."""
    problems = _link_problems(path) or unwritable(path, "--out", "file")
    if problems:
        return problems
    path, batch = absolute(path), absolute(batch)
    folder = folder_of(path)
    wrong = {
        "a file whose name ends in .html": path.suffix != ".html",
        "a file outside the folder of the batch, which other programs read as one table": (
            batch in path.parents
        ),
        "a file; this is a folder": path.is_dir(),
    }
    problems = [_problem(path, allowed) for allowed, is_wrong in wrong.items() if is_wrong]
    if not overwrite:
        allowed = "a name that is not taken yet, or --overwrite to replace an earlier report"
        problems += [_problem(each, allowed) for each in (path, folder) if each.exists()]
    elif folder.exists() and read_manifest(folder / MANIFEST, KIND) is None:
        allowed = "a folder that holds an earlier report of lilliput, or none"
        problems.append(_problem(folder, allowed))
    return problems


def _link_problems(path: Path) -> list[Problem]:
    """Symbolic links in the place of a report or of its folder, which may lead elsewhere."""
    with suppress(RuntimeError):  # a home that is nobody's has no links either
        path = path.expanduser()
    allowed = "a name of its own; this is a symbolic link, which may lead elsewhere: remove it"
    return [_problem(each, allowed) for each in (path, folder_of(path)) if each.is_symlink()]


def _problem(path: Path, allowed: str) -> Problem:
    return Problem("--out", "file", str(path), allowed)


def folder_of(path: Path) -> Path:
    """The folder that belongs to a report: ``batch-report`` to ``batch-report.html``."""
    return path.with_suffix("")


def report_manifest(report: Report) -> dict[str, Any]:
    """Everything that decides what is in a report; it holds no date, so equal reports are equal."""
    compared, given = report.compared, report.compared.given_record
    batch = {key: compared.manifest[key] for key in compared.manifest if key != "kind"}
    return {
        "made_by": MAKER,
        "kind": KIND,
        "factual": compared.factual.name,
        "given_record_until": None if given is None else given.until,
        "decomposed_histories": report.chapters[0].grievances.histories,
        "report_versions": package_versions(*_PACKAGES),
        **batch,
    }


def write_report(report: Report, path: Path, progress: WorkProgress | None = None) -> Path:
    """Write a report, its tables and its figures, and return the path of the HTML file.

    Everything is made under passing names and renamed when complete. ``progress`` takes how many
    scenarios are drawn. Raises ``ScenarioError`` if the disk refuses; then an earlier report stands
    as it was.
    """
    raise_if_any("the report could not be written", _link_problems(path), ScenarioError)
    path = absolute(path)
    folder = folder_of(path)
    try:
        with whole_folder(folder) as passing:
            (passing / FIGURES).mkdir()
            content = _written(report, passing, folder.name, progress)
        write_whole(path, content)
    except OSError as error:
        title = "the report could not be written"
        raise ScenarioError(title, [_problem(path, str(error))]) from error
    return path


def _written(report: Report, passing: Path, name: str, progress: WorkProgress | None) -> str:
    """Write what goes into the folder, and return the page."""
    origin = report_manifest(report)
    for table, text in tables.csv_files(report).items():
        write_whole(passing / f"{table}.csv", text)
    letters = Letters()
    chapters = []
    for done, chapter in enumerate(report.chapters):
        if progress is not None:
            progress("drawing", done, len(report.chapters))
        figures = list(_figures(chapter, report, passing / FIGURES, letters))
        chapters.append(_chapter(chapter, report, figures))
    write_json(passing / MANIFEST, origin)
    return page(report, chapters, letters.sheet(), origin, name)


@dataclass(frozen=True)
class Drawn:
    """A figure as it stands in the page."""

    part: str
    caption: str
    drawn: Markup


def _figures(chapter: Chapter, report: Report, folder: Path, letters: Letters) -> Iterator[Drawn]:
    """The figures of a scenario, written as PNG and SVG and set for the page."""
    settings = {
        "scenario": chapter.name,
        "draws": report.material.draws.id,
        "drivers": drivers_of(report.compared.manifest),
    }
    for picture in pictures(chapter, report.material.documented):
        svg = svg_of(picture.figure, settings)
        stem = f"{chapter.name}-{picture.name}"
        write_whole(folder / f"{stem}.svg", svg)
        write_whole(folder / f"{stem}.png", png_of(picture.figure, settings))
        yield Drawn(picture.part, picture.caption, Markup(letters.set_in(svg, picture.words)))


def _chapter(chapter: Chapter, report: Report, figures: Sequence[Drawn]) -> dict[str, Any]:
    """What the template needs of a chapter besides the chapter itself."""
    chosen, numbers = chapter.chosen, numbers_of(chapter.chosen)
    patron, client = pair_named(chosen.pair)
    file = catalogue_file_of(chosen.reading.scenario)
    return {
        "chapter": chapter,
        "figures": figures,
        "answer": sentence_of(chosen),
        "horizon_note": file.horizon_note if file is not None else "",
        "summary": sentences("summary", chosen, numbers),
        "precision": sentences("precision", numbers["avoided"]),
        "certainty": tables.certainty_table(chosen),
        "pairs": tables.pairs_table([each for each in chapter.comparisons if each.at_risk.value]),
        "over": [each.pair for each in chapter.comparisons if not each.at_risk.value],
        "regard": sentences("regard", patron, client, chapter.last_year),
        "yearly": tables.yearly_table(chosen),
        "drives": sentences("drives", chapter.grievances, patron, client),
        "drivers": tables.sources_table(chapter.grievances),
    }


def page(
    report: Report,
    chapters: Sequence[Mapping[str, Any]],
    letters: str,
    origin: Mapping[str, Any],
    folder: str,
) -> str:
    """The whole page, which opens without a network.

    ``chapters`` are what ``_chapter`` gives, ``letters`` the shapes of their letters, ``origin``
    the manifest of the report and ``folder`` the name of the one beside it.
    """
    sources = report.material.sources
    keys = dict.fromkeys(chapter.reading.scenario.source for chapter in report.chapters)
    style = files("scenarios.report").joinpath("report.css").read_text(encoding="utf-8")
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            title=TITLE,
            styles=[Markup(style)],
            letters=Markup(letters),
            compared=report.compared,
            overview=tables.overview_table(report),
            chapters=chapters,
            known_sources=sources,
            sources=[sources[key] for key in keys if key in sources],
            manifest=tables.manifest_table(origin),
            fingerprints=tables.Table(
                ("scenario", "fingerprint"),
                [[entry["name"], entry["hash"]] for entry in origin["scenarios"]],
                (0, 1),
            ),
            folder=folder,
        )
    )
