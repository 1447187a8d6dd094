"""All attacks in full, or some share of them; what they found goes into docs/reliability.md.

``python -m tests.reliability --share 0.05`` makes a twentieth of each attack, and ``--only kills``
those whose names begin so; of those that are made the page says how often.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from scenarios.disk import write_whole
from tests.reliability import corruption, disks, equality, kills, vectors
from tests.reliability.findings import Finding
from tests.reliability.fuzzing import fuzzed, readers
from tests.reliability.invocations import carried_out, chosen, every_invocation
from tests.reliability.material import checkpoint, prior_draws, small_batch
from tests.reliability.places import prepared

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
HEADING = "## Measured\n"
#: Seconds of changed files, in full.
FUZZING = 600.0


def invocations(count: int, place: Path) -> Finding:
    """So many bad command lines."""
    finding = Finding(
        "bad command lines, every option of every command",
        "one message, exit status 2, nothing printed, nothing written",
        unit="command lines",
    )
    places = prepared(place)
    (place / "work").mkdir()
    for arguments in chosen(every_invocation(places), count):
        outcome = carried_out(arguments, place / "work")
        finding.expect(not outcome.fault(), f"{outcome.fault()}: {arguments}")
        finding.times += 1
    return finding


def changed_files(seconds: float, place: Path) -> Finding:
    """Changed files to every reader, for so many seconds."""
    finding = Finding(
        "files changed at random, to every reader",
        "read, or refused with lilliput's own message",
        unit=f"files in {seconds / 60:.3g} minutes",
    )
    draws = prior_draws(place)
    batch = small_batch(draws, place / "batch")
    work = place / "work"
    work.mkdir()
    attacked = readers(work, draws, batch, checkpoint(place))
    came = fuzzed(attacked, sys.maxsize, most_seconds=seconds)
    finding.times = sum(came.values())
    finding.faults = [
        f"{name}: {outcome}" for name, outcome in came if outcome not in ("read", "refused")
    ]
    return finding


def attacks(share: float, place: Path) -> dict[str, Callable[[], Finding]]:
    """Every attack by its name, each made so many times as its share says."""
    draws = prior_draws(place)

    def times(whole: int) -> int:
        return max(1, round(share * whole))

    def new(name: str) -> Path:
        folder = place / name
        folder.mkdir()
        return folder

    return {
        "kills-batch": lambda: kills.killed("batch", times(140), draws, place / "kills-batch"),
        "kills-fit": lambda: kills.killed("fit", times(60), draws, place / "kills-fit"),
        "corruption-batch": lambda: corruption.corrupted(times(200), draws, new("corruption")),
        "corruption-draws": lambda: corruption.corrupted_draws(times(200), draws, place / "drawn"),
        "disks-full": lambda: disks.full(draws, place / "full"),
        "disks-read-only": lambda: disks.read_only(draws, place / "read-only"),
        "disks-device": disks.nothing_fits,
        "invocations": lambda: invocations(times(2_000), new("invocations")),
        "files": lambda: changed_files(share * FUZZING, new("files")),
        "vectors": lambda: vectors.vectors(times(100_000)),
        "equality-chunks": lambda: equality.chunks(times(2_000), draws),
        "equality-workers": lambda: equality.workers(draws, new("workers")),
        "equality-mesa": lambda: equality.mesa(times(40), draws),
        "equality-pythons": equality.pythons,
    }


def measured(rows: list[str]) -> str:
    """The page with these rows in its last section, where they replace earlier ones."""
    text, _, table = PAGE.read_text(encoding="utf-8").partition(HEADING)
    kept = {_attack(row): row for row in table.splitlines() if row.startswith("| ")}
    kept |= {_attack(row): row for row in rows}
    head = ["| attack | made | expected | came | on |", "| -- | -- | -- | -- | -- |"]
    body = [row for row in kept.values() if row not in head]
    return "\n".join([text + HEADING, *head, *body, ""])


def _attack(row: str) -> str:
    return row.split(" | ")[0]


def main() -> None:
    """Make the attacks, tell what each found, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of each attack")
    parser.add_argument("--only", default="", help="the attacks whose names begin so")
    asked = parser.parse_args()
    rows, faults = [], []
    today = datetime.now(UTC).date().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        for name, attack in attacks(asked.share, Path(folder)).items():
            if not name.startswith(asked.only):
                continue
            start = time.monotonic()
            finding = attack()
            rows.append(f"{finding.row()} {today} |")
            faults += finding.faults
            told = [f"{name} ({time.monotonic() - start:.0f} s)", *finding.faults[:20]]
            sys.stdout.write("\n  ".join([*told, finding.row()]) + "\n")
            sys.stdout.flush()
            write_whole(PAGE, measured(rows))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
