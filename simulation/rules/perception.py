"""How countries see one another: line gaps, attention, threats, friends of enemies."""

import numpy as np

from simulation.arrays import (
    PerCountry,
    PerPair,
    PerReplicate,
    moved_toward,
    of_client,
    of_patron,
    received_by_client,
    through_third,
    without_self_pairs,
)
from simulation.fusion import fused


@fused
def line_gap(line: PerCountry) -> PerPair:
    """How far apart the doctrines of two leaderships stand: |L_p - L_c|, in [0, 1].

    ``line`` (C, R) is 1 for Stalinist orthodoxy and 0 for its opposite. Source: marku2017
    1907-1914.
    """
    gap: PerPair = np.abs(of_patron(line) - of_client(line))
    return gap


@fused
def attention(log_size_share: PerPair, *, attention_exponent: PerReplicate) -> PerPair:
    """How closely the client watches the patron: large neighbours fill a small state's view.

    Formula: (GDP_p / (GDP_p + GDP_c)) ** attention_exponent, zero for self pairs.
    ``log_size_share`` (P, C, 1) is the logarithm of the share. Source: marku2017 69-71 and 1396-1407
    (Womack's asymmetry, of which the thesis doubts that it fits China and Albania, 416-417).
    """
    return without_self_pairs(np.exp(attention_exponent * log_size_share))


@fused
def autonomy(log_client_share: PerPair, *, autonomy_exponent: PerReplicate) -> PerPair:
    """How far the client can stand on its own feet beside the patron, in [0, 1].

    Formula: (GDP_c / (GDP_p + GDP_c)) ** autonomy_exponent, zero for self pairs. Source: marku2017
    405-423.
    """
    return without_self_pairs(np.exp(autonomy_exponent * log_client_share))


def asymmetry(log_size_share: PerPair, log_client_share: PerPair) -> PerPair:
    """How much larger the patron is: max(0, GDP_p - GDP_c) / (GDP_p + GDP_c), shape (P, C, 1).

    Source: marku2017 60-69, 405-423.
    """
    larger: PerPair = np.maximum(np.exp(log_size_share) - np.exp(log_client_share), 0)
    return larger


@fused
def warmth(goodwill: PerPair) -> PerPair:
    """How far goodwill is above neutral: max(0, 2 g - 1), zero for self pairs."""
    above = 2 * goodwill
    above -= 1
    return without_self_pairs(np.maximum(above, 0, out=above))


@fused
def enmity(goodwill: PerPair) -> PerPair:
    """How far goodwill is below neutral: max(0, 1 - 2 g), zero for self pairs."""
    below = np.multiply(goodwill, -2)
    below += 1
    return without_self_pairs(np.maximum(below, 0, out=below))


@fused
def threat(proximity: PerPair, attention: PerPair, goodwill: PerPair) -> PerPair:
    """The danger that one country is to another: near, large and ill-disposed.

    Formula: proximity x attention x (1 - goodwill of p toward c), in [0, 1]; entry [p, c] is the
    danger of p to c. Source: marku2017 631-648, 2850-2862.
    """
    return proximity * attention * (1 - goodwill)


@fused
def danger(threat: PerPair, pressure: PerCountry) -> PerPair:
    """What the client fears from all but this patron: other members and outside pressure.

    Formula: sum over k other than p of threat[k, c], plus pressure on c; ``pressure`` (C, 1) is a
    driver. Source: marku2017 734, 2850-2862.
    """
    return of_client(received_by_client(threat) + pressure) - threat


def rival_courted(warmth: PerPair, threat: PerPair) -> PerPair:
    """How far the patron makes friends with those who threaten the client.

    Formula: sum over third countries k of warmth of p toward k x threat of k to c. Source:
    marku2017 1362, 1907-1914, 2337, 6569, 7243 (the author's strongest cause of the breaks).
    """
    return through_third(warmth, threat)


@fused
def quarrel(estranged: PerPair, split: PerPair, *, quarrel_estranged: PerReplicate) -> PerPair:
    """How openly two countries are at odds: 1 after a break, less in an open dispute, else 0.

    Source: marku2017 2055, 2156 (others are asked to take sides once a dispute is open).
    """
    return split + quarrel_estranged * estranged


@fused
def friend_opposed(quarrel: PerPair, attention: PerPair, warmth: PerPair) -> PerPair:
    """How far the patron is at odds with those whom the client holds dear.

    Formula: sum over k of quarrel of p with k x attention of c to k x warmth of c toward k.
    ``warmth`` is [holder, toward]. Source: marku2017 856, 1223-1237.
    """
    return through_third(quarrel, attention * warmth.swapaxes(0, 1))


def remembered_line(
    remembered: PerCountry, line: PerCountry, *, line_memory: PerReplicate
) -> PerCountry:
    """The line that others have got used to: m + line_memory x (L - m), shape (C, R).

    Source: assumption (a few years until a change of doctrine is taken for granted).
    """
    return moved_toward(remembered, line, line_memory)


def line_shift(line: PerCountry, remembered: PerCountry) -> PerCountry:
    """How far a leadership has left the line others were used to: |L - remembered|, (C, R)."""
    shift: PerCountry = np.abs(line - remembered)
    return shift


@fused
def enemy_shared(enmity: PerPair, attention: PerPair) -> PerPair:
    """How far patron and client have a common enemy that weighs with the patron.

    Formula: sum over k of (enmity of p toward k x attention of p to k) x enmity of c toward k.
    Source: marku2017 218-224, 1932, 4448.
    """
    return through_third(enmity * attention.swapaxes(0, 1), enmity.swapaxes(0, 1))


@fused
def outside_option(warmth: PerPair, attention: PerPair) -> PerPair:
    """What other friends of weight a client could turn to if it left this patron.

    Formula: sum over k other than p of warmth of k toward c x attention of c to k. Source:
    marku2017 1235-1237, 2494, 2714.
    """
    offered = warmth * attention
    return of_client(received_by_client(offered)) - offered
