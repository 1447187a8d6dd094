"""What mechanisms add: the rules fitted again without one, or without a group, beside the whole.

A mechanism is off when its parameters are held at the values of ``calibration/mechanisms.toml``, at
which it says nothing. All else is fitted anew, so that the rest may take its place. The rest and
the whole are fitted by the same effort from the same reference, in independent runs whose spread
goes into the error of the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import special

from calibration.checks.ablation.mechanisms import Group, Mechanism
from calibration.checks.leave_one_out import MOST_K, smoothed
from calibration.fit.drivers import DRIVERS
from calibration.fit.evidence import Evidence, evidence_of
from calibration.fit.population import Effort, Population
from calibration.fit.reference import Reference
from calibration.fit.refit import Refit, refit_log_likelihoods, refitted
from calibration.likelihood.pointwise import pointwise_of
from calibration.likelihood.scores import Difference, paired
from calibration.prior import Coordinates, parameters_of
from simulation.arrays import Array


@dataclass(frozen=True)
class Run:
    """One of the independent runs: its ``seed``, and with what it begins, which ``near`` names.

    ``start`` is a reference, or draws of the whole rules (population, parameters).
    """

    seed: int
    start: Coordinates | Reference
    near: str


@dataclass(frozen=True)
class Scored:
    """How well draws account for the record.

    ``fit`` is the log-likelihood of each draw, (draws,), and ``families`` how many of the draws are
    unrelated; ``single`` the mean log-probability of each observation given all others,
    ``left_out`` the log score of each left out, (observations,) both, and ``failing`` for how many
    of those weights fail.
    """

    fit: Array
    families: int
    single: Array
    left_out: Array
    failing: int


@dataclass(frozen=True)
class Added:
    """What a mechanism or a group of them adds: the whole minus the rules without it.

    ``evidence`` is in log evidence; ``fit`` in the mean log-likelihood of the draws; ``left_out``
    in the log score of observations left out, of which ``failing`` have weights that fail in the
    fit without it; ``single`` (observations,) in the mean log-probability of each given the others.
    Each fit had so many ``vectors``.
    """

    mechanism: Mechanism | Group
    evidence: Evidence
    fit: Difference
    left_out: Difference
    single: Array
    failing: int
    vectors: int

    @property
    def prior(self) -> float:
        """What is left of the evidence beside the fit.

        Plus if the draws lie nearer to the prior with the mechanism. Formula: log evidence = mean
        log-likelihood of the posterior - its Kullback-Leibler divergence from the prior.
        """
        return self.evidence.value - self.fit.mean


def runs_from(reference: Reference, seed: int, number: int) -> list[Run]:
    """So many independent runs that all begin with a reference, their seeds following ``seed``."""
    near = f"reference of {reference.name}, drivers {DRIVERS}"
    return [Run(seed + run, reference, near) for run in range(number)]


def carried(
    refit: Refit,
    runs: Sequence[Run],
    effort: Effort,
    folder: Path,
    *,
    workers: int | None = None,
) -> list[Population]:
    """What each run reaches from its beginning, going on from what is kept."""
    return [
        refitted(
            replace(refit, near=run.near),
            effort,
            run.seed,
            folder,
            run.start,
            workers=workers,
        )
        for run in runs
    ]


def fitted(
    refit: Refit,
    effort: Effort,
    runs: Sequence[Run],
    folder: Path,
    *,
    workers: int | None = None,
) -> tuple[Evidence, Scored]:
    """The log evidence of the whole rules or of a part, and how well their draws account for it.

    Runs go on from what is kept in ``folder``. Draws are judged by their parameters, averaged over
    drivers, as in every check.
    """
    populations = carried(refit, runs, effort, folder, workers=workers)
    coordinates = np.concatenate(
        [parameters_of(population.coordinates) for population in populations]
    )
    families = sum(population.families for population in populations)
    return evidence_of(populations), scored(
        coordinates, refit, runs[0].seed, effort.copies, families
    )


def added(
    mechanism: Mechanism | Group,
    whole: tuple[Evidence, Scored],
    rest: tuple[Evidence, Scored],
    vectors: int,
) -> Added:
    """What a mechanism or a group adds: the whole rules as fitted, less the rest as fitted.

    Each fit had so many ``vectors``.
    """
    (whole_evidence, whole_scored), (evidence, scored) = whole, rest
    return Added(
        mechanism,
        whole_evidence.less(evidence),
        fit_gained(whole_scored, scored),
        paired(list(whole_scored.left_out), list(scored.left_out)),
        whole_scored.single - scored.single,
        scored.failing,
        vectors,
    )


def scored(coordinates: Coordinates, refit: Refit, seed: int, copies: int, families: int) -> Scored:
    """How well draws (draws, parameters) of so many families account for the record of a refit."""
    fit = refit_log_likelihoods(coordinates, 0, refit=refit, seed=seed, copies=copies)
    parts = pointwise_of(coordinates, refit.record, seed=seed, copies=copies, fixed=refit.fixed)
    weights, pareto = smoothed(parts.log_likelihood)
    return Scored(
        fit,
        families,
        parts.log_likelihood.mean(axis=1),
        weighted_logs(parts.log_likelihood, weights),
        int((pareto > MOST_K).sum()),
    )


def fit_gained(one: Scored, other: Scored) -> Difference:
    """The difference of two mean log-likelihoods; each has the error sd / sqrt(families)."""
    errors = [each.fit.std() / np.sqrt(each.families) for each in (one, other)]
    gap = float(one.fit.mean() - other.fit.mean())
    return Difference(gap, float(np.hypot(*errors)), len(one.fit))


def weighted_logs(log_likelihood: Array, weights: Array) -> Array:
    """The log of the weighted mean of likelihoods (observations, draws), one an observation."""
    return np.asarray(special.logsumexp(log_likelihood, axis=1, b=weights))
