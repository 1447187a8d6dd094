"""The likelihood of the record under a null, observation by observation, and its evidence.

A pair's moves are a chain: in each quarter it stays or makes the next move on record, which must
fall within its window. As a null does not look at the simulated state, the sum over all ways in
which the moves may fall within their windows is exact. Source: Rabiner 1989 (the forward
recursion).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.evidence.record import first_status
from calibration.likelihood.observations import (
    EVENT,
    FIGURES,
    STATUS_AFTER,
    Observation,
    Record,
    moves_of,
    observations_of,
)
from calibration.nulls.accounts import Chances, Null
from calibration.nulls.regressors import Values
from scenarios.documented import Pair
from simulation.arrays import Array
from simulation.conditioning import RecordedMove
from simulation.state import WAYS, Move, Status

#: The moves that each status allows.
ALLOWED = {
    status: tuple(way.move for way in WAYS.values() if status in way.before) for status in Status
}
_TINY = np.finfo(float).tiny


@dataclass(frozen=True)
class Spell:
    """A pair's time in one status as a null foresees it: when it leaves, and how.

    ``leaving`` holds for each allowed move the chance (T, S) that it is made in a quarter,
    ``staying`` the chance (S,) that the spell outlasts the record; given that the moves before it
    fell within their windows, whose chance is ``begun`` (S,).
    """

    leaving: dict[Move, Array]
    staying: Array
    begun: Array


def spells_of(chances: Chances, pair: Pair, moves: Sequence[RecordedMove]) -> list[Spell]:
    """Every spell of a pair, the last one too, with the record imposed on those before."""
    quarters, samples = next(iter(chances.values())).shape
    status, entering = first_status(pair), np.zeros((quarters + 1, samples))
    entering[0] = 1.0
    spells = []
    for event in (*moves, None):
        spell = _spell({move: chances[move] for move in ALLOWED[status]}, entering)
        spells.append(spell)
        if event is None:
            break
        entering = np.zeros_like(entering)
        window = slice(event.first_quarter, event.last_quarter + 1)
        entering[1:][window] = (spell.leaving[event.move] * spell.begun)[window]
        status = STATUS_AFTER[event.move]
    return spells


def _spell(chances: Chances, entering: Array) -> Spell:
    """A spell that a pair enters by chances ``entering`` (T + 1, S), one quarter later."""
    quarters, samples = len(entering) - 1, entering.shape[1]
    here = np.zeros(samples)
    leaving = {move: np.zeros((quarters, samples)) for move in chances}
    for quarter in range(quarters):
        here = here + entering[quarter]
        gone = np.zeros_like(here)
        for move, chance in chances.items():
            leaving[move][quarter] = here * chance[quarter]
            gone = gone + leaving[move][quarter]
        here = here - gone
    begun = entering.sum(axis=0)
    scale = np.maximum(begun, _TINY)
    staying = (here + entering[quarters]) / scale
    return Spell({move: mass / scale for move, mass in leaving.items()}, staying, begun)


def pointwise(null: Null, values: Values, record: Record) -> Array:
    """The log-probability of each observation of a whole record given those before it.

    Shape (observations, S).
    """
    spells = {
        pair: spells_of(null.chances(values, pair), pair, moves_of(record.moves, pair))
        for pair in {row.pair for row in observations_of(record) if row.kind not in FIGURES}
    }
    return np.stack(
        [_log_chance(row, null, values, record, spells) for row in observations_of(record)]
    )


def log_likelihood(null: Null, values: Values, record: Record) -> Array:
    """The log-probability of a record, whole or up to some quarter, (S,).

    Formula: the sum over figures of their log-probability given those before them, and over pairs
    of the log of the chance to have made all moves whose window has closed, within it, and no
    others but such whose window is open.
    """
    pairs = {row.pair for row in observations_of(record) if row.kind not in FIGURES}
    figures = [null.log_chance(values, record, figure) for figure in record.figures]
    moves = [_log_moves(null.chances(values, pair), pair, record) for pair in sorted(pairs)]
    return np.asarray(np.sum([*figures, *moves], axis=0))


def _log_moves(chances: Chances, pair: Pair, record: Record) -> Array:
    moves = moves_of(record.moves, pair)
    spells = spells_of(
        {move: chance[: record.until] for move, chance in chances.items()}, pair, moves
    )
    closed = sum(move.last_quarter < record.until for move in moves)
    ways = [spell.begun * spell.staying for spell in spells[closed:]]
    return np.asarray(np.log(np.maximum(np.sum(ways, axis=0), _TINY)))


def _log_chance(
    row: Observation, null: Null, values: Values, record: Record, spells: dict[Pair, list[Spell]]
) -> Array:
    if row.kind in FIGURES:
        figure = record.figures[row.place]
        return null.log_chance(values, record, figure)
    spell = spells[row.pair][row.place]
    if row.kind == EVENT:
        event = moves_of(record.moves, row.pair)[row.place]
        window = slice(event.first_quarter, event.last_quarter + 1)
        chance = spell.leaving[event.move][window].sum(axis=0)
    else:
        chance = spell.staying
    return np.asarray(np.log(np.maximum(chance, _TINY)))


@dataclass(frozen=True)
class NullFit:
    """A null fitted to the record: coordinates of its draws (S, parameters), evidence by run."""

    null: Null
    coordinates: Array
    log_evidences: tuple[float, ...]

    @property
    def log_evidence(self) -> float:
        """The log-probability that the null gave the record, the mean over the runs."""
        return float(np.mean(self.log_evidences))

    @property
    def error(self) -> float:
        """The standard error of that mean, from the scatter of the runs."""
        return float(np.std(self.log_evidences, ddof=1) / np.sqrt(len(self.log_evidences)))
