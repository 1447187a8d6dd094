"""What each mechanism adds: the rules fitted again without it, one at a time, and compared with the whole.

A mechanism is off when its parameters are held at the values of ``calibration/mechanisms.toml``, at which it
says nothing. All else is fitted anew, so that the rest may take its place: draws fitted to the whole rules are
carried to those of the rest, which gives the ratio of their evidence directly. Source: Gelman & Meng 1998.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy import special

from calibration.checks.leave_one_out import MOST_K, smoothed
from calibration.evidence.lines import read_entries
from calibration.fit.population import Effort, Population
from calibration.fit.refit import Refit, refit_log_likelihoods, refitted
from calibration.likelihood.observations import Record
from calibration.likelihood.pointwise import pointwise_of
from calibration.likelihood.scores import Difference, paired
from calibration.prior import Coordinates
from simulation.arrays import Array
from simulation.errors import Problem, unknown
from simulation.parameters import parameter_problems, source_keys


class MechanismEntry(BaseModel):
    """A table of ``calibration/mechanisms.toml``; its name is that of the mechanism."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meaning: str
    off: dict[str, float]
    source: str
    lines: str
    note: str


@dataclass(frozen=True)
class Mechanism:
    """A mechanism of the rules: what it claims, the parameters that switch it off, and who claims it."""

    name: str
    meaning: str
    off: Mapping[str, float]
    source: str
    lines: str
    note: str


@dataclass(frozen=True)
class Scored:
    """How well draws account for the record.

    ``fit`` is the log-likelihood of each draw, (draws,), and ``families`` how many of the draws are unrelated;
    ``single`` the mean log-probability of each observation given all others, ``left_out`` the log score of each left
    out, (observations,) both, and ``failing`` for how many of those weights fail.
    """

    fit: Array
    families: int
    single: Array
    left_out: Array
    failing: int


@dataclass(frozen=True)
class Added:
    """What a mechanism adds: the whole minus the rules without it.

    ``evidence`` is in log evidence, with its ``error``; ``fit`` in the mean log-likelihood of the draws; ``left_out``
    in the log score of observations left out, of which ``failing`` have weights that fail in the fit without it;
    ``single`` (observations,) in the mean log-probability of each given the others. ``families`` is how many draws of
    the whole rules its population descends from.
    """

    mechanism: Mechanism
    evidence: float
    error: float
    fit: Difference
    left_out: Difference
    single: Array
    failing: int
    families: int

    @property
    def prior(self) -> float:
        """What is left of the evidence beside the fit: plus if the draws lie nearer to the prior with the mechanism.

        Formula: log evidence = mean log-likelihood of the posterior - its Kullback-Leibler divergence from the prior.
        """
        return self.evidence - self.fit.mean


def read_mechanisms(path: Path) -> tuple[Mechanism, ...]:
    """The mechanisms of a TOML file; every problem is reported at once.

    Raises ``CalibrationError`` for broken TOML, missing or unknown keys, unknown sources, and parameters that
    are unknown or out of bounds.
    """
    entries = read_entries(
        path, MechanismEntry, "the mechanisms cannot be used", _mechanism_problems
    )
    return tuple(Mechanism(name, **dict(entry)) for name, entry in entries.items())


def _mechanism_problems(where: str, entry: MechanismEntry) -> list[Problem]:
    problems = parameter_problems(where, entry.off)
    if not entry.off:
        problems.append(Problem(where, "off", entry.off, "at least one parameter"))
    if entry.source not in source_keys():
        problems.append(unknown(where, "source", entry.source, source_keys()))
    return problems


@cache
def shipped_mechanisms() -> tuple[Mechanism, ...]:
    """The mechanisms of ``calibration/mechanisms.toml``."""
    return read_mechanisms(Path(str(files("calibration").joinpath("mechanisms.toml"))))


def added(
    mechanism: Mechanism,
    whole: Scored,
    record: Record,
    effort: Effort,
    seed: int,
    folder: Path,
    start: Coordinates,
    near: str,
    *,
    workers: int | None = None,
    told: Callable[[Population], None] | None = None,
) -> Added:
    """What a mechanism adds to the rest, going on from what is kept in ``folder``.

    ``start`` (population, parameters) are draws fitted to the whole rules, ``near`` their name, ``whole`` how well they
    account for the record.
    """
    refit = Refit(f"without-{mechanism.name}", record, near, fixed=dict(mechanism.off))
    population = refitted(refit, effort, seed, folder, start, workers=workers, each_step=told)
    rest = scored(population.coordinates, refit, seed, effort.copies, population.families)
    return Added(
        mechanism,
        -population.log_evidence,
        population.evidence_error,
        fit_gained(whole, rest),
        paired(list(whole.left_out), list(rest.left_out)),
        whole.single - rest.single,
        rest.failing,
        population.families,
    )


def scored(coordinates: Coordinates, refit: Refit, seed: int, copies: int, families: int) -> Scored:
    """How well draws (draws, parameters) of so many families account for the record of a refit."""
    fit = refit_log_likelihoods(coordinates, refit, seed, copies, 0)
    held = pointwise_of(coordinates, refit.record, seed=seed, copies=copies, fixed=refit.fixed)
    weights, pareto = smoothed(held.log_likelihood)
    return Scored(
        fit,
        families,
        held.log_likelihood.mean(axis=1),
        weighted_logs(held.log_likelihood, weights),
        int((pareto > MOST_K).sum()),
    )


def fit_gained(one: Scored, other: Scored) -> Difference:
    """The difference of two means of the log-likelihood; each has the error sd / sqrt(families)."""
    errors = [held.fit.std() / np.sqrt(held.families) for held in (one, other)]
    return Difference(
        float(one.fit.mean() - other.fit.mean()), float(np.hypot(*errors)), len(one.fit)
    )


def weighted_logs(log_likelihood: Array, weights: Array) -> Array:
    """The log of the weighted mean of likelihoods (observations, draws), one an observation."""
    return np.asarray(special.logsumexp(log_likelihood, axis=1, b=weights))
