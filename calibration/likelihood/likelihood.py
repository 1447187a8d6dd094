"""How probable the record is under the rules: dated moves, silence, and the figures of every kind.

Either shocks are averaged plainly, over replicates that go through the whole record, or by a
particle filter: each parameter vector has a few copies that go through the record together. Every
year the copies of a vector whose weights have drifted apart are renewed: likely ones are doubled,
unlikely ones dropped. The estimate of the likelihood stays unbiased, and its variance is about half
that of a plain average of as many copies (``lilliput calibrate check noise``). Sources: Gordon,
Salmond & Smith 1993; Andrieu, Doucet & Holenstein 2010.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.diagnostics import effective_size, systematic
from calibration.evidence.record import LAST_FITTED
from calibration.likelihood.figures import Figure, Sums
from calibration.likelihood.kinds import COMPARED_ARRAYS
from calibration.likelihood.observations import Record
from scenarios.documented import Pair
from simulation.arrays import Array, PairCode, PerPair, PerReplicate
from simulation.conditioning import Conditioning, RecordedMove, either_way
from simulation.context import Context
from simulation.dates import quarter_of
from simulation.ensemble import check_finite, simulate
from simulation.fusion import fusing
from simulation.interventions import HISTORICAL
from simulation.parameters import Parameters
from simulation.shocks import BLOCK, Shocks
from simulation.spells import spell_values
from simulation.stages import array_fields
from simulation.state import Move, opening_state
from simulation.transition import transition

#: A pair, and how many of its moves on record it has made.
Spell = tuple[Pair, int]
#: Quarters on record: 1945 Q1 to the last that is fitted.
QUARTERS = quarter_of(LAST_FITTED) + 1
#: Quarters between two moments at which copies may be renewed, and the effective share below which
#: they are.
YEAR, LEAST_EFFECTIVE = 4, 0.5
#: From so many replicates on rules are fused: a fit carries them out so often that few repay it.
FUSED_FROM = 96
#: Keeps the shocks of renewal apart from all others.
_RENEWAL = 0x72656E6577


def log_weights(
    parameters: Parameters, record: Record, *, seed: int, first_replicate: int = 0
) -> PerReplicate:
    """The log-probability that the rules give the record, in conditioned mode (R,)."""
    conditioning = Conditioning(record.moves, parameters.replicates, QUARTERS)
    trajectory = simulate(
        parameters,
        HISTORICAL,
        seed=seed,
        first_replicate=first_replicate,
        quarters=conditioning.until,
        keep=COMPARED_ARRAYS,
        record=conditioning,
    )
    total = conditioning.log_probability.copy()
    for figure in record.figures:
        total += figure.density_in(trajectory)
    return total


def log_likelihood(
    parameters: Parameters, record: Record, *, seed: int, copies: int, first_replicate: int = 0
) -> Array:
    """The log-likelihood of each parameter vector (population,), averaged over ``copies``.

    ``parameters`` hold each vector ``copies`` times in a row. Formula: log of the mean of exp(log
    weight).
    """
    weights = log_weights(parameters, record, seed=seed, first_replicate=first_replicate)
    return mean_weight(weights.reshape(-1, copies))


def mean_weight(log_weights: Array) -> Array:
    """The log of the mean of exp(log weight) over the last axis, without overflow."""
    most = log_weights.max(axis=-1, keepdims=True)
    return np.asarray(most[..., 0] + np.log(np.mean(np.exp(log_weights - most), axis=-1)))


class _Counting(Conditioning):
    """A record being imposed, with what the replicates ``gained`` in the last quarter, shape (R,).

    ``uncounted`` is a pair and how many moves it has made: the quarters of that spell, up to and
    with the move that ends it, are imposed like all others, but their probability does not count.
    """

    def __init__(
        self,
        moves: Sequence[RecordedMove],
        replicates: int,
        until: int,
        uncounted: Spell | None = None,
    ) -> None:
        super().__init__(moves, replicates, until)
        self._uncounted = uncounted
        self.gained: PerReplicate = np.zeros(replicates)

    def impose(
        self, quarter: int, chances: dict[Move, PerPair], uniforms: PerPair, move: PairCode
    ) -> dict[Pair, PerReplicate]:
        """Impose the record, and count what pairs gained but for the spell left out."""
        awaited = self.made
        gains = super().impose(quarter, chances, uniforms, move)
        self.gained = np.zeros(self.replicates)
        if self._uncounted is not None and gains:
            pair, made = either_way(self._uncounted[0]), self._uncounted[1]
            self.gained = -np.where(awaited[pair] == made, gains[pair], 0.0)
        for gain in gains.values():
            self.gained = self.gained + gain
        return gains


@dataclass
class _Awaited:
    """A figure on record, and what has been added up toward it so far, per replicate."""

    figure: Figure
    sums: Sums = ()

    def density(self, quantities: Mapping[str, Any], quarter: int) -> PerReplicate | None:
        """Add a quarter's quantities; on its last, the log-probability of the figure (R,)."""
        figure = self.figure
        if not figure.first_quarter <= quarter <= figure.last_quarter:
            return None
        added = figure.collect(lambda name: np.asarray(quantities[name][figure.pair]))
        sums: Sums = self.sums or (np.zeros(1),) * len(added)
        self.sums = tuple(so_far + more for so_far, more in zip(sums, added, strict=True))
        last = min(figure.last_quarter, QUARTERS - 1)
        return None if quarter < last else figure.density(self.sums)

    def take(self, rows: NDArray[np.int64]) -> None:
        """Let every replicate go on from where the replicate in its row stands."""
        self.sums = tuple(so_far[rows] for so_far in self.sums)


def filtered_log_likelihood(
    parameters: Parameters,
    record: Record,
    *,
    seed: int,
    copies: int,
    first_vector: int = 0,
    uncounted: Spell | None = None,
) -> Array:
    """The estimated log-likelihood of each parameter vector, shape (population,).

    ``parameters`` hold each vector ``copies`` times in a row; ``first_vector`` is the number of the
    first vector, which addresses all its shocks, so that any split into calls gives the same
    estimates. The moves of an ``uncounted`` spell (pair, moves it has made) are imposed, but their
    probability does not count. Formula: the sum over renewals of the log of the mean of exp(log
    weight) gathered since the renewal before.
    """
    replicates, vectors = parameters.replicates, parameters.replicates // copies
    conditioning = _Counting(record.moves, replicates, QUARTERS, uncounted)
    drivers = spell_values("drawn", seed, replicates, first_vector * copies)
    context = Context(HISTORICAL, parameters, drivers)
    shocks = Shocks(seed, replicates, first_vector * copies, ahead=BLOCK)
    chances = renewal_uniforms(seed, first_vector, vectors, QUARTERS // YEAR)
    state = opening_state(parameters, context)
    awaited = [_Awaited(figure) for figure in record.figures]
    weights, total = np.zeros((vectors, copies)), np.zeros(vectors)
    with fusing(replicates, FUSED_FROM):
        for quarter in range(QUARTERS):
            status = state.status
            state, account = transition(
                state, parameters, context.quarter(quarter), shocks.quarter(quarter), conditioning
            )
            quantities = array_fields(state) | array_fields(account) | {"status": status}
            gained = conditioning.gained
            for figure in awaited:
                density = figure.density(quantities, quarter)
                if density is not None:
                    gained = gained + density
            weights = weights + gained.reshape(weights.shape)
            if copies > 1 and (quarter + 1) % YEAR == 0 and quarter + 1 < QUARTERS:
                rows, renewed = renewal(weights, chances[:, quarter // YEAR])
                if renewed.any():
                    total = total + np.where(renewed, mean_weight(weights), 0.0)
                    weights = np.where(renewed[:, np.newaxis], 0.0, weights)
                    state = state.take(rows)
                    conditioning.take(rows)
                    context.take(rows)
                    for figure in awaited:
                        figure.take(rows)
    check_finite(parameters, state, HISTORICAL, seed, first_vector * copies)
    return np.asarray(total + mean_weight(weights))


def renewal(weights: Array, chance: Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """From which replicate each goes on, (population x copies,), and which vectors are renewed.

    ``weights`` are log weights (population, copies), ``chance`` one uniform number a vector. Copies
    are renewed when the effective share (sum w) ** 2 / sum w ** 2 / copies has fallen below a half,
    by systematic resampling.
    """
    vectors, copies = weights.shape
    renewed = effective_size(weights) < LEAST_EFFECTIVE * copies
    plain = np.exp(weights - weights.max(axis=1, keepdims=True))
    chosen = systematic(plain, chance, copies)
    chosen = np.where(renewed[:, np.newaxis], chosen, np.arange(copies))
    return (chosen + copies * np.arange(vectors)[:, np.newaxis]).ravel(), renewed


def renewal_uniforms(seed: int, first_vector: int, vectors: int, moments: int) -> Array:
    """One uniform number for each vector and moment (vectors, moments), addressed by vector."""
    counters = -(-moments // 4)  # a Philox counter yields four numbers
    bits = np.random.Philox(key=[seed, _RENEWAL])
    bits.advance(first_vector * counters)
    return np.random.Generator(bits).random((vectors, 4 * counters))[:, :moments]
