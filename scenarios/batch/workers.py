"""Worker processes: they leave the keyboard to their parent, and end when it does."""

import multiprocessing
import os
import pickle
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    InvalidStateError,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from types import FrameType
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

#: What folders that pass are called, and after how many seconds one is left behind for sure.
_PREFIX, _OLD = "lilliput-", 86_400.0
#: What this worker process was given when it began.
_common: list[Any] = []


class _Outcome(Future[Any]):
    """What becomes of a task; whoever has cancelled it is not told that its worker died.

    The executor would tell them all the same, fail at that, and clean up nothing.
    """

    def set_exception(self, exception: BaseException | None) -> None:
        with suppress(InvalidStateError):
            super().set_exception(exception)


class WorkerPool(ProcessPoolExecutor):
    """Worker processes that are deaf to the keyboard from their first moment."""

    def submit(self, *work: Any, **named: Any) -> "Future[Any]":
        """Hand out work, for the first of which the processes are started."""
        with _undisturbed():
            outcome = super().submit(*work, **named)
        outcome.__class__ = _Outcome  # the executor makes its own futures
        return outcome

    def kill(self) -> None:
        """End the processes at once, whatever they are doing, and hand out no more.

        The pool's own thread is waited for: a program that ends while that thread closes its pipes
        would complain of a pipe closed already.
        """
        for process in list((self._processes or {}).values()):
            process.kill()
        self.shutdown(wait=True, cancel_futures=True)


@dataclass
class _Hold:
    """A handler that keeps signals while it is shut, and else hands them on to those before it.

    It is shut and opened by one assignment, so that a signal that comes while handlers are changed
    finds either one that keeps it or one that answers it, whichever is in place by then.
    """

    before: dict[int, Callable[..., Any]]
    shut: bool = False
    arrived: list[int] = field(default_factory=list)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.shut:
            self.arrived.append(number)
        else:
            self.before[number](number, frame)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait: a process that is half started could not read what it needs.

    What is started meanwhile, from whatever thread, does not hear Ctrl-C. To block the signals is
    not enough, as another thread may take them and the handler runs in the main one all the same.
    """
    found = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    hold = _Hold({each: handler for each, handler in found.items() if callable(handler)})
    if threading.current_thread() is not threading.main_thread():
        hold.before = {}
    for each in hold.before:
        signal.signal(each, hold)
    hold.shut = True
    masked = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    try:
        yield
    finally:
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        hold.shut = False
        for each, handler in hold.before.items():
            signal.signal(each, handler)
        if hold.arrived:
            signal.raise_signal(hold.arrived[0])


def process_pool(workers: int, common: Path | None = None) -> WorkerPool:
    """A pool of worker processes, each of which begins by reading the pickled ``common``."""
    spawn = multiprocessing.get_context("spawn")
    return WorkerPool(workers, spawn, initializer=_begin, initargs=(common,))


@contextmanager
def worker_processes(workers: int, common: object = None) -> Iterator[WorkerPool]:
    """Worker processes that know ``common``; what was not begun when an error strikes is dropped.

    It goes to them in a file: were it handed over through the pipe by which a process is started,
    one that dies before it has read it all would leave its parent remaining for ever.
    """
    _sweep()
    with _temporary_folder() as folder:
        path = folder / "common.pickle"
        path.write_bytes(pickle.dumps(common))
        pool = process_pool(workers, path)
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, even if a signal comes while it is made or removed."""
    with _undisturbed():
        folder = TemporaryDirectory(prefix=_PREFIX)
    try:
        yield Path(folder.name)
    finally:
        with _undisturbed():
            folder.cleanup()


def _sweep() -> None:
    """Remove what processes that were killed left behind: by now no worker can need it."""
    for left in Path(gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # somebody else's, or gone meanwhile
            if time.time() - left.lstat().st_mtime > _OLD and left.lstat().st_uid == os.getuid():
                shutil.rmtree(left)


def results_of(
    work: Callable[[Any, Task], Result], common: object, tasks: Iterable[Task], workers: int
) -> Iterator[Result]:
    """The results of ``work(common, task)`` as workers come to them, a few handed out at a time.

    Raises ``BrokenProcessPool`` if a worker dies, and what ``work`` raises.
    """
    with worker_processes(workers, common) as pool:
        remaining = iter(tasks)
        running: set[Future[Result]] = set()
        while True:
            for task in islice(remaining, 2 * workers - len(running)):
                running.add(pool.submit(_with_common, work, task))
            if not running:
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from [future.result() for future in finished]


def _with_common(work: Callable[[Any, Task], Result], task: Task) -> Result:
    return work(_common[0], task)


def _begin(common: Path | None) -> None:
    """Make this process a worker: deaf to the keyboard, and gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if common is not None:
        _common.append(pickle.loads(common.read_bytes()))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
