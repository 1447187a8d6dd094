"""Tempered population sampling: from the prior to draws that fit the record, in bridges of equal difficulty.

A population of parameter vectors is carried from the prior to the posterior through powers of the likelihood, or from
draws fitted under one likelihood (the base) to those of another, through base ** (1 - power) x likelihood ** power; at
each power it is weighted, resampled, and moved by steps that keep the tempered posterior unchanged (``moves.py``).
The stored likelihood estimate of the current vector is kept, so the moves are valid for a noisy likelihood. Every
step draws from a generator of its own, addressed by seed and number of the step, so that a sampling broken off and
taken up again ends in the same draws. Sources: Del Moral, Doucet & Jasra 2006; Andrieu & Roberts 2009; Gelman & Meng
1998.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.fit.moves import KINDS, Coordinates, proposed
from simulation.arrays import Array

#: From coordinates (population, dimensions) and how many vectors came before, to log-likelihoods (population,).
Likelihood = Callable[[Coordinates, int], Array]
#: Some members of a population, by their places.
Members = NDArray[np.int64] | slice
#: Length of the first steps of every kind, from the prior and near the posterior.
FIRST_LENGTH, NEAR_LENGTH = 0.9, 0.2
#: The share of steps to be accepted, toward which lengths are adapted: on the way, and at full weight, where the noise
#: of the likelihood refuses many steps whatever their length, so that longer ones lead farther (Sherlock et al. 2015).
WANTED, LAST_WANTED = 0.25, 0.13
#: The parts of the population that take turns in stepping.
PARTS = 4
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
    neighbours. ``evaluated`` counts the vectors whose likelihood has been estimated; ``base`` (population,) is the
    log-likelihood that counts at power 0, nought where that is the prior.
    """

    coordinates: Coordinates
    log_likelihood: Array
    ancestor: NDArray[np.int64]
    power: float
    log_evidence: float
    evaluated: int
    base: Array

    @property
    def advantage(self) -> Array:
        """By how much the log-likelihood of each member exceeds that at power 0, shape (population,)."""
        return self.log_likelihood - self.base

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
            all_bridges = max(
                (bridges + 1) / max(self.population.power, 1e-3) ** 0.4, bridges + 1.0
            )
        last = effort.last_moves - self.left if self.population.power == 1 else 0
        work = effort.moves * (all_bridges - 1) + effort.last_moves / effort.thinned
        return float(
            np.clip((self.steps - bridges - last + last / effort.thinned) / work, 0.0, 1.0)
        )

    @property
    def finished(self) -> bool:
        """Whether the posterior has been reached and all moves have been made."""
        return self.population.power == 1 and self.left == 0


def no_record(coordinates: Coordinates, _evaluated: int) -> Array:
    """The log-likelihoods of a fit that begins with the prior: nought for every vector, shape (population,)."""
    return np.zeros(len(coordinates))


def effective_size(log_weights: Array) -> float:
    """How many equal draws a weighted sample is worth: (sum w) ** 2 / sum w ** 2."""
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


def next_power(advantage: Array, power: float, effective_share: float) -> float:
    """The next power of the likelihood at which the stated share of the population stays effective, at most 1."""
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
) -> tuple[Population, float]:
    """One Metropolis step of every member toward the tempered posterior; also returns the share accepted.

    Every fourth members take turns, each stepping by what the others, which stand still, tell of the posterior's
    place and shape.
    """
    places, taken = np.arange(len(population.log_likelihood)), 0
    for part in range(PARTS):
        members, others = places[part::PARTS], places[places % PARTS != part]
        population, accepted = stepped(
            population, members, others, likelihood, generator, kind, length, base
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
) -> tuple[Population, int]:
    """One Metropolis step of some members, by what the others tell of the posterior; also how many were accepted."""
    coordinates, held = population.coordinates.copy(), population.log_likelihood.copy()
    held_base, power = population.base.copy(), population.power
    trial, prior_gain = proposed(kind, coordinates[members], coordinates[others], length, generator)
    trial_likelihood = likelihood(trial, population.evaluated)
    trial_base = base(trial, population.evaluated) if power < 1 else held_base[members]
    gain = prior_gain + power * (trial_likelihood - held[members])
    gain = gain + (1 - power) * (trial_base - held_base[members])
    accepted = np.log(generator.random(len(gain))) < gain
    coordinates[members] = np.where(accepted[:, np.newaxis], trial, coordinates[members])
    held[members] = np.where(accepted, trial_likelihood, held[members])
    held_base[members] = np.where(accepted, trial_base, held_base[members])
    evaluated = population.evaluated + len(trial)
    moved = replace(
        population,
        coordinates=coordinates,
        log_likelihood=held,
        evaluated=evaluated,
        base=held_base,
    )
    return moved, int(accepted.sum())


def bridged(population: Population, power: float, generator: np.random.Generator) -> Population:
    """The population resampled for the next power of the likelihood, and the evidence that the step adds."""
    log_weights = (power - population.power) * population.advantage
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
        population.base[chosen],
    )


def thinned(population: Population, by: int) -> Population:
    """One in so many members: as relatives are neighbours, every family keeps its share."""
    chosen = slice(by // 2, None, by)
    return replace(
        population,
        coordinates=population.coordinates[chosen],
        log_likelihood=population.log_likelihood[chosen],
        ancestor=population.ancestor[chosen],
        base=population.base[chosen],
    )


def begun(start: Coordinates, likelihood: Likelihood) -> Sampling:
    """A sampling at its beginning: draws from the prior (``start``) whose likelihood has been estimated."""
    held = likelihood(start, 0)
    population = Population(
        start, held, np.arange(len(start)), 0.0, 0.0, len(start), np.zeros(len(start))
    )
    return Sampling(population, 0, 0, start, (FIRST_LENGTH,) * len(KINDS))


def begun_near(start: Coordinates, likelihood: Likelihood, effort: Effort) -> Sampling:
    """A sampling at the record's full weight that begins with draws already near the posterior: the last moves alone.

    Its log evidence is unknown (NaN).
    """
    return _begun_at(
        1.0, start, likelihood(start, 0), np.zeros(len(start)), np.nan, effort.last_moves
    )


def begun_from(
    start: Coordinates, likelihood: Likelihood, base: Likelihood, effort: Effort
) -> Sampling:
    """A sampling that begins with draws fitted under another likelihood, its ``base``.

    Moves under the base come first, so that its estimates are those of draws that were accepted by them. The log
    evidence is that of the likelihood less that of the base.
    """
    return _begun_at(0.0, start, likelihood(start, 0), base(start, 0), 0.0, effort.moves)


def _begun_at(
    power: float, start: Coordinates, held: Array, held_base: Array, log_evidence: float, left: int
) -> Sampling:
    members = len(start)
    population = Population(
        start, held, np.arange(members), power, log_evidence, members, held_base
    )
    lengths = (NEAR_LENGTH,) * len(KINDS)
    stage = _stage(population, lengths, (np.nan,) * len(KINDS), start)
    return Sampling(population, 0, left, start, lengths, (stage,))


def advanced(
    sampling: Sampling,
    likelihood: Likelihood,
    effort: Effort,
    seed: int,
    base: Likelihood = no_record,
) -> Sampling:
    """The sampling one step further: a bridge to the next power when all moves at this one are made, else a move.

    Three steps in four are of the kind that can go farther. After each the length of its kind is adapted toward the
    wanted share of accepted steps, but for the second half of the last moves, in which lengths are held.
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
    population, share = move(
        population, likelihood, generator, KINDS[place], sampling.lengths[place], base
    )
    lengths = list(sampling.lengths)
    if population.power < 1 or sampling.left > effort.last_moves // 2:
        wanted = WANTED if population.power < 1 else LAST_WANTED
        lengths[place] = min(1.0, lengths[place] * float(np.exp(share - wanted)))
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
    population: Population,
    lengths: tuple[float, ...],
    accepted: tuple[float, ...],
    before: Coordinates,
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
    return np.where(
        spread > 0, (first * second).sum(axis=0) / np.where(spread > 0, spread, 1.0), 1.0
    )


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
