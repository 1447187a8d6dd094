"""Figures of a run: fans of simulated histories over the documented record, with dates and units on the axes.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart; what is documented is always black.
"""

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from scenarios.documented import PLAN_PERIODS, Documented, DocumentedBreak, Pair, Window
from scenarios.files import antecedents
from scenarios.outcomes import NEVER, PAIRS, SERIES_REPLICATES, YEARS, Compact
from scenarios.run import RunResult
from scenarios.summary import BreakSummary, summarised_aid, summarised_breaks
from simulation.dates import FIRST_YEAR, LAST_YEAR, quarter_of
from simulation.state import Status

BLUE, ORANGE, VERMILION, GREEN, GREY = "#0072B2", "#E69F00", "#D55E00", "#009E73", "#4D4D4D"
STATUS_COLOURS = {
    Status.ALLIED: BLUE,
    Status.ESTRANGED: ORANGE,
    Status.SPLIT: "#8C8C8C",
    Status.NONE: "#E8E8E8",
}
STATUS_WORDS = {
    Status.ALLIED: "allied",
    Status.ESTRANGED: "estranged (open dispute)",
    Status.SPLIT: "split (broken)",
    Status.NONE: "no ties yet",
}
_MIDDLES = np.array(YEARS) + 0.5
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lilliput",
    "font.family": "DejaVu Sans",
    "font.size": 9,
}


def decimal_year(quarter: float) -> float:
    """A quarter's middle as a year with decimals, as the axes count them."""
    return FIRST_YEAR + (quarter + 0.5) / 4


def pair_title(pair: Pair) -> str:
    """A pair in words, client first: ``Albania – USSR``."""
    patron, client = pair
    return f"{client.title} – {patron.title}"


def figures_of(result: RunResult, documented: Documented) -> Iterator[tuple[str, Figure]]:
    """Every figure of a run with the name of its file."""
    yield "breaks", breaks_figure(result, documented)
    yield "aid", aid_figure(result, documented)
    yield (
        "support",
        feeling_figure(result, documented, "support", "political support of the client (0–1)"),
    )
    yield (
        "strain",
        feeling_figure(
            result, documented, "strain", "strain of the client toward the patron (0–1)"
        ),
    )
    yield "status", status_figure(result, documented)


def write_figure(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure as PNG and SVG; the same figure gives the same bytes."""
    with rc_context(_STYLE):
        figure.savefig(
            folder / f"{name}.png",
            dpi=110,
            metadata={"Software": None},
            pil_kwargs={"compress_level": 2},
        )
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def _panels(result: RunResult, title: str) -> tuple[Figure, list[Axes], Axes]:
    """A page of five panels, one a pair, a sixth for the key, a title above and the origin below."""
    figure = Figure(figsize=(11, 8))
    FigureCanvasAgg(figure)
    grid = figure.subplots(3, 2, sharex=True, gridspec_kw={"hspace": 0.34, "wspace": 0.16})
    figure.subplots_adjust(left=0.075, right=0.98, top=0.87, bottom=0.1)
    *panels, key = [axes for row in grid for axes in row]
    key.set_axis_off()
    key.set_xlim(FIRST_YEAR, LAST_YEAR + 1)  # the panels share it
    key.set_xticks(range(FIRST_YEAR, LAST_YEAR + 1, 5))
    for axes, pair in zip(panels, PAIRS, strict=True):
        axes.set_title(pair_title(pair), loc="left", fontsize=10, fontweight="bold", y=1.0)
        axes.tick_params(labelbottom=True)
        _dress(axes)
    _head_and_foot(figure, result, title)
    return figure, panels, key


def _dress(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)


def _head_and_foot(figure: Figure, result: RunResult, title: str) -> None:
    scenario = result.scenario
    told = "; ".join(antecedents(scenario)) if scenario.interventions else scenario.question
    figure.text(0.02, 0.965, title, fontsize=13, fontweight="bold", va="center")
    figure.text(
        0.02, 0.93, textwrap.shorten(f"{scenario.name}: {told}", 150), fontsize=10, va="center"
    )
    histories = f"{result.replicates:,} histories, seed {result.seed}"
    draws = f"{result.draws.kind} draws {result.draws.id}"
    record = "Documented: lilliput evidence (sources and lines there)."
    figure.text(0.02, 0.02, f"{histories}, {draws}. {record}", fontsize=8, color=GREY)


def _mark_record(axes: Axes, known: DocumentedBreak | None) -> None:
    """A vertical line at the documented break, over a band from its earliest to its latest date."""
    if known is None:
        return
    early, late = (decimal_year(quarter_of(date)) for date in (known.earliest, known.latest))
    if late > early:
        axes.axvspan(early, late, color="black", alpha=0.12, linewidth=0)
    axes.axvline(decimal_year(quarter_of(known.date)), color="black", linewidth=1.6)


def _mark_scenario(axes: Axes, result: RunResult) -> None:
    """A dotted line where the scenario leaves history, and grey ground beyond its horizon."""
    changes = result.scenario.interventions
    if not changes:
        return
    first = decimal_year(min(quarter_of(change.start) for change in changes))
    axes.axvline(first, color=VERMILION, linewidth=1.2, linestyle=":")
    end = first + result.scenario.horizon
    if end < LAST_YEAR + 1:
        axes.axvspan(
            end, LAST_YEAR + 1, facecolor="none", edgecolor="#BBBBBB", hatch="///", linewidth=0
        )


def _mark(axes: Axes, result: RunResult, documented: Documented, pair: Pair) -> None:
    _mark_scenario(axes, result)
    _mark_record(axes, next((known for known in documented.breaks if known.pair == pair), None))


def _key_of_marks(result: RunResult) -> list[Line2D | Patch]:
    """What the lines and grounds that every panel shares mean."""
    marks: list[Line2D | Patch] = [
        Line2D([], [], color="black", linewidth=1.6, label="documented break"),
        Patch(color="black", alpha=0.12, label="earliest to latest defensible date"),
    ]
    if result.scenario.interventions:
        marks.append(
            Line2D([], [], color=VERMILION, linestyle=":", label="history is changed here")
        )
        beyond = f"beyond the horizon of {result.scenario.horizon} years"
        marks.append(Patch(facecolor="none", edgecolor="#BBBBBB", hatch="///", label=beyond))
    return marks


def _fan(axes: Axes, values: Compact) -> None:
    """Quantiles of yearly values over histories: 5-95 and 25-75 % bands and the median."""
    low, lower, middle, upper, high = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=-1)
    axes.fill_between(_MIDDLES, low, high, color=BLUE, alpha=0.2, linewidth=0)
    axes.fill_between(_MIDDLES, lower, upper, color=BLUE, alpha=0.35, linewidth=0)
    axes.plot(_MIDDLES, middle, color=BLUE, linewidth=1.6)


def _key_of_fan(result: RunResult, what: str) -> list[Line2D | Patch]:
    shown = min(result.replicates, SERIES_REPLICATES)
    return [
        Line2D([], [], color=BLUE, linewidth=1.6, label=f"{what}: median of {shown:,} histories"),
        Patch(color=BLUE, alpha=0.5, label="half of the histories (25–75 %)"),
        Patch(color=BLUE, alpha=0.2, label="nine in ten histories (5–95 %)"),
    ]


def _show_key(key: Axes, handles: Sequence[Line2D | Patch]) -> None:
    title = "Pairs are named client – patron"
    legend = key.legend(
        handles=list(handles),
        loc="center left",
        frameon=False,
        fontsize=8.5,
        labelspacing=0.55,
        title=title,
    )
    legend.set_alignment("left")


def feeling_figure(result: RunResult, documented: Documented, name: str, unit: str) -> Figure:
    """Support or strain of each pair's client, year by year: fans of the simulated histories."""
    figure, panels, key = _panels(result, f"Simulated {unit.split(' (')[0]}, 1945–1980")
    for place, (axes, pair) in enumerate(zip(panels, PAIRS, strict=True)):
        _mark(axes, result, documented, pair)
        _fan(axes, result.outcomes.series[name][:, place])
        axes.set_ylim(0, 1)
        axes.set_ylabel(f"{name}, 0 to 1")
    _show_key(key, [*_key_of_fan(result, f"{name}, yearly mean"), *_key_of_marks(result)])
    return figure


def aid_figure(result: RunResult, documented: Documented) -> Figure:
    """Aid of each pair: a fan of deliveries by year, and pledges by plan period beside the documented ones."""
    figure, panels, key = _panels(result, "Aid, simulated and documented, 1945–1980")
    rows = [
        row
        for row in summarised_aid(result.outcomes, documented)
        if row.basis == "pledged" and (row.window in PLAN_PERIODS or row.documented is not None)
    ]
    for place, (axes, pair) in enumerate(zip(panels, PAIRS, strict=True)):
        _mark(axes, result, documented, pair)
        _fan(axes, result.outcomes.series["delivered"][:, place])
        own = [row for row in rows if row.pair == pair]
        draw_amounts(
            axes, [(row.window, row.q05, row.median, row.q95) for row in own], 0.4, VERMILION
        )
        held = [(row.window, row.documented) for row in own if row.documented is not None]
        draw_amounts(axes, [(window, d.low, d.usd, d.high) for window, d in held], 0.6, "black")
        axes.set_ylim(bottom=0)
        axes.set_ylabel("million US$ a year")
    _show_key(
        key,
        [
            *_key_of_fan(result, "delivered in the year"),
            Line2D(
                [],
                [],
                color=VERMILION,
                linewidth=2,
                label="pledged in the plan period, a year: median, 5–95 %",
            ),
            Line2D(
                [],
                [],
                color="black",
                linewidth=2,
                label="documented pledges of the period, a year, with range",
            ),
            *_key_of_marks(result),
        ],
    )
    return figure


def draw_amounts(
    axes: Axes, amounts: Sequence[tuple[Window, float, float, float]], place: float, colour: str
) -> None:
    """Amounts (low, middle, high) as yearly means: a bar along each window, its range ``place`` of the way along."""
    for window, low, middle, high in amounts:
        start, years = FIRST_YEAR + window.first_quarter / 4, window.years
        axes.plot(
            [start + 0.2, start + years - 0.2], [middle / years] * 2, color=colour, linewidth=2
        )
        axes.plot(
            [start + years * place] * 2, [low / years, high / years], color=colour, linewidth=1.2
        )


def status_figure(result: RunResult, documented: Documented) -> Figure:
    """The share of histories in which each pair is allied, estranged or split, quarter by quarter."""
    figure, panels, key = _panels(result, "Status of each pair: share of the simulated histories")
    quarters = decimal_year(0) + np.arange(result.outcomes.status_counts.shape[0]) / 4
    shares = result.outcomes.status_counts / result.replicates * 100
    for place, (axes, pair) in enumerate(zip(panels, PAIRS, strict=True)):
        bands = [shares[:, place, status] for status in STATUS_COLOURS]
        axes.stackplot(quarters, bands, colors=list(STATUS_COLOURS.values()), linewidth=0)
        _mark_scenario(axes, result)
        known = next((known for known in documented.breaks if known.pair == pair), None)
        if known is not None:
            at = decimal_year(quarter_of(known.date))
            axes.axvline(at, color="white", linewidth=3.4)
            axes.axvline(at, color="black", linewidth=1.6)
        axes.set_ylim(0, 100)
        axes.set_ylabel("% of histories")
    keys = [
        Patch(color=STATUS_COLOURS[status], label=STATUS_WORDS[status]) for status in STATUS_COLOURS
    ]
    marks = [mark for mark in _key_of_marks(result) if "earliest" not in str(mark.get_label())]
    _show_key(key, [*keys, *marks])
    return figure


def breaks_figure(result: RunResult, documented: Documented) -> Figure:
    """When each pair breaks: the simulated dates, year by year, against the documented one."""
    figure, panels, key = _panels(
        result, "When the pairs break: simulated dates against the documented one"
    )
    for place, (axes, summary) in enumerate(
        zip(panels, summarised_breaks(result.outcomes, documented), strict=True)
    ):
        split = result.outcomes.split[place]
        years = FIRST_YEAR + split[split != NEVER] // 4
        counts = np.bincount(years - FIRST_YEAR, minlength=len(YEARS)) / result.replicates * 100
        _mark(axes, result, documented, summary.pair)
        axes.bar(np.array(YEARS) + 0.5, counts, width=0.9, color=BLUE, alpha=0.75, linewidth=0)
        most = max(float(counts.max()), 10.0)
        _range_bar(axes, summary, most * 1.12)
        axes.set_ylim(0, most * 1.3)
        axes.set_ylabel("% of histories")
        never = 100 * (1 - summary.share_by_1980)
        axes.set_title(f"not broken by 1980: {never:.0f} %", loc="right", fontsize=9, y=1.0)
    spread = Line2D(
        [],
        [],
        color=GREEN,
        marker="o",
        linewidth=2.5,
        label="median and 5–95 % (arrow: beyond 1980)",
    )
    bars = Patch(color=BLUE, alpha=0.75, label="first break in that year")
    _show_key(key, [bars, spread, *_key_of_marks(result)])
    return figure


def _range_bar(axes: Axes, summary: BreakSummary, height: float) -> None:
    """The 5-95 % range of a break as a bar with its median; an arrow where it runs past 1980."""
    if summary.q05 is None:
        return
    edge = LAST_YEAR + 1.0
    low = decimal_year(quarter_of(summary.q05))
    high = edge if summary.q95 is None else decimal_year(quarter_of(summary.q95))
    axes.plot(
        [low, high],
        [height, height],
        color=GREEN,
        linewidth=2.5,
        solid_capstyle="butt",
        clip_on=False,
    )
    if summary.q95 is None:
        axes.plot([edge], [height], marker=">", color=GREEN, markersize=7, clip_on=False)
    if summary.median is not None:
        axes.plot(
            [decimal_year(quarter_of(summary.median))],
            [height],
            marker="o",
            color=GREEN,
            markersize=7,
        )
