"""A quarter of a history in words: what happened, who did it and what lay behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scenarios.documented import both, the
from scenarios.explain.history import BEFORE_THE_FIRST, History
from scenarios.explain.reasons import bid_of, fatigue_of, hazards, strain_of
from scenarios.explain.words import (
    CAPITALS,
    DRIVER_WORDS,
    STATUS_WORDS,
    in_words,
    leader_of,
    million,
    move_in_words,
    source_in_words,
)
from simulation.arrays import Array
from simulation.countries import ORDERED_PAIRS, Country
from simulation.dates import quarter_name
from simulation.drivers import CHINA_ENTERS, DRIVERS
from simulation.rules import perception
from simulation.rules.strain import StrainSources
from simulation.state import Move, Status
from simulation.trajectory import CAUSES, NO_CAUSE

#: A change of aid counts from so many million dollars a quarter on, if it is also this share.
LEAST_AID, LEAST_SHARE = 0.5, 0.25
#: Aid of less than this many million dollars a quarter counts as none.
LEAST_NAMED = 0.05
#: A driver counts when it moves by this much in a quarter (drivers run from 0 to 1).
LEAST_STEP = 0.2
#: Strain below this is not worth a sentence.
LEAST_STRAIN = 0.2
#: A chance in the reverse roles of a pair counts from this on.
LEAST_CHANCE = 0.005
#: What moves a bid counts from about this share up or down on.
LEAST_WEIGHT = 0.1


@dataclass(frozen=True)
class Happening:
    """Something that a quarter brought, as a sentence.

    ``kind`` is scenario, leadership, driver, move, aid or strain.
    """

    kind: str
    words: str


def happenings(history: History, quarter: int) -> tuple[Happening, ...]:
    """What a quarter brought, the changes that drove it first; empty before the first quarter."""
    if not BEFORE_THE_FIRST < quarter <= history.reached:
        return ()
    sentences = {
        "scenario": _changes_of_scenario(history, quarter),
        "leadership": _leaderships(history, quarter),
        "driver": _drivers(history, quarter),
        "move": (words for words, _ in _moves(history, quarter)),
        "aid": _aid(history, quarter),
        "strain": _greatest_strain(history, quarter),
    }
    return tuple(Happening(kind, words) for kind, own in sentences.items() for words in own)


def quarter_in_words(history: History, quarter: int) -> str:
    """A quarter as one line: ``1960 Q3: Moscow cuts its aid to Albania; strain of Albania ...``."""
    sentences = [_within(happening.words.rstrip(".")) for happening in happenings(history, quarter)]
    return f"{quarter_name(quarter)}: {'; '.join(sentences) or 'nothing of note'}."


def _within(sentence: str) -> str:
    """A sentence as it stands behind another: a capital letter only where a name begins."""
    first = sentence.split(" ", 1)[0]
    return sentence[0].lower() + sentence[1:] if first in ("A", "In", "Strain", "The") else sentence


def _changes_of_scenario(history: History, quarter: int) -> Iterator[str]:
    for change in history.scenario.interventions:
        if change.active(quarter) and not change.active(quarter - 1):
            yield f"The scenario changes history here: {in_words(change)}"
        elif change.active(quarter - 1) and not change.active(quarter):
            yield f"A change of the scenario ends: {in_words(change)}"


def _leaderships(history: History, quarter: int) -> Iterator[str]:
    if quarter == CHINA_ENTERS:
        yield "The People's Republic of China enters"
    if quarter == 0:
        return
    for country in Country:
        old, new = (history.context.spell(q, country) for q in (quarter - 1, quarter))
        if old.name != new.name:
            before, after = (
                float(history.context.quarter(q).line[country, 0]) for q in (quarter - 1, quarter)
            )
            same = leader_of(old) == leader_of(new)
            who = "a new course begins" if same else f"the lead passes to {leader_of(new)}"
            goes = f"the line goes from {before:.2f} to {after:.2f} (1 is Stalinist orthodoxy)"
            yield f"In {CAPITALS[country]} {who}; {goes}"


def _drivers(history: History, quarter: int) -> Iterator[str]:
    if quarter == 0:
        return
    before, after = history.context.quarter(quarter - 1), history.context.quarter(quarter)
    for driver in DRIVERS:
        for country in Country:
            if country is Country.CHINA and quarter == CHINA_ENTERS:
                continue
            old, new = (float(getattr(drivers, driver)[country, 0]) for drivers in (before, after))
            if abs(new - old) >= LEAST_STEP:
                subject = DRIVER_WORDS[driver].format(the(country))
                verb = "rises" if new > old else "falls"
                yield f"The {subject} {verb} from {old:.2f} to {new:.2f}"


def _moves(history: History, quarter: int) -> Iterator[tuple[str, tuple[Country, Country]]]:
    """Every change of status as a sentence, with its largest grievance, and its pair."""
    table = history.moves(quarter)
    for row in range(len(table.quarter)):
        patron, client = Country(int(table.patron[row])), Country(int(table.client[row]))
        initiator, cause = int(table.initiator[row]), int(table.cause[row])
        mover = None if initiator == NO_CAUSE else Country(initiator)
        sentence = move_in_words(Move(int(table.move[row])), patron, client, mover)
        if cause != NO_CAUSE:
            # strain is felt as a client, fatigue as a patron, whichever of the two is the larger
            as_client = (cause < len(StrainSources._fields)) == (mover is client)
            roles = (patron, client) if as_client else (client, patron)
            sentence += f", most of all over {grievance(history, quarter, CAUSES[cause], *roles)}"
        yield sentence, (patron, client)


def grievance(history: History, quarter: int, source: str, patron: Country, client: Country) -> str:
    """A source of strain or fatigue in words, with the third country or the leader behind it.

    ``client`` is the country that is strained, or the one its patron is tired of.
    """
    if source in ("rival_courted", "friend_opposed"):
        affair = "rapprochement with" if source == "rival_courted" else "quarrel with its friend"
        return f"the {affair} {the(_third(history, quarter, source, patron, client))}"
    words = source_in_words(source, client)
    if source in ("ideology", "unconsulted"):
        return f"{words} ({leader_of(history.context.spell(quarter, patron))}'s)"
    return words


def _third(
    history: History, quarter: int, source: str, patron: Country, client: Country
) -> Country:
    """The third country through which most of a source came, by the rule with one at a time."""
    thirds = [country for country in Country if country not in (patron, client)]
    return max(
        thirds, key=lambda third: _through(history, quarter, source, third)[patron, client, 0]
    )


def _through(history: History, quarter: int, source: str, third: Country) -> Array:
    attention = history.all_pairs("attention", quarter)
    only = np.zeros_like(attention)
    only[third] = 1
    warmth = perception.warmth(history.all_pairs("goodwill", quarter - 1))
    if source == "rival_courted":
        return perception.rival_courted(warmth, history.all_pairs("threat", quarter) * only)
    status = history.all_pairs("status", quarter - 1)
    quarrel = perception.quarrel(
        (status == Status.ESTRANGED).astype(float),
        (status == Status.SPLIT).astype(float),
        **history.parameters.of(perception.quarrel),
    )
    return perception.friend_opposed(quarrel * only.swapaxes(0, 1), attention, warmth)


def _aid(history: History, quarter: int) -> Iterator[str]:
    """Deliveries that rise or fall by much and pledges that a break cancels, the largest first."""
    changes = []
    for patron, client in ORDERED_PAIRS:
        old, new = (history.pair("delivered", q, patron, client) for q in (quarter - 1, quarter))
        if abs(new - old) >= max(LEAST_AID, LEAST_SHARE * old):
            arms = history.pair("arms_delivered", quarter, patron, client)
            words = _change_of_aid(patron, client, old, new) + _of_which_arms(arms)
            changes.append((abs(new - old), words))
        cancelled = history.pair("cancelled", quarter, patron, client)
        if cancelled >= LEAST_AID:
            promise = f"{million(cancelled)} that {CAPITALS[patron]} had promised {the(client)}"
            changes.append((cancelled, f"{promise} will not come"))
    for _, words in sorted(changes, key=lambda change: -change[0]):
        yield words


def _change_of_aid(patron: Country, client: Country, old: float, new: float) -> str:
    aid = f"its aid to {the(client)}"
    if old < LEAST_NAMED:
        return f"{CAPITALS[patron]} begins {aid}, with {million(new)} a quarter"
    if new < LEAST_NAMED:
        return f"{CAPITALS[patron]} ends {aid}, {million(old)} in the quarter before"
    verb = "raises" if new > old else "cuts"
    return f"{CAPITALS[patron]} {verb} {aid} from {million(old)} to {million(new)} a quarter"


def _of_which_arms(arms: float) -> str:
    """What part of an amount is arms, as the end of a sentence; nothing where it is none."""
    return f", {million(arms)} of it in arms" if arms >= LEAST_NAMED else ""


def _greatest_strain(history: History, quarter: int) -> Iterator[str]:
    """The client that is strained most within an alliance, and what most of it comes from."""
    strained = [
        (history.pair("strain", quarter, patron, client), patron, client)
        for patron, client in ORDERED_PAIRS
        if history.tied(quarter, patron, client)
    ]
    if strained and max(strained)[0] >= LEAST_STRAIN:
        yield strain_in_words(history, quarter, *max(strained)[1:])


def strain_in_words(history: History, quarter: int, patron: Country, client: Country) -> str:
    """How strained a client is toward a patron, and what most of it comes from."""
    strain = strain_of(history, quarter, patron, client)
    half = sum(source.amount for source in strain.sources) / 2
    most = "most" if strain.largest.amount > half else "the largest part"
    behind = grievance(history, quarter, strain.largest.name, patron, client)
    toward = f"Strain of {client.title} toward {the(patron)} {strain.level:.2f}"
    return f"{toward}, {most} of it from {behind}"


def answer_in_words(history: History, quarter: int, patron: Country, client: Country) -> str:
    """What a client asked for, what it was promised, and what moved the patron's bid most."""
    requested, arms, pledged, arms_pledged = (
        history.pair(name, quarter, patron, client)
        for name in ("requested", "arms_requested", "newly_pledged", "arms_newly_pledged")
    )
    asked = f"{client.title} asked for {million(requested)}{_of_which_arms(arms)}"
    promised = f"{CAPITALS[patron]} promised {million(pledged)}{_of_which_arms(arms_pledged)}"
    if history.context.quarter(quarter).economic.grant_free[patron, client, 0] < 1:
        return f"{asked}; {promised}, as the scenario has it"
    addends = sorted(bid_of(history, quarter, patron, client), key=lambda addend: addend.amount)
    lowered = [addend for addend in addends[:1] if addend.amount <= -LEAST_WEIGHT]
    raised = [addend for addend in addends[-1:] if addend.amount >= LEAST_WEIGHT]
    weighed = [f"raised its bid most was {addend.words}" for addend in raised]
    its = "it" if raised else "its bid"
    weighed += [f"lowered {its} most was {addend.words}" for addend in lowered]
    why = f"; what {' and what '.join(weighed)}" if weighed else ""
    return f"{asked}; {promised}{why}"


def reasons_in_words(
    history: History, quarter: int, patron: Country, client: Country
) -> tuple[str, ...]:
    """Why a pair quarrelled, broke or stayed in a quarter: how it stood, and what weighed."""
    before = history.status(quarter - 1, patron, client)
    broken = before is Status.SPLIT
    stood = f"{both(patron, client)} {STATUS_WORDS[before]} "
    stood += "before the quarter began" if broken else "when the quarter began"
    chances = [
        f"{chance.chance:.1%} that {the(chance.mover)} {chance.verb}"
        for roles in ((patron, client), (client, patron))
        for chance in hazards(history, quarter, *roles)
        if chance.open and (roles == (patron, client) or chance.chance >= LEAST_CHANCE)
    ]
    if chances:
        stood += f"; the chances of the quarter were {', '.join(chances)}"
    sentences = [stood]
    for words, pair in _moves(history, quarter):
        if pair == (patron, client):
            sentences.append(f"What came of it: {words}")
    if history.tied(quarter, patron, client):
        sentences.append(strain_in_words(history, quarter, patron, client))
        fatigue = fatigue_of(history, quarter, patron, client)
        of_whom = f"Fatigue of {the(patron)} with {the(client)} {fatigue.level:.2f}"
        sentences.append(f"{of_whom}, the largest part of it from {fatigue.largest.words}")
    if history.pair("requested", quarter, patron, client) >= LEAST_AID:
        sentences.append(answer_in_words(history, quarter, patron, client))
    return tuple(f"{sentence}." for sentence in sentences)
