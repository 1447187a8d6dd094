"""Stage 2 of a quarter: clients ask, patrons pledge, aid arrives and leaves debts."""

from typing import NamedTuple

import numpy as np

from simulation.arrays import Array, PerPair, received_by_client
from simulation.context import QuarterContext
from simulation.fusion import fused
from simulation.parameters import Parameters
from simulation.rules import aid, credit
from simulation.rules import strain as feeling
from simulation.stages.perception import Perception
from simulation.state import AllianceState


class Exchange(NamedTuple):
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
    lent_share: PerPair
    interest: PerPair
    credit_drawn: PerPair
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
    need = aid.need(
        context.income, context.emergency, context.plan_start, **parameters.of(aid.need)
    )
    requested = aid.aid_requested(
        need,
        state.ambition,
        perception.attention,
        state.strain,
        perception.tie,
        **parameters.of(aid.aid_requested),
    )
    value = aid.value_of_client(
        state.support,
        context.line,
        context.isolation,
        perception.shared_enemy,
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
    grant_share = grant_share * context.grant_free + context.grant_fixed
    grant_share = grant_share + context.sum_fixed / np.maximum(requested, context.sum_least)
    capacity = aid.capacity(context.income, **parameters.of(aid.capacity))
    newly_pledged = aid.aid_pledged(requested, grant_share, capacity)
    newly_pledged = (
        newly_pledged * context.sum_free
        + (context.sum_fixed + context.extra_pledge) * perception.tie
    )
    delivered = aid.aid_delivered(
        state.pledged + newly_pledged,
        perception.tie,
        context.income,
        **parameters.of(aid.aid_delivered),
    )
    lent_share = credit.lent_share(perception.attention, **parameters.of(credit.lent_share))
    interest = credit.interest(value, **parameters.of(credit.interest))
    return Exchange(
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
        lent_share=lent_share,
        interest=interest,
        credit_drawn=lent_share * delivered,
        interest_accrued=credit.interest_accrued(state.outstanding, interest),
        repaid=credit.repaid(state.outstanding, perception.tie, **parameters.of(credit.repaid)),
    )
