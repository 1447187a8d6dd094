"""Figures of one history, quarter by quarter: time lines of a pair, and what lay behind a break."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scenarios.charts.look import (
    LIGHT,
    blank_figure,
    draw_key,
    draw_title,
    dress,
    line,
    show_years,
)
from scenarios.charts.marks import MARKS, Bar, decimal_year, draw_bars, rows_of
from scenarios.documented import DocumentedEvent, Pair
from scenarios.explain.history import History
from scenarios.explain.reasons import Addend, fatigue_of, hazards, strain_of
from scenarios.explain.words import RELIEF, pair_title, source_in_words
from simulation.arrays import Array
from simulation.dates import quarter_name, quarter_of
from simulation.rules.strain import StrainSources
from simulation.state import WAYS, Move, Status

#: Where the years of a time line begin, and how far they run, as shares of its width.
_LEFT, _LENGTH = 0.115, 0.865
#: The status that a move leads to.
STATUS_OF_MOVE = {way.move: way.after.name.lower() for way in WAYS.values()}
#: A source of strain that never reaches this is left out.
LEAST_STRAIN = 0.02
#: Inches: the key, and above the axes the marks of this history and those of the record.
_KEY, _HERE, _RECORD = 5 * 0.165, 0.1, 0.26


def strain_timeline(
    history: History, pair: Pair, quarter: int, events: Sequence[DocumentedEvent] = ()
) -> Figure:
    """What strains the client, source upon source, what relieves it below zero, and its strain.

    Sources are shown while the pair is allied or in open dispute: strain belongs to an alliance.
    """
    patron, client = pair
    title = f"Strain of {client.title}, by source"
    figure, axes = _timeline(history, pair, quarter, events, title)
    years = decimal_year(0) + np.arange(history.reached + 1) / 4
    tied = tied_quarters(history, pair)
    sources = {
        source: tied * history.series(f"strain_sources.{source}", patron, client)
        for source in StrainSources._fields
    }
    colours = dict(zip(sources, LIGHT.series, strict=True))
    axes.stackplot(
        years,
        list(sources.values()),
        colors=list(colours.values()),
        edgecolor=LIGHT.ground,
        linewidth=0.4,
    )
    relief = -tied * history.series("relief", patron, client)
    axes.fill_between(years, relief, color=LIGHT.soft, alpha=0.35, linewidth=0)
    axes.plot(years, history.series("strain", patron, client), color=LIGHT.ink, linewidth=1.8)
    axes.axhline(0, color=LIGHT.soft, linewidth=0.6)
    highest = np.sum(list(sources.values()), axis=0).max(initial=1.0)
    axes.set_ylim(relief.min(initial=0.0) * 1.1, highest * 1.08)
    seen = [
        Patch(color=colours[source], label=source_in_words(source, client))
        for source, values in sources.items()
        if values.max(initial=0.0) >= LEAST_STRAIN
    ]
    strained = line("strain (0 to 1)", LIGHT.ink, linewidth=1.8)
    eased = Patch(color=LIGHT.soft, alpha=0.35, label=source_in_words(RELIEF, client))
    draw_key(figure, [strained, *seen, eased], columns=2)
    return figure


def tied_quarters(history: History, pair: Pair) -> Array:
    """One in quarters that the pair began allied or in open dispute, else zero."""
    return np.array([float(history.tied(quarter, *pair)) for quarter in range(history.reached + 1)])


def _timeline(
    history: History, pair: Pair, quarter: int, events: Sequence[DocumentedEvent], title: str
) -> tuple[Figure, Axes]:
    """Axes with the years 1945-1980, the quarter shown, the marks on top, and room for a key."""
    above, below = 0.66, 0.27 + _KEY
    height = above + below + 1.75
    figure = blank_figure(height)
    axes = figure.add_axes((_LEFT, below / height, _LENGTH, 1 - (above + below) / height))
    dress(axes)
    show_years(axes)
    axes.set_ylabel("strain")
    draw_title(figure, title, pair_title(pair))
    if quarter >= 0:
        axes.axvline(decimal_year(quarter), color=LIGHT.ink, linewidth=1.2)
    changes = [
        (decimal_year(quarter_of(event.date)), event.status)
        for event in status_changes(events, pair)
    ]
    _draw_marks(axes, changes, "record", _RECORD, LIGHT.ink)
    for at, status in changes:
        if status == "split":
            axes.axvline(at, color=LIGHT.ink, linewidth=0.8, linestyle=(0, (1, 2)))
    moved = [(decimal_year(each), STATUS_OF_MOVE[move]) for each, move in moves_of(history, pair)]
    _draw_marks(axes, moved, "here", _HERE, LIGHT.series[1])
    return figure, axes


def status_changes(events: Sequence[DocumentedEvent], pair: Pair) -> list[DocumentedEvent]:
    """The documented events that led a pair, whichever side is named first, to another status."""
    return [event for event in events if event.status and set(event.pair) == set(pair)]


def moves_of(history: History, pair: Pair) -> list[tuple[int, Move]]:
    """The quarters in which the status of a pair changed in a history, and how."""
    moves = history.trajectory.moves
    own = np.flatnonzero((moves.patron == pair[0]) & (moves.client == pair[1]))
    return [(int(moves.quarter[row]), Move(int(moves.move[row]))) for row in own]


def _draw_marks(
    axes: Axes, changes: Iterable[tuple[float, str]], words: str, inches: float, colour: str
) -> None:
    """Changes of status (year and status) as a row of marks so many inches above the axes."""
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    height = 1 + inches / (axes.get_position().height * figure.get_figheight())
    for at, status in changes:
        axes.plot(
            [at],
            [height],
            marker=MARKS[status],
            markersize=5.5,
            markerfacecolor="none" if status == "allied" else colour,
            markeredgecolor=colour,
            linestyle="none",
            transform=axes.get_xaxis_transform(),
            clip_on=False,
        )
    beside: dict[str, Any] = {"ha": "right", "va": "center", "fontsize": 7.5}
    axes.text(-0.012, height, words, transform=axes.transAxes, color=colour, **beside)


def reasons_figure(history: History, pair: Pair, quarter: int) -> Figure:
    """What pushed a pair towards a quarrel or break in a quarter, and what held it back, in bars.

    Of a pair that began the quarter without a tie it says only that.
    """
    sets = reason_sets(history, pair, quarter)
    height = 0.45 + 0.19 * rows_of(sets)
    figure = blank_figure(height)
    title = f"{quarter_name(quarter)}: what pushed, and what held back"
    draw_title(figure, title, pair_title(pair))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1 - 0.35 / height))
    draw_bars(axes, sets, 0.25, "")
    return figure


def reason_sets(history: History, pair: Pair, quarter: int) -> list[tuple[str, list[Bar]]]:
    """The chances that were open and what each is made of, then strain and fatigue, under headings.

    Of a pair that began the quarter without a tie there is a heading alone.
    """
    if not history.tied(quarter, *pair):
        broken = history.status(quarter - 1, *pair) is Status.SPLIT
        return [("Broken already" if broken else "No alliance: nothing to break", [])]
    chances = [hazard for hazard in hazards(history, quarter, *pair) if hazard.open]
    heads = (f"{each.mover.title} {each.verb} {each.chance:.1%}" for each in chances)
    bars = [bar for each in chances for bar in _bars_of(each.addends, f"{each.mover.title}: ")]
    sets = [(f"Chance in the quarter: {', '.join(heads)}", bars)]
    for country, kind in zip(pair[::-1], (strain_of, fatigue_of), strict=True):
        feeling = kind(history, quarter, *pair)
        toward = f"{feeling.level:.2f}, drawn towards {feeling.target:.2f}"
        title = f"{feeling.name.capitalize()} of {country.title} {toward}"
        sets.append((title, _bars_of(feeling.addends)))
    return sets


def _bars_of(addends: Sequence[Addend], whose: str = "") -> list[Bar]:
    return [Bar(f"{whose}{addend.words}", addend.amount) for addend in addends]
