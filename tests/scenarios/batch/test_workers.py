"""Signals that come while a worker process is started wait, and none is lost or left unanswered."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from scenarios.batch import workers
from tests.conftest import PATIENCE
from tests.scenarios.watching import until

HEEDED = (signal.SIGINT, signal.SIGTERM)
#: How often handlers and mask are changed while one process is started.
CHANGES = 6


class Answered(Exception):  # noqa: N818 - it is no error
    """A signal was answered."""


@pytest.fixture
def answered() -> Iterator[list[int]]:
    """The signals that were answered, each by an exception as lilliput's commands do."""
    numbers: list[int] = []

    def answer(number: int, _frame: FrameType | None) -> None:
        numbers.append(number)
        raise Answered

    before = {each: signal.signal(each, answer) for each in HEEDED}
    yield numbers
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEEDED)
    for each, handler in before.items():
        signal.signal(each, handler)


def check_that_both_are_answered(answered: list[int]) -> None:
    """Whether each signal is answered at once, as before any process was started."""
    for each in HEEDED:
        answered.clear()
        with pytest.raises(Answered):
            signal.raise_signal(each)
        assert answered == [each]


@pytest.mark.parametrize("number", HEEDED)
def test_a_signal_waits_until_the_process_is_started(
    answered: list[int], number: signal.Signals
) -> None:
    def started() -> None:
        with workers._undisturbed():
            signal.raise_signal(number)
            assert answered == []

    with pytest.raises(Answered):
        started()
    assert answered == [number]
    check_that_both_are_answered(answered)


@pytest.mark.parametrize("number", HEEDED)
@pytest.mark.parametrize("call", range(CHANGES))
def test_a_signal_between_any_two_changes_leaves_both_signals_answered(
    answered: list[int], monkeypatch: pytest.MonkeyPatch, number: signal.Signals, call: int
) -> None:
    """The signal comes right after each of them in turn."""
    made = 0

    def with_signal(change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*arguments: Any) -> Any:
            nonlocal made
            before = change(*arguments)
            made += 1
            if made == call + 1:
                signal.raise_signal(number)
            return before

        return changed

    with monkeypatch.context() as patch:
        for name in ("signal", "pthread_sigmask"):
            patch.setattr(signal, name, with_signal(getattr(signal, name)))
        try:
            with workers._undisturbed():
                pass
        except Answered:
            pass
    check_that_both_are_answered(answered)
    assert made > call


KILLED = """
import sys
import time
from multiprocessing import active_children
from scenarios.batch.workers import process_pool

if __name__ == "__main__":
    pool = process_pool(1)
    pool.submit(time.sleep, 600)
    tasks = [pool.submit(len, bytes(10_000_000)) for _ in range(4)]
    time.sleep(2)
    for task in tasks:
        task.cancel()
    if sys.argv[1] == "first":
        for worker in active_children():
            worker.kill()
    pool.kill()
"""


@pytest.mark.parametrize("order", ["first", "afterwards"])
def test_a_program_ends_though_workers_were_killed_before_they_had_read_all(
    tmp_path: Path, order: str
) -> None:
    """They are killed before the pool hears of it, or by the pool."""
    program = tmp_path / "killed.py"
    program.write_text(KILLED)
    path = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    ended = subprocess.run(
        [sys.executable, str(program), order],
        env=path,
        timeout=PATIENCE / 1000,
        stderr=subprocess.PIPE,
        check=True,
    )
    assert ended.stderr == b""


def test_nothing_of_a_pool_that_was_killed_is_left() -> None:
    """Its thread is gone too: one that still closes pipes disturbs a program that ends then."""
    before = set(threading.enumerate())
    pool = workers.process_pool(1)
    task = pool.submit(time.sleep, 600)
    until(task.running, "a worker has begun")
    pool.kill()
    assert set(threading.enumerate()) <= before
    assert not active_children()


@pytest.mark.parametrize("number", HEEDED)
def test_a_signal_while_a_folder_is_removed_leaves_nothing(
    answered: list[int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    remove = tempfile.TemporaryDirectory.cleanup

    def disturbed(folder: tempfile.TemporaryDirectory[str]) -> None:
        signal.raise_signal(number)
        remove(folder)

    monkeypatch.setattr(tempfile.TemporaryDirectory, "cleanup", disturbed)
    with pytest.raises(Answered), workers.worker_processes(1):
        assert list(tmp_path.iterdir())
    assert answered == [number]
    assert list(tmp_path.iterdir()) == []


def test_whoever_cancelled_a_task_does_not_hear_that_its_worker_died() -> None:
    """The pool tells those who wait, and cleans up after itself without complaint."""
    pool = workers.process_pool(1)
    tasks = [pool.submit(time.sleep, 600) for _ in range(5)]
    until(tasks[0].running, "a worker has begun")
    assert tasks[-1].cancel()
    (worker,) = active_children()
    worker.kill()
    with pytest.raises(BrokenProcessPool):
        tasks[-2].result(PATIENCE)
    pool.shutdown(wait=True)  # its thread ends without an exception, which would fail this test
    assert tasks[-1].cancelled()
    assert not active_children()
