"""Interventions: the closed list of changes a scenario may make to history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from simulation.countries import COUNTRY_KEYS
from simulation.dates import LAST_YEAR, quarter_name, quarter_of
from simulation.errors import Problem, unknown

Kind = Literal[
    "leadership",
    "driver",
    "grant",
    "pledge",
    "forbid",
    "impose",
    "goodwill",
    "proximity",
    "absence",
]
KINDS: tuple[str, ...] = get_args(Kind)
DRIVERS = ("isolation", "pressure", "distraction", "rapprochement", "emergency")
MOVES = ("formation", "dispute", "break", "mending")

#: What each kind needs beside from, to and reason, and what its value means.
NEEDED: dict[str, tuple[str, ...]] = {
    "leadership": ("country", "spell"),
    "driver": ("country", "driver", "value"),
    "grant": ("patron", "client", "value"),
    "pledge": ("patron", "client", "value"),
    "forbid": ("patron", "client", "move"),
    "impose": ("patron", "client", "move"),
    "goodwill": ("patron", "client", "value"),
    "proximity": ("patron", "client", "value"),
    "absence": ("country",),
}
VALUE_UNITS = {
    "driver": "0 to 1",
    "grant": "share of the request, 0 to 1",
    "pledge": "million USD a quarter, 0 to 1000",
    "goodwill": "0 to 1, a half being neutral",
    "proximity": "0 to 1",
}


@dataclass(frozen=True)
class Intervention:
    """One dated change: what is done, to whom, from when to when, how much, and why.

    ``leadership`` keeps a spell's line and demand for hierarchy in force; ``driver`` sets a driver; ``grant`` fixes the
    share of requests granted; ``pledge`` adds a pledge (million USD a quarter); ``forbid`` rules a move of status out;
    ``impose`` makes a move happen as soon as the pair's status allows it; ``goodwill`` holds that between two
    leaderships, both ways; ``proximity`` moves two countries nearer or apart; ``absence`` keeps a country out of every
    alliance.
    """

    kind: str
    start: str
    end: str
    reason: str
    country: str = ""
    patron: str = ""
    client: str = ""
    driver: str = ""
    spell: str = ""
    move: str = ""
    value: float = 0.0

    def active(self, quarter: int) -> bool:
        """Whether the change is in force in a quarter (both ends included)."""
        return quarter_of(self.start) <= quarter <= quarter_of(self.end, end=True)


def intervention_problems(
    where: str, position: int, entry: object, spells: Sequence[str]
) -> list[Problem]:
    """What is wrong with one intervention as read from a file: kind, keys, names, dates, value."""
    at = f"interventions[{position}]"
    if not isinstance(entry, dict):
        return [Problem(where, at, entry, "a table")]
    kind = entry.get("kind")
    if kind not in KINDS:
        return [unknown(where, f"{at}.kind", kind, KINDS)]
    wanted = ("kind", "from", "to", "reason", *NEEDED[kind])
    problems = [Problem(where, f"{at}.{key}", "", "required") for key in wanted if key not in entry]
    problems += [unknown(where, f"{at} key", key, wanted) for key in entry if key not in wanted]
    for key, allowed in (
        ("country", COUNTRY_KEYS),
        ("patron", COUNTRY_KEYS),
        ("client", COUNTRY_KEYS),
        ("driver", DRIVERS),
        ("spell", tuple(spells)),
        ("move", MOVES),
    ):
        if key in wanted and key in entry and entry[key] not in allowed:
            problems.append(unknown(where, f"{at}.{key}", entry[key], allowed))
    if "patron" in wanted and "patron" in entry and entry.get("patron") == entry.get("client"):
        problems.append(
            Problem(where, f"{at}.client", entry["client"], "another country than the patron")
        )
    if "value" in wanted and "value" in entry:
        most = 1000 if kind == "pledge" else 1
        value = entry["value"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            problems.append(Problem(where, f"{at}.value", value, VALUE_UNITS[kind]))
    return problems + _date_problems(where, at, entry)


def _date_problems(where: str, at: str, entry: dict[str, object]) -> list[Problem]:
    quarters: dict[str, int] = {}
    problems = []
    for key in ("from", "to"):
        if key not in entry:
            continue
        try:
            quarters[key] = quarter_of(str(entry[key]), end=key == "to")
        except ValueError:
            problems.append(
                Problem(where, f"{at}.{key}", entry[key], "a date YYYY, YYYY-MM or YYYY-MM-DD")
            )
            continue
        if not 0 <= quarters[key] <= quarter_of(f"{LAST_YEAR}-12"):
            problems.append(Problem(where, f"{at}.{key}", entry[key], f"1945-01 to {LAST_YEAR}-12"))
    if len(quarters) == 2 and quarters["from"] > quarters["to"]:
        problems.append(
            Problem(where, f"{at}.to", entry["to"], f"not before from = {entry['from']}")
        )
    return problems


def _thing_set(change: Intervention) -> tuple[str, ...]:
    """What a change gives one value, so that two of them at a time would contradict each other; empty if nothing."""
    return {
        "driver": ("driver", change.country, change.driver),
        "leadership": ("leadership", change.country),
        "grant": ("grant", change.patron, change.client),
        "proximity": ("proximity", *sorted((change.patron, change.client))),
        "goodwill": ("goodwill", *sorted((change.patron, change.client))),
        "impose": ("move", change.move, *sorted((change.patron, change.client))),
        "forbid": ("move", change.move, *sorted((change.patron, change.client))),
    }.get(change.kind, ())


def overlap_problems(where: str, changes: Mapping[int, Intervention]) -> list[Problem]:
    """The changes that set what an earlier one sets in the same quarter; ``changes`` are by their place in the list.

    Pledges add up, and bans and absences may be said twice; everything else has one value a quarter, and no move
    is both imposed and forbidden.
    """
    problems = []
    held = sorted(changes.items())
    for place, (number, later) in enumerate(held):
        for earlier_number, earlier in held[:place]:
            if later.kind == earlier.kind == "forbid":
                continue
            thing = _thing_set(later)
            first = max(quarter_of(earlier.start), quarter_of(later.start))
            last = min(quarter_of(earlier.end, end=True), quarter_of(later.end, end=True))
            if thing and thing == _thing_set(earlier) and first <= last:
                told = f"{' '.join(thing)}, {later.start} to {later.end}"
                both = (
                    quarter_name(first)
                    if first == last
                    else f"{quarter_name(first)} to {quarter_name(last)}"
                )
                allowed = f"one change of a thing at a time; interventions[{earlier_number}] also sets it in {both}"
                problems.append(Problem(where, f"interventions[{number}]", told, allowed))
    return problems
