"""Batches and draws damaged at random: refused by name, and mended to the same bytes."""

import random
import shutil
from pathlib import Path

from scenarios.comparison.batch import compare_batch
from scenarios.draws import Draws, read_draws
from simulation.errors import LilliputError
from tests.reliability.findings import Finding
from tests.scenarios.batch.attacks import BATCH_ATTACKS, BOTH, cut, flip, simulated
from tests.scenarios.watching import contents


def refusal(folder: Path) -> str:
    """What is said when a batch is compared; nothing if it is not refused."""
    try:
        compare_batch(folder)
    except LilliputError as error:
        return str(error)
    return ""


def corrupted(times: int, draws: Draws, place: Path) -> Finding:
    """So many corruptions of a batch, of every kind in turn."""
    finding = Finding(
        "corruptions of a batch (bit flips, cuts, swaps, lost digests, changed manifests)",
        "refused with the name of the file; `--resume` mends to the same bytes",
        unit="corruptions",
    )
    whole_batch = simulated(draws, place / "whole")
    whole = contents(whole_batch)
    simulated(draws, place / "another", seed=2)
    for seed in range(times):
        folder = Path(shutil.copytree(whole_batch, place / "copy"))
        attack = BATCH_ATTACKS[seed % len(BATCH_ATTACKS)]
        damaged = attack(folder, random.Random(seed))
        told = refusal(folder)
        finding.expect(damaged in told and "--resume" in told, f"{attack.__name__} {seed}: {told}")
        simulated(draws, folder, resume=True)
        finding.expect(contents(folder) == whole, f"{attack.__name__} {seed}: other bytes")
        finding.times += 1
        shutil.rmtree(folder)
    finding.expect(len(BOTH) > 1, "one scenario only")
    return finding


def corrupted_draws(times: int, draws: Draws, place: Path) -> Finding:
    """So many bit flips and cuts of a file of draws."""
    finding = Finding("bit flips and cuts of parameter draws", "refused", unit="corruptions")
    assert draws.path is not None
    place.mkdir()
    path = place / "draws.parquet"
    shutil.copy(draws.path.with_suffix(".json"), path.with_suffix(".json"))
    for seed in range(times):
        shutil.copy(draws.path, path)
        (flip if seed % 2 else cut)(path, random.Random(seed))
        try:
            read_draws(path)
            finding.faults.append(f"seed {seed}: read")
        except LilliputError:
            pass
        finding.times += 1
    return finding
