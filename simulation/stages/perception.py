"""Stage 1 of a quarter: how each country sees the others."""

from typing import NamedTuple

from simulation.arrays import PerPair, zero_pairs
from simulation.context import QuarterContext
from simulation.fusion import fused
from simulation.parameters import Parameters
from simulation.rules import aid, status
from simulation.rules import perception as views
from simulation.state import AllianceState, standings


class Perception(NamedTuple):
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


@fused
def perception_of(
    state: AllianceState, parameters: Parameters, context: QuarterContext
) -> Perception:
    """Stage 1: how each country sees the others."""
    allied, estranged, split = standings(state.status)
    attention = views.attention(context.log_size_share, **parameters.of(views.attention))
    zero_pairs(attention, context.absent)
    threat = views.threat(context.proximity, attention, state.goodwill)
    autonomy = views.autonomy(context.log_client_share, **parameters.of(views.autonomy))
    asymmetry = views.asymmetry(context.log_size_share, context.log_client_share) * context.present
    quarrel = views.quarrel(estranged, split, **parameters.of(views.quarrel))
    warmth = views.warmth(state.goodwill)
    tie = aid.tie(allied, estranged, split, warmth, **parameters.of(aid.tie))
    return Perception(
        tie=zero_pairs(tie, context.absent),
        line_gap=views.line_gap(context.line),
        attention=attention,
        asymmetry=asymmetry,
        submission=status.submission(context.hierarchy, context.proximity, asymmetry, autonomy),
        warmth=warmth,
        threat=threat,
        danger=views.danger(threat, context.pressure),
        shared_enemy=views.enemy_shared(views.enmity(state.goodwill), attention),
        friend_opposed=views.friend_opposed(quarrel, attention, warmth),
    )
