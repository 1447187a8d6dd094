"""Batches cut short for real: killed, out of disk, a worker dead; all resume to the same bytes."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scenarios.batch.run import run_batch
from scenarios.batch.store import is_locked
from scenarios.draws import Draws
from scenarios.files import scenario_named
from tests.scenarios.watching import PATIENCE, contents, parts, until

pytestmark = pytest.mark.slow  # real processes, killed and started again

NAMES = ("historical", "no-opening-1971")
ROOT = Path(__file__).parents[3]
#: So many files that a batch can be caught half-way, also by a test that is kept waiting.
REPLICATES, CHUNK = 1280, 64
FILES = 40


@pytest.fixture(scope="module")
def undisturbed(draws: Draws, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed") / "batch"
    scenarios = [scenario_named(name) for name in NAMES]
    return contents(run_batch(scenarios, draws, REPLICATES, 1, folder, workers=2, chunk=CHUNK))


class Started:
    """The real command, started in a process group of its own."""

    def __init__(
        self, draws: Draws, out: Path, *more: str, prepare: Callable[[], None] | None = None
    ) -> None:
        command = [sys.executable, "-m", "calibration.cli.main", "batch", *NAMES]
        options = [
            f"--replicates={REPLICATES}",
            f"--chunk={CHUNK}",
            f"--draws={draws.path}",
            f"--out={out}",
        ]
        self.process = subprocess.Popen(
            [*command, *options, *more],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=prepare,
        )

    def ended(self) -> tuple[int, str]:
        """Wait for the end: exit status and what was said on the error stream."""
        _, told = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, told

    def workers(self) -> list[int]:
        """The process numbers of the workers, without that which counts shared resources."""
        children = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        )
        return [int(c) for c in children if "spawn_main" in Path(f"/proc/{c}/cmdline").read_text()]

    def kill_group(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    running: list[Started] = []

    def started(*arguments: object, **named: object) -> Started:
        running.append(Started(*arguments, **named))  # type: ignore[arg-type]
        return running[-1]

    yield started
    for one in running:
        if one.process.poll() is None:
            one.kill_group()


def check_resumes(
    start: Callable[..., Started], draws: Draws, out: Path, wanted: dict[str, bytes]
) -> None:
    status, told = start(draws, out, "--workers=2", "--resume").ended()
    assert (status, told) == (0, "")
    assert contents(out) == wanted


def test_killed_half_way_it_resumes_to_the_same_bytes(
    start: Callable[..., Started], draws: Draws, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "batch"
    command = start(draws, out, "--workers=2")
    until(lambda: len(parts(out)) >= 2, "the first files")
    command.kill_group()
    assert 2 <= len(parts(out)) < FILES
    assert all(undisturbed[str(path.relative_to(out))] == path.read_bytes() for path in parts(out))
    assert not is_locked(out)
    status, told = start(draws, out, "--workers=2").ended()
    assert status == 2
    assert "unfinished" in told
    assert "--resume" in told
    check_resumes(start, draws, out, undisturbed)


def test_workers_do_not_outlive_the_command(
    start: Callable[..., Started], draws: Draws, tmp_path: Path
) -> None:
    out = tmp_path / "batch"
    command = start(draws, out, "--workers=2")
    until(lambda: len(parts(out)) >= 1, "the first file")
    workers = command.workers()
    assert len(workers) == 2
    command.process.kill()
    command.ended()
    until(lambda: not any(_alive(worker) for worker in workers), "the end of the workers")
    assert len(parts(out)) < FILES


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_killed_is_said_and_resumed(
    start: Callable[..., Started], draws: Draws, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "batch"
    command = start(draws, out, "--workers=2")
    until(lambda: len(parts(out)) >= 2, "the first files")
    os.kill(command.workers()[0], signal.SIGKILL)
    status, told = command.ended()
    assert status == 2
    kept = len(parts(out))
    assert 2 <= kept < FILES
    assert "a worker process died" in told
    assert f"{kept} of {FILES} files are complete and kept in {out}" in told
    assert "--resume" in told
    assert "Traceback" not in told
    check_resumes(start, draws, out, undisturbed)


@pytest.fixture
def small_disk(tmp_path: Path, undisturbed: dict[str, bytes]) -> Iterator[Path | None]:
    """A disk of its own with room for about half of the batch, if one can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    size = sum(map(len, undisturbed.values())) // 2
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if (
        mount is None
        or subprocess.run([mount, *options], capture_output=True, check=False).returncode
    ):
        yield None
        return
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_said_and_resumed(
    start: Callable[..., Started],
    draws: Draws,
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    small_disk: Path | None,
) -> None:
    """The disk is really full where one can be mounted; elsewhere no file may grow."""
    if small_disk is None:
        out, prepare, least = tmp_path / "batch", _no_large_files, 0
    else:
        out, prepare, least = small_disk / "batch", None, 1
    status, told = start(draws, out, "--workers=2", prepare=prepare).ended()
    assert status == 2
    kept = len(parts(out))
    assert least <= kept < FILES
    assert ("No space left on device" if small_disk else "File too large") in told
    assert f"{kept} of {FILES} files are complete and kept in {out}" in told
    assert "--resume" in told
    assert "Traceback" not in told
    assert [path for path in out.rglob(".*") if path.name != ".lock"] == []
    if small_disk is not None:
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    check_resumes(start, draws, out, undisturbed)


def _no_large_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_two_batches_into_one_folder_are_refused_while_the_first_is_alive(
    start: Callable[..., Started], draws: Draws, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "batch"
    first = start(draws, out, "--workers=1")
    until(lambda: len(parts(out)) >= 1, "the first file")
    os.kill(first.process.pid, signal.SIGSTOP)
    status, told = start(draws, out, "--overwrite").ended()
    os.kill(first.process.pid, signal.SIGCONT)
    assert status == 2
    assert "no other batch is being written" in told
    assert "Traceback" not in told
    assert first.ended() == (0, "")
    assert contents(out) == undisturbed


def heed_ctrl_c() -> None:
    """Undo what a shell does to its background jobs: they and what they start ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_a_batch_that_resumes(
    start: Callable[..., Started], draws: Draws, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "batch"
    command = start(draws, out, "--workers=2", prepare=heed_ctrl_c)
    until(lambda: len(parts(out)) >= 1, "the first file")
    os.killpg(command.process.pid, signal.SIGINT)
    status, told = command.ended()
    assert status == 130
    assert "Traceback" not in told
    assert len(parts(out)) < FILES
    check_resumes(start, draws, out, undisturbed)


def test_a_script_that_its_workers_run_again_ends_with_a_message(tmp_path: Path) -> None:
    """Without ``if __name__ == "__main__":`` workers die at once; their parent must not wait."""
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from scenarios import read_draws, run_batch, scenario_named\n"
        "one = [scenario_named('historical')]\n"
        "run_batch(one, read_draws(), 8, 1, Path('b'), workers=2, chunk=2)\n"
    )
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    ended = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 1
    assert "a worker process died" in ended.stderr
    assert parts(tmp_path / "b") == []
