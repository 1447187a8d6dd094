"""Tables, cards and JSON objects of the evidence, with its dates, units and worth in US dollars."""

from collections.abc import Callable, Sequence
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from calibration.evidence.lines import sources
from calibration.evidence.record import usd_of
from calibration.evidence.rows import (
    Act,
    AidFigure,
    AnyRow,
    Cut,
    Evidence,
    ExchangeRate,
    RecordedChange,
    Statement,
    Term,
)
from scenarios.documented import EVIDENCE_KINDS, number

#: Letters in a line of a table that is not shown in a terminal, at least.
WIDE = 200


def pair_of(row: AnyRow) -> str:
    """The pair a row is about, client first: ``albania-china``; empty for an exchange rate."""
    return "" if isinstance(row, ExchangeRate) else f"{row.client}-{row.patron}"


def period_of(row: AnyRow) -> tuple[str, str]:
    """The dates a row covers: an event's documented date, or the ends of its period."""
    if isinstance(row, RecordedChange):
        return row.documented, row.documented
    return row.first, row.last


def as_record(kind: str, row: AnyRow, evidence: Evidence) -> dict[str, Any]:
    """A row as one JSON object: its columns, its file, and an amount of money in dollars."""
    entry: dict[str, Any] = {"file": kind, "id": row.id, **row.model_dump(by_alias=True)}
    if isinstance(row, AidFigure):
        usd = usd_of(row, evidence.currency)
        entry["million_usd"] = (
            {"value": usd.value, "low": usd.low, "high": usd.high} if usd else None
        )
    if isinstance(row, Act):
        words = f"{row.act}, {row.direction}" + ("" if row.public == "yes" else ", secret")
        entry |= {"client": row.client, "patron": row.patron, "kind": words}
    return entry


def _amount(row: AidFigure | Term | Cut, evidence: Evidence) -> str:
    return f"{number(row.value)} {row.unit}" if row.value is not None else ""


def _range(low: float, high: float) -> str:
    return f"{number(low)}-{number(high)}"


def _dates(row: AnyRow, evidence: Evidence) -> str:
    start, end = period_of(row)
    return start if start == end else f"{start} to {end}"


def _aid_amount(row: AidFigure, evidence: Evidence) -> str:
    amount = _amount(row, evidence)
    return f"{amount} ({_range(row.low, row.high)})" if row.low < row.high else amount


def _aid_dollars(row: AidFigure, evidence: Evidence) -> str:
    usd = usd_of(row, evidence.currency)
    return f"{number(usd.value)} ({_range(usd.low, usd.high)})" if usd else ""


def _change(row: RecordedChange, evidence: Evidence) -> str:
    return f"{row.from_status} to {row.to_status}" if row.to_status else ""


def _window(row: RecordedChange, evidence: Evidence) -> str:
    return f"{row.earliest} to {row.latest}"


def _cost(row: Act, evidence: Evidence) -> str:
    return f"{row.cost:g} ({_range(row.low, row.high)})"


def _said(row: Statement, evidence: Evidence) -> str:
    return f"{number(row.value)} ({_range(row.low, row.high)}) {row.unit}"


def _rate(row: ExchangeRate, evidence: Evidence) -> str:
    return f"{row.usd_per_unit:g} USD ({row.low:g}-{row.high:g})"


#: What stands in a cell: a field of the row, or what is worked out.
_Cell = str | Callable[[Any, Evidence], str]
_ID: dict[str, _Cell] = {"id": "id", "period": _dates}
_RECORD: dict[str, _Cell] = {"id": "id", "date": "documented", "window": _window, "kind": "kind"}
#: The cells of the table of each file, by their headings.
_COLUMNS: dict[str, dict[str, _Cell]] = {
    "aid": _ID
    | {"form": "form", "basis": "basis", "amount (low-high)": _aid_amount}
    | {"million USD (low-high)": _aid_dollars, "role": "role"},
    "statements": _ID
    | {"form": "form", "basis": "basis", "value (low-high)": _said, "role": "role"}
    | {"what": "description"},
    "terms": _ID | {"kind": "kind", "value": _amount, "role": "role", "what": "description"},
    "cuts": _ID
    | {"kind": "kind", "form": "form", "amount": _amount, "role": "role", "what": "description"},
    "record": _RECORD
    | {"status": _change, "moved by": "moved_by", "role": "role", "what": "description"},
    "support": _ID
    | {"act": "act", "arena": "arena", "direction": "direction", "cost (low-high)": _cost}
    | {"role": "role", "what": "description"},
    "currency": _ID | {"one unit in USD (low-high)": _rate, "source": "source", "note": "note"},
}


def evidence_table(kind: str, rows: Sequence[AnyRow], evidence: Evidence) -> Table:
    """Rows of one file as a table, one line a row."""
    columns = _COLUMNS[kind]
    title = f"{EVIDENCE_KINDS[kind]}: {len(rows)} {'row' if len(rows) == 1 else 'rows'}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("id", "basis", "role", "date"))
    for row in rows:
        cells = (
            getattr(row, cell) if isinstance(cell, str) else cell(row, evidence)
            for cell in columns.values()
        )
        table.add_row(*map(escape, cells))
    return table


def beside_row(evidence: Evidence, kind: str, row: AnyRow) -> dict[str, list[AnyRow]]:
    """The rows that bear on one: preferred and conflicting readings, its whole, its parts."""
    others = [other for k, other in evidence.rows() if k == kind and other.id != row.id]

    def pointing(column: str, aim: str) -> list[AnyRow]:
        return [other for other in others if aim and getattr(other, column, "") == aim]

    preferred, whole = getattr(row, "reading_of", ""), getattr(row, "part_of", "")
    return {
        "Preferred reading": [other for other in others if other.id == preferred],
        "Conflicting readings": pointing("reading_of", row.id) + pointing("reading_of", preferred),
        "Part of": [other for other in others if other.id == whole],
        "Parts": pointing("part_of", row.id),
    }


def card(row: AnyRow, evidence: Evidence) -> Table:
    """Every field of a row, with the title of its source and an amount of money in dollars."""
    table = Table(title=row.id, title_justify="left", box=box.SIMPLE, show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for column, value in row.model_dump(by_alias=True).items():
        if value not in ("", None) and column not in ("id", "source"):
            table.add_row(
                column, escape(f"{value:,.10g}" if isinstance(value, float) else str(value))
            )
    if isinstance(row, AidFigure):
        table.add_row("in US dollars", escape(_in_dollars(row, evidence)))
    source = sources()[row.source]
    year = f", {source['year']}" if source.get("year") else ""
    table.add_row("source", escape(f"{row.source}: {source['title']} ({source['author']}{year})"))
    return table


def _in_dollars(row: AidFigure, evidence: Evidence) -> str:
    usd = usd_of(row, evidence.currency)
    if usd is None:
        return f"not converted; kept in {row.unit}"
    rate = usd.rate
    currency = rate.unit.removeprefix("million ")
    at = f"{rate.usd_per_unit:g} USD per {currency} ({rate.low:g}-{rate.high:g})"
    return f"{number(usd.value)} million USD ({_range(usd.low, usd.high)}), at {at}, rate {rate.id}"
