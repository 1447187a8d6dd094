"""Figures of a report: how aid, support and strain differ between twins, and what drives the difference.

The branches have the colours they have in every comparison; sources of strain are named in the key, and their changes
stand as labelled bars, so that nothing is told by colour alone.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from scenarios.charts.compare import branch_colours, pair_of
from scenarios.charts.explore import blank_figure, dress
from scenarios.charts.look import LIGHT, Look, draw_key, write_title
from scenarios.charts.run import pair_title
from scenarios.comparison.reading import Comparison
from scenarios.comparison.table import SERIES_WORDS
from scenarios.explain.grievances import (
    FATIGUE,
    RELIEF,
    SOURCES,
    STRAIN,
    WORTH,
    Grievances,
    SourceMean,
)
from scenarios.explain.reasons import RELIEF_WORDS, WORTH_WORDS, source_in_words, the

#: A source that changes by less than this is left out of the bars.
SEEN = 0.005
#: A source that never reaches this is left out of the key.
_NAMED = 0.02
#: Standard errors on either side of a mean: 95 in 100 of a normal distribution.
_REACH = 1.96
_LEFT, _WIDTH = 0.115, 0.865
_SHOWN = ("delivered", "support", "strain")


def words_of(source: SourceMean, pair: str) -> str:
    """A source of strain or fatigue in words."""
    _, client = pair_of(pair)
    if source.source == RELIEF:
        return RELIEF_WORDS
    if source.source == WORTH:
        return f"spared by {WORTH_WORDS.format(client=the(client))}"
    return source_in_words(source.source, client)


def difference_figure(comparison: Comparison, look: Look = LIGHT) -> Figure:
    """By how much aid, support and strain differ between twins, year by year over the horizon."""
    figure = blank_figure(look, 5.2)
    write_title(
        figure,
        look,
        "Counterfactual less factual, twin by twin",
        pair_title(pair_of(comparison.pair)),
    )
    for place, series in enumerate(_SHOWN):
        axes = figure.add_axes((_LEFT, 0.715 - 0.285 * place, _WIDTH, 0.185))
        dress(axes, look)
        rows = [row for row in comparison.yearly if row.series == series]
        years = np.array([row.year for row in rows])
        axes.fill_between(
            years, [row.low for row in rows], [row.high for row in rows],
            color=look.soft, alpha=0.25, linewidth=0,
        )  # fmt: skip
        axes.axhline(0, color=look.ink, linewidth=0.8)
        axes.errorbar(
            years,
            [row.difference.value or 0.0 for row in rows],
            [_REACH * (row.difference.error or 0.0) for row in rows],
            color=branch_colours(look)[1],
            marker="s",
            markersize=3.5,
            linestyle="--",
            linewidth=1.4,
            capsize=2.5,
        )
        words, unit = SERIES_WORDS[series]
        axes.set_title(f"{words} ({unit})", loc="left", fontsize=8.5, color=look.ink)
        _years(axes, years.tolist())
    draw_key(
        figure,
        look,
        [
            Line2D(
                [], [], color=branch_colours(look)[1], marker="s", markersize=3.5, linestyle="--",
                label="mean, with 95 % Monte Carlo interval",
            ),
            Patch(color=look.soft, alpha=0.25, label="nine in ten pairs of twins (5–95 %)"),
        ],
        columns=2,
    )  # fmt: skip
    return figure


def sources_figure(found: Grievances, look: Look = LIGHT) -> Figure:
    """What strains the client, source upon source, year by year: the factual branch and the counterfactual one."""
    figure = blank_figure(look, 3.3)
    _, client = pair_of(found.pair)
    write_title(
        figure, look, f"What strains {the(client)}, by source", pair_title(pair_of(found.pair))
    )
    years = [year for year, means in found.yearly.items() if means[0].factual is not None]
    strain = [place for place, (feeling, _) in enumerate(SOURCES) if feeling == STRAIN]
    colours = dict(zip(strain, (*look.series, look.soft), strict=True))
    ends = [0.05]
    panels = [figure.add_axes((0.135 + 0.435 * side, 0.3, 0.41, 0.54)) for side in (0, 1)]
    names = (found.reading.factual.name, found.reading.scenario.name)
    seen: set[int] = set()
    for side, (axes, name) in enumerate(zip(panels, names, strict=True)):
        dress(axes, look)
        above = np.zeros(len(years))
        for place in strain:
            amounts = np.array([_amount(found.yearly[year][place], side) for year in years])
            relieving = SOURCES[place][1] == RELIEF
            axes.bar(
                years,
                amounts,
                bottom=0 if relieving else above,
                width=0.8,
                color=colours[place],
                alpha=0.45 if relieving else 1,
                edgecolor=look.ground,
                linewidth=0.4,
            )
            if np.abs(amounts).max(initial=0) >= _NAMED:
                seen.add(place)
            above += 0 if relieving else amounts
            ends += [float(above.max(initial=0)), float(amounts.min(initial=0))]
        axes.axhline(0, color=look.soft, linewidth=0.8)
        axes.set_title(name, loc="left", fontsize=8, color=branch_colours(look)[side])
        _years(axes, years, 5)
    for axes in panels:
        axes.set_ylim(1.08 * min(ends), 1.08 * max(ends))
    panels[1].tick_params(labelleft=False)
    panels[0].set_ylabel("units of strain", fontsize=8.5)
    draw_key(
        figure,
        look,
        [_patch(found, place, colours[place]) for place in strain if place in seen],
        columns=2,
    )
    return figure


def _patch(found: Grievances, place: int, colour: str) -> Patch:
    """The entry of a source of strain in the key."""
    mean = found.whole[place]
    return Patch(
        color=colour, alpha=0.45 if mean.source == RELIEF else 1, label=words_of(mean, found.pair)
    )


def changes_figure(found: Grievances, look: Look = LIGHT) -> Figure:
    """By how much each source of strain and of fatigue differs between twins, over the whole horizon."""
    patron, client = pair_of(found.pair)
    sets = [
        (f"Strain of {the(client)}", [mean for mean in found.whole if mean.feeling == STRAIN]),
        (f"Fatigue of {the(patron)}", [mean for mean in found.whole if mean.feeling == FATIGUE]),
    ]
    shown = [(heading, [mean for mean in means if moved(mean)]) for heading, means in sets]
    rows = sum(max(len(means), 1) + 1 for _, means in shown)
    figure = blank_figure(look, 0.75 + 0.21 * rows)
    write_title(
        figure, look, "What the change adds (+) or takes away (−)", pair_title(pair_of(found.pair))
    )
    height = figure.get_figheight()
    axes = figure.add_axes((0.0, 0.42 / height, 1.0, 1 - 0.75 / height))
    axes.set_axis_off()
    axes.set_ylim(-rows + 0.4, 0.6)
    amounts = [mean.difference.value or 0.0 for mean in found.whole]
    reach = max(0.05, float(np.abs(amounts).max(initial=0)))
    axes.set_xlim(-3.35 * reach, 1.4 * reach)
    axes.axvline(0, color=look.soft, linewidth=0.8)
    place = 0
    for heading, means in shown:
        axes.text(
            -3.3 * reach, place, heading, va="center", fontsize=8.5, fontweight="bold", color=look.ink,
            bbox={"facecolor": look.ground, "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
        if not means:
            axes.text(
                -3.3 * reach, place - 1, f"no source changes by {SEEN:g} or more",
                va="center", fontsize=8, color=look.soft,
            )  # fmt: skip
        for below, mean in enumerate(means, 1):
            _bar(axes, look, mean, words_of(mean, found.pair), place - below, reach)
        place -= max(len(means), 1) + 1
    draw_key(
        figure,
        look,
        [
            Patch(color=look.series[1], label="strains or tires more"),
            Patch(color=look.series[0], label="less"),
            Line2D([], [], color=look.ink, linewidth=0.9, label="95 % Monte Carlo interval"),
        ],
    )
    return figure


def moved(mean: SourceMean) -> bool:
    """Whether a source differs between twins by enough to be shown."""
    return abs(mean.difference.value or 0.0) >= SEEN


def _bar(axes: Axes, look: Look, mean: SourceMean, words: str, place: float, reach: float) -> None:
    amount, error = mean.difference.value or 0.0, _REACH * (mean.difference.error or 0.0)
    axes.barh(place, amount, height=0.66, color=look.series[1] if amount > 0 else look.series[0])
    axes.plot([amount - error, amount + error], [place, place], color=look.ink, linewidth=0.9)
    axes.text(-1.45 * reach, place, words, ha="right", va="center", fontsize=8, color=look.ink)
    side = 1 if amount > 0 else -1
    axes.text(
        amount + side * (error + 0.03 * reach), place, f"{amount:+.2f}".replace("-", "−"),
        ha="left" if amount > 0 else "right", va="center", fontsize=7.5, color=look.ink,
    )  # fmt: skip


def _amount(mean: SourceMean, side: int) -> float:
    return (mean.counterfactual if side else mean.factual) or 0.0


def _years(axes: Axes, years: Sequence[int], most: int = 8) -> None:
    """A tick for every year, or for every few where there are many."""
    step = -(-len(years) // most)
    axes.set_xticks(years[::step])
