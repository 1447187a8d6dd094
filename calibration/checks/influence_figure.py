"""The picture of the influence of every observation, and how each shift is to be taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from calibration.checks.influence import MEDIAN, SHARE, Influence, headlines
from calibration.reports.pictures import (
    BLUE,
    GREEN,
    GREY,
    PALE,
    VERMILION,
    blank,
    name_rows,
    open_frame,
)

#: How many observations the picture has room for, beside those for which weights fail.
SHOWN = 30


@dataclass(frozen=True)
class Kind:
    """A kind of result: its factor and unit in tables, and its name in three places."""

    scale: float
    unit: str
    word: str
    table: str
    axis: str


KINDS = {
    MEDIAN: Kind(
        1.0,
        "quarters",
        "date",
        "median dates, quarters",
        "largest shift of a median date, quarters",
    ),
    SHARE: Kind(
        100.0,
        "points",
        "probability",
        "probabilities by 1980, percentage points",
        "largest shift of a probability by 1980, percentage points",
    ),
}
_SURE, _CHANCE, _FAILING, _AGAIN = (
    "clear of chance",
    "none, or chance",
    "weights fail",
    "fitted again",
)
_MARKS = {
    _SURE: ("o", BLUE),
    _CHANCE: ("o", GREY),
    _FAILING: ("X", VERMILION),
    _AGAIN: ("s", GREEN),
}


def standing_of(row: Influence, place: int) -> str:
    """How a shift is to be taken: weights fail, fitted again, clear of chance or not."""
    if not row.reliable:
        return _FAILING
    if not row.clear(place):
        return _CHANCE
    return _AGAIN if row.refitted else _SURE


def short_name(place: int) -> str:
    """The name of a result without its kind."""
    headline = headlines()[place]
    return headline.name.replace(f" {headline.what}", "")


def influence_figure(rows: Sequence[Influence]) -> Figure:
    """The largest shifts of each observation: of a date on the left, a probability on the right.

    Of those that can be taken out reliably, which come first, ``SHOWN`` are drawn.
    """
    sure = [row for row in rows if row.reliable]
    rows = [*sure[:SHOWN], *(row for row in rows if not row.reliable)]
    figure = blank(11, 0.3 * len(rows) + 1.8)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, what in zip(panels, KINDS, strict=True):
        _panel(axes, rows, what)
    name_rows(panels[0], [row.observation.name for row in rows], fontsize=8)
    for words, (marker, colour) in _MARKS.items():
        fill = "none" if words == _CHANCE else "full"
        panels[0].plot([], [], marker, color=colour, fillstyle=fill, linestyle="", label=words)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncols=4, frameon=False, fontsize=8)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.35 / figure.get_figheight()))
    return figure


def _panel(axes: Axes, rows: Sequence[Influence], what: str) -> None:
    axes.axvline(0, color=PALE, linewidth=0.8)
    axes.grid(axis="y", color="#EEEEEE")
    axes.set_axisbelow(True)
    sure = sum(row.reliable for row in rows)
    if 0 < sure < len(rows):
        axes.axhline(sure - 0.5, color=PALE, linewidth=0.8)
    for height, row in enumerate(rows):
        place = row.most(what)
        _mark(axes, height, row, place, KINDS[what].scale)
    axes.margins(x=0.45)
    open_frame(axes)
    axes.set_xlabel(KINDS[what].axis, fontsize=9)


def _mark(axes: Axes, height: int, row: Influence, place: int, scale: float) -> None:
    """One shift with its error, and the name of the result that moves."""
    standing = standing_of(row, place)
    marker, colour = _MARKS[standing]
    shift, error = scale * row.shifts[place], scale * row.errors[place]
    axes.errorbar(
        shift,
        height,
        xerr=error,
        fmt=marker,
        color=colour,
        fillstyle="none" if standing == _CHANCE else "full",
        markersize=5,
        capsize=2,
    )
    right = shift >= 0
    axes.annotate(
        short_name(place).replace(", ", "\n"),
        (shift + (error if right else -error), height),
        xytext=(5 if right else -5, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=6,
        color=GREY,
    )
