"""What a fit works on: its effort, a population of parameter vectors, and how far it has come."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.prior import Coordinates, parameters_of
from simulation.arrays import Array

#: From coordinates (population, dimensions) and how many vectors came before, to log-likelihoods
#: (population,).
Likelihood = Callable[[Coordinates, int], Array]
#: Some members of a population, by their places.
Members = NDArray[np.int64] | slice
#: The arrays of a population that hold one entry a member.
OF_MEMBERS = ("coordinates", "log_likelihood", "ancestor", "base")
#: The kinds of step, in the order in which they take turns.
STEPS = ("plain", "shaped")
#: Length of the first steps of every kind, from the prior and near the posterior.
FIRST_LENGTH, NEAR_LENGTH = 0.9, 0.2


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How hard to sample.

    ``population`` vectors; ``copies`` of each, over whose shocks its likelihood is averaged;
    ``moves`` after each bridge; the ``effective_share`` of the population kept by a bridge;
    ``last_moves`` at the record's full weight, made by one in ``thinned`` members: many members and
    moves on the way leave many families, few members can make many moves.
    """

    population: int
    copies: int
    moves: int
    effective_share: float = 0.5
    last_moves: int
    thinned: int = 1


@dataclass(frozen=True)
class Chains:
    """How many ``chains`` there are, of how many ``moves``, and the lengths of their steps.

    Lengths lie between ``shortest`` and ``longest``: records differ in how much they tell, so that
    no single length suits all. ``copies`` is as in a fit.
    """

    chains: int
    copies: int
    moves: int
    shortest: float
    longest: float


#: Each vector's likelihood is averaged over so many shocks, in full fits over more. What that
#: leaves of its noise: ``lilliput calibrate check noise``.
COPIES = 16
#: The first is for a look, the second for work; three of the third, from a reference, make the
#: posterior that is published.
EFFORTS = {
    "quick": Effort(population=128, copies=COPIES, moves=10, last_moves=60),
    "standard": Effort(population=1024, copies=COPIES, moves=8, last_moves=120, thinned=2),
    "full": Effort(population=2048, copies=32, moves=8, last_moves=800, thinned=4),
}
#: How hard each of some simulated records is fitted, by one process, to see whether fits recover
#: what made them.
RECORD_EFFORTS = {
    "light": Effort(population=128, copies=COPIES, moves=8, last_moves=40),
    "usual": Effort(population=256, copies=COPIES, moves=8, last_moves=700, thinned=2),
}
#: Chains from each of many simulated records, to see whether likelihood and steps are right: the
#: longer, the more a fault shows.
RANK_EFFORTS = {
    "light": Chains(chains=31, copies=COPIES, moves=20, shortest=0.02, longest=0.3),
    "usual": Chains(chains=63, copies=COPIES, moves=50, shortest=0.02, longest=0.3),
}
#: How hard the rules without a mechanism, and the whole beside them, are fitted from a reference.
#: The first is to see that it runs; the last leaves families enough for a verdict.
ABLATION_EFFORTS = {
    "rough": Effort(population=64, copies=4, moves=4, last_moves=6),
    "quick": Effort(population=512, copies=COPIES, moves=8, last_moves=20),
    "usual": Effort(population=1024, copies=COPIES, moves=8, last_moves=30),
}
#: How hard the rules are fitted again without an observation, beginning with draws fitted to the
#: whole record.
WITHOUT_EFFORTS = {
    "quick": Effort(population=256, copies=COPIES, moves=0, last_moves=40),
    "usual": Effort(population=512, copies=COPIES, moves=0, last_moves=80),
}


@dataclass(frozen=True)
class Population:
    """Draws from a tempered posterior, with the power of the likelihood and the log evidence.

    ``coordinates`` (population, parameters), ``log_likelihood`` and ``ancestor`` (population,)
    belong together; ``ancestor`` is the number of the first vector that a member descends from, in
    rising order, so that relatives are neighbours. ``evaluated`` counts the vectors whose
    likelihood has been estimated; ``base`` (population,) is the log-likelihood that counts at power
    0, nought where that is the prior.
    """

    coordinates: Coordinates
    log_likelihood: Array
    ancestor: NDArray[np.int64]
    power: float
    log_evidence: float
    evaluated: int
    base: Array

    def take(self, members: Members) -> "Population":
        """Some of the members, by their places."""
        rows = {name: getattr(self, name)[members] for name in OF_MEMBERS}
        return replace(self, **rows)

    @property
    def advantage(self) -> Array:
        """By how much the log-likelihood of each member exceeds that at power 0 (population,)."""
        return self.log_likelihood - self.base

    @property
    def evidence_error(self) -> float:
        """The standard error of the log evidence, from families that descend from one first vector.

        Formula: sqrt(sum of (family size / population) ** 2 - 1 / population). It is too small when
        few families are left, which ``families`` tells (``calibration.fit.evidence``). Source: Lee
        & Whiteley 2018.
        """
        sizes = np.bincount(self.ancestor) / len(self.ancestor)
        return float(np.sqrt(max((sizes**2).sum() - 1 / len(self.ancestor), 0.0)))

    @property
    def families(self) -> int:
        """How many of the first vectors have descendants in the population."""
        return len(np.unique(self.ancestor))

    def strangers(self, before: Coordinates) -> float:
        """How many unrelated members would tell as much of the posterior's shape as these.

        ``before`` (population, coordinates) are their coordinates at the beginning of the stage, of
        which relatives have much in common until moves have undone it. Formula: n / (1 + (mean
        number of relatives that a member has, itself included, - 1) m ** 2), m being the mean
        correlation of parameters with those before.
        """
        members = len(self.ancestor)
        if not members:
            return 0.0
        now, then = parameters_of(self.coordinates), parameters_of(before)
        memory = float(correlations(then, now).mean())
        relatives = float((np.bincount(self.ancestor) ** 2).sum()) / members
        return members / (1 + (relatives - 1) * memory**2)


@dataclass(frozen=True)
class Sampling:
    """How far a sampling has come: all that is needed to go on with it.

    ``steps`` counts bridges and moves so far, ``left`` the moves still to be made at this power;
    ``before`` are the coordinates at the beginning of the stage; ``lengths`` belong to the kinds of
    move; ``powers`` are those of the likelihood so far.
    """

    population: Population
    steps: int
    left: int
    before: Coordinates
    lengths: tuple[float, ...]
    powers: tuple[float, ...] = ()

    def done(self, effort: Effort) -> float:
        """About what share of the work is behind us.

        The number of bridges is not known beforehand; it is taken to grow as power ** 0.4, as it
        did in fits so far.
        """
        bridges = len(self.powers)
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
    """The log-likelihoods (population,) of a fit that begins with the prior: nought for each."""
    return np.zeros(len(coordinates))


def begun(start: Coordinates, likelihood: Likelihood) -> Sampling:
    """A sampling at its beginning: draws (``start``) from the prior, with their likelihood."""
    population = Population(
        coordinates=start,
        log_likelihood=likelihood(start, 0),
        ancestor=np.arange(len(start)),
        power=0.0,
        log_evidence=0.0,
        evaluated=len(start),
        base=np.zeros(len(start)),
    )
    return Sampling(population, 0, 0, start, (FIRST_LENGTH,) * len(STEPS))


def begun_near(
    start: Coordinates,
    likelihood: Likelihood,
    effort: Effort,
    ancestor: NDArray[np.int64] | None = None,
    log_evidence: float = np.nan,
) -> Sampling:
    """A sampling that begins with draws near the posterior and makes the last moves alone.

    ``ancestor`` (population,) numbers those that began alike, in rising order; none, if each is
    another. The ``log_evidence`` is as told, or unknown.
    """
    begin = _begun_at(
        1.0, start, likelihood(start, 0), np.zeros(len(start)), log_evidence, effort.last_moves
    )
    if ancestor is None:
        return begin
    return replace(begin, population=replace(begin.population, ancestor=ancestor))


def begun_from(
    start: Coordinates, likelihood: Likelihood, base: Likelihood, effort: Effort
) -> Sampling:
    """A sampling that begins with draws fitted under another likelihood, its ``base``.

    Moves under the base come first, so that its estimates are those of draws that were accepted by
    them. The log evidence is that of the likelihood less that of the base.
    """
    return _begun_at(0.0, start, likelihood(start, 0), base(start, 0), 0.0, effort.moves)


def _begun_at(
    power: float,
    start: Coordinates,
    log_likelihood: Array,
    base_likelihood: Array,
    log_evidence: float,
    left: int,
) -> Sampling:
    members = len(start)
    population = Population(
        start, log_likelihood, np.arange(members), power, log_evidence, members, base_likelihood
    )
    return Sampling(population, 0, left, start, (NEAR_LENGTH,) * len(STEPS), (power,))


def correlations(one: Coordinates, other: Coordinates) -> Array:
    """The correlation of every coordinate between two sets of vectors; 1 where constant."""
    first, second = one - one.mean(axis=0), other - other.mean(axis=0)
    spread = np.sqrt((first**2).sum(axis=0) * (second**2).sum(axis=0))
    return np.where(
        spread > 0, (first * second).sum(axis=0) / np.where(spread > 0, spread, 1.0), 1.0
    )
