"""What the commands of ``lilliput evidence`` are told: a folder, JSON, and filters of a listing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from calibration.errors import CalibrationError
from calibration.evidence.columns import FORMS, ROLES, first_day, last_day
from calibration.evidence.rows import ROW_CLASSES, AnyRow, Evidence
from simulation.countries import ORDERED_PAIRS, pair_name
from simulation.errors import Problem, raise_if_any, unknown

FolderOption = Annotated[
    Path | None, typer.Option("--folder", help="Read the CSV files of this folder instead.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@dataclass(frozen=True)
class Filters:
    """What a listing is narrowed to; an empty text means everything."""

    pair: str = ""
    kind: str = ""
    form: str = ""
    years: tuple[int, int] | None = None
    role: str = ""

    def keep(self, kind: str, row: AnyRow) -> bool:
        """Whether a row is listed."""
        from calibration.evidence.tables import pair_of, period_of

        own = (kind, pair_of(row), getattr(row, "form", ""), getattr(row, "role", ""))
        asked = (self.kind, self.pair, self.form, self.role)
        if any(each and each != other for each, other in zip(asked, own, strict=True)):
            return False
        start, end = period_of(row)
        return self.years is None or (
            first_day(start).year <= self.years[1] and last_day(end).year >= self.years[0]
        )


def _read_years(text: str) -> tuple[int, int] | None:
    first, dash, last = text.partition("-")
    years = (first, last if dash else first)
    if not all(len(year) == 4 and year.isdigit() for year in years) or years[0] > years[1]:
        return None
    return int(years[0]), int(years[1])


def read_filters(
    evidence: Evidence, pair: str, kind: str, form: str, years: str, role: str
) -> Filters:
    """The filters as typed; raises ``CalibrationError`` that lists every one that is wrong."""
    from calibration.evidence.tables import pair_of

    pairs = sorted(
        {pair_name(*p) for p in ORDERED_PAIRS} | {pair_of(row) for _, row in evidence.rows()} - {""}
    )
    role = role.replace("-", " ")
    problems = [
        unknown("evidence list", option, value, allowed)
        for option, value, allowed in (
            ("--pair", pair, pairs),
            ("--kind", kind, tuple(ROW_CLASSES)),
            ("--form", form, FORMS),
            ("--role", role, ROLES),
        )
        if value and value not in allowed
    ]
    if form in FORMS and kind in ("terms", "record", "support", "currency"):
        problems.append(
            Problem("evidence list", "--kind", kind, "aid or cuts, as only these have a form")
        )
    span = _read_years(years) if years else None
    if years and span is None:
        problems.append(
            Problem("evidence list", "--years", years, "years such as 1960 or 1960-1965, in order")
        )
    raise_if_any("these filters cannot be used", problems, CalibrationError)
    return Filters(pair, kind, form, span, role)
