"""What a fit leaves on disk: a checkpoint after every step, then its draws and manifest.

Whatever cuts a fit short costs a step at most.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field, FiniteFloat

from calibration.diagnostics import effective_sizes
from calibration.errors import CalibrationError
from calibration.evidence.reading import overlay_hash
from calibration.evidence.record import LAST_FITTED
from calibration.fit.drivers import DRIVERS
from calibration.fit.near import Near
from calibration.fit.population import (
    OF_MEMBERS,
    STEPS,
    Effort,
    Population,
    Sampling,
    correlations,
)
from calibration.likelihood.observations import Record
from calibration.origin import PACKAGES, rules_hash
from calibration.prior import parameters_at, parameters_of
from scenarios.disk import one_at_a_time, write_whole
from scenarios.draws import Draws, columns_of, read_draws, table_hash, write_draws
from scenarios.manifest import package_versions
from scenarios.reader import read_arrays
from simulation.arrays import Array
from simulation.errors import MISSING, Problem, raise_if_any
from simulation.parameters import parameter_table

METHOD = (
    "tempered population sampling of the conditioned likelihood, estimated by a particle filter"
)
#: Keeps the order in which draws are published apart from all other chance.
_ORDER = 3


def fit_settings(
    effort: Effort,
    name: str,
    seed: int,
    record: Record,
    evidence: Path | None = None,
    reference: str | None = None,
    near: str | None = None,
) -> dict[str, Any]:
    """Everything that decides the draws of a fit, for its checkpoint and its manifest."""
    return {
        "effort": name,
        "settings": asdict(effort),
        "steps": list(STEPS),
        "drivers": DRIVERS,
        "seed": seed,
        "reference": reference,
        "near": near,
        "evidence_overlay": None if evidence is None else overlay_hash(evidence),
        "record": record.fingerprint,
        "rules": rules_hash(),
        "prior": table_hash(),
    }


def finished_draws(out: Path, settings: Mapping[str, Any]) -> Draws | None:
    """The draws of a fit that came to its end; none if it did not, or never began.

    Raises ``CalibrationError`` if those at ``out`` were made under other settings,
    ``ScenarioError`` if they are damaged, and ``OSError`` if they are being written.
    """
    manifest, checkpoint = out.with_suffix(".json"), checkpoint_path(out)
    if checkpoint.exists() or not out.exists():
        return None
    with one_at_a_time(out, manifest, checkpoint):
        draws = read_draws(out)
    kept = {name: draws.manifest[name] for name in settings if name in draws.manifest}
    problems = setting_differences(settings, kept)
    raise_if_any("the fit cannot be resumed", problems, CalibrationError)
    return draws


def write_posterior(
    sampling: Sampling, settings: Mapping[str, Any], out: Path, near: Near | None = None
) -> Draws:
    """Write the population reached as draws (Parquet) with a manifest (JSON) beside them.

    The log evidence is that of draws with which it began. The rows are shuffled, so that any number
    of them from the top are a fair sample.
    """
    generator = np.random.Generator(np.random.Philox(key=[settings["seed"], _ORDER]))
    order = generator.permutation(len(sampling.population.coordinates))
    parameters = parameters_at(sampling.population.coordinates[order])
    return write_draws(columns_of(parameters), posterior_manifest(sampling, settings, near), out)


def posterior_manifest(
    sampling: Sampling, settings: Mapping[str, Any], near: Near | None = None
) -> dict[str, Any]:
    """What the draws are, how they were made, how well they fit and how far they can be trusted.

    Draws that began with others, ``near`` the posterior, have their evidence, and are worth no more
    than what they still have in common with them allows.
    """
    population = sampling.population
    parameters = parameters_of(population.coordinates)
    chain = parameters[np.newaxis]
    sizes = {kind: effective_sizes(chain, kind) for kind in ("bulk", "tail")}
    memory = correlations(parameters_of(sampling.before), parameters)
    if near is not None:
        sizes = {kind: near.worth(size, memory) for kind, size in sizes.items()}
    return {
        "kind": "provisional",
        "made_by": "lilliput calibrate fit",
        "method": METHOD,
        **settings,
        "fitted_to": LAST_FITTED,
        "log_evidence": round(population.log_evidence, 3),
        "log_evidence_error": round(population.evidence_error, 3),
        "families": population.families,
        **({} if near is None else near.evidence),
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
        "powers": [float(f"{power:.4g}") for power in sampling.powers],
        "versions": package_versions(*PACKAGES),
    }


def checkpoint_path(out: Path) -> Path:
    """Where the checkpoint of a fit is kept: beside the file that it will write."""
    return out.with_name(f"{out.name}.checkpoint")


def write_checkpoint(sampling: Sampling, settings: Mapping[str, Any], path: Path) -> None:
    """Keep a sampling and its settings; the file is complete or the one before it stays."""
    population = sampling.population
    manifest = {
        "settings": dict(settings),
        "power": population.power,
        "log_evidence": population.log_evidence,
        "evaluated": population.evaluated,
        "steps": sampling.steps,
        "left": sampling.left,
        "lengths": sampling.lengths,
        "stages": [{"power": power} for power in sampling.powers],
    }
    arrays = {name: getattr(population, name) for name in OF_MEMBERS} | {"before": sampling.before}
    buffer = io.BytesIO()
    np.savez(buffer, manifest=np.array(json.dumps(manifest)), **arrays)
    write_whole(path, buffer.getvalue())


def read_checkpoint(path: Path) -> tuple[Sampling, dict[str, Any]] | None:
    """The sampling that was kept and its settings; none if the file is no whole checkpoint."""
    try:
        kept = read_arrays(path)
        said = _Manifest.model_validate_json(str(kept["manifest"]))
        population = Population(
            **{name: kept[name] for name in OF_MEMBERS},
            power=said.power,
            log_evidence=said.log_evidence,
            evaluated=said.evaluated,
        )
        before = kept["before"]
    except (OSError, ValueError, KeyError):
        return None
    if not _is_whole(population, before):
        return None
    powers = tuple(stage.power for stage in said.stages)
    return Sampling(population, said.steps, said.left, before, said.lengths, powers), said.settings


class _Stage(BaseModel):
    """What a checkpoint says of one power of the likelihood."""

    power: float


class _Manifest(BaseModel):
    """What a checkpoint says of itself."""

    settings: dict[str, Any]
    power: Annotated[FiniteFloat, Field(ge=0, le=1)]
    log_evidence: float
    evaluated: Annotated[int, Field(ge=0)]
    steps: Annotated[int, Field(ge=0)]
    left: Annotated[int, Field(ge=0)]
    lengths: tuple[FiniteFloat, ...]
    stages: tuple[_Stage, ...]


def _is_whole(population: Population, before: Array) -> bool:
    """Whether the arrays of a checkpoint belong together."""
    members = population.coordinates.shape[:1]
    singles = (population.log_likelihood, population.ancestor, population.base)
    return (
        population.coordinates.ndim == 2
        and before.shape == population.coordinates.shape
        and all(each.shape == members for each in singles)
        and population.ancestor.dtype.kind == "i"
        and all(each.dtype.kind == "f" for each in (population.coordinates, before, *singles[::2]))
        and bool(np.isfinite(population.coordinates).all())
    )


def setting_differences(wanted: Mapping[str, Any], kept: Mapping[str, Any]) -> list[Problem]:
    """In what the settings of a fit differ from those that are kept of one that was begun."""
    return [
        Problem(
            "--resume",
            name,
            wanted.get(name, MISSING),
            f"{kept.get(name, '(missing)')!r}, as begun",
        )
        for name in sorted({*wanted, *kept})
        if wanted.get(name) != kept.get(name)
    ]
