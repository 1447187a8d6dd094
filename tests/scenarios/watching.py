"""Watching a batch being written, for tests that interrupt one."""

import subprocess
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


def ended(command: "subprocess.Popen[str]") -> tuple[str, str]:
    """What a command printed and said once it has ended; it leads a group of processes.

    It may take as long as the machine needs, but fails if nothing of its group has had any of the
    processor for ``PATIENCE`` seconds.
    """
    spent, since = -1, time.monotonic()
    while True:
        try:
            printed, told = command.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            if (now := group_ticks(command.pid)) != spent:
                spent, since = now, time.monotonic()
            assert time.monotonic() - since < PATIENCE, f"it stands still: {command.args}"
        else:
            return printed or "", told or ""


def group_ticks(leader: int) -> int:
    """The time of the processor that a group of processes has had, in the system's ticks."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[2]) == leader:
            ticks += int(fields[11]) + int(fields[12])
    return ticks
