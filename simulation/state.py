"""What carries over from one quarter to the next, and the state in which every history opens."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import (
    PairCode,
    PairFlag,
    PerCountry,
    PerPair,
    PerReplicate,
    without_self_pairs,
)
from simulation.context import Context
from simulation.countries import COUNTRIES, Country
from simulation.parameters import Parameters
from simulation.rules import perception


class Status(IntEnum):
    """Where a pair stands: at normal relations or none, allied, in open dispute, or broken."""

    NONE = 0
    ALLIED = 1
    ESTRANGED = 2
    SPLIT = 3


class Move(IntEnum):
    """A change of status."""

    STAY = 0
    FORMED = 1
    ESTRANGED = 2
    SPLIT = 3
    MENDED = 4
    RECONCILED = 5


class Way(NamedTuple):
    """A move, the statuses in which it can be made, and the status that it leads to."""

    move: Move
    before: tuple[Status, ...]
    after: Status


#: Every move by its name in scenarios.
WAYS = {
    "formation": Way(Move.FORMED, (Status.NONE,), Status.ALLIED),
    "dispute": Way(Move.ESTRANGED, (Status.ALLIED,), Status.ESTRANGED),
    "break": Way(Move.SPLIT, (Status.ESTRANGED,), Status.SPLIT),
    "mending": Way(Move.MENDED, (Status.ESTRANGED,), Status.ALLIED),
    "reconciliation": Way(Move.RECONCILED, (Status.SPLIT,), Status.NONE),
}
#: The move that leads from one status to another.
MOVE_OF_STATUSES = {(before, way.after): way.move for way in WAYS.values() for before in way.before}

#: The alliances that exist when the model begins (January 1945), from the record. Source:
#: marku2017 696-697, 734.
STARTING_ALLIANCES = ((Country.YUGOSLAVIA, Country.ALBANIA), (Country.USSR, Country.YUGOSLAVIA))


@dataclass
class AllianceState:
    """All that one quarter hands to the next; pair arrays are [patron, client, replicate].

    ``goodwill[i, j]`` is that of i toward j. ``pledged`` (promised, not yet arrived),
    ``arms_pledged`` (of which arms) and ``outstanding`` (credit to be repaid) are in million US
    dollars; the rest lies in [0, 1], but for ``ambition`` (1 at the start, growing).
    """

    status: PairCode
    goodwill: PerPair
    pledged: PerPair
    arms_pledged: PerPair
    outstanding: PerPair
    support: PerPair
    strain: PerPair
    fatigue: PerPair
    ambition: PerPair
    refused: PerPair
    remembered_line: PerCountry

    def take(self, rows: NDArray[np.integer]) -> "AllianceState":
        """The state of some histories, by their places on the replicate axis, which may repeat."""
        return AllianceState(
            **{name: np.take(array, rows, axis=-1) for name, array in vars(self).items()}
        )

    @classmethod
    def joined(cls, states: Sequence["AllianceState"]) -> "AllianceState":
        """One state of several, their histories side by side in the order given."""
        return cls(
            *(
                np.concatenate([getattr(state, quantity.name) for state in states], axis=-1)
                for quantity in fields(cls)
            )
        )


def standing(status: PairCode, kind: Status) -> PairFlag:
    """Whether each pair's status is of a kind."""
    return np.equal(status, int(kind))  # NumPy compares with a plain number ten times as fast


def standings(status: PairCode) -> tuple[PerPair, PerPair, PerPair]:
    """Where allied, where estranged and where split, as ones among zeros."""
    kinds = (Status.ALLIED, Status.ESTRANGED, Status.SPLIT)
    allied, estranged, split = (standing(status, kind).astype(float) for kind in kinds)
    return allied, estranged, split


def status_after(status: PairCode, move: PairCode) -> PairCode:
    """The statuses that moves have led to."""
    after: PairCode = status * np.equal(move, int(Move.STAY))
    for way in WAYS.values():
        after += np.equal(move, int(way.move)) * np.int8(way.after)
    return after


def opening_state(parameters: Parameters, context: Context) -> AllianceState:
    """The state of January 1945 for every replicate."""
    first = context.quarter(0)
    attention = perception.attention(first.log_size_share, **parameters.of(perception.attention))
    return starting_state(first.line, attention, first.present, **parameters.of(starting_state))


def starting_state(
    line: PerCountry,
    attention: PerPair,
    present: PerPair,
    *,
    start_goodwill_allied: PerReplicate,
    start_goodwill_other: PerReplicate,
    start_support: PerReplicate,
    start_strain: PerReplicate,
) -> AllianceState:
    """The state of January 1945: Yugoslavia's alliance with Albania and Moscow's with Yugoslavia.

    ``line`` (C, R) is what others are used to; ``attention`` (P, C, R) scales the support of a
    small ally for a large one. Source: marku2017 696-697, 734.
    """
    replicates = line.shape[-1]
    shape = (COUNTRIES, COUNTRIES, replicates)
    status = np.zeros(shape, dtype=np.int8)
    for patron, client in STARTING_ALLIANCES:
        status[patron, client] = status[client, patron] = Status.ALLIED
    status *= present.astype(np.int8)
    allied = status == Status.ALLIED
    goodwill = np.where(allied, start_goodwill_allied, start_goodwill_other)
    support = np.where(allied, start_support * attention, 0.0)
    uneasy = np.where(allied, start_strain * attention, 0.0)
    return AllianceState(
        status=status,
        goodwill=without_self_pairs(goodwill),
        pledged=np.zeros(shape),
        arms_pledged=np.zeros(shape),
        outstanding=np.zeros(shape),
        support=support,
        strain=uneasy,
        fatigue=np.where(allied, start_strain + np.zeros(shape), 0.0),
        ambition=np.ones(shape),
        refused=np.zeros(shape),
        remembered_line=line.copy(),
    )
