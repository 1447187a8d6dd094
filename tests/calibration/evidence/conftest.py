"""Shared by the tests of the evidence: copies of it to be spoiled."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from calibration.evidence.reading import FOLDER


@pytest.fixture
def spoiled(tmp_path: Path) -> Callable[..., Path]:
    """Changes cells of a row in a copy of the evidence, or adds the row; gives the folder."""
    folder = tmp_path / "evidence"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))

    def spoil(table: str, name: str, /, *, new: str = "", **cells: str) -> Path:
        path = folder / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows, columns = list(reader), list(reader.fieldnames or ())
        row = next(row for row in rows if row["id"] == name)
        if new:
            row = row | {"id": new}
            rows.append(row)
        row.update({column.rstrip("_"): cell for column, cell in cells.items()})
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return folder

    return spoil
