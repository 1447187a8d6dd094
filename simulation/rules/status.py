"""Status: the probabilities, a quarter, of each change in where a pair stands."""

from simulation.arrays import (
    PerCountry,
    PerPair,
    PerReplicate,
    logistic,
    of_client,
    of_patron,
    received_by_client,
)
from simulation.fusion import fused


@fused
def dispute_by_client(
    strain: PerPair, *, dispute_slope: PerReplicate, dispute_threshold: PerReplicate
) -> PerPair:
    """The chance that an allied client opens a public quarrel.

    Formula: logistic(dispute_slope x (strain - dispute_threshold)). Source: marku2017 2671-2675,
    7615-7629 (grievances told before all); that strain brings them out is our reading.
    """
    return logistic(dispute_slope * (strain - dispute_threshold))


@fused
def dispute_by_patron(
    fatigue: PerPair, *, dispute_slope: PerReplicate, patron_dispute_threshold: PerReplicate
) -> PerPair:
    """The chance that the patron of an ally opens a public quarrel.

    Formula: logistic(dispute_slope x (fatigue - patron_dispute_threshold)). Source: marku2017
    2363-2387.
    """
    return logistic(dispute_slope * (fatigue - patron_dispute_threshold))


@fused
def fear(
    proximity: PerPair, attention: PerPair, hierarchy: PerCountry, distraction: PerCountry
) -> PerPair:
    """What a client must expect if it leaves a near and strong patron that is not busy elsewhere.

    Formula: proximity x attention x H_p x (1 - distraction_p). Source: marku2017 2850-2862.
    """
    return proximity * attention * of_patron(hierarchy * (1 - distraction))


@fused
def break_by_client(
    strain: PerPair,
    option: PerPair,
    fear: PerPair,
    dependence: PerPair,
    *,
    break_slope: PerReplicate,
    break_threshold: PerReplicate,
    break_option: PerReplicate,
    break_fear: PerReplicate,
    break_dependence: PerReplicate,
) -> PerPair:
    """The chance that an estranged client leaves.

    Formula: logistic(break_slope x (strain + break_option x option - break_fear x fear -
    break_dependence x dependence - break_threshold)). Source: marku2017 1235-1237, 2494, 2714,
    2850-2862, 7063.
    """
    will = strain + break_option * option - break_fear * fear - break_dependence * dependence
    return logistic(break_slope * (will - break_threshold))


@fused
def break_by_patron(
    fatigue: PerPair, *, break_slope: PerReplicate, abandonment_threshold: PerReplicate
) -> PerPair:
    """The chance that a patron abandons an estranged client.

    Formula: logistic(break_slope x (fatigue - abandonment_threshold)). Source: marku2017
    7713-7714, 7885-7888.
    """
    return logistic(break_slope * (fatigue - abandonment_threshold))


@fused
def accord(goodwill: PerPair) -> PerPair:
    """How far two leaderships wish each other well, in [0, 1]: the product of their goodwill."""
    return goodwill * goodwill.swapaxes(0, 1)


@fused
def mending(
    accord: PerPair,
    strain: PerPair,
    fatigue: PerPair,
    *,
    mend_slope: PerReplicate,
    mend_threshold: PerReplicate,
) -> PerPair:
    """The chance that an open quarrel is made up.

    Formula: logistic(mend_slope x (accord - strain - fatigue - mend_threshold)). Source: marku2017
    3354, 4613 (the quarrels of 1962 and 1964-65).
    """
    return logistic(mend_slope * (accord - strain - fatigue - mend_threshold))


def openness(pressure: PerCountry, hierarchy: PerCountry) -> PerCountry:
    """How ready a power is to win friends on equal terms: outside pressure x (1 - H), (C, R).

    Source: marku2017 985-988, 1355-1356, 1908-1914 (Belgrade courted with concessions); that
    pressure from outside was the reason is our reading.
    """
    return pressure * (1 - hierarchy)


@fused
def reconciliation(
    accord: PerPair,
    strain: PerPair,
    fatigue: PerPair,
    proximity: PerPair,
    asymmetry: PerPair,
    openness: PerCountry,
    *,
    mend_slope: PerReplicate,
    mend_threshold: PerReplicate,
    mend_openness: PerReplicate,
    mend_split: PerReplicate,
) -> PerPair:
    """The chance that two countries get over a break, back to normal relations.

    Formula: logistic(mend_slope x (accord - strain - fatigue + mend_openness x openness_p x
    proximity x asymmetry - mend_split - mend_threshold)), strain and fatigue being what the break
    has left of them. Source: marku2017 985-988, 1355-1356, 1906-1914 (Moscow's way to Belgrade).
    """
    will = accord + mend_openness * asymmetry * proximity * of_patron(openness)
    will -= strain + fatigue + mend_split
    return logistic(mend_slope * (will - mend_threshold))


@fused
def submission(
    hierarchy: PerCountry, proximity: PerPair, asymmetry: PerPair, autonomy: PerPair
) -> PerPair:
    """How much independence a state would lose to a patron: H_p x proximity x asymmetry x autonomy.

    A near and much larger patron orders about, a distant or equal one orders little. Source:
    marku2017 405-423.
    """
    return of_patron(hierarchy) * proximity * asymmetry * autonomy


@fused
def exclusion(
    allied: PerPair, proximity: PerPair, attention: PerPair, hierarchy: PerCountry
) -> PerPair:
    """How far a client's present patrons keep others away.

    Formula: sum over k other than p of allied[k, c] x H_k x proximity x attention. Source:
    marku2017 832.
    """
    held = allied * proximity * attention * of_patron(hierarchy)
    return of_client(received_by_client(held)) - held


@fused
def alliance_forming(
    accord: PerPair,
    danger: PerPair,
    proximity: PerPair,
    attention: PerPair,
    submission: PerPair,
    exclusion: PerPair,
    divided: PerPair,
    *,
    form_slope: PerReplicate,
    form_threshold: PerReplicate,
    form_danger: PerReplicate,
    form_submission: PerReplicate,
    form_exclusion: PerReplicate,
    form_loyalty: PerReplicate,
) -> PerPair:
    """The chance that two countries ally: they are friends, one needs a patron, one needs friends.

    Formula: attention x logistic(form_slope x (accord + form_danger x danger x proximity -
    form_submission x submission - form_exclusion x exclusion - form_loyalty x divided -
    form_threshold)). ``divided`` is how far the two are at odds with each other's friends. Source:
    marku2017 734, 832, 856, 1012-1029.
    """
    will = accord + form_danger * proximity * danger
    will -= form_submission * submission + form_exclusion * exclusion
    will -= form_loyalty * divided
    return attention * logistic(form_slope * (will - form_threshold))
