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
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from calibration.checkpoint import read_checkpoint, write_checkpoint
from calibration.errors import CalibrationError
from calibration.likelihood import Record, observation_settings
from calibration.observations import FIGURES, observations_of
from calibration.origin import rules_hash
from calibration.particles import Spell, filtered_log_likelihood
from calibration.pointwise import TOGETHER, with_fixed
from calibration.prior import draw_coordinates, parameters_at
from calibration.sampler import Effort, Likelihood, Population, Sampling, begun, begun_near, sampled
from calibration.workers import worker_processes
from scenarios.draws import table_hash
from simulation.arrays import Array


@dataclass(frozen=True)
class Refit:
    """What is to be fitted again: the record, the place of an observation left out, and parameters held fixed.

    ``near`` names the draws that the fit begins with, where it does not begin with draws from the prior.
    """

    name: str
    record: Record
    without: int | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)
    near: str | None = None

    def settings(self, effort: Effort, seed: int) -> dict[str, Any]:
        """Everything that decides the result, as plain values."""
        record = repr((self.record, sorted(observation_settings().items())))
        return {
            "name": self.name,
            "record": hashlib.sha256(record.encode()).hexdigest(),
            "without": self.without,
            "fixed": dict(self.fixed),
            "near": self.near,
            "effort": asdict(effort),
            "seed": seed,
            "rules": rules_hash(),
            "parameter_table": table_hash(),
        }


def refit_without(record: Record, place: int, near: str | None = None) -> Refit:
    """What is to be fitted again to leave the observation of a place out, ``near`` draws fitted to the whole."""
    name = observations_of(record)[place].name.replace(" ", "-")
    return Refit(f"without-{name}", record, without=place, near=near)


def draws_begun_with(used: int, draws_id: str, copies: int) -> str:
    """By what name a refit knows the draws it begins with: how many, of which, weighted over how many copies."""
    return f"{used} of {draws_id}, {copies} copies"


def without_row(record: Record, place: int) -> tuple[Record, Spell | None]:
    """The record without a figure; without an event or a silence, the whole record and the spell not to be counted."""
    row = observations_of(record)[place]
    if row.kind in FIGURES:
        name = FIGURES[row.kind]
        held = getattr(record, name)
        rest: dict[str, Any] = {name: held[: row.place] + held[row.place + 1 :]}
        return replace(record, **rest), None
    return record, (row.pair, row.place)


def refit_log_likelihoods(
    coordinates: Array, refit: Refit, seed: int, copies: int, first_vector: int
) -> Array:
    """The log-likelihoods of coordinate vectors (population, parameters) for a refit, shape (population,).

    With an observation left out, it is imposed where it is a move, so that all else keeps its course, but its
    probability does not count.
    """
    record, uncounted = (
        (refit.record, None) if refit.without is None else without_row(refit.record, refit.without)
    )
    task = max(1, TOGETHER // copies)
    return np.concatenate(
        [
            filtered_log_likelihood(
                with_fixed(parameters_at(coordinates[start : start + task], copies), refit.fixed),
                record,
                seed=seed,
                copies=copies,
                first_vector=first_vector + start,
                uncounted=uncounted,
            )
            for start in range(0, len(coordinates), task)
        ]
    )


def refitted(
    refit: Refit,
    effort: Effort,
    seed: int,
    folder: Path,
    *,
    workers: int | None = None,
    told: Callable[[Population], None] | None = None,
    start: Array | None = None,
) -> Population:
    """Fit again, going on from what is kept in ``folder``; the result does not depend on ``workers``.

    The fit begins with draws from the prior, or with coordinates ``start`` (population, parameters) near the posterior.
    """
    finished = kept_population(refit, effort, seed, folder)
    if finished is not None:
        return finished
    settings = refit.settings(effort, seed)
    path = _kept_path(refit, settings, folder)
    kept = read_checkpoint(path) if path.is_file() else None
    folder.mkdir(parents=True, exist_ok=True)

    def report(reached: Sampling) -> None:
        write_checkpoint(reached, settings, path)
        if told is not None:
            told(reached.population)

    with _likelihood_of(refit, seed, effort.copies, workers or os.cpu_count() or 1) as likelihood:
        if kept:
            begin = kept[0]
        elif start is None:
            begin = begun(draw_coordinates(effort.population, seed), likelihood)
        else:
            begin = begun_near(start, likelihood, effort)
        return sampled(begin, likelihood, effort, seed, report).population


def kept_population(refit: Refit, effort: Effort, seed: int, folder: Path) -> Population | None:
    """The population of a finished fit that is kept in ``folder``; none if there is none."""
    path = _kept_path(refit, refit.settings(effort, seed), folder)
    kept = read_checkpoint(path) if path.is_file() else None
    return kept[0].population if kept is not None and kept[0].finished else None


def _kept_path(refit: Refit, settings: Mapping[str, Any], folder: Path) -> Path:
    told = json.dumps(settings, sort_keys=True)
    return folder / f"{refit.name}-{hashlib.sha256(told.encode()).hexdigest()[:12]}.fit"


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
