"""Records that the rules make: of the kind of the real one, from parameters that are known.

A history runs free; its moves are put on record with windows, its pledges by plan period, its
answers to requests and its rates of interest with the spreads of the real figures. What is put on
record is drawn exactly as the likelihood supposes, so that a fit of such a record must find the
parameters again. Source: Talts et al. 2018.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from calibration.likelihood.likelihood import (
    COMPARED_ARRAYS,
    LAST_FITTED,
    InterestAgreed,
    PeriodAid,
    Record,
    ShareGranted,
    interest_charged,
    mean_interest,
    observation_settings,
)
from calibration.prior import parameters_at
from simulation.arrays import Array
from simulation.conditioning import RecordedMove
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.ensemble import simulate
from simulation.state import Move, Status
from simulation.trajectory import MoveTable, Trajectory

#: Keep apart what a simulated record draws: its parameters, its history, how it was put on record,
#: its fit, its check.
PARAMETERS, HISTORY, RECORDING, FITTING, CHECKING = 10, 11, 12, 13, 14
Recorded = TypeVar("Recorded", PeriodAid, ShareGranted, InterestAgreed)


@dataclass(frozen=True)
class SimulatedRecord:
    """A record of the rules' making, its number, and the coordinates of its parameters."""

    number: int
    truth: Array
    record: Record

    @property
    def degenerate(self) -> bool:
        """Whether nothing but silence is on record: no move, no figure."""
        return not (self.record.moves or self.record.figures)


def simulated_record(like: Record, dimensions: int, *, seed: int, number: int) -> SimulatedRecord:
    """The record ``number`` of those that a seed makes, of the same kind as a real one.

    The parameters (``dimensions`` coordinates) come from the prior, whatever history they give.
    """
    truth = addressed(seed, PARAMETERS, number).standard_normal(dimensions)
    history = simulate(
        parameters_at(truth[np.newaxis]),
        seed=seed_of(seed, HISTORY, number),
        quarters=quarter_of(LAST_FITTED) + 1,
        keep=COMPARED_ARRAYS,
    )
    return SimulatedRecord(
        number, truth, recorded(history, like, addressed(seed, RECORDING, number))
    )


def addressed(seed: int, purpose: int, number: int) -> np.random.Generator:
    """A generator of its own for each seed, purpose and number."""
    return np.random.Generator(np.random.Philox(key=[seed, purpose], counter=[0, 0, 0, number]))


def seed_of(seed: int, purpose: int, number: int) -> int:
    """A seed of its own for each seed, purpose and number."""
    return int(addressed(seed, purpose, number).integers(2**62))


def recorded(history: Trajectory, like: Record, generator: np.random.Generator) -> Record:
    """What of a free history (one replicate) is put on record, of the kind of a real record."""
    widths = np.array([move.last_quarter - move.first_quarter + 1 for move in like.moves])
    moves = []
    for one in Country:
        for other in Country:
            if one < other:
                width = int(generator.choice(widths))
                moves += windowed(
                    history.moves, (one, other), width, int(generator.integers(width))
                )

    def documented(
        figures: Sequence[Recorded],
        recording: Callable[[Trajectory, Recorded, float], Recorded | None],
    ) -> tuple[Recorded, ...]:
        made = [recording(history, figure, generator.standard_normal()) for figure in figures]
        return tuple(figure for figure in made if figure is not None)

    return Record(
        tuple(moves),
        documented(like.aid, recorded_aid),
        documented(like.shares, recorded_share),
        documented(like.interest, recorded_interest),
    )


def windowed(
    table: MoveTable, pair: tuple[Country, Country], width: int, offset: int
) -> list[RecordedMove]:
    """The moves of a pair, each dated by its cell of a calendar.

    Cells are ``width`` quarters long and shifted by ``offset``. A move that shares its cell with
    another of the pair, or with the end of the fitted years, is dated to its quarter. Which way a
    move is dated depends on nothing but what its cell holds, as the likelihood of a window
    supposes.
    """
    end = quarter_of(LAST_FITTED)
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


def recorded_aid(history: Trajectory, figure: PeriodAid, error: float) -> PeriodAid | None:
    """The pledges of a plan period as documented; none if the two were never on terms in it.

    Formula: usd = pledged / share of the period on terms x exp(spread x error).
    """
    at = (slice(figure.first_quarter, figure.last_quarter + 1), figure.patron, figure.client, 0)
    before = (slice(figure.first_quarter - 1, figure.last_quarter), *at[1:])
    status = history.arrays["status"][before]
    on_terms = int(((status == Status.ALLIED) | (status == Status.ESTRANGED)).sum())
    pledged = float(history.arrays["newly_pledged"][at].sum())
    if not on_terms or pledged <= 0:
        return None
    spread = float(np.hypot(figure.log_range, observation_settings()["aid_discrepancy"]))
    share = on_terms / (figure.last_quarter - figure.first_quarter + 1)
    return replace(figure, usd=pledged / share * float(np.exp(spread * error)))


def recorded_share(history: Trajectory, answer: ShareGranted, error: float) -> ShareGranted | None:
    """The answer to a request as it would be documented; none if nothing was asked.

    Formula: share = pledged / requested + spread x error.
    """
    at = (slice(answer.first_quarter, answer.last_quarter + 1), answer.patron, answer.client, 0)
    requested = float(history.arrays["requested"][at].sum())
    if requested <= 0:
        return None
    spread = float(np.hypot(answer.spread, observation_settings()["share_discrepancy"]))
    share = float(history.arrays["newly_pledged"][at].sum()) / requested
    return replace(answer, share=share + spread * error)


def recorded_interest(
    history: Trajectory, agreed: InterestAgreed, error: float
) -> InterestAgreed | None:
    """The rate of interest as it would be documented; none if nothing was pledged.

    Formula: rate = mean rate of the credit agreed + spread x error.
    """
    rate = float(mean_interest(*interest_charged(history, agreed))[0])
    if np.isnan(rate):
        return None
    spread = float(np.hypot(agreed.spread, observation_settings()["interest_discrepancy"]))
    return replace(agreed, rate=rate + spread * error)
