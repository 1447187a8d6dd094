"""Evidence laid over that which ships: rows replaced, added or removed by id, and all of it checked together.

An overlay is a folder of CSV files named and headed like those of ``calibration/evidence`` (any of aid, terms, cuts,
record, currency, shares), or one such file. A row whose id is shipped replaces that row, another is added. A file
``removed.csv`` with the columns id and reason takes rows away. See ``docs/fitting.md``.
"""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from calibration.errors import CalibrationError
from calibration.evidence.reading import FOLDER, CsvLine, read_evidence, read_lines
from calibration.evidence.record import record_problems
from calibration.evidence.rows import ROW_CLASSES
from calibration.evidence.targets import fitted_record, share_problems, target_problems
from calibration.likelihood.likelihood import Record
from simulation.errors import Problem, raise_if_any, unknown

#: The files an overlay may hold, by the file's name without its ending.
KINDS = (*ROW_CLASSES, "shares")
REMOVED = "removed"


@dataclass(frozen=True)
class _Table:
    """The rows of one evidence file by id, and its columns."""

    columns: tuple[str, ...]
    rows: dict[str, CsvLine]


def overlaid_record(overlay: Path | None) -> Record:
    """What the rules are fitted to, from the shipped evidence with an overlay laid over it (none: as it ships).

    Raises ``CalibrationError`` that lists every problem of the overlay, or of the evidence with it.
    """
    if overlay is None:
        return fitted_record(read_evidence())
    with TemporaryDirectory() as name:
        merged = Path(name)
        wrong, laid = _merge(overlay, merged)
        raise_if_any(f"{overlay}: no overlay of evidence", wrong, CalibrationError)
        title = f"{overlay}: the evidence with this overlay cannot be used"
        try:
            evidence = read_evidence(merged)
        except CalibrationError as error:
            raise CalibrationError(title, error.problems) from error
        problems = record_problems(evidence) + share_problems(evidence, merged)
        problems += target_problems(evidence, merged, laid)
        raise_if_any(title, problems, CalibrationError)
        return fitted_record(evidence, merged)


def overlay_hash(overlay: Path) -> str:
    """A fingerprint of the files of an overlay."""
    digest = hashlib.sha256()
    for path in _files(overlay):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(overlay: Path) -> list[Path]:
    return sorted(overlay.glob("*.csv")) if overlay.is_dir() else [overlay]


def _merge(overlay: Path, folder: Path) -> tuple[list[Problem], set[str]]:
    """Write the shipped evidence with the overlay into a folder.

    Returns what is wrong with the overlay itself, and the ids of its rows.
    """
    if not overlay.exists():
        return [
            Problem("--evidence", "overlay", str(overlay), "a folder or a CSV file that exists")
        ], set()
    files = _files(overlay)
    allowed = (*KINDS, REMOVED)
    problems = [
        unknown(str(overlay), "file", path.stem, allowed)
        for path in files
        if path.stem not in allowed
    ]
    if not files:
        problems.append(
            Problem("--evidence", "overlay", str(overlay), "a folder with at least one CSV file")
        )
    held = {path.stem: path for path in files}
    tables = {kind: _table(FOLDER / f"{kind}.csv") for kind in KINDS}
    laid: set[str] = set()
    for kind, table in tables.items():
        if kind in held:
            lines, wrong = read_lines(held[kind], table.columns)
            names = [_name(line) for line in lines]
            twice = sorted({name for name in names if names.count(name) > 1})
            problems += wrong + [
                Problem(held[kind].name, "id", name, "once in a file") for name in twice
            ]
            table.rows.update(zip(names, lines, strict=True))
            laid.update(names)
    if REMOVED in held:
        problems += _remove(held[REMOVED], tables, laid)
    for kind, table in tables.items():
        _write(folder / f"{kind}.csv", table)
    return problems, laid


def _remove(path: Path, tables: dict[str, _Table], laid: set[str]) -> list[Problem]:
    lines, problems = read_lines(path, ("id", "reason"))
    known = tuple(name for table in tables.values() for name in table.rows)
    for line in lines:
        if line["id"] not in known:
            problems.append(unknown(line.where, "id", line["id"], known))
        if line["id"] in laid:
            problems.append(
                Problem(line.where, "id", line["id"], "an id that no other file of the overlay has")
            )
        if not line["reason"].strip():
            problems.append(Problem(line.where, "reason", line["reason"], "why the row is removed"))
        for table in tables.values():
            table.rows.pop(line["id"], None)
    return problems


def _table(path: Path) -> _Table:
    with path.open(encoding="utf-8", newline="") as file:
        columns = tuple(next(csv.reader(file)))
    lines, problems = read_lines(path, columns)
    raise_if_any(f"{path}: the shipped evidence cannot be read", problems, CalibrationError)
    return _Table(columns, {_name(line): line for line in lines})


def _name(line: CsvLine) -> str:
    """The id of a row; an exchange rate is known by its unit and first date, as in ``million-yuan-1955-03``."""
    return line["id"] or f"{line['unit'].replace(' ', '-')}-{line['from']}"


def _write(path: Path, table: _Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(_cells(table.columns, table.rows.values()))


def _cells(columns: tuple[str, ...], lines: Iterable[CsvLine]) -> Iterable[list[str]]:
    return ([line[column] for column in columns] for line in lines)
