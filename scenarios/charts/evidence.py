"""A time line of the evidence: events as marks, amounts as bars, one lane a pair, each under the id of its row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from scenarios.charts.explore import MARKS, dress
from scenarios.charts.look import LIGHT, Look
from simulation.dates import FIRST_YEAR, LAST_YEAR

#: Before the id of a row in the SVG file, so that a browser knows which row a mark belongs to.
ROW_ID = "row-"
_WIDTH = 11.5
_LEFT, _RIGHT = 0.15, 0.99
#: Height in inches of a row of marks: with many rows, and with few, which then have room for their words.
_LOW, _HIGH = 0.085, 0.17
#: Up to so many marks are told in words beside them.
_TOLD = 40
#: The narrowest bar in years, so that it can be seen and clicked.
_NARROWEST = 0.22
#: Years that a letter of the words beside a mark takes up, and between a mark and its words.
_LETTER, _APART = 0.215, 0.28


@dataclass(frozen=True)
class EvidenceMark:
    """A row of the evidence on a time line.

    ``lane`` says in words whom it is about, ``kind`` is the file it stands in, ``shape`` the status an event led to or
    the basis of an amount, ``first`` and ``last`` are years with decimals, ``at`` is the date of an event, ``words``
    what is written beside it.
    """

    id: str
    lane: str
    kind: str
    shape: str
    role: str
    first: float
    last: float
    at: float | None
    words: str


def decimal_of(date: str, *, end: bool = False) -> float:
    """A date ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` as a year with decimals: its beginning, or its end."""
    year, month, day = (int(part) for part in [*date.split("-"), "0", "0"][:3])
    if not month:
        return year + float(end)
    start = year + (month - 1) / 12
    return start + (day - 1 + end) / 365.25 if day else start + end / 12


def evidence_timeline(marks: Sequence[EvidenceMark], look: Look = LIGHT) -> Figure:
    """The time line of some rows of the evidence, 1945-1980, one lane for each pair or country."""
    lanes = _lanes(marks)
    rows = sum(len(lane) for _, lane in lanes)
    step = _HIGH if len(marks) <= _TOLD else _LOW
    above, below, gap = 0.72, 0.25, 0.16
    height = above + below + max(rows * step + gap * max(len(lanes), 1), 0.8)
    figure = Figure(figsize=(_WIDTH, height), facecolor=look.ground)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((_LEFT, below / height, _RIGHT - _LEFT, 1 - (above + below) / height))
    dress(axes, look)
    axes.set_xlim(FIRST_YEAR, LAST_YEAR + 1)
    axes.set_xticks(range(FIRST_YEAR, LAST_YEAR + 1, 5))
    axes.tick_params(axis="x", top=True, labeltop=True)
    axes.grid(axis="x", color=look.grid, linewidth=0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    depth = 0.0
    for title, lane in lanes:
        depth = _draw_lane(axes, look, title, lane, depth, step, gap, told=len(marks) <= _TOLD)
    axes.set_ylim(max(depth, 0.5), 0)
    if not marks:
        axes.text(
            0.5,
            0.5,
            "No row of the evidence matches",
            transform=axes.transAxes,
            ha="center",
            color=look.ink,
        )
    _key(figure, look, {mark.kind for mark in marks}, {mark.shape for mark in marks})
    return figure


def _lanes(marks: Iterable[EvidenceMark]) -> list[tuple[str, list[list[EvidenceMark]]]]:
    """Marks by lane, the fullest first, kind by kind, packed into rows in which none overlaps another."""
    by_lane: dict[str, list[EvidenceMark]] = {}
    for mark in marks:
        by_lane.setdefault(mark.lane, []).append(mark)
    packed = []
    for title, held in sorted(by_lane.items(), key=lambda item: -len(item[1])):
        groups = [[mark for mark in held if mark.kind == kind] for kind in _KIND_WORDS]
        room = len(held) <= _TOLD
        packed.append((title, [row for group in groups for row in _packed(group, room)]))
    return packed


def _packed(marks: Sequence[EvidenceMark], room: bool) -> list[list[EvidenceMark]]:
    """Rows in which no mark overlaps another, ``room`` for words beside them counted in."""
    rows: list[tuple[float, list[EvidenceMark]]] = []
    for start, end, mark in sorted(
        ((*_extent(mark, room), mark) for mark in marks), key=lambda row: (row[0], row[2].id)
    ):
        place = next((place for place, (reach, _) in enumerate(rows) if reach <= start), None)
        if place is None:
            rows.append((end, [mark]))
        else:
            rows[place] = (end, [*rows[place][1], mark])
    return [row for _, row in rows]


def _extent(mark: EvidenceMark, room: bool) -> tuple[float, float]:
    """The years that a mark takes up, with its words if there is ``room`` for them."""
    start, end = mark.first, max(mark.last, mark.first + _NARROWEST)
    words = _LETTER * len(mark.words) + _APART if room else 0.0
    before = _told_before(mark)
    return start - words * before, end + words * (not before) + _APART


def _told_before(mark: EvidenceMark) -> bool:
    """Whether the words stand before a mark, as there is no room for them behind it."""
    end = max(mark.last, mark.first + _NARROWEST)
    return end + _APART + _LETTER * len(mark.words) > LAST_YEAR + 1


def _draw_lane(
    axes: Axes,
    look: Look,
    title: str,
    lane: Sequence[Sequence[EvidenceMark]],
    top: float,
    step: float,
    gap: float,
    *,
    told: bool,
) -> float:
    """Draw a lane below ``top`` (inches from the upper edge); returns where the next begins."""
    axes.axhline(top, color=look.grid, linewidth=0.8)
    axes.annotate(
        title, (FIRST_YEAR, top + gap / 2), (-8, 0), textcoords="offset points", ha="right", va="top",
        fontsize=8.5, color=look.ink, annotation_clip=False,
    )  # fmt: skip
    for place, row in enumerate(lane):
        middle = top + gap / 2 + (place + 0.5) * step
        for mark in row:
            _draw_mark(axes, look, mark, middle, step)
            if told:
                before = _told_before(mark)
                at = (
                    mark.first - _APART
                    if before
                    else max(mark.last, mark.first + _NARROWEST) + _APART
                )
                axes.text(
                    at, middle, mark.words, fontsize=7.5, va="center", ha="right" if before else "left",
                    color=look.ink, clip_on=True,
                )  # fmt: skip
    return top + gap + len(lane) * step


def _draw_mark(axes: Axes, look: Look, mark: EvidenceMark, middle: float, step: float) -> None:
    colour = colour_of(mark.kind, look)
    strong = mark.role in ("target", "held out")
    if mark.at is None:
        box = Rectangle(
            (mark.first, middle - 0.36 * step),
            max(mark.last - mark.first, _NARROWEST),
            0.72 * step,
            facecolor=look.ground if mark.shape in _HOLLOW else colour,
            edgecolor=look.ink if strong else colour,
            linestyle=":" if mark.role == "held out" else "-",
            linewidth=1.3 if strong else 0.7,
            alpha=1.0 if strong else 0.6,
        )
        box.set_gid(ROW_ID + mark.id)
        axes.add_patch(box)
        return
    axes.plot([mark.first, mark.last], [middle, middle], color=colour, linewidth=0.9, alpha=0.7)
    hollow = mark.shape in ("allied", "")
    line = axes.plot(
        [mark.at],
        [middle],
        marker=MARKS.get(mark.shape, "d"),
        markersize=6.5 if strong else 4.5,
        markerfacecolor=look.ground if hollow else colour,
        markeredgecolor=look.ink if strong else colour,
        linestyle="none",
    )[0]
    line.set_gid(ROW_ID + mark.id)


#: Amounts that were not handed over are drawn hollow.
_HOLLOW = ("asked", "valued")
_KIND_COLOURS = {"record": None, "aid": 0, "cuts": 1, "terms": 4, "drivers": 2, "currency": 3}
_KIND_WORDS = {
    "record": "dated event",
    "aid": "aid",
    "cuts": "cut or refusal",
    "terms": "terms",
    "drivers": "driver",
    "currency": "exchange rate",
}


def colour_of(kind: str, look: Look) -> str:
    """The colour of a kind of evidence; events have that of ink."""
    place = _KIND_COLOURS[kind]
    return look.ink if place is None else look.series[place]


def _key(figure: Figure, look: Look, kinds: set[str], shapes: set[str]) -> None:
    handles: list[Any] = [
        Patch(facecolor=colour_of(kind, look), label=words)
        for kind, words in _KIND_WORDS.items()
        if kind in kinds and kind != "record"
    ]
    if shapes & set(_HOLLOW):
        handles.append(
            Patch(
                facecolor=look.ground,
                edgecolor=colour_of("aid", look),
                label="aid asked or only valued",
            )
        )
    if "record" in kinds:
        marks = (
            ("allied", "alliance, mended"),
            ("estranged", "open dispute"),
            ("split", "break"),
            ("", "other event"),
        )
        handles += [_event_handle(look, shape, words) for shape, words in marks]
    if kinds:
        handles.append(Patch(facecolor=look.ground, edgecolor=look.ink, label="thick edge: target"))
        handles.append(
            Patch(
                facecolor=look.ground,
                edgecolor=look.ink,
                linestyle=":",
                label="dotted edge: held out",
            )
        )
    figure.legend(
        handles=handles, loc="upper left", ncols=6, fontsize=8, frameon=False, labelcolor=look.ink,
        handlelength=1.6, columnspacing=1.4,
    )  # fmt: skip


def _event_handle(look: Look, shape: str, words: str) -> Line2D:
    hollow = shape in ("allied", "")
    return Line2D(
        [], [], marker=MARKS.get(shape, "d"), markersize=5.5, linestyle="none", markeredgecolor=look.ink,
        markerfacecolor=look.ground if hollow else look.ink, label=words,
    )  # fmt: skip
