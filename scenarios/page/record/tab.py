"""The tab Record: the evidence itself, as a time line and a table whose rows open to all that is known of them."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import reacton.ipyvuetify as v
import solara

from scenarios.page.material import EvidenceEntry, use_material
from scenarios.page.parts.downloads import Download, DownloadBar
from scenarios.page.parts.fields import Field, Fields, choices_of
from scenarios.page.parts.link import CopyLink, use_link
from scenarios.page.parts.refusal import LinkRefusal
from scenarios.page.parts.table import Column, Table
from scenarios.page.record.timeline import Timeline
from scenarios.page.record.view import (
    ALL,
    PAGE,
    SORTS,
    RecordView,
    kept,
    pairs_in,
    read_record_view,
    replaced,
)
from scenarios.page.record.words import KINDS, ROLES, card_of, table_row, timeline_mark
from simulation.dates import FIRST_YEAR, LAST_YEAR

_COLUMNS = {
    "when": "When",
    "pair": "Client – patron",
    "kind": "Kind",
    "what": "What the source says, in our words",
    "amount": "Amount",
    "dollars": "Million US$",
    "role": "Role",
}


@solara.component
def Record() -> None:
    """The evidence: filters, time line, table; all that is shown follows from the view."""
    material = use_material()
    search = solara.use_router().search
    asked, problems = solara.use_memo(lambda: read_record_view(search, material), [])
    held = solara.use_reactive(
        solara.use_memo(lambda: opened_in(asked, asked.opened, kept(material, asked)), [])
    )
    refused, set_refused = solara.use_state(problems)
    view: RecordView = held.value
    filters = replaced(view, page=1, opened="")
    entries = solara.use_memo(lambda: kept(material, view), [filters])
    by_id = solara.use_memo(lambda: {entry.record["id"]: entry for entry in material.evidence}, [])
    introduction = solara.use_memo(lambda: _introduction(material.evidence), [])
    use_link("/record", view.query)

    def change(**changes: Any) -> None:
        held.set(replaced(held.value, **changes))

    def open_row(name: str) -> None:
        held.set(opened_in(held.value, name, kept(material, held.value)))

    LinkRefusal(refused, lambda: set_refused([]))
    with solara.Div(classes=["lp-record"]):
        v.Html(tag="h1", children=["The record"])
        v.Html(tag="p", class_="lp-note", children=[introduction])
        Filters(view, pairs_in(material.evidence), change)
        marks = solara.use_memo(lambda: tuple(map(timeline_mark, entries)), [filters])
        hints = solara.use_memo(
            lambda: {entry.record["id"]: _hint(entry) for entry in entries}, [filters]
        )
        Timeline(marks, hints, view.opened, open_row)
        Rows(view, entries, by_id, open_row, change)
        with v.Html(tag="section", class_="lp-takeaway", attributes={"aria-label": "Take away"}):
            DownloadBar(
                [
                    Download(
                        "Rows (CSV)",
                        "record.csv",
                        lambda: csv_of(entries),
                        "the rows shown, every column",
                    )
                ]
            )
            CopyLink(query=view.query)


def _introduction(entries: Sequence[EvidenceEntry]) -> str:
    counts = {role: sum(entry.record.get("role") == role for entry in entries) for role in ROLES}
    told = "; ".join(f"{role} ({counts[role]}): {words}" for role, words in ROLES.items())
    return (
        f"{len(entries)} rows from cited sources, in our own words. What a row is used for: {told}."
    )


def opened_in(view: RecordView, name: str, entries: Sequence[EvidenceEntry]) -> RecordView:
    """The view with a row open, on the page where it stands; a row that the filters hide has them lifted."""
    ids = [entry.record["id"] for entry in entries]
    if name and name not in ids:
        return RecordView(kind=ALL, text=name, opened=name)
    page = ids.index(name) // PAGE + 1 if name else view.page
    return replaced(view, opened=name, page=page)


def _hint(entry: EvidenceEntry) -> str:
    row = table_row(entry)
    return " · ".join(
        row[key] for key in ("when", "pair", "kind", "amount", "what", "role") if row[key]
    )


@solara.component
def Filters(view: RecordView, pairs: dict[str, str], change: Callable[..., None]) -> None:
    """What the rows are narrowed to."""

    def choose(name: str, value: str | int) -> None:
        changes: dict[str, str | int] = {name: value}
        if name == "first_year" and int(value) > view.last_year:
            changes["last_year"] = value
        if name == "last_year" and int(value) < view.first_year:
            changes["first_year"] = value
        change(**changes, opened="", page=1)

    every = {"": "all"}
    with v.Html(tag="section", class_="lp-filters", attributes={"aria-label": "Filters"}):
        Fields(
            [
                Field("pair", "Pair, client first", view.pair, choices_of(every | pairs)),
                Field(
                    "kind",
                    "Kind",
                    view.kind,
                    choices_of({"": "aid, terms, cuts, events"} | KINDS | {ALL: "everything"}),
                ),
                Field(
                    "role", "Role", view.role, choices_of(every | {role: role for role in ROLES})
                ),
                Field("first_year", "From year", view.first_year, least=FIRST_YEAR, most=LAST_YEAR),
                Field("last_year", "To year", view.last_year, least=FIRST_YEAR, most=LAST_YEAR),
                Field("text", "Words", view.text, hint="All words must occur somewhere in the row"),
            ],
            choose,
        )
        if view != RecordView():
            solara.Button(
                "Show all", on_click=lambda: change(**vars(RecordView())), small=True, outlined=True
            )


@solara.component
def Rows(
    view: RecordView,
    entries: Sequence[EvidenceEntry],
    by_id: dict[str, EvidenceEntry],
    open_row: Callable[[str], None],
    change: Callable[..., None],
) -> None:
    """One page of the rows; a row opens to its source, lines, page, rival readings and role."""
    material = use_material()
    pages = max(1, -(-len(entries) // PAGE))
    page = min(view.page, pages)
    shown = entries[(page - 1) * PAGE : page * PAGE]
    opened = by_id.get(view.opened)

    def sort(key: str) -> None:
        change(sort=key, falling=key == view.sort and not view.falling)

    Table(
        f"{len(entries)} of {len(by_id)} rows",
        [
            Column(key, title, numeric=key in ("amount", "dollars"), sortable=key in SORTS)
            for key, title in _COLUMNS.items()
        ],
        [table_row(entry) for entry in shown],
        sort=view.sort,
        falling=view.falling,
        page=page,
        pages=pages,
        opened=view.opened if opened in shown else "",
        card=card_of(opened, material, by_id) if opened is not None else None,
        on_open=open_row,
        on_turn=lambda to: change(page=int(to), opened=""),
        on_sort=sort,
    )


def csv_of(entries: Sequence[EvidenceEntry]) -> bytes:
    """Rows of the evidence as CSV, every column that any of them has."""
    records = [_flat(entry) for entry in entries]
    columns = list(dict.fromkeys(column for record in records for column in record))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode("utf-8")


def _flat(entry: EvidenceEntry) -> dict[str, Any]:
    """A row as plain cells: its worth in dollars in three columns, the rows beside it named."""
    record = dict(entry.record)
    worth = record.pop("million_usd", None) or {}
    record |= {f"million_usd_{end}": worth.get(end, "") for end in ("value", "low", "high")}
    beside = {
        how.lower().replace(" ", "_"): ";".join(names)
        for how, names in entry.beside.items()
        if names
    }
    return record | beside
