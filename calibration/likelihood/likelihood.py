"""How probable the record is under the rules: dated moves, silence, and the figures of every kind.

Shocks are averaged by a particle filter: each parameter vector has a few copies that go through the
record together. Every year the copies of a vector whose weights have drifted apart are renewed:
likely ones are doubled, unlikely ones dropped. The estimate of the likelihood stays unbiased, and
misses the histories that count less often than a plain average of as many copies (``lilliput
calibrate check noise``). Sources: Gordon, Salmond & Smith 1993; Andrieu, Doucet & Holenstein 2010.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy import special

from calibration.diagnostics import effective_size, systematic
from calibration.likelihood.figures import Doubt, Figure, discrepancy_of
from calibration.likelihood.observations import QUARTERS, Record
from calibration.likelihood.quantities import QuarterQuantities
from calibration.likelihood.witness import Witness, WitnessShocks
from scenarios.documented import Pair
from simulation.arrays import Array, PairCode, PerPair, PerReplicate
from simulation.conditioning import Conditioning, RecordedMove, either_way
from simulation.context import Context
from simulation.drivers.spells import DriverChoice, SpellValues, coded_values, spread_values
from simulation.ensemble import check_finite
from simulation.fusion import fusing
from simulation.interventions import HISTORICAL
from simulation.parameters import Parameters
from simulation.shocks import BLOCK, Shocks
from simulation.stages import array_fields
from simulation.state import Move, opening_state
from simulation.transition import transition

#: A pair, and how many of its moves on record it has made.
Spell = tuple[Pair, int]
#: Quarters between two moments at which copies may be renewed, and the effective share below which
#: they are.
YEAR, LEAST_EFFECTIVE = 4, 0.5
#: From so many replicates on rules are fused: a fit carries them out so often that few repay it.
FUSED_FROM = 96
#: Keeps the shocks of renewal apart from all others.
_RENEWAL = 0x72656E6577
#: Keeps the errors of exchange rates apart from all other shocks.
_CURRENCY = 0x72617465 << 32
_TINY = np.finfo(float).tiny


def doubt_of(record: Record, parameters: Parameters, seed: int, first_replicate: int) -> Doubt:
    """How far figures may stand from each history: errors of rates, and what no rule explains."""
    errors = currency_doubt(record, parameters.replicates, seed, first_replicate)
    return {**errors, **discrepancy_of(parameters)}


def currency_doubt(record: Record, replicates: int, seed: int, first_replicate: int) -> Doubt:
    """One standard normal error a currency and replicate, addressed by both, shape (R,) each.

    All figures in a currency share its error: that its rate is misjudged is one doubt, not many.
    """
    currencies = sorted({figure.currency for figure in record.figures if figure.currency})
    doubt = {}
    for currency in currencies:
        bits = np.random.Philox(key=[seed, _CURRENCY ^ crc32(currency.encode())])
        bits.advance(first_replicate // 4)  # a Philox counter yields four numbers
        skipped = first_replicate % 4
        uniform = np.random.Generator(bits).random(skipped + replicates)[skipped:]
        doubt[currency] = np.asarray(special.ndtri(np.clip(uniform, _TINY, None)))
    return doubt


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
    """A figure on record, and what has been added up toward each of its parts, per replicate.

    ``first`` is the first quarter that counts, ``last`` that in which it can be told how probable
    the figure is.
    """

    figure: Figure
    first: int
    last: int
    sums: list[PerReplicate]

    @classmethod
    def of(cls, figure: Figure) -> "_Awaited":
        """A figure toward which nothing has been added up."""
        first = min(part.first_quarter for part in figure.parts)
        last = min(figure.end, QUARTERS - 1)
        return cls(figure, first, last, [np.zeros(1) for _ in figure.parts])

    def add(self, quantities: QuarterQuantities, quarter: int) -> None:
        """Add what a quarter brings."""
        for place, part in enumerate(self.figure.parts):
            if part.first_quarter <= quarter <= part.last_quarter:
                self.sums[place] = self.sums[place] + quantities.of(part.pair, part.quantity)

    def take(self, rows: NDArray[np.int64]) -> None:
        """Let every replicate go on from where the replicate in its row stands."""
        self.sums = [so_far[rows] if len(so_far) > 1 else so_far for so_far in self.sums]


def filtered_log_likelihood(
    parameters: Parameters,
    record: Record,
    *,
    seed: int,
    copies: int,
    first_vector: int = 0,
    uncounted: Spell | None = None,
    drivers: DriverChoice | SpellValues = "drawn",
    witness: Witness | None = None,
    renewing: bool = True,
) -> Array:
    """The estimated log-likelihood of each parameter vector, shape (population,).

    ``parameters`` hold each vector ``copies`` times in a row; ``first_vector`` is the number of the
    first vector, which addresses all its shocks, so that any split into calls gives the same
    estimates. The moves of an ``uncounted`` spell (pair, moves it has made) are imposed, but their
    probability does not count. The copies of every vector have the same few sets of ``drivers``,
    spread over the coded ranges, so that no vector is liked for the luck of its drivers; or all
    have them as coded, or those of one history; or each vector those of a history of its own. A
    ``witness``, whose drivers are as coded, is the first copy of a single vector. Without
    ``renewing`` copies go through the whole record, and are averaged plainly. Formula: the sum over
    renewals of the log of the mean of exp(log weight) gathered since the renewal before. Raises
    ``ValueError`` for a witness with other drivers or more vectors.
    """
    replicates, vectors = parameters.replicates, parameters.replicates // copies
    if witness is not None and (vectors > 1 or drivers != "coded"):
        raise ValueError("a witness belongs to a single vector under drivers as coded")
    conditioning = _Counting(record.moves, replicates, record.until, uncounted)
    context = Context(HISTORICAL, parameters, _drivers_of(drivers, copies, vectors))
    others = Shocks(seed, replicates, first_vector * copies, ahead=BLOCK)
    chances = renewal_uniforms(seed, first_vector, vectors, QUARTERS // YEAR)
    state = opening_state(parameters, context)
    awaited = [_Awaited.of(figure) for figure in record.figures]
    doubt = doubt_of(record, parameters, seed, first_vector * copies)
    shocks = others if witness is None else WitnessShocks(witness, others)
    doubt = doubt if witness is None else witness.doubt(doubt)
    weights, total = np.zeros((vectors, copies)), np.zeros(vectors)
    with fusing(replicates, FUSED_FROM):
        for quarter in range(record.until):
            support = state.support
            state, account = transition(
                state, parameters, context.quarter(quarter), shocks.quarter(quarter), conditioning
            )
            arrays = array_fields(state) | array_fields(account) | {"support": support}
            quantities = QuarterQuantities(arrays)
            gained = conditioning.gained
            for figure in awaited:
                if figure.first <= quarter <= figure.last:
                    figure.add(quantities, quarter)
                if quarter == figure.last:
                    gained = gained + figure.figure.density(figure.sums, doubt)
            weights = weights + gained.reshape(weights.shape)
            if renewing and copies > 1 and (quarter + 1) % YEAR == 0 and quarter + 1 < record.until:
                chance = chances[:, quarter // YEAR]
                if witness is not None:
                    chance = witness.chance(weights, chance)
                rows, renewed = renewal(weights, chance)
                if renewed.any():
                    total = total + np.where(renewed, mean_weight(weights), 0.0)
                    weights = np.where(renewed[:, np.newaxis], 0.0, weights)
                    state = state.take(rows)
                    conditioning.take(rows)
                    doubt = {about: error[rows] for about, error in doubt.items()}
                    context.take(rows)
                    for figure in awaited:
                        figure.take(rows)
    check_finite(parameters, state, HISTORICAL, seed, first_vector * copies)
    return np.asarray(total + mean_weight(weights))


def _drivers_of(drivers: DriverChoice | SpellValues, copies: int, vectors: int) -> SpellValues:
    """The drivers of each copy of each vector."""
    if isinstance(drivers, SpellValues):
        own = np.broadcast_to(drivers.values, (len(drivers.values), vectors))
        return SpellValues(np.repeat(own, copies, axis=1))
    sets = spread_values(copies) if drivers == "drawn" else coded_values(copies)
    return sets.repeated(vectors)


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
