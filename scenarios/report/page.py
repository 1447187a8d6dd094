"""The page of a report: tables, sentences and figures set into one HTML file that opens without a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scenarios.batch.manifest import flat
from scenarios.comparison.tables import AVOIDED, BROUGHT_ABOUT
from scenarios.report.cells import (
    HEADS,
    Table,
    certainty_table,
    numbers,
    overview_table,
    source_cells,
    yearly_cells,
)
from scenarios.report.gather import Chapter, Report
from scenarios.report.pictures import DIFFERENCES, DRIVES, SURVIVAL, TIMELINE
from scenarios.report.text import (
    drives,
    limits,
    precision,
    regard,
    summary,
)
from scenarios.report.words import (
    both,
    change_in_words,
    cited,
    flags_in_words,
    month_in_words,
    source_in_full,
    span_in_words,
)

TITLE = "What would have followed? Counterfactual histories beside their factual twins"
#: The first sentences of a summary stand as a paragraph, the others as a list.
_LEAD = 1


@dataclass(frozen=True)
class Drawn:
    """A figure as it stands in the page."""

    part: str
    caption: str
    drawn: Markup


def page(
    report: Report,
    drawn: Mapping[str, Sequence[Drawn]],
    letters: str,
    origin: Mapping[str, Any],
    folder: str,
) -> str:
    """The whole page.

    ``drawn`` holds the figures of each scenario, ``letters`` the shapes of their letters, ``origin`` the manifest of
    the report and ``folder`` the name of the one beside it.
    """
    environment = Environment(
        loader=PackageLoader("scenarios.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts = environment.get_template("parts.html.j2").module
    return environment.get_template("report.html.j2").render(
        table=getattr(parts, "table"),  # noqa: B009 - a macro of the template
        figures=getattr(parts, "figures"),  # noqa: B009
        title=TITLE,
        style=Markup(files("scenarios.report").joinpath("report.css").read_text(encoding="utf-8")),
        letters=Markup(letters),
        lead=_lead(report),
        overview=overview_table(report),
        factual=report.compared.factual.name,
        fitted=report.compared.manifest["draws"]["kind"] != "prior",
        avoided=AVOIDED,
        brought_about=BROUGHT_ABOUT,
        limits=limits(report.compared),
        chapters=[_chapter(chapter, report, drawn[chapter.name]) for chapter in report.chapters],
        sources=_sources(report),
        manifest=_manifest(origin),
        fingerprints=_fingerprints(origin),
        folder=folder,
    )


def _lead(report: Report) -> str:
    manifest = report.compared.manifest
    draws = manifest["draws"]
    count = len(report.chapters)
    given = report.compared.given
    record = (
        f", both branches given the record up to {month_in_words(given.until)}" if given else ""
    )
    return (
        f"{count} counterfactual{'s' if count != 1 else ''} beside the scenario “{report.compared.factual.name}”: "
        f"{manifest['replicates']:,} histories of each, on {draws['draws']:,} {draws['kind']} parameter draws "
        f"({draws['id']}), seed {manifest['seed']}{record}. A counterfactual and its factual twin share a draw of the "
        "parameters and every stroke of chance, and are the same until history is changed."
    )


def _chapter(chapter: Chapter, report: Report, drawn: Sequence[Drawn]) -> dict[str, Any]:
    scenario, chosen = chapter.reading.scenario, chapter.chosen
    alive = [each for each in chapter.comparisons if each.at_risk.value]
    over = [both(each.pair) for each in chapter.comparisons if not each.at_risk.value]
    return {
        "name": chapter.name,
        "question": scenario.question,
        "pair": both(chosen.pair),
        "facts": _facts(chapter, report),
        "flags": flags_in_words(chapter.reading.flags),
        "lead": summary(chosen)[:_LEAD],
        "summary": summary(chosen)[_LEAD:],
        "precision": precision(chosen),
        "certainty": certainty_table(chosen),
        "pairs": Table(("pair", *HEADS), [[both(each.pair), *numbers(each)] for each in alive]),
        "over": f"Broken in every history before the change: {'; '.join(over)}." if over else "",
        "regard": regard(chosen),
        "yearly": Table(
            (
                "quantity",
                "unit",
                "year",
                "factual",
                "difference",
                "nine in ten twins",
                "correlation of twins",
            ),
            [yearly_cells(row) for row in chosen.yearly],
            (0, 1),
        ),
        "drives": drives(chapter.grievances),
        "sources": Table(
            ("source", "of", "factual", "counterfactual", "difference"),
            [source_cells(mean, chosen.pair) for mean in chapter.grievances.whole],
            (0, 1),
        ),
        **{
            name: [picture for picture in drawn if picture.part == part]
            for name, part in (
                ("timeline", TIMELINE),
                ("survival", SURVIVAL),
                ("differences", DIFFERENCES),
                ("grievances", DRIVES),
            )
        },
    }


def _facts(chapter: Chapter, report: Report) -> list[tuple[str, list[str]]]:
    reading = chapter.reading
    scenario = reading.scenario
    told = [
        ("Antecedent", list(reading.antecedents)),
        ("Documented alternative", [cited(scenario, chapter.page, report.material.sources)]),
        ("What is changed", [change_in_words(change) for change in scenario.interventions]),
        ("Read over", [f"{span_in_words(reading)}; horizon {reading.years} years"]),
        ("Left out", [scenario.left_out]),
    ]
    return [(name, texts) for name, texts in told if any(texts)]


def _sources(report: Report) -> list[str]:
    cited_keys = dict.fromkeys(chapter.reading.scenario.source for chapter in report.chapters)
    held = report.material.sources
    return [source_in_full(held[key]) for key in cited_keys if key in held]


def _manifest(origin: Mapping[str, Any]) -> Table:
    rows = [
        [key, str(value)]
        for key, value in flat(origin).items()
        if value is not None and not key.startswith("scenarios")
    ]
    return Table(("key", "value"), rows, (0, 1))


def _fingerprints(origin: Mapping[str, Any]) -> Table:
    rows = [[entry["name"], entry["hash"]] for entry in origin["scenarios"]]
    return Table(("scenario", "fingerprint"), rows, (0, 1))
