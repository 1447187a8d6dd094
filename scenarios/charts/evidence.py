"""A time line of the evidence: events as marks, amounts as bars, one lane a pair.

Every mark stands under the id of its row, so that a browser knows which row it belongs to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from scenarios.charts.look import (
    LIGHT,
    Handle,
    Look,
    blank_figure,
    draw_key,
    draw_words,
    dress,
    line,
    show_years,
)
from scenarios.charts.marks import MARKS
from simulation.dates import FIRST_YEAR, LAST_YEAR

#: Before the id of a row in the SVG file.
ROW_ID = "row-"
_WIDTH = 11.5
_LEFT, _RIGHT = 0.15, 0.99
#: Inches: a row of marks where there are many, and where there are few, with words beside them.
_LOW, _HIGH = 0.085, 0.17
#: Inches above and below the axes, and between two lanes.
_ABOVE, _BELOW, _GAP = 0.72, 0.25, 0.16
#: Up to so many marks have words beside them.
_FEW = 40
#: The narrowest bar in years, so that it can be seen and clicked.
_NARROWEST = 0.22
#: Years that a letter of the words beside a mark takes up, and between a mark and its words.
_LETTER, _APART = 0.215, 0.28
#: Amounts that were not handed over are drawn hollow.
_HOLLOW = ("asked", "valued")
#: The kinds of evidence in words, with the place of their colour in a look (none: that of ink).
_KINDS: dict[str, tuple[str, int | None]] = {
    "record": ("dated event", None),
    "support": ("act of support", 5),
    "aid": ("aid", 0),
    "statements": ("statement", 6),
    "cuts": ("cut or refusal", 1),
    "terms": ("terms", 4),
    "drivers": ("driver", 2),
    "currency": ("exchange rate", 3),
}
#: What marks of events mean, by the status that they led to.
_EVENTS = {
    "allied": "alliance, mended",
    "estranged": "open dispute",
    "split": "break",
    "": "other event",
}


@dataclass(frozen=True)
class EvidenceMark:
    """A row of the evidence on a time line.

    ``lane`` says in words whom it is about, ``kind`` is the file it stands in, ``shape`` the status
    an event led to or the basis of an amount, ``first`` and ``last`` are years with decimals,
    ``at`` is the date of an event, ``words`` what is written beside it.
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

    @property
    def end(self) -> float:
        """Where it ends as it is drawn, in years."""
        return max(self.last, self.first + _NARROWEST)

    @property
    def words_before(self) -> bool:
        """Whether its words stand before it, as there is no room for them behind it."""
        return self.end + _APART + _LETTER * len(self.words) > LAST_YEAR + 1

    def extent(self, room: bool) -> tuple[float, float]:
        """The years that it takes up, with its words if there is ``room`` for them."""
        words = _LETTER * len(self.words) + _APART if room else 0.0
        before = self.words_before
        return self.first - words * before, self.end + words * (not before) + _APART


def decimal_of(date: str, *, end: bool = False) -> float:
    """The beginning or end of a date (a year, month or day) as a year with decimals."""
    year, month, day = (int(part) for part in [*date.split("-"), "0", "0"][:3])
    if not month:
        return year + float(end)
    start = year + (month - 1) / 12
    return start + (day - 1 + end) / 365.25 if day else start + end / 12


def evidence_timeline(marks: Sequence[EvidenceMark], look: Look = LIGHT) -> Figure:
    """The time line of some rows of the evidence, 1945-1980, one lane for each pair or country."""
    lanes = _lanes(marks)
    few = len(marks) <= _FEW
    step = _HIGH if few else _LOW
    inches = sum(len(lane) for _, lane in lanes) * step + _GAP * max(len(lanes), 1)
    height = _ABOVE + _BELOW + max(inches, 0.8)
    figure = blank_figure(look, height, _WIDTH)
    axes = figure.add_axes((_LEFT, _BELOW / height, _RIGHT - _LEFT, 1 - (_ABOVE + _BELOW) / height))
    dress(axes, look)
    show_years(axes)
    axes.tick_params(axis="x", top=True, labeltop=True)
    axes.grid(axis="x", color=look.grid, linewidth=0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    depth = 0.0
    for title, lane in lanes:
        axes.axhline(depth, color=look.grid, linewidth=0.8)
        axes.annotate(
            title, (FIRST_YEAR, depth + _GAP / 2), (-8, 0), textcoords="offset points",
            ha="right", va="top", fontsize=8.5, color=look.ink, annotation_clip=False,
        )  # fmt: skip
        for place, row in enumerate(lane):
            middle = depth + _GAP / 2 + (place + 0.5) * step
            for mark in row:
                _draw_mark(axes, look, mark, middle, step)
                if few:
                    _draw_words(axes, look, mark, middle)
        depth += _GAP + len(lane) * step
    axes.set_ylim(max(depth, 0.5), 0)
    if not marks:
        words = "No row of the evidence matches"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", color=look.ink)
    handles = _key(look, {mark.kind for mark in marks}, {mark.shape for mark in marks})
    style = {"fontsize": 8, "handlelength": 1.6, "columnspacing": 1.4}
    draw_key(figure, look, handles, 6, loc="upper left", **style)
    return figure


def _lanes(marks: Iterable[EvidenceMark]) -> list[tuple[str, list[list[EvidenceMark]]]]:
    """Marks by lane, the fullest first, kind by kind, packed into rows without overlaps."""
    by_lane: dict[str, list[EvidenceMark]] = {}
    for mark in marks:
        by_lane.setdefault(mark.lane, []).append(mark)
    packed = []
    for title, own in sorted(by_lane.items(), key=lambda item: -len(item[1])):
        groups = [[mark for mark in own if mark.kind == kind] for kind in _KINDS]
        room = len(own) <= _FEW
        packed.append((title, [row for group in groups for row in _packed(group, room)]))
    return packed


def _packed(marks: Sequence[EvidenceMark], room: bool) -> list[list[EvidenceMark]]:
    """Rows in which no mark overlaps another, ``room`` for words beside them counted in."""
    rows: list[list[EvidenceMark]] = []
    reach: list[float] = []
    for mark in sorted(marks, key=lambda mark: (mark.extent(room)[0], mark.id)):
        start, end = mark.extent(room)
        place = next((place for place, taken in enumerate(reach) if taken <= start), len(rows))
        if place == len(rows):
            rows.append([])
            reach.append(end)
        rows[place].append(mark)
        reach[place] = end
    return rows


def _draw_words(axes: Axes, look: Look, mark: EvidenceMark, middle: float) -> None:
    before = mark.words_before
    at = mark.first - _APART if before else mark.end + _APART
    side = "right" if before else "left"
    draw_words(axes, look, (at, middle), mark.words, fontsize=7.5, ha=side, clip_on=True)


def _draw_mark(axes: Axes, look: Look, mark: EvidenceMark, middle: float, step: float) -> None:
    """An amount as a bar, an event as a mark over the range of its dates."""
    colour = colour_of(mark.kind, look)
    strong = mark.role in ("target", "held out")
    edge = look.ink if strong else colour
    if mark.at is None:
        box = Rectangle(
            (mark.first, middle - 0.36 * step),
            mark.end - mark.first,
            0.72 * step,
            facecolor=look.ground if mark.shape in _HOLLOW else colour,
            edgecolor=edge,
            linestyle=":" if mark.role == "held out" else "-",
            linewidth=1.3 if strong else 0.7,
            alpha=1.0 if strong else 0.6,
        )
        box.set_gid(ROW_ID + mark.id)
        axes.add_patch(box)
        return
    axes.plot([mark.first, mark.last], [middle, middle], color=colour, linewidth=0.9, alpha=0.7)
    style = _event_style(look, mark.shape, colour) | {"markeredgecolor": edge}
    (point,) = axes.plot([mark.at], [middle], markersize=6.5 if strong else 4.5, **style)
    point.set_gid(ROW_ID + mark.id)


def _event_style(look: Look, shape: str, colour: str) -> dict[str, Any]:
    """How an event is drawn by the status it led to; hollow if the pair drew no further apart."""
    return {
        "marker": MARKS.get(shape, "d"),
        "markerfacecolor": look.ground if shape in ("allied", "") else colour,
        "linestyle": "none",
    }


def colour_of(kind: str, look: Look) -> str:
    """The colour of a kind of evidence."""
    place = _KINDS[kind][1]
    return look.ink if place is None else look.series[place]


def _key(look: Look, kinds: set[str], shapes: set[str]) -> list[Handle]:
    """What the colours, shapes and edges of the marks shown mean."""
    empty: dict[str, Any] = {"facecolor": look.ground, "edgecolor": look.ink}
    handles: list[Handle] = [
        Patch(facecolor=colour_of(kind, look), label=words)
        for kind, (words, _) in _KINDS.items()
        if kind in kinds and kind != "record"
    ]
    if shapes & set(_HOLLOW):
        hollow = empty | {"edgecolor": colour_of("aid", look)}
        handles.append(Patch(label="aid asked or only valued", **hollow))
    if "record" in kinds:
        handles += [
            line(words, look.ink, markersize=5.5, **_event_style(look, shape, look.ink))
            for shape, words in _EVENTS.items()
        ]
    if kinds:
        handles.append(Patch(label="thick edge: target", **empty))
        handles.append(Patch(label="dotted edge: held out", linestyle=":", **empty))
    return handles
