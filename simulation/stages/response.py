"""Stage 3 of a quarter: clients respond with support and strain, patrons with fatigue."""

from typing import NamedTuple

from simulation.arrays import (
    Array,
    PerPair,
    keep_pairs,
    reversed_pair,
    set_pairs,
    without_self_pairs,
    zero_pairs,
)
from simulation.context import QuarterContext
from simulation.fusion import fused
from simulation.parameters import Parameters
from simulation.rules import aid
from simulation.rules import goodwill as disposition
from simulation.rules import perception as views
from simulation.rules import strain as feeling
from simulation.rules import support as politics
from simulation.rules.strain import FatigueSources, StrainSources
from simulation.stages.exchange import Exchange
from simulation.stages.perception import Perception
from simulation.state import AllianceState, standings


class Response(NamedTuple):
    """The state after feelings have moved, statuses being those of before, and what moved them."""

    state: AllianceState
    strain_sources: StrainSources
    relief: PerPair
    fatigue_sources: FatigueSources


def strain_sources(
    state: AllianceState, parameters: Parameters, context: QuarterContext, perception: Perception
) -> StrainSources:
    """Everything that drives each client away from each patron, source by source."""
    shift = views.line_shift(context.line, state.remembered_line)
    attention = perception.attention
    return StrainSources(
        ideology=feeling.ideology(
            perception.line_gap, context.line, attention, **parameters.of(feeling.ideology)
        ),
        hierarchy=feeling.hierarchy(perception.submission, **parameters.of(feeling.hierarchy)),
        rival_courted=feeling.rival_courted(
            views.rival_courted(perception.warmth, perception.threat),
            attention,
            **parameters.of(feeling.rival_courted),
        ),
        enemy_courted=feeling.enemy_courted(
            context.rapprochement, context.line, attention, **parameters.of(feeling.enemy_courted)
        ),
        friend_opposed=feeling.friend_opposed(
            perception.friend_opposed,
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
    perception: Perception,
    exchange: Exchange,
) -> FatigueSources:
    """Everything that turns each patron against each client, source by source."""
    return FatigueSources(
        cost=feeling.cost(
            exchange.delivered, exchange.capacity, context.line, **parameters.of(feeling.cost)
        ),
        deviation=feeling.deviation(
            perception.line_gap,
            context.hierarchy,
            perception.attention,
            **parameters.of(feeling.deviation),
        ),
        insubordination=feeling.insubordination(
            perception.submission,
            state.support,
            perception.attention,
            context.pressure,
            **parameters.of(feeling.insubordination),
        ),
        encroachment=feeling.encroachment(
            state.support,
            standings(state.status)[0],
            context.proximity,
            context.hierarchy,
            perception.attention,
            context.pressure,
            **parameters.of(feeling.encroachment),
        ),
        defiance=feeling.defiance_resented(
            exchange.defiance, **parameters.of(feeling.defiance_resented)
        ),
    )


@fused
def response_of(
    state: AllianceState,
    parameters: Parameters,
    context: QuarterContext,
    shock: Array,
    perception: Perception,
    exchange: Exchange,
) -> Response:
    """Stage 3: clients respond with support and strain, patrons with fatigue; goodwill drifts."""
    sources = strain_sources(state, parameters, context, perception)
    relief = feeling.relief(
        exchange.need_met,
        perception.danger,
        perception.attention,
        state.goodwill,
        **parameters.of(feeling.relief),
    )
    allied, estranged, split = standings(state.status)
    bond = allied + estranged
    strain = feeling.strain(
        state.strain, sources, relief, bond, shock, **parameters.of(feeling.strain)
    )
    strain = zero_pairs(strain, context.absent)
    tiring = fatigue_sources(state, parameters, context, perception, exchange)
    fatigue = feeling.fatigue(
        state.fatigue, tiring, exchange.value, bond, **parameters.of(feeling.fatigue)
    )
    fatigue = zero_pairs(fatigue, context.absent)
    support = politics.support(
        state.support,
        exchange.need_met,
        perception.shared_enemy,
        reversed_pair(state.goodwill),
        perception.danger,
        strain,
        perception.attention,
        politics.relations(estranged, split, **parameters.of(politics.relations)),
        **parameters.of(politics.support),
    )
    goodwill = disposition.goodwill(
        state.goodwill,
        perception.line_gap,
        context.line,
        support,
        exchange.need_met,
        strain,
        fatigue,
        perception.threat,
        perception.shared_enemy,
        split,
        **parameters.of(disposition.goodwill),
    )
    goodwill = keep_pairs(without_self_pairs(goodwill), state.goodwill, context.goodwill_kept)
    after = AllianceState(
        status=state.status,
        goodwill=set_pairs(goodwill, context.goodwill_fixed),
        pledged=state.pledged + exchange.newly_pledged - exchange.delivered,
        arms_pledged=state.arms_pledged + exchange.arms_newly_pledged - exchange.arms_delivered,
        outstanding=state.outstanding
        + (exchange.delivered - exchange.arms_delivered)
        + exchange.interest_accrued
        - exchange.repaid,
        support=support,
        strain=strain,
        fatigue=fatigue,
        ambition=aid.ambition(
            state.ambition, exchange.grant_share, perception.tie, **parameters.of(aid.ambition)
        ),
        refused=feeling.refused(
            state.refused, exchange.grant_share, perception.tie, **parameters.of(feeling.refused)
        ),
        remembered_line=views.remembered_line(
            state.remembered_line, context.line, **parameters.of(views.remembered_line)
        ),
    )
    return Response(after, sources, relief, tiring)
