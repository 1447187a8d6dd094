"""Records that the rules make: of the kind of the real one, from parameters that are known.

A history runs free; its moves are put on record with windows, its figures with the spreads, the
intervals and the occasions of the real ones. What is put on record is drawn exactly as the
likelihood supposes, so that a fit of such a record must find the parameters again. Source: Talts et
al. 2018.
"""

from dataclasses import dataclass

import numpy as np

from calibration.fit.reference import Reference
from calibration.likelihood.figures import Doubt, Figure, discrepancy_of
from calibration.likelihood.observations import QUARTERS, Record
from calibration.likelihood.quantities import COMPARED_ARRAYS
from calibration.likelihood.witness import Witness
from calibration.prior import parameters_at
from simulation.arrays import Array
from simulation.conditioning import RecordedMove
from simulation.countries import Country
from simulation.drivers.spells import DriverChoice
from simulation.ensemble import simulate
from simulation.state import Move
from simulation.trajectory import MoveTable, Trajectory

#: Keep apart what a simulated record draws: its parameters, its history, how it was put on record,
#: its fit, its check, the trial of its noise.
PARAMETERS, HISTORY, RECORDING, FITTING, CHECKING, TRYING = 10, 11, 12, 13, 14, 15
#: The drivers of simulated histories, and of the likelihood of their records: with drawn ones it
#: would be too noisy by the few copies that so many records leave time for.
DRIVERS: DriverChoice = "coded"


@dataclass(frozen=True)
class SimulatedRecord:
    """A record of the rules' making, its number, and the coordinates of its parameters.

    ``drawn`` are the standard normal numbers that became the coordinates, ``truth``: the same
    where parameters come from the prior. ``witness`` is the history that made the record.
    """

    number: int
    drawn: Array
    truth: Array
    record: Record
    witness: Witness

    @property
    def degenerate(self) -> bool:
        """Whether nothing but silence is on record: no move, and nothing agreed."""
        told = (f for f in self.record.figures if not (f.certain or f.reading.absent))
        return not self.record.moves and next(told, None) is None


def simulated_record(
    like: Record, dimensions: int, *, seed: int, number: int, around: Reference | None = None
) -> SimulatedRecord:
    """The record ``number`` of those that a seed makes, of the same kind as a real one.

    The parameters (``dimensions`` coordinates) come from the prior, or from the normal distribution
    ``around`` some draws, whatever history they give; the drivers are as coded.
    """
    drawn = addressed(seed, PARAMETERS, number).standard_normal(dimensions)
    truth = drawn if around is None else around.placed(drawn[np.newaxis])[0]
    parameters = parameters_at(truth[np.newaxis])
    own = seed_of(seed, HISTORY, number)
    history = simulate(
        parameters,
        seed=own,
        quarters=QUARTERS,
        keep=COMPARED_ARRAYS,
        drivers=DRIVERS,
    )
    generator = addressed(seed, RECORDING, number)
    currencies = sorted({figure.currency for figure in like.figures if figure.currency})
    errors = {currency: generator.standard_normal(1) for currency in currencies}
    record = recorded(history, like, {**discrepancy_of(parameters), **errors}, generator)
    return SimulatedRecord(number, drawn, truth, record, Witness(own, history.moves, errors))


def addressed(seed: int, purpose: int, number: int) -> np.random.Generator:
    """A generator of its own for each seed, purpose and number."""
    return np.random.Generator(np.random.Philox(key=[seed, purpose], counter=[0, 0, 0, number]))


def seed_of(seed: int, purpose: int, number: int) -> int:
    """A seed of its own for each seed, purpose and number."""
    return int(addressed(seed, purpose, number).integers(2**62))


def recorded(
    history: Trajectory, like: Record, doubt: Doubt, generator: np.random.Generator
) -> Record:
    """What of a free history (one replicate) is put on record, of the kind of a real record.

    ``doubt`` is the error of each exchange rate, and by measure the standard deviation of figures
    about the rules.
    """
    widths = np.array([move.last_quarter - move.first_quarter + 1 for move in like.moves])
    moves = []
    for one in Country:
        for other in Country:
            if one < other:
                width = int(generator.choice(widths))
                moves += windowed(
                    history.moves, (one, other), width, int(generator.integers(width))
                )
    figures: list[Figure] = []
    for figure in sorted(like.figures, key=lambda figure: figure.first_quarter):
        figures.append(figure.recorded(history, generator.random(), doubt, figures))
    return Record(tuple(moves), tuple(figures))


def windowed(
    table: MoveTable, pair: tuple[Country, Country], width: int, offset: int
) -> list[RecordedMove]:
    """The moves of a pair, each dated by its cell of a calendar.

    Cells are ``width`` quarters long and shifted by ``offset``. A move that shares its cell with
    another of the pair, or with the end of the fitted years, is dated to its quarter. Which way a
    move is dated depends on nothing but what its cell holds, as the likelihood of a window
    supposes.
    """
    end = QUARTERS - 1
    here = np.isin(table.patron, pair) & np.isin(table.client, pair)
    order = np.argsort(table.quarter[here])
    quarters, moves = table.quarter[here][order], table.move[here][order]
    cells = (quarters + offset) // width
    rows = []
    for quarter, cell, move in zip(quarters, cells, moves, strict=True):
        first, last = cell * width - offset, (cell + 1) * width - offset - 1
        if (cells == cell).sum() > 1 or last > end or first < 0:
            first = last = quarter
        rows.append(RecordedMove(pair, Move(int(move)), int(first), int(last)))
    return rows
