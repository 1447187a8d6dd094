"""Figures of a comparison: survival curves, and the fans of both branches over the record.

The factual branch is always solid and carries circles, the counterfactual one dashed with squares,
so that neither is known by its colour alone. What is documented has the colour of ink.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from scenarios.charts.look import (
    BLUE,
    LIGHT,
    VERMILION,
    WIDTH,
    Handle,
    blank_figure,
    draw_key,
    draw_title,
    dress,
    line,
    show_years,
)
from scenarios.charts.marks import (
    SHARES,
    LineStyle,
    break_of,
    decimal_year,
    documented_amounts,
    draw_amounts,
    draw_fan,
    mark_break,
    mark_horizon,
)
from scenarios.columns import stem_of
from scenarios.comparison.estimates import SurvivalCurve, column_quantiles
from scenarios.comparison.reading import Comparison, Reading
from scenarios.comparison.table import SERIES_WORDS
from scenarios.documented import Documented, DocumentedBreak
from scenarios.explain.words import pair_title
from scenarios.outcomes import YEARS
from simulation.countries import pair_named
from simulation.dates import FIRST_YEAR, LAST_YEAR, quarter_of


class Branch(NamedTuple):
    """How a branch is drawn: its colour, its line and its mark."""

    colour: str
    dashes: LineStyle
    marker: str


#: The factual and the counterfactual branch.
BRANCHES = (Branch(BLUE, "-", "o"), Branch(VERMILION, "--", "s"))


@dataclass(frozen=True)
class Fan:
    """A yearly quantity of a pair over many histories.

    ``quantiles`` are those of 5, 25, 50, 75 and 95 per cent, shape (5, years).
    """

    years: tuple[int, ...]
    quantiles: NDArray[np.float64]
    histories: int

    @property
    def top(self) -> float:
        """The highest value shown."""
        return float(self.quantiles.max(initial=0.0))


def fan_of(table: pd.DataFrame, pair: str, series: str) -> Fan:
    """The fan of a quantity of a pair (client first) in a table of histories, by year."""
    columns = {year: f"{stem_of(pair)}_{series}_{year}" for year in YEARS}
    years = tuple(year for year, column in columns.items() if column in table.columns)
    values = table[[columns[year] for year in years]].to_numpy(dtype=float)
    return Fan(years, column_quantiles(values, SHARES), len(table))


def branch_names(reading: Reading) -> tuple[str, str]:
    """The names of the factual scenario and of the counterfactual."""
    return reading.factual.name, reading.scenario.name


def survival_figure(comparison: Comparison, breaks: Sequence[DocumentedBreak] = ()) -> Figure:
    """The share of histories still unbroken in both branches, with 95 % Monte Carlo bands."""
    reading, pair = comparison.reading, pair_named(comparison.pair)
    figure = blank_figure(3.0)
    axes = figure.add_axes((0.115, 0.24, 0.845, 0.64))
    dress(axes)
    draw_title(figure, "Still unbroken after the intervention", pair_title(pair))
    start = FIRST_YEAR + reading.first_quarter / 4
    end = start + reading.length
    axes.set_xlim(start, end)
    axes.set_ylim(0, 104)
    axes.set_ylabel("% of histories")
    step = next(step for step in (1, 2, 5, 10) if reading.length / step <= 9)
    axes.set_xticks(range(math.ceil(start), math.floor(end) + 1, step))
    handles: list[Handle] = []
    for place, curve in enumerate((comparison.factual_curve, comparison.counterfactual_curve)):
        _draw_survival(axes, curve, start, place)
        handles.append(_branch(place, branch_names(reading)[place], markersize=4.5))
    if not comparison.factual_curve.years:
        words = "Broken in every history before the intervention"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", color=LIGHT.ink)
    handles.append(Patch(color=LIGHT.soft, alpha=0.35, label="95 % Monte Carlo band"))
    recorded = break_of(breaks, pair)
    at = quarter_of(recorded.date) if recorded else -1
    if reading.first_quarter <= at <= reading.last_quarter:
        axes.axvline(decimal_year(at), color=LIGHT.ink, linewidth=1.4)
        handles.append(line("documented break", LIGHT.ink, linewidth=1.4))
    draw_key(figure, handles, columns=2)
    return figure


def _branch(place: int, label: str, **style: object) -> Handle:
    """The factual (0) or counterfactual (1) branch in a key."""
    colour, dashes, marker = BRANCHES[place]
    return line(label, colour, linestyle=dashes, marker=marker, **style)


def _draw_survival(axes: Axes, curve: SurvivalCurve, start: float, place: int) -> None:
    colour, dashes, marker = BRANCHES[place]
    years = start + np.array(curve.years)
    unbroken, low, high = (
        100 * np.array(values) for values in (curve.unbroken, curve.low, curve.high)
    )
    axes.fill_between(years, low, high, step="post", color=colour, alpha=0.25, linewidth=0)
    axes.step(years, unbroken, where="post", color=colour, linestyle=dashes, linewidth=1.7)
    axes.plot(years[::4], unbroken[::4], marker, color=colour, markersize=4.5, clip_on=False)


def fan_figure(
    fan: Fan,
    pair: str,
    series: str,
    reading: Reading,
    *,
    counterfactual: bool,
    top: float,
    documented: Documented,
) -> Figure:
    """The fan of one branch over the record, 1945-1980; ``top`` is the height of the axis."""
    figure = blank_figure(2.4)
    axes = figure.add_axes((0.115, 0.28, 0.85, 0.58))
    words, unit = SERIES_WORDS[series]
    title = f"{words}, {pair_title(pair_named(pair))}"
    draw_title(figure, title, branch_names(reading)[counterfactual], 9.5)
    _draw_branch(axes, fan, pair, series, reading, counterfactual, top, documented)
    axes.set_ylabel(unit)
    draw_key(figure, [_fan_handle(counterfactual), *_marks_in_words(series)], 2)
    return figure


def fans_figure(
    fans: tuple[Fan, Fan],
    pair: str,
    series: str,
    reading: Reading,
    *,
    documented: Documented,
) -> Figure:
    """The fans of both branches side by side on one scale, over the record."""
    figure = blank_figure(2.7, 2 * WIDTH)
    words, unit = SERIES_WORDS[series]
    draw_title(figure, words, pair_title(pair_named(pair)))
    top = max(fan.top for fan in fans)
    for place, fan in enumerate(fans):
        axes = figure.add_axes((0.06 + 0.48 * place, 0.22, 0.445, 0.57))
        _draw_branch(axes, fan, pair, series, reading, bool(place), top, documented)
        name, colour = branch_names(reading)[place], BRANCHES[place].colour
        axes.set_title(name, loc="left", fontsize=9, color=colour)
        if not place:
            axes.set_ylabel(unit)
    handles = [_fan_handle(False), *_marks_in_words(series), _fan_handle(True)]
    draw_key(figure, handles, 5)
    return figure


def _draw_branch(
    axes: Axes,
    fan: Fan,
    pair: str,
    series: str,
    reading: Reading,
    counterfactual: bool,
    top: float,
    documented: Documented,
) -> None:
    """A fan over the record, from 1945 to the end of the five years in which the fan ends."""
    dress(axes)
    years = max(fan.years, default=LAST_YEAR) + 1 - FIRST_YEAR
    show_years(axes, min(FIRST_YEAR + 5 * -(-years // 5), LAST_YEAR + 1))
    colour, dashes, _ = BRANCHES[counterfactual]
    draw_fan(axes, fan.years, fan.quantiles, colour, dashes)
    start = FIRST_YEAR + reading.first_quarter / 4
    mark_horizon(axes, start, reading.length, LIGHT.soft, LIGHT.grid)
    mark_break(axes, break_of(documented.breaks, pair_named(pair)))
    axes.set_ylim(0, 1)
    if series == "delivered":
        amounts = documented_amounts(documented, pair_named(pair), "delivered")
        draw_amounts(axes, amounts, 0.5, LIGHT.ink)
        axes.set_ylim(0, 1.05 * top or 1.0)


def _fan_handle(counterfactual: bool) -> Handle:
    colour, dashes, _ = BRANCHES[counterfactual]
    return line("median, 25–75 %, 5–95 %", colour, linewidth=1.6, linestyle=dashes)


def _marks_in_words(series: str) -> list[Handle]:
    """What is marked over a fan, for its key."""
    recorded = "documented break, deliveries" if series == "delivered" else "documented break"
    beyond: dict[str, Any] = {"edgecolor": LIGHT.soft, "hatch": "////", "linewidth": 0}
    return [
        line(recorded, LIGHT.ink, linewidth=1.4),
        line("branches part", LIGHT.soft, linestyle=":"),
        Patch(facecolor="none", label="beyond the horizon, not read", **beyond),
    ]
