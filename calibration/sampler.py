"""Tempered population sampling: from the prior to draws that fit the record, in bridges of equal difficulty.

A population of parameter vectors is carried from the prior to the posterior through powers of the likelihood; at
each power it is weighted, resampled, and moved by steps that keep the tempered posterior unchanged (``moves.py``).
The stored likelihood estimate of the current vector is kept, so the moves are valid for a noisy likelihood. Every
step draws from a generator of its own, addressed by seed and number of the step, so that a sampling broken off and
taken up again ends in the same draws. Sources: Del Moral, Doucet & Jasra 2006; Andrieu & Roberts 2009.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.moves import KINDS, Coordinates, proposed
from simulation.arrays import Array

#: From coordinates (population, dimensions) and how many vectors came before, to log-likelihoods (population,).
Likelihood = Callable[[Coordinates, int], Array]
#: Length of the first steps of every kind, from the prior and near the posterior; the share of steps to be accepted,
#: toward which lengths are adapted.
FIRST_LENGTH, NEAR_LENGTH, WANTED = 0.9, 0.2, 0.25
#: Every so many steps a kind with a shorter length has its turn, so that its length stays adapted.
TURN = 4


@dataclass(frozen=True)
class Effort:
    """How hard to sample.

    ``population`` vectors; ``copies`` of each, over whose shocks its likelihood is averaged; ``moves`` after each
    bridge; the ``effective_share`` of the population kept by a bridge; ``last_moves`` at the record's full weight,
    made by one in ``thinned`` members: many on the way leave many families, few can make many moves.
    """

    population: int
    copies: int
    moves: int
    effective_share: float
    last_moves: int
    thinned: int = 1


@dataclass(frozen=True)
class Population:
    """Draws from a tempered posterior, with the power of the likelihood reached and the log evidence so far.

    ``coordinates`` (population, parameters), ``log_likelihood`` and ``ancestor`` (population,) belong together;
    ``ancestor`` is the number of the prior draw that a member descends from, in rising order, so that relatives are
    neighbours. ``evaluated`` counts the vectors whose likelihood has been estimated.
    """

    coordinates: Coordinates
    log_likelihood: Array
    ancestor: NDArray[np.int64]
    power: float
    log_evidence: float
    evaluated: int

    @property
    def evidence_error(self) -> float:
        """The standard error of the log evidence, from the families that descend from the draws of the prior.

        Formula: sqrt(sum of (family size / population) ** 2 - 1 / population). It is too small when few families
        are left, which ``families`` tells. Source: Lee & Whiteley 2018.
        """
        sizes = np.bincount(self.ancestor) / len(self.ancestor)
        return float(np.sqrt(max((sizes**2).sum() - 1 / len(self.ancestor), 0.0)))

    @property
    def families(self) -> int:
        """How many draws of the prior have descendants in the population."""
        return len(np.unique(self.ancestor))


@dataclass(frozen=True)
class Stage:
    """What happened at one power of the likelihood.

    ``lengths`` and ``accepted`` (the share of steps, of the latest move) belong to the kinds of move; ``memory`` is the
    mean correlation of the vectors with those before the moves.
    """

    power: float
    log_evidence: float
    mean_log_likelihood: float
    lengths: tuple[float, ...]
    accepted: tuple[float, ...]
    memory: float


@dataclass(frozen=True)
class Sampling:
    """How far a sampling has come: all that is needed to go on with it.

    ``steps`` counts bridges and moves so far, ``left`` the moves still to be made at this power; ``before`` are the
    coordinates at the beginning of the stage; ``lengths`` belong to the kinds of move.
    """

    population: Population
    steps: int
    left: int
    before: Coordinates
    lengths: tuple[float, ...]
    stages: tuple[Stage, ...] = ()

    def done(self, effort: Effort) -> float:
        """About what share of the work is behind us.

        The number of bridges is not known beforehand; it is taken to grow as power ** 0.4, as it did in fits so far.
        """
        bridges = len(self.stages)
        if self.population.power == 1:
            all_bridges = float(bridges)
        else:
            all_bridges = max((bridges + 1) / max(self.population.power, 1e-3) ** 0.4, bridges + 1.0)
        last = effort.last_moves - self.left if self.population.power == 1 else 0
        work = effort.moves * (all_bridges - 1) + effort.last_moves / effort.thinned
        return float(np.clip((self.steps - bridges - last + last / effort.thinned) / work, 0.0, 1.0))

    @property
    def finished(self) -> bool:
        """Whether the posterior has been reached and all moves have been made."""
        return self.population.power == 1 and self.left == 0


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


def move(
    population: Population, likelihood: Likelihood, generator: np.random.Generator, kind: str, length: float
) -> tuple[Population, float]:
    """One Metropolis step of every member toward the tempered posterior; also returns the share accepted.

    The two halves of the population take turns, each stepping by what the other half, which stands still, tells of
    the posterior's place and shape.
    """
    middle, taken = len(population.log_likelihood) // 2, 0
    halves = slice(0, middle), slice(middle, None)
    for members, others in (halves, halves[::-1]):
        population, accepted = stepped(population, members, others, likelihood, generator, kind, length)
        taken += accepted
    return population, taken / len(population.log_likelihood)


def stepped(
    population: Population,
    members: slice,
    others: slice,
    likelihood: Likelihood,
    generator: np.random.Generator,
    kind: str,
    length: float,
) -> tuple[Population, int]:
    """One Metropolis step of some members, by what the others tell of the posterior; also how many were accepted."""
    coordinates, held = population.coordinates.copy(), population.log_likelihood.copy()
    trial, prior_gain = proposed(kind, coordinates[members], coordinates[others], length, generator)
    trial_likelihood = likelihood(trial, population.evaluated)
    gain = prior_gain + population.power * (trial_likelihood - held[members])
    accepted = np.log(generator.random(len(gain))) < gain
    coordinates[members] = np.where(accepted[:, np.newaxis], trial, coordinates[members])
    held[members] = np.where(accepted, trial_likelihood, held[members])
    evaluated = population.evaluated + len(trial)
    moved = replace(population, coordinates=coordinates, log_likelihood=held, evaluated=evaluated)
    return moved, int(accepted.sum())


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
        population.ancestor[chosen],
        power,
        population.log_evidence + float(most + np.log(weights.mean())),
        population.evaluated,
    )


def thinned(population: Population, by: int) -> Population:
    """One in so many members: as relatives are neighbours, every family keeps its share."""
    chosen = slice(by // 2, None, by)
    return replace(
        population,
        coordinates=population.coordinates[chosen],
        log_likelihood=population.log_likelihood[chosen],
        ancestor=population.ancestor[chosen],
    )


def begun(start: Coordinates, likelihood: Likelihood) -> Sampling:
    """A sampling at its beginning: draws from the prior (``start``) whose likelihood has been estimated."""
    held = likelihood(start, 0)
    population = Population(start, held, np.arange(len(start)), 0.0, 0.0, len(start))
    return Sampling(population, 0, 0, start, (FIRST_LENGTH,) * len(KINDS))


def begun_near(start: Coordinates, likelihood: Likelihood, effort: Effort) -> Sampling:
    """A sampling at the record's full weight that begins with draws already near the posterior: the last moves alone.

    Its log evidence is unknown (NaN).
    """
    held = likelihood(start, 0)
    population = Population(start, held, np.arange(len(start)), 1.0, np.nan, len(start))
    lengths = (NEAR_LENGTH,) * len(KINDS)
    stage = _stage(population, lengths, (np.nan,) * len(KINDS), start)
    return Sampling(population, 0, effort.last_moves, start, lengths, (stage,))


def advanced(sampling: Sampling, likelihood: Likelihood, effort: Effort, seed: int) -> Sampling:
    """The sampling one step further: a bridge to the next power when all moves at this one are made, else a move.

    Three steps in four are of the kind that can go farther. After each the length of its kind is adapted toward the
    wanted share of accepted steps, but for the second half of the last moves, in which lengths are held.
    """
    generator = np.random.Generator(np.random.Philox(key=[seed, 1], counter=[0, 0, 0, sampling.steps]))
    population = sampling.population
    if sampling.left == 0:
        power = next_power(population.log_likelihood, population.power, effort.effective_share)
        population = bridged(population, power, generator)
        population = thinned(population, effort.thinned) if power == 1 else population
        left = effort.last_moves if power == 1 else effort.moves
        stage = _stage(population, sampling.lengths, (np.nan,) * len(KINDS), population.coordinates)
        return Sampling(
            population,
            sampling.steps + 1,
            left,
            population.coordinates,
            sampling.lengths,
            (*sampling.stages, stage),
        )
    place = place_of_kind(sampling)
    population, share = move(population, likelihood, generator, KINDS[place], sampling.lengths[place])
    lengths = list(sampling.lengths)
    if population.power < 1 or sampling.left > effort.last_moves // 2:
        lengths[place] = min(1.0, lengths[place] * float(np.exp(share - WANTED)))
    accepted = list(sampling.stages[-1].accepted)
    accepted[place] = share
    stage = _stage(population, tuple(lengths), tuple(accepted), sampling.before)
    return replace(
        sampling,
        population=population,
        steps=sampling.steps + 1,
        left=sampling.left - 1,
        lengths=tuple(lengths),
        stages=(*sampling.stages[:-1], stage),
    )


def place_of_kind(sampling: Sampling) -> int:
    """Which kind of step is next: the one of the greatest length, but every fourth time another, in turn.

    Lengths are adapted to one share of accepted steps, so the longer goes farther a step.
    """
    longest = int(np.argmax(sampling.lengths))
    turn, within = divmod(sampling.left, TURN)
    return longest if within else (longest + 1 + turn % (len(KINDS) - 1)) % len(KINDS)


def _stage(
    population: Population, lengths: tuple[float, ...], accepted: tuple[float, ...], before: Coordinates
) -> Stage:
    return Stage(
        population.power,
        population.log_evidence,
        float(population.log_likelihood.mean()),
        lengths,
        accepted,
        float(correlations(before, population.coordinates).mean()),
    )


def correlations(one: Coordinates, other: Coordinates) -> Array:
    """The correlation of every coordinate (column) between two sets of vectors, member by member; 1 where constant."""
    first, second = one - one.mean(axis=0), other - other.mean(axis=0)
    spread = np.sqrt((first**2).sum(axis=0) * (second**2).sum(axis=0))
    return np.where(spread > 0, (first * second).sum(axis=0) / np.where(spread > 0, spread, 1.0), 1.0)


def sampled(
    sampling: Sampling,
    likelihood: Likelihood,
    effort: Effort,
    seed: int,
    report: Callable[[Sampling], None],
) -> Sampling:
    """Carry a sampling on to the posterior; ``report`` hears of every step."""
    while not sampling.finished:
        sampling = advanced(sampling, likelihood, effort, seed)
        report(sampling)
    return sampling
