"""The log-likelihood of the record by a particle filter: shocks averaged as the quarters pass, not only at the end.

Each parameter vector has a few copies that go through the record together in conditioned mode. Every year the copies of
a vector whose weights have drifted apart are renewed: likely ones are doubled, unlikely ones dropped. The estimate of
the likelihood stays unbiased, and its variance is about half that of a plain average of as many copies
(``lilliput calibrate check noise``). Sources: Gordon, Salmond & Smith 1993; Andrieu, Doucet & Holenstein 2010.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.diagnostics import effective_size, systematic
from calibration.likelihood.figures import Figure, Sums
from calibration.likelihood.likelihood import QUARTERS, mean_weight
from calibration.likelihood.observations import Record
from calibration.likelihood.pointwise import OfPair
from simulation.arrays import Array, PairCode, PerPair, PerReplicate
from simulation.conditioning import Conditioning, RecordedMove
from simulation.context import Context
from simulation.countries import Country
from simulation.finite import check_finite
from simulation.fusion import fusing
from simulation.interventions import HISTORICAL
from simulation.opening import opening_state
from simulation.parameters import Parameters
from simulation.shocks import BLOCK, Shocks
from simulation.state import AllianceState, Move, QuarterAccount
from simulation.transition import transition

#: A pair, and how many of its moves on record it has made.
Spell = tuple[tuple[Country, Country], int]
#: Quarters between two moments at which copies may be renewed, and the effective share below which they are.
YEAR, LEAST_EFFECTIVE = 4, 0.5
#: From so many replicates on rules are fused: a fit carries them out so often that few repay it.
FUSED_FROM = 96
#: Keeps the shocks of renewal apart from all others.
_RENEWAL = 0x72656E6577


class _Renewable(Conditioning):
    """A record being imposed on copies that can be renewed.

    ``uncounted`` is a pair and how many moves it has made: the quarters of that spell, up to and with the move that
    ends it, are imposed like all others, but their probability does not count.
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
        self._alone = OfPair(moves, replicates, until, uncounted[0]) if uncounted else None

    def impose(
        self, quarter: int, chances: dict[Move, PerPair], uniforms: PerPair, move: PairCode
    ) -> None:
        """Impose the record, and add up its log-probability but for the spell that does not count."""
        if self._uncounted is not None and self._alone is not None:
            awaited = self._made[self._alone.key]
            self._alone.begin(awaited)
            self._alone.impose(quarter, chances, uniforms, move)
            own = self._alone.log_probability
            self.log_probability -= np.where(awaited == self._uncounted[1], own, 0.0)
        super().impose(quarter, chances, uniforms, move)

    def renew(self, rows: NDArray[np.int64]) -> None:
        """Let every replicate go on from where the replicate in its row stands."""
        self._made = {pair: made[rows] for pair, made in self._made.items()}

    def taken(self) -> PerReplicate:
        """The log-probability added up since it was last taken, per replicate."""
        total, self.log_probability = self.log_probability, np.zeros(self.replicates)
        return total


@dataclass
class _Awaited:
    """A figure on record, and what has been added up toward it so far, per replicate."""

    figure: Figure
    sums: Sums = ()

    def add(self, before: AllianceState, account: QuarterAccount) -> None:
        """Add a quarter: the state it began with, and its account."""

        def of(name: str) -> Array:
            quantities = before.status if name == "status" else getattr(account, name)
            return np.asarray(quantities[self.figure.pair])

        added = self.figure.collect(of)
        sums: Sums = self.sums or (np.zeros(1),) * len(added)
        self.sums = tuple(so_far + more for so_far, more in zip(sums, added, strict=True))

    def density(
        self, before: AllianceState, account: QuarterAccount, quarter: int
    ) -> PerReplicate | None:
        """Add a quarter; on the last one, the log-probability of the figure, per replicate."""
        first, last = self.figure.first_quarter, self.figure.last_quarter
        if not first <= quarter <= last:
            return None
        self.add(before, account)
        return None if quarter < min(last, QUARTERS - 1) else self.figure.density(self.sums)

    def renew(self, rows: NDArray[np.int64]) -> None:
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

    ``parameters`` hold each vector ``copies`` times in a row; ``first_vector`` is the number of the first vector, which
    addresses all its shocks, so that any split into calls gives the same estimates. The moves of an ``uncounted``
    spell (pair, moves it has made) are imposed, but their probability does not count. Formula: the sum over
    renewals of the log of the mean of exp(log weight) gathered since the renewal before.
    """
    replicates, until = parameters.replicates, QUARTERS
    conditioning = _Renewable(record.moves, replicates, until, uncounted)
    context = Context(HISTORICAL, parameters)
    shocks = Shocks(seed, replicates, first_vector * copies, ahead=BLOCK)
    chances = renewal_uniforms(seed, first_vector, replicates // copies, until // YEAR)
    state = opening_state(parameters, context)
    awaited = [_Awaited(figure) for figure in record.figures]
    weights, total = np.zeros((replicates // copies, copies)), np.zeros(replicates // copies)
    with fusing(replicates, FUSED_FROM):
        for quarter in range(until):
            before = state
            state, account = transition(
                state, parameters, context.quarter(quarter), shocks.quarter(quarter), conditioning
            )
            gained = conditioning.taken()
            for figure in awaited:
                density = figure.density(before, account, quarter)
                if density is not None:
                    gained = gained + density
            weights = weights + gained.reshape(weights.shape)
            if copies > 1 and (quarter + 1) % YEAR == 0 and quarter + 1 < until:
                rows, renewed = renewal(weights, chances[:, quarter // YEAR])
                if renewed.any():
                    total = total + np.where(renewed, mean_weight(weights), 0.0)
                    weights = np.where(renewed[:, np.newaxis], 0.0, weights)
                    state = state.take(rows)
                    conditioning.renew(rows)
                    for figure in awaited:
                        figure.renew(rows)
    check_finite(parameters, state, HISTORICAL, seed, first_vector * copies)
    return np.asarray(total + mean_weight(weights))


def renewal(weights: Array, chance: Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """From which replicate each goes on, shape (population x copies,), and which vectors' copies are renewed at all.

    ``weights`` are log weights (population, copies), ``chance`` one uniform number a vector. Copies are renewed when
    the effective share (sum w) ** 2 / sum w ** 2 / copies has fallen below a half, by systematic resampling.
    """
    vectors, copies = weights.shape
    renewed = effective_size(weights) < LEAST_EFFECTIVE * copies
    plain = np.exp(weights - weights.max(axis=1, keepdims=True))
    chosen = systematic(plain, chance, copies)
    chosen = np.where(renewed[:, np.newaxis], chosen, np.arange(copies))
    return (chosen + copies * np.arange(vectors)[:, np.newaxis]).ravel(), renewed


def renewal_uniforms(seed: int, first_vector: int, vectors: int, moments: int) -> Array:
    """One uniform number for each vector and moment of renewal, shape (vectors, moments), addressed by vector."""
    counters = -(-moments // 4)  # a Philox counter yields four numbers
    bits = np.random.Philox(key=[seed, _RENEWAL])
    bits.advance(first_vector * counters)
    return np.random.Generator(bits).random((vectors, 4 * counters))[:, :moments]
