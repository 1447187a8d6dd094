"""One quarter: the only place that knows the order of events.

The schedule is staged: leaders perceive; clients ask, patrons pledge, aid arrives; clients respond
with support and strain, patrons with fatigue; goodwill drifts; last, pairs may change their
status. Within a stage all act at once.
"""

from collections.abc import Mapping

from simulation.arrays import Array
from simulation.conditioning import Conditioning
from simulation.context import QuarterContext
from simulation.parameters import Parameters
from simulation.stages import QuarterAccount
from simulation.stages.decision import decision_of, impose_moves, impose_record, settlement_of
from simulation.stages.exchange import exchange_of
from simulation.stages.perception import perception_of
from simulation.stages.response import response_of
from simulation.state import AllianceState


def transition(
    state: AllianceState,
    parameters: Parameters,
    context: QuarterContext,
    shocks: Mapping[str, Array],
    record: Conditioning | None = None,
) -> tuple[AllianceState, QuarterAccount]:
    """Carry the four countries through one quarter, and keep the account of it.

    ``shocks`` are uniforms (P, C, R) by decision; scenario interventions are already in
    ``context``. With a ``record`` the moves on record are imposed and their log-probability is
    added to it (conditioned mode); the rules are the same.
    """
    perception = perception_of(state, parameters, context)
    exchange = exchange_of(state, parameters, context, shocks["grant"], perception)
    response = response_of(state, parameters, context, shocks["perception"], perception, exchange)
    after = response.state
    decision = decision_of(after, parameters, context, shocks, perception, exchange)
    impose_moves(decision, state, context)
    if record is not None:
        impose_record(record, context.quarter, decision, shocks)
    settlement = settlement_of(state.status, after, parameters, decision.move, context)
    after.status, after.goodwill = settlement.status, settlement.goodwill
    after.pledged, after.arms_pledged = settlement.pledged, settlement.arms_pledged
    return after, QuarterAccount(context.line, perception, exchange, response, decision, settlement)
