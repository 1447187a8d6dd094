"""Other fits: the rules without an observation or with parameters held fixed, and the nulls.

A fit with parameters held fixed begins with a reference that draws with all of them free have
shaped, whose density is known, so that its evidence comes out. Draws are also carried back to the
prior, which says nothing of the record, by way of both likelihoods.

Refits are kept step by step in a folder, under a name that fixes everything they depend on, so that
what was done once is not done again and what was broken off goes on.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from calibration.fit.drivers import with_drivers
from calibration.fit.population import (
    STEPS,
    Effort,
    Likelihood,
    Population,
    Sampling,
    begun,
    begun_from,
    begun_near,
    no_record,
)
from calibration.fit.posterior import read_checkpoint, write_checkpoint
from calibration.fit.reference import Reference
from calibration.fit.sampler import sampled
from calibration.fit.workers import log_likelihoods, over_processes
from calibration.likelihood.likelihood import Spell
from calibration.likelihood.observations import FIGURES, Record, observations_of
from calibration.nulls.accounts import Null
from calibration.nulls.likelihood import NullFit, log_likelihood
from calibration.origin import rules_hash
from scenarios.draws import table_hash
from scenarios.run import Progress, no_progress
from simulation.arrays import Array
from simulation.parameters import parameter_table

#: Populations that settle the evidence of a null within a few hundredths.
NULL_EFFORT = Effort(population=2048, copies=1, moves=6, last_moves=40)


@dataclass(frozen=True)
class Refit:
    """What is fitted again: the record, perhaps without an observation, and parameters fixed.

    ``to_prior`` goes back to the prior, as if there were no record. ``near`` names the draws that
    the fit begins with, all fitted to the whole record with all parameters free.
    """

    name: str
    record: Record
    near: str
    without: int | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)
    to_prior: bool = False

    def settings(self, effort: Effort, seed: int) -> dict[str, Any]:
        """Everything that decides the result, as plain values."""
        return {
            "name": self.name,
            "record": self.record.fingerprint,
            "without": self.without,
            "fixed": dict(self.fixed),
            "to_prior": self.to_prior,
            "steps": list(STEPS),
            "near": self.near,
            "effort": asdict(effort),
            "seed": seed,
            "rules": rules_hash(),
            "parameter_table": table_hash(),
        }


def refit_without(record: Record, place: int, near: str) -> Refit:
    """What is fitted again to leave out an observation, ``near`` draws fitted to the whole."""
    name = observations_of(record)[place].name.replace(" ", "-")
    return Refit(f"without-{name}", record, near, without=place)


def draws_begun_with(used: int, draws_id: str, copies: int, first: int = 0) -> str:
    """How a refit names the draws it begins with: how many, of which, and copies weighted."""
    return f"{used} of {draws_id} from row {first}, {copies} copies"


def without_row(record: Record, place: int) -> tuple[Record, Spell | None]:
    """The record without a figure; or, for a move or a silence, the spell that does not count."""
    row = observations_of(record)[place]
    if row.kind in FIGURES:
        rest = record.figures[: row.place] + record.figures[row.place + 1 :]
        return replace(record, figures=rest), None
    return record, (row.pair, row.place)


def refit_log_likelihoods(
    coordinates: Array, first_vector: int, *, refit: Refit, seed: int, copies: int
) -> Array:
    """The log-likelihoods of coordinate vectors (population, parameters) for a refit.

    With an observation left out, it is imposed where it is a move, so that all else keeps its
    course, but its probability does not count. Back to the prior, nothing counts.
    """
    if refit.to_prior:
        return no_record(coordinates, first_vector)
    record, uncounted = (
        (refit.record, None) if refit.without is None else without_row(refit.record, refit.without)
    )
    return log_likelihoods(
        coordinates,
        first_vector,
        record=record,
        seed=seed,
        copies=copies,
        fixed=refit.fixed,
        uncounted=uncounted,
    )


def refitted(
    refit: Refit,
    effort: Effort,
    seed: int,
    folder: Path,
    start: Array | Reference,
    *,
    workers: int | None = None,
    each_step: Callable[[Population], None] | None = None,
) -> Population:
    """Fit again, going on from what is kept in ``folder``; ``workers`` do not matter.

    The fit begins with a reference, or with coordinates ``start`` (population, parameters) of draws
    fitted to the whole record. From a reference the log evidence of the result is that of the
    refit, and parameters that are held fixed begin at their prior; from draws back to the prior it
    is that less the evidence of the whole rules, and with an observation left out it is unknown
    (NaN). Raises ``ValueError`` for parameters held fixed without a reference.
    """
    if isinstance(start, Reference):
        names = list(parameter_table())
        start = start.freed([names.index(name) for name in refit.fixed if name in names])
    settings = refit.settings(effort, seed)
    path = _kept_path(refit, settings, folder)
    kept = read_checkpoint(path)
    if kept and kept[0].finished:
        return _returned(kept[0], start)
    if refit.fixed and not isinstance(start, Reference):
        raise ValueError("with parameters held fixed a fit begins with a reference")
    folder.mkdir(parents=True, exist_ok=True)

    def report(reached: Sampling) -> None:
        write_checkpoint(reached, settings, path)
        if each_step is not None:
            each_step(reached.population)

    wanted: list[Likelihood] = [
        partial(refit_log_likelihoods, refit=rules, seed=seed, copies=effort.copies)
        for rules in (refit, replace(refit, to_prior=False))
    ]
    if isinstance(start, Reference):
        wanted[0] = start.likelihood(wanted[0])
    with over_processes(wanted, workers) as (likelihood, base):
        if isinstance(start, Reference):
            first = with_drivers(start.standard(effort.population, seed), seed)
            begin, base = partial(begun, first, likelihood), no_record
        elif refit.to_prior:
            begin = partial(begun_from, start, likelihood, base, effort)
        else:
            begin = partial(begun_near, start, likelihood, effort)
        sampling = kept[0] if kept else begin()
        return _returned(sampled(sampling, likelihood, effort, seed, report, base), start)


def _returned(sampling: Sampling, start: Array | Reference) -> Population:
    """The population reached, in coordinates of the prior."""
    return (start.returned(sampling) if isinstance(start, Reference) else sampling).population


def kept_population(refit: Refit, effort: Effort, seed: int, folder: Path) -> Population | None:
    """The population of a finished fit, begun with draws, that is kept in ``folder``, if any."""
    kept = read_checkpoint(_kept_path(refit, refit.settings(effort, seed), folder))
    return kept[0].population if kept and kept[0].finished else None


def _kept_path(refit: Refit, settings: Mapping[str, Any], folder: Path) -> Path:
    text = json.dumps(settings, sort_keys=True)
    return folder / f"{refit.name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.fit"


def fitted_null(
    null: Null,
    record: Record,
    *,
    seed: int,
    runs: int = 4,
    effort: Effort = NULL_EFFORT,
    progress: Progress = no_progress,
) -> NullFit:
    """Fit a null by the sampler of the rules, in ``runs`` whose scatter gives an error."""
    coordinates, evidences = [], []

    def likelihood(vectors: Array, evaluated: int) -> Array:
        return log_likelihood(null, null.values(vectors), record)

    for run in range(runs):
        generator = np.random.Generator(np.random.Philox(key=[seed, run]))
        start = begun(
            generator.standard_normal((effort.population, len(null.parameters))), likelihood
        )
        reached = sampled(start, likelihood, effort, seed + run, lambda sampling: None).population
        coordinates.append(reached.coordinates)
        evidences.append(reached.log_evidence)
        progress(run + 1)
    return NullFit(null, np.concatenate(coordinates), tuple(evidences))
