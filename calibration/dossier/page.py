"""The page for a sceptical referee: the reports of all checks set into one HTML file that opens without a network."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from calibration.dossier.evidence import (
    held_out_table,
    record_table,
    sources_of_record,
    targets_not_compared,
)
from calibration.dossier.goals import (
    MISSED,
    REACHED,
    UNCHECKED,
    UNMADE,
    Judged,
    how_to_make,
    judged_goals,
)
from calibration.dossier.reports import Fitted, Report, Shown, TitledTable
from calibration.dossier.sections import LIMITS, SECTIONS, Section
from calibration.evidence.lines import sources
from calibration.evidence.record import LAST_FITTED
from calibration.evidence.rows import Evidence
from calibration.likelihood.observations import Record
from calibration.origin import rules_hash
from scenarios.report.cells import Table
from scenarios.report.words import month_in_words, typeset
from simulation.errors import listed
from simulation.parameters import parameter_table

TITLE = "Can this calibration be believed? A report for a sceptical referee"
#: The class by which the style sheet knows each verdict.
_CLASSES = {REACHED: "reached", MISSED: "missed", UNCHECKED: "unchecked", UNMADE: "unchecked"}
_VERDICTS = {True: "Goal reached.", False: "Goal not reached.", None: ""}
_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
#: What a figure in a page has no need of.
_LEFT_OUT = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>", re.DOTALL)
#: The hyphen that stands before a number for a minus sign.
_MINUS = re.compile(r"(?<![\w.])-(?=\d)")
#: A date that stands alone, whose hyphens no line is to break.
_DATE = re.compile(r"(?<![\w-])\d{4}(-\d{2}){1,2}(?![\w-])")
_TEXT = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Material:
    """What the page is made from: the draws that ship, the reports, the evidence and what is fitted of it."""

    fitted: Fitted
    reports: Mapping[str, Report]
    evidence: Evidence
    record: Record


def referee_page(material: Material) -> str:
    """The whole page; the same reports and draws give the same page.

    Raises ``CalibrationError`` for reports whose numbers are not those that the checks write now.
    """
    environment = Environment(
        loader=ChoiceLoader(
            [PackageLoader("calibration.dossier", ""), PackageLoader("scenarios.report", "")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    goals = judged_goals(material.reports, material.fitted)
    parts = environment.get_template("parts.html.j2").module
    return environment.get_template("dossier.html.j2").render(
        table=getattr(parts, "table"),  # noqa: B009 - a macro of the template
        title=TITLE,
        styles=[
            _style("scenarios.report", "report.css"),
            _style("calibration.dossier", "dossier.css"),
        ],
        lead=_lead(goals, material.fitted),
        warnings=_warnings(material.fitted),
        goals=_set(_goal_table(goals)),
        fitted=_facts(material.fitted),
        record=_set(record_table(material.evidence, material.record)),
        sources=_sources(material),
        held_out=_set(held_out_table(material.evidence)),
        last_fitted=month_in_words(LAST_FITTED),
        sections=[_section(section, material) for section in SECTIONS],
        limits=[in_text(limit) for limit in LIMITS],
        origins=_set(_origin_table(material)),
    )


def _style(package: str, name: str) -> Markup:
    return Markup(files(package).joinpath(name).read_text(encoding="utf-8"))


def in_text(text: str) -> Markup:
    """A sentence of a report as an element of the page: bold, slanted and code as marked, all else as it stands."""
    return Markup(_TEXT.renderInline(_printed(text)))


def _printed(text: str) -> str:
    """A text with minus signs, and dates that stay on one line; markup is left as it is."""
    if isinstance(text, Markup):
        return text
    told = _MINUS.sub("\N{MINUS SIGN}", text)
    return _DATE.sub(lambda date: date[0].replace("-", "\N{NON-BREAKING HYPHEN}"), told)


def _set(table: Table) -> Table:
    """A table with its cells as they are printed."""
    return replace(table, rows=[[_printed(cell) for cell in row] for row in table.rows])


def _lead(goals: Sequence[Judged], fitted: Fitted) -> str:
    counts = {
        verdict: sum(goal.verdict == verdict for goal in goals)
        for verdict in (REACHED, MISSED, UNCHECKED)
    }
    stale = sum(bool(goal.stale) for goal in goals)
    told = (
        f"The draws that ship are {fitted.draws.id}: {len(fitted.draws):,} draws of {len(parameter_table())} "
        "parameters. "
        f"Goals: {sum(counts.values())}. Reached: {counts[REACHED]}; not reached: {counts[MISSED]}; "
        f"not checked yet: {counts[UNCHECKED]}."
    )
    if stale:
        one = "1 line of the table below rests on a report that does"
        several = f"{stale} lines of the table below rest on reports that do"
        told += f" {one if stale == 1 else several} not belong to these draws (marked †)."
    return told


def _warnings(fitted: Fitted) -> list[str]:
    told = []
    if fitted.draws.kind != "published":
        told.append(
            f"The draws are {fitted.draws.kind}: they have not passed the test of agreement that publishing takes."
        )
    if fitted.draws.outdated:
        told.append("The parameter table has changed since these draws were fitted.")
    if fitted.manifest.get("rules", rules_hash()) != rules_hash():
        told.append(
            "The rules have changed since these draws were fitted; their fingerprints differ."
        )
    if fitted.manifest.get("evidence_overlay"):
        told.append(
            "The draws were fitted to an overlay of the evidence, not to the evidence listed here."
        )
    return told


def _goal_table(goals: Sequence[Judged]) -> Table:
    rows = []
    for goal in goals:
        verdict = Markup('<span class="verdict {0}">{1}</span>').format(
            _CLASSES.get(goal.verdict, "tells"), goal.verdict
        )
        if goal.stale:
            verdict += Markup(" † <small>{0}</small>").format(listed(goal.stale))
        link = Markup('<a href="#{0}">{1}</a>').format(goal.section, goal.says)
        unmade = goal.verdict in (UNCHECKED, UNMADE)
        measured = Markup("run <code>{0}</code>").format(goal.measured) if unmade else goal.measured
        rows.append([link, verdict, measured])
    return Table(("goal, with a link to its section", "verdict", "measured"), rows, (0, 1, 2))


def _facts(fitted: Fitted) -> list[tuple[str, str]]:
    manifest = fitted.manifest
    seeds = manifest.get("seeds", [manifest["seed"]] if "seed" in manifest else [])
    settings = listed(
        f"{name.replace('_', ' ')} {value}" for name, value in manifest.get("settings", {}).items()
    )
    evidence = manifest.get("log_evidence")
    error = manifest.get("log_evidence_error")
    told = [
        ("Draws", f"{len(fitted.draws):,}, {fitted.draws.kind}, {fitted.draws.id}"),
        ("Made by", str(manifest.get("made_by", ""))),
        ("Method", str(manifest.get("method", ""))),
        ("Effort", f"{manifest.get('effort', '')} ({settings})" if settings else ""),
        ("Seeds", listed(map(str, seeds))),
        (
            "Log evidence",
            ""
            if evidence is None
            else typeset(f"{evidence:.2f}") + (f" ± {error:.2f}" if error else ""),
        ),
        ("Fitted up to", month_in_words(str(manifest.get("fitted_to", LAST_FITTED)))),
        ("Fingerprint of the rules", str(manifest.get("rules", ""))[:12]),
        ("Fingerprint of the parameter table", fitted.draws.table[:12]),
        (
            "Versions",
            listed(f"{name} {number}" for name, number in manifest.get("versions", {}).items()),
        ),
    ]
    return [(name, text) for name, text in told if text]


def _sources(material: Material) -> str:
    held = sources_of_record(material.evidence, material.record)
    whole = sum(count for _, count in held)
    known = sources()
    told = f"Of the {whole} rows of aid and of dated events behind them, " + listed(
        f"{count} come from {known[name]['author']} {known[name].get('year', '')}".rstrip()
        for name, count in held
    )
    left = targets_not_compared(material.evidence, material.record)
    told += "."
    if left:
        rows = listed(f"{count} of {kind}.csv" for kind, count in left)
        told += f" Rows that the evidence marks as targets and that the likelihood does not compare: {rows}."
    return told


def _section(section: Section, material: Material) -> dict[str, Any]:
    return {
        "address": section.address,
        "title": section.title,
        "lead": section.lead,
        "checks": [_check(name, opened, material) for name, opened in section.checks.items()],
    }


def _check(name: str, opened: Sequence[str], material: Material) -> dict[str, Any]:
    """One check as it stands in its section; where there is no report, how to make it."""
    report = material.reports.get(name)
    if report is None:
        return {"name": name, "made": False, "command": how_to_make(name)}
    tables = [part for part in report.parts if isinstance(part, TitledTable)]
    wanted = [held for held in tables if held.title.startswith(tuple(opened) or ("\0",))]
    return {
        "name": name,
        "made": True,
        "title": report.title,
        "verdict": _VERDICTS[report.reached],
        "verdict_class": {True: "reached", False: "missed", None: "tells"}[report.reached],
        "finding": in_text(report.finding),
        "stale": material.fitted.differences(report),
        "tables": [_folded(held)["table"] for held in wanted],
        "figures": [_figure(part) for part in report.parts if isinstance(part, Shown)],
        "unknown": list(report.values.get("classes", {}).get("not identified", [])),
        "rest": [
            _folded(part)
            for part in report.parts
            if not isinstance(part, Shown) and part not in wanted
        ],
    }


def _folded(part: str | TitledTable) -> dict[str, Any]:
    if isinstance(part, TitledTable):
        return {"table": replace(part, table=_set(part.table))}
    return {"text": in_text(part)}


def _figure(shown: Shown) -> dict[str, str]:
    """A figure as part of the page itself, with its caption as words for those who do not see it."""
    content = shown.path.read_bytes()
    if shown.path.suffix == ".svg":
        content = _LEFT_OUT.sub("", content.decode("utf-8")).encode()
    source = f"data:{_TYPES[shown.path.suffix]};base64,{base64.b64encode(content).decode()}"
    return {"source": source, "caption": shown.caption}


def _origin_table(material: Material) -> Table:
    rows = []
    for report in material.reports.values():
        origin = report.origin
        settings = listed(
            f"{key.replace('_', ' ')} {value}" for key, value in origin["settings"].items()
        )
        draws = origin["draws"]["id"] if origin.get("draws") else "–"
        differences = (
            listed(material.fitted.differences(report)) or "belongs to the draws that ship"
        )
        marks = [str(origin[key])[:12] for key in ("rules", "parameter_table")]
        commit = str(origin.get("commit") or "–")[:12]
        rows.append(
            [
                report.name,
                str(origin["date"]),
                str(origin["seed"]),
                settings,
                draws,
                *marks,
                commit,
                differences,
            ]
        )
    heads = (
        "check",
        "date",
        "seed",
        "settings",
        "draws",
        "rules",
        "parameter table",
        "commit",
        "standing",
    )
    return Table(heads, rows, tuple(range(len(heads))))
