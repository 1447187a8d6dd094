"""What the dossier is made of: the draws that ship, the checks' reports, and the evidence."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from calibration.errors import CalibrationError
from calibration.evidence.reading import read_evidence
from calibration.evidence.rows import Evidence
from calibration.evidence.tables import pair_of
from calibration.likelihood.observations import (
    Record,
    evidence_ids,
    fitted_record,
)
from calibration.likelihood.use import uses_of
from calibration.reports.report import (
    DOCUMENTED,
    FIGURES,
    PUBLISHED,
    Goal,
    Picture,
    Report,
    Table,
    differences,
    is_published,
    published_reports,
)
from scenarios.draws import Draws, read_draws
from scenarios.errors import read_or_problems
from simulation.errors import Problem, listed, raise_if_any

#: How many draws are to be published.
LEAST_DRAWS = 2000
REACHED, MISSED, UNCHECKED = "reached", "not reached", "not yet checked"
#: The verdicts of a check that has no goal, but tells something.
TELLS, UNMADE = "no goal: it tells", "not yet made"


class Section(BaseModel):
    """A section of the dossier, and its checks with the first words of tables that stand open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str
    title: str
    lead: str
    checks: Mapping[str, Sequence[str]]


@cache
def sections() -> tuple[Section, ...]:
    """The sections of the dossier in the order of reading."""
    text = Path(__file__).with_name("sections.toml").read_text("utf-8")
    return tuple(Section(**entry) for entry in tomllib.loads(text)["sections"])


def main_tables(report: Report) -> list[Table]:
    """The tables of a report that every reader is shown; the others are for those who ask."""
    starts = {name: starts for each in sections() for name, starts in each.checks.items()}
    wanted = tuple(starts.get(report.check, ()))
    tables = [part for part in report.parts if isinstance(part, Table)]
    return [table for table in tables if table.title.startswith(wanted)]


def appendix(report: Report) -> list[str | Table]:
    """The paragraphs and the other tables of a report, for those who ask."""
    tables = main_tables(report)
    return [part for part in report.parts if not isinstance(part, Picture) and part not in tables]


@dataclass(frozen=True)
class Material:
    """The draws that ship, the reports by their checks, and what was fitted.

    ``figures`` is the folder of the reports' pictures; none where lilliput is installed without
    its documentation.
    """

    draws: Draws
    reports: Mapping[str, Report]
    figures: Path | None
    evidence: Evidence
    record: Record


def read_material(folder: Path | None = None) -> Material:
    """All that the dossier needs, with the reports of a folder; the published ones unless named.

    Raises ``CalibrationError`` that lists everything that is wrong: no folder, files that are no
    reports, pictures that are missing, draws that cannot be read.
    """
    published = folder is None or is_published(folder)
    place = PUBLISHED if folder is None or published else folder
    figures = (DOCUMENTED if published else place) / FIGURES
    draws, problems = read_or_problems(read_draws)
    if place.is_dir():
        reports, wrong = read_or_problems(lambda: published_reports(place))
        problems += wrong
        if not published or figures.is_dir():
            problems += [
                Problem(f"{report.check}.json", "picture", picture.name, f"a file in {figures}")
                for report in (reports or {}).values()
                for picture in report.pictures
                if picture_file(figures, report.check, picture.name) is None
            ]
    else:
        allowed = "a folder with reports of the checks"
        problems.append(Problem("calibrate dossier", "--reports", str(folder), allowed))
    raise_if_any("the dossier cannot be made", problems, CalibrationError)
    assert draws is not None
    assert reports is not None
    evidence = read_evidence()
    return Material(
        draws,
        reports,
        figures if figures.is_dir() else None,
        evidence,
        fitted_record(evidence),
    )


def picture_file(figures: Path, check: str, name: str) -> Path | None:
    """The file of a picture, as lines rather than dots if there is a choice; none if missing."""
    paths = (figures / f"{check}-{name}{ending}" for ending in (".svg", ".png"))
    return next((path for path in paths if path.is_file()), None)


@dataclass(frozen=True)
class Verdict:
    """What came of a goal, and the section of the dossier that tells more.

    Where there is no report, the goal's ``measured`` is the command that makes it. ``differences``
    say in what the report does not belong to the draws that ship (empty: in nothing).
    """

    check: str
    section: str
    goal: Goal
    verdict: str
    differences: tuple[str, ...] = ()


def verdicts(material: Material) -> list[Verdict]:
    """What came of every goal: first that of the draws themselves, then section by section.

    Of a check that has left no report the published report says what its goals are.
    """
    return [_published(material.draws), *_verdicts(material)]


def _verdicts(material: Material) -> Iterator[Verdict]:
    standards = published_reports()
    for section in sections():
        for check in section.checks:
            report = material.reports.get(check)
            if report is not None:
                different = tuple(differences(report, material.draws))
                for goal in report.goals:
                    words = {True: REACHED, False: MISSED, None: TELLS}[goal.reached]
                    yield Verdict(check, section.address, goal, words, different)
                continue
            unknown = Goal(name=check, goal=f"The check {check}", measured="", reached=False)
            for goal in standards[check].goals if check in standards else (unknown,):
                words = UNMADE if goal.reached is None else UNCHECKED
                command = f"run `{how_to_make(check)}`"
                unmade = goal.model_copy(update={"measured": command, "reached": None})
                yield Verdict(check, section.address, unmade, words)


def how_to_make(check: str) -> str:
    """The command that makes the report of a check."""
    if check == "agreement":
        return "lilliput calibrate agree FILE FILE FILE"
    return f"lilliput calibrate check {check}"


def _published(draws: Draws) -> Verdict:
    reached = len(draws) >= LEAST_DRAWS and draws.kind == "published"
    goal = Goal(
        name="draws",
        goal=f"A published posterior of at least {LEAST_DRAWS:,} draws",
        measured=f"{len(draws):,} {draws.kind} draws",
        reached=reached,
    )
    return Verdict("draws", "fitted", goal, REACHED if reached else MISSED)


def record_table(material: Material) -> Table:
    """Every observation the likelihood is made of, with the rows of the evidence behind it."""
    rows = [
        (use.observation, use.kind, use.compared_with, listed(use.rows) or "no row of its own")
        for use in uses_of(material.evidence, material.record)
    ]
    columns = ("observation", "kind", "what is compared", "rows of the evidence")
    return Table(title="What the likelihood is made of", columns=columns, rows=rows)


def sources_of_record(material: Material) -> list[tuple[str, int]]:
    """From how many rows of each source the record is made, the most used source first."""
    used = _compared_ids(material)
    rows = [
        row
        for kind, row in material.evidence.rows()
        if kind != "currency" and getattr(row, "id", "") in used
    ]
    return Counter(row.source for row in rows).most_common()


def held_out_table(evidence: Evidence) -> Table:
    """Every row of the evidence that was kept out of the fit."""
    rows = []
    for kind, row in evidence.rows():
        if getattr(row, "role", "") == "held out":
            entry = row.model_dump(by_alias=True)
            date = entry.get("documented") or entry.get("from") or ""
            rows.append((entry["id"], kind, pair_of(row), str(date), entry["description"]))
    columns = ("row", "file", "pair", "date", "what it says")
    return Table(title="Rows of the evidence that no fit has seen", columns=columns, rows=rows)


def targets_not_compared(material: Material) -> list[tuple[str, int]]:
    """How many rows of each file have the role of target and yet enter no observation."""
    used = _compared_ids(material)
    return Counter(
        kind
        for kind, row in material.evidence.rows()
        if getattr(row, "role", "") == "target" and getattr(row, "id", "") not in used
    ).most_common()


def _compared_ids(material: Material) -> set[str]:
    ids = evidence_ids(material.evidence, material.record).values()
    return {row for rows in ids for row in rows}
