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
from tests.reliability.findings import Finding
from tests.reliability.material import OTHER
from tests.scenarios.watching import contents

ROOT = Path(__file__).parents[2]
#: Interpreters besides this one, named by this variable, apart as in PATH.
PYTHONS = "LILLIPUT_PYTHONS"
KEEP = ("status", "strain", "delivered")


def chunks(histories: int, draws: Draws) -> Finding:
    """Histories in one piece and in pieces of every size."""
    finding = Finding("histories in chunks of 1, 7, 64 and 500", "the same bits", unit="histories")
    parameters, scenario = parameters_for(draws, 0, histories), scenario_named(OTHER)
    whole = simulate(parameters, scenario, seed=3, keep=KEEP)
    for chunk in (1, 7, 64, 500):
        some = min(histories, 40 * chunk)
        parts = list(
            simulate_in_chunks(
                parameters.replicate(slice(0, some)), scenario, seed=3, keep=KEEP, chunk=chunk
            )
        )
        for name in KEEP:
            joined = np.concatenate([part.arrays[name] for part in parts], axis=-1)
            same = np.array_equal(joined, whole.arrays[name][..., :some])
            finding.expect(same, f"{name} in chunks of {chunk}")
        finding.times += some
    return finding


def workers(draws: Draws, place: Path) -> Finding:
    """A batch by one, two and three processes."""
    finding = Finding("batches by 1, 2 and 3 processes", "the same bytes", unit="batches")
    scenarios = [scenario_named(name) for name in ("historical", OTHER)]
    made = [
        contents(run_batch(scenarios, draws, 200, 1, place / f"{n}", workers=n, chunk=50))
        for n in (1, 2, 3)
    ]
    finding.times = len(made)
    finding.expect(made[0] == made[1] == made[2], "other bytes")
    return finding


def mesa(replicates: int, draws: Draws) -> Finding:
    """Replicates of the Mesa model beside those of the ensemble, in every quantity and quarter."""
    finding = Finding("histories in Mesa, quarter by quarter", "the same bits", unit="histories")
    parameters, scenario = parameters_for(draws, 0, replicates), scenario_named(OTHER)
    ensemble = simulate(parameters, scenario, seed=5, keep=QUANTITIES)
    for replicate in range(replicates):
        own = parameters.replicate(slice(replicate, replicate + 1))
        model = AllianceModel(scenario_choice=scenario, seed=5, replicate=replicate, parameters=own)
        for quarter in range(len(ensemble.arrays["status"])):
            model.step()
            for name, array in (array_fields(model.state) | array_fields(model.account)).items():
                kept = ensemble.arrays[name][quarter]
                column = kept[..., min(replicate, kept.shape[-1] - 1)]
                same = np.array_equal(array[..., 0], column)
                finding.expect(same, f"{name} of replicate {replicate} in quarter {quarter}")
        finding.times += 1
    return finding


def pythons() -> Finding:
    """Every scenario under other interpreters, as far as there are any with lilliput's packages."""
    finding = Finding("the catalogue under other Pythons", "the same bits", unit="Pythons")
    program = PROGRAM.format(histories=HISTORIES, seed=SEED)
    named = [place for place in os.environ.get(PYTHONS, "").split(os.pathsep) if place]
    newer = ROOT / ".venv-newer" / "bin" / "python"
    found = [*named, *([str(newer)] if newer.exists() else [])]
    digests = []
    for python in (sys.executable, *found):
        said = subprocess.run(
            [python, "-c", f"import sys; print(sys.version.split()[0])\n{program}"],
            cwd=ROOT,
            env=dict(os.environ, PYTHONPATH=str(ROOT)),
            capture_output=True,
            text=True,
            check=False,
        )
        if said.returncode:
            finding.faults.append(f"{python}: {said.stderr[-300:]}")
            continue
        version, told = said.stdout.split("\n", 1)
        finding.unit += f"{', ' if digests else ': '}{version}"
        digests.append(json.loads(told))
    finding.times = len(digests)
    finding.expect(all(each == digests[0] for each in digests), "other bits")
    return finding
