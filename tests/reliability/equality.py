"""The same seed, the same result to the last bit: chunks, workers, Mesa, other Pythons."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.same_rules import HISTORIES, PROGRAM, SEED
from scenarios.batch.run import run_batch
from scenarios.draws import Draws, parameters_for
from scenarios.files import scenario_named
from simulation.ensemble import simulate, simulate_in_chunks
from simulation.model import AllianceModel
from simulation.stages import QUANTITIES, array_fields
from tests.reliability.findings import Times
from tests.reliability.material import OTHER
from tests.scenarios.watching import contents

ROOT = Path(__file__).parents[2]
#: Interpreters besides this one, named by this variable, apart as in PATH.
PYTHONS = "LILLIPUT_PYTHONS"
KEEP = ("status", "strain", "delivered")
#: Histories in a piece.
SIZES = (1, 7, 64, 500)


def chunks(draws: Draws, most: int = 2_000) -> Times:
    """The faults of histories that are simulated in pieces of one size after the other."""
    parameters, scenario = parameters_for(draws, 0, most), scenario_named(OTHER)
    whole = simulate(parameters, scenario, seed=3, keep=KEEP)
    for chunk in SIZES:
        some = min(most, 40 * chunk)
        own = parameters.replicate(slice(0, some))
        parts = list(simulate_in_chunks(own, scenario, seed=3, keep=KEEP, chunk=chunk))
        joined = {n: np.concatenate([part.arrays[n] for part in parts], axis=-1) for n in KEEP}
        other = [n for n in KEEP if not np.array_equal(joined[n], whole.arrays[n][..., :some])]
        yield [f"{name} in chunks of {chunk}" for name in other]


def workers(draws: Draws, place: Path) -> Times:
    """The faults of a batch by two processes, and by three, beside that by one."""
    scenarios = [scenario_named(name) for name in ("historical", OTHER)]

    def made(by: int) -> dict[str, bytes]:
        folder = place / f"by-{by}"
        return contents(run_batch(scenarios, draws, 200, 1, folder, workers=by, chunk=50))

    alone = made(1)
    for by in (2, 3):
        yield [] if made(by) == alone else [f"other bytes by {by} processes"]


def mesa(draws: Draws, replicates: int = 40) -> Times:
    """The faults of one history of the Mesa model after the other, in every quantity and quarter.

    Each is held against that of the ensemble.
    """
    parameters, scenario = parameters_for(draws, 0, replicates), scenario_named(OTHER)
    ensemble = simulate(parameters, scenario, seed=5, keep=QUANTITIES)
    for replicate in range(replicates):
        own = parameters.replicate(slice(replicate, replicate + 1))
        model = AllianceModel(scenario_choice=scenario, seed=5, replicate=replicate, parameters=own)
        faults = []
        for quarter in range(len(ensemble.arrays["status"])):
            model.step()
            for name, array in (array_fields(model.state) | array_fields(model.account)).items():
                kept = ensemble.arrays[name][quarter]
                column = kept[..., min(replicate, kept.shape[-1] - 1)]
                if not np.array_equal(array[..., 0], column):
                    faults.append(f"{name} of replicate {replicate} in quarter {quarter}")
        yield faults


def pythons() -> dict[str, str]:
    """Other interpreters with lilliput's packages, by version."""
    named = [place for place in os.environ.get(PYTHONS, "").split(os.pathsep) if place]
    newer = ROOT / ".venv-newer" / "bin" / "python"
    found = [*named, *([str(newer)] if newer.exists() else [])]
    return {
        _said(python, "import sys; print(sys.version.split()[0])").strip(): python
        for python in found
    }


def under_other_pythons() -> Times:
    """The faults of the whole catalogue under one other interpreter after the other."""
    program = PROGRAM.format(histories=HISTORIES, seed=SEED)
    here = json.loads(_said(sys.executable, program))
    for version, python in pythons().items():
        there = json.loads(_said(python, program))
        other = [name for name in here.keys() | there.keys() if here.get(name) != there.get(name)]
        yield [f"{name} under Python {version}" for name in sorted(other)]


def _said(python: str, program: str) -> str:
    """What a program prints that an interpreter carries out."""
    return subprocess.run(
        [python, "-c", program],
        cwd=ROOT,
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
