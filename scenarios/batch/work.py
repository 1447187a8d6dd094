"""The work of a batch, cut into tasks that any process can carry out alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from itertools import groupby
from pathlib import Path

from scenarios.batch.manifest import Batch, Part
from scenarios.batch.store import is_complete, write_part
from scenarios.batch.workers import results_of
from scenarios.columns import batch_table
from scenarios.draws import parameters_for
from scenarios.errors import CutShortError
from scenarios.outcomes import Outcomes
from scenarios.twins import twin_outcomes
from simulation.ensemble import CHUNK

#: Scenarios simulated together, at least where there are so many, and at most: they share the
#: factual branch and the shocks.
_FEW, _MANY = 6, 32


def missing(batch: Batch, folder: Path) -> Iterator[Part]:
    """The parts of a batch that are not on disk yet."""
    return (
        part
        for part in batch.parts()
        if not is_complete(batch.path_of(part, folder), part.replicates)
    )


def tasks_of(batch: Batch, parts: Iterable[Part], workers: int) -> Iterator[list[Part]]:
    """Parts of the same replicates, for scenarios that part from history about one date.

    Replicates left over when each of the ``workers`` has had equally many are shared among them, a
    few scenarios each, so that all have work to the end.
    """

    def touched(part: Part) -> int:
        return batch.scenarios[part.scenario].first_quarter_touched

    count, numbers = len(batch.scenarios), batch.files // len(batch.scenarios)
    left_over = numbers % workers
    shared = max(_FEW, -(-count // -(-workers // (left_over or workers))))
    for number, together in groupby(parts, key=lambda part: part.number):
        size = min(shared if number >= numbers - left_over else count, _MANY)
        gathered = sorted(together, key=touched)
        for start in range(0, len(gathered), size):
            yield gathered[start : start + size]


def write_histories(
    batch: Batch, folder: Path, parts: Sequence[Part], check: Callable[[], None] | None = None
) -> int:
    """Simulate scenarios for the same replicates, write their files, and return how many histories.

    ``check`` is called before each file is written, and raises if it must not be.
    """
    first, count = parts[0].first_replicate, parts[0].replicates
    scenarios = [batch.scenarios[part.scenario] for part in parts]
    outcomes: list[list[Outcomes]] = [[] for _ in parts]
    for start in range(first, first + count, CHUNK):
        parameters = parameters_for(batch.draws, start, min(CHUNK, first + count - start))
        twins = twin_outcomes(
            parameters,
            scenarios,
            seed=batch.seed,
            first_replicate=start,
            drivers=batch.drivers,
        )
        for own, chunk in zip(outcomes, twins, strict=True):
            own.append(chunk)
    for part, own in zip(parts, outcomes, strict=True):
        if check is not None:
            check()
        write_part(batch_table(Outcomes.joined(own), len(batch.draws)), batch.path_of(part, folder))
    return count * len(parts)


def written_by_processes(
    batch: Batch, folder: Path, tasks: Iterable[list[Part]], workers: int
) -> Iterator[int]:
    """Have worker processes carry out tasks, and yield of each how many histories it has.

    Raises ``CutShortError`` if a worker process dies.
    """
    try:
        yield from results_of(_write_in_worker, (batch, folder), tasks, workers)
    except BrokenProcessPool as error:
        raise CutShortError(
            "a worker process died (killed, or there was too little memory)"
        ) from error


def _write_in_worker(place: tuple[Batch, Path], parts: list[Part]) -> int:
    return write_histories(*place, parts)
