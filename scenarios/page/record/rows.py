"""Rows of the evidence in words: what a table shows of them, and all that is known of one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scenarios.charts.lanes import EvidenceMark, decimal_of
from scenarios.documented import EVIDENCE_KINDS, number
from scenarios.page.material import EvidenceEntry, Material
from scenarios.page.parts.table import Beside, Card
from simulation.dates import FIRST_YEAR, LAST_YEAR

#: A row as a plain record, and the sources by their keys.
Row = Mapping[str, Any]
Sources = Mapping[str, Mapping[str, Any]]

#: What a row is used for, in words.
ROLES = {
    "target": "the rules are fitted to it, or their results are compared with it",
    "held out": "kept away from the fit, to test it",
    "driver": "fed into the rules as it was",
    "context": "told for understanding; nothing is fitted to it or compared with it",
}
_STATUS = {"none": "normal", "allied": "allied", "estranged": "in open dispute", "split": "broken"}
#: How rows beside an open one are related to it, and what has been decided between them.
_BESIDE = {
    "Preferred reading": "Sources disagree; this one is preferred to the row you opened.",
    "Conflicting readings": "Sources disagree. Nothing is deleted; the preferred reading is the "
    "one that is used.",
    "Part of": "The whole that this row is a part of; only the whole is compared.",
    "Parts": "",
}
_COUNTRIES = {"ussr": "USSR", "nato": "NATO", "world": "the world"}


def country_title(key: str) -> str:
    """A country in words."""
    return _COUNTRIES.get(key, key.replace("-", " ").title())


def pair_in(record: Row) -> str:
    """The pair that a row is about, client first, or the country of a driver; empty for a rate."""
    if "patron" in record:
        return f"{record['client']}-{record['patron']}"
    return str(record.get("country", ""))


def pair_words(record: Row) -> str:
    """The pair or country of a row in words: ``Albania – China``."""
    named = [str(record[role]) for role in ("client", "patron", "country") if role in record]
    return " – ".join(country_title(key) for key in named)


def pairs_in(entries: Sequence[EvidenceEntry]) -> dict[str, str]:
    """The pairs and single countries that entries are about, with words, the commonest first."""
    names = [pair_in(entry.record) for entry in entries]
    words = {pair_in(entry.record): pair_words(entry.record) for entry in entries}
    words.pop("", None)
    return dict(sorted(words.items(), key=lambda item: (-names.count(item[0]), item[0])))


def source_title(entry: EvidenceEntry, sources: Sources) -> str:
    """The title of an entry's source with author and year."""
    key = entry.record["source"]
    source = sources.get(key, {})
    if not source.get("author"):
        return str(source.get("title", key))
    year = f", {source['year']}" if source.get("year") else ""
    return f"{source['title']} ({source['author']}{year})"


def years_in(entry: EvidenceEntry) -> tuple[int, int]:
    """The first and the last year that an entry covers."""
    first, last = _ends(entry.record)
    return int(first[:4]), int(last[:4])


def _ends(record: Row) -> tuple[str, str]:
    """The first and last date of a period, or the earliest and latest defensible of an event."""
    if "documented" in record:
        return record["earliest"], record["latest"]
    return record["from"], record["to"]


def searched(entry: EvidenceEntry, sources: Sources) -> str:
    """All that a search looks through: every cell, the pair, and the title of the source."""
    record = entry.record
    cells = [str(value) for value in record.values()]
    words = [pair_words(record), source_title(entry, sources), EVIDENCE_KINDS[record["file"]]]
    return " ".join([*cells, *words]).casefold()


def _begins(entry: EvidenceEntry) -> str:
    return str(entry.record.get("documented") or entry.record["from"])


def _worth(entry: EvidenceEntry) -> float:
    worth = entry.record.get("million_usd")
    return float(worth["value"]) if worth else -1.0


#: The columns that the table can be sorted by.
SORTS: dict[str, Callable[[EvidenceEntry], Any]] = {
    "when": lambda entry: (_begins(entry), entry.id),
    "pair": lambda entry: (pair_in(entry.record), _begins(entry)),
    "kind": lambda entry: (list(EVIDENCE_KINDS).index(entry.record["file"]), _begins(entry)),
    "dollars": lambda entry: (_worth(entry), _begins(entry)),
    "role": lambda entry: (str(entry.record.get("role", "")), _begins(entry)),
}


def when(record: Row) -> str:
    """The date of an event, or the first and last date of a period."""
    return str(record["documented"]) if "documented" in record else _span(record)


def _span(record: Row) -> str:
    first, last = _ends(record)
    return first if first == last else f"{first} to {last}"


#: How a number is said that is no amount, by its unit.
_SAID: dict[str, Callable[[float], str]] = {
    "yes/no": lambda value: "yes" if value else "no",
    "more or less": lambda value: "more" if value > 0 else "less",
    "share": lambda value: f"{value:.0%}",
}


def amount(record: Row) -> str:
    """What a row says in numbers, with its unit."""
    value = record.get("usd_per_unit", record.get("value"))
    if value is None:
        return ""
    unit = "US$ each" if "usd_per_unit" in record else record.get("unit", "")
    said = _SAID.get(unit)
    return said(value) if said else f"{number(value)} {unit}".strip()


def dollars(record: Row, *, ranged: bool = False) -> str:
    """The worth of an amount of money in million US dollars, with its range if asked for."""
    worth = record.get("million_usd")
    if not worth:
        return ""
    span = f" ({number(worth['low'])}–{number(worth['high'])})" if ranged else ""
    return f"{number(worth['value'])}{span}"


def kind(record: Row) -> str:
    """The kind of a row with its form and basis, kind of event, or driver."""
    parts = [record.get(key, "") for key in ("driver", "kind", "form", "basis")]
    finer = ", ".join(part for part in parts if part)
    return EVIDENCE_KINDS[record["file"]] + (f": {finer}" if finer else "")


def what(record: Row) -> str:
    """A row in a sentence."""
    if record["file"] == "currency":
        unit = str(record["unit"]).removeprefix("million ")
        return f"One unit of {unit} in US dollars. {record['note']}".strip()
    return str(record.get("description") or record["note"])


def table_row(entry: EvidenceEntry) -> dict[str, str]:
    """What the table shows of an entry."""
    record = entry.record
    return {
        "id": entry.id,
        "when": when(record),
        "pair": pair_words(record),
        "kind": kind(record),
        "what": what(record),
        "amount": amount(record),
        "dollars": dollars(record),
        "role": str(record.get("role", "")) or "conversion",
    }


def card_of(entry: EvidenceEntry, material: Material) -> Card:
    """All that is known of an entry, and the rows beside it."""
    record, name = entry.record, entry.id
    command = f" (lilliput evidence show {name})" if record["file"] != "drivers" else ""
    facts = [
        ("What", what(record)),
        ("Meaning", str(record.get("meaning", ""))),
        *_facts_of_date(record),
        *_facts_of_amount(record),
        ("Arena", str(record.get("arena", ""))),
        ("Cost to who acts, 0 to 1", _cost(record)),
        ("Role", _role(record)),
        ("Source", source_title(entry, material.sources)),
        ("Lines", str(record.get("lines", "")).replace(";", "; ")),
        ("Page", str(record.get("page", "")).replace(";", "; ")),
        ("Note", str(record["note"]) if record["note"] != what(record) else ""),
        ("Id", f"{name}{command}"),
    ]
    by_id = {other.id: other.record for other in material.evidence}
    beside = [
        Beside(title, _beside(title, record), tuple((each, _brief(by_id[each])) for each in names))
        for title, names in entry.beside.items()
        if names
    ]
    return Card(tuple((name, text) for name, text in facts if text), tuple(beside))


def _cost(record: Row) -> str:
    if "cost" not in record:
        return ""
    return f"{number(record['cost'])} ({number(record['low'])}–{number(record['high'])})"


def _beside(title: str, record: Row) -> str:
    """What has been decided between a row and those beside it."""
    preferred = title == "Conflicting readings" and not record.get("reading_of")
    return _BESIDE[title] + (" The row you opened is the preferred one." if preferred else "")


def _role(record: Row) -> str:
    role = record.get("role", "")
    if not role:
        return "conversion: amounts of money are turned into dollars with it"
    other = " One reading of several; the preferred one is used instead."
    return f"{role}: {ROLES[role]}.{other if record.get('reading_of') else ''}"


def _facts_of_date(record: Row) -> list[tuple[str, str]]:
    if "documented" not in record:
        return [("Period", when(record)), ("Agreed", str(record.get("agreed", "")))]
    changed = ""
    if record["to_status"]:
        changed = f"from {_STATUS[record['from_status']]} to {_STATUS[record['to_status']]}"
    mover = record["moved_by"]
    headline = record["headline"] == "yes"
    return [
        ("Date", str(record["documented"])),
        ("Defensible from", _span(record)),
        ("Changed", changed),
        ("Moved by", "both sides" if mover == "both" else country_title(mover)),
        ("Headline", "yes: the break that the model is judged by" if headline else ""),
    ]


def _facts_of_amount(record: Row) -> list[tuple[str, str]]:
    if not amount(record):
        return []
    low, high = record.get("low"), record.get("high")
    ranged = low is not None and high is not None and low < high
    span = f" ({number(low)}–{number(high)})" if ranged else ""
    facts = [("Amount", amount(record) + span)]
    if record["file"] == "aid":
        worth = dollars(record, ranged=True)
        kept = f"not converted; kept in {record['unit']}"
        facts.append(("In US dollars", f"{worth} million" if worth else kept))
    return facts


def _brief(record: Row) -> str:
    lines = f"Lines {record['lines']}" if record.get("lines") else ""
    parts = [when(record), amount(record), what(record), lines, f"role: {record.get('role', '')}"]
    return " · ".join(part for part in parts if part)


def timeline_mark(entry: EvidenceEntry) -> EvidenceMark:
    """An entry as a mark on the time line."""
    record = entry.record
    event = "documented" in record
    first, last = _ends(record)
    return EvidenceMark(
        id=entry.id,
        lane=pair_words(record) or "Exchange rates",
        kind=record["file"],
        shape=record["to_status"] if event else record.get("basis", ""),
        role=record.get("role", ""),
        first=max(decimal_of(first), FIRST_YEAR),
        last=min(decimal_of(last, end=True), LAST_YEAR + 1),
        at=decimal_of(record["documented"]) if event else None,
        words=_few_words(record),
        hint=_hint(entry),
    )


def _hint(entry: EvidenceEntry) -> str:
    """What is told of a row on hovering over its mark."""
    row = table_row(entry)
    columns = ("when", "pair", "kind", "amount", "what", "role")
    return " · ".join(row[key] for key in columns if row[key])


def _few_words(record: Row) -> str:
    """A row in a word or two: the kind of an event, or an amount."""
    if record["file"] in ("record", "cuts", "support"):
        return str(record["kind"])
    if record["file"] == "drivers":
        return f"{record['driver']} {number(record.get('value'))}".strip()
    return amount(record)
