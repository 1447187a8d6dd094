"""Goodwill: how one leadership is disposed toward another."""

from simulation.arrays import (
    PerCountry,
    PerPair,
    PerReplicate,
    logistic,
    moved_toward,
    of_client,
    of_patron,
)
from simulation.fusion import fused


@fused
def goodwill(
    goodwill: PerPair,
    line_gap: PerPair,
    line: PerCountry,
    support: PerPair,
    need_met: PerPair,
    strain: PerPair,
    fatigue: PerPair,
    threat: PerPair,
    shared_enemy: PerPair,
    split: PerPair,
    *,
    goodwill_base: PerReplicate,
    goodwill_line: PerReplicate,
    goodwill_exchange: PerReplicate,
    goodwill_strain: PerReplicate,
    goodwill_threat: PerReplicate,
    goodwill_enemy: PerReplicate,
    goodwill_split: PerReplicate,
    goodwill_adjustment: PerReplicate,
) -> PerPair:
    """How well one country is disposed toward another, in [0, 1], a half being neutral.

    Formula: g + goodwill_adjustment x (target - g), target = logistic(goodwill_base +
    goodwill_line x (1 - 2 line_gap) x (L_p + L_c) / 2 + goodwill_exchange x (support had + aid
    had) - goodwill_strain x (own strain + own fatigue) - goodwill_threat x threat of the other +
    goodwill_enemy x shared_enemy - goodwill_split x split). Rapprochement of great powers is
    therefore an outcome of lines, threats and common enemies. Source: marku2017 1194, 7243-7254,
    7437.
    """
    belief = of_patron(line) + of_client(line)
    leaning = goodwill_base + goodwill_line * (1 - 2 * line_gap) * belief / 2
    leaning += goodwill_exchange * (support + need_met.swapaxes(0, 1))
    leaning -= goodwill_strain * (strain.swapaxes(0, 1) + fatigue)
    leaning += goodwill_enemy * shared_enemy
    leaning -= goodwill_threat * threat.swapaxes(0, 1) + goodwill_split * split
    return moved_toward(goodwill, logistic(leaning), goodwill_adjustment)


@fused
def goodwill_after(
    goodwill: PerPair, friendly: PerPair, hostile: PerPair, *, goodwill_act: PerReplicate
) -> PerPair:
    """What a change of status does to goodwill at once, on both sides, in [0, 1].

    Formula: g + goodwill_act x (friendly x (1 - g) - hostile x g). ``friendly`` is 1 for pairs that
    ally, make up or get over a break in the quarter, ``hostile`` for those that quarrel in public
    or break, else 0.
    Source: marku2017 1906-1914, 2336-2341, 7243-7254.
    """
    return goodwill + goodwill_act * (friendly * (1 - goodwill) - hostile * goodwill)
