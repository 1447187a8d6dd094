"""Tempered population sampling: from the prior to draws that fit the record, in bridges of equal difficulty.

A population of parameter vectors is carried from the prior to the posterior through powers of the likelihood; at
each power it is weighted, resampled, and moved by differential-evolution steps that keep the tempered posterior
unchanged. The stored likelihood estimate of the current vector is kept, so the moves are valid for a noisy
likelihood. Sources: Del Moral, Doucet & Jasra 2006; Andrieu & Roberts 2009; ter Braak 2006.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import Array

Coordinates = NDArray[np.float64]
#: From coordinates (population, dimensions) and how many vectors came before, to log-likelihoods (population,).
Likelihood = Callable[[Coordinates, int], Array]
#: The step that suits a normal cloud is 2.38 / sqrt(2 d) times a difference in d dimensions (ter Braak 2006).
LONGEST = 2.38
#: Noise added to every step, in prior standard deviations.
JITTER = 0.02


@dataclass(frozen=True)
class Population:
    """Draws from a tempered posterior, with the power of the likelihood reached and the log evidence so far.

    ``coordinates`` (population, parameters) and ``log_likelihood`` (population,) belong together; ``evaluated`` counts
    the vectors whose likelihood has been estimated.
    """

    coordinates: Coordinates
    log_likelihood: Array
    power: float
    log_evidence: float
    evaluated: int


@dataclass(frozen=True)
class Effort:
    """How hard to sample: population, moves a bridge, share that must stay effective, moves at the end."""

    population: int
    moves: int
    effective_share: float
    last_moves: int


def effective_size(log_weights: Array) -> float:
    """How many equal draws a weighted sample is worth: (sum w) ** 2 / sum w ** 2."""
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


def next_power(log_likelihood: Array, power: float, effective_share: float) -> float:
    """The next power of the likelihood at which the stated share of the population stays effective, at most 1."""
    wanted = effective_share * len(log_likelihood)
    if effective_size((1 - power) * log_likelihood) >= wanted:
        return 1.0
    low, high = power, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if effective_size((middle - power) * log_likelihood) >= wanted:
            low = middle
        else:
            high = middle
    return high


def proposed(coordinates: Coordinates, others: Coordinates, generator: np.random.Generator) -> Coordinates:
    """A differential-evolution step for every member: part of the difference of two others, in some dimensions.

    ``others`` are the half of the population that stands still meanwhile. Many steps take few dimensions, which
    are accepted more often; a little noise makes all points reachable.
    """
    members, dimensions = coordinates.shape
    first = generator.integers(len(others), size=members)
    second = (first + 1 + generator.integers(len(others) - 1, size=members)) % len(others)
    taken = generator.random((members, 1)) ** 2
    chosen = generator.random((members, dimensions)) < np.maximum(taken, 1 / dimensions)
    length = LONGEST / np.sqrt(2 * np.maximum(chosen.sum(axis=1, keepdims=True), 1))
    length = length * generator.random((members, 1))
    step = length * (others[first] - others[second])
    step = step + JITTER * generator.standard_normal(coordinates.shape)
    return np.asarray(coordinates + chosen * step)


def move(
    population: Population, likelihood: Likelihood, generator: np.random.Generator
) -> tuple[Population, float]:
    """One Metropolis step of every member toward the tempered posterior; also returns the share accepted.

    The two halves of the population take turns, each stepping along differences within the other.
    """
    coordinates, held = population.coordinates.copy(), population.log_likelihood.copy()
    evaluated, taken = population.evaluated, 0
    middle = len(held) // 2
    for members, others in ((slice(0, middle), slice(middle, None)), (slice(middle, None), slice(0, middle))):
        trial = proposed(coordinates[members], coordinates[others], generator)
        trial_likelihood = likelihood(trial, evaluated)
        evaluated += len(trial)
        prior_gain = 0.5 * ((coordinates[members] ** 2).sum(axis=1) - (trial**2).sum(axis=1))
        gain = prior_gain + population.power * (trial_likelihood - held[members])
        accepted = np.log(generator.random(len(gain))) < gain
        coordinates[members] = np.where(accepted[:, np.newaxis], trial, coordinates[members])
        held[members] = np.where(accepted, trial_likelihood, held[members])
        taken += int(accepted.sum())
    moved = replace(population, coordinates=coordinates, log_likelihood=held, evaluated=evaluated)
    return moved, taken / len(held)


def bridged(population: Population, power: float, generator: np.random.Generator) -> Population:
    """The population resampled for the next power of the likelihood, and the evidence that the step adds."""
    log_weights = (power - population.power) * population.log_likelihood
    most = log_weights.max()
    weights = np.exp(log_weights - most)
    positions = (generator.random() + np.arange(len(weights))) / len(weights)
    chosen = np.searchsorted(np.cumsum(weights) / weights.sum(), positions)
    chosen = np.minimum(chosen, len(weights) - 1)
    return Population(
        population.coordinates[chosen],
        population.log_likelihood[chosen],
        power,
        population.log_evidence + float(most + np.log(weights.mean())),
        population.evaluated,
    )


def sampled(
    start: Coordinates,
    likelihood: Likelihood,
    effort: Effort,
    generator: np.random.Generator,
    report: Callable[[Population, float], None],
) -> Population:
    """Carry a population from the prior (``start``) to the posterior; ``report`` hears of every move."""
    population = Population(start, likelihood(start, 0), 0.0, 0.0, len(start))
    while population.power < 1:
        power = next_power(population.log_likelihood, population.power, effort.effective_share)
        population = bridged(population, power, generator)
        for _ in range(effort.last_moves if power == 1 else effort.moves):
            population, share = move(population, likelihood, generator)
            report(population, share)
    return population
