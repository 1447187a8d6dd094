"""Stage 2 of a quarter: clients ask, patrons pledge, aid arrives and leaves debts."""

from typing import NamedTuple

import numpy as np

from simulation.arrays import Array, PerPair, received_by_client
from simulation.context import QuarterContext
from simulation.fusion import fused
from simulation.interventions.terms import AidTerms
from simulation.parameters import Parameters
from simulation.rules import aid, credit
from simulation.rules import strain as feeling
from simulation.stages.perception import Perception
from simulation.state import AllianceState, standings


class Exchange(NamedTuple):
    """The aid asked, promised and delivered in the quarter, and what it left on the books.

    ``requested``, ``newly_pledged`` and ``delivered`` are of all aid, ``arms_...`` of which arms.
    """

    need: Array
    requested: PerPair
    arms_requested: PerPair
    value: PerPair
    defiance: PerPair
    capacity: PerPair
    grant_share: PerPair
    arms_grant_share: PerPair
    newly_pledged: PerPair
    arms_newly_pledged: PerPair
    delivered: PerPair
    arms_delivered: PerPair
    need_met: PerPair
    dependence: PerPair
    interest: PerPair
    interest_accrued: PerPair
    repaid: PerPair


@fused
def exchange_of(
    state: AllianceState,
    parameters: Parameters,
    context: QuarterContext,
    shock: Array,
    perception: Perception,
) -> Exchange:
    """Stage 2: clients ask, patrons grant and pledge, aid arrives and leaves debts."""
    tie = perception.tie
    allied = standings(state.status)[0] * context.present
    need = aid.need(
        context.income, context.log_smallness, context.emergency, **parameters.of(aid.need)
    )
    economic_requested = aid.aid_requested(
        need,
        context.plan_talks,
        state.ambition,
        perception.attention,
        perception.asymmetry,
        tie,
        **parameters.of(aid.aid_requested),
    )
    arms_need = aid.arms_need(
        context.income, context.log_smallness, perception.danger, **parameters.of(aid.arms_need)
    )
    arms_requested = aid.arms_requested(
        arms_need, perception.attention, perception.asymmetry, allied
    )
    value = aid.value_of_client(
        state.support,
        context.isolation,
        perception.shared_enemy,
        **parameters.of(aid.value_of_client),
    )
    defiance = feeling.defiance(state.strain, context.hierarchy)
    capacity = aid.capacity(context.income, context.log_size_share, **parameters.of(aid.capacity))
    offer = aid.offer(
        capacity,
        value,
        state.goodwill,
        state.fatigue,
        defiance,
        context.emergency,
        shock,
        **parameters.of(aid.offer),
    )
    arms_offer = aid.arms_offer(offer, **parameters.of(aid.arms_offer))
    grant_share = share_on(context.economic, offer, economic_requested)
    arms_grant_share = share_on(context.arms, arms_offer, arms_requested) * allied
    economic_pledged = pledged_on(context.economic, grant_share * economic_requested, tie)
    arms_newly_pledged = pledged_on(context.arms, arms_grant_share * arms_requested, allied)
    withheld = parameters.of(aid.openness)
    economic_delivered = aid.aid_delivered(
        state.pledged - state.arms_pledged + economic_pledged,
        aid.openness(state.fatigue, defiance, tie, **withheld),
        context.income,
        **parameters.of(aid.aid_delivered),
    )
    arms_delivered = aid.arms_delivered(
        state.arms_pledged + arms_newly_pledged,
        aid.openness(state.fatigue, defiance, allied, **withheld),
        **parameters.of(aid.arms_delivered),
    )
    delivered = economic_delivered + arms_delivered
    interest = credit.interest(value, **parameters.of(credit.interest))
    return Exchange(
        need=need,
        requested=economic_requested + arms_requested,
        arms_requested=arms_requested,
        value=value,
        defiance=defiance,
        capacity=capacity,
        grant_share=grant_share,
        arms_grant_share=arms_grant_share,
        newly_pledged=economic_pledged + arms_newly_pledged,
        arms_newly_pledged=arms_newly_pledged,
        delivered=delivered,
        arms_delivered=arms_delivered,
        need_met=aid.need_met(delivered, need, arms_need),
        dependence=aid.dependence(delivered, received_by_client(delivered), need),
        interest=interest,
        interest_accrued=credit.interest_accrued(state.outstanding, interest),
        repaid=credit.repaid(state.outstanding, value, tie, **parameters.of(credit.repaid)),
    )


def share_on(terms: AidTerms, offer: PerPair, requested: PerPair) -> PerPair:
    """The share of a request that the patron grants, unless a scenario fixes it."""
    share = aid.grant_share(requested, offer) * terms.grant_free + terms.grant_fixed
    return share + terms.sum_fixed / np.maximum(requested, terms.sum_least)


def pledged_on(terms: AidTerms, pledged: PerPair, tie: PerPair) -> PerPair:
    """What is pledged of a form of aid, the sums that a scenario fixes or adds included."""
    return pledged * terms.sum_free + (terms.sum_fixed + terms.extra_pledge) * tie
