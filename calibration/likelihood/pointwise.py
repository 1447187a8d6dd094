"""The log-probability that the rules give each single observation, in conditioned mode.

The probability of the record is a product: of every dated move, given that the pair has made the
moves before it, of the silence after the last, of every figure of aid, answer to a request and rate
of interest. Here the parts are kept apart, so that one of them can be taken out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.likelihood.likelihood import doubt_of, mean_weight
from calibration.likelihood.observations import (
    FIGURES,
    QUARTERS,
    Observation,
    Record,
    moves_of,
    observations_of,
)
from calibration.likelihood.quantities import COMPARED_ARRAYS
from calibration.prior import parameters_at, with_fixed
from scenarios.documented import Pair
from scenarios.run import Progress, no_progress
from simulation.arrays import Array, PairCode, PerPair, PerReplicate
from simulation.conditioning import Conditioning, RecordedMove, either_way
from simulation.ensemble import simulate
from simulation.interventions import HISTORICAL
from simulation.parameters import Parameters
from simulation.state import Move
from simulation.trajectory import PAIRS

#: Replicates carried out together.
TOGETHER = 1024


class SpelledConditioning(Conditioning):
    """A record being imposed, with log-probabilities kept apart by pair and awaited move.

    ``spells[pair]`` has shape (moves + 1, R): row n is the log-probability of all quarters in which
    the pair had made n moves, up to and with the next; the last row is the silence after the last.
    """

    def __init__(self, moves: Sequence[RecordedMove], replicates: int, until: int) -> None:
        super().__init__(moves, replicates, until)
        self.spells = {
            pair: np.zeros((len(moves_of(moves, pair)) + 1, replicates)) for pair in PAIRS
        }
        self._columns = np.arange(replicates)

    def impose(
        self, quarter: int, chances: dict[Move, PerPair], uniforms: PerPair, move: PairCode
    ) -> dict[Pair, PerReplicate]:
        """Impose the record, and book what each pair gained under the move that it awaited."""
        awaited = self.made
        gains = super().impose(quarter, chances, uniforms, move)
        for pair, spells in self.spells.items() if gains else ():
            key = either_way(pair)
            spells[awaited[key], self._columns] += gains[key]
        return gains


class HeldConditioning(Conditioning):
    """The record imposed on all pairs but one, which is held where its first moves lead.

    ``leaving[move]``, shape (T, R), is the chance that the held pair makes a move in a quarter,
    having stayed until then: what the rules foresee of its next move while all else goes as
    recorded.
    """

    def __init__(
        self, moves: Sequence[RecordedMove], replicates: int, until: int, pair: Pair, kept: int
    ) -> None:
        others = [move for move in moves if set(move.pair) != set(pair)]
        super().__init__([*others, *moves_of(moves, pair)[:kept]], replicates, until)
        self._pair, self._kept = either_way(pair), kept
        self._staying = np.ones(replicates)
        self.leaving: dict[Move, Array] = {
            kind: np.zeros((until, replicates)) for kind in Move if kind is not Move.STAY
        }

    def impose(
        self, quarter: int, chances: dict[Move, PerPair], uniforms: PerPair, move: PairCode
    ) -> dict[Pair, PerReplicate]:
        """Impose the record, and book the chances of the pair that is held."""
        due = self.made[self._pair] == self._kept
        gains = super().impose(quarter, chances, uniforms, move)
        gone = np.zeros(self.replicates)
        for kind, leaving in self.leaving.items() if gains else ():
            leaving[quarter] = np.where(due, self._staying * chances[kind][self._pair], 0.0)
            gone += leaving[quarter]
        self._staying = self._staying - gone
        return gains


@dataclass(frozen=True)
class Pointwise:
    """What the rules make of single observations for draws, each ``copies`` times.

    ``log_weights`` (observations, draws, copies) are the parts of the probability of the record;
    ``amounts`` (figures, draws, copies) about what each figure was expected, as compared.
    """

    log_weights: Array
    amounts: Array

    @property
    def total(self) -> Array:
        """The log-probability of the whole record, (draws, copies)."""
        return np.asarray(self.log_weights.sum(axis=0))

    @property
    def log_likelihood(self) -> Array:
        """The log-probability of each observation given all the others, (observations, draws).

        Formula: log sum exp(total) - log sum exp(total - own), sums over copies.
        """
        total = self.total
        return np.asarray(
            mean_weight(total)[np.newaxis] - mean_weight(total[np.newaxis] - self.log_weights)
        )

    def weights_without(self, place: int) -> Array:
        """The weight of each copy given all observations but one, (draws, copies), 1 a draw."""
        rest = self.total - self.log_weights[place]
        plain = np.exp(rest - rest.max(axis=1, keepdims=True))
        return np.asarray(plain / plain.sum(axis=1, keepdims=True))


def log_parts(
    parameters: Parameters, record: Record, *, seed: int, first_replicate: int = 0
) -> tuple[Array, Array]:
    """The log-probability of each observation (observations, R), and what was simulated.

    Raises ``ValueError`` for a record that ends early: a move whose window is open then is neither
    made nor not made, and belongs to no single observation.
    """
    if record.until < QUARTERS:
        raise ValueError("a record that ends early has no single observations")
    conditioning = SpelledConditioning(record.moves, parameters.replicates, QUARTERS)
    history = simulate(
        parameters,
        HISTORICAL,
        seed=seed,
        first_replicate=first_replicate,
        quarters=QUARTERS,
        keep=COMPARED_ARRAYS,
        record=conditioning,
    )
    sums = [figure.sums_in(history) for figure in record.figures]
    doubt = doubt_of(record, parameters, seed, first_replicate)

    def part(row: Observation) -> PerReplicate:
        if row.kind in FIGURES:
            return record.figures[row.place].density(sums[row.place], doubt)
        return np.asarray(conditioning.spells[row.pair][row.place])

    amounts = [figure.centre(own) for figure, own in zip(record.figures, sums, strict=True)]
    return np.stack([part(row) for row in observations_of(record)]), np.reshape(
        amounts, (len(amounts), parameters.replicates)
    )


def pointwise_of(
    coordinates: Array,
    record: Record,
    *,
    seed: int,
    copies: int,
    fixed: Mapping[str, float] | None = None,
    progress: Progress = no_progress,
) -> Pointwise:
    """The parts of the record for draws (draws, parameters), some parameters ``fixed``."""
    parts: list[Array] = []
    amounts: list[Array] = []
    task = max(1, TOGETHER // copies)
    for start in range(0, len(coordinates), task):
        some = coordinates[start : start + task]
        parameters = with_fixed(parameters_at(some, copies), fixed or {})
        both = log_parts(parameters, record, seed=seed, first_replicate=start * copies)
        for kept, new in zip((parts, amounts), both, strict=True):
            kept.append(new.reshape(len(new), len(some), copies))
        progress(start + len(some))
    return Pointwise(np.concatenate(parts, axis=1), np.concatenate(amounts, axis=1))


def foreseen(
    coordinates: Array, record: Record, row: Observation, *, seed: int, copies: int
) -> dict[Move, Array]:
    """The chance of each move of a pair in each quarter (T, draws x copies), all else as recorded.

    The pair has made the moves on record before the observation ``row`` and is then held in its
    status; the shocks are those of ``pointwise_of`` with the same seed.
    """
    parts: list[dict[Move, Array]] = []
    task = max(1, TOGETHER // copies)
    for start in range(0, len(coordinates), task):
        parameters = parameters_at(coordinates[start : start + task], copies)
        conditioning = HeldConditioning(
            record.moves, parameters.replicates, QUARTERS, row.pair, row.place
        )
        simulate(
            parameters,
            HISTORICAL,
            seed=seed,
            first_replicate=start * copies,
            quarters=QUARTERS,
            keep=(),
            record=conditioning,
        )
        parts.append(conditioning.leaving)
    return {move: np.concatenate([part[move] for part in parts], axis=1) for move in parts[0]}
