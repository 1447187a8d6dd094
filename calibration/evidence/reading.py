"""Reads the evidence from its CSV files, or refuses it with every problem listed."""

import csv
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from calibration.errors import CalibrationError
from calibration.evidence.rows import (
    HEADLINE_PAIRS,
    ROW_CLASSES,
    AnyRow,
    Evidence,
    first_day,
    last_day,
)
from simulation.countries import COUNTRY_KEYS
from simulation.errors import MISSING, Problem, listed, nearest, raise_if_any, unknown

FOLDER = Path(__file__).parent
#: Rows in these roles speak for themselves: the rules are compared with them.
_COMPARED = ("target", "held out")
#: Columns whose dates must not run backwards.
_IN_ORDER = (
    ("from", "to"),
    ("earliest", "documented"),
    ("documented", "latest"),
    ("earliest", "latest"),
)


@dataclass(frozen=True)
class CsvLine:
    """A row as it stands in its file, as text by column, with the number of its line."""

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The text in a column; empty if the row has no such column."""
        return self.cells.get(column, "")

    @property
    def where(self) -> str:
        """Where to look for it: file, line and id."""
        name = self["id"]
        return (
            f"{self.file} line {self.number} ({name})"
            if name
            else f"{self.file} line {self.number}"
        )


@cache
def sources() -> dict[str, dict[str, Any]]:
    """The sources of ``simulation/sources.toml`` by key: title, author, year, kind, file held, note."""
    return tomllib.loads(files("simulation").joinpath("sources.toml").read_text(encoding="utf-8"))


def read_lines(path: Path, columns: Sequence[str]) -> tuple[list[CsvLine], list[Problem]]:
    """The rows of a CSV file as text, and what is wrong with the file, its columns or its cells."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            rows = [(reader.line_num, cells) for cells in reader if cells]
    except FileNotFoundError:
        return [], [
            Problem(str(path.parent), "file", path.name, "a file of this name; it is missing")
        ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return [], [Problem(path.name, "file", str(error), "a readable CSV file in UTF-8")]
    missing = [column for column in columns if column not in header]
    strange = [column for column in header if column not in columns]
    problems = [
        Problem(path.name, "column", column, "present; the file lacks it") for column in missing
    ]
    problems += [
        unknown(path.name, "column", column, tuple(missing) or tuple(columns)) for column in strange
    ]
    twice = sorted({column for column in header if header.count(column) > 1})
    problems += [Problem(path.name, "column", column, "once") for column in twice]
    problems += [
        Problem(
            f"{path.name} line {number}", "cells", len(cells), f"{len(header)}, one for each column"
        )
        for number, cells in rows
        if len(cells) != len(header)
    ]
    whole = [(number, cells) for number, cells in rows if len(cells) == len(header)]
    return [
        CsvLine(path.name, n, dict(zip(header, cells, strict=True))) for n, cells in whole
    ], problems


def read_evidence(folder: Path | None = None) -> Evidence:
    """The documented evidence, read from a folder of CSV files and checked.

    Raises ``CalibrationError`` that lists every problem of every file: a missing file or column; a word,
    number or date that is not allowed; dates or ranges in the wrong order; an id used twice; a pointer to a
    row that does not exist; an unknown source; lines not cited; a target that is a reading or part of
    another row; a missing headline.
    """
    folder = FOLDER if folder is None else folder
    rows: dict[str, tuple[AnyRow, ...]] = {}
    lines: dict[str, list[CsvLine]] = {}
    problems: list[Problem] = []
    for kind, row_class in ROW_CLASSES.items():
        lines[kind], found = read_lines(folder / f"{kind}.csv", row_class.columns())
        rows[kind], refused = _rows(lines[kind], row_class)
        problems += found + refused
    for kind in ROW_CLASSES:
        for line in lines[kind]:
            problems += _order_problems(line) + _source_problems(line) + _role_problems(line)
            problems += _pair_problems(line) if kind != "currency" else []
        problems += _pointer_problems(lines[kind])
    problems += _id_problems(line for kind in lines for line in lines[kind] if kind != "currency")
    problems += _headline_problems(lines["record"]) + _rate_problems(lines["currency"])
    raise_if_any(f"{folder}: the evidence cannot be used", problems, CalibrationError)
    return Evidence(**rows)  # type: ignore[arg-type]


def _rows(
    lines: Iterable[CsvLine], row_class: type[AnyRow]
) -> tuple[tuple[AnyRow, ...], list[Problem]]:
    rows: list[AnyRow] = []
    problems: list[Problem] = []
    columns = row_class.columns()
    for line in lines:
        try:
            rows.append(
                row_class.model_validate({c: v for c, v in line.cells.items() if c in columns})
            )
        except ValidationError as error:
            details = [dict(detail) for detail in error.errors() if detail["type"] != "missing"]
            problems += [_problem(line, detail) for detail in details]
    return tuple(rows), problems


def _problem(line: CsvLine, detail: Mapping[str, Any]) -> Problem:
    context = detail.get("ctx", {})
    allowed = context.get("allowed") or {"float_parsing": "a number"}.get(
        detail["type"], detail["msg"]
    )
    return Problem(
        line.where, str(detail["loc"][0]), detail["input"], allowed, context.get("near", "")
    )


def _order_problems(line: CsvLine) -> list[Problem]:
    """Dates that run backwards and values outside their range; what is no date or number is skipped."""
    problems = []
    for earlier, later in _IN_ORDER:
        try:
            backwards = first_day(line[earlier]) > last_day(line[later])
        except ValueError:
            continue
        if backwards:
            problems.append(
                Problem(line.where, earlier, line[earlier], f"not after {later} = {line[later]}")
            )
    value = "usd_per_unit" if "usd_per_unit" in line.cells else "value"
    try:
        low, middle, high = (float(line[column]) for column in ("low", value, "high"))
    except ValueError:
        return problems
    if not low <= middle <= high:
        allowed = f"from low = {line['low']} to high = {line['high']}"
        problems.append(Problem(line.where, value, line[value], allowed))
    if value == "usd_per_unit" and not low > 0:
        problems.append(Problem(line.where, "low", line["low"], "above 0"))
    return problems


def _source_problems(line: CsvLine) -> list[Problem]:
    if "source" not in line.cells:
        return []
    if line["source"] not in sources():
        return [unknown(line.where, "source", line["source"], tuple(sources()))]
    if sources()[line["source"]].get("held") and not line["lines"]:
        return [Problem(line.where, "lines", MISSING, f"the lines of {line['source']} that say so")]
    if line["source"] == "assumption" and not line["note"].strip():
        return [Problem(line.where, "note", MISSING, "a reason, as the source is an assumption")]
    return []


def _role_problems(line: CsvLine) -> list[Problem]:
    """Rows compared with the model must be whole, preferred, and about its four countries."""
    if line["role"] not in _COMPARED:
        return []
    problems = []
    for pointer in ("reading_of", "part_of"):
        if line[pointer]:
            allowed = f"context, as the row has {pointer} = {line[pointer]}"
            problems.append(Problem(line.where, "role", line["role"], allowed))
    for side in ("patron", "client"):
        if line[side] not in COUNTRY_KEYS:
            allowed = f"{listed(COUNTRY_KEYS)} in a row whose role is {line['role']}"
            problems.append(Problem(line.where, side, line[side], allowed))
    return problems


def _pair_problems(line: CsvLine) -> list[Problem]:
    problems = []
    if line["patron"] and line["patron"] == line["client"]:
        problems.append(
            Problem(line.where, "client", line["client"], "another country than the patron")
        )
    start = f"{line['patron']}-{line['client']}-"
    if line["id"] and not line["id"].startswith(start):
        problems.append(
            Problem(line.where, "id", line["id"], f"beginning with patron and client: {start}")
        )
    return problems


def _id_problems(lines: Iterable[CsvLine]) -> list[Problem]:
    seen: dict[str, CsvLine] = {}
    problems = []
    for line in lines:
        if line["id"] in seen:
            other = seen[line["id"]]
            allowed = f"an id of its own; {other.file} line {other.number} has it already"
            problems.append(Problem(line.where, "id", line["id"], allowed))
        elif line["id"]:
            seen[line["id"]] = line
    return problems


def _pointer_problems(lines: Sequence[CsvLine]) -> list[Problem]:
    """Readings and parts must point to another row of the same file, and not in a circle."""
    problems = []
    by_id = {line["id"]: line for line in lines}
    for pointer in ("reading_of", "part_of"):
        for line in lines:
            aim = line[pointer]
            if aim and aim not in by_id:
                allowed = f"the id of a row of {line.file}"
                problems.append(
                    Problem(line.where, pointer, aim, allowed, nearest(aim, tuple(by_id)))
                )
            elif aim and _circular(line, pointer, by_id):
                problems.append(
                    Problem(line.where, pointer, aim, "a row that does not lead back here")
                )
    return problems


def _circular(line: CsvLine, pointer: str, by_id: Mapping[str, CsvLine]) -> bool:
    at: CsvLine | None = line
    for _ in by_id:
        at = by_id.get(at[pointer]) if at else None
        if at is line:
            return True
    return False


def _headline_problems(lines: Sequence[CsvLine]) -> list[Problem]:
    """Each of the five pairs has exactly one headline: the break that the model is judged by."""
    if not lines:
        return []
    file = lines[0].file
    headlines = [
        (f"{line['client']}-{line['patron']}", line) for line in lines if line["headline"] == "yes"
    ]
    problems = []
    for pair in HEADLINE_PAIRS:
        count = sum(name == pair for name, _ in headlines)
        if count != 1:
            allowed = "exactly one row with headline = yes"
            problems.append(Problem(file, f"headlines of {pair}", count, allowed))
    for name, line in headlines:
        if name not in HEADLINE_PAIRS:
            problems.append(unknown(line.where, "headline pair", name, HEADLINE_PAIRS))
        elif line["to_status"] != "split" or line["role"] not in _COMPARED:
            allowed = "a target or held out row whose to_status is split"
            problems.append(
                Problem(line.where, "headline", f"{line['role']}, {line['to_status']}", allowed)
            )
    return problems


def _rate_problems(lines: Iterable[CsvLine]) -> list[Problem]:
    """Two rates of one currency may not hold on the same day."""
    spans = []
    for line in lines:
        try:
            spans.append((line["unit"], first_day(line["from"]), last_day(line["to"]), line))
        except ValueError:
            continue
    spans.sort(key=lambda span: span[:3])
    return [
        Problem(
            after[3].where,
            "from",
            after[3]["from"],
            f"after {before[3]['to']}, when the rate before ends",
        )
        for before, after in pairwise(spans)
        if before[0] == after[0] and after[1] <= before[2]
    ]
