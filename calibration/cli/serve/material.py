"""What the page is shown: draws, evidence and drivers row by row, priors, and the checks."""

import json
import re
from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from pydantic import BaseModel, RootModel
from scipy import special

from calibration.cli.serve.dispute import disputed
from calibration.dossier.gather import appendix, main_tables
from calibration.errors import CalibrationError
from calibration.evidence.lines import sources
from calibration.evidence.record import documented_record
from calibration.evidence.rows import Evidence, RecordedChange
from calibration.evidence.tables import as_record, beside_row
from calibration.prior import values_of
from calibration.reports.markdown import goal_table, shown
from calibration.reports.report import Report, Table, published_reports
from scenarios.documented import DocumentedEvent
from scenarios.draws import read_draws
from scenarios.page.material import (
    Account,
    CheckReport,
    EvidenceEntry,
    Material,
    ReportTable,
    Share,
    Standing,
)
from scenarios.page.parts.table import Column
from simulation.arrays import Array
from simulation.countries import country_named
from simulation.drivers import DRIVER_TABLE, read_driver
from simulation.errors import raise_if_any
from simulation.parameters import parameter_table
from simulation.schema import validated

#: Cells without words: numbers with their errors and intervals, but not dates.
_FIGURES = re.compile(r"(?!\d{4}-\d\d)[-+±–\d.,%()/ ]*")
Entry = TypeVar("Entry", bound=BaseModel)
#: What the page draws of the values of reports, row by row.
Shares = RootModel[dict[str, Share]]
Accounts = RootModel[dict[str, Account]]
Standings = RootModel[dict[str, Standing]]

#: The drivers whose rows are dated, each with what its values mean.
DATED_DRIVERS = {row["file"]: row["meaning"] for row in DRIVER_TABLE.values()} | {
    "leadership": "a leadership and its doctrine"
}
#: Values of each prior, evenly spread over its probability.
PRIOR_VALUES = 2_000


def material_of(evidence: Evidence) -> Material:
    """What the page shows, from the evidence, the draws that ship and the published reports.

    Raises ``CalibrationError`` for values of reports that the page cannot show, with their places.
    """
    reports = published_reports()
    return Material(
        draws=read_draws(),
        documented=documented_record(),
        events=tuple(_event(row) for row in evidence.record if not row.reading_of),
        evidence=evidence_entries(evidence),
        sources=sources(),
        prior=prior_values(),
        reports={name: check_report(report) for name, report in reports.items()},
        standings=(
            entries_of(Standings, reports["identified"], "parameters")
            if "identified" in reports
            else {}
        ),
        dispute=disputed,
    )


def check_report(report: Report) -> CheckReport:
    """A report as the page shows it: its numbers as text, and what its picture shows."""
    goals = [goal_table(report)] if any(goal.reached is not None for goal in report.goals) else []
    return CheckReport(
        check=report.check,
        title=report.title,
        finding=report.finding,
        reached=report.reached,
        origin=report.origin,
        tables=tuple(report_table(table) for table in (*goals, *main_tables(report))),
        appendix=tuple(
            part if isinstance(part, str) else report_table(part) for part in appendix(report)
        ),
        shares=entries_of(Shares, report, "patterns") if report.check == "predictive" else {},
        accounts=entries_of(Accounts, report) if report.check == "nulls" else {},
        content=json.dumps(report.model_dump(), indent=2, ensure_ascii=False).encode(),
    )


def report_table(table: Table) -> ReportTable:
    """A table of a report as the page shows it; numbers, also with errors, stand to the right."""
    cells = [[shown(cell) for cell in row] for row in table.rows]
    columns = [
        Column(
            str(place),
            head[:1].upper() + head[1:],
            all(_FIGURES.fullmatch(row[place]) for row in cells),
        )
        for place, head in enumerate(table.columns)
    ]
    rows = [
        {"id": str(number)} | {str(place): cell for place, cell in enumerate(row)}
        for number, row in enumerate(cells)
    ]
    return ReportTable(table.title, tuple(columns), tuple(rows))


def entries_of(
    model: type[RootModel[dict[str, Entry]]], report: Report, key: str = ""
) -> dict[str, Entry]:
    """The numbers of a report, or those under a key, as the page draws them.

    Raises ``CalibrationError`` with the place of everything that cannot be drawn.
    """
    values = report.values.get(key) if key else report.values
    place = f"values.{key}" if key else "values"
    rows, problems = validated(model, values, f"{report.check}.json", place)
    raise_if_any("the report cannot be shown", problems, CalibrationError)
    assert rows is not None
    return rows.root


def _event(row: RecordedChange) -> DocumentedEvent:
    lines = f", lines {row.lines}" if row.lines else ""
    return DocumentedEvent(
        pair=(country_named(row.patron), country_named(row.client)),
        date=row.documented,
        status=row.to_status,
        words=row.description,
        cited=f"{row.source}{lines}",
    )


def evidence_entries(evidence: Evidence) -> tuple[EvidenceEntry, ...]:
    """Every row of the evidence, and every dated row of the drivers, as plain records."""
    rows = (
        EvidenceEntry(
            as_record(kind, row, evidence),
            {
                how: tuple(other.id for other in rows)
                for how, rows in beside_row(evidence, kind, row).items()
            },
        )
        for kind, row in evidence.rows()
    )
    return (*rows, *_driver_entries())


def _driver_entries() -> Iterator[EvidenceEntry]:
    """The dated rows of the drivers.

    The drivers have no ids; theirs are made up like ``isolation-china-1949-10``.
    """
    for driver, meaning in sorted(DATED_DRIVERS.items()):
        for row in read_driver(driver):
            other = row.get("with", "")
            named = "-".join(filter(None, (driver, row["country"], other, row["from"])))
            subject = row.get("leader") or ", ".join(
                filter(None, (row.get("kind", ""), f"with {other}" if other else ""))
            )
            title = driver.capitalize() + (f" ({subject})" if subject else "")
            record: dict[str, object] = {
                **row,
                "file": "drivers",
                "id": named,
                "driver": driver,
                "role": "driver",
                "description": f"{title}: {row['note']}",
                "unit": "(0 to 1)",
                "meaning": meaning,
            }
            for column in ("value", "low", "high"):
                record[column] = float(row[column]) if row.get(column) else None
            yield EvidenceEntry(record)


def prior_values() -> dict[str, Array]:
    """Values of every parameter at evenly spaced probabilities of its prior: shape (2,000,)."""
    shares = (np.arange(PRIOR_VALUES) + 0.5) / PRIOR_VALUES
    coordinates = special.ndtri(shares)
    return {
        name: values_of(parameter, coordinates) for name, parameter in parameter_table().items()
    }
