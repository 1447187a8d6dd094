"""Conditioned mode: the record imposed on the very same rules, and the probability they gave it.

At the status stage of a quarter the dated moves on record are imposed on each pair and the
log-probability that the rules gave to what happened, silence included, is added up. Within an
event's window the move falls when the rules' own chances say so; on the window's last quarter it
must have fallen. Source: Del Moral, Doucet & Jasra 2006 (method).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import PairCode, PerPair, PerReplicate
from simulation.countries import Country, Pair, pair_name
from simulation.dates import quarter_name
from simulation.errors import Problem, raise_if_any
from simulation.state import Move

#: The six pairs, of each the country first that comes first in every array.
_PAIRS: tuple[Pair, ...] = tuple(combinations(Country, 2))


@dataclass(frozen=True)
class RecordedMove:
    """A dated change of status: pair, move, and the quarters in which it may have fallen."""

    pair: Pair
    move: Move
    first_quarter: int
    last_quarter: int


class Conditioning:
    """A record being imposed on some replicates.

    ``until`` is the quarter after the last one on record; from then on histories run free.
    ``made`` is how many of its moves on record each pair has made, and ``log_probability`` what
    the rules gave to the record so far, both of shape (R,). Raises ``SimulationError`` if moves of
    a pair are not in the order in which they must fall.
    """

    def __init__(self, moves: Sequence[RecordedMove], replicates: int, until: int) -> None:
        raise_if_any("this record cannot be imposed", _window_problems(moves))
        self.replicates = replicates
        self.until = until
        self.log_probability: PerReplicate = np.zeros(replicates)
        self.made = {pair: np.zeros(replicates, dtype=np.int64) for pair in _PAIRS}
        self._moves = {pair: [m for m in moves if set(m.pair) == set(pair)] for pair in _PAIRS}

    def impose(
        self, quarter: int, chances: dict[Move, PerPair], uniforms: PerPair, move: PairCode
    ) -> dict[Pair, PerReplicate]:
        """Replace the free moves of a quarter by those on record, and add up log-probabilities.

        ``chances`` are the probabilities of each move in the quarter, zero where the status does
        not allow it. What each pair gains is given back, shape (R,); nothing once the record has
        ended.
        """
        if quarter >= self.until:
            return {}
        gains, made = {}, {}
        for pair, moves in self._moves.items():
            own = {kind: chance[pair] for kind, chance in chances.items()}
            stay = 1 - sum(own.values())
            imposed = np.zeros(self.replicates, dtype=np.int8)
            probability = stay
            for number, event in enumerate(moves):
                if not event.first_quarter <= quarter <= event.last_quarter:
                    continue
                due = self.made[pair] == number
                chance = own[event.move]
                if quarter == event.last_quarter:
                    falls, mass = due, chance
                else:
                    mass = stay + chance
                    falls = due & (uniforms[pair] * mass < chance)
                probability = np.where(due, mass, probability)
                imposed[falls] = event.move
            gains[pair] = np.log(np.maximum(probability, np.finfo(float).tiny))
            made[pair] = self.made[pair] + (imposed != Move.STAY)
            self.log_probability = self.log_probability + gains[pair]
            move[pair] = move[pair[::-1]] = imposed
        self.made = made
        return gains

    def take(self, rows: NDArray[np.integer]) -> None:
        """Let every replicate go on from where the replicate in its row stands."""
        self.made = {pair: made[rows] for pair, made in self.made.items()}


def either_way(pair: Pair) -> Pair:
    """The name that a pair has in a record, whichever country is named first."""
    return min(pair), max(pair)


def _window_problems(moves: Sequence[RecordedMove]) -> list[Problem]:
    """Moves of a pair whose window closes no later than that of the move before."""
    problems = []
    for number, after in enumerate(moves):
        same = [before for before in moves[:number] if set(before.pair) == set(after.pair)]
        if same and after.last_quarter <= same[-1].last_quarter:
            where = f"{pair_name(*after.pair)}, {after.move.name.lower()}"
            before = quarter_name(same[-1].last_quarter)
            allowed = f"after {before}, when the move before must have fallen"
            problems.append(
                Problem(where, "last_quarter", quarter_name(after.last_quarter), allowed)
            )
    return problems
