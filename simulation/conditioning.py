"""Conditioned mode: the record imposed on the very same rules, and the probability they gave it.

At the status stage of a quarter the dated moves on record are imposed on each pair and the log-probability that the
rules gave to what happened, silence included, is added up. Within an event's window the move falls when the rules'
own chances say so; on the window's last quarter it must have fallen. Source: Del Moral, Doucet & Jasra 2006 (method).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from simulation.arrays import Array, PairCode, PerPair, PerReplicate
from simulation.countries import Country, pair_name
from simulation.dates import quarter_name
from simulation.errors import Problem, raise_if_any
from simulation.state import Move, Status

MOVE_OF_STATUSES = {
    (Status.NONE, Status.ALLIED): Move.FORMED,
    (Status.SPLIT, Status.ALLIED): Move.FORMED,
    (Status.ALLIED, Status.ESTRANGED): Move.ESTRANGED,
    (Status.ESTRANGED, Status.SPLIT): Move.SPLIT,
    (Status.ESTRANGED, Status.ALLIED): Move.MENDED,
}


@dataclass(frozen=True)
class RecordedMove:
    """A dated change of status: which pair, what move, and the first and last quarter it may have fallen in."""

    pair: tuple[Country, Country]
    move: Move
    first_quarter: int
    last_quarter: int


@dataclass
class Conditioning:
    """A record being imposed on some replicates: the moves each pair still has to make and the log-probability so far.

    ``until`` is the quarter after the last one on record; from then on histories run free. ``log_probability`` has
    shape (R,).
    """

    moves: Sequence[RecordedMove]
    replicates: int
    until: int
    log_probability: PerReplicate = field(init=False)
    _queues: dict[tuple[Country, Country], list[RecordedMove]] = field(init=False)
    _made: dict[tuple[Country, Country], Array] = field(init=False)

    def __post_init__(self) -> None:
        self.log_probability = np.zeros(self.replicates)
        raise_if_any("this record cannot be imposed", _window_problems(self.moves))
        pairs = [(a, b) for a in Country for b in Country if a < b]
        self._queues = {
            pair: [move for move in self.moves if tuple(sorted(move.pair)) == pair]
            for pair in pairs
        }
        self._made = {pair: np.zeros(self.replicates, dtype=np.int64) for pair in pairs}

    def impose(
        self, quarter: int, chances: dict[Move, PerPair], uniforms: PerPair, move: PairCode
    ) -> None:
        """Replace the free moves of a quarter (P, C, R) by those on record, and add up their log-probabilities.

        ``chances`` are the probabilities of each move in the quarter, zero where the status does not allow it.
        """
        if quarter >= self.until:
            return
        for (one, other), queue in self._queues.items():
            stay = 1 - (
                chances[Move.FORMED][one, other]
                + chances[Move.ESTRANGED][one, other]
                + chances[Move.SPLIT][one, other]
                + chances[Move.MENDED][one, other]
            )
            made = self._made[one, other]
            imposed = np.zeros(self.replicates, dtype=np.int8)
            probability = stay
            for number, event in enumerate(queue):
                if not event.first_quarter <= quarter <= event.last_quarter:
                    continue
                due = made == number
                chance = chances[event.move][one, other]
                if quarter == event.last_quarter:
                    falls, mass = due, chance
                else:
                    mass = stay + chance
                    falls = due & (uniforms[one, other] * mass < chance)
                probability = np.where(due, mass, probability)
                imposed[falls] = event.move
            self.log_probability += np.log(np.maximum(probability, np.finfo(float).tiny))
            made += imposed != Move.STAY
            move[one, other] = move[other, one] = imposed


def _window_problems(moves: Sequence[RecordedMove]) -> list[Problem]:
    """Moves of one pair whose window closes no later than that of the move before: both could not fall."""
    problems = []
    for number, after in enumerate(moves):
        same = [before for before in moves[:number] if set(before.pair) == set(after.pair)]
        if same and after.last_quarter <= same[-1].last_quarter:
            where = f"{pair_name(*after.pair)}, {after.move.name.lower()}"
            allowed = f"after {quarter_name(same[-1].last_quarter)}, when the move before must have fallen"
            problems.append(
                Problem(where, "last_quarter", quarter_name(after.last_quarter), allowed)
            )
    return problems


def chances_of_moves(
    leaving: PerPair, breaking: PerPair, mending: PerPair, forming: PerPair
) -> dict[Move, PerPair]:
    """The probability of each move of a pair in the quarter, all (P, C, R); a break comes before a reconciliation."""
    return {
        Move.FORMED: forming,
        Move.ESTRANGED: leaving,
        Move.SPLIT: breaking,
        Move.MENDED: (1 - breaking) * mending,
    }
