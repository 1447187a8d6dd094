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

from calibration.likelihood.likelihood import (
    LAST_FITTED,
    Figure,
    PeriodAid,
    Record,
    ShareGranted,
    aid_density,
    interest_density,
    mean_weight,
    share_density,
)
from simulation.arrays import Array, PairCode, PerPair, PerReplicate
from simulation.conditioning import Conditioning, RecordedMove, either_way
from simulation.context import Context
from simulation.countries import Pair
from simulation.dates import quarter_of
from simulation.ensemble import check_finite
from simulation.fusion import fusing
from simulation.interventions import HISTORICAL
from simulation.parameters import Parameters
from simulation.shocks import BLOCK, Shocks
from simulation.stages.exchange import Exchange
from simulation.state import AllianceState, Move, Status, opening_state
from simulation.transition import transition

#: A pair, and how many of its moves on record it has made.
Spell = tuple[Pair, int]
#: Quarters between two moments at which copies may be renewed, and the effective share below which they are.
YEAR, LEAST_EFFECTIVE = 4, 0.5
#: From so many replicates on rules are fused: a fit carries them out so often that few repay it.
FUSED_FROM = 96
#: Keeps the shocks of renewal apart from all others.
_RENEWAL = 0x72656E6577


class _Counting(Conditioning):
    """A record being imposed, with what the replicates ``gained`` in the last quarter, shape (R,).

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
        self.gained: PerReplicate = np.zeros(replicates)

    def impose(
        self, quarter: int, chances: dict[Move, PerPair], uniforms: PerPair, move: PairCode
    ) -> dict[Pair, PerReplicate]:
        """Impose the record, and count what the pairs gained but for the spell that does not count."""
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
class _Watched:
    """A figure on record, and what has been added up toward it so far, per replicate.

    ``summed`` are new pledges (for interest, times the interest of their quarter); ``against`` is what they are set
    against: quarters on terms for aid, requests for a share, new pledges for interest.
    """

    observed: Figure
    summed: PerReplicate
    against: PerReplicate

    def density(
        self, before: AllianceState, exchange: Exchange, quarter: int
    ) -> PerReplicate | None:
        """Add a quarter; on the last one, the log-probability of the figure, per replicate."""
        figure = self.observed
        if not figure.first_quarter <= quarter <= figure.last_quarter:
            return None
        at = figure.patron, figure.client
        pledged = exchange.newly_pledged[at]
        if isinstance(figure, PeriodAid):
            status = before.status[at]
            self._add(pledged, (status == Status.ALLIED) | (status == Status.ESTRANGED))
        elif isinstance(figure, ShareGranted):
            self._add(pledged, exchange.requested[at])
        else:
            self._add(exchange.interest[at] * pledged, pledged)
        if quarter < min(figure.last_quarter, quarter_of(LAST_FITTED)):
            return None
        if isinstance(figure, PeriodAid):
            return aid_density(self.summed, self.against, figure)
        if isinstance(figure, ShareGranted):
            return share_density(self.summed, self.against, figure)
        return interest_density(self.summed, self.against, figure)

    def _add(self, summed: PerReplicate, against: PerReplicate) -> None:
        self.summed, self.against = self.summed + summed, self.against + against


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
    replicates, until = parameters.replicates, quarter_of(LAST_FITTED) + 1
    conditioning = _Counting(record.moves, replicates, until, uncounted)
    context = Context(HISTORICAL, parameters)
    shocks = Shocks(seed, replicates, first_vector * copies, ahead=BLOCK)
    chances = renewal_uniforms(seed, first_vector, replicates // copies, until // YEAR)
    state = opening_state(parameters, context)
    nothing = np.zeros(replicates)
    watched = [_Watched(figure, nothing, nothing) for figure in record.figures]
    weights, total = np.zeros((replicates // copies, copies)), np.zeros(replicates // copies)
    with fusing(replicates, FUSED_FROM):
        for quarter in range(until):
            before = state
            state, account = transition(
                state, parameters, context.quarter(quarter), shocks.quarter(quarter), conditioning
            )
            gained = conditioning.gained
            for figure in watched:
                found = figure.density(before, account.exchange, quarter)
                if found is not None:
                    gained = gained + found
            weights = weights + gained.reshape(weights.shape)
            if copies > 1 and (quarter + 1) % YEAR == 0 and quarter + 1 < until:
                rows, renewed = renewal(weights, chances[:, quarter // YEAR])
                if renewed.any():
                    total = total + np.where(renewed, mean_weight(weights), 0.0)
                    weights = np.where(renewed[:, np.newaxis], 0.0, weights)
                    state = state.take(rows)
                    conditioning.take(rows)
                    for figure in watched:
                        figure.summed, figure.against = figure.summed[rows], figure.against[rows]
    check_finite(parameters, state, HISTORICAL, seed, first_vector * copies)
    return np.asarray(total + mean_weight(weights))


def renewal(weights: Array, chance: Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """From which replicate each goes on, shape (population x copies,), and which vectors' copies are renewed at all.

    ``weights`` are log weights (population, copies), ``chance`` one uniform number a vector. Copies are renewed when
    the effective share (sum w) ** 2 / sum w ** 2 / copies has fallen below a half, by systematic resampling.
    """
    vectors, copies = weights.shape
    plain = np.exp(weights - weights.max(axis=1, keepdims=True))
    effective = plain.sum(axis=1) ** 2 / (plain**2).sum(axis=1)
    renewed = effective < LEAST_EFFECTIVE * copies
    summed = np.cumsum(plain, axis=1)
    summed = summed / summed[:, -1:]
    positions = (chance[:, np.newaxis] + np.arange(copies)) / copies
    chosen = (summed[:, np.newaxis, :] < positions[:, :, np.newaxis]).sum(axis=2)
    chosen = np.where(renewed[:, np.newaxis], np.minimum(chosen, copies - 1), np.arange(copies))
    return (chosen + copies * np.arange(vectors)[:, np.newaxis]).ravel(), renewed


def renewal_uniforms(seed: int, first_vector: int, vectors: int, moments: int) -> Array:
    """One uniform number for each vector and moment of renewal, shape (vectors, moments), addressed by vector."""
    counters = -(-moments // 4)  # a Philox counter yields four numbers
    bits = np.random.Philox(key=[seed, _RENEWAL])
    bits.advance(first_vector * counters)
    return np.random.Generator(bits).random((vectors, 4 * counters))[:, :moments]
