"""Figures of a run: fans of simulated histories over the documented record, one panel a pair.

What is documented is always black.
"""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scenarios.charts.look import (
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    ORANGE,
    VERMILION,
    Handle,
    blank_figure,
    line,
    show_years,
)
from scenarios.charts.marks import (
    SHARES,
    break_of,
    decimal_year,
    draw_amounts,
    draw_fan,
    mark_break,
    mark_horizon,
)
from scenarios.documented import PLAN_PERIODS, Documented, Pair
from scenarios.explain.words import pair_title
from scenarios.files import antecedents
from scenarios.outcomes import NEVER, PAIRS, SERIES_REPLICATES, YEARS, Compact
from scenarios.run import RunResult
from scenarios.summary import BreakSummary, summarised_aid, summarised_breaks
from simulation.dates import LAST_YEAR, quarter_of
from simulation.state import Status

#: The colour of each status, and what it is in words.
STATUSES = {
    Status.ALLIED: (BLUE, "allied"),
    Status.ESTRANGED: (ORANGE, "estranged (open dispute)"),
    Status.SPLIT: ("#8C8C8C", "split (broken)"),
    Status.NONE: ("#E8E8E8", "no alliance"),
}
_BEYOND = "#BBBBBB"
#: The colour of pledges of each form of aid, and where in a plan period their range stands.
_PLEDGES = {"economic": (VERMILION, 0.3), "arms": (GREEN, 0.5)}


def figures_of(result: RunResult, documented: Documented) -> Iterator[tuple[str, Figure]]:
    """Every figure of a run with the name of its file."""
    yield "breaks", breaks_figure(result, documented)
    yield "aid", aid_figure(result, documented)
    for name, what in (
        ("support", "political support of the client"),
        ("strain", "strain of the client toward the patron"),
    ):
        yield name, feeling_figure(result, documented, name, what)
    yield "status", status_figure(result, documented)


def settings_of(result: RunResult) -> dict[str, object]:
    """What decides what the figures of a run show, as it is written into their files."""
    return {
        "scenario": result.scenario.name,
        "draws": result.draws.id,
        "drivers": result.drivers,
        "seed": result.seed,
        "replicates": result.replicates,
    }


def _panels(result: RunResult, title: str) -> tuple[Figure, list[Axes], Axes]:
    """A page of panels, one a pair, another for the key, title above, origin below."""
    rows = len(PAIRS) // 2 + 1
    figure = blank_figure(8 * rows / 3, 11)
    grid = figure.subplots(rows, 2, sharex=True, gridspec_kw={"hspace": 0.34, "wspace": 0.16})
    figure.subplots_adjust(left=0.075, right=0.98, top=0.87, bottom=0.1)
    cells = [axes for row in grid for axes in row]
    panels, (key, *left) = cells[: len(PAIRS)], cells[len(PAIRS) :]
    for axes in (key, *left):
        axes.set_axis_off()
    show_years(key)  # the panels share them
    for axes, pair in zip(panels, PAIRS, strict=True):
        axes.set_title(pair_title(pair), loc="left", fontsize=10, fontweight="bold", y=1.0)
        axes.tick_params(labelbottom=True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color=LIGHT.grid, linewidth=0.6)
        axes.set_axisbelow(True)
    scenario = result.scenario
    words = "; ".join(antecedents(scenario)) if scenario.interventions else scenario.question
    beneath = textwrap.shorten(f"{scenario.name}: {words}", 150)
    figure.text(0.02, 0.965, title, fontsize=13, fontweight="bold", va="center")
    figure.text(0.02, 0.93, beneath, fontsize=10, va="center")
    histories = f"{result.replicates:,} histories, seed {result.seed}"
    draws = f"{result.draws.kind} draws {result.draws.id}"
    record = "Documented: lilliput evidence (sources and lines there)."
    figure.text(0.02, 0.02, f"{histories}, {draws}. {record}", fontsize=8, color=GREY)
    return figure, panels, key


def _mark_scenario(axes: Axes, result: RunResult) -> None:
    """Where the scenario leaves history, and what lies beyond its horizon."""
    changes = result.scenario.interventions
    if changes:
        first = decimal_year(min(quarter_of(change.start) for change in changes))
        mark_horizon(axes, first, result.scenario.horizon, VERMILION, _BEYOND)


def _mark(axes: Axes, result: RunResult, documented: Documented, pair: Pair) -> None:
    _mark_scenario(axes, result)
    mark_break(axes, break_of(documented.breaks, pair))


def _marks_in_words(result: RunResult, *, band: bool = True) -> list[Handle]:
    """What the lines and grounds that every panel shares mean."""
    marks: list[Handle] = [line("documented break", LIGHT.ink, linewidth=1.6)]
    if band:
        words = "earliest to latest defensible date"
        marks.append(Patch(color=LIGHT.ink, alpha=0.12, label=words))
    if result.scenario.interventions:
        marks.append(line("history is changed here", VERMILION, linestyle=":"))
        beyond = f"beyond the horizon of {result.scenario.horizon} years"
        marks.append(Patch(facecolor="none", edgecolor=_BEYOND, hatch="///", label=beyond))
    return marks


def _draw_fan(axes: Axes, values: Compact) -> None:
    draw_fan(axes, YEARS, np.quantile(values, SHARES, axis=-1), BLUE)


def _fan_in_words(result: RunResult, what: str) -> list[Handle]:
    count = min(result.replicates, SERIES_REPLICATES)
    return [
        line(f"{what}: median of {count:,} histories", BLUE, linewidth=1.6),
        Patch(color=BLUE, alpha=0.5, label="half of the histories (25–75 %)"),
        Patch(color=BLUE, alpha=0.2, label="nine in ten histories (5–95 %)"),
    ]


def _show_key(key: Axes, handles: Sequence[Handle]) -> None:
    legend = key.legend(
        handles=list(handles),
        loc="center left",
        frameon=False,
        fontsize=8.5,
        labelspacing=0.55,
        title="Pairs are named client – patron",
    )
    legend.set_alignment("left")


def feeling_figure(result: RunResult, documented: Documented, name: str, what: str) -> Figure:
    """Support or strain of each pair's client, year by year: fans of the simulated histories."""
    figure, panels, key = _panels(result, f"Simulated {what}, 1945–1980")
    for place, (axes, pair) in enumerate(zip(panels, PAIRS, strict=True)):
        _mark(axes, result, documented, pair)
        _draw_fan(axes, result.outcomes.series[name][:, place])
        axes.set_ylim(0, 1)
        axes.set_ylabel(f"{name}, 0 to 1")
    _show_key(key, [*_fan_in_words(result, f"{name}, yearly mean"), *_marks_in_words(result)])
    return figure


def aid_figure(result: RunResult, documented: Documented) -> Figure:
    """Aid of each pair: a fan of deliveries, and pledges by plan period beside those documented.

    Pledges of economic aid and of arms stand apart.
    """
    figure, panels, key = _panels(result, "Aid, simulated and documented, 1945–1980")
    rows = [
        row
        for row in summarised_aid(result.outcomes, documented)
        if row.basis == "pledged" and (row.window in PLAN_PERIODS or row.documented is not None)
    ]
    for place, (axes, pair) in enumerate(zip(panels, PAIRS, strict=True)):
        _mark(axes, result, documented, pair)
        _draw_fan(axes, result.outcomes.series["delivered"][:, place])
        own = [row for row in rows if row.pair == pair]
        for form, (colour, at) in _PLEDGES.items():
            simulated = [(r.window, r.q05, r.median, r.q95) for r in own if r.form == form]
            draw_amounts(axes, simulated, at, colour)
        sums = [(row.window, row.documented) for row in own if row.documented is not None]
        recorded = [(window, each.low, each.usd, each.high) for window, each in sums]
        draw_amounts(axes, recorded, 0.7, LIGHT.ink)
        axes.set_ylim(bottom=0)
        axes.set_ylabel("million US$ a year")
    keys = [
        line("economic aid agreed in these years, a year: median, 5–95 %", VERMILION, linewidth=2),
        line("arms agreed in them, the same", GREEN, linewidth=2),
        line("economic aid agreed in them, documented, with range", LIGHT.ink, linewidth=2),
    ]
    fan = _fan_in_words(result, "aid and arms delivered in the year")
    _show_key(key, [*fan, *keys, *_marks_in_words(result)])
    return figure


def status_figure(result: RunResult, documented: Documented) -> Figure:
    """The share of histories in which each pair is allied, estranged or split, by quarter."""
    figure, panels, key = _panels(result, "Status of each pair: share of the simulated histories")
    quarters = decimal_year(0) + np.arange(result.outcomes.status_counts.shape[0]) / 4
    shares = result.outcomes.status_counts / result.replicates * 100
    colours = [colour for colour, _ in STATUSES.values()]
    for place, (axes, pair) in enumerate(zip(panels, PAIRS, strict=True)):
        bands = [shares[:, place, status] for status in STATUSES]
        axes.stackplot(quarters, bands, colors=colours, linewidth=0)
        _mark_scenario(axes, result)
        recorded = break_of(documented.breaks, pair)
        if recorded is not None:
            at = decimal_year(quarter_of(recorded.date))
            axes.axvline(at, color="white", linewidth=3.4)
            axes.axvline(at, color=LIGHT.ink, linewidth=1.6)
        axes.set_ylim(0, 100)
        axes.set_ylabel("% of histories")
    keys = [Patch(color=colour, label=words) for colour, words in STATUSES.values()]
    _show_key(key, [*keys, *_marks_in_words(result, band=False)])
    return figure


def breaks_figure(result: RunResult, documented: Documented) -> Figure:
    """When each pair breaks: the simulated dates, year by year, against the documented one."""
    title = "When the pairs break: simulated dates against the documented one"
    figure, panels, key = _panels(result, title)
    summaries = summarised_breaks(result.outcomes, documented)
    for axes, summary, split in zip(panels, summaries, result.outcomes.split, strict=True):
        years = split[split != NEVER] // 4
        counts = np.bincount(years, minlength=len(YEARS)) / result.replicates * 100
        _mark(axes, result, documented, summary.pair)
        axes.bar(np.array(YEARS) + 0.5, counts, width=0.9, color=BLUE, alpha=0.75, linewidth=0)
        most = max(float(counts.max()), 10.0)
        _draw_range(axes, summary, most * 1.12)
        axes.set_ylim(0, most * 1.3)
        axes.set_ylabel("% of histories")
        never = 100 * (1 - summary.share_by_1980)
        axes.set_title(f"not broken by 1980: {never:.0f} %", loc="right", fontsize=9, y=1.0)
    bars = Patch(color=BLUE, alpha=0.75, label="first break in that year")
    words = "median and 5–95 % (arrow: beyond 1980)"
    spread = line(words, GREEN, marker="o", linewidth=2.5)
    _show_key(key, [bars, spread, *_marks_in_words(result)])
    return figure


def _draw_range(axes: Axes, summary: BreakSummary, height: float) -> None:
    """The 5-95 % range of a break as a bar with its median; an arrow where it runs past 1980."""
    if summary.q05 is None:
        return
    edge = LAST_YEAR + 1.0
    low = decimal_year(quarter_of(summary.q05))
    high = edge if summary.q95 is None else decimal_year(quarter_of(summary.q95))
    bar: dict[str, Any] = {
        "color": GREEN,
        "linewidth": 2.5,
        "solid_capstyle": "butt",
        "clip_on": False,
    }
    axes.plot([low, high], [height] * 2, **bar)
    if summary.q95 is None:
        axes.plot([edge], [height], marker=">", color=GREEN, markersize=7, clip_on=False)
    if summary.median is not None:
        at = decimal_year(quarter_of(summary.median))
        axes.plot([at], [height], marker="o", color=GREEN, markersize=7)
