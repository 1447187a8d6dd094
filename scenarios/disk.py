"""What is written to the disk: files and folders that are complete or not there at all."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from filelock import FileLock, Timeout

from simulation.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

#: How texts begin that a spreadsheet takes for formulas, unless they are numbers.
_FORMULA, _NUMBER = re.compile(r"[=+@\t\r]|-."), re.compile(r"[+-]?[\d.]+(e[+-]?\d+)?")


def write_whole(path: Path, content: bytes | str | memoryview) -> None:
    """Write a file under a passing name, see it safely on the disk, and only then give it its own.

    Text is written in UTF-8. Raises ``OSError`` if the disk refuses; then nothing is left behind,
    and an earlier file of that name stands as it was.
    """
    passing = path.with_name(f".{path.name}-{uuid4().hex}")
    try:
        with passing.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
    except BaseException:
        passing.unlink(missing_ok=True)
        raise
    settle(path.parent)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write an object as JSON, complete or not at all; see ``plain`` for what it may hold."""
    write_whole(path, json_text(value))


def json_text(value: Mapping[str, Any]) -> str:
    """An object as ``write_json`` writes it."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(table: "pd.DataFrame") -> str:
    """A table as CSV.

    A text that a spreadsheet would take for a formula is marked as text by an apostrophe, as
    spreadsheets do themselves.
    """
    words = table.select_dtypes("object")
    texts = {str(name): column.map(_as_text) for name, column in words.items()}
    return str(table.assign(**texts).to_csv(index=False, lineterminator="\n"))


def _as_text(cell: object) -> object:
    if not isinstance(cell, str) or not _FORMULA.match(cell) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def plain(value: Any) -> Any:
    """A value as JSON knows it: NumPy's numbers as plain ones, arrays as lists, NaN as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def settle(folder: Path) -> None:
    """See the names in a folder safely on the disk; Windows does so unasked and opens no folder."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of an earlier one once all has been written.

    Raises ``OSError`` if the disk refuses; then nothing is left behind, and an earlier folder
    stands as it was, as it does whatever else is raised meanwhile. What a command that was killed
    has left behind is swept up.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(folder):
        earlier = folder.with_name(f".{folder.name}-earlier")
        if earlier.exists() and not folder.exists():
            earlier.rename(folder)
        shutil.rmtree(earlier, ignore_errors=True)
        unfinished = folder.with_name(f".{folder.name}-{uuid4().hex}")
        try:
            unfinished.mkdir()
            yield unfinished
            if folder.exists():
                folder.rename(earlier)
            try:
                unfinished.rename(folder)
            except OSError:
                if earlier.exists():
                    earlier.rename(folder)
                raise
            shutil.rmtree(earlier, ignore_errors=True)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


@contextmanager
def one_at_a_time(path: Path, *others: Path) -> Iterator[None]:
    """Keep a file or folder, and others in the same place, to one command at a time.

    The system frees them when the command ends, however it ends. Raises ``OSError`` if another
    command is writing them. What one that was killed has left unfinished is swept up.
    """
    lock = FileLock(path.with_name(f".{path.name}.lock"), blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise OSError(f"another command is writing {path}, now") from error
    except NotImplementedError as error:
        raise OSError(f"{path.parent} is on a disk that cannot lock files") from error
    try:
        names = "|".join(re.escape(each.name) for each in (path, *others))
        for left in path.parent.iterdir():
            if re.fullmatch(rf"\.({names})-[0-9a-f]{{32}}", left.name):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield
    finally:
        with suppress(OSError):  # where a file that is open cannot be removed, it stays
            Path(lock.lock_file).unlink()
        lock.release()


def absolute(path: Path) -> Path:
    """The whole path of a file or folder, links followed.

    Raises ``OSError`` for a home that is nobody's and for links that lead in a ring.
    """
    try:
        return path.expanduser().resolve()
    except RuntimeError as error:
        raise OSError(f"{path}: {error}") from error


def unwritable(path: Path, where: str, key: str) -> list[Problem]:
    """What keeps a file or folder of this name from being made; nothing is left behind by looking.

    ``where`` and ``key`` say in the message where the name comes from: a command and its option.
    """
    try:
        whole = absolute(path)
        places = [next((place for place in whole.parents if place.exists()), whole)]
        if whole.is_dir():
            places.append(whole)
        for place in places:
            probe = place / f".lilliput-{uuid4().hex}"
            probe.mkdir()
            probe.rmdir()
    except (OSError, ValueError) as error:
        return [Problem(where, key, str(path), f"a place that can be written to ({error})")]
    return []


def unfit_folder(folder: Path, where: str, key: str) -> list[Problem]:
    """What keeps a folder of this name from being made or written to, be it a file in its place."""
    if problems := unwritable(folder, where, key):
        return problems
    if folder.exists() and not folder.is_dir():
        return [Problem(where, key, str(folder), "a folder; this is a file")]
    return []
