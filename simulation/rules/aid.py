"""Aid: what the client needs and asks, what the patron grants, what arrives."""

import numpy as np

from simulation.arrays import (
    Array,
    PerCountry,
    PerPair,
    PerReplicate,
    logistic,
    logit,
    of_client,
    of_patron,
    received_by_client,
    saturating,
)
from simulation.fusion import fused


@fused
def tie(
    allied: PerPair,
    estranged: PerPair,
    split: PerPair,
    warmth: PerPair,
    *,
    estranged_tie: PerReplicate,
    loose_tie: PerReplicate,
) -> PerPair:
    """How much of the exchange goes on: all between allies, a part when estranged or not yet allied.

    Formula: allied + estranged_tie x estranged + loose_tie x warmth of p toward c x (neither allied
    nor estranged nor split). Source: marku2017 796-801, 1012-1029, 2363-2387, 7487.
    """
    strangers = 1 - allied - estranged - split
    return allied + estranged_tie * estranged + loose_tie * strangers * warmth


@fused
def need(
    income: PerCountry,
    emergency: PerCountry,
    plan_talks: float,
    *,
    need_share: PerReplicate,
    need_emergency: PerReplicate,
    plan_bunching: PerReplicate,
) -> PerCountry:
    """What a country would like to have from abroad in a quarter, million US dollars of the day.

    Formula: need_share x GDP x (1 + need_emergency x emergency) x (1 + plan_bunching x
    plan_talks). ``income`` (C, 1) is GDP in million dollars of the day a year, ``emergency`` (C,
    1) in [0, 1], ``plan_talks`` 1 in the year before a five-year plan begins, else 0. Source:
    marku2017 924-927, 2368, 5790.
    """
    return need_share * income * (1 + need_emergency * emergency) * (1 + plan_bunching * plan_talks)


@fused
def arms_requested(
    income: PerCountry,
    danger: PerPair,
    attention: PerPair,
    tie: PerPair,
    *,
    arms_share: PerReplicate,
) -> PerPair:
    """What arms the client asks of the patron in a quarter, million US dollars.

    Formula: arms_share x GDP_c x danger x attention x tie, the danger being from all but this
    patron. Source: marku2017 5600-5612, 5700-5750.
    """
    return of_client(arms_share * income) * danger * attention * tie


@fused
def aid_requested(
    need: PerCountry,
    pledged: PerPair,
    ambition: PerPair,
    attention: PerPair,
    strain: PerPair,
    tie: PerPair,
    *,
    last_extraction: PerReplicate,
    complement: PerReplicate,
) -> PerPair:
    """What the client asks of the patron in a quarter, million US dollars.

    Formula: need_c x (1 - complement x covered by others) x ambition x attention x tie x (1 +
    last_extraction x strain); covered is 1 - exp(-what others have promised / five years' need).
    Source: marku2017 1012-1023, 1939, 3742-3746, 3928-3930, 6904-6906.
    """
    others = of_client(received_by_client(pledged)) - pledged
    covered = saturating(others / (of_client(need) * 20))
    asked = of_client(need) * (1 - complement * covered)
    return asked * ambition * attention * tie * (1 + last_extraction * strain)


@fused
def ambition(
    ambition: PerPair,
    grant_share: PerPair,
    tie: PerPair,
    *,
    ambition_growth: PerReplicate,
    ambition_decay: PerReplicate,
) -> PerPair:
    """How boldly the client asks: the more it asked, the more it got, and the more it asked.

    Formula: a + ambition_growth x grant_share x tie - ambition_decay x (a - 1), at least 1.
    Source: marku2017 3928-3930, 1939.
    """
    return ambition + ambition_growth * grant_share * tie - ambition_decay * (ambition - 1)


@fused
def value_of_client(
    support: PerPair,
    line: PerCountry,
    isolation: PerCountry,
    shared_enemy: PerPair,
    *,
    value_isolation: PerReplicate,
    value_rivalry: PerReplicate,
) -> PerPair:
    """What the client's politics are worth to the patron.

    Formula: L_p x (support x (1 + value_isolation x isolation_p) + value_rivalry x shared_enemy):
    an isolated and orthodox patron prizes support and defiance of its rival, a pragmatic one
    counts costs. Source: marku2017 218-224, 4448, 5472-5475, 7359-7364.
    """
    worth = support * (1 + value_isolation * of_patron(isolation)) + value_rivalry * shared_enemy
    return of_patron(line) * worth


@fused
def grant_leaning(
    value: PerPair,
    goodwill: PerPair,
    fatigue: PerPair,
    defiance: PerPair,
    emergency: PerCountry,
    shock: Array,
    *,
    grant_base: PerReplicate,
    grant_value: PerReplicate,
    grant_goodwill: PerReplicate,
    grant_fatigue: PerReplicate,
    grant_discipline: PerReplicate,
    grant_emergency: PerReplicate,
    grant_noise: PerReplicate,
) -> PerPair:
    """How far the patron leans to grant a request of credit, log odds.

    Formula: (grant_base + grant_value x value + grant_goodwill x (2 g - 1) - grant_fatigue
    x fatigue - grant_discipline x defiance - grant_emergency x emergency_p + grant_noise x
    logit(u)). ``defiance`` is the demand for hierarchy times the client's strain: a patron cuts to
    discipline a straying client. Source: marku2017 2363-2387, 2711, 3142, 4872, 5472-5475.
    """
    leaning = grant_base + grant_value * value + grant_goodwill * (2 * goodwill - 1)
    leaning -= grant_fatigue * fatigue + grant_discipline * defiance
    leaning -= grant_emergency * of_patron(emergency)
    leaning += grant_noise * logit(shock)
    return leaning


@fused
def arms_leaning(leaning: PerPair, *, grant_arms: PerReplicate) -> PerPair:
    """The leaning to grant arms: that to grant credit + grant_arms."""
    return leaning + grant_arms


def capacity(income: PerCountry, *, capacity_share: PerReplicate) -> PerCountry:
    """What a patron can spare for one client in a quarter, million US dollars.

    Formula: capacity_share x GDP, ``income`` (C, 1) in million dollars of the day a year. Source:
    assumption.
    """
    return capacity_share * income


@fused
def spared(granted: PerPair, capacity: PerCountry) -> PerPair:
    """The part of what a patron would grant that it promises, never more than it can spare.

    Formula: capacity_p x (1 - exp(-granted / capacity_p)) / granted. Source: marku2017 3142, 3884.
    """
    asked = np.maximum(granted / of_patron(capacity), 1e-9)
    return saturating(asked) / asked


@fused
def openness(
    fatigue: PerPair, defiance: PerPair, tie: PerPair, *, delivery_withheld: PerReplicate
) -> PerPair:
    """How far a patron keeps its promises: tie x exp(-delivery_withheld x (fatigue + defiance)).

    Source: marku2017 2383-2387, 2399-2402, 7337-7342, 7510-7512.
    """
    return tie * np.exp(-delivery_withheld * (fatigue + defiance))


@fused
def aid_delivered(
    pledged: PerPair,
    openness: PerPair,
    income: PerCountry,
    *,
    delivery_rate: PerReplicate,
    absorption_share: PerReplicate,
) -> PerPair:
    """What arrives in a quarter out of the pledges still open, million US dollars.

    Formula: A x (1 - exp(-delivery_rate x openness x pledged / A)) with A = absorption_share x
    GDP_c, the most that the client can put to use. Source: marku2017 4272, 7005-7008.
    """
    most = of_client(absorption_share * income)
    return most * saturating(delivery_rate * openness * pledged / most)


@fused
def arms_delivered(
    pledged: PerPair, openness: PerPair, *, arms_delivery_rate: PerReplicate
) -> PerPair:
    """The arms that arrive in a quarter: arms_delivery_rate x openness x pledged.

    Source: marku2017 5603-5607, 5730-5731.
    """
    return arms_delivery_rate * openness * pledged


@fused
def need_met(delivered: PerPair, need: PerCountry) -> PerPair:
    """How far deliveries meet the client's need, in [0, 1): 1 - exp(-delivered / need_c)."""
    return saturating(delivered / of_client(need))


@fused
def dependence(delivered: PerPair, received: PerCountry, need: PerCountry) -> PerPair:
    """How far the client lives on this patron: its part of all aid the client receives and needs.

    Formula: delivered / (received_c + need_c), in [0, 1]. Source: marku2017 3961, 7063.
    """
    return delivered / of_client(received + need)
