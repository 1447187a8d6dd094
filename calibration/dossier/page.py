"""The dossier as one HTML file that opens without a network."""

import base64
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, PackageLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

from calibration.dossier.gather import (
    MISSED,
    REACHED,
    UNCHECKED,
    UNMADE,
    Material,
    Verdict,
    appendix,
    held_out_table,
    how_to_make,
    main_tables,
    picture_file,
    record_table,
    sections,
    sources_of_record,
    targets_not_compared,
    verdicts,
)
from calibration.evidence.lines import sources
from calibration.evidence.record import LAST_FITTED
from calibration.origin import older_than_the_rules
from calibration.reports.markdown import numeric_columns, shown
from calibration.reports.report import Report, Table, differences
from scenarios.comparison.answer import month_in_words
from scenarios.comparison.text import templates
from scenarios.report.words import typeset
from simulation.errors import listed
from simulation.parameters import parameter_table

TITLE = "Can this calibration be believed? A report for a sceptical referee"
#: The class by which the style sheet knows each verdict.
_CLASSES = {REACHED: "reached", MISSED: "missed", UNCHECKED: "unchecked", UNMADE: "unchecked"}
_VERDICTS = {
    True: ("reached", "Goal reached."),
    False: ("missed", "Goal not reached."),
    None: ("", ""),
}
_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
#: What a figure in a page has no need of.
_LEFT_OUT = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>", re.DOTALL)
#: The hyphen that stands before a number for a minus sign.
_MINUS = re.compile(r"(?<![\w.])-(?=\d)")
#: A date that stands alone, whose hyphens no line is to break.
_DATE = re.compile(r"(?<![\w-])\d{4}(-\d{2}){1,2}(?![\w-])")
_TEXT = MarkdownIt("commonmark", {"html": False})
#: How much of a fingerprint is printed.
_SHORT = 12


def dossier_page(material: Material) -> str:
    """The whole page; the same reports and draws give the same page, to the last byte."""
    environment = templates("calibration.dossier")
    folders = [PackageLoader("calibration.dossier", ""), PackageLoader("scenarios.report", "")]
    environment.loader = ChoiceLoader(folders)
    environment.filters["in_text"] = in_text
    goals = verdicts(material)
    return environment.get_template("dossier.html.j2").render(
        title=TITLE,
        styles=[
            Markup(files(package).joinpath(name).read_text(encoding="utf-8"))
            for package, name in (
                ("scenarios.report", "report.css"),
                ("calibration.dossier", "dossier.css"),
            )
        ],
        draws=material.draws,
        parameters=len(parameter_table()),
        counts={
            words: sum(each.verdict == words for each in goals)
            for words in (REACHED, MISSED, UNCHECKED)
        },
        marked=sum(bool(each.differences) for each in goals),
        warnings=_warnings(material),
        goals=_goal_table(goals),
        facts=_facts(material),
        record=printed(record_table(material)),
        sources=_sources(material),
        held_out=printed(held_out_table(material.evidence)),
        last_fitted=month_in_words(LAST_FITTED),
        sections=[
            section.model_dump(exclude={"checks"})
            | {"checks": [_check(name, material) for name in section.checks]}
            for section in sections()
        ],
        origins=_origin_table(material),
    )


def in_text(text: str) -> Markup:
    """A sentence of a report as part of the page: bold, slanted and code as marked, no more."""
    return Markup(_TEXT.renderInline(_typeset(text)))


def _typeset(text: str) -> str:
    """A text with minus signs, and dates that stay on one line; markup is left as it is."""
    if isinstance(text, Markup):
        return text
    with_minus = _MINUS.sub("\N{MINUS SIGN}", text)
    return _DATE.sub(lambda date: date[0].replace("-", "\N{NON-BREAKING HYPHEN}"), with_minus)


def printed(table: Table) -> dict[str, Any]:
    """A table as the template sets it: rows of text, and the places of columns that hold words."""
    words = [place for place, number in enumerate(numeric_columns(table)) if not number]
    return _set(table.title, table.columns, (map(shown, row) for row in table.rows), words)


def _set(
    title: str, heads: Sequence[str], rows: Iterable[Iterable[str]], words: Iterable[int]
) -> dict[str, Any]:
    cells = [[_typeset(cell) for cell in row] for row in rows]
    return {"title": title, "heads": heads, "rows": cells, "words": tuple(words)}


def _warnings(material: Material) -> list[str]:
    """What is wrong with the draws themselves."""
    draws, manifest = material.draws, material.draws.manifest
    warnings = {
        f"The draws are {draws.kind}: they have not passed the test of agreement that "
        "publishing takes.": draws.kind != "published",
        "The parameter table has changed since these draws were fitted.": draws.outdated,
        "The rules have changed since these draws were fitted; their fingerprints differ.": (
            older_than_the_rules(manifest)
        ),
        "The evidence has changed since these draws were fitted.": (
            manifest.get("record") != material.record.fingerprint
            and not manifest.get("evidence_overlay")
        ),
        "The draws were fitted to an overlay of the evidence, not to the evidence listed here.": (
            bool(manifest.get("evidence_overlay"))
        ),
    }
    return [words for words, applies in warnings.items() if applies]


def _goal_table(goals: Sequence[Verdict]) -> dict[str, Any]:
    rows = []
    for each in goals:
        link = Markup('<a href="#{0}">{1}</a>').format(each.section, each.goal.goal)
        verdict = Markup('<span class="verdict {0}">{1}</span>').format(
            _CLASSES.get(each.verdict, "tells"), each.verdict
        )
        if each.differences:
            verdict += Markup(" † <small>{0}</small>").format(listed(each.differences))
        rows.append((link, verdict, in_text(each.goal.measured)))
    heads = ("goal, with a link to its section", "verdict", "measured")
    return _set("Every goal, its verdict and what was measured", heads, rows, (0, 1, 2))


def _facts(material: Material) -> dict[str, str]:
    """How the draws were fitted, as far as their manifest says."""
    draws, manifest = material.draws, material.draws.manifest
    seeds = manifest.get("seeds", [manifest["seed"]] if "seed" in manifest else [])
    settings = _pairs(manifest.get("settings", {}))
    evidence, error = manifest.get("log_evidence"), manifest.get("log_evidence_error")
    facts = {
        "Draws": f"{len(draws):,}, {draws.kind}, {draws.id}",
        "Made by": str(manifest.get("made_by", "")),
        "Method": str(manifest.get("method", "")),
        "Effort": f"{manifest.get('effort', '')} ({settings})" if settings else "",
        "Seeds": listed(map(str, seeds)),
        "Log evidence": "" if evidence is None else typeset(f"{evidence:.2f}"),
        "Fitted up to": month_in_words(str(manifest.get("fitted_to", LAST_FITTED))),
        "Fingerprint of the rules": str(manifest.get("rules", ""))[:_SHORT],
        "Fingerprint of the record": str(manifest.get("record", ""))[:_SHORT],
        "Fingerprint of the parameter table": draws.table[:_SHORT],
        "Versions": _pairs(manifest.get("versions", {})),
    }
    if facts["Log evidence"] and error:
        facts["Log evidence"] += f" ± {error:.2f}"
    return {name: text for name, text in facts.items() if text}


def _pairs(entries: dict[str, Any]) -> str:
    return listed(f"{name.replace('_', ' ')} {value}" for name, value in entries.items())


def _sources(material: Material) -> str:
    """From which sources the rows behind the likelihood come, and which targets it leaves out."""
    counts, known = sources_of_record(material), sources()
    authors = listed(
        f"{count} come from {known[name]['author']} {known[name].get('year', '')}".rstrip()
        for name, count in counts
    )
    whole = sum(count for _, count in counts)
    sentence = f"Of the {whole} rows of aid and of dated events behind them, {authors}."
    left = listed(f"{count} of {kind}.csv" for kind, count in targets_not_compared(material))
    if left:
        sentence += (
            " Rows that the evidence marks as targets and that the likelihood does not compare: "
            f"{left}."
        )
    return sentence


def _check(name: str, material: Material) -> dict[str, Any]:
    """One check as it stands in its section; where there is no report, how to make it."""
    report = material.reports.get(name)
    if report is None:
        return {"name": name, "made": False, "command": how_to_make(name)}
    return {
        "made": True,
        "report": report,
        "verdict": _VERDICTS[report.reached],
        "differences": differences(report, material.draws),
        "tables": [printed(table) for table in main_tables(report)],
        "figures": [] if material.figures is None else _figures(report, material),
        "appendix": [
            printed(part) if isinstance(part, Table) else part for part in appendix(report)
        ],
    }


def _figures(report: Report, material: Material) -> list[dict[str, str]]:
    """The figures of a report as parts of the page itself, with what they show in words."""
    figures = []
    for picture in report.pictures:
        path = material.figures and picture_file(material.figures, report.check, picture.name)
        assert path is not None, "read_material sees to it that no picture is missing"
        content = path.read_bytes()
        if path.suffix == ".svg":
            content = _LEFT_OUT.sub("", content.decode("utf-8")).encode()
        encoded = base64.b64encode(content).decode()
        source = f"data:{_TYPES[path.suffix]};base64,{encoded}"
        figures.append({"source": source, "caption": picture.caption})
    return figures


def _origin_table(material: Material) -> dict[str, Any]:
    rows = []
    for report in material.reports.values():
        origin = report.origin
        rows.append(
            (
                report.check,
                str(origin["date"]),
                str(origin["seed"]),
                _pairs(origin["settings"]),
                origin["draws"]["id"] if origin.get("draws") else "–",
                origin["rules"][:_SHORT],
                origin["parameter_table"][:_SHORT],
                (origin.get("commit") or "–")[:_SHORT],
                listed(differences(report, material.draws)) or "belongs to the draws that ship",
            )
        )
    heads = ("check", "date", "seed", "settings", "draws", "rules", "parameter table", "commit")
    title = "Origin of every report on this page"
    return _set(title, (*heads, "standing"), rows, range(len(heads) + 1))
