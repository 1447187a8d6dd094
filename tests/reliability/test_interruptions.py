"""Commands broken off by Ctrl-C and by SIGTERM alike: what is kept is said, nothing is left lying.

Real commands in process groups of their own. ``batch`` is looked at more closely in
``tests/scenarios/batch/test_faults.py``.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reliability.material import prior_draws, small_batch
from tests.scenarios.watching import PATIENCE, ended, until

pytestmark = pytest.mark.slow  # real processes

ROOT = Path(__file__).parents[2]
SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143}
Start = Callable[..., subprocess.Popen[str]]


def heed_ctrl_c() -> None:
    """Undo what a shell does to its background jobs: they and what they start ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Start]:
    """Begins a command in a folder of its own, with a place of its own for what passes."""
    running: list[subprocess.Popen[str]] = []
    (tmp_path / "passing").mkdir()

    def begun(*arguments: str) -> subprocess.Popen[str]:
        environment = dict(os.environ, PYTHONPATH=str(ROOT), TMPDIR=str(tmp_path / "passing"))
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "calibration.cli.main", *arguments],
                cwd=tmp_path,
                env=environment | {"PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
                preexec_fn=heed_ctrl_c,
            )
        )
        return running[-1]

    yield begun
    for one in running:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
        one.communicate(timeout=PATIENCE)


def working(process: subprocess.Popen[str], seconds: float) -> bool:
    """Whether a process has had so much of the processor, its workers left out, or has ended."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return True
    spent = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent > seconds or process.poll() is not None


def broken_off(process: subprocess.Popen[str], number: signal.Signals, group: bool = True) -> str:
    """Break a command off; what it said on the error stream, which must be plain."""
    if group:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, told = ended(process)
    assert process.returncode == SIGNALS[number], told
    assert re.fullmatch(r"Broken off: [^\n]+\n", told)
    return told


def left(place: Path) -> list[str]:
    """Everything that passes and should be gone."""
    hidden = [path for path in place.rglob("*") if re.search(r"-[0-9a-f]{32}$", path.name)]
    return [str(path) for path in (*hidden, *(place / "passing").glob("lilliput-*"))]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_run_leaves_nothing(begin: Start, tmp_path: Path, number: signal.Signals) -> None:
    command = begin("run", "--replicates", "1000000", "--out", "run")
    until(lambda: working(command, 4), "the run", command.pid)
    assert "every file is complete, or as it was before" in broken_off(command, number)
    assert not (tmp_path / "run").exists()
    assert left(tmp_path) == []


@pytest.mark.parametrize("group", [True, False])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_batch_keeps_its_files(
    begin: Start, tmp_path: Path, number: signal.Signals, group: bool
) -> None:
    command = begin("batch", "--all", "--chunk", "256", "--workers", "2", "--out", "batch")
    until(
        lambda: any((tmp_path / "batch").glob("*/part*")) or command.poll() == 2,
        "a file",
        command.pid,
    )
    told = broken_off(command, number, group)
    kept = len(list((tmp_path / "batch").glob("*/part-*.parquet")))
    assert f"{kept} of 880 files are complete and kept" in told
    assert "--resume goes on" in told
    assert left(tmp_path) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_a_fit_keeps_its_checkpoint_and_is_alone(
    begin: Start, tmp_path: Path, number: signal.Signals
) -> None:
    options = ("calibrate", "fit", "--out", "fit.parquet", "--workers", "2")
    command = begin(*options)
    until((tmp_path / "fit.parquet.checkpoint").exists, "the first step", command.pid)
    second = begin(*options, "--overwrite")
    printed, refused = ended(second)
    assert (second.returncode, printed) == (2, "")
    assert "another command is writing fit.parquet, now" in refused
    told = broken_off(command, number)
    assert "kept in fit.parquet.checkpoint; the same command with --resume goes on" in told
    assert left(tmp_path) == []
    checkpoint = tmp_path / "fit.parquet.checkpoint"
    reached = checkpoint.stat().st_mtime_ns
    resumed = begin(*options, "--resume")
    until(lambda: checkpoint.stat().st_mtime_ns > reached, "a further step", resumed.pid)
    assert "kept in fit.parquet.checkpoint" in broken_off(resumed, number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_report_leaves_nothing(begin: Start, tmp_path: Path, number: signal.Signals) -> None:
    draws = prior_draws(tmp_path)
    small_batch(draws, tmp_path / "batch")
    command = begin("report", "batch", "--draws", str(draws.path))
    until(lambda: any(tmp_path.glob(".batch-report-*/figures/*")), "the first figure", command.pid)
    broken_off(command, number)
    assert list(tmp_path.glob("batch-report*")) == []
    assert left(tmp_path) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_a_check_keeps_what_is_finished(
    begin: Start, tmp_path: Path, number: signal.Signals
) -> None:
    effort = ("--effort", "light", "--records", "40", "--workers", "2")
    command = begin("calibrate", "check", "ranks", *effort, "--fits", "kept", "--out", "out")
    until(lambda: any(tmp_path.glob("kept/records.json")), "the first file", command.pid)
    assert "kept in kept; the same command with --resume goes on" in broken_off(command, number)
    assert left(tmp_path) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_a_page_is_closed(begin: Start, tmp_path: Path, number: signal.Signals) -> None:
    command = begin("serve", "--port", "0")
    assert command.stdout is not None
    assert command.stdout.readline().startswith("The page is at")
    os.killpg(command.pid, number)
    printed, told = ended(command)
    assert (command.returncode, printed, told) == (0, "The page is closed\n", "")
    assert left(tmp_path) == []


def test_what_was_killed_is_swept_up_by_the_next(begin: Start, tmp_path: Path) -> None:
    name = "0" * 32
    (tmp_path / f".run-{name}").mkdir()
    (tmp_path / f".run-{name}" / "aid.csv").touch()
    (tmp_path / f".other-{name}").touch()
    command = begin("run", "--replicates", "20", "--out", "run")
    _, told = ended(command)
    assert (command.returncode, told) == (0, "")
    assert (tmp_path / "run" / "manifest.json").exists()
    assert left(tmp_path) == [str(tmp_path / f".other-{name}")]
    assert not (tmp_path / ".run.lock").exists()
