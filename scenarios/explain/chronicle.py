"""A quarter of a history in words: what happened, who did it and what lay behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scenarios.explain.history import BEFORE_THE_FIRST, History
from scenarios.explain.reasons import (
    RELIEF_WORDS,
    fatigue_of,
    hazards,
    source_in_words,
    strain_of,
    the,
)
from scenarios.explain.words import in_words
from simulation.arrays import Array
from simulation.countries import ORDERED_PAIRS, Country
from simulation.dates import quarter_name
from simulation.drivers import CHINA_ENTERS, DRIVERS, Spell
from simulation.rules import perception
from simulation.rules.strain import StrainSources
from simulation.state import Move, Status
from simulation.trajectory import CAUSES, NO_CAUSE

CAPITALS = {
    Country.ALBANIA: "Tirana",
    Country.CHINA: "Peking",
    Country.USSR: "Moscow",
    Country.YUGOSLAVIA: "Belgrade",
}
#: A change of aid is told from this many million dollars a quarter on, if it is also this share of what it was.
LEAST_AID, LEAST_SHARE = 0.5, 0.25
#: Aid of less than this many million dollars a quarter counts as none.
LEAST_NAMED = 0.05
#: A driver is told when it moves by this much in a quarter (drivers run from 0 to 1).
LEAST_STEP = 0.2
#: Strain below this is not worth a sentence.
LEAST_STRAIN = 0.2
#: A chance in the reverse roles of a pair is told from this on.
LEAST_CHANCE = 0.005
DRIVER_WORDS = {
    "isolation": "isolation of {0}",
    "pressure": "pressure on {0} from outside",
    "distraction": "distraction of {0} by other affairs",
    "rapprochement": "closeness of {0} to the United States",
    "emergency": "economic distress of {0}",
}


@dataclass(frozen=True)
class Happening:
    """Something that a quarter brought: its kind (scenario, leadership, driver, move, aid, strain) and a sentence."""

    kind: str
    words: str


def happenings(history: History, quarter: int) -> tuple[Happening, ...]:
    """What a quarter brought, the changes that drove it first; empty before the first quarter."""
    if not BEFORE_THE_FIRST < quarter <= history.reached:
        return ()
    found = [
        *_changes_of_scenario(history, quarter),
        *_leaderships(history, quarter),
        *_drivers(history, quarter),
        *_moves(history, quarter),
        *_aid(history, quarter),
        *_greatest_strain(history, quarter),
    ]
    return tuple(Happening(kind, words) for kind, words in found)


def told(history: History, quarter: int) -> str:
    """A quarter as one line: ``1960 Q3: Moscow cuts its aid to Albania; strain of Albania toward the USSR 0.71``."""
    sentences = [_within(happening.words.rstrip(".")) for happening in happenings(history, quarter)]
    return f"{quarter_name(quarter)}: {'; '.join(sentences) if sentences else 'nothing of note'}."


def _within(sentence: str) -> str:
    """A sentence as it stands behind another: a capital letter only where a name begins."""
    first = sentence.split(" ", 1)[0]
    return sentence[0].lower() + sentence[1:] if first in ("A", "In", "Strain", "The") else sentence


def _changes_of_scenario(history: History, quarter: int) -> Iterator[tuple[str, str]]:
    for change in history.scenario.interventions:
        if change.active(quarter) and not change.active(quarter - 1):
            yield "scenario", f"The scenario changes history here: {in_words(change)}"
        elif change.active(quarter - 1) and not change.active(quarter):
            yield "scenario", f"A change of the scenario ends: {in_words(change)}"


def _leaderships(history: History, quarter: int) -> Iterator[tuple[str, str]]:
    if quarter == CHINA_ENTERS:
        yield "leadership", "The People's Republic of China enters"
    if quarter == 0:
        return
    for country in Country:
        old, new = (history.context.spell(q, country) for q in (quarter - 1, quarter))
        if old.name != new.name:
            before, after = (float(history.parameters[spell.line][0]) for spell in (old, new))
            same = leader_of(old) == leader_of(new)
            who = "a new course begins" if same else f"the lead passes to {leader_of(new)}"
            goes = f"the line goes from {before:.2f} to {after:.2f} (1 is Stalinist orthodoxy)"
            yield "leadership", f"In {CAPITALS[country]} {who}; {goes}"


def leader_of(spell: Spell) -> str:
    """Who leads in a spell, without the remarks that the table of leaderships adds."""
    name = spell.leader.split(";")[0].split(" (")[0].split(",")[0]
    return name.replace("Collective", "the collective")


def _drivers(history: History, quarter: int) -> Iterator[tuple[str, str]]:
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
                yield "driver", f"The {subject} {verb} from {old:.2f} to {new:.2f}"


def _moves(history: History, quarter: int) -> Iterator[tuple[str, str]]:
    for words, _ in _moves_with_pairs(history, quarter):
        yield "move", words


def _moves_with_pairs(
    history: History, quarter: int
) -> Iterator[tuple[str, tuple[Country, Country]]]:
    table = history.moves(quarter)
    for row in range(len(table.quarter)):
        patron, client = Country(int(table.patron[row])), Country(int(table.client[row]))
        initiator = int(table.initiator[row])
        done = _move_in_words(Move(int(table.move[row])), patron, client, initiator)
        cause = int(table.cause[row])
        if cause != NO_CAUSE:
            done += (
                f", most of all over {_cause(history, quarter, cause, initiator, patron, client)}"
            )
        yield done, (patron, client)


def _move_in_words(move: Move, patron: Country, client: Country, initiator: int) -> str:
    if initiator == NO_CAUSE or move is Move.MENDED:
        both = f"{client.title} and {the(patron)}"
        return {
            Move.FORMED: f"{both} ally",
            Move.ESTRANGED: f"{both} quarrel in the open",
            Move.SPLIT: f"{both} break",
            Move.MENDED: f"{both} make up their quarrel",
        }[move]
    mover = Country(initiator)
    other = the(client if mover is patron else patron)
    return {
        Move.FORMED: f"{CAPITALS[mover]} seeks and gets an alliance with {other}",
        Move.ESTRANGED: f"{CAPITALS[mover]} opens a quarrel with {other}",
        Move.SPLIT: f"{CAPITALS[mover]} breaks with {other}",
    }[move]


def _cause(
    history: History, quarter: int, cause: int, initiator: int, patron: Country, client: Country
) -> str:
    """The largest grievance of a move, in words; the third country is named where there is one."""
    mover = Country(initiator)
    other = client if mover is patron else patron
    felt_as_client = cause < len(StrainSources._fields)
    roles = (
        {"patron": other, "client": mover} if felt_as_client else {"patron": mover, "client": other}
    )
    return grievance(history, quarter, CAUSES[cause], **roles)


def grievance(
    history: History, quarter: int, source: str, *, patron: Country, client: Country
) -> str:
    """A source of strain or fatigue in words, with the third country or the leader that it is about.

    ``client`` is the country that is strained, or the one its patron is tired of.
    """
    if source == "rival_courted":
        return f"the rapprochement with {the(_third(history, quarter, source, patron, client))}"
    if source == "friend_opposed":
        return (
            f"the quarrel with its friend {the(_third(history, quarter, source, patron, client))}"
        )
    if source in ("ideology", "unconsulted"):
        leader = leader_of(history.context.spell(quarter, patron))
        return f"{source_in_words(source, client)} ({leader}'s)"
    return source_in_words(source, client)


def _third(
    history: History, quarter: int, source: str, patron: Country, client: Country
) -> Country:
    """The third country through which most of a source came: the rule is asked with one third country at a time."""
    thirds = [country for country in Country if country not in (patron, client)]
    return max(
        thirds, key=lambda third: _through(history, quarter, source, third)[patron, client, 0]
    )


def _through(history: History, quarter: int, source: str, third: Country) -> Array:
    only = np.zeros_like(history.all_pairs("attention", quarter))
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
    attention = history.all_pairs("attention", quarter)
    return perception.friend_opposed(quarrel * only.swapaxes(0, 1), attention, warmth)


def _aid(history: History, quarter: int) -> Iterator[tuple[str, str]]:
    """Deliveries that rise or fall by much and pledges that a break cancels, the largest amounts first."""
    changes = []
    for patron, client in ORDERED_PAIRS:
        old, new = (history.pair("delivered", q, patron, client) for q in (quarter - 1, quarter))
        if abs(new - old) >= max(LEAST_AID, LEAST_SHARE * old):
            changes.append((abs(new - old), _change_of_aid(patron, client, old, new)))
        cancelled = history.pair("cancelled", quarter, patron, client)
        if cancelled >= LEAST_AID:
            lost = f"{_million(cancelled)} that {CAPITALS[patron]} had promised {the(client)} will not come"
            changes.append((cancelled, lost))
    for _, words in sorted(changes, key=lambda change: -change[0]):
        yield "aid", words


def _change_of_aid(patron: Country, client: Country, old: float, new: float) -> str:
    aid = f"its aid to {the(client)}"
    if old < LEAST_NAMED:
        return f"{CAPITALS[patron]} begins {aid}, with {_million(new)} a quarter"
    if new < LEAST_NAMED:
        return f"{CAPITALS[patron]} ends {aid}, {_million(old)} in the quarter before"
    verb = "raises" if new > old else "cuts"
    return f"{CAPITALS[patron]} {verb} {aid} from {_million(old)} to {_million(new)} a quarter"


def _million(usd: float) -> str:
    return f"${usd:.1f} million" if usd < 100 else f"${usd:.0f} million"


def _greatest_strain(history: History, quarter: int) -> Iterator[tuple[str, str]]:
    """The client that is strained most within an alliance, and what most of it comes from."""
    strained = [
        (history.pair("strain", quarter, patron, client), patron, client)
        for patron, client in ORDERED_PAIRS
        if history.tied(quarter, patron, client)
    ]
    level, patron, client = max(strained, default=(0.0, Country.USSR, Country.ALBANIA))
    if level >= LEAST_STRAIN:
        yield "strain", strain_in_words(history, quarter, patron, client)


def strain_in_words(history: History, quarter: int, patron: Country, client: Country) -> str:
    """How strained a client is toward a patron, and what most of it comes from."""
    feeling = strain_of(history, quarter, patron, client)
    sources = [addend for addend in feeling.addends if addend.words != RELIEF_WORDS]
    largest = max(sources, key=lambda addend: addend.amount)
    most = (
        "most"
        if largest.amount > sum(addend.amount for addend in sources) / 2
        else "the largest part"
    )
    behind = grievance(history, quarter, largest.name, patron=patron, client=client)
    return f"Strain of {client.title} toward {the(patron)} {feeling.level:.2f}, {most} of it from {behind}"


def reasons_in_words(
    history: History, quarter: int, patron: Country, client: Country
) -> tuple[str, ...]:
    """Why a pair quarrelled, broke or held in a quarter: how it stood, its chances, and what lay behind them."""
    before = history.status(quarter - 1, patron, client)
    both = f"{client.title} and {the(patron)}"
    stood = {
        Status.NONE: f"{both} had no alliance when the quarter began",
        Status.ALLIED: f"{both} were allied when the quarter began",
        Status.ESTRANGED: f"{both} were in open dispute when the quarter began",
        Status.SPLIT: f"{both} had broken before the quarter began",
    }[before]
    chances = [
        f"{chance.chance:.1%} that {the(chance.mover)} {chance.verb}"
        for roles in ((patron, client), (client, patron))
        for chance in hazards(history, quarter, *roles)
        if chance.open and (roles == (patron, client) or chance.chance >= LEAST_CHANCE)
    ]
    told = [
        f"{stood}; the chances of the quarter were {', '.join(chances)}."
        if chances
        else f"{stood}."
    ]
    told += [f"What came of it: {words}." for words in _moves_of(history, quarter, patron, client)]
    if history.tied(quarter, patron, client):
        told.append(f"{strain_in_words(history, quarter, patron, client)}.")
        told.append(f"{_fatigue_in_words(history, quarter, patron, client)}.")
    return tuple(told)


def _moves_of(history: History, quarter: int, patron: Country, client: Country) -> Iterator[str]:
    for words, pair in _moves_with_pairs(history, quarter):
        if pair == (patron, client):
            yield words


def _fatigue_in_words(history: History, quarter: int, patron: Country, client: Country) -> str:
    """How tired a patron is of its client, and what most of it comes from."""
    feeling = fatigue_of(history, quarter, patron, client)
    largest = max(feeling.addends, key=lambda addend: addend.amount)
    of_whom = f"Fatigue of {the(patron)} with {the(client)} {feeling.level:.2f}"
    return f"{of_whom}, the largest part of it from {largest.words}"
