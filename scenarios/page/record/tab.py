"""The tab Record: the evidence itself, as a time line and a table whose rows open."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import reacton.ipyvuetify as v
import solara

from scenarios.charts.lanes import EvidenceMark
from scenarios.documented import EVIDENCE_KINDS
from scenarios.page.material import EvidenceEntry, use_material
from scenarios.page.parts.chart import Drawn
from scenarios.page.parts.fields import Field, Fields, SmallButton
from scenarios.page.parts.table import Column, Table
from scenarios.page.parts.terms import Terms
from scenarios.page.parts.view import Download, TakeAway, csv_of, program, use_view
from scenarios.page.record.dispute import Dispute, cells_of
from scenarios.page.record.lanes import Lanes, lanes_of
from scenarios.page.record.rows import (
    ROLES,
    SORTS,
    card_of,
    pairs_in,
    table_row,
    timeline_mark,
)
from scenarios.page.record.view import ALL, PAGE, RecordView
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


#: Takes the id of a row to be opened.
OpenRow = Callable[[str], None]


@solara.component
def Record() -> None:
    """The evidence: filters, time line, table; all that is shown follows from the view."""
    material = use_material()
    state = use_view("/record", RecordView, lambda view: view.with_open(view.opened, material))
    view = state.value
    filters = view.changed(page=1, opened="")
    entries = solara.use_memo(lambda: view.entries(material), [filters])
    marks = solara.use_memo(lambda: tuple(map(timeline_mark, entries)), [filters])
    introduction = solara.use_memo(lambda: _introduction(material.evidence), [])

    def change(**changes: Any) -> None:
        state.set(state.value.changed(**changes))

    def narrow(**changes: Any) -> None:
        state.set(state.value.narrowed(material, **changes))

    def open_row(name: str) -> None:
        state.set(state.value.with_open(name, material))

    with solara.Div(classes=["lp-record"]):
        v.Html(tag="h1", children=["The record"])
        v.Html(tag="p", class_="lp-note", children=[introduction])
        Terms("target, held out, context", "window", "reading", "asked, pledged, delivered, valued")
        Filters(view, narrow)
        Timeline(view, marks, open_row)
        Rows(view, entries, open_row, change)
        opened = next((each for each in entries if each.id == view.opened), None)
        with solara.Div():
            if opened is not None and cells_of(opened):
                Dispute(opened).key(opened.id)
        hint = "the rows shown, every column"
        rows = Download("Rows (CSV)", "record.csv", lambda: rows_csv(entries), hint)
        TakeAway([rows], view)


def _introduction(entries: Sequence[EvidenceEntry]) -> str:
    counts = {role: sum(entry.record.get("role") == role for entry in entries) for role in ROLES}
    uses = "; ".join(f"{role} ({counts[role]}): {words}" for role, words in ROLES.items())
    rows = f"{len(entries)} rows from cited sources, in our own words."
    rest = len(entries) - sum(counts.values())
    return f"{rows} What a row is used for: {uses}; the other {rest} are exchange rates."


@solara.component
def Filters(view: RecordView, narrow: Callable[..., None]) -> None:
    """What the rows are narrowed to."""

    def choose(name: str, value: str | int) -> None:
        changes: dict[str, str | int] = {name: value}
        if name == "first_year" and int(value) > view.last_year:
            changes["last_year"] = value
        if name == "last_year" and int(value) < view.first_year:
            changes["first_year"] = value
        narrow(**changes)

    every = {"": "all"}
    kinds = {"": "all but drivers and rates"} | EVIDENCE_KINDS | {ALL: "everything"}
    pairs = every | pairs_in(use_material().evidence)
    roles = every | {role: role for role in ROLES}
    within: dict[str, Any] = {"least": FIRST_YEAR, "most": LAST_YEAR}
    with v.Html(tag="section", class_="lp-filters", attributes={"aria-label": "Filters"}):
        fields = [
            Field("pair", "Pair, client first", view.pair, tuple(pairs.items())),
            Field("kind", "Kind", view.kind, tuple(kinds.items())),
            Field("role", "Role", view.role, tuple(roles.items())),
            Field("first_year", "From year", view.first_year, **within),
            Field("last_year", "To year", view.last_year, **within),
            Field("text", "Words", view.text, hint="All words must occur somewhere in the row"),
        ]
        Fields(fields, choose)
        if view != RecordView():
            everything = dict(RecordView())
            SmallButton("Show all", on_click=lambda: narrow(**everything))


@lru_cache(maxsize=24)
def _lanes(marks: tuple[EvidenceMark, ...]) -> Lanes:
    """The time line of some marks; visitors who look at the same rows share it."""
    return lanes_of(marks)


@solara.component
def Timeline(view: RecordView, marks: tuple[EvidenceMark, ...], open_row: OpenRow) -> None:
    """The time line of some rows, each with words on hovering; a click on one opens it."""
    material = use_material()
    words = f"Time line of {len(marks)} rows of the evidence, 1945 to 1980"
    settings = {
        "program": program(),
        "rows": str(len(marks)),
        "link": f"/record?{view.query(material)}",
    }
    with solara.Div(classes=["lp-timeline-box"]):
        Drawn(
            "record",
            f"{words}; the table beneath tells the same in words",
            _lanes(marks),
            settings,
            opened=view.opened,
            on_open=open_row,
        )


@solara.component
def Rows(
    view: RecordView,
    entries: Sequence[EvidenceEntry],
    open_row: Callable[[str], None],
    change: Callable[..., None],
) -> None:
    """One page of the rows; a row opens to its source, lines, page, rival readings and role."""
    material = use_material()
    pages = max(1, -(-len(entries) // PAGE))
    page = min(view.page, pages)
    on_page = entries[(page - 1) * PAGE : page * PAGE]
    opened = next((entry for entry in material.evidence if entry.id == view.opened), None)

    def sort(key: str) -> None:
        change(sort=key, falling=key == view.sort and not view.falling)

    Table(
        f"{len(entries)} of {len(material.evidence)} rows",
        [
            Column(key, title, numeric=key in ("amount", "dollars"), sortable=key in SORTS)
            for key, title in _COLUMNS.items()
        ],
        [table_row(entry) for entry in on_page],
        sort=view.sort,
        falling=view.falling,
        page=page,
        pages=pages,
        opened=view.opened if opened in on_page else "",
        card=card_of(opened, material) if opened is not None else None,
        on_open=open_row,
        on_turn=lambda to: change(page=int(to), opened=""),
        on_sort=sort,
    )


def rows_csv(entries: Sequence[EvidenceEntry]) -> bytes:
    """Rows of the evidence as CSV, every column that any of them has.

    The worth in dollars stands in three columns, and the rows beside a row are named.
    """
    records = []
    for entry in entries:
        record = dict(entry.record)
        worth = record.pop("million_usd", None) or {}
        record |= {f"million_usd_{end}": worth.get(end, "") for end in ("value", "low", "high")}
        for how, names in entry.beside.items():
            if names:
                record[how.lower().replace(" ", "_")] = ";".join(names)
        records.append(record)
    return csv_of(records)
