"""Watching a batch being written, for tests that interrupt one."""

import time
from collections.abc import Callable
from pathlib import Path

#: Seconds that anything may take on a machine that is busy with other things.
PATIENCE = 300.0


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path, hidden ones too."""
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("scenario=*/part-*.parquet"))


def until(met: Callable[[], bool], what: str) -> None:
    """Wait until something is so, and fail if it never is."""
    end = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.005)
