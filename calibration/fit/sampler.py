"""Tempered population sampling: from the prior to draws that fit, in bridges of one difficulty.

A population of parameter vectors is carried from the prior to the posterior through powers of the
likelihood, or from a reference, or draws fitted under one likelihood (the base), to those of
another, through base ** (1 - power) x likelihood ** power; at each power it is weighted, resampled,
and moved by steps that keep the tempered posterior unchanged. The stored likelihood estimate of the
current vector is kept, so the moves are valid for a noisy likelihood. Every step draws from a
generator of its own, addressed by seed and number of the step, so that a sampling broken off and
taken up again ends in the same draws. Sources: Del Moral, Doucet & Jasra 2006; Andrieu & Roberts
2009; Gelman & Meng 1998.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from calibration.diagnostics import effective_size, systematic
from calibration.fit.population import (
    STEPS,
    Effort,
    Likelihood,
    Members,
    Population,
    Sampling,
    no_record,
)
from calibration.prior import Coordinates, parameters_of
from simulation.arrays import Array

#: The share of steps to be accepted, toward which lengths are adapted: on the way, and at full
#: weight, where the noise of the likelihood refuses many steps whatever their length, so that
#: longer ones lead farther (Sherlock et al. 2015).
WANTED, LAST_WANTED = 0.25, 0.08
#: The parts of the population that take turns in stepping, each of whole families.
PARTS = 4
#: Every so many steps the kind with the shorter length has its turn, so that it stays adapted.
TURN = 4
#: Coordinates in which all vectors are alike have no correlation.
_LEAST_SPREAD = 1e-12


def next_power(advantage: Array, power: float, effective_share: float) -> float:
    """The next power, at most 1, at which the stated share of the population stays effective."""
    wanted = effective_share * len(advantage)
    if effective_size((1 - power) * advantage) >= wanted:
        return 1.0
    low, high = power, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if effective_size((middle - power) * advantage) >= wanted:
            low = middle
        else:
            high = middle
    return high


def move(
    population: Population,
    likelihood: Likelihood,
    generator: np.random.Generator,
    kind: str,
    length: float,
    base: Likelihood = no_record,
    before: Coordinates | None = None,
) -> tuple[Population, float]:
    """One Metropolis step of every member toward the tempered posterior, and the share accepted.

    Every fourth families take turns, each stepping by what the others, which stand still, tell of
    the posterior's place and shape. Relatives of a member do not tell: near them any place seems
    likely in which it stands, so that steps away from it would be accepted too often. ``before``
    are the coordinates with which the stage began, by which relatives are told from strangers.
    """
    family_of = np.unique(population.ancestor, return_inverse=True)[1]  # those that are left
    part_of, taken = family_of % PARTS, 0
    for part in np.unique(part_of):
        members, others = np.flatnonzero(part_of == part), np.flatnonzero(part_of != part)
        population, accepted = stepped(
            population, members, others, likelihood, generator, kind, length, base, before
        )
        taken += accepted
    return population, taken / len(population.log_likelihood)


def stepped(
    population: Population,
    members: Members,
    others: Members,
    likelihood: Likelihood,
    generator: np.random.Generator,
    kind: str,
    length: float,
    base: Likelihood = no_record,
    before: Coordinates | None = None,
) -> tuple[Population, int]:
    """One Metropolis step of some members, by what the others tell, and how many it moved."""
    at, power = population.take(members), population.power
    by = population.take(others)
    trial, prior_gain = proposed(
        kind,
        at.coordinates,
        by.coordinates,
        by.families if before is None else by.strangers(before[others]),
        length,
        generator,
    )
    trial_likelihood = likelihood(trial, population.evaluated)
    trial_base = base(trial, population.evaluated) if power < 1 else at.base
    gain = prior_gain + power * (trial_likelihood - at.log_likelihood)
    gain = gain + (1 - power) * (trial_base - at.base)
    accepted = np.log(generator.random(len(gain))) < gain
    stepping = np.arange(len(population.ancestor))[members][accepted]
    moved = {}
    for name, values in (
        ("coordinates", trial),
        ("log_likelihood", trial_likelihood),
        ("base", trial_base),
    ):
        moved[name] = getattr(population, name).copy()
        moved[name][stepping] = values[accepted]
    evaluated = population.evaluated + len(trial)
    return replace(population, evaluated=evaluated, **moved), int(accepted.sum())


def bridged(population: Population, power: float, generator: np.random.Generator) -> Population:
    """The population resampled for the next power, with the evidence that the step adds."""
    log_weights = (power - population.power) * population.advantage
    most = log_weights.max()
    weights = np.exp(log_weights - most)
    added = float(most + np.log(weights.mean()))
    chosen = systematic(weights, generator.random(), len(weights))
    log_evidence = population.log_evidence + added
    return replace(population.take(chosen), power=power, log_evidence=log_evidence)


def thinned(population: Population, by: int) -> Population:
    """One in so many members: as relatives are neighbours, every family keeps its share."""
    return population.take(slice(by // 2, None, by))


def advanced(
    sampling: Sampling,
    likelihood: Likelihood,
    effort: Effort,
    seed: int,
    base: Likelihood = no_record,
) -> Sampling:
    """The sampling one step further: a move, or a bridge to the next power when all are made.

    Three steps in four are of the kind that can go farther. After each the length of its kind is
    adapted toward the wanted share of accepted steps, but for the second half of the last moves, in
    which lengths are held.
    """
    generator = np.random.Generator(
        np.random.Philox(key=[seed, 1], counter=[0, 0, 0, sampling.steps])
    )
    population = sampling.population
    if sampling.left == 0:
        power = next_power(population.advantage, population.power, effort.effective_share)
        population = bridged(population, power, generator)
        population = thinned(population, effort.thinned) if power == 1 else population
        left = effort.last_moves if power == 1 else effort.moves
        return Sampling(
            population,
            sampling.steps + 1,
            left,
            population.coordinates,
            sampling.lengths,
            (*sampling.powers, power),
        )
    place = place_of_kind(sampling)
    population, share = move(
        population,
        likelihood,
        generator,
        STEPS[place],
        sampling.lengths[place],
        base,
        sampling.before,
    )
    lengths = list(sampling.lengths)
    if population.power < 1 or sampling.left > effort.last_moves // 2:
        wanted = WANTED if population.power < 1 else LAST_WANTED
        lengths[place] = min(1.0, lengths[place] * float(np.exp(share - wanted)))
    return replace(
        sampling,
        population=population,
        steps=sampling.steps + 1,
        left=sampling.left - 1,
        lengths=tuple(lengths),
    )


def place_of_kind(sampling: Sampling) -> int:
    """Which kind of step is next: that of the greater length, every fourth time the other.

    Lengths are adapted to one share of accepted steps, so the longer goes farther a step.
    """
    longest = int(np.argmax(sampling.lengths))
    return longest if sampling.left % TURN else 1 - longest


def sampled(
    sampling: Sampling,
    likelihood: Likelihood,
    effort: Effort,
    seed: int,
    report: Callable[[Sampling], None],
    base: Likelihood = no_record,
) -> Sampling:
    """Carry a sampling on to the posterior; ``report`` hears of every step."""
    while not sampling.finished:
        sampling = advanced(sampling, likelihood, effort, seed, base)
        report(sampling)
    return sampling


def proposed(
    kind: str,
    coordinates: Coordinates,
    others: Coordinates,
    families: float,
    length: float,
    generator: np.random.Generator,
) -> tuple[Coordinates, Array]:
    """Where every member would step, and what that adds to the log odds of accepting it.

    ``others`` are members of so many ``families`` that stand still meanwhile; ``length`` runs from
    0 (no step) to 1 (nothing is left of where the member stood). Returns trial coordinates
    (members, dimensions) and log gains (members,). Formula: with x = centre + root y the trial is
    y' = sqrt(1 - length ** 2) y + length xi, xi standard normal; the log gain is (|x| ** 2 - |x'|
    ** 2 + |y'| ** 2 - |y| ** 2) / 2, zero for a plain step, which has the centre and root of the
    prior: nought and one. So have drivers in every step, as the record tells little of each.
    """
    noise = generator.standard_normal(coordinates.shape)
    keep = np.sqrt(1 - length**2)
    trial = keep * coordinates + length * noise
    if kind == "plain":
        return trial, np.zeros(len(coordinates))
    parameters = parameters_of(coordinates)
    centre, root = shape_of(parameters_of(others), families)
    here = solved(root, parameters - centre)
    there = keep * here + length * parameters_of(noise)
    shaped = centre + np.einsum("md,ed->me", there, root)
    trial[:, : shaped.shape[1]] = shaped
    gain = _squares(parameters) - _squares(shaped) + _squares(there) - _squares(here)
    return trial, gain / 2


def shape_of(others: Coordinates, families: float) -> tuple[Array, Array]:
    """The mean of some vectors, and a root of their covariance, both drawn toward the prior's.

    Vectors of one family tell as much as one. Formula: of n families in d dimensions with mean m,
    variances s and correlations c, the mean is m n / (n + 1); root root' has the variances (n s +
    1) / (n + 1) and the correlations c n / (n + d).
    """
    members, dimensions = max(len(others), 1), others.shape[1]
    mean = others.sum(axis=0) / members
    away = others - mean
    variance = (away**2).sum(axis=0) / members
    spread = np.sqrt((families * variance + 1) / (families + 1))
    scaled = away / np.maximum(np.sqrt(variance), _LEAST_SPREAD)
    told = families / (families + dimensions)
    correlation = told * np.einsum("md,me->de", scaled, scaled) / members
    np.fill_diagonal(correlation, 1.0)
    return mean * families / (families + 1), spread[:, np.newaxis] * root_of(correlation)


def root_of(matrix: Array) -> Array:
    """The lower triangular root of a positive matrix, matrix = root root' (Cholesky).

    Column by column rather than by LAPACK, whose last bits depend on how many cores it finds.
    """
    root = np.zeros_like(matrix)
    for column in range(len(matrix)):
        rest = matrix[column:, column] - (root[column:, :column] * root[column, :column]).sum(
            axis=1
        )
        root[column:, column] = rest / np.sqrt(rest[0])
    return root


def solved(root: Array, vectors: Coordinates) -> Coordinates:
    """The vectors y of which vectors (members, dimensions) are images: vector = root y."""
    solution = np.zeros_like(vectors)
    for place in range(len(root)):
        part = (solution[:, :place] * root[place, :place]).sum(axis=1)
        solution[:, place] = (vectors[:, place] - part) / root[place, place]
    return solution


def _squares(coordinates: Coordinates) -> Array:
    return np.asarray((coordinates**2).sum(axis=1))
