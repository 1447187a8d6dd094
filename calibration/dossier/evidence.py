"""What the rules were fitted to and what was kept apart, row by row, as tables of the referee's page."""

from collections import Counter

from calibration.evidence.record import LAST_FITTED
from calibration.evidence.rows import Evidence
from calibration.likelihood.observations import (
    EVENT,
    FIGURES,
    Observation,
    Record,
    evidence_ids,
    moves_of,
)
from scenarios.report.cells import Table
from simulation.dates import quarter_name
from simulation.errors import listed

_HELD_OUT, _TARGET = "held out", "target"
_COLUMNS = ("observation", "kind", "what is compared", "rows of the evidence")


def record_table(evidence: Evidence, record: Record) -> Table:
    """Every observation the likelihood is made of, with the rows behind it."""
    rows = [
        [row.name, row.kind, _compared(row, record), listed(ids) or "no row of its own"]
        for row, ids in evidence_ids(evidence, record).items()
    ]
    return Table(_COLUMNS, rows, (0, 1, 2, 3))


def _compared(row: Observation, record: Record) -> str:
    if row.kind in FIGURES:
        return record.figures[row.place].words
    if row.kind == EVENT:
        move = moves_of(record.moves, row.pair)[row.place]
        first, last = quarter_name(move.first_quarter), quarter_name(move.last_quarter)
        return first if first == last else f"between {first} and {last}"
    return f"no further change of status to {LAST_FITTED}"


def sources_of_record(evidence: Evidence, record: Record) -> list[tuple[str, int]]:
    """From how many rows of each source the record is made, the most used source first."""
    used = {found for ids in evidence_ids(evidence, record).values() for found in ids}
    rows = [
        row
        for kind, row in evidence.rows()
        if kind in ("aid", "record", "terms") and getattr(row, "id", "") in used
    ]
    return Counter(row.source for row in rows).most_common()


def held_out_table(evidence: Evidence) -> Table:
    """Every row of the evidence that was kept out of the fit."""
    rows = []
    for kind, row in evidence.rows():
        if getattr(row, "role", "") == _HELD_OUT:
            told = row.model_dump(by_alias=True)
            date = told.get("documented") or told.get("from") or ""
            rows.append(
                [
                    told["id"],
                    kind,
                    f"{told['client']}-{told['patron']}",
                    str(date),
                    told["description"],
                ]
            )
    return Table(("row", "file", "pair", "date", "what it says"), rows, (0, 1, 2, 3, 4))


def targets_not_compared(evidence: Evidence, record: Record) -> list[tuple[str, int]]:
    """How many rows of each file have the role of target and yet enter no observation."""
    used = {found for ids in evidence_ids(evidence, record).values() for found in ids}
    rows = [
        kind
        for kind, row in evidence.rows()
        if getattr(row, "role", "") == _TARGET and getattr(row, "id", "") not in used
    ]
    return Counter(rows).most_common()
