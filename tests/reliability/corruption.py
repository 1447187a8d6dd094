"""Batches and draws damaged at random: refused by name, and mended to the same bytes."""

import random
import shutil
from itertools import count
from pathlib import Path

from scenarios.comparison.batch import compare_batch
from scenarios.draws import Draws, read_draws
from simulation.errors import LilliputError
from tests.reliability.findings import Times
from tests.scenarios.batch.attacks import BATCH_ATTACKS, cut, flip, simulated
from tests.scenarios.watching import contents


def refusal(folder: Path) -> str:
    """What is said when a batch is compared; nothing if it is not refused."""
    try:
        compare_batch(folder)
    except LilliputError as error:
        return str(error)
    return ""


def corrupted(draws: Draws, place: Path, first: int = 0) -> Times:
    """The faults of one corruption of a batch after the other, every kind in turn."""
    place.mkdir(exist_ok=True)
    whole_batch = simulated(draws, place / "whole")
    whole = contents(whole_batch)
    simulated(draws, place / "another", seed=2)
    for seed in count(first):
        folder = Path(shutil.copytree(whole_batch, place / "copy"))
        attack = BATCH_ATTACKS[seed % len(BATCH_ATTACKS)]
        damaged = attack(folder, random.Random(seed))
        told = refusal(folder)
        faults = [] if damaged in told and "--resume" in told else [f"not refused by name: {told}"]
        simulated(draws, folder, resume=True)
        faults += [] if contents(folder) == whole else ["other bytes"]
        yield [f"{attack.__name__} {seed}: {fault}" for fault in faults]
        shutil.rmtree(folder)


def corrupted_draws(draws: Draws, place: Path, first: int = 0) -> Times:
    """The faults of one bit flip or cut of a file of draws after the other."""
    assert draws.path is not None
    place.mkdir()
    path = place / "draws.parquet"
    shutil.copy(draws.path.with_suffix(".json"), path.with_suffix(".json"))
    for seed in count(first):
        shutil.copy(draws.path, path)
        (flip if seed % 2 else cut)(path, random.Random(seed))
        try:
            read_draws(path)
            yield [f"seed {seed}: read"]
        except LilliputError:
            yield []
