"""Months and lines that an input shares with what it is to explain.

A spell of a driver may begin or end in the month of an event, and a prior may rest on the very
lines that tell what it is to explain. Every meeting is refused unless ``allowed_coincidences.csv``
gives a reason.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from calibration.evidence.columns import month_number
from calibration.evidence.lines import CsvLine
from calibration.evidence.record import TARGET
from calibration.evidence.rows import Evidence
from simulation.dates import FIRST_YEAR, LAST_YEAR, date_of
from simulation.drivers import CHINA_ENTERS
from simulation.errors import Problem

COINCIDENCES_FILE = "allowed_coincidences.csv"
PARAMETERS_FILE = "parameters.toml"
#: A span of lines: ``859-862``, or one line.
_SPAN = re.compile(r"(\d+)(?:-(\d+))?")
#: The months in which the series of a country may begin, and the last month of the model.
_FIRST = (f"{FIRST_YEAR}-01", date_of(CHINA_ENTERS - 1 / 3))
_END = f"{LAST_YEAR}-12"


class Coincidence(NamedTuple):
    """A meeting of an input with a target: what allows it, and the problem it is otherwise."""

    key: tuple[str, str, str]
    problem: Problem


def unless(allowed: str) -> str:
    """What is allowed, or else a reason on the list."""
    return f"{allowed}, or a line in {COINCIDENCES_FILE}"


def event_months(evidence: Evidence) -> dict[int, list[str]]:
    """The months in which an event that is compared falls, or its window begins or ends, by id."""
    months: dict[int, list[str]] = {}
    for row in evidence.record:
        if row.compared_change:
            for date in dict.fromkeys((row.documented[:7], row.earliest[:7], row.latest[:7])):
                months.setdefault(month_number(date), []).append(row.id)
    return months


def boundaries(lines: list[CsvLine]) -> Iterator[tuple[CsvLine, str, int]]:
    """Every month in which a spell begins, or that follows a spell, but for the ends of a series.

    With the row that begins there, or else the one that has ended, and the column that says so.
    """
    series: dict[tuple[str, str], list[CsvLine]] = {}
    for line in lines:
        if len(line["from"]) >= 7 and len(line["to"]) >= 7:
            series.setdefault((line.file, line["country"]), []).append(line)
    for rows in series.values():
        rows.sort(key=lambda line: line["from"])
        for place, line in enumerate(rows):
            after = rows[place + 1] if place + 1 < len(rows) else None
            end = month_number(line["to"]) + 1
            if place or line["from"] not in _FIRST:
                yield line, "from", month_number(line["from"])
            if line["to"] != _END and (after is None or month_number(after["from"]) != end):
                yield line, "to", end


def month_meetings(evidence: Evidence, lines: list[CsvLine]) -> Iterator[Coincidence]:
    """Spells of drivers that begin or end in the month of an event or of the end of its window.

    A spell that begins in the month after has had its predecessor end in the month itself.
    """
    months = event_months(evidence)
    for line, column, boundary in boundaries(lines):
        met = dict.fromkeys((*months.get(boundary, ()), *months.get(boundary - 1, ())))
        if met:
            where = f"drivers/{line.file} line {line.number} ({line['country']})"
            allowed = unless(f"a month that is not one of {', '.join(met)}")
            key = (line.file, line["country"], line["from"])
            yield Coincidence(key, Problem(where, column, line[column], allowed))


def spans_of(lines: str) -> list[tuple[int, int]]:
    """The first and last line of each span in a cell such as ``859-862;1104``."""
    return [(int(first), int(last or first)) for first, last in _SPAN.findall(lines)]


def line_meetings(evidence: Evidence, table: dict[str, Any]) -> Iterator[Coincidence]:
    """Parameters whose prior rests on lines that a target rests on, whatever they are of."""
    targets = [
        (row.id, row.source, spans_of(row.lines))
        for kind, row in evidence.rows()
        if kind != "currency" and getattr(row, "role", "") == TARGET
    ]
    for name, entry in table.items():
        own = spans_of(str(entry.get("lines", "")))
        met = [
            target
            for target, source, spans in targets
            if source == entry.get("source") and any(_overlap(a, b) for a in own for b in spans)
        ]
        for target in met:
            allowed = unless(f"lines other than those that tell {target}, or an assumption")
            problem = Problem(PARAMETERS_FILE, f"{name}.lines", entry["lines"], allowed)
            yield Coincidence((PARAMETERS_FILE, name, target), problem)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
