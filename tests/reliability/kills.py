"""Batches and fits that are killed again and again, and must end in the bytes of undisturbed ones.

SIGKILL, SIGTERM and SIGINT, to the command alone and to its whole process group, at random moments.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from scenarios.draws import Draws
from tests.reliability.findings import Times
from tests.scenarios.watching import contents, ended

ROOT = Path(__file__).parents[2]
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
#: A batch and a fit of a few seconds each, once their programs have started.
BATCH = """
import sys
from calibration.cli.main import main
if __name__ == "__main__":
    main(["batch", "historical", "no-opening-1971", "--replicates", "3072", "--chunk", "128",
          "--workers", "2", "--draws", sys.argv[1], "--out", sys.argv[2], *sys.argv[3:]])
"""
FIT = """
import sys
from pathlib import Path
from calibration.cli.main import main
from calibration.fit.population import EFFORTS, Effort

EFFORTS["quick"] = Effort(
    population=32, copies=2, moves=1, effective_share=0.5, last_moves=2
)
if __name__ == "__main__":
    main(["calibrate", "fit", "--effort", "quick", "--seed", "1", "--workers", "2",
          "--out", str(Path(sys.argv[2]) / "fit.parquet"), *sys.argv[3:]])
"""
#: Files or checkpoints that a command may leave before it is killed.
MOST_STEPS = 6
#: Seconds after which it is killed though it has not got so far.
LATEST = 900.0


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _begin(program: Path, draws: Draws, out: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(program), str(draws.path), str(out), *more],
        cwd=out.parent,
        env=dict(os.environ, PYTHONPATH=str(ROOT), TMPDIR=str(out.parent / "passing")),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_ctrl_c,
    )


def _reached(command: subprocess.Popen[str], out: Path, chance: random.Random) -> bool:
    """Wait for a random moment of a command's work; whether it came before the end."""
    steps, before = chance.randint(0, MOST_STEPS), _written(out)
    latest = time.monotonic() + LATEST
    while steps and command.poll() is None and time.monotonic() < latest:
        time.sleep(0.002)
        if (now := _written(out)) != before:
            steps, before = steps - 1, now
    time.sleep(chance.uniform(0, 0.2 if before else 3.0))
    return command.poll() is None


def _written(out: Path) -> set[tuple[str, int]]:
    """What lies in a folder, by name and time."""
    found = set()
    for folder, _, files in os.walk(out):  # which passes over what is gone meanwhile
        for name in files:
            with suppress(OSError):
                found.add((name, (Path(folder) / name).stat().st_mtime_ns))
    return found


def killed(kind: str, draws: Draws, place: Path, first: int = 0) -> Times:
    """The faults of one kill of a batch or of a fit after the other.

    What was killed goes on with ``--resume``, and may be killed again, until it has ended; then
    come the faults of all its kills.
    """
    chance = random.Random(first)
    (place / "passing").mkdir(parents=True)
    program, out = place / f"{kind}.py", place / "out"
    program.write_text(BATCH if kind == "batch" else FIT)
    out.mkdir()
    _, told = ended(_begin(program, draws, out))
    whole = contents(out)
    assert whole, told
    assert not told
    while True:
        shutil.rmtree(out)
        out.mkdir()
        kills = list(_kills_of_one(program, draws, out, chance))
        if kills:
            kills[-1] += [] if contents(out) == whole else ["other bytes"]
        yield from kills


def _kills_of_one(program: Path, draws: Draws, out: Path, chance: random.Random) -> Times:
    """The faults of the kills of one batch or fit, until it ends in spite of them."""
    more: tuple[str, ...] = ()
    while True:
        command = _begin(program, draws, out, *more)
        try:
            number, group = chance.choice(SIGNALS), chance.random() < 0.5
            caught = _reached(command, out, chance)
            if caught:
                (os.killpg if group else os.kill)(command.pid, number)
            _, told = ended(command)
        finally:
            if command.poll() is None:
                os.killpg(command.pid, signal.SIGKILL)
        status, what = command.returncode, f"{number.name} {'to all' if group else ''}: "
        left = list((out.parent / "passing").glob("lilliput-*"))
        faults = (
            [f"{what}exit status {status}, {told[-300:]}"] if _odd(status, number, told) else []
        )
        faults += [f"{what}left {path}" for path in left if status != -signal.SIGKILL]
        for path in left:
            shutil.rmtree(path)
        if caught or faults:
            yield faults
        if status == 0 or (faults and not caught):
            return
        more = ("--resume",)


def _odd(status: int, number: signal.Signals, told: str) -> bool:
    """Whether a command ended otherwise than one does that was killed, or was at its end already.

    Before lilliput is read in it is Python that answers, to Ctrl-C with a traceback; while it looks
    for its own packages, with status 1.
    """
    if number == signal.SIGKILL:  # Python's own tracker tells of semaphores that it sweeps up
        return "Traceback" in told or status not in (0, -number)
    if status == 0:
        return bool(told)
    if status == 128 + number:
        return re.fullmatch(r"Broken off: [^\n]+\n", told) is None
    if status == 1 and number == signal.SIGINT:
        return "init_import_site" not in told
    return status != -number or ("Traceback" in told and not told.endswith("KeyboardInterrupt\n"))
