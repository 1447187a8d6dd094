"""Reads the evidence from its CSV files, with or without an overlay of one's own.

An overlay is a folder of CSV files named and headed like those of ``calibration/evidence`` (any of
aid, statements, terms, cuts, record, support, currency, observations, occasions, unused), or one
such file. A row whose id is shipped replaces that row, another is added. A file ``removed.csv``
with the columns id and reason takes rows away. See ``docs/fitting.md``.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from calibration.errors import CalibrationError
from calibration.evidence.columns import written
from calibration.evidence.declarations import Comparison, Occasion, Row, Unused
from calibration.evidence.lines import MOST_CSV, CsvLine, read_lines, rows_of
from calibration.evidence.problems import line_problems
from calibration.evidence.rows import ROW_CLASSES, Evidence
from scenarios.reader import read_bytes
from simulation.errors import Problem, raise_if_any, unknown

FOLDER = Path(__file__).parent
#: The class of the rows of every file that makes up the evidence, by the file's name.
CLASSES: dict[str, type[Row]] = {
    **ROW_CLASSES,
    "observations": Comparison,
    "occasions": Occasion,
    "unused": Unused,
}
REMOVED = "removed"


class Removal(Row):
    """A row of the shipped evidence that an overlay takes away, and why."""

    id: str
    reason: Annotated[str, written("why the row is removed")]


def read_evidence(folder: Path | None = None) -> Evidence:
    """The documented evidence, read from a folder of CSV files and checked.

    Raises ``CalibrationError`` that lists every problem of every file: a missing file or column; a
    word, number or date that is not allowed; dates or ranges in the wrong order; an id used twice;
    a pointer to a row that does not exist; an unknown source; lines not cited; a target that is a
    reading or part of another row; a missing headline; a share that its figures do not give.
    """
    folder = FOLDER if folder is None else folder
    lines, problems = evidence_lines(folder)
    evidence, refused = evidence_of(lines)
    raise_if_any(f"{folder}: the evidence cannot be used", [*problems, *refused], CalibrationError)
    return evidence


def evidence_lines(folder: Path) -> tuple[dict[str, list[CsvLine]], list[Problem]]:
    """The lines of every file of evidence in a folder, by the file's name, and what is wrong."""
    read = {kind: read_lines(folder / f"{kind}.csv", of.columns()) for kind, of in CLASSES.items()}
    problems = [problem for _, wrong in read.values() for problem in wrong]
    return {kind: lines for kind, (lines, _) in read.items()}, problems


def evidence_of(lines: Mapping[str, Sequence[CsvLine]]) -> tuple[Evidence, list[Problem]]:
    """The evidence that lines of all files make up, and everything that is wrong with them."""
    rows: dict[str, Any] = {}
    problems: list[Problem] = []
    for kind, row_class in CLASSES.items():
        of_kind, refused = rows_of(lines[kind], row_class)
        rows[kind] = tuple(of_kind)
        problems += refused
    return Evidence(**rows), problems + list(line_problems(lines))


def unusable(overlay: Path) -> str:
    """The title of an error about the evidence with an overlay."""
    return f"{overlay}: the evidence with this overlay cannot be used"


def overlaid_evidence(overlay: Path) -> tuple[Evidence, set[str]]:
    """The shipped evidence with an overlay laid over it, and the ids of the rows that it brought.

    Raises ``CalibrationError`` that lists every problem of the overlay, or of the evidence with it.
    """
    shipped, problems = evidence_lines(FOLDER)
    raise_if_any(f"{FOLDER}: the shipped evidence cannot be read", problems, CalibrationError)
    tables = {kind: {line.name: line for line in lines} for kind, lines in shipped.items()}
    problems, ids = _lay(overlay, tables)
    raise_if_any(f"{overlay}: no overlay of evidence", problems, CalibrationError)
    evidence, problems = evidence_of({kind: [*rows.values()] for kind, rows in tables.items()})
    raise_if_any(unusable(overlay), problems, CalibrationError)
    return evidence, ids


def overlay_hash(overlay: Path) -> str:
    """A fingerprint of the files of an overlay."""
    digest = hashlib.sha256()
    for path in _files(overlay):
        digest.update(path.name.encode() + b"\0" + read_bytes(path, MOST_CSV) + b"\0")
    return digest.hexdigest()


def _files(overlay: Path) -> list[Path]:
    return sorted(overlay.glob("*.csv")) if overlay.is_dir() else [overlay]


def _lay(overlay: Path, tables: dict[str, dict[str, CsvLine]]) -> tuple[list[Problem], set[str]]:
    """Lay an overlay over the lines of all files by name: what is wrong with it, and its ids."""
    paths = {path.stem: path for path in _files(overlay)} if overlay.exists() else {}
    if not paths:
        allowed = "a folder with at least one CSV file"
        if not overlay.exists():
            allowed = "a folder or a CSV file that exists"
        return [Problem("--evidence", "overlay", str(overlay), allowed)], set()
    names = (*CLASSES, REMOVED)
    problems = [unknown(str(overlay), "file", kind, names) for kind in paths if kind not in names]
    ids: set[str] = set()
    for kind in (kind for kind in CLASSES if kind in paths):
        lines, wrong = read_lines(paths[kind], CLASSES[kind].columns())
        count = Counter(line.name for line in lines)
        problems += wrong + [
            Problem(paths[kind].name, "id", name, "once in a file")
            for name in sorted(count)
            if count[name] > 1
        ]
        tables[kind].update({line.name: line for line in lines})
        ids.update(count)
    if REMOVED in paths:
        problems += _remove(paths[REMOVED], tables, ids)
    return problems, ids


def _remove(
    path: Path, tables: dict[str, dict[str, CsvLine]], ids: Collection[str]
) -> list[Problem]:
    """Take away the rows that a file names; what is wrong with it. ``ids`` are those laid over."""
    lines, problems = read_lines(path, Removal.columns())
    problems += rows_of(lines, Removal)[1]
    names = tuple(name for table in tables.values() for name in table)
    for line in lines:
        if line["id"] not in names:
            problems.append(unknown(line.where, "id", line["id"], names))
        if line["id"] in ids:
            problems.append(line.problem("id", "an id that no other file of the overlay has"))
        for table in tables.values():
            table.pop(line["id"], None)
    return problems
