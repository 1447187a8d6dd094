"""The cards of the builder: one for each kind of change, and what is documented of it.

What a card asks follows from the models of ``simulation.interventions``, so that a kind or a key
that is added there has its card and its field here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import Any, get_args

from pydantic.fields import FieldInfo

from scenarios.documented import BASES
from scenarios.explain.words import leader_of, million
from scenarios.page.explore.view import MEDIAN, drawn_values
from scenarios.page.material import Material
from simulation.countries import Country, country_named
from simulation.dates import QUARTERS, date_of, quarter_name, quarter_of
from simulation.drivers import DRIVER_TABLE, leadership_spells, spell_table
from simulation.drivers.spells import coded_rows
from simulation.interventions import INTERVENTIONS, OWN
from simulation.parameters import held_numbers, number_table
from simulation.schema import names_of

#: What each card is called; a kind that is not named here goes by its own name.
_TITLES = {
    "leadership": "A leadership stays, or comes early",
    "course": "A line, or a demand for hierarchy, alone",
    "sole-patron": "No second patron",
    "grant": "A share of what is asked is granted",
    "cut": "Grants are cut",
    "sum": "A sum is pledged, in place of the rules",
    "pledge": "A sum is pledged beside the rules",
    "forbid": "A move is ruled out",
    "impose": "A move is imposed",
    "goodwill": "Goodwill is held",
    "driver": "A driver of a country",
    "economy": "The size of an economy",
    "proximity": "How near two countries stand",
    "absence": "A country keeps out of alliances",
    "parameter": "A number of the rules",
}
_LABELS = {
    "from": "From (1960, or 1960-07)",
    "to": "To, included",
    "reason": "Why this could have been",
    "spell": "Leadership",
    "form": "Form of aid",
    "one_way": "only of the patron toward the client",
}
#: What stands first on a card; the reason stands last.
_ORDER = ("from", "to", "country", "patron", "client")
#: The longest list of what is documented.
_MOST_SHOWN = 4


@dataclass(frozen=True)
class Input:
    """A field of a card: its key and label, and how it is entered.

    ``form`` is a text, a number, a choice or a tick; ``own`` says whether each history's own value
    may stand in place of a number.
    """

    name: str
    label: str
    form: str
    choices: tuple[tuple[str, str], ...] = ()
    own: bool = False
    hint: str = ""


@cache
def cards() -> list[dict[str, Any]]:
    """Every card in the order in which they are offered: kind, title, and its fields."""
    kinds = [*(kind for kind in _TITLES if kind in INTERVENTIONS)]
    kinds += [kind for kind in INTERVENTIONS if kind not in kinds]
    return [
        {"kind": kind, "title": _TITLES.get(kind, kind), "inputs": [*map(asdict, _inputs(kind))]}
        for kind in kinds
    ]


def _inputs(kind: str) -> list[Input]:
    model = INTERVENTIONS[kind]
    unit = getattr(model, "unit", "")
    hint = unit if isinstance(unit, str) else ""  # that of a parameter depends on which it is
    named = zip(model.model_fields.items(), names_of(model), strict=True)
    inputs = [
        _input(key, field, hint)
        for (name, field), key in named
        if name not in ("kind", "reason") and not _fixed(field)
    ]
    inputs.sort(key=lambda each: _ORDER.index(each.name) if each.name in _ORDER else len(_ORDER))
    return [*inputs, Input("reason", _LABELS["reason"], "text")]


def _fixed(field: FieldInfo) -> bool:
    """Whether a field has one value only, as the dates of a parameter have."""
    return len(_words(field)) == 1


def _words(field: FieldInfo) -> tuple[str, ...]:
    """The words that a field may be, if it is one of some."""
    for check in field.metadata:
        func = getattr(check, "func", None)
        if isinstance(func, partial) and func.args and isinstance(func.args[0], tuple):
            return func.args[0]
    literal = get_args(field.annotation)
    return literal if literal and all(isinstance(each, str) for each in literal) else ()


def _input(key: str, field: FieldInfo, hint: str) -> Input:
    label = _LABELS.get(key, key.replace("_", " ").capitalize())
    choices = {each: _title(key, each) for each in _words(field)}
    if key == "spell":
        choices = {name: _spell(name) for name in leadership_spells()}
    elif key == "parameter":
        choices = {name: each.meaning for name, each in number_table().items()}
    if choices:
        return Input(key, label, "choice", tuple(choices.items()))
    if field.annotation is bool:
        return Input(key, label, "tick")
    if key == "value":
        inside = get_args(field.annotation)
        held = any(OWN in get_args(each) for each in inside)
        return Input(key, label, "number", own=held, hint=hint)
    return Input(key, label, "text")


def _title(key: str, word: str) -> str:
    if key in ("country", "patron", "client"):
        return country_named(word).title
    return DRIVER_TABLE[word]["meaning"] if word in DRIVER_TABLE else word


def _spell(name: str) -> str:
    spell = leadership_spells()[name]
    return f"{spell.country.title}: {leader_of(spell)} ({name.partition('-')[2]})"


def documented(change: Mapping[str, Any], material: Material) -> str:
    """What is documented of what a change touches, in its years; empty if nothing is known yet."""
    try:
        first = max(quarter_of(str(change.get("from", "1945"))), 0)
        last = min(quarter_of(str(change.get("to", "1980")), end=True), QUARTERS - 1)
        quarters = range(first, last + 1)
        facts = list(dict.fromkeys(_facts(change, quarters, material))) if quarters else []
    except (KeyError, ValueError):  # a name or date that is still being written
        return ""
    if not facts:
        return ""
    more = f"; and {len(facts) - _MOST_SHOWN} more" if len(facts) > _MOST_SHOWN else ""
    return f"Documented: {'; '.join(facts[:_MOST_SHOWN])}{more}."


def _facts(change: Mapping[str, Any], quarters: range, material: Material) -> Iterator[str]:
    kind = change["kind"]
    if kind == "parameter":
        yield from _drawn(str(change["parameter"]), material)
    elif kind in ("leadership", "course"):
        country = country_named(str(change["country"]))
        spells = [leadership_spells()[spell_table()[quarter][country]] for quarter in quarters]
        yield from (f"{leader_of(spell)} ({spell.name.partition('-')[2]})" for spell in spells)
    elif kind in ("driver", "proximity"):
        ends = (change.get("patron"), change.get("client"))
        names = [change.get("country"), "-".join(map(str, ends)), "-".join(map(str, ends[::-1]))]
        yield from _coded(str(change.get("driver", kind)), names, quarters)
    elif "patron" in change:
        pair = country_named(str(change["patron"])), country_named(str(change["client"]))
        if kind in ("grant", "cut", "sum", "pledge"):
            yield from _aid(pair, quarters, material)
        else:
            yield from _events(pair, quarters, material)


def _drawn(name: str, material: Material) -> Iterator[str]:
    parameter = number_table()[name]
    within = f"{parameter.unit}, within {parameter.low:g} to {parameter.high:g}"
    if name in held_numbers():
        yield f"the record cannot tell it; it is held at {parameter.default:g} {within}"
        return
    low, high = material.draws.frame[name].quantile([0.05, 0.95])
    middle = drawn_values(MEDIAN, material.draws)[name]
    yield f"the record leaves {low:.3g} to {high:.3g} (middle {middle:.3g}) {within}"


def _coded(driver: str, names: Iterable[object], quarters: range) -> Iterator[str]:
    subjects = [*names]
    for row in coded_rows():
        within = row.first_month // 3 <= quarters[-1] and row.last_month // 3 >= quarters[0]
        if row.driver == driver and row.subject in subjects and within:
            ends = (quarter_name(each // 3) for each in (row.first_month, row.last_month))
            yield f"{row.value:g} ({row.low:g} to {row.high:g}) in {' to '.join(ends)}"


def _aid(pair: tuple[Country, Country], quarters: range, material: Material) -> Iterator[str]:
    for basis in BASES:
        for figure in material.documented.aid:
            within = figure.first_quarter <= quarters[-1] and figure.last_quarter >= quarters[0]
            if figure.pair == pair and figure.basis == basis and within:
                ends = date_of(figure.first_quarter)[:4], date_of(figure.last_quarter)[:4]
                years = "-".join(dict.fromkeys(ends))
                yield f"{basis} {million(figure.usd)} in {years} ({figure.form})"


def _events(pair: tuple[Country, Country], quarters: range, material: Material) -> Iterator[str]:
    for event in material.events:
        if set(event.pair) == set(pair) and event.status and quarter_of(event.date) in quarters:
            yield f"{event.date}, {event.words.rstrip('.')}"
