"""The rules fitted again: with an observation left out of the record, or with parameters held fixed.

Refits are kept step by step in a folder, under a name that fixes everything they depend on, so that what was
done once is not done again and what was broken off goes on.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from calibration.checkpoint import read_checkpoint, write_checkpoint
from calibration.errors import CalibrationError
from calibration.likelihood import Record, mean_weight, observation_settings
from calibration.origin import rules_hash
from calibration.particles import filtered_log_likelihood
from calibration.pointwise import TOGETHER, log_parts, with_fixed
from calibration.prior import draw_coordinates, parameters_at
from calibration.sampler import Effort, Likelihood, Population, Sampling, begun, sampled
from calibration.workers import worker_processes
from scenarios.draws import table_hash
from simulation.arrays import Array


@dataclass(frozen=True)
class Refit:
    """What is to be fitted again: the record, the place of an observation left out, and parameters held fixed."""

    name: str
    record: Record
    without: int | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)

    def settings(self, effort: Effort, seed: int) -> dict[str, Any]:
        """Everything that decides the result, as plain values."""
        record = repr((self.record, sorted(observation_settings().items())))
        return {
            "name": self.name,
            "record": hashlib.sha256(record.encode()).hexdigest(),
            "without": self.without,
            "fixed": dict(self.fixed),
            "effort": asdict(effort),
            "seed": seed,
            "rules": rules_hash(),
            "parameter_table": table_hash(),
        }


def refit_log_likelihoods(
    coordinates: Array, refit: Refit, seed: int, copies: int, first_vector: int
) -> Array:
    """The log-likelihoods of coordinate vectors (population, parameters) for a refit, shape (population,).

    With an observation left out, it is imposed where it is a move, so that all else keeps its course, but its
    probability does not count.
    """
    found = []
    task = max(1, TOGETHER // copies)
    for start in range(0, len(coordinates), task):
        some = coordinates[start : start + task]
        drawn = with_fixed(parameters_at(some, copies), refit.fixed)
        first = first_vector + start
        if refit.without is None:
            found.append(
                filtered_log_likelihood(drawn, refit.record, seed=seed, copies=copies, first_vector=first)
            )
            continue
        parts, _ = log_parts(drawn, refit.record, seed=seed, first_replicate=first * copies)
        rest = np.delete(parts, refit.without, axis=0).sum(axis=0)
        found.append(mean_weight(rest.reshape(len(some), copies)))
    return np.concatenate(found)


def refitted(
    refit: Refit,
    effort: Effort,
    seed: int,
    folder: Path,
    *,
    workers: int | None = None,
    told: Callable[[Population], None] | None = None,
) -> Population:
    """Fit again, going on from what is kept in ``folder``; the result does not depend on ``workers``."""
    settings = refit.settings(effort, seed)
    told_settings = json.dumps(settings, sort_keys=True)
    path = folder / f"{refit.name}-{hashlib.sha256(told_settings.encode()).hexdigest()[:12]}.fit"
    kept = read_checkpoint(path) if path.is_file() else None
    if kept is not None and kept[0].finished:
        return kept[0].population
    folder.mkdir(parents=True, exist_ok=True)

    def report(reached: Sampling) -> None:
        write_checkpoint(reached, settings, path)
        if told is not None:
            told(reached.population)

    with _likelihood_of(refit, seed, effort.copies, workers or os.cpu_count() or 1) as likelihood:
        start = kept[0] if kept else begun(draw_coordinates(effort.population, seed), likelihood)
        return sampled(start, likelihood, effort, seed, report).population


@contextmanager
def _likelihood_of(refit: Refit, seed: int, copies: int, workers: int) -> Iterator[Likelihood]:
    """The likelihood of a refit over worker processes; every vector has shocks of its own, whoever works it out."""
    if workers == 1:
        yield lambda coordinates, evaluated: refit_log_likelihoods(
            coordinates, refit, seed, copies, evaluated
        )
        return
    with worker_processes(workers) as executor:

        def likelihood(coordinates: Array, evaluated: int) -> Array:
            share = -(-len(coordinates) // workers)
            parts = [
                (start, coordinates[start : start + share]) for start in range(0, len(coordinates), share)
            ]
            asked = [
                executor.submit(refit_log_likelihoods, part, refit, seed, copies, evaluated + start)
                for start, part in parts
            ]
            try:
                return np.concatenate([task.result() for task in asked])
            except BrokenProcessPool as error:
                raise CalibrationError(
                    "the fit was cut short: a worker process died (killed, or there was too little memory)\n"
                    "what was reached is kept; the same command goes on from there"
                ) from error

        yield likelihood
