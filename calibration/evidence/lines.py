"""Lines of CSV files and entries of TOML files, as text and as what a class makes of them."""

import csv
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from calibration.errors import CalibrationError
from calibration.evidence.declarations import Row
from scenarios.reader import read_text, read_toml
from simulation.errors import MISSING, Problem, raise_if_any, unknown
from simulation.schema import validated

#: Bytes and rows that a CSV file of evidence may have: twenty times the largest that ships.
MOST_CSV, MOST_ROWS = 1 << 20, 2_000
AnyModel = TypeVar("AnyModel", bound=BaseModel)
AnyClass = TypeVar("AnyClass", bound=Row)


@dataclass(frozen=True)
class CsvLine:
    """A row as it stands in its file, as text by column, with the number of its line."""

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The text in a column; empty if the row has no such column."""
        return self.cells.get(column, "")

    def has(self, column: str) -> bool:
        """Whether its file has a column."""
        return column in self.cells

    @property
    def name(self) -> str:
        """The id of a row; of an exchange rate unit and first date: ``million-yuan-1955-03``."""
        return self["id"] or f"{self['unit'].replace(' ', '-')}-{self['from']}".strip("-")

    @property
    def where(self) -> str:
        """Where to look for it: file, line and id."""
        place = f"{self.file} line {self.number}"
        return f"{place} ({self['id']})" if self["id"] else place

    def problem(self, column: str, allowed: str) -> Problem:
        """That the text in a column is not what is allowed there."""
        return Problem(self.where, column, self[column], allowed)

    def number_in(self, column: str) -> float | None:
        """The number in a column; none if it is not one."""
        try:
            return float(self[column])
        except ValueError:
            return None


def read_lines(
    path: Path, columns: Sequence[str] | None = None
) -> tuple[list[CsvLine], list[Problem]]:
    """The rows of a CSV file as text, and what is wrong with the file, its columns or its cells.

    ``columns`` are those that it must have and no others; none: whatever it has.
    """
    try:
        reader = csv.reader(StringIO(read_text(path, MOST_CSV), newline=""))
        header = next(reader, [])
        rows = [(reader.line_num, cells) for cells in reader if cells]
    except FileNotFoundError:
        allowed = f"a CSV file in {path.parent.absolute()}"
        return [], [Problem(path.name, "file", "there is no such file", allowed)]
    except (OSError, ValueError, csv.Error) as error:
        return [], [Problem(path.name, "file", str(error), "a readable CSV file in UTF-8")]
    if len(rows) > MOST_ROWS:
        return [], [Problem(path.name, "rows", len(rows), f"at most {MOST_ROWS:,}")]
    columns = header if columns is None else columns
    missing = [column for column in columns if column not in header]
    wrong = [(column, "present; the file lacks it") for column in missing]
    wrong += [(column, "once") for column in sorted(set(header)) if header.count(column) > 1]
    problems = [Problem(path.name, "column", column, allowed) for column, allowed in wrong]
    problems += [
        unknown(path.name, "column", column, missing or columns)
        for column in header
        if column not in columns
    ]
    problems += [
        Problem(
            f"{path.name} line {number}", "cells", len(cells), f"{len(header)}, one for each column"
        )
        for number, cells in rows
        if len(cells) != len(header)
    ]
    return [
        CsvLine(path.name, number, dict(zip(header, cells, strict=True)))
        for number, cells in rows
        if len(cells) == len(header)
    ], problems


def rows_of(
    lines: Iterable[CsvLine], row_class: type[AnyClass]
) -> tuple[list[AnyClass], list[Problem]]:
    """The rows of a class that lines are, and what is wrong with their cells."""
    rows: list[AnyClass] = []
    problems: list[Problem] = []
    columns = row_class.columns()
    for line in lines:
        cells = {column: line[column] for column in columns if column in line.cells}
        row, refused = validated(row_class, cells, line.where)
        rows += [row] if row is not None else []
        problems += [problem for problem in refused if problem.value is not MISSING]
    return rows, problems


@cache
def sources() -> dict[str, dict[str, Any]]:
    """The sources of ``simulation/sources.toml`` by key: title, author, year, kind, held, note."""
    return tomllib.loads(files("simulation").joinpath("sources.toml").read_text(encoding="utf-8"))


def read_entries(
    path: Path,
    model: type[AnyModel],
    title: str,
    problems_of: Callable[[str, AnyModel], list[Problem]] = lambda where, entry: [],
) -> dict[str, AnyModel]:
    """The tables of a TOML file by name, as a model has them that has a ``name`` too.

    ``problems_of`` finds, by place and entry, what a model cannot. Raises ``CalibrationError`` with
    a ``title`` that lists every problem, or if the TOML is broken.
    """
    try:
        tables = read_toml(path)
    except (OSError, ValueError) as error:
        raise CalibrationError(f"{path}: broken TOML: {error}") from error
    entries: dict[str, AnyModel] = {}
    problems: list[Problem] = []
    for name, table in tables.items():
        where = f"{path.name} ({name})"
        named = {"name": name, **table} if isinstance(table, dict) else table
        entry, refused = validated(model, named, where)
        problems += refused
        if entry is not None:
            entries[name] = entry
            problems += problems_of(where, entry)
    raise_if_any(f"{path}: {title}", problems, CalibrationError)
    return entries
