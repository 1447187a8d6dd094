"""A fit's draws as a file: parameters in Parquet with a manifest that says how they were made and how good they are."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from calibration.diagnostics import effective_sizes
from calibration.fit.sampler import Sampling, correlations
from calibration.likelihood.likelihood import LAST_FITTED
from calibration.origin import PACKAGES
from calibration.prior import parameters_at
from scenarios.draws import Draws, write_draws
from scenarios.manifest import package_versions
from simulation.parameters import parameter_table

METHOD = (
    "tempered population sampling of the conditioned likelihood, estimated by a particle filter"
)
#: Keeps the order in which draws are published apart from all other chance.
_ORDER = 3


def write_posterior(sampling: Sampling, settings: Mapping[str, Any], out: Path) -> Draws:
    """Write the population reached as draws (Parquet) with a manifest (JSON) beside them.

    The rows are shuffled, so that any number of them from the top are a fair sample.
    """
    generator = np.random.Generator(np.random.Philox(key=[settings["seed"], _ORDER]))
    order = generator.permutation(len(sampling.population.coordinates))
    drawn = parameters_at(sampling.population.coordinates[order])
    frame = pd.DataFrame({name: drawn[name] for name in parameter_table()})
    return write_draws_whole(frame, posterior_manifest(sampling, settings), out)


def posterior_manifest(sampling: Sampling, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the draws are, how they were made, how well they fit and how far they can be trusted."""
    population = sampling.population
    chain = population.coordinates[np.newaxis]
    sizes = {kind: effective_sizes(chain, kind) for kind in ("bulk", "tail")}
    memory = correlations(sampling.before, population.coordinates)
    return {
        "kind": "provisional",
        "made_by": "lilliput calibrate fit",
        "method": METHOD,
        **settings,
        "fitted_to": LAST_FITTED,
        "log_evidence": round(population.log_evidence, 3),
        "log_evidence_error": round(population.evidence_error, 3),
        "families": population.families,
        "mean_log_likelihood": round(float(population.log_likelihood.mean()), 2),
        "effective_size": {
            "bulk_least": round(float(sizes["bulk"].min())),
            "bulk_median": round(float(np.median(sizes["bulk"]))),
            "tail_least": round(float(sizes["tail"].min())),
            "tail_median": round(float(np.median(sizes["tail"]))),
        },
        "effective_size_of": {
            name: round(float(size))
            for name, size in zip(
                parameter_table(), np.minimum(sizes["bulk"], sizes["tail"]), strict=True
            )
        },
        "memory_of_last_bridge": {
            "mean": round(float(memory.mean()), 3),
            "most": round(float(memory.max()), 3),
        },
        "vectors_evaluated": population.evaluated,
        "powers": [float(f"{stage.power:.4g}") for stage in sampling.stages],
        "versions": package_versions(*PACKAGES),
    }


def write_draws_whole(frame: pd.DataFrame, manifest: Mapping[str, Any], out: Path) -> Draws:
    """Write draws and their manifest so that each file has its name only when it is complete."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        made = Path(folder) / out.name
        draws = write_draws(frame, manifest, made)
        for path in (made, made.with_suffix(".json")):
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.replace(out.with_name(path.name))
    return Draws(draws.frame, draws.id, draws.kind, out, draws.table)
