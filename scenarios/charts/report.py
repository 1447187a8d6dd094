"""Figures of a report: how aid, support and strain differ between twins, and what drives that.

The branches have the colours they have in every comparison; sources of strain are named in the key,
and their changes stand as labelled bars.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scenarios.charts.compare import BRANCHES, branch_names
from scenarios.charts.explore import LEAST_STRAIN
from scenarios.charts.look import (
    LIGHT,
    Handle,
    blank_figure,
    draw_key,
    draw_title,
    dress,
    line,
)
from scenarios.charts.marks import Bar, draw_bars, rows_of
from scenarios.comparison.estimates import REACH
from scenarios.comparison.reading import Comparison
from scenarios.comparison.table import SERIES_WORDS
from scenarios.documented import the
from scenarios.explain.grievances import FATIGUE, SOURCES, STRAIN, Grievances, SourceMean
from scenarios.explain.words import RELIEF, pair_title, source_in_words
from simulation.countries import pair_named

#: A source that changes by less than this is left out of the bars.
SEEN = 0.005
#: The quantities whose fans are shown, in this order.
SHOWN = ("delivered", "support", "strain")


def words_of(source: SourceMean, pair: str) -> str:
    """A source of strain or fatigue in words."""
    return source_in_words(source.source, pair_named(pair)[1])


def difference_figure(comparison: Comparison) -> Figure:
    """By how much aid, support and strain differ between twins, year by year over the horizon."""
    figure = blank_figure(5.2)
    beside = pair_title(pair_named(comparison.pair))
    draw_title(figure, "Counterfactual less factual, twin by twin", beside)
    colour = BRANCHES[1].colour
    mark: dict[str, Any] = {"marker": "s", "markersize": 3.5, "linestyle": "--"}
    for place, series in enumerate(SHOWN):
        axes = figure.add_axes((0.115, 0.715 - 0.285 * place, 0.865, 0.185))
        dress(axes)
        rows = [row for row in comparison.yearly if row.series == series]
        years = [row.year for row in rows]
        low, high = [row.low for row in rows], [row.high for row in rows]
        axes.fill_between(years, low, high, color=LIGHT.soft, alpha=0.25, linewidth=0)
        axes.axhline(0, color=LIGHT.ink, linewidth=0.8)
        means = [row.difference.value or 0.0 for row in rows]
        errors = [REACH * (row.difference.error or 0.0) for row in rows]
        axes.errorbar(years, means, errors, color=colour, linewidth=1.4, capsize=2.5, **mark)
        words, unit = SERIES_WORDS[series]
        axes.set_title(f"{words} ({unit})", loc="left", fontsize=8.5, color=LIGHT.ink)
        _show_some(axes, years, 8)
    handles: list[Handle] = [
        line("mean, with 95 % Monte Carlo interval", colour, **mark),
        Patch(color=LIGHT.soft, alpha=0.25, label="nine in ten pairs of twins (5–95 %)"),
    ]
    draw_key(figure, handles, columns=2)
    return figure


def sources_figure(grievances: Grievances) -> Figure:
    """What strains the client, source upon source, year by year, in both branches."""
    figure = blank_figure(3.3)
    pair = pair_named(grievances.pair)
    draw_title(figure, f"What strains {the(pair[1])}, by source", pair_title(pair))
    years = [year for year, means in grievances.yearly.items() if means[0].factual is not None]
    strain = [place for place, (feeling, _) in enumerate(SOURCES) if feeling == STRAIN]
    styles: dict[int, dict[str, Any]] = {
        place: {"color": colour, "alpha": 0.45 if SOURCES[place][1] == RELIEF else 1}
        for place, colour in zip(strain, (*LIGHT.series, LIGHT.soft), strict=True)
    }
    panels = [figure.add_axes((0.135 + 0.435 * side, 0.3, 0.41, 0.54)) for side in (0, 1)]
    names = branch_names(grievances.reading)
    ends, seen = [0.05], set()
    for side, (axes, name) in enumerate(zip(panels, names, strict=True)):
        dress(axes)
        above = np.zeros(len(years))
        for place in strain:
            means = [grievances.yearly[year][place] for year in years]
            amounts = np.array(
                [(mean.counterfactual if side else mean.factual) or 0.0 for mean in means]
            )
            bars: dict[str, Any] = {"width": 0.8, "edgecolor": LIGHT.ground, "linewidth": 0.4}
            if SOURCES[place][1] == RELIEF:  # below zero
                axes.bar(years, amounts, **bars, **styles[place])
            else:
                axes.bar(years, amounts, bottom=above, **bars, **styles[place])
                above += amounts
            ends += [float(above.max(initial=0)), float(amounts.min(initial=0))]
            if np.abs(amounts).max(initial=0) >= LEAST_STRAIN:
                seen.add(place)
        axes.axhline(0, color=LIGHT.soft, linewidth=0.8)
        axes.set_title(name, loc="left", fontsize=8, color=BRANCHES[side].colour)
        _show_some(axes, years, 5)
    for axes in panels:
        axes.set_ylim(1.08 * min(ends), 1.08 * max(ends))
    panels[1].tick_params(labelleft=False)
    panels[0].set_ylabel("units of strain")
    handles = [
        Patch(label=source_in_words(SOURCES[place][1], pair[1]), **styles[place])
        for place in strain
        if place in seen
    ]
    draw_key(figure, handles, columns=2)
    return figure


def changes_figure(grievances: Grievances) -> Figure:
    """By how much each source of strain and of fatigue differs between twins, over the horizon."""
    patron, client = pair_named(grievances.pair)
    sets = [
        (
            f"{feeling.capitalize()} of {the(country)}",
            [
                Bar(
                    words_of(mean, grievances.pair),
                    mean.difference.value or 0.0,
                    REACH * (mean.difference.error or 0.0),
                )
                for mean in grievances.whole
                if mean.feeling == feeling and moved(mean)
            ],
        )
        for feeling, country in ((STRAIN, client), (FATIGUE, patron))
    ]
    height = 0.75 + 0.21 * rows_of(sets)
    figure = blank_figure(height)
    title = "What the change adds (+) or takes away (−)"
    draw_title(figure, title, pair_title((patron, client)))
    axes = figure.add_axes((0.0, 0.42 / height, 1.0, 1 - 0.75 / height))
    draw_bars(axes, sets, 0.05, f"no source changes by {SEEN:g} or more")
    handles: list[Handle] = [
        Patch(color=LIGHT.series[1], label="strains or tires more"),
        Patch(color=LIGHT.series[0], label="less"),
        line("95 % Monte Carlo interval", LIGHT.ink, linewidth=0.9),
    ]
    draw_key(figure, handles)
    return figure


def moved(mean: SourceMean) -> bool:
    """Whether a source differs between twins by enough to be shown."""
    return abs(mean.difference.value or 0.0) >= SEEN


def _show_some(axes: Axes, years: Sequence[int], most: int) -> None:
    """A tick for every year, or for every few where there are many."""
    axes.set_xticks(years[:: -(-len(years) // most)])
