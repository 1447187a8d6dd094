"""What carries over from one quarter to the next, and what a quarter leaves on the books."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import (
    Array,
    PairCode,
    PairFlag,
    PerCountry,
    PerPair,
    PerReplicate,
    without_self_pairs,
)
from simulation.countries import COUNTRIES, Country
from simulation.rules.strain import FatigueSources, StrainSources


class Status(IntEnum):
    """Where a pair stands: strangers, allies, in open dispute, or broken."""

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


#: The alliances that exist when the model begins (January 1945), from the record. Source: marku2017 696-697, 734.
STARTING_ALLIANCES = ((Country.YUGOSLAVIA, Country.ALBANIA), (Country.USSR, Country.YUGOSLAVIA))


@dataclass
class AllianceState:
    """All that one quarter hands to the next; pair arrays are [patron, client, replicate].

    ``goodwill[i, j]`` is that of i toward j. ``pledged`` (promised, not yet arrived) and ``outstanding`` (credit to be
    repaid) are in million US dollars; the rest lies in [0, 1], but for ``ambition`` (1 at the start, growing).
    """

    status: PairCode
    goodwill: PerPair
    pledged: PerPair
    outstanding: PerPair
    support: PerPair
    strain: PerPair
    fatigue: PerPair
    ambition: PerPair
    refused: PerPair
    remembered_line: PerCountry

    def take(self, rows: NDArray[np.integer]) -> "AllianceState":
        """The state of some histories, by their places on the replicate axis; places may be repeated."""
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


class QuarterAccount(NamedTuple):
    """Every intermediate quantity of one quarter: what was perceived, asked, given, felt and decided.

    Amounts are million US dollars in the quarter; probabilities are for the quarter.
    """

    line: PerCountry
    line_gap: PerPair
    attention: PerPair
    threat: PerPair
    danger: PerPair
    need: PerCountry
    requested: PerPair
    value: PerPair
    grant_share: PerPair
    newly_pledged: PerPair
    delivered: PerPair
    cancelled: PerPair
    interest: PerPair
    credit_drawn: PerPair
    interest_accrued: PerPair
    repaid: PerPair
    need_met: PerPair
    dependence: PerPair
    strain_sources: StrainSources
    relief: PerPair
    fatigue_sources: FatigueSources
    outside_option: PerPair
    fear: PerPair
    accord: PerPair
    exclusion: PerPair
    dispute_by_client: PerPair
    dispute_by_patron: PerPair
    break_by_client: PerPair
    break_by_patron: PerPair
    mending: PerPair
    alliance_forming: PerPair
    move: PairCode
    moved_by_client: PairFlag
    moved_by_patron: PairFlag


#: Fields of the account that are themselves tuples of pair arrays, one a source.
SOURCE_FIELDS = ("strain_sources", "fatigue_sources")


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
    """The state of January 1945: two alliances, Yugoslavia's over Albania and Moscow's over Yugoslavia.

    ``line`` (C, R) is what others are used to; ``attention`` (P, C, R) scales the support of a small ally for a large
    one. Source: marku2017 696-697, 734.
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
        outstanding=np.zeros(shape),
        support=support,
        strain=uneasy,
        fatigue=np.where(allied, start_strain + np.zeros(shape), 0.0),
        ambition=np.ones(shape),
        refused=np.zeros(shape),
        remembered_line=line.copy(),
    )


def array_fields(quantities: AllianceState | QuarterAccount) -> dict[str, Array]:
    """Every array of a state or account by name; a source is named ``strain_sources.ideology``."""
    names = (
        [f.name for f in fields(quantities)]
        if isinstance(quantities, AllianceState)
        else quantities._fields
    )
    arrays: dict[str, Array] = {}
    for name in names:
        value = getattr(quantities, name)
        if name in SOURCE_FIELDS:
            arrays |= {f"{name}.{source}": array for source, array in value._asdict().items()}
        else:
            arrays[name] = value
    return arrays
