"""Figures of one history, quarter by quarter: the four countries, time lines with dates, and what lay behind a break.

Every figure takes the colours of a light or dark ground; nothing is told by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from scenarios.charts.look import Look, draw_key
from scenarios.charts.run import decimal_year, draw_amounts, pair_title
from scenarios.documented import (
    Documented,
    DocumentedEvent,
    Pair,
    Window,
    documented_sum,
    windows_of,
)
from scenarios.explain.history import History
from scenarios.explain.reasons import (
    Addend,
    Hazard,
    fatigue_of,
    hazards,
    source_in_words,
    strain_of,
)
from simulation.arrays import Array
from simulation.dates import FIRST_YEAR, LAST_YEAR, QUARTERS, quarter_name, quarter_of
from simulation.rules.strain import StrainSources
from simulation.state import Move, Status

WIDTH = 5.0
#: Where the years of a time line begin, and how far they run, as shares of its width.
_LEFT, _LENGTH = 0.115, 0.865
#: The marks of the record and of the history on top of a time line, by the status that a change led to.
MARKS = {"allied": "o", "estranged": "^", "split": "X"}
_STATUS_OF_MOVE = {
    Move.FORMED: "allied",
    Move.ESTRANGED: "estranged",
    Move.SPLIT: "split",
    Move.MENDED: "allied",
}
#: A source of strain that never reaches this is left out of the key.
_SEEN = 0.02
#: Height in inches of a row of the key, of the marks of this history above the axes, and of those of the record.
_ROW, _HERE, _RECORD = 0.165, 0.1, 0.26
_BASES = ("pledged", "delivered")


@dataclass(frozen=True)
class Beside:
    """What a time line shows beside the simulated history: amounts, and dated events of the record."""

    documented: Documented = field(default_factory=Documented)
    events: tuple[DocumentedEvent, ...] = ()


def blank_figure(look: Look, height: float) -> Figure:
    """An empty figure on the ground of a look, as wide as all figures of the page."""
    figure = Figure(figsize=(WIDTH, height), facecolor=look.ground)
    FigureCanvasAgg(figure)
    return figure


def dress(axes: Axes, look: Look) -> None:
    """Axes in the colours of a look: no frame above and to the right, a quiet grid."""
    axes.set_facecolor(look.ground)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(look.soft)
    axes.tick_params(colors=look.soft, labelsize=8.5)
    axes.yaxis.label.set_color(look.soft)
    axes.grid(axis="y", color=look.grid, linewidth=0.6)
    axes.set_axisbelow(True)


def aid_timeline(history: History, pair: Pair, quarter: int, look: Look, beside: Beside) -> Figure:
    """Aid from patron to client, delivered and pledged in the year up to each quarter, over the documented amounts."""
    figure, axes = _timeline(history, pair, quarter, look, beside, "Aid", "million US$ a year")
    years = _years(history)
    delivered, pledged = (
        _over_a_year(history.series(name, *pair)) for name in ("delivered", "newly_pledged")
    )
    axes.fill_between(years, delivered, color=look.series[0], alpha=0.35, linewidth=0)
    axes.plot(years, delivered, color=look.series[0], linewidth=1.6)
    axes.plot(years, pledged, color=look.series[1], linewidth=1.0, linestyle="--")
    amounts = _amounts(beside.documented, pair)
    draw_amounts(axes, amounts, 0.5, look.ink)
    axes.set_ylim(bottom=0)
    draw_key(
        figure,
        look,
        [
            Line2D([], [], color=look.series[0], linewidth=1.6, label="delivered"),
            Line2D([], [], color=look.series[1], linewidth=1.0, linestyle="--", label="pledged"),
            *(
                [Line2D([], [], color=look.ink, linewidth=2, label="documented, with range")]
                if amounts
                else []
            ),
        ],
    )
    return figure


def _over_a_year(quarterly: Array) -> Array:
    """The sum of each quarter and the three before it."""
    return np.convolve(quarterly, np.ones(4))[: len(quarterly)] if len(quarterly) else quarterly


@lru_cache(maxsize=64)
def _amounts(documented: Documented, pair: Pair) -> tuple[tuple[Window, float, float, float], ...]:
    """The documented sums of a pair by period: low, middle and high, those pledged before those delivered."""
    own = [figure for figure in documented.aid if figure.pair == pair]
    sums = [
        (window, documented_sum(own, pair, basis, window))
        for basis in _BASES
        for window in windows_of(own)
    ]
    return tuple(
        (window, sum_.low, sum_.usd, sum_.high) for window, sum_ in sums if sum_ is not None
    )


def regard_timeline(
    history: History, pair: Pair, quarter: int, look: Look, beside: Beside
) -> Figure:
    """The client's political support for the patron, and the goodwill of each toward the other, from 0 to 1."""
    patron, client = pair
    figure, axes = _timeline(history, pair, quarter, look, beside, "Support and goodwill", "0 to 1")
    years = _years(history)
    support = history.series("support", patron, client)
    axes.fill_between(years, support, color=look.series[0], alpha=0.3, linewidth=0)
    lines: tuple[tuple[Array, int, Literal["-", "--", ":"], str], ...] = (
        (support, 0, "-", f"support of {client.title}"),
        (history.series("goodwill", client, patron), 2, "--", f"goodwill of {client.title}"),
        (history.series("goodwill", patron, client), 1, ":", f"goodwill of {patron.title}"),
    )
    for values, colour, style, _ in lines:
        axes.plot(years, values, color=look.series[colour], linewidth=1.6, linestyle=style)
    axes.set_ylim(0, 1)
    draw_key(
        figure,
        look,
        [
            Line2D([], [], color=look.series[colour], linewidth=1.6, linestyle=style, label=label)
            for _, colour, style, label in lines
        ],
    )
    return figure


def strain_timeline(
    history: History, pair: Pair, quarter: int, look: Look, beside: Beside
) -> Figure:
    """What strains the client, source upon source, what relieves it below zero, and the strain that results.

    Sources are shown while the pair is allied or in open dispute: strain belongs to an alliance.
    """
    patron, client = pair
    title = f"Strain of {client.title}, by source"
    figure, axes = _timeline(history, pair, quarter, look, beside, title, "strain", rows_of_key=5)
    years = _years(history)
    tied = _tied(history, pair)
    sources = {
        source: tied * history.series(f"strain_sources.{source}", patron, client)
        for source in StrainSources._fields
    }
    colours = dict(zip(sources, look.series, strict=True))
    axes.stackplot(
        years,
        list(sources.values()),
        colors=list(colours.values()),
        edgecolor=look.ground,
        linewidth=0.4,
    )
    relief = -tied * history.series("relief", patron, client)
    axes.fill_between(years, relief, color=look.soft, alpha=0.35, linewidth=0)
    axes.plot(years, history.series("strain", patron, client), color=look.ink, linewidth=1.8)
    axes.axhline(0, color=look.soft, linewidth=0.6)
    lowest = float(relief.min(initial=0.0))
    highest = max(1.0, float(sum(sources.values()).max(initial=0.0)))  # type: ignore[union-attr]
    axes.set_ylim(lowest * 1.1, highest * 1.08)
    shown = [
        Patch(color=colours[source], label=source_in_words(source, client))
        for source, values in sources.items()
        if values.max(initial=0.0) >= _SEEN
    ]
    strained = Line2D([], [], color=look.ink, linewidth=1.8, label="strain (0 to 1)")
    eased = Patch(color=look.soft, alpha=0.35, label="relief by aid and protection")
    draw_key(figure, look, [strained, *shown, eased], columns=2)
    return figure


def _years(history: History) -> Array:
    return np.asarray(decimal_year(0) + np.arange(history.reached + 1) / 4)


def _tied(history: History, pair: Pair) -> Array:
    """One in quarters that the pair began allied or in open dispute, else zero."""
    return np.array([float(history.tied(quarter, *pair)) for quarter in range(history.reached + 1)])


def quarter_at(fraction: float) -> int | None:
    """The quarter at a distance from the left edge of a time line, 0 to 1; none beside its axes."""
    year = FIRST_YEAR + (fraction - _LEFT) / _LENGTH * (LAST_YEAR + 1 - FIRST_YEAR)
    quarter = int((year - FIRST_YEAR) * 4 // 1)
    return quarter if 0 <= quarter < QUARTERS else None


def _timeline(
    history: History,
    pair: Pair,
    quarter: int,
    look: Look,
    beside: Beside,
    title: str,
    unit: str,
    rows_of_key: int = 1,
) -> tuple[Figure, Axes]:
    """Axes with the years 1945-1980, the quarter shown, the marks of record and history on top, room for a key."""
    above, below = 0.66, 0.27 + _ROW * rows_of_key
    height = above + below + 1.75
    figure = blank_figure(look, height)
    axes = figure.add_axes((_LEFT, below / height, _LENGTH, 1 - (above + below) / height))
    dress(axes, look)
    axes.set_xlim(FIRST_YEAR, LAST_YEAR + 1)
    axes.set_xticks(range(FIRST_YEAR, LAST_YEAR + 1, 5))
    axes.set_ylabel(unit, fontsize=8.5)
    figure.text(0.01, 0.985, title, va="top", fontsize=10, fontweight="bold", color=look.ink)
    figure.text(0.99, 0.985, pair_title(pair), va="top", ha="right", fontsize=9, color=look.soft)
    if quarter >= 0:
        axes.axvline(decimal_year(quarter), color=look.ink, linewidth=1.2)
    _mark_record(axes, look, pair, beside.events)
    _mark_moves(axes, look, pair, history)
    return figure, axes


def _mark_record(axes: Axes, look: Look, pair: Pair, events: Sequence[DocumentedEvent]) -> None:
    """Documented changes of status as black marks on top, a break also as a thin line down."""
    for event in events:
        if event.status and set(event.pair) == set(pair):
            at = decimal_year(quarter_of(event.date))
            _mark(axes, at, _RECORD, event.status, look.ink)
            if event.status == "split":
                axes.axvline(at, color=look.ink, linewidth=0.8, linestyle=(0, (1, 2)))
    _label_marks(axes, _RECORD, "record", look.ink)


def _mark_moves(axes: Axes, look: Look, pair: Pair, history: History) -> None:
    """The moves of the history in the row beneath."""
    moves = history.trajectory.moves
    for place in np.flatnonzero((moves.patron == pair[0]) & (moves.client == pair[1])):
        status = _STATUS_OF_MOVE[Move(int(moves.move[place]))]
        _mark(axes, decimal_year(int(moves.quarter[place])), _HERE, status, look.series[1])
    _label_marks(axes, _HERE, "here", look.series[1])


def _above(axes: Axes, inches: float) -> float:
    """A height above the axes, as a share of their own height."""
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    return 1 + inches / (axes.get_position().height * figure.get_figheight())


def _label_marks(axes: Axes, inches: float, words: str, colour: str) -> None:
    axes.text(
        -0.012,
        _above(axes, inches),
        words,
        transform=axes.transAxes,
        ha="right",
        va="center",
        fontsize=7.5,
        color=colour,
    )


def _mark(axes: Axes, at: float, inches: float, status: str, colour: str) -> None:
    axes.plot(
        [at],
        [_above(axes, inches)],
        marker=MARKS[status],
        markersize=5.5,
        markerfacecolor="none" if status == "allied" else colour,
        markeredgecolor=colour,
        linestyle="none",
        transform=axes.get_xaxis_transform(),
        clip_on=False,
    )


def reasons_figure(history: History, pair: Pair, quarter: int, look: Look) -> Figure:
    """What pushed a pair towards a quarrel or break in a quarter, and what held it back; three sets of bars.

    Of a pair that began the quarter without a tie it says only that; strain and fatigue belong to an alliance.
    """
    patron, client = pair
    strain, fatigue = (kind(history, quarter, patron, client) for kind in (strain_of, fatigue_of))
    sets = (
        (chances_title(history, pair, quarter), _chance_bars(history, pair, quarter)),
        (
            f"Strain of {client.title} {strain.level:.2f}, drawn towards {strain.target:.2f}",
            strain.addends,
        ),
        (
            f"Fatigue of {patron.title} {fatigue.level:.2f}, drawn towards {fatigue.target:.2f}",
            fatigue.addends,
        ),
    )
    shown = sets if history.tied(quarter, *pair) else sets[:1]
    rows = sum(len(addends) + 2 for _, addends in shown)
    height = 0.45 + 0.19 * rows
    figure = blank_figure(look, height)
    title = f"{quarter_name(quarter)}: what pushed, and what held back"
    figure.text(
        0.01, 1 - 0.04 / height, title, va="top", fontsize=10, fontweight="bold", color=look.ink
    )
    figure.text(
        0.99, 1 - 0.04 / height, pair_title(pair), va="top", ha="right", fontsize=9, color=look.soft
    )
    axes = figure.add_axes((0.0, 0.0, 1.0, 1 - 0.35 / height))
    axes.set_axis_off()
    axes.set_ylim(-rows + 0.3, 0.6)
    place = 0.0
    amounts = [addend.amount for _, addends in shown for addend in addends]
    reach = max(0.25, float(np.abs(amounts).max(initial=0)))
    axes.set_xlim(-3.1 * reach, 1.35 * reach)
    axes.axvline(0, color=look.grid, linewidth=0.8)
    for heading, addends in shown:
        axes.text(
            -3.05 * reach, place, heading, va="center", fontsize=8.5, fontweight="bold", color=look.ink,
            bbox={"facecolor": look.ground, "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
        _bars(axes, look, addends, place - 1, reach)
        place -= len(addends) + 2
    return figure


def chances_title(history: History, pair: Pair, quarter: int) -> str:
    """The chances of the quarter in words, those that were open."""
    open_ones = [hazard for hazard in hazards(history, quarter, *pair) if hazard.open]
    if not open_ones:
        stood = history.status(quarter - 1, *pair)
        return {Status.NONE: "No alliance: nothing to break", Status.SPLIT: "Broken already"}[stood]
    return "Chance in the quarter: " + ", ".join(
        f"{hazard.mover.title} {hazard.verb} {hazard.chance:.1%}" for hazard in open_ones
    )


def _chance_bars(history: History, pair: Pair, quarter: int) -> tuple[Addend, ...]:
    """The addends of the open chances, each with the one whose chance it is."""
    return tuple(
        Addend(addend.name, f"{_whose(hazard)}: {addend.words}", addend.amount)
        for hazard in hazards(history, quarter, *pair)
        if hazard.open
        for addend in hazard.addends
    )


def _whose(hazard: Hazard) -> str:
    return hazard.mover.title


def _bars(axes: Axes, look: Look, addends: Sequence[Addend], top: float, reach: float) -> None:
    """Bars to the right push, bars to the left hold back; each with its words and amount."""
    places = top - np.arange(len(addends))
    amounts = [addend.amount for addend in addends]
    colours = [look.series[1] if amount > 0 else look.series[0] for amount in amounts]
    axes.barh(places, amounts, height=0.66, color=colours)
    for place, addend in zip(places, addends, strict=True):
        axes.text(
            -1.35 * reach, place, addend.words, ha="right", va="center", fontsize=8, color=look.ink
        )
        pushes = addend.amount >= 0
        axes.text(
            addend.amount + (0.03 if pushes else -0.03) * reach,
            place,
            f"{addend.amount:+.2f}",
            ha="left" if pushes else "right",
            va="center",
            fontsize=7.5,
            color=look.ink,
        )
