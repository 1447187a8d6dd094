"""One quarter: the only place that knows the order of events.

The schedule is staged: leaders perceive; clients ask, patrons pledge, aid arrives; clients respond with support
and strain, patrons with fatigue; goodwill drifts; last, pairs may change their status. Within a stage all act at
once.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from simulation.arrays import (
    Array,
    PairCode,
    PairFlag,
    PerPair,
    held_pairs,
    kept_pairs,
    received_by_client,
    reversed_pair,
    without_self_pairs,
    zero_pairs,
)
from simulation.conditioning import Conditioning, chances_of_moves
from simulation.context import QuarterContext
from simulation.fusion import fused
from simulation.parameters import Parameters
from simulation.rules import aid, credit, perception, status
from simulation.rules import goodwill as disposition
from simulation.rules import strain as feeling
from simulation.rules import support as politics
from simulation.rules.strain import FatigueSources, StrainSources
from simulation.state import AllianceState, Move, QuarterAccount, Status


class Perceived(NamedTuple):
    """What the countries make of one another at the start of the quarter."""

    tie: PerPair
    line_gap: PerPair
    attention: PerPair
    asymmetry: PerPair
    submission: PerPair
    warmth: PerPair
    threat: PerPair
    danger: PerPair
    shared_enemy: PerPair
    friend_opposed: PerPair


class Exchanged(NamedTuple):
    """The aid asked, promised and delivered in the quarter, and what it left on the books."""

    need: Array
    requested: PerPair
    value: PerPair
    defiance: PerPair
    capacity: Array
    grant_share: PerPair
    newly_pledged: PerPair
    delivered: PerPair
    need_met: PerPair
    dependence: PerPair
    interest: PerPair
    credit_drawn: PerPair
    interest_accrued: PerPair
    repaid: PerPair


class Decided(NamedTuple):
    """The chances of the status stage and what came of them."""

    fear: PerPair
    option: PerPair
    accord: PerPair
    exclusion: PerPair
    dispute_by_client: PerPair
    dispute_by_patron: PerPair
    break_by_client: PerPair
    break_by_patron: PerPair
    mending: PerPair
    alliance_forming: PerPair
    move: PairCode
    by_client: PairFlag
    by_patron: PairFlag


class Responded(NamedTuple):
    """The state after feelings have moved, statuses being those of before, and what moved them."""

    state: AllianceState
    strain_sources: StrainSources
    relief: PerPair
    fatigue_sources: FatigueSources


class Settled(NamedTuple):
    """The statuses that the quarter's moves have led to, and the promises they cancelled and left open."""

    status: PairCode
    cancelled: PerPair
    pledged: PerPair


@fused
def perceived(state: AllianceState, parameters: Parameters, context: QuarterContext) -> Perceived:
    """Stage 1: how each country sees the others."""
    allied, estranged, split = standings(state.status)
    attention = perception.attention(context.log_size_share, **parameters.of(perception.attention))
    zero_pairs(attention, context.absent)
    threat = perception.threat(context.proximity, attention, state.goodwill)
    autonomy = perception.autonomy(context.log_client_share, **parameters.of(perception.autonomy))
    asymmetry = (
        perception.asymmetry(context.log_size_share, context.log_client_share) * context.present
    )
    quarrel = perception.quarrel(estranged, split, **parameters.of(perception.quarrel))
    warmth = perception.warmth(state.goodwill)
    return Perceived(
        tie=aid.tie(allied, estranged, **parameters.of(aid.tie)),
        line_gap=perception.line_gap(context.line),
        attention=attention,
        asymmetry=asymmetry,
        submission=status.submission(context.hierarchy, context.proximity, asymmetry, autonomy),
        warmth=warmth,
        threat=threat,
        danger=perception.danger(threat, context.pressure),
        shared_enemy=perception.enemy_shared(perception.enmity(state.goodwill), attention),
        friend_opposed=perception.friend_opposed(quarrel, attention, warmth),
    )


@fused
def exchanged(
    state: AllianceState,
    parameters: Parameters,
    context: QuarterContext,
    shock: Array,
    seen: Perceived,
) -> Exchanged:
    """Stage 2: clients ask, patrons grant and pledge, aid arrives and leaves debts."""
    need = aid.need(
        context.income, context.emergency, context.plan_start, **parameters.of(aid.need)
    )
    requested = aid.aid_requested(
        need,
        state.ambition,
        seen.attention,
        state.strain,
        seen.tie,
        **parameters.of(aid.aid_requested),
    )
    value = aid.value_of_client(
        state.support,
        context.line,
        context.isolation,
        seen.shared_enemy,
        **parameters.of(aid.value_of_client),
    )
    defiance = feeling.defiance(state.strain, context.hierarchy)
    grant_share = aid.grant_share(
        value,
        state.goodwill,
        state.fatigue,
        defiance,
        context.emergency,
        shock,
        **parameters.of(aid.grant_share),
    )
    grant_share = grant_share * context.grant_free + context.grant_imposed
    capacity = aid.capacity(context.income, **parameters.of(aid.capacity))
    newly_pledged = aid.aid_pledged(requested, grant_share, capacity)
    newly_pledged = newly_pledged + context.extra_pledge * seen.tie
    delivered = aid.aid_delivered(
        state.pledged + newly_pledged, seen.tie, context.income, **parameters.of(aid.aid_delivered)
    )
    interest = credit.interest(value, **parameters.of(credit.interest))
    return Exchanged(
        need=need,
        requested=requested,
        value=value,
        defiance=defiance,
        capacity=capacity,
        grant_share=grant_share,
        newly_pledged=newly_pledged,
        delivered=delivered,
        need_met=aid.need_met(delivered, need),
        dependence=aid.dependence(delivered, received_by_client(delivered), need),
        interest=interest,
        credit_drawn=credit.credit_drawn(delivered, **parameters.of(credit.credit_drawn)),
        interest_accrued=credit.interest_accrued(state.outstanding, interest),
        repaid=credit.repaid(state.outstanding, seen.tie, **parameters.of(credit.repaid)),
    )


def strain_sources(
    state: AllianceState, parameters: Parameters, context: QuarterContext, seen: Perceived
) -> StrainSources:
    """Everything that drives each client away from each patron, source by source."""
    shift = perception.line_shift(context.line, state.remembered_line)
    attention = seen.attention
    return StrainSources(
        ideology=feeling.ideology(
            seen.line_gap, context.line, attention, **parameters.of(feeling.ideology)
        ),
        hierarchy=feeling.hierarchy(seen.submission, **parameters.of(feeling.hierarchy)),
        rival_courted=feeling.rival_courted(
            perception.rival_courted(seen.warmth, seen.threat),
            attention,
            **parameters.of(feeling.rival_courted),
        ),
        enemy_courted=feeling.enemy_courted(
            context.rapprochement, context.line, attention, **parameters.of(feeling.enemy_courted)
        ),
        friend_opposed=feeling.friend_opposed(
            seen.friend_opposed,
            attention,
            **parameters.of(feeling.friend_opposed),
        ),
        refusal=feeling.refusal(state.refused, attention, **parameters.of(feeling.refusal)),
        unconsulted=feeling.unconsulted(
            shift, context.line, attention, **parameters.of(feeling.unconsulted)
        ),
    )


def fatigue_sources(
    state: AllianceState,
    parameters: Parameters,
    context: QuarterContext,
    seen: Perceived,
    aids: Exchanged,
) -> FatigueSources:
    """Everything that turns each patron against each client, source by source."""
    return FatigueSources(
        cost=feeling.cost(
            aids.newly_pledged, aids.capacity, context.line, **parameters.of(feeling.cost)
        ),
        deviation=feeling.deviation(
            seen.line_gap, context.hierarchy, seen.attention, **parameters.of(feeling.deviation)
        ),
        insubordination=feeling.insubordination(
            seen.submission,
            state.support,
            context.pressure,
            **parameters.of(feeling.insubordination),
        ),
        encroachment=feeling.encroachment(
            state.support,
            context.proximity,
            context.hierarchy,
            seen.attention,
            context.pressure,
            **parameters.of(feeling.encroachment),
        ),
        defiance=feeling.defiance_resented(
            aids.defiance, **parameters.of(feeling.defiance_resented)
        ),
    )


@fused
def responded(
    state: AllianceState,
    parameters: Parameters,
    context: QuarterContext,
    shock: Array,
    seen: Perceived,
    aids: Exchanged,
) -> Responded:
    """Stage 3: clients respond with support and strain, patrons with fatigue, and goodwill drifts."""
    sources = strain_sources(state, parameters, context, seen)
    relief = feeling.relief(
        aids.need_met, seen.danger, seen.attention, state.goodwill, **parameters.of(feeling.relief)
    )
    allied, estranged, split = standings(state.status)
    bond = allied + estranged
    strain = feeling.strain(
        state.strain, sources, relief, bond, shock, **parameters.of(feeling.strain)
    )
    strain = zero_pairs(strain, context.absent)
    tiring = fatigue_sources(state, parameters, context, seen, aids)
    fatigue = feeling.fatigue(
        state.fatigue, tiring, aids.value, bond, **parameters.of(feeling.fatigue)
    )
    fatigue = zero_pairs(fatigue, context.absent)
    support = politics.support(
        state.support,
        aids.need_met,
        seen.shared_enemy,
        reversed_pair(state.goodwill),
        seen.danger,
        strain,
        seen.attention,
        seen.tie,
        **parameters.of(politics.support),
    )
    goodwill = disposition.goodwill(
        state.goodwill,
        seen.line_gap,
        context.line,
        support,
        aids.need_met,
        strain,
        fatigue,
        seen.threat,
        seen.shared_enemy,
        split,
        **parameters.of(disposition.goodwill),
    )
    goodwill = kept_pairs(without_self_pairs(goodwill), state.goodwill, context.absent)
    after = AllianceState(
        status=state.status,
        goodwill=held_pairs(goodwill, context.goodwill_held),
        pledged=state.pledged + aids.newly_pledged - aids.delivered,
        outstanding=state.outstanding + aids.credit_drawn + aids.interest_accrued - aids.repaid,
        support=support,
        strain=strain,
        fatigue=fatigue,
        ambition=aid.ambition(
            state.ambition, aids.grant_share, seen.tie, **parameters.of(aid.ambition)
        ),
        refused=feeling.refused(
            state.refused, aids.grant_share, seen.tie, **parameters.of(feeling.refused)
        ),
        remembered_line=perception.remembered_line(
            state.remembered_line, context.line, **parameters.of(perception.remembered_line)
        ),
    )
    return Responded(after, sources, relief, tiring)


@fused
def weighed(
    state: AllianceState,
    parameters: Parameters,
    context: QuarterContext,
    shocks: Mapping[str, Array],
    seen: Perceived,
    aids: Exchanged,
) -> Decided:
    """Stage 4: every pair may quarrel, break, make up or ally, each by a chance and a shock of its own."""
    allied, estranged, split = standings(state.status)
    option = perception.outside_option(seen.warmth, seen.attention)
    fear = status.fear(context.proximity, seen.attention, context.hierarchy, context.distraction)
    accord = status.accord(state.goodwill)
    exclusion = status.exclusion(allied, context.proximity, seen.attention, context.hierarchy)
    untied = 1 - allied
    untied -= estranged
    chances = {
        "dispute_by_client": allied
        * status.dispute_by_client(state.strain, **parameters.of(status.dispute_by_client)),
        "dispute_by_patron": allied
        * status.dispute_by_patron(state.fatigue, **parameters.of(status.dispute_by_patron)),
        "break_by_client": estranged
        * status.break_by_client(
            state.strain, option, fear, aids.dependence, **parameters.of(status.break_by_client)
        ),
        "break_by_patron": estranged
        * status.break_by_patron(state.fatigue, **parameters.of(status.break_by_patron)),
        "mending": estranged
        * status.mending(accord, state.strain, state.fatigue, **parameters.of(status.mending)),
        "alliance_forming": untied
        * status.alliance_forming(
            accord,
            seen.danger,
            context.proximity,
            seen.attention,
            seen.asymmetry,
            seen.submission,
            exclusion,
            seen.friend_opposed + reversed_pair(seen.friend_opposed),
            split,
            status.openness(context.pressure, context.hierarchy),
            **parameters.of(status.alliance_forming),
        ),
    }
    for decision, chance in chances.items():
        zero_pairs(chance, context.forbidden[_MOVE_OF_DECISION[decision]])
    fired = {name: fallen(shocks[name], chance) for name, chance in chances.items()}
    return Decided(
        fear,
        option,
        accord,
        exclusion,
        **chances,
        move=moves_made(fired),
        by_client=fired["dispute_by_client"] | fired["break_by_client"] | fired["alliance_forming"],
        by_patron=fired["dispute_by_patron"] | fired["break_by_patron"],
    )


def impose_moves(chosen: Decided, state: AllianceState, context: QuarterContext) -> None:
    """Put the moves that a scenario imposes in place of those that were decided, where the status allows them."""
    for pair, imposed in context.imposed:
        code, leads_from = _IMPOSED[imposed]
        open_to_it = np.isin(state.status[pair], leads_from)
        chosen.move[pair] = np.where(open_to_it, np.int8(code), chosen.move[pair])
        chosen.by_client[pair] &= ~open_to_it
        chosen.by_patron[pair] &= ~open_to_it


def impose_record(
    record: Conditioning, quarter: int, chosen: Decided, shocks: Mapping[str, Array]
) -> None:
    """Put the moves on record in place of those that were decided, and add up the probabilities they had."""
    record.impose(
        quarter,
        chances_of_moves(
            leaving=either(chosen.dispute_by_client, chosen.dispute_by_patron),
            breaking=either(chosen.break_by_client, chosen.break_by_patron),
            mending=either(chosen.mending, 0 * chosen.mending),
            forming=either(chosen.alliance_forming, 0 * chosen.alliance_forming),
        ),
        shocks["mending"],
        chosen.move,
    )


def either(one: PerPair, other: PerPair) -> PerPair:
    """The chance that at least one of a pair's independent decisions falls, whichever side takes it."""
    neither = (1 - one) * (1 - other)
    return np.asarray(1 - neither * reversed_pair(neither))


#: The move, as scenarios name it, that each decision leads to.
_MOVE_OF_DECISION = {
    "dispute_by_client": "dispute",
    "dispute_by_patron": "dispute",
    "break_by_client": "break",
    "break_by_patron": "break",
    "mending": "mending",
    "alliance_forming": "formation",
}


#: The move that a scenario imposes under each name, and the statuses in which it can be made.
_IMPOSED = {
    "formation": (Move.FORMED, (Status.NONE, Status.SPLIT)),
    "dispute": (Move.ESTRANGED, (Status.ALLIED,)),
    "break": (Move.SPLIT, (Status.ESTRANGED,)),
    "mending": (Move.MENDED, (Status.ESTRANGED,)),
}


@fused
def fallen(shock: PerPair, chance: PerPair) -> PairFlag:
    """Whether a decision falls: its uniform shock is below its chance."""
    return shock < chance


def moves_made(fired: Mapping[str, PairFlag]) -> PairCode:
    """What becomes of each pair when its decisions have fallen; a break comes before a reconciliation."""
    leaving = fired["dispute_by_client"] | fired["dispute_by_patron"]
    breaking = fired["break_by_client"] | fired["break_by_patron"]
    breaking = breaking | reversed_pair(breaking)
    mending = (fired["mending"] | reversed_pair(fired["mending"])) & ~breaking
    move: PairCode = (leaving | reversed_pair(leaving)) * np.int8(Move.ESTRANGED)
    move = move + (fired["alliance_forming"] | reversed_pair(fired["alliance_forming"])) * np.int8(
        Move.FORMED
    )
    move += breaking * np.int8(Move.SPLIT) + mending * np.int8(Move.MENDED)
    return move


def standings(status: PairCode) -> tuple[PerPair, PerPair, PerPair]:
    """Where allied, where estranged and where split, as ones among zeros: what rules can calculate with."""
    kinds = (Status.ALLIED, Status.ESTRANGED, Status.SPLIT)
    allied, estranged, split = (standing(status, kind).astype(float) for kind in kinds)
    return allied, estranged, split


#: The status that each move leads to.
_STATUS_AFTER = {
    Move.FORMED: Status.ALLIED,
    Move.ESTRANGED: Status.ESTRANGED,
    Move.SPLIT: Status.SPLIT,
    Move.MENDED: Status.ALLIED,
}


def standing(status: PairCode, kind: Status) -> PairFlag:
    """Whether each pair's status is of a kind."""
    return np.equal(status, int(kind))  # NumPy compares with a plain number ten times as fast


def status_after(status: PairCode, move: PairCode) -> PairCode:
    """The statuses that moves have led to."""
    after: PairCode = status * np.equal(move, int(Move.STAY))
    for made, led_to in _STATUS_AFTER.items():
        after += np.equal(move, int(made)) * np.int8(led_to)
    return after


@fused
def settled(
    status: PairCode, move: PairCode, open_pledges: PerPair, context: QuarterContext
) -> Settled:
    """What the moves leave behind: the new statuses; a promise ends with the alliance."""
    after = zero_pairs(status_after(status, move), context.absent)
    cancelled = open_pledges * (standing(after, Status.SPLIT) | standing(after, Status.NONE))
    return Settled(after, cancelled, open_pledges - cancelled)


def transition(
    state: AllianceState,
    parameters: Parameters,
    context: QuarterContext,
    shocks: Mapping[str, Array],
    record: Conditioning | None = None,
) -> tuple[AllianceState, QuarterAccount]:
    """Carry the four countries through one quarter, and keep the account of it.

    ``shocks`` are uniforms (P, C, R) by decision; scenario interventions are already in ``context``. With a
    ``record`` the moves on record are imposed and their log-probability is added to it (conditioned mode); the
    rules are the same.
    """
    seen = perceived(state, parameters, context)
    aids = exchanged(state, parameters, context, shocks["grant"], seen)
    felt = responded(state, parameters, context, shocks["perception"], seen, aids)
    chosen = weighed(felt.state, parameters, context, shocks, seen, aids)
    impose_moves(chosen, state, context)
    if record is not None:
        impose_record(record, context.quarter, chosen, shocks)
    after = settled(state.status, chosen.move, felt.state.pledged, context)
    felt.state.status, felt.state.pledged = after.status, after.pledged
    account = QuarterAccount(
        line=context.line,
        line_gap=seen.line_gap,
        attention=seen.attention,
        threat=seen.threat,
        danger=seen.danger,
        need=aids.need,
        requested=aids.requested,
        value=aids.value,
        grant_share=aids.grant_share,
        newly_pledged=aids.newly_pledged,
        delivered=aids.delivered,
        cancelled=after.cancelled,
        interest=aids.interest,
        credit_drawn=aids.credit_drawn,
        interest_accrued=aids.interest_accrued,
        repaid=aids.repaid,
        need_met=aids.need_met,
        dependence=aids.dependence,
        strain_sources=felt.strain_sources,
        relief=felt.relief,
        fatigue_sources=felt.fatigue_sources,
        outside_option=chosen.option,
        fear=chosen.fear,
        accord=chosen.accord,
        exclusion=chosen.exclusion,
        dispute_by_client=chosen.dispute_by_client,
        dispute_by_patron=chosen.dispute_by_patron,
        break_by_client=chosen.break_by_client,
        break_by_patron=chosen.break_by_patron,
        mending=chosen.mending,
        alliance_forming=chosen.alliance_forming,
        move=chosen.move,
        moved_by_client=chosen.by_client,
        moved_by_patron=chosen.by_patron,
    )
    return felt.state, account
