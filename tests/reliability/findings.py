"""What attacks found: how often each was made, on what, and what did not stand."""

import json
import os
import platform
import subprocess
from collections.abc import Generator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scenarios.disk import write_json, write_whole

ROOT = Path(__file__).parents[2]
FOUND = Path(__file__).with_name("found")
PAGE = ROOT / "docs" / "reliability.md"
HEADING = "## Measured\n"
COLUMNS = ("attack", "made", "expected", "came", "minutes", "on", "code")
#: What decides how lilliput answers an attack.
PACKAGES, CHANGED = ("simulation", "scenarios", "calibration"), "-changed"
#: The faults of each time that an attack is made.
Times = Generator[list[str], None, None]


@dataclass
class Finding:
    """An attack, what was to come of it, how often it was made, and its faults.

    ``minutes`` are those of the processor, as far as the system counts them.
    """

    attack: str
    expected: str
    unit: str
    code: str
    machine: str
    date: str = ""
    times: int = 0
    minutes: float = 0.0
    finished: bool = False
    faults: list[str] = field(default_factory=list)

    def add(self, faults: list[str]) -> None:
        """Count one time more that the attack was made, and its faults."""
        self.times += 1
        self.faults += faults
        self.date = datetime.now(UTC).date().isoformat()

    def row(self) -> str:
        """A row of the table in docs/reliability.md."""
        made = f"{self.times:,} {self.unit}" + ("" if self.finished else " (not finished)")
        came = f"{len(self.faults)} faults" if self.faults else "as expected"
        minutes = f"{self.minutes:.1f}"
        cells = (self.attack, made, self.expected, came, minutes, self.date, self.code)
        return f"| {' | '.join(cells)} |"


def blank(attack: str, expected: str, unit: str) -> Finding:
    """The finding of an attack that has not been made yet, on this machine and this code."""
    machine = (
        f"Python {platform.python_version()}, {platform.system()} on {platform.machine()}, "
        f"{os.cpu_count()} processors"
    )
    return Finding(attack, expected, unit, code(), machine)


def code() -> str:
    """The commit that made the code what it is; ``CHANGED`` is added if it was changed since."""
    last = _git("log", "-1", "--format=%h", "--", *PACKAGES)
    changed = not last or _git("status", "--porcelain", "--", *PACKAGES)
    return f"{last}{CHANGED}" if changed else last


def _git(*command: str) -> str:
    """What Git says; nothing where there is none."""
    said = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.strip()


def findings() -> dict[str, Finding]:
    """The findings that are kept, by the name of their attack."""
    files = sorted(FOUND.glob("*.json"))
    return {path.stem: Finding(**json.loads(path.read_text(encoding="utf-8"))) for path in files}


def keep(name: str, finding: Finding) -> None:
    """Write the finding of an attack to its file, and the page from all."""
    rounded = asdict(finding) | {"minutes": round(finding.minutes, 2)}
    write_json(FOUND / f"{name}.json", rounded)
    write_whole(PAGE, page(findings()))


def page(found: dict[str, Finding]) -> str:
    """docs/reliability.md with these findings in its last section."""
    text = PAGE.read_text(encoding="utf-8").partition(HEADING)[0]
    machines = sorted({each.machine for each in found.values()})
    head = [" | ".join(("", *cells, "")).strip() for cells in (COLUMNS, ["--"] * len(COLUMNS))]
    rows = [each.row() for each in found.values()]
    return "\n".join([text + HEADING, f"On: {'; '.join(machines)}.", "", *head, *rows, ""])
