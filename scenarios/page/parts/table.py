"""A table of the page: sorted by a click on a head, turned page by page, each row opening."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import solara

from scenarios.page.parts.refusal import use_guard


@dataclass(frozen=True)
class Column:
    """A column: the key of its cells, its title; numbers stand to the right."""

    key: str
    title: str
    numeric: bool = False
    sortable: bool = False


@dataclass(frozen=True)
class Beside:
    """Other rows that bear on an open one: how, in a sentence, and each with its id and words."""

    title: str
    note: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Card:
    """All that is known of an open row: facts with their names, and the rows beside it."""

    facts: tuple[tuple[str, str], ...]
    beside: tuple[Beside, ...] = ()


@solara.component_vue(str(Path("vue") / "table.vue"))
def _Table(
    title: str,
    columns: list[dict[str, Any]],
    rows: list[dict[str, str]],
    sort: str,
    falling: bool,
    page: int,
    pages: int,
    opened: str,
    card: dict[str, Any] | None,
    opening: bool,
    event_open: Callable[[str], None],
    event_turn: Callable[[int], None],
    event_sorted: Callable[[str], None],
) -> None: ...


@solara.component
def Table(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, str]],
    *,
    on_open: Callable[[str], None] | None = None,
    on_turn: Callable[[int], None] = lambda page: None,
    on_sort: Callable[[str], None] = lambda key: None,
    sort: str = "",
    falling: bool = False,
    page: int = 1,
    pages: int = 1,
    opened: str = "",
    card: Card | None = None,
) -> None:
    """One page of a table; each row has an ``id`` and a text for every column.

    ``on_open`` is given the id of a row that is opened, an empty text when it is closed; without it
    rows do not open.
    """
    guard = use_guard()
    _Table(
        title=title,
        columns=[asdict(column) for column in columns],
        rows=[dict(row) for row in rows],
        sort=sort,
        falling=falling,
        page=page,
        pages=pages,
        opened=opened,
        card=None if card is None else asdict(card),
        opening=on_open is not None,
        event_open=guard(on_open or (lambda row: None)),
        event_turn=guard(on_turn),
        event_sorted=guard(on_sort),
    )
