"""A time line of the evidence for notebooks: events as marks, amounts as bars, a lane a pair."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from scenarios.charts.lanes import (
    APART,
    EVENTS,
    FEW,
    HOLLOW,
    KINDS,
    EvidenceMark,
    packed_lanes,
)
from scenarios.charts.look import (
    LIGHT,
    Handle,
    blank_figure,
    draw_key,
    draw_words,
    dress,
    line,
    show_years,
)
from scenarios.charts.marks import MARKS
from simulation.dates import FIRST_YEAR

_WIDTH = 11.5
_LEFT, _RIGHT = 0.15, 0.99
#: Inches: a row of marks where there are many, and where there are few, with words beside them.
_LOW, _HIGH = 0.085, 0.17
#: Inches above and below the axes, and between two lanes.
_ABOVE, _BELOW, _GAP = 0.72, 0.25, 0.16


def evidence_timeline(marks: Sequence[EvidenceMark]) -> Figure:
    """The time line of some rows of the evidence, 1945-1980, one lane for each pair or country."""
    few = len(marks) <= FEW
    lanes = packed_lanes(marks, few)
    step = _HIGH if few else _LOW
    inches = sum(len(lane) for _, lane in lanes) * step + _GAP * max(len(lanes), 1)
    height = _ABOVE + _BELOW + max(inches, 0.8)
    figure = blank_figure(height, _WIDTH)
    axes = figure.add_axes((_LEFT, _BELOW / height, _RIGHT - _LEFT, 1 - (_ABOVE + _BELOW) / height))
    dress(axes)
    show_years(axes)
    axes.tick_params(axis="x", top=True, labeltop=True)
    axes.grid(axis="x", color=LIGHT.grid, linewidth=0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    depth = 0.0
    for title, lane in lanes:
        axes.axhline(depth, color=LIGHT.grid, linewidth=0.8)
        axes.annotate(
            title, (FIRST_YEAR, depth + _GAP / 2), (-8, 0), textcoords="offset points",
            ha="right", va="top", fontsize=8.5, color=LIGHT.ink, annotation_clip=False,
        )  # fmt: skip
        for place, row in enumerate(lane):
            middle = depth + _GAP / 2 + (place + 0.5) * step
            for mark in row:
                _draw_mark(axes, mark, middle, step)
                if few:
                    _draw_words(axes, mark, middle)
        depth += _GAP + len(lane) * step
    axes.set_ylim(max(depth, 0.5), 0)
    if not marks:
        words = "No row of the evidence matches"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", color=LIGHT.ink)
    handles = _key({mark.kind for mark in marks}, {mark.shape for mark in marks})
    style = {"fontsize": 8, "handlelength": 1.6, "columnspacing": 1.4}
    draw_key(figure, handles, 6, loc="upper left", **style)
    return figure


def _draw_words(axes: Axes, mark: EvidenceMark, middle: float) -> None:
    before = mark.words_before
    at = mark.first - APART if before else mark.end + APART
    side = "right" if before else "left"
    draw_words(axes, (at, middle), mark.words, fontsize=7.5, ha=side, clip_on=True)


def _draw_mark(axes: Axes, mark: EvidenceMark, middle: float, step: float) -> None:
    """An amount as a bar, an event as a mark over the range of its dates."""
    colour = colour_of(mark.kind)
    strong = mark.role in ("target", "held out")
    edge = LIGHT.ink if strong else colour
    if mark.at is None:
        box = Rectangle(
            (mark.first, middle - 0.36 * step),
            mark.end - mark.first,
            0.72 * step,
            facecolor=LIGHT.ground if mark.shape in HOLLOW else colour,
            edgecolor=edge,
            linestyle=":" if mark.role == "held out" else "-",
            linewidth=1.3 if strong else 0.7,
            alpha=1.0 if strong else 0.6,
        )
        axes.add_patch(box)
        return
    axes.plot([mark.first, mark.last], [middle, middle], color=colour, linewidth=0.9, alpha=0.7)
    style = _event_style(mark.shape, colour) | {"markeredgecolor": edge}
    axes.plot([mark.at], [middle], markersize=6.5 if strong else 4.5, **style)


def _event_style(shape: str, colour: str) -> dict[str, Any]:
    """How an event is drawn by the status it led to; hollow for alliances and for no status."""
    return {
        "marker": MARKS.get(shape, "d"),
        "markerfacecolor": LIGHT.ground if shape in ("allied", "") else colour,
        "linestyle": "none",
    }


def colour_of(kind: str) -> str:
    """The colour of a kind of evidence."""
    place = KINDS[kind][1]
    return LIGHT.ink if place is None else LIGHT.series[place]


def _key(kinds: set[str], shapes: set[str]) -> list[Handle]:
    """What the colours, shapes and edges of the marks shown mean."""
    empty: dict[str, Any] = {"facecolor": LIGHT.ground, "edgecolor": LIGHT.ink}
    handles: list[Handle] = [
        Patch(facecolor=colour_of(kind), label=words)
        for kind, (words, _) in KINDS.items()
        if kind in kinds and kind != "record"
    ]
    if shapes & set(HOLLOW):
        hollow = empty | {"edgecolor": colour_of("aid")}
        handles.append(Patch(label="aid asked or only valued", **hollow))
    if "record" in kinds:
        handles += [
            line(words, LIGHT.ink, markersize=5.5, **_event_style(shape, LIGHT.ink))
            for shape, words in EVENTS.items()
        ]
    if kinds:
        handles.append(Patch(label="thick edge: target", **empty))
        handles.append(Patch(label="dotted edge: held out", linestyle=":", **empty))
    return handles
