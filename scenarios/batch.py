"""Many scenarios, each simulated many times, on every core: the same files on any number of them.

Replicate r of every scenario has the same draw and the same shocks, so that a counterfactual's history can be set
beside its factual twin. Whatever cuts a batch short, the files written so far stay and the batch can be resumed.
"""

import multiprocessing
import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from threading import Thread
from uuid import uuid4

from scenarios.draws import Draws, parameters_for
from scenarios.errors import ScenarioError
from scenarios.outcomes import Outcomes, outcomes_of
from scenarios.store import (
    CHUNK,
    MANIFEST,
    Batch,
    Part,
    batch_table,
    busy,
    differences,
    is_complete,
    is_locked,
    locked,
    read_manifest,
    remove_parts,
    remove_unfinished,
    strange_names,
    write_manifest,
    write_part,
)
from scenarios.twins import parting, twin_trajectories
from simulation.errors import Problem, raise_if_any
from simulation.scenario import Scenario

MOST_REPLICATES = 1_000_000_000
MOST_SEED = 2**63 - 1
#: Histories carried out together: as fast as more of them, and sparing of memory.
_TOGETHER = 512
#: Scenarios simulated together at most, so that they share the history before their interventions.
_TWINS = 6
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TITLE = "this batch cannot be made"


def run_batch(
    scenarios: Sequence[Scenario],
    draws: Draws,
    replicates: int,
    seed: int,
    folder: Path,
    *,
    workers: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Callable[[int], None] | None = None,
    chunk: int = CHUNK,
) -> Path:
    """Simulate every scenario ``replicates`` times, write the histories into a folder, and return the folder.

    ``workers`` is the number of processes (all cores unless given; with 1 the work is done in this process).
    ``resume`` goes on with a batch that was cut short, ``overwrite`` replaces the batch that is there. ``progress`` is
    told the number of histories that are on disk. Raises ``ScenarioError`` that lists everything that stands in
    the way, or says what cut the batch short and what is kept.
    """
    batch = Batch(tuple(scenarios), draws, replicates, seed, chunk)
    folder = folder.expanduser().resolve()
    problems = batch_problems(batch, workers)
    raise_if_any(_TITLE, problems or folder_problems(batch, folder, resume, overwrite), ScenarioError)
    try:
        with locked(folder):
            _prepare(batch, folder, resume, overwrite)
            _carry_out(batch, folder, workers or os.cpu_count() or 1, progress or (lambda _: None))
    except OSError as error:
        raise _cut_short(batch, folder, f"the disk refused: {error.strerror or error}") from error
    except BrokenProcessPool as error:
        raise _cut_short(
            batch, folder, "a worker process died (killed, or there was too little memory)"
        ) from error
    return folder


def batch_problems(batch: Batch, workers: int | None = None) -> list[Problem]:
    """What is wrong with the scenarios and numbers of a batch."""
    names = [scenario.name for scenario in batch.scenarios]
    problems = [Problem("batch", "scenarios", names, "at least one scenario")] if not names else []
    for name in dict.fromkeys(names):
        if not _NAME.fullmatch(name):
            problems.append(
                Problem("batch", "scenario", name, "a name of small letters, digits and single hyphens")
            )
        if names.count(name) > 1:
            problems.append(Problem("batch", "scenario", name, "each name once; two scenarios have it"))
    for key, value, least, most in (
        ("replicates", batch.replicates, 1, MOST_REPLICATES),
        ("seed", batch.seed, 0, MOST_SEED),
        ("chunk", batch.chunk, 1, MOST_REPLICATES),
        ("workers", 1 if workers is None else workers, 1, MOST_REPLICATES),
    ):
        if not least <= value <= most:
            problems.append(Problem("batch", key, value, f"a whole number from {least} to {most}"))
    return problems


def folder_problems(batch: Batch, folder: Path, resume: bool, overwrite: bool) -> list[Problem]:
    """What stands in the way of writing a batch into a folder; nothing is left behind by looking."""
    try:
        if folder.is_dir():
            if is_locked(folder):
                return [busy(folder)]
            if found := _content_problems(batch, folder, resume, overwrite):
                return found
        elif folder.exists():
            return [Problem("--out", "folder", str(folder), "a folder; this is a file")]
        parent = next(path for path in (folder, *folder.parents) if path.exists())
        probe = parent / f".lilliput-{uuid4().hex}"
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        return [Problem("--out", "folder", str(folder), f"a folder that can be written to ({error})")]
    return []


def _content_problems(batch: Batch, folder: Path, resume: bool, overwrite: bool) -> list[Problem]:
    """What a folder holds that a batch may not be written over or added to."""
    held = read_manifest(folder)
    if held is None:
        strange = strange_names(folder)
        allowed = f"a folder that is new, empty, or holds a batch; this one holds {', '.join(strange[:5])}"
        return [Problem("--out", "folder", str(folder), allowed)] if strange else []
    if overwrite:
        return []
    if resume:
        return differences(batch, held)
    if differences(batch, held):
        state = "another batch"
    elif any(True for _ in _missing(batch, folder)):
        state = "this batch, unfinished"
    else:
        state = "this batch, finished"
    remedy = "--resume goes on with an unfinished batch, --overwrite replaces whatever batch is there"
    return [Problem("--out", "folder", str(folder), f"a folder without a batch; it holds {state}; {remedy}")]


def _missing(batch: Batch, folder: Path) -> Iterator[Part]:
    """The parts of a batch that are not on disk yet."""
    return (part for part in batch.parts() if not is_complete(batch.path_of(part, folder), part.replicates))


def _prepare(batch: Batch, folder: Path, resume: bool, overwrite: bool) -> None:
    """Make the folder ready, now that no other batch can change it."""
    raise_if_any(_TITLE, _content_problems(batch, folder, resume, overwrite), ScenarioError)
    remove_unfinished(folder)
    if overwrite:
        remove_parts(folder)
    if not (folder / MANIFEST).exists():
        write_manifest(batch, folder)


def _carry_out(batch: Batch, folder: Path, workers: int, progress: Callable[[int], None]) -> None:
    """Simulate and write every part that is missing, telling how many histories are on disk."""
    done = batch.histories - sum(part.replicates for part in _missing(batch, folder))
    progress(done)
    tasks = _tasks(batch, _missing(batch, folder))
    written: Iterator[int]
    if workers == 1:
        written = map(partial(write_histories, batch, folder), tasks)
    else:
        written = _spread(batch, folder, tasks, min(workers, batch.files))
    for replicates in written:
        done += replicates
        progress(done)


def _tasks(batch: Batch, parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Parts of the same replicates, a few scenarios at a time that part from history at about the same date."""
    for _, together in groupby(parts, key=lambda part: part.number):
        gathered = sorted(together, key=lambda part: parting(batch.scenarios[part.scenario]))
        for start in range(0, len(gathered), _TWINS):
            yield gathered[start : start + _TWINS]


def write_histories(batch: Batch, folder: Path, parts: Sequence[Part]) -> int:
    """Simulate some scenarios for the same replicates, write their files, and return how many histories they hold."""
    first, count = parts[0].first_replicate, parts[0].replicates
    scenarios = [batch.scenarios[part.scenario] for part in parts]
    outcomes: list[list[Outcomes]] = [[] for _ in parts]
    for start in range(first, first + count, _TOGETHER):
        parameters = parameters_for(batch.draws, start, min(_TOGETHER, first + count - start))
        twins = twin_trajectories(parameters, scenarios, seed=batch.seed, first_replicate=start)
        for own, trajectory in zip(outcomes, twins, strict=True):
            own.append(outcomes_of(trajectory, kept=trajectory.replicates))
    for part, own in zip(parts, outcomes, strict=True):
        write_part(batch_table(Outcomes.joined(own), len(batch.draws)), batch.path_of(part, folder))
    return count * len(parts)


def _spread(batch: Batch, folder: Path, tasks: Iterable[list[Part]], workers: int) -> Iterator[int]:
    """Have worker processes carry out tasks, a few handed out at a time, and tell of each how many histories it has."""
    with _pool(batch, folder, workers) as pool:
        waiting = iter(tasks)
        handed_out: set[Future[int]] = set()
        while True:
            for task in islice(waiting, 2 * workers - len(handed_out)):
                handed_out.add(pool.submit(_write_in_worker, task))
            if not handed_out:
                return
            finished, handed_out = wait(handed_out, return_when=FIRST_COMPLETED)
            yield from [future.result() for future in finished]


@contextmanager
def _pool(batch: Batch, folder: Path, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that know the batch; what was not begun when an error strikes is dropped."""
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_begin_worker, initargs=(batch, folder)
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


#: The batch that this worker process works for, and its folder.
_assigned: list[tuple[Batch, Path]] = []


def _begin_worker(batch: Batch, folder: Path) -> None:
    """Make a worker process know its batch, leave the keyboard to its parent, and end when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _assigned.append((batch, folder))
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _write_in_worker(parts: list[Part]) -> int:
    return write_histories(*_assigned[0], parts)


def _cut_short(batch: Batch, folder: Path, reason: str) -> ScenarioError:
    """What is said of a batch that could not be finished: why, what is kept, and how to go on."""
    try:
        missing = sum(1 for _ in _missing(batch, folder))
        kept = f"{batch.files - missing} of {batch.files} files are complete and kept in {folder}"
    except OSError:
        kept = f"what was complete is kept in {folder}"
    return ScenarioError(
        f"the batch was cut short: {reason}\n{kept}; when the cause is mended, "
        "the same command with --resume goes on from there"
    )
