"""Charts as numbers: the server says what there is to see, and the browser draws it.

A chart is a plain record. ``assets/options.js`` has one function for each kind; hovering, keys and
files are those of all charts (``assets/charts.js``). Colours are places in the series of a look
(``"0"`` to ``"6"``), ``ink`` for what is documented, or ``soft``.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import solara
from numpy.typing import ArrayLike

from scenarios.page.parts.refusal import use_guard


def rounded(values: ArrayLike) -> list[float]:
    """Numbers to four decimal places, as a picture needs them."""
    return list(np.round(np.asarray(values, dtype=float), 4).tolist())


@dataclass(frozen=True)
class Line:
    """Values at even steps from ``start`` on; with ``fill`` the area beneath is shaded so strongly.

    Lines of one ``stack`` are laid upon one another, and each carries a pattern of its own.
    """

    words: str
    values: list[float]
    start: float
    step: float = 0.25
    colour: str = "0"
    dash: str = "solid"
    width: float = 1.8
    fill: float = 0.0
    stack: str = ""
    stepped: bool = False


@dataclass(frozen=True)
class Band:
    """The ground between two lines, and how strongly it is shaded; without words it has no key."""

    words: str
    low: list[float]
    high: list[float]
    start: float
    step: float = 1.0
    colour: str = "0"
    opacity: float = 0.2
    stepped: bool = False


@dataclass(frozen=True)
class Span:
    """An amount over some years, drawn as a bar with its range; ``words`` say what it is."""

    words: str
    first: float
    last: float
    low: float
    middle: float
    high: float
    colour: str = "ink"
    note: str = ""


@dataclass(frozen=True)
class Mark:
    """A sign in one of the rows above a chart: the status that an event led to."""

    row: int
    at: float
    status: str
    words: str
    colour: str = "ink"


@dataclass(frozen=True)
class Upright:
    """A vertical line at ``at``, or ground shaded up to ``to``."""

    words: str
    at: float
    to: float | None = None
    colour: str = "ink"
    dash: str = "solid"


@dataclass(frozen=True)
class Lines:
    """A chart over the years, or over any other axis, with rows of marks above it.

    ``strips`` shade cells of a row: how many of many histories have their break there.
    """

    title: str
    about: str
    unit: str
    first: float
    last: float
    low: float | None = 0.0
    high: float | None = None
    lines: Sequence[Line] = ()
    bands: Sequence[Band] = ()
    spans: Sequence[Span] = ()
    rows: Sequence[str] = ()
    marks: Sequence[Mark] = ()
    uprights: Sequence[Upright] = ()
    across: str = "year"
    height: int = 250
    kind: str = "lines"


@dataclass(frozen=True)
class Interval:
    """A value with its range in a row of its own, and what is documented (or none)."""

    words: str
    value: float
    low: float
    high: float
    known: float | None = None
    full: bool = True


@dataclass(frozen=True)
class Intervals:
    """Values with their ranges, one a row; ``full`` ones are filled marks, the others hollow."""

    title: str
    about: str
    unit: str
    rows: Sequence[Interval]
    key: tuple[str, str, str] = ("", "", "")
    low: float | None = None
    high: float | None = None
    line: float | None = None
    kind: str = "intervals"


def record_of(chart: Any) -> dict[str, Any]:
    """A chart as a plain record; its numbers are not copied."""
    return {name: _plain(value) for name, value in vars(chart).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple) and value and is_dataclass(value[0]):
        return [record_of(each) for each in value]
    return value


@solara.component_vue(str(Path("vue") / "chart.vue"))
def _Drawn(
    name: str,
    words: str,
    told: str,
    settings: dict[str, str],
    opened: str,
    event_choose: Callable[[str], None],
) -> None: ...


@solara.component
def Drawn(
    name: str,
    words: str,
    chart: Any,
    settings: Mapping[str, str],
    opened: str = "",
    on_open: Callable[[str], None] = lambda _: None,
) -> None:
    """A chart with its files.

    ``name`` is that of the files, ``words`` say what there is to see, and ``settings`` go into the
    files; ``opened`` names the mark that is open, and ``on_open`` is given the one to be opened.
    """
    sent = solara.use_memo(lambda: json.dumps(record_of(chart)), [chart])
    _Drawn(
        name=name,
        words=words,
        told=sent,
        settings=dict(settings),
        opened=opened,
        event_choose=use_guard()(on_open),
    )
