"""The words of all explanations: countries, pairs, leaders, grievances, moves and scenarios."""

import re

from scenarios.documented import Pair, both, the
from scenarios.files import ScenarioFile, antecedents, flags
from simulation.countries import Country, country_named
from simulation.dates import quarter_of
from simulation.drivers import DRIVER_TABLE, Spell
from simulation.interventions import OWN, Intervention
from simulation.state import Move, Status

CAPITALS = {
    Country.ALBANIA: "Tirana",
    Country.CHINA: "Peking",
    Country.USSR: "Moscow",
    Country.YUGOSLAVIA: "Belgrade",
}
STATUS_WORDS = {
    Status.NONE: "had no alliance",
    Status.ALLIED: "were allied",
    Status.ESTRANGED: "were in open dispute",
    Status.SPLIT: "had broken",
}
#: A move of which neither country can be said to have made it, and one that a capital makes.
MOVES_OF_BOTH = {
    Move.FORMED: "{both} ally",
    Move.ESTRANGED: "{both} quarrel in the open",
    Move.SPLIT: "{both} break",
    Move.MENDED: "{both} make up their quarrel",
    Move.RECONCILED: "{both} return to normal relations",
}
MOVES_OF_ONE = {
    Move.FORMED: "{capital} seeks and gets an alliance with {other}",
    Move.ESTRANGED: "{capital} opens a quarrel with {other}",
    Move.SPLIT: "{capital} breaks with {other}",
}
DRIVER_WORDS = {driver: row["words"] for driver, row in DRIVER_TABLE.items()}
#: What counts against the sources of strain, and against those of fatigue.
RELIEF, WORTH = "relief", "worth"
#: What each source of strain (of the client) and of fatigue (of the patron) is, and what relieves.
_SOURCE_WORDS = {
    "ideology": "doctrines that part",
    "hierarchy": "being ordered about",
    "rival_courted": "the courting of its rivals",
    "enemy_courted": "the courting of the United States",
    "friend_opposed": "quarrels with its friends",
    "refusal": "requests refused",
    "unconsulted": "a change of line unasked",
    RELIEF: "relief by aid and protection",
    "cost": "what {client} costs",
    "deviation": "the other doctrine of {client}",
    "insubordination": "{client} going its own way",
    "encroachment": "followers that {client} gathers",
    "defiance": "the defiance of {client}",
    WORTH: "spared by what {client} is worth",
}
#: What a decision weighs: the arguments of its rule.
ARGUMENT_WORDS = {
    "strain": "strain",
    "fatigue": "fatigue",
    "option": "other friends to turn to",
    "fear": "fear of the patron",
    "dependence": "dependence on its aid",
    "threshold": "what it takes to act",
}
#: What raises or lowers a patron's bid: the arguments of its rule.
BID_WORDS = {
    "value": "what {client} is worth",
    "goodwill": "goodwill toward {client}",
    "fatigue": "fatigue with {client}",
    "defiance": "the defiance of {client}",
    "emergency": "distress at home",
}


#: What the table of leaderships says of a leader who dies or goes within a spell.
_LEFT = re.compile(r"\(to (?P<month>\d{4}-\d{2})\), then (an? )?(?P<after>.+)")


def pair_title(pair: Pair) -> str:
    """A pair (patron, client) as a title, client first: ``Albania – USSR``."""
    patron, client = pair
    return f"{client.title} – {patron.title}"


def leader_of(spell: Spell, quarter: int | None = None) -> str:
    """Who leads in a spell, without the remarks that the table of leaderships adds.

    In a quarter that lies after the month up to which the table has the leader of a spell, it is
    whoever the table has afterwards.
    """
    left = _LEFT.search(spell.leader)
    if left is not None and quarter is not None and quarter > quarter_of(left["month"]):
        return left["after"]
    name = spell.leader.split(";")[0].split(" (")[0].split(",")[0]
    return name.replace("Collective", "the collective")


def source_in_words(source: str, client: Country) -> str:
    """A source of a client's strain or of its patron's fatigue, or what relieves them, in words."""
    return _SOURCE_WORDS[source].format(client=the(client))


def move_in_words(move: Move, patron: Country, client: Country, mover: Country | None) -> str:
    """A change of status as a sentence; ``mover`` is none where neither made it alone."""
    if mover is None or move in (Move.MENDED, Move.RECONCILED):
        return MOVES_OF_BOTH[move].format(both=both(patron, client))
    other = the(client if mover is patron else patron)
    return MOVES_OF_ONE[move].format(capital=CAPITALS[mover], other=other)


def million(usd: float) -> str:
    """An amount of million US dollars in a sentence."""
    return f"${usd:.1f} million" if usd < 100 else f"${usd:.0f} million"


def described(file: ScenarioFile) -> list[tuple[str, str]]:
    """A scenario in words: pairs of heading and text, in reading order."""
    scenario = file.scenario
    pages = (
        f", page{'s' if re.search(r'[-;,]', file.page) else ''} {file.page}" if file.page else ""
    )
    lines = f", lines {scenario.lines}" if scenario.lines else ""
    facts = [
        ("Scenario", scenario.name),
        ("Question", scenario.question),
        *(("Antecedent", text) for text in antecedents(scenario)),
        *(("Change", in_words(change)) for change in scenario.interventions),
        ("Source", f"{scenario.source}{pages}{lines}" if scenario.source else ""),
        ("Horizon", f"{scenario.horizon} years" + (file.horizon_note and f". {file.horizon_note}")),
        ("Left out", scenario.left_out),
        *(("Note", flag) for flag in flags(scenario)),
    ]
    return [(heading, text) for heading, text in facts if text]


#: What each kind of change does, by the names of its keys.
_DEEDS = {
    "leadership": "{country} keeps the leadership {spell}",
    "course": "the {course} of {country} is that of the leadership {spell}",
    "driver": "{driver} of {country} is set to {value:g} ({unit})",
    "economy": "the economy of {country} is made {value:g} ({unit})",
    "grant": "the share of requests granted by {patron} to {client} is set to {value:g} ({unit}; "
    "form of aid: {form})",
    "cut": "of what {patron} would grant {client}, {value:g} is left ({unit}; form of aid: {form})",
    "sum": "{patron} to {client}: a pledge of {value:g} in place of any other ({unit}; "
    "form of aid: {form})",
    "pledge": "{patron} to {client}: an added pledge of {value:g} ({unit}; form of aid: {form})",
    "forbid": "no {move} between {patron} and {client}",
    "sole-patron": "{client} finds no second patron beside {patron}",
    "impose": "{move} between {patron} and {client}, as soon as their status allows it",
    "goodwill": "goodwill between {patron} and {client} is held at {value:g} ({unit})",
    "proximity": "proximity of {patron} and {client} is set to {value:g} ({unit})",
    "absence": "{country} keeps out of every alliance",
    "parameter": "{parameter} is set to {value:g} ({unit})",
}
_COURSE_SET = "the {course} of {country} is set to {value:g} (0 to 1)"
_GOODWILL_OF = {
    (False, True): "goodwill between {patron} and {client} stays as it is in each history",
    (True, False): "goodwill of {patron} toward {client} is held at {value:g} ({unit})",
    (True, True): "goodwill of {patron} toward {client} stays as it is in each history",
}


#: Of which form of aid a change is.
_FORMS = {"both": "", "economic": ", of economic aid", "arms": ", of arms"}


def deed_of(change: Intervention) -> str:
    """What a change does, without its dates and its reason."""
    deed = _DEEDS[change.kind]
    if change.kind == "course" and not change.spell:
        deed = _COURSE_SET
    elif change.kind == "goodwill":
        deed = _GOODWILL_OF.get((change.one_way, change.value == OWN), deed)
    names = {
        key: the(country_named(value)) if key in ("country", "patron", "client") else value
        for key, value in change.model_dump().items()
    }
    told = deed.format(**names, unit=getattr(change, "unit", ""))
    return told + _FORMS[getattr(change, "form", "both")]


def in_words(change: Intervention) -> str:
    """A dated change as a sentence, with its reason."""
    return f"{change.start} to {change.end}: {deed_of(change)}. {change.reason}"
