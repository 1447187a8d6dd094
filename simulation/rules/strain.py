"""Strain of the client toward the patron, each source kept apart, and fatigue of the patron."""

from typing import NamedTuple

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
    through_third,
)
from simulation.fusion import fused


class StrainSources(NamedTuple):
    """What drives a client from its patron, one pair array a source, >= 0 in units of strain."""

    ideology: PerPair
    hierarchy: PerPair
    rival_courted: PerPair
    enemy_courted: PerPair
    friend_opposed: PerPair
    refusal: PerPair
    unconsulted: PerPair


class FatigueSources(NamedTuple):
    """What turns a patron against its client, one pair array a source, >= 0 in units of fatigue."""

    cost: PerPair
    deviation: PerPair
    insubordination: PerPair
    encroachment: PerPair
    defiance: PerPair


@fused
def ideology(
    line_gap: PerPair, line: PerCountry, attention: PerPair, *, strain_ideology: PerReplicate
) -> PerPair:
    """Strain from doctrines that part: strain_ideology x line_gap x L_c x attention.

    A rule that rests on the line (high L_c) is undermined by a patron that leaves it. Source:
    marku2017 1305, 7048.
    """
    return strain_ideology * line_gap * of_client(line) * attention


def hierarchy(submission: PerPair, *, strain_hierarchy: PerReplicate) -> PerPair:
    """Strain from being ordered about: strain_hierarchy x submission.

    ``submission`` is what the client would have to give up. Distance softens hierarchy, and a
    state that can stand alone resents it more. Source: marku2017 405-423, 3812.
    """
    return strain_hierarchy * submission


@fused
def rival_courted(
    courted: PerPair, attention: PerPair, *, strain_rival_courted: PerReplicate
) -> PerPair:
    """Strain from the patron's rapprochement with the client's threatening rival.

    Formula: strain_rival_courted x courted x attention. Source: marku2017 1362, 1907-1914,
    2336-2337, 7243-7254.
    """
    return strain_rival_courted * courted * attention


@fused
def enemy_courted(
    rapprochement: PerCountry,
    line: PerCountry,
    attention: PerPair,
    *,
    strain_enemy_courted: PerReplicate,
) -> PerPair:
    """Strain from the patron's rapprochement with the ideological enemy outside the four.

    Formula: strain_enemy_courted x rapprochement_p x L_c x attention. Source: marku2017 6569,
    6897-6900.
    """
    return strain_enemy_courted * of_patron(rapprochement) * of_client(line) * attention


@fused
def friend_opposed(
    opposed: PerPair, attention: PerPair, *, strain_friend_opposed: PerReplicate
) -> PerPair:
    """Strain from having to choose between friends: strain_friend_opposed x opposed x attention.

    Source: marku2017 856, 2055, 2938.
    """
    return strain_friend_opposed * opposed * attention


@fused
def refusal(refused: PerPair, attention: PerPair, *, strain_refusal: PerReplicate) -> PerPair:
    """Strain from requests refused: strain_refusal x refused x attention.

    ``refused`` remembers the shares refused. Source: marku2017 2361-2387, 7316.
    """
    return strain_refusal * refused * attention


@fused
def unconsulted(
    line_shift: PerCountry,
    line: PerCountry,
    attention: PerPair,
    *,
    strain_unconsulted: PerReplicate,
) -> PerPair:
    """Strain from a change of line about which the client was not asked.

    Formula: strain_unconsulted x shift_p x L_c x attention. ``line_shift`` (C, R) is the change of
    the patron's line over the last two years. Source: marku2017 1903, 1921, 6569.
    """
    return strain_unconsulted * of_patron(line_shift) * of_client(line) * attention


@fused
def relief(
    need_met: PerPair,
    danger: PerPair,
    attention: PerPair,
    goodwill: PerPair,
    *,
    relief_aid: PerReplicate,
    relief_protection: PerReplicate,
) -> PerPair:
    """What reconciles the client: aid that arrives and a friendly patron's protection from others.

    Formula: relief_aid x need_met + relief_protection x danger x attention x g. Source: 001:23
    (only Soviet aid prevented an open break); marku2017 734, 6414.
    """
    return relief_aid * need_met + relief_protection * danger * attention * goodwill


@fused
def refused(
    refused: PerPair, grant_share: PerPair, tie: PerPair, *, refusal_memory: PerReplicate
) -> PerPair:
    """The memory of refusals, in [0, 1]: r + refusal_memory x ((1 - grant_share) x tie - r)."""
    return moved_toward(refused, (1 - grant_share) * tie, refusal_memory)


@fused
def strain(
    strain: PerPair,
    sources: StrainSources,
    relief: PerPair,
    bond: PerPair,
    shock: Array,
    *,
    adjustment: PerReplicate,
    strain_noise: PerReplicate,
) -> PerPair:
    """How strained the client's tie with the patron is, in [0, 1].

    Formula: s + adjustment x (target - s), target = bond x (1 - exp(-max(0, sum of sources
    - relief + strain_noise x logit(u)))). ``bond`` is 1 between allies and the estranged: strain
    is of an alliance, and fades when it is over. Source: marku2017 2666 (a strain that builds up
    over years).
    """
    total = sources[0] + sources[1]
    for source in sources[2:]:
        total += source
    total += strain_noise * logit(shock)
    total -= relief
    target = saturating(np.maximum(total, 0, out=total))
    target *= bond
    return moved_toward(strain, target, adjustment)


@fused
def cost(
    delivered: PerPair, capacity: PerPair, line: PerCountry, *, fatigue_cost: PerReplicate
) -> PerPair:
    """Fatigue from a client that costs much: fatigue_cost x (1 - L_p) x delivered / capacity.

    ``delivered`` and ``capacity`` are of the quarter, in million dollars. A
    pragmatic patron counts costs, an orthodox one does not. Source: marku2017 7352, 7885-7888.
    """
    return fatigue_cost * of_patron(1 - line) * delivered / capacity


@fused
def deviation(
    line_gap: PerPair, hierarchy: PerCountry, attention: PerPair, *, fatigue_deviation: PerReplicate
) -> PerPair:
    """Fatigue with a client that does not follow the patron's line.

    Formula: fatigue_deviation x H_p x line_gap x attention. Source: marku2017 1194, 7104-7110,
    7367.
    """
    return fatigue_deviation * of_patron(hierarchy) * line_gap * attention


@fused
def insubordination(
    submission: PerPair,
    support: PerPair,
    attention: PerPair,
    pressure: PerCountry,
    *,
    fatigue_insubordination: PerReplicate,
) -> PerPair:
    """Fatigue with a client that goes its own way while the patron is under outside pressure.

    Formula: fatigue_insubordination x submission x max(0, attention - support) x pressure_p.
    ``submission`` is what such a client ought to give up, ``attention`` the most support that its
    size lets it give. Source: marku2017 754-761, 857-876.
    """
    withheld = np.maximum(attention - support, 0)
    return fatigue_insubordination * submission * withheld * of_patron(pressure)


@fused
def encroachment(
    support: PerPair,
    allied: PerPair,
    proximity: PerPair,
    hierarchy: PerCountry,
    attention: PerPair,
    pressure: PerCountry,
    *,
    fatigue_encroachment: PerReplicate,
) -> PerPair:
    """Fatigue with a client that gathers clients of its own in the patron's sphere.

    Formula: fatigue_encroachment x H_p x pressure_p x attention x sum over k of proximity[p, k] x
    allied[c, k] x support that k gives c. Source: marku2017 754, 848-876 (Tito's plans for Albania
    and Stalin's answer).
    """
    gathered = through_third(proximity, (allied * support).swapaxes(0, 1))
    return fatigue_encroachment * of_patron(hierarchy * pressure) * attention * gathered


def defiance(strain: PerPair, hierarchy: PerCountry) -> PerPair:
    """A straying client as its patron sees it: H_p x strain. Source: marku2017 2363-2387."""
    return of_patron(hierarchy) * strain


def defiance_resented(defiance: PerPair, *, fatigue_defiance: PerReplicate) -> PerPair:
    """Fatigue with a client that strays: fatigue_defiance x defiance.

    Source: marku2017 2363-2387, 7713-7714.
    """
    return fatigue_defiance * defiance


@fused
def fatigue(
    fatigue: PerPair,
    sources: FatigueSources,
    value: PerPair,
    bond: PerPair,
    *,
    fatigue_value: PerReplicate,
    adjustment: PerReplicate,
) -> PerPair:
    """How tired the patron is of the client, in [0, 1].

    Formula: f + adjustment x (target - f), target = bond x (1 - exp(-max(0, sum of sources
    - fatigue_value x value))); ``bond`` is 1 between allies and the estranged. Source: marku2017
    7885-7888 (a patron leaves when value falls below cost).
    """
    total = sources[0] + sources[1]
    for source in sources[2:]:
        total += source
    total -= fatigue_value * value
    target = saturating(np.maximum(total, 0, out=total))
    target *= bond
    return moved_toward(fatigue, target, adjustment)
