"""Watching a batch being written, for tests that interrupt one."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass
class Headway:
    """Whether a group of processes gets on, however slowly the machine lets it; or time alone."""

    leader: int | None = None
    spent: int = -1
    since: float = field(default_factory=time.monotonic)

    def check(self, what: str) -> None:
        """Fail if none of the group has had any of the processor for ``PATIENCE`` seconds."""
        if self.leader is not None and (now := group_ticks(self.leader)) != self.spent:
            self.spent, self.since = now, time.monotonic()
        assert time.monotonic() - self.since < PATIENCE, f"waited in vain: {what}"


def until(met: Callable[[], bool], what: str, leader: int | None = None) -> None:
    """Wait until something is so, and fail if it never is.

    Of the group of processes that is waited for, if its ``leader`` is named, headway is enough.
    """
    headway, look = Headway(leader), time.monotonic()
    while not met():
        if time.monotonic() > look:
            headway.check(what)
            look = time.monotonic() + 1
        time.sleep(0.005)


def ended(command: "subprocess.Popen[str]") -> tuple[str, str]:
    """What a command printed and said once it has ended; it leads a group of processes."""
    headway = Headway(command.pid)
    while True:
        try:
            printed, told = command.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            headway.check(f"the end of {command.args}")
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
