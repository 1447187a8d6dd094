"""Aid, economic and in arms: what a client needs and asks, what a patron grants, what arrives."""

import numpy as np

from simulation.arrays import (
    Array,
    PerCountry,
    PerPair,
    PerReplicate,
    logit,
    moved_toward,
    of_client,
    of_patron,
    saturating,
    share_kept,
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
    """How much of the exchange goes on: all between allies, a part at odds or normal relations.

    Nothing after a break until it is got over. Formula: allied + estranged_tie x estranged +
    loose_tie x warmth of p toward c x (neither allied nor estranged nor split). Source: marku2017
    796-801, 1012-1029, 2363-2387, 7487.
    """
    strangers = 1 - allied - estranged - split
    return allied + estranged_tie * estranged + loose_tie * strangers * warmth


@fused
def need(
    income: PerCountry,
    log_smallness: PerCountry,
    emergency: PerCountry,
    *,
    need_share: PerReplicate,
    need_size: PerReplicate,
    need_emergency: PerReplicate,
) -> PerCountry:
    """What economic aid a country would like to have in a quarter, million US dollars of the day.

    A large country makes more of what it needs itself. Formula: need_share x GDP x (GDP_least /
    GDP) ** need_size x (1 + need_emergency x emergency). ``income`` (C, 1) is GDP in million
    dollars of the day a year, ``log_smallness`` (C, 1) the logarithm of GDP_least / GDP, GDP_least
    being that of the smallest country on record, ``emergency`` (C, R) in [0, 1]. Source: marku2017
    2368, 5790; that needs fall behind size is an assumption.
    """
    share = need_share * np.exp(need_size * log_smallness)
    return share * income * (1 + need_emergency * emergency)


@fused
def aid_requested(
    need: PerCountry,
    plan_talks: float,
    ambition: PerPair,
    attention: PerPair,
    asymmetry: PerPair,
    tie: PerPair,
    *,
    plan_bunching: PerReplicate,
) -> PerPair:
    """What economic aid the client asks of a larger patron in a quarter, million US dollars.

    Formula: need_c x (1 + plan_bunching x plan_talks) x ambition x attention x tie where the
    patron is larger, else 0. ``plan_talks`` is 1 in the year before a five-year plan begins, when
    it is agreed upon, else 0. Source: marku2017 60-69, 924-927, 1939, 2366,
    3928-3930.
    """
    wanted = of_client(need) * (1 + plan_bunching * plan_talks)
    return wanted * ambition * attention * np.sign(asymmetry) * tie


@fused
def arms_need(
    income: PerCountry,
    log_smallness: PerCountry,
    danger: PerPair,
    *,
    arms_share: PerReplicate,
    need_size: PerReplicate,
) -> PerPair:
    """What arms a country would like to have from a patron in a quarter, million US dollars.

    Formula: arms_share x GDP_c x (GDP_least / GDP_c) ** need_size x danger, the danger being from
    all but this patron. Source: marku2017 5600-5612, 5700-5750.
    """
    share = arms_share * np.exp(need_size * log_smallness)
    return of_client(share * income) * danger


@fused
def arms_requested(
    arms_need: PerPair, attention: PerPair, asymmetry: PerPair, allied: PerPair
) -> PerPair:
    """What arms the client asks of a larger ally in a quarter, million US dollars.

    Formula: arms_need x attention x allied where the patron is larger, else 0. Source: marku2017
    60-69, 4217-4220, 5042-5050.
    """
    return arms_need * attention * np.sign(asymmetry) * allied


@fused
def ambition(
    ambition: PerPair,
    grant_share: PerPair,
    tie: PerPair,
    *,
    ambition_growth: PerReplicate,
    ambition_memory: PerReplicate,
) -> PerPair:
    """How boldly the client asks: what was granted raises the next request, a refusal lowers it.

    Formula: a + ambition_memory x (exp(ambition_growth x (2 grant_share - 1) x tie) - a), so that
    requests stay within a factor of exp(ambition_growth) of the need. Source: marku2017 1939,
    3928-3930.
    """
    learnt = np.exp(ambition_growth * (2 * grant_share - 1) * tie)
    return moved_toward(ambition, learnt, ambition_memory)


@fused
def value_of_client(
    support: PerPair,
    isolation: PerCountry,
    shared_enemy: PerPair,
    *,
    value_isolation: PerReplicate,
    value_rivalry: PerReplicate,
) -> PerPair:
    """What the client's politics are worth to the patron, whatever the patron believes.

    Formula: support x (1 + value_isolation x isolation_p) + value_rivalry x shared_enemy: an
    isolated patron prizes support, one with a rival prizes whoever defies it. Source: marku2017
    218-224, 4448, 5472-5475, 7359-7364.
    """
    return support * (1 + value_isolation * of_patron(isolation)) + value_rivalry * shared_enemy


@fused
def capacity(
    income: PerCountry, log_size_share: PerPair, *, capacity_share: PerReplicate
) -> PerPair:
    """What a patron can spare in a quarter for a client of no account, million US dollars.

    Formula: capacity_share x GDP_p x GDP_c / (GDP_p + GDP_c): a large client is offered more than a
    small one, and none more than either's product allows. ``income`` (C, 1) is GDP in million
    dollars of the day a year, ``log_size_share`` (P, C, 1) the logarithm of GDP_p / (GDP_p +
    GDP_c). Source: assumption.
    """
    return of_client(capacity_share * income) * np.exp(log_size_share)


@fused
def offer(
    capacity: PerPair,
    value: PerPair,
    goodwill: PerPair,
    fatigue: PerPair,
    defiance: PerPair,
    emergency: PerCountry,
    shock: Array,
    *,
    grant_value: PerReplicate,
    grant_goodwill: PerReplicate,
    grant_fatigue: PerReplicate,
    grant_discipline: PerReplicate,
    grant_emergency: PerReplicate,
    grant_noise: PerReplicate,
) -> PerPair:
    """The most that the patron would promise the client in a quarter, million US dollars: its bid.

    Formula: capacity x exp(grant_value x value + grant_goodwill x (2 g - 1) - grant_fatigue x
    fatigue - grant_discipline x defiance - grant_emergency x emergency_p + grant_noise x
    logit(u)). ``defiance`` is the demand for hierarchy times the client's strain: a patron cuts to
    discipline a straying client. Source: marku2017 2363-2387, 2711, 3142, 4872, 5472-5475.
    """
    leaning = grant_value * value + grant_goodwill * (2 * goodwill - 1)
    leaning -= grant_fatigue * fatigue + grant_discipline * defiance
    leaning -= grant_emergency * of_patron(emergency)
    leaning += grant_noise * logit(shock)
    return capacity * np.exp(leaning)


@fused
def arms_offer(offer: PerPair, *, grant_arms: PerReplicate) -> PerPair:
    """The most that the patron would promise in arms: offer x exp(grant_arms).

    Source: marku2017 4108-4117 (arms were given, other aid was lent).
    """
    return offer * np.exp(grant_arms)


@fused
def grant_share(requested: PerPair, offer: PerPair) -> PerPair:
    """The share of a request that the patron grants: all of a small one, its offer of a large one.

    Formula: (1 - exp(-requested / offer)) x offer / requested, 1 where nothing is asked. Source:
    marku2017 3142, 3884.
    """
    return share_kept(requested / offer)


@fused
def openness(
    fatigue: PerPair, defiance: PerPair, tie: PerPair, *, delivery_withheld: PerReplicate
) -> PerPair:
    """How far a patron keeps its promises: tie x exp(-delivery_withheld x (fatigue + defiance)).

    Of arms, ``tie`` is that of allies alone. Source: marku2017 2383-2387, 2399-2402, 7337-7342,
    7510-7512.
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
def need_met(delivered: PerPair, need: PerCountry, arms_need: PerPair) -> PerPair:
    """How far what comes meets the need of aid and arms, in [0, 1).

    Formula: 1 - exp(-delivered / (need_c + arms_need)).
    """
    return saturating(delivered / (of_client(need) + arms_need))


@fused
def dependence(delivered: PerPair, received: PerCountry, need: PerCountry) -> PerPair:
    """How far the client lives on this patron: its part of all aid the client receives and needs.

    Formula: delivered / (received_c + need_c), in [0, 1]. Source: marku2017 3961, 7063.
    """
    return delivered / of_client(received + need)
