"""Commands that write to disks that are full or read-only, and print to where nothing fits."""

import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scenarios.draws import Draws
from tests.reliability.findings import Times
from tests.reliability.material import small_batch
from tests.scenarios.watching import contents, ended

ROOT = Path(__file__).parents[2]
#: Bytes that are left on a full disk.
LEFT = 8_192


def commands(batch: Path, draws: Draws, disk: Path) -> dict[str, list[str]]:
    """Every command that writes, writing to a disk."""
    drawn = ["--draws", str(draws.path)]
    return {
        "run": ["run", "--replicates", "200", "--out", f"{disk}/run", *drawn],
        "batch": ["batch", "historical", "--replicates", "900", "--out", f"{disk}/b", *drawn],
        "report": ["report", str(batch), "--out", f"{disk}/report.html", *drawn],
        "fit": ["calibrate", "fit", "--out", f"{disk}/fit.parquet"],
        "check": ["calibrate", "check", "prior", "--replicates", "40", "--out", f"{disk}/checks"],
        "dossier": ["calibrate", "dossier", "--out", f"{disk}/dossier.html"],
        "new": ["scenarios", "new", "a-question", "--out", f"{disk}/a-question.toml"],
    }


def _carried_out(
    arguments: list[str], prepare: Callable[[], None] | None = None
) -> tuple[int, str, str]:
    command = subprocess.Popen(
        [sys.executable, "-c", "from calibration.cli.main import main; main()", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=prepare,
    )
    printed, told = ended(command)
    return command.returncode, printed, told


@contextmanager
def _mounted(place: Path) -> Iterator[bool]:
    """A small disk of its own at a place, if one can be mounted."""
    place.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if (
        mount is None
        or subprocess.run([mount, *options], capture_output=True, check=False).returncode
    ):
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _fill(disk: Path) -> None:
    """Leave no more than ``LEFT`` bytes on a disk."""
    free = shutil.disk_usage(disk).free
    (disk / "filler").write_bytes(bytes(max(0, free - LEFT)))


def _no_large_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LEFT, LEFT))


def full(draws: Draws, place: Path, *chosen: str) -> Times:
    """The faults of every command that writes, or the chosen, on a full disk.

    Where no disk can be mounted, files may not grow instead.
    """
    place.mkdir(exist_ok=True)
    batch = small_batch(draws, place / "batch")
    for name in chosen or tuple(commands(batch, draws, place)):
        disk = place / f"disk-{name}"
        with _mounted(disk) as mounted:
            if mounted:
                _fill(disk)
            if name == "new" and mounted:
                with (disk / "filler").open("ab", buffering=0) as file:
                    _fill_wholly(file.write)
            arguments = commands(batch, draws, disk)[name]
            if name == "new" and not mounted:
                continue  # a scenario file is smaller than what may be written
            before = contents(disk)
            reason = "No space left" if mounted else "File too large"
            faults = _faults(arguments, reason, None if mounted else _no_large_files)
            after = contents(disk)
            odd = {path for path in after if path not in before and not path.endswith(".lock")}
            odd -= {path for path in odd if name == "batch"}  # its complete files are kept
            yield [*faults, *(f"{name}: left {path}" for path in sorted(odd))]


def _faults(
    arguments: list[str], reason: str, prepare: Callable[[], None] | None = None
) -> list[str]:
    """What is wrong with a command that must say for what reason it cannot write."""
    status, printed, told = _carried_out(arguments, prepare)
    said = status == 2 and reason in told and "Traceback" not in told and not printed
    return [] if said else [f"{arguments[:3]}: {status} {told[-300:]}"]


def _fill_wholly(write: Callable[[bytes], int]) -> None:
    try:
        while True:
            write(bytes(1_024))
    except OSError:
        return


def read_only(draws: Draws, place: Path, *chosen: str) -> Times:
    """The faults of every command that writes, or the chosen, on a read-only disk.

    Where none can be mounted there is nothing.
    """
    place.mkdir(exist_ok=True)
    batch = small_batch(draws, place / "batch")
    disk = place / "disk"
    with _mounted(disk) as mounted:
        if mounted:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            every = commands(batch, draws, disk)
            for name in chosen or tuple(every):
                yield _faults(every[name], "Read-only file system")


def nothing_fits() -> Times:
    """The faults of commands that print to a device on which there is never any space."""
    for arguments in (
        ["scenarios", "list"],
        ["scenarios", "show", "historical"],
        ["evidence", "list", "--json"],
        ["run", "--json", "--replicates", "20"],
        ["--help"],
    ):
        with Path("/dev/full").open("w") as device:
            done = subprocess.run(
                [sys.executable, "-c", "from calibration.cli.main import main; main()", *arguments],
                cwd=ROOT,
                stdout=device,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        told = done.stderr
        said = done.returncode == 2 and "No space left" in told and "Traceback" not in told
        yield [] if said else [f"{arguments}: {done.returncode} {told[-300:]}"]
