"""Figures of a comparison: how long a pair stays unbroken, and the fans of both branches over the record.

The factual branch is always solid and carries circles, the counterfactual one dashed with squares, so that neither is
known by its colour alone. What is documented has the colour of ink.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from scenarios.charts.explore import WIDTH, blank_figure, dress
from scenarios.charts.look import LIGHT, Look, draw_key, write_title
from scenarios.charts.run import decimal_year, draw_amounts, pair_title
from scenarios.comparison.estimates import SurvivalCurve
from scenarios.comparison.reading import Comparison, Reading
from scenarios.comparison.table import SERIES_WORDS
from scenarios.documented import Documented, DocumentedBreak, Pair, documented_sum, windows_of
from scenarios.outcomes import PAIR_NAMES, PAIRS, YEARS
from simulation.dates import FIRST_YEAR, LAST_YEAR, quarter_of

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_STYLES: tuple[tuple[Literal["-", "--"], str], ...] = (("-", "o"), ("--", "s"))


@dataclass(frozen=True)
class Fan:
    """A yearly quantity of a pair over many histories: its median, the middle half, and nine histories in ten.

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
    """The fan of a quantity of a pair (client first) in a table of histories, over all years that the table holds."""
    stem = pair.replace("-", "_")
    held = {year: f"{stem}_{series}_{year}" for year in YEARS}
    years = tuple(year for year, column in held.items() if column in table.columns)
    values = table[[held[year] for year in years]].to_numpy(dtype=float)
    return Fan(years, np.quantile(values, _SHARES, axis=0), len(table))


def pair_of(name: str) -> Pair:
    """A pair by the name it has in tables, client first, as (patron, client)."""
    return PAIRS[PAIR_NAMES.index(name)]


def branch_colours(look: Look) -> tuple[str, str]:
    """The colours of the factual and of the counterfactual branch."""
    return look.series[0], look.series[1]


def survival_figure(
    comparison: Comparison, look: Look = LIGHT, breaks: Sequence[DocumentedBreak] = ()
) -> Figure:
    """The share of histories still unbroken after the intervention, in both branches, with 95 % Monte Carlo bands."""
    reading = comparison.reading
    figure = blank_figure(look, 3.0)
    axes = figure.add_axes((0.115, 0.24, 0.845, 0.64))
    dress(axes, look)
    write_title(
        figure, look, "Still unbroken after the intervention", pair_title(pair_of(comparison.pair))
    )
    start = FIRST_YEAR + reading.first_quarter / 4
    axes.set_xlim(start, start + reading.length)
    axes.set_ylim(0, 104)
    axes.set_ylabel("% of histories", fontsize=8.5)
    _whole_years(axes, start, reading.length)
    curves = (comparison.factual_curve, comparison.counterfactual_curve)
    handles: list[Line2D | Patch] = []
    for curve, colour, style, name in zip(
        curves, branch_colours(look), _STYLES, _names(reading), strict=True
    ):
        handles.append(_survival(axes, curve, start, colour, style, name))
    if not comparison.factual_curve.years:
        axes.text(
            0.5, 0.5, "Broken in every history before the intervention", transform=axes.transAxes,
            ha="center", color=look.ink,
        )  # fmt: skip
    handles.append(Patch(color=look.soft, alpha=0.35, label="95 % Monte Carlo band"))
    known = _within(comparison, breaks)
    if known is not None:
        axes.axvline(decimal_year(quarter_of(known.date)), color=look.ink, linewidth=1.4)
        handles.append(Line2D([], [], color=look.ink, linewidth=1.4, label="documented break"))
    draw_key(figure, look, handles, columns=2)
    return figure


def _survival(
    axes: Axes,
    curve: SurvivalCurve,
    start: float,
    colour: str,
    style: tuple[Literal["-", "--"], str],
    name: str,
) -> Line2D:
    line, marker = style
    years = start + np.array(curve.years)
    unbroken, low, high = (
        100 * np.array(values) for values in (curve.unbroken, curve.low, curve.high)
    )
    axes.fill_between(years, low, high, step="post", color=colour, alpha=0.25, linewidth=0)
    axes.step(years, unbroken, where="post", color=colour, linestyle=line, linewidth=1.7)
    axes.plot(years[::4], unbroken[::4], marker, color=colour, markersize=4.5, clip_on=False)
    return Line2D([], [], color=colour, linestyle=line, marker=marker, markersize=4.5, label=name)


def _within(comparison: Comparison, breaks: Sequence[DocumentedBreak]) -> DocumentedBreak | None:
    """The documented break of the pair, if it falls within the years that are read."""
    reading = comparison.reading
    for known in breaks:
        if known.pair == pair_of(comparison.pair):
            inside = reading.first_quarter <= quarter_of(known.date) <= reading.last_quarter
            return known if inside else None
    return None


def fan_figure(
    fan: Fan,
    pair: str,
    series: str,
    reading: Reading,
    *,
    counterfactual: bool,
    top: float | None = None,
    look: Look = LIGHT,
    documented: Documented | None = None,
) -> Figure:
    """The fan of one branch over the record, 1945-1980; ``top`` is the height of the axis, for the same scale twice."""
    figure = blank_figure(look, 2.4)
    axes = figure.add_axes((0.115, 0.28, 0.85, 0.58))
    words, unit = SERIES_WORDS[series]
    write_title(
        figure, look, f"{words}, {pair_title(pair_of(pair))}", _names(reading)[counterfactual], 9.5
    )
    _draw_fan(
        axes, fan, pair, series, reading, counterfactual, top, look, documented or Documented()
    )
    axes.set_ylabel(unit, fontsize=8.5)
    draw_key(figure, look, _fan_key(series, reading, counterfactual, look), 2)
    return figure


def fans_figure(
    fans: tuple[Fan, Fan],
    pair: str,
    series: str,
    reading: Reading,
    *,
    look: Look = LIGHT,
    documented: Documented | None = None,
) -> Figure:
    """The fans of the factual and of the counterfactual branch side by side on one scale, over the record."""
    figure = Figure(figsize=(2 * WIDTH, 2.7), facecolor=look.ground)
    FigureCanvasAgg(figure)
    words, unit = SERIES_WORDS[series]
    write_title(figure, look, words, pair_title(pair_of(pair)))
    top = max(fan.top for fan in fans)
    for place, fan in enumerate(fans):
        axes = figure.add_axes((0.06 + 0.48 * place, 0.22, 0.445, 0.57))
        _draw_fan(
            axes, fan, pair, series, reading, bool(place), top, look, documented or Documented()
        )
        axes.set_title(
            _names(reading)[place], loc="left", fontsize=9, color=branch_colours(look)[place]
        )
        if not place:
            axes.set_ylabel(unit, fontsize=8.5)
    draw_key(
        figure,
        look,
        [*_fan_key(series, reading, False, look), *_fan_key(series, reading, True, look)[:1]],
        5,
    )
    return figure


def _draw_fan(
    axes: Axes,
    fan: Fan,
    pair: str,
    series: str,
    reading: Reading,
    counterfactual: bool,
    top: float | None,
    look: Look,
    documented: Documented,
) -> None:
    dress(axes, look)
    _years_axis(axes, fan)
    colour, style = branch_colours(look)[counterfactual], _STYLES[counterfactual]
    middles = np.array(fan.years) + 0.5
    low, lower, middle, upper, high = fan.quantiles
    axes.fill_between(middles, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.fill_between(middles, lower, upper, color=colour, alpha=0.35, linewidth=0)
    axes.plot(middles, middle, color=colour, linewidth=1.6, linestyle=style[0])
    _mark_reading(axes, reading, look)
    _mark_break(axes, pair_of(pair), look, documented)
    if series == "delivered":
        _draw_delivered(axes, pair_of(pair), look, documented)
        axes.set_ylim(0, 1.05 * (fan.top if top is None else top) or 1.0)
    else:
        axes.set_ylim(0, 1)


def _years_axis(axes: Axes, fan: Fan) -> None:
    """The years from 1945 to the end of the five years in which the fan ends."""
    shown = max(fan.years, default=LAST_YEAR) + 1 - FIRST_YEAR
    last = min(FIRST_YEAR + 5 * -(-shown // 5), LAST_YEAR + 1)
    axes.set_xlim(FIRST_YEAR, last)
    axes.set_xticks(range(FIRST_YEAR, last + 1, 5))


def _mark_reading(axes: Axes, reading: Reading, look: Look) -> None:
    """A dotted line where the branches part, and hatched ground beyond the horizon."""
    start = FIRST_YEAR + reading.first_quarter / 4
    axes.axvline(start, color=look.soft, linewidth=1.2, linestyle=":")
    end = start + reading.length
    if end < LAST_YEAR + 1:
        axes.axvspan(
            end, LAST_YEAR + 1, facecolor="none", edgecolor=look.grid, hatch="///", linewidth=0
        )


def _mark_break(axes: Axes, pair: Pair, look: Look, documented: Documented) -> None:
    known = next((known for known in documented.breaks if known.pair == pair), None)
    if known is not None:
        early, late = (decimal_year(quarter_of(date)) for date in (known.earliest, known.latest))
        if late > early:
            axes.axvspan(early, late, color=look.ink, alpha=0.12, linewidth=0)
        axes.axvline(decimal_year(quarter_of(known.date)), color=look.ink, linewidth=1.4)


def _draw_delivered(axes: Axes, pair: Pair, look: Look, documented: Documented) -> None:
    """Documented deliveries, as yearly means over their years."""
    own = [figure for figure in documented.aid if figure.pair == pair]
    sums = [(window, documented_sum(own, pair, "delivered", window)) for window in windows_of(own)]
    amounts = [(window, held.low, held.usd, held.high) for window, held in sums if held is not None]
    draw_amounts(axes, amounts, 0.5, look.ink)


def _fan_key(
    series: str, reading: Reading, counterfactual: bool, look: Look
) -> list[Line2D | Patch]:
    colour, style = branch_colours(look)[counterfactual], _STYLES[counterfactual]
    recorded = "documented break, deliveries" if series == "delivered" else "documented break"
    return [
        Line2D(
            [], [], color=colour, linewidth=1.6, linestyle=style[0], label="median, 25–75 %, 5–95 %"
        ),
        Line2D([], [], color=look.ink, linewidth=1.4, label=recorded),
        Line2D([], [], color=look.soft, linestyle=":", label="branches part"),
        Patch(
            facecolor="none",
            edgecolor=look.soft,
            hatch="////",
            linewidth=0,
            label="beyond the horizon, not read",
        ),
    ]


def _names(reading: Reading) -> tuple[str, str]:
    return reading.factual.name, reading.scenario.name


def _whole_years(axes: Axes, start: float, length: float) -> None:
    """Ticks at the beginnings of years, not too many of them."""
    step = next(step for step in (1, 2, 5, 10) if length / step <= 9)
    first, last = int(np.ceil(start)), int(np.floor(start + length))
    axes.set_xticks(range(first, last + 1, step))
