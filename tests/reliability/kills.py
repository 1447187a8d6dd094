"""Batches and fits that are killed again and again, and must end in the bytes of undisturbed ones.

SIGKILL, SIGTERM and SIGINT, to the command alone and to its whole process group, at random moments.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from scenarios.draws import Draws
from tests.reliability.findings import Finding
from tests.scenarios.watching import contents

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
#: Seconds that a command may take, and files or checkpoints that it may leave before it is killed.
PATIENCE, MOST_STEPS = 900.0, 6


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
    end = time.monotonic() + PATIENCE
    while steps and command.poll() is None and time.monotonic() < end:
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


def killed(kind: str, times: int, draws: Draws, place: Path, seed: int = 1) -> Finding:
    """So many kills of batches or of fits, each of which goes on until it is finished."""
    finding = Finding(
        f"kills of a {kind} (SIGKILL, SIGTERM, SIGINT; command or group)",
        "`--resume` ends in the bytes of an undisturbed one; no traceback; nothing left lying",
        unit="kills",
    )
    chance = random.Random(seed)
    (place / "passing").mkdir(parents=True)
    program = place / f"{kind}.py"
    program.write_text(BATCH if kind == "batch" else FIT)
    out = place / "out"
    out.mkdir()
    _, told = _begin(program, draws, out).communicate(timeout=PATIENCE)
    whole = contents(out)
    finding.expect(bool(whole) and not told, f"undisturbed: {told[-300:]}")
    while finding.times < times and not finding.faults:
        shutil.rmtree(out)
        out.mkdir()
        more: tuple[str, ...] = ()
        while True:
            command = _begin(program, draws, out, *more)
            more = ("--resume",)
            number, group = chance.choice(SIGNALS), chance.random() < 0.5
            if finding.times < times and _reached(command, out, chance):
                (os.killpg if group else os.kill)(command.pid, number)
                finding.times += 1
            _, told = command.communicate(timeout=PATIENCE)
            foreign = "Traceback" in told and not told.rstrip().endswith("KeyboardInterrupt")
            finding.expect(not foreign, f"{number.name}: {told[-300:]}")
            if command.returncode == 0 or finding.faults:
                break
        finding.expect(contents(out) == whole, f"other bytes after {finding.times} kills")
    passing = list((place / "passing").glob("lilliput-*"))
    finding.expect(len(passing) <= finding.times, f"left: {passing}")
    shutil.rmtree(place)
    return finding
