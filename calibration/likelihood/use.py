"""What of the evidence enters the likelihood and how, and why the rest does not."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from calibration.evidence.record import LAST_FITTED
from calibration.evidence.rows import Evidence
from calibration.likelihood.observations import (
    EVENT,
    SILENCE,
    Observation,
    Record,
    evidence_ids,
    fitted_record,
    moves_of,
)
from simulation.dates import quarter_name
from simulation.errors import Problem


@dataclass(frozen=True)
class Use:
    """An observation: name, kind, what is compared, and the ids of the rows it rests on."""

    observation: str
    kind: str
    compared_with: str
    rows: tuple[str, ...]


def uses_of(evidence: Evidence, record: Record | None = None) -> list[Use]:
    """Every observation of the record that evidence makes up, in its order."""
    record = fitted_record(evidence) if record is None else record
    return [
        Use(row.name, row.kind, compared_with(row, record), ids)
        for row, ids in evidence_ids(evidence, record).items()
    ]


def compared_with(row: Observation, record: Record) -> str:
    """What the likelihood compares in an observation, and what is on record."""
    if row.kind == EVENT:
        move = moves_of(record.moves, row.pair)[row.place]
        first, last = quarter_name(move.first_quarter), quarter_name(move.last_quarter)
        return first if first == last else f"between {first} and {last}"
    if row.kind == SILENCE:
        return f"no further change of status to {LAST_FITTED}"
    return record.figures[row.place].words


def use_counts(evidence: Evidence) -> dict[str, Any]:
    """How many observations there are, by kind, and how many rows enter none, by reason."""
    kinds = Counter(use.kind for use in uses_of(evidence))
    unused = Counter(row.group for row in evidence.unused)
    return {
        "observations": kinds.total(),
        "by_kind": dict(sorted(kinds.items())),
        "unused": dict(sorted(unused.items())),
    }


def use_problems(evidence: Evidence) -> list[Problem]:
    """Rows that enter no observation without a reason, or have one and enter all the same."""
    used = {name for use in uses_of(evidence) for name in use.rows}
    explained = {row.id for row in evidence.unused}
    rows = [(kind, row.id) for kind, row in evidence.rows() if kind != "currency"]
    problems = [
        Problem(f"{kind}.csv", "id", name, "in an observation, or in unused.csv with a reason")
        for kind, name in rows
        if name not in used | explained
    ]
    return problems + [
        Problem("unused.csv", "id", name, "a row that no observation rests on")
        for name in sorted(used & explained)
    ]
