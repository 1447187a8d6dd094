"""Political support: what the client gives in return."""

from simulation.arrays import PerPair, PerReplicate, logistic, moved_toward
from simulation.fusion import fused


@fused
def relations(estranged: PerPair, split: PerPair, *, estranged_tie: PerReplicate) -> PerPair:
    """How far two countries are on speaking terms: 1, ``estranged_tie`` in a quarrel, 0 if broken.

    Source: marku2017 2363-2387, 3200-3225.
    """
    return 1 - split - (1 - estranged_tie) * estranged


@fused
def support(
    support: PerPair,
    need_met: PerPair,
    shared_enemy: PerPair,
    client_goodwill: PerPair,
    danger: PerPair,
    strain: PerPair,
    attention: PerPair,
    relations: PerPair,
    *,
    support_base: PerReplicate,
    support_aid: PerReplicate,
    support_enemy: PerReplicate,
    support_goodwill: PerReplicate,
    support_danger: PerReplicate,
    support_strain: PerReplicate,
    adjustment: PerReplicate,
) -> PerPair:
    """The political support that the client gives the patron, in [0, 1].

    Formula: s + adjustment x (target - s), target = attention x relations x
    logistic(support_base + support_aid x need_met + support_enemy x shared_enemy +
    support_goodwill x (2 g - 1) + support_danger x danger - support_strain x strain).
    ``client_goodwill`` is that of the client toward the patron; support needs no alliance, as a
    client may win a patron by it. Source: marku2017 2914-2918, 4872,
    5049, 5955-5961.
    """
    leaning = support_base + support_aid * need_met + support_enemy * shared_enemy
    leaning += support_goodwill * (2 * client_goodwill - 1)
    leaning += support_danger * danger - support_strain * strain
    target = logistic(leaning)
    target *= attention
    target *= relations
    return moved_toward(support, target, adjustment)
