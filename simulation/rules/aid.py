"""Aid: what the client needs and asks, what the patron grants, what arrives."""

from simulation.arrays import (
    Array,
    PerCountry,
    PerPair,
    PerReplicate,
    logistic,
    logit,
    of_client,
    of_patron,
    saturating,
)
from simulation.fusion import fused


@fused
def tie(allied: PerPair, estranged: PerPair, *, estranged_tie: PerReplicate) -> PerPair:
    """How much of the exchange goes on: all between allies, a part when estranged, else none.

    Formula: allied + estranged_tie x estranged. Source: marku2017 2363-2387, 7487.
    """
    return allied + estranged_tie * estranged


@fused
def need(
    income: PerCountry,
    emergency: PerCountry,
    plan_start: float,
    *,
    need_share: PerReplicate,
    need_emergency: PerReplicate,
    plan_bunching: PerReplicate,
) -> PerCountry:
    """What a country would like to have from abroad in a quarter, million US dollars of the day.

    Formula: need_share x GDP x (1 + need_emergency x emergency) x (1 + plan_bunching x
    plan_start). ``income`` (C, 1) is GDP in million dollars of the day a year, ``emergency`` (C,
    1) in [0, 1], ``plan_start`` 1 in the first year of a five-year plan, else 0. Source: marku2017
    924-927, 2368, 5790.
    """
    return need_share * income * (1 + need_emergency * emergency) * (1 + plan_bunching * plan_start)


@fused
def aid_requested(
    need: PerCountry,
    ambition: PerPair,
    attention: PerPair,
    strain: PerPair,
    tie: PerPair,
    *,
    last_extraction: PerReplicate,
) -> PerPair:
    """What the client asks of the patron in a quarter, million US dollars.

    Formula: need_c x ambition x attention x tie x (1 + last_extraction x strain): a client that
    expects the end asks for more while it can. ``tie`` is 1 for allies, less when estranged, 0
    otherwise. Source: marku2017 1939, 3928-3930, 6904-6906.
    """
    return of_client(need) * ambition * attention * tie * (1 + last_extraction * strain)


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
def grant_share(
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
    """The share of a request that the patron grants, in [0, 1].

    Formula: logistic(grant_base + grant_value x value + grant_goodwill x (2 g - 1) - grant_fatigue
    x fatigue - grant_discipline x defiance - grant_emergency x emergency_p + grant_noise x
    logit(u)). ``defiance`` is the demand for hierarchy times the client's strain: a patron cuts to
    discipline a straying client. Source: marku2017 2363-2387, 2711, 3142, 4872, 5472-5475.
    """
    leaning = grant_base + grant_value * value + grant_goodwill * (2 * goodwill - 1)
    leaning -= grant_fatigue * fatigue + grant_discipline * defiance
    leaning -= grant_emergency * of_patron(emergency)
    leaning += grant_noise * logit(shock)
    return logistic(leaning)


def capacity(income: PerCountry, *, capacity_share: PerReplicate) -> PerCountry:
    """What a patron can spare for one client in a quarter, million US dollars.

    Formula: capacity_share x GDP, ``income`` (C, 1) in million dollars of the day a year. Source:
    assumption.
    """
    return capacity_share * income


@fused
def aid_pledged(requested: PerPair, grant_share: PerPair, capacity: PerCountry) -> PerPair:
    """What the patron promises in a quarter, million US dollars, never more than it can spare.

    Formula: capacity_p x (1 - exp(-grant_share x requested / capacity_p)). Source: marku2017 3142,
    3884.
    """
    spare = of_patron(capacity)
    return spare * saturating(grant_share * requested / spare)


@fused
def aid_delivered(
    pledged: PerPair,
    tie: PerPair,
    income: PerCountry,
    *,
    delivery_rate: PerReplicate,
    absorption_share: PerReplicate,
) -> PerPair:
    """What arrives in a quarter out of the pledges still open, million US dollars.

    Formula: A x (1 - exp(-delivery_rate x tie x pledged / A)) with A = absorption_share x GDP_c,
    the most that the client can put to use. ``pledged`` is the open stock. Source: marku2017 4272,
    5603, 7005-7008.
    """
    most = of_client(absorption_share * income)
    return most * saturating(delivery_rate * tie * pledged / most)


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
