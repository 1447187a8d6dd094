"""Stage 4 of a quarter: pairs may ally, quarrel, break, make up, or get over a break."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from simulation.arrays import (
    Array,
    PairCode,
    PairFlag,
    PerPair,
    keep_pairs,
    reversed_pair,
    set_pairs,
    zero_pairs,
)
from simulation.conditioning import Conditioning
from simulation.context import QuarterContext
from simulation.fusion import fused
from simulation.parameters import Parameters
from simulation.rules import goodwill as disposition
from simulation.rules import perception as views
from simulation.rules import status
from simulation.stages.exchange import Exchange
from simulation.stages.perception import Perception
from simulation.state import (
    WAYS,
    AllianceState,
    Move,
    Status,
    standing,
    standings,
    status_after,
)

#: The move, as scenarios name it, that each decision leads to.
_MOVE_OF_DECISION = {
    "dispute_by_client": "dispute",
    "dispute_by_patron": "dispute",
    "break_by_client": "break",
    "break_by_patron": "break",
    "mending": "mending",
    "reconciliation": "reconciliation",
    "alliance_forming": "formation",
}

#: A quarrel is made up and a break got over by the same shock: no pair can do both.
_SHOCK_OF_DECISION = {"reconciliation": "mending"}

#: Moves that bring two countries nearer at once, and those that part them.
FRIENDLY = (Move.FORMED, Move.MENDED, Move.RECONCILED)
HOSTILE = (Move.ESTRANGED, Move.SPLIT)


class Decision(NamedTuple):
    """The chances of the status stage and what came of them."""

    fear: PerPair
    outside_option: PerPair
    accord: PerPair
    exclusion: PerPair
    dispute_by_client: PerPair
    dispute_by_patron: PerPair
    break_by_client: PerPair
    break_by_patron: PerPair
    mending: PerPair
    reconciliation: PerPair
    alliance_forming: PerPair
    move: PairCode
    moved_by_client: PairFlag
    moved_by_patron: PairFlag


class Settlement(NamedTuple):
    """What the moves leave behind: statuses, goodwill, and promises cancelled and left open."""

    status: PairCode
    goodwill: PerPair
    cancelled: PerPair
    pledged: PerPair
    arms_pledged: PerPair


@fused
def decision_of(
    state: AllianceState,
    parameters: Parameters,
    context: QuarterContext,
    shocks: Mapping[str, Array],
    perception: Perception,
    exchange: Exchange,
) -> Decision:
    """Stage 4: each pair may change its status, by the chances and shocks of its decisions."""
    allied, estranged, split = standings(state.status)
    option = views.outside_option(perception.warmth, perception.attention)
    fear = status.fear(
        context.proximity, perception.attention, context.hierarchy, context.distraction
    )
    accord = status.accord(state.goodwill)
    exclusion = status.exclusion(allied, context.proximity, perception.attention, context.hierarchy)
    mending = status.mending(accord, state.strain, state.fatigue, **parameters.of(status.mending))
    chances = {
        "dispute_by_client": allied
        * status.dispute_by_client(state.strain, **parameters.of(status.dispute_by_client)),
        "dispute_by_patron": allied
        * status.dispute_by_patron(state.fatigue, **parameters.of(status.dispute_by_patron)),
        "break_by_client": estranged
        * status.break_by_client(
            state.strain, option, fear, exchange.dependence, **parameters.of(status.break_by_client)
        ),
        "break_by_patron": estranged
        * status.break_by_patron(state.fatigue, **parameters.of(status.break_by_patron)),
        "mending": estranged * mending,
        "reconciliation": split
        * status.reconciliation(
            accord,
            state.strain,
            state.fatigue,
            context.proximity,
            perception.asymmetry,
            status.openness(context.pressure, context.hierarchy),
            **parameters.of(status.reconciliation),
        ),
        "alliance_forming": (1 - allied - estranged - split)
        * status.alliance_forming(
            accord,
            perception.danger,
            context.proximity,
            perception.attention,
            perception.submission,
            exclusion,
            perception.friend_opposed + reversed_pair(perception.friend_opposed),
            **parameters.of(status.alliance_forming),
        ),
    }
    for decision, chance in chances.items():
        zero_pairs(chance, context.forbidden[_MOVE_OF_DECISION[decision]])
    fired = {
        name: fallen(shocks[_SHOCK_OF_DECISION.get(name, name)], chance)
        for name, chance in chances.items()
    }
    return Decision(
        fear,
        option,
        accord,
        exclusion,
        **chances,
        move=moves_made(fired),
        moved_by_client=fired["dispute_by_client"]
        | fired["break_by_client"]
        | fired["alliance_forming"],
        moved_by_patron=fired["dispute_by_patron"] | fired["break_by_patron"],
    )


def impose_moves(decision: Decision, state: AllianceState, context: QuarterContext) -> None:
    """Put the moves that a scenario imposes in place of those decided, where the status allows."""
    for pair, imposed in context.imposed:
        way = WAYS[imposed]
        open_to_it = np.isin(state.status[pair], way.before)
        decision.move[pair] = np.where(open_to_it, np.int8(way.move), decision.move[pair])
        decision.moved_by_client[pair] &= ~open_to_it
        decision.moved_by_patron[pair] &= ~open_to_it


def impose_record(
    record: Conditioning, quarter: int, decision: Decision, shocks: Mapping[str, Array]
) -> None:
    """Put the moves on record in place of those decided, and add up their log-probabilities."""
    record.impose(quarter, chances_of_moves(decision), shocks["mending"], decision.move)


def chances_of_moves(decision: Decision) -> dict[Move, PerPair]:
    """The probability of each move in the quarter; a break comes before a mending."""
    breaking = either(decision.break_by_client, decision.break_by_patron)
    mending, reconciliation, forming = (
        either(chance, 0 * chance)
        for chance in (decision.mending, decision.reconciliation, decision.alliance_forming)
    )
    return {
        Move.FORMED: forming,
        Move.ESTRANGED: either(decision.dispute_by_client, decision.dispute_by_patron),
        Move.SPLIT: breaking,
        Move.MENDED: (1 - breaking) * mending,
        Move.RECONCILED: reconciliation,
    }


def either(one: PerPair, other: PerPair) -> PerPair:
    """The chance that one of a pair's independent decisions falls, whichever side takes it."""
    neither = (1 - one) * (1 - other)
    return np.asarray(1 - neither * reversed_pair(neither))


@fused
def fallen(shock: PerPair, chance: PerPair) -> PairFlag:
    """Whether a decision falls: its uniform shock is below its chance."""
    return shock < chance


def moves_made(fired: Mapping[str, PairFlag]) -> PairCode:
    """What becomes of each pair by its decisions; a break comes before a mending."""
    leaving = fired["dispute_by_client"] | fired["dispute_by_patron"]
    breaking = fired["break_by_client"] | fired["break_by_patron"]
    breaking = breaking | reversed_pair(breaking)
    mending = (fired["mending"] | reversed_pair(fired["mending"])) & ~breaking
    move: PairCode = (leaving | reversed_pair(leaving)) * np.int8(Move.ESTRANGED)
    move = move + (fired["alliance_forming"] | reversed_pair(fired["alliance_forming"])) * np.int8(
        Move.FORMED
    )
    move += breaking * np.int8(Move.SPLIT) + mending * np.int8(Move.MENDED)
    reconciled = fired["reconciliation"] | reversed_pair(fired["reconciliation"])
    move += reconciled * np.int8(Move.RECONCILED)
    return move


@fused
def settlement_of(
    before: PairCode,
    after: AllianceState,
    parameters: Parameters,
    move: PairCode,
    context: QuarterContext,
) -> Settlement:
    """What the moves leave behind: the new statuses, how they are taken, and promises ended.

    ``before`` are the statuses at the beginning of the quarter. A promise ends with a break or a
    country.
    """
    status = zero_pairs(status_after(before, move), context.absent)
    kept = context.present * (1 - standing(status, Status.SPLIT).astype(float))
    friendly, hostile = (made(move, kinds).astype(float) for kinds in (FRIENDLY, HOSTILE))
    goodwill = disposition.goodwill_after(
        after.goodwill, friendly, hostile, **parameters.of(disposition.goodwill_after)
    )
    return Settlement(
        status,
        set_pairs(
            keep_pairs(goodwill, after.goodwill, context.goodwill_kept), context.goodwill_fixed
        ),
        after.pledged * (1 - kept),
        after.pledged * kept,
        after.arms_pledged * kept,
    )


def made(move: PairCode, kinds: tuple[Move, ...]) -> PairFlag:
    """Whether a pair makes one of some moves."""
    first, *others = (np.equal(move, int(kind)) for kind in kinds)
    for other in others:
        first = first | other
    return first
