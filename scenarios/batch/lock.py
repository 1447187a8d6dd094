"""One batch in a folder at a time: a lock that the system lets go of when its holder ends, however it ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from scenarios.errors import ScenarioError
from simulation.errors import Problem

LOCK = ".lock"

if sys.platform == "win32":  # written for Windows, but not tried on it
    import msvcrt

    def _take(file: IO[bytes], *, shared: bool) -> None:
        """Take a lock or raise ``BlockingIOError``; here even a shared one keeps others out."""
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from error

else:
    import fcntl

    def _take(file: IO[bytes], *, shared: bool) -> None:
        """Take a lock or raise ``BlockingIOError``; a shared one is for looking only."""
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def is_locked(folder: Path) -> bool:
    """Whether a batch is being written into a folder at this moment; nothing is changed by looking."""
    try:
        with (folder / LOCK).open("rb") as file:
            _take(file, shared=True)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder to one batch at a time; the system lets go of it when the batch ends, however it ends.

    Raises ``ScenarioError`` if another batch holds it, or if the folder is on a disk that cannot lock files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("ab") as file:
        try:
            _take(file, shared=False)
        except BlockingIOError as error:
            raise ScenarioError("this batch cannot be made", [busy(folder)]) from error
        except OSError as error:
            allowed = f"a folder on a disk that can lock files ({error.strerror or error})"
            problem = Problem("--out", "folder", str(folder), allowed)
            raise ScenarioError("this batch cannot be made", [problem]) from error
        yield


def busy(folder: Path) -> Problem:
    """The problem of a folder into which another batch is being written."""
    return Problem(
        "--out",
        "folder",
        str(folder),
        "a folder into which no other batch is being written; one is, now",
    )
