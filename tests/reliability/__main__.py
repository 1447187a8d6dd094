"""All attacks, or those whose names begin as asked; what they find goes into docs/reliability.md.

What is broken off goes on from where it was, and what was made on the same code is not made again
(``--anew`` makes it again).
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from calibration.cli.main import signals_heeded
from scenarios.console import progress_of
from scenarios.draws import Draws
from tests.reliability import corruption, disks, equality, fuzzing, invocations, kills, vectors
from tests.reliability.findings import CHANGED, Finding, Times, blank, findings, keep
from tests.reliability.material import prior_draws

#: Seconds between two writings of what was found so far.
PAUSE = 10.0
KILLED = "`--resume` ends in the bytes of an undisturbed one; it is said what is kept; nothing left"
SAID = "one message with the reason, exit status 2, nothing half-written"


@dataclass(frozen=True)
class Attack:
    """An attack: what it is, what is to come of it, in what it is counted, how it is made.

    ``make`` takes draws, a folder that is not there yet, and how often the attack was made before;
    it yields the faults of each further time. An attack without ``most`` is made as often as there
    is something to attack, and begun anew if it was broken off.
    """

    what: str
    expected: str
    unit: str
    make: Callable[[Draws, Path, int], Times]
    most: int | None = None

    def finding(self, earlier: Finding | None, anew: bool) -> Finding:
        """What was found earlier on the same code, to go on with; else nothing yet."""
        new = blank(self.what, self.expected, self.unit)
        if earlier is None or anew or earlier.code != new.code or new.code.endswith(CHANGED):
            return new
        return earlier if earlier.finished or self.most is not None else new


def attacks() -> dict[str, Attack]:
    """Every attack by its name."""
    versions = ", ".join(equality.pythons()) or "none was named"
    return {
        "kills-batch": Attack(
            "kills of a batch (SIGKILL, SIGTERM, SIGINT; command or group)",
            KILLED,
            "kills",
            lambda draws, place, first: kills.killed("batch", draws, place, first),
            140,
        ),
        "kills-fit": Attack(
            "kills of a fit (SIGKILL, SIGTERM, SIGINT; command or group)",
            KILLED,
            "kills",
            lambda draws, place, first: kills.killed("fit", draws, place, first),
            60,
        ),
        "corruption-batch": Attack(
            "corruptions of a batch (bit flips, cuts, swaps, lost digests, changed manifests)",
            "refused with the name of the file; `--resume` mends to the same bytes",
            "corruptions",
            corruption.corrupted,
            200,
        ),
        "corruption-draws": Attack(
            "bit flips and cuts of parameter draws",
            "refused",
            "corruptions",
            corruption.corrupted_draws,
            200,
        ),
        "disks-full": Attack(
            "commands that write on a full disk",
            SAID,
            "commands",
            lambda draws, place, _: disks.full(draws, place),
        ),
        "disks-read-only": Attack(
            "commands that write on a read-only disk",
            SAID,
            "commands",
            lambda draws, place, _: disks.read_only(draws, place),
        ),
        "disks-device": Attack(
            "commands that print to a full device",
            "one message, exit status 2",
            "commands",
            lambda *_: disks.nothing_fits(),
        ),
        "invocations": Attack(
            "bad command lines, every option of every command",
            "one message, exit status 2, nothing printed, nothing written",
            "command lines",
            lambda _, place, first: (
                [f] if (f := each.fault()) else [] for each in invocations.refused(place, first)
            ),
            2_000,
        ),
        "files": Attack(
            "files changed at random, to every reader",
            "read, or refused with lilliput's own message",
            "files",
            fuzzing.foreign,
            30_000,
        ),
        "vectors": Attack(
            "parameter vectors over the whole box, every eighth a corner",
            "finite quantities, shares between 0 and 1, no negative money, status and moves agree",
            "histories",
            lambda _draws, _place, first: vectors.vectors(first),
            100_000,
        ),
        "equality-chunks": Attack(
            "2,000 histories in chunks of 1, 7, 64 and 500",
            "the same bits",
            "sizes",
            lambda draws, *_: equality.chunks(draws),
        ),
        "equality-workers": Attack(
            "a batch by 2 and by 3 processes",
            "the bytes of one process",
            "batches",
            lambda draws, place, _: equality.workers(draws, place),
        ),
        "equality-mesa": Attack(
            "histories in Mesa, quarter by quarter",
            "the bits of the ensemble",
            "histories",
            lambda draws, *_: equality.mesa(draws),
        ),
        "equality-pythons": Attack(
            f"the catalogue under other Pythons ({versions})",
            "the same bits",
            "Pythons",
            lambda *_: equality.under_other_pythons(),
        ),
    }


def carry_out(name: str, attack: Attack, finding: Finding) -> None:
    """Make an attack until it is finished; whatever ends it, what was found is kept."""
    spent, saved = _spent(), time.monotonic()
    left = None if attack.most is None else attack.most - finding.times
    with (
        tempfile.TemporaryDirectory() as folder,
        progress_of(name, attack.most or 1) as advance,
        closing(
            attack.make(prior_draws(Path(folder)), Path(folder) / name, finding.times)
        ) as times,
    ):
        try:
            for faults in islice(times, left):
                finding.add(faults)
                finding.minutes += (_spent() - spent) / 60
                spent = _spent()
                advance(finding.times)
                if time.monotonic() > saved + PAUSE:
                    keep(name, finding)
                    saved = time.monotonic()
            finding.finished = True
        finally:
            keep(name, finding)


def _spent() -> float:
    """Seconds of the processor that this process and its children have had."""
    return sum(os.times()[:4])


def main() -> None:
    """Make the attacks, tell what each found, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("names", nargs="*", help="how the names of attacks begin; all unless given")
    parser.add_argument("--anew", action="store_true", help="make again what was made")
    asked = parser.parse_args()
    every, found = attacks(), findings()
    chosen = [name for name in every if name.startswith(tuple(asked.names) or "")]
    if not chosen:
        parser.error(f"no attack is named so; there are {', '.join(every)}")
    for name in chosen:
        found[name] = finding = every[name].finding(found.get(name), asked.anew)
        if not finding.finished:
            carry_out(name, every[name], finding)
        sys.stdout.write("\n  ".join([f"{name}: {finding.row()}", *finding.faults[:20]]) + "\n")
        sys.stdout.flush()
    sys.exit(any(found[name].faults for name in chosen))


if __name__ == "__main__":
    try:
        with signals_heeded():
            main()
    except KeyboardInterrupt:
        sys.exit("Broken off: what was found is kept; the same command goes on")
