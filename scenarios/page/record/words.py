"""Rows of the evidence in words: what a table shows of them, and all that is known of one."""

from collections.abc import Mapping
from typing import Any

from scenarios.charts.evidence import EvidenceMark, decimal_of
from scenarios.page.material import EvidenceEntry, Material
from scenarios.page.parts.table import Beside, Card
from simulation.dates import FIRST_YEAR, LAST_YEAR

#: The kinds of evidence by the file that they stand in.
KINDS = {
    "aid": "Aid",
    "terms": "Terms of aid",
    "cuts": "Cuts and refusals",
    "record": "Dated events",
    "currency": "Exchange rates",
    "drivers": "Drivers",
}
#: What a row is used for, in words.
ROLES = {
    "target": "the rules are fitted to it, or their results are compared with it",
    "held out": "kept away from the fit, to test it",
    "driver": "fed into the rules as it was",
    "context": "told for understanding; nothing is fitted to it or compared with it",
}
_STATUS = {"none": "no ties", "allied": "allied", "estranged": "in open dispute", "split": "broken"}
#: How rows beside an open one are related to it, and what has been decided between them.
_BESIDE = {
    "Preferred reading": "Sources disagree; this one is preferred to the row you opened.",
    "Conflicting readings": "Sources disagree. Nothing is deleted; the preferred reading is the one that is used.",
    "Part of": "The whole that this row is a part of; only the whole is compared.",
    "Parts": "",
}
_COUNTRIES = {"ussr": "USSR", "nato": "NATO", "world": "the world"}


def country_title(key: str) -> str:
    """A country in words."""
    return _COUNTRIES.get(key, key.replace("-", " ").title())


def pair_in(record: Mapping[str, Any]) -> str:
    """The pair that a row is about, client first, or the country of a driver; empty for an exchange rate."""
    if "patron" in record:
        return f"{record['client']}-{record['patron']}"
    return str(record.get("country", ""))


def pair_words(record: Mapping[str, Any]) -> str:
    """The pair or country of a row in words: ``Albania – China``."""
    if "patron" in record:
        return f"{country_title(record['client'])} – {country_title(record['patron'])}"
    return country_title(record["country"]) if "country" in record else ""


def source_title(entry: EvidenceEntry, material: Material) -> str:
    """The title of an entry's source with author and year."""
    key = entry.record["source"]
    source = material.sources.get(key, {})
    if not source:
        return str(key)
    year = f", {source['year']}" if source.get("year") else ""
    return (
        f"{source['title']} ({source['author']}{year})"
        if source.get("author")
        else str(source["title"])
    )


def when(record: Mapping[str, Any]) -> str:
    """The date of an event, or the first and last date of a period."""
    if "documented" in record:
        return str(record["documented"])
    return _span(record["from"], record["to"])


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def number(value: float | None) -> str:
    """A number as readers write it: at most four figures below a thousand, whole above."""
    if value is None:
        return ""
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def amount(record: Mapping[str, Any]) -> str:
    """What a row says in numbers, with its unit."""
    value = record.get("usd_per_unit", record.get("value"))
    if value is None:
        return ""
    unit = "US$ each" if "usd_per_unit" in record else record.get("unit", "")
    return f"{number(value)} {unit}".strip()


def dollars(record: Mapping[str, Any], *, ranged: bool = False) -> str:
    """The worth of an amount of money in million US dollars, with its range if asked for."""
    worth = record.get("million_usd")
    if not worth:
        return ""
    span = f" ({number(worth['low'])}–{number(worth['high'])})" if ranged else ""
    return f"{number(worth['value'])}{span}"


def sort_of(record: Mapping[str, Any]) -> str:
    """The finer kind of a row: form and basis of aid, kind of an event, cut or term, which driver."""
    parts = [record.get(key, "") for key in ("driver", "kind", "form", "basis")]
    return ", ".join(part for part in parts if part)


def what(record: Mapping[str, Any]) -> str:
    """A row in a sentence."""
    if record["file"] == "currency":
        return f"One unit of {str(record['unit']).removeprefix('million ')} in US dollars. {record['note']}".strip()
    return str(record.get("description") or record["note"])


def table_row(entry: EvidenceEntry) -> dict[str, str]:
    """What the table shows of an entry."""
    record = entry.record
    return {
        "id": record["id"],
        "when": when(record),
        "pair": pair_words(record),
        "kind": f"{KINDS[record['file']]}: {sort_of(record)}"
        if sort_of(record)
        else KINDS[record["file"]],
        "what": what(record),
        "amount": amount(record),
        "dollars": dollars(record),
        "role": str(record.get("role", "")) or "conversion",
    }


def card_of(entry: EvidenceEntry, material: Material, by_id: Mapping[str, EvidenceEntry]) -> Card:
    """All that is known of an entry, and the rows beside it."""
    record = entry.record
    facts = [
        ("What", what(record)),
        ("Meaning", str(record.get("meaning", ""))),
        *_event_facts(record),
        *_amount_facts(record),
        ("Role", _role(record)),
        ("Source", source_title(entry, material)),
        ("Lines", str(record.get("lines", "")).replace(";", "; ")),
        ("Page", str(record.get("page", "")).replace(";", "; ")),
        ("Note", str(record["note"]) if record["note"] != what(record) else ""),
        (
            "Id",
            f"{record['id']} (lilliput evidence show {record['id']})"
            if _shown(record)
            else record["id"],
        ),
    ]
    beside = [
        Beside(
            title,
            _beside_note(title, record),
            tuple((name, _brief(by_id[name], material)) for name in names),
        )
        for title, names in entry.beside.items()
        if names
    ]
    return Card(tuple((name, text) for name, text in facts if text), tuple(beside))


def _beside_note(title: str, record: Mapping[str, Any]) -> str:
    """What has been decided between a row and those beside it."""
    preferred = title == "Conflicting readings" and not record.get("reading_of")
    return _BESIDE[title] + (" The row you opened is the preferred one." if preferred else "")


def _shown(record: Mapping[str, Any]) -> bool:
    return bool(record["file"] != "drivers")


def _role(record: Mapping[str, Any]) -> str:
    role = record.get("role", "")
    if not role:
        return "conversion: amounts of money are turned into dollars with it"
    parted = (
        " One reading of several; the preferred one is used instead."
        if record.get("reading_of")
        else ""
    )
    return f"{role}: {ROLES[role]}.{parted}"


def _event_facts(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    if "documented" not in record:
        agreed = str(record.get("agreed", ""))
        return [("Period", when(record)), ("Agreed", agreed)]
    changed = ""
    if record["to_status"]:
        changed = f"from {_STATUS[record['from_status']]} to {_STATUS[record['to_status']]}"
    moved = "both sides" if record["moved_by"] == "both" else country_title(record["moved_by"])
    headline = "yes: the break that the model is judged by" if record["headline"] == "yes" else ""
    return [
        ("Date", str(record["documented"])),
        ("Defensible from", _span(record["earliest"], record["latest"])),
        ("Changed", changed),
        ("Moved by", moved),
        ("Headline", headline),
    ]


def _amount_facts(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not amount(record):
        return []
    low, high = record.get("low"), record.get("high")
    ranged = (
        f" ({number(low)}–{number(high)})"
        if low is not None and high is not None and low < high
        else ""
    )
    worth = dollars(record, ranged=True)
    told = [("Amount", amount(record) + ranged)]
    if record["file"] == "aid":
        told.append(
            (
                "In US dollars",
                f"{worth} million" if worth else f"not converted; kept in {record['unit']}",
            )
        )
    return told


def _brief(entry: EvidenceEntry, material: Material) -> str:
    record = entry.record
    parts = [
        when(record),
        amount(record),
        what(record),
        f"Lines {record['lines']}" if record.get("lines") else "",
    ]
    return f"{' · '.join(part for part in parts if part)} · role: {record.get('role', '')}"


def timeline_mark(entry: EvidenceEntry) -> EvidenceMark:
    """An entry as a mark on the time line."""
    record = entry.record
    event = "documented" in record
    first, last = (
        (record["earliest"], record["latest"]) if event else (record["from"], record["to"])
    )
    return EvidenceMark(
        id=record["id"],
        lane=pair_words(record) or "Exchange rates",
        kind=record["file"],
        shape=record["to_status"] if event else record.get("basis", ""),
        role=record.get("role", ""),
        first=max(decimal_of(first), FIRST_YEAR),
        last=min(decimal_of(last, end=True), LAST_YEAR + 1),
        at=decimal_of(record["documented"]) if event else None,
        words=_few_words(record),
    )


def _few_words(record: Mapping[str, Any]) -> str:
    """A row in a word or two: the kind of an event, or an amount."""
    if record["file"] in ("record", "cuts"):
        return str(record["kind"])
    if record["file"] == "drivers":
        return f"{record['driver']} {number(record.get('value'))}".strip()
    return amount(record)
