"""What simulated histories leave behind: quantities quarter by quarter, and every dated move."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import Array
from simulation.countries import COUNTRIES, Country
from simulation.rules.strain import FatigueSources, StrainSources
from simulation.stages import QuarterAccount
from simulation.state import AllianceState, Move

#: What a quarrel or break may be put down to: the sources of the client's strain, then those of
#: the patron's fatigue.
CAUSES: tuple[str, ...] = (*StrainSources._fields, *FatigueSources._fields)
#: Countries from the smallest economy to the largest; the larger of a pair is named as its patron.
BY_SIZE = (Country.ALBANIA, Country.YUGOSLAVIA, Country.CHINA, Country.USSR)
#: The six pairs as (patron, client), patron being the larger.
PAIRS = tuple((patron, client) for i, client in enumerate(BY_SIZE) for patron in BY_SIZE[i + 1 :])
NO_CAUSE = -1

Column = NDArray[np.int64]


@dataclass(frozen=True)
class MoveTable:
    """Every change of status of some histories, one row each.

    ``patron`` is the larger country of the pair and ``client`` the smaller; ``initiator`` is the
    country that moved (-1 when both or neither can be named); ``cause`` is the place of the
    largest source in ``CAUSES`` (-1 if none).
    """

    replicate: Column
    quarter: Column
    patron: Column
    client: Column
    move: Column
    initiator: Column
    cause: Column

    @classmethod
    def joined(cls, tables: Sequence["MoveTable"]) -> "MoveTable":
        """One table of several, in the order given."""
        empty = np.empty(0, dtype=np.int64)
        return cls(
            *(
                np.concatenate([empty, *(getattr(table, column.name) for table in tables)])
                for column in fields(cls)
            )
        )


@dataclass(frozen=True)
class Trajectory:
    """Some simulated histories: arrays (T, P, C, R) by name, dated moves, and the last state."""

    first_replicate: int
    replicates: int
    arrays: dict[str, Array]
    moves: MoveTable
    last_state: AllianceState

    def first_date(self, patron: Country, client: Country, move: Move) -> Array:
        """The quarter of a pair's first move of a kind, shape (R,); NaN where there is none."""
        table = self.moves
        chosen = (table.patron == patron) & (table.client == client) & (table.move == move)
        dates = np.full(self.replicates, np.inf)
        np.minimum.at(
            dates,
            table.replicate[chosen] - self.first_replicate,
            table.quarter[chosen].astype(float),
        )
        return np.where(np.isinf(dates), np.nan, dates)


_PATRONS = np.array([patron for patron, _ in PAIRS])
_CLIENTS = np.array([client for _, client in PAIRS])


def moves_of_quarter(quarter: int, account: QuarterAccount, first_replicate: int) -> MoveTable:
    """The changes of status of one quarter, with the country that moved and its largest grievance.

    Either country may have moved, as client or as patron of the other; where more than one
    decision fell in the same quarter, the smaller country's own decision as client is named before
    the larger's as patron, and both before the reverse roles. A formation is the client's request;
    a mending or a reconciliation is put down to nobody.
    """
    response, decision = account.response, account.decision
    moved = decision.move[_PATRONS, _CLIENTS]
    pair, replicate = np.divmod(np.flatnonzero(moved.astype(bool)), moved.shape[-1])
    larger, smaller = _PATRONS[pair], _CLIENTS[pair]
    move = moved[pair, replicate].astype(np.int64)
    patron, client = larger.copy(), smaller.copy()
    initiator = np.full(len(pair), NO_CAUSE, dtype=np.int64)
    replicates = moved.shape[-1]
    for one, other in ((smaller, larger), (larger, smaller)):
        at = (one * COUNTRIES + other) * replicates + replicate
        for decided, mover in ((decision.moved_by_patron, one), (decision.moved_by_client, other)):
            rows = decided.take(at)
            patron[rows], client[rows], initiator[rows] = one[rows], other[rows], mover[rows]
    cause = np.full(len(pair), NO_CAUSE, dtype=np.int64)
    for sources, offset, mover in (
        (response.strain_sources, 0, client),
        (response.fatigue_sources, len(response.strain_sources), patron),
    ):
        rows = np.flatnonzero(initiator == mover)
        at = (patron[rows] * COUNTRIES + client[rows]) * replicates + replicate[rows]
        cause[rows] = offset + np.argmax([source.take(at) for source in sources], axis=0)
    cause[np.isin(move, (Move.FORMED, Move.MENDED, Move.RECONCILED))] = NO_CAUSE
    initiator[np.isin(move, (Move.MENDED, Move.RECONCILED))] = NO_CAUSE
    everywhere = np.full(len(pair), quarter, dtype=np.int64)
    return MoveTable(
        first_replicate + replicate, everywhere, larger, smaller, move, initiator, cause
    )
