"""Many scenarios, each simulated many times, here or on a cluster: the same files either way.

Replicate r of every scenario has the same draw and the same shocks, so that a counterfactual's
history can be set beside its factual twin. Whatever cuts a batch short, the files written so far
stay, and the batch can be resumed.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from scenarios.batch.address import UNNAMED, Certificates, cluster_problems
from scenarios.batch.cluster import connected
from scenarios.batch.integrity import has_damaged_manifest, remove_damaged
from scenarios.batch.manifest import CHUNK, MANIFEST, MOST_REPLICATES, Batch, Part, differences
from scenarios.batch.store import (
    busy,
    is_locked,
    link_problems,
    locked,
    read_manifest,
    remove_parts,
    remove_unfinished,
    strange_names,
    write_manifest,
)
from scenarios.batch.work import missing, tasks_of, write_histories, written_by_processes
from scenarios.disk import absolute, unfit_folder
from scenarios.draws import Draws
from scenarios.errors import CutShortError, ScenarioError
from scenarios.files import NAME, NAME_WORDS
from scenarios.reader import MOST_SEED
from scenarios.run import Progress
from simulation.drivers.spells import DriverChoice
from simulation.errors import Problem, raise_if_any
from simulation.interventions import Scenario

_TITLE = "this batch cannot be made"
#: What carries out tasks, and yields of each how many histories it has written.
Writer = Callable[[Iterable[list[Part]]], Iterator[int]]


def run_batch(
    scenarios: Sequence[Scenario],
    draws: Draws,
    replicates: int,
    seed: int,
    folder: Path,
    *,
    workers: int | None = None,
    dask: str | None = None,
    certificates: Certificates = UNNAMED,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    chunk: int = CHUNK,
    drivers: DriverChoice = "drawn",
) -> Path:
    """Simulate every scenario ``replicates`` times into a folder, and return the folder.

    ``workers`` is the number of processes (all cores unless given; with 1 the work is done in this
    process). ``dask`` is the address of a Dask scheduler whose workers do the work instead; they
    must see the same folder; ``certificates`` are those with which it is reached if its address
    begins with ``tls://``. ``resume`` goes on with a batch that was cut short and makes damaged
    files anew, ``overwrite`` replaces the batch that is there. ``progress`` receives the number of
    histories that are on disk. ``drivers`` are drawn within their coded ranges or as coded. Raises
    ``ScenarioError`` that lists everything that stands in the way, or says what cut the batch short
    and what is kept.

    Worker processes read the script that started them. Unless ``workers`` is 1 or ``dask`` is
    given, a script must therefore call this below ``if __name__ == "__main__":``, or every worker
    would begin the batch anew and fail.
    """
    batch = Batch(tuple(scenarios), draws, replicates, seed, chunk, drivers)
    folder = absolute(folder)
    problems = batch_problems(batch, workers) + cluster_problems(dask, workers, certificates)
    if replicates > 0 and chunk > 0:
        problems += folder_problems(batch, folder, resume, overwrite)
    raise_if_any(_TITLE, problems, ScenarioError)
    try:
        with ExitStack() as stack:
            cluster = None if dask is None else stack.enter_context(connected(dask, certificates))
            stack.enter_context(locked(folder))
            raise_if_any(_TITLE, _content_problems(batch, folder, resume, overwrite), ScenarioError)
            remove_unfinished(folder)
            stack.callback(remove_unfinished, folder)  # of workers that are ended half-way
            if cluster is None:
                hands = workers or os.cpu_count() or 1
                write = _local_writer(batch, folder, hands)
            else:
                hands = cluster.threads
                write = partial(cluster.written, batch, stack.enter_context(cluster.terms(folder)))
            if overwrite:
                remove_parts(folder)
            if resume:
                remove_damaged(batch, folder)
            if not (folder / MANIFEST).exists():
                write_manifest(batch, folder)
            _carry_out(batch, folder, write, hands, progress or (lambda _: None))
    except CutShortError as error:
        raise _cut_short(batch, folder, str(error)) from error
    except OSError as error:
        raise _cut_short(batch, folder, f"the disk refused: {error.strerror or error}") from error
    return folder


def batch_problems(batch: Batch, workers: int | None = None) -> list[Problem]:
    """What is wrong with the scenarios and numbers of a batch."""
    names = [scenario.name for scenario in batch.scenarios]
    problems = [Problem("batch", "scenarios", names, "at least one scenario")] if not names else []
    for name in dict.fromkeys(names):
        if not NAME.fullmatch(name):
            problems.append(Problem("batch", "scenario", name, f"a name of {NAME_WORDS}"))
        if names.count(name) > 1:
            allowed = "each name once; two scenarios have it"
            problems.append(Problem("batch", "scenario", name, allowed))
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
    """What stands in the way of writing a batch into a folder; looking leaves nothing behind."""
    problems = unfit_folder(folder, "--out", "folder")
    if problems or not folder.exists():
        return problems
    if problems := link_problems(folder):
        return problems
    if is_locked(folder):
        return [busy(folder)]
    return _content_problems(batch, folder, resume, overwrite)


def _content_problems(batch: Batch, folder: Path, resume: bool, overwrite: bool) -> list[Problem]:
    """What a folder holds that a batch may not be written over or added to."""
    if links := link_problems(folder):
        return links
    manifest = read_manifest(folder)
    damaged = has_damaged_manifest(batch, folder)
    if manifest is None and not damaged:
        if not (strange := strange_names(folder)):
            return []
        allowed = f"new, empty, or holds a batch; this one holds {', '.join(strange[:5])}"
        return [Problem("--out", "folder", str(folder), f"a folder that is {allowed}")]
    different = [] if damaged or manifest is None else differences(batch, manifest)
    if overwrite or resume:
        return [] if overwrite else different
    if damaged:
        state = f"this batch with a damaged {MANIFEST}"
    elif different:
        state = "another batch"
    else:
        unfinished = any(True for _ in missing(batch, folder))
        state = "this batch, unfinished" if unfinished else "this batch, finished"
    allowed = (
        f"a folder without a batch; it holds {state}; --resume goes on with an unfinished batch "
        "and makes damaged files anew, --overwrite replaces whatever batch is there"
    )
    return [Problem("--out", "folder", str(folder), allowed)]


def _local_writer(batch: Batch, folder: Path, workers: int) -> Writer:
    """What carries out tasks on this machine: this process, or so many workers."""
    if workers == 1:
        return partial(map, partial(write_histories, batch, folder))
    return partial(written_by_processes, batch, folder, workers=min(workers, batch.files))


def _carry_out(batch: Batch, folder: Path, write: Writer, hands: int, progress: Progress) -> None:
    """Simulate and write every part that is missing; ``progress`` takes the histories on disk."""
    done = batch.histories - sum(part.replicates for part in missing(batch, folder))
    progress(done)
    for replicates in write(tasks_of(batch, missing(batch, folder), hands)):
        done += replicates
        progress(done)


def _cut_short(batch: Batch, folder: Path, reason: str) -> ScenarioError:
    """What is said of a batch that could not be finished: why, what is kept, and how to go on."""
    try:
        complete = batch.files - sum(1 for _ in missing(batch, folder))
        kept = f"{complete} of {batch.files} files are complete and kept in {folder}"
    except OSError:
        kept = f"what was complete is kept in {folder}"
    return ScenarioError(
        f"the batch was cut short: {reason}\n{kept}; when the cause is mended, "
        "the same command with --resume goes on from there"
    )
