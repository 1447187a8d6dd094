"""What several figures draw: fans, documented breaks and amounts, horizons, and bars with words."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from scenarios.charts.look import LIGHT, draw_words
from scenarios.documented import (
    Documented,
    DocumentedBreak,
    Pair,
    Window,
    documented_sum,
    windows_of,
)
from simulation.dates import FIRST_YEAR, LAST_YEAR, quarter_of

LineStyle = Literal["-", "--", ":"]
#: An amount of aid over some quarters, in million US dollars: low, middle and high.
Amount = tuple[Window, float, float, float]
#: The quantiles of a fan: its median, the middle half, and nine in ten.
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
#: What a change of status is drawn as, by the status that it led to.
MARKS = {"allied": "o", "estranged": "^", "split": "X", "none": "s"}


def decimal_year(quarter: float) -> float:
    """A quarter's middle as a year with decimals, as the axes count them."""
    return FIRST_YEAR + (quarter + 0.5) / 4


def draw_fan(
    axes: Axes, years: ArrayLike, quantiles: ArrayLike, colour: str, style: LineStyle = "-"
) -> None:
    """The quantiles of ``SHARES`` (5, years) of yearly values, in the middle of their years."""
    middles = np.asarray(years) + 0.5
    low, lower, middle, upper, high = np.asarray(quantiles)
    axes.fill_between(middles, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.fill_between(middles, lower, upper, color=colour, alpha=0.35, linewidth=0)
    axes.plot(middles, middle, color=colour, linewidth=1.6, linestyle=style)


def break_of(breaks: Sequence[DocumentedBreak], pair: Pair) -> DocumentedBreak | None:
    """The documented break of a pair, if there is one."""
    return next((each for each in breaks if each.pair == pair), None)


def mark_break(axes: Axes, recorded: DocumentedBreak | None) -> None:
    """A vertical line at the documented break, over a band from its earliest to its latest date."""
    if recorded is None:
        return
    early, late = (decimal_year(quarter_of(date)) for date in (recorded.earliest, recorded.latest))
    if late > early:
        axes.axvspan(early, late, color=LIGHT.ink, alpha=0.12, linewidth=0)
    axes.axvline(decimal_year(quarter_of(recorded.date)), color=LIGHT.ink, linewidth=1.5)


def mark_horizon(axes: Axes, start: float, years: float, colour: str, hatching: str) -> None:
    """A dotted line where a scenario leaves history (a year), and hatching past its horizon."""
    axes.axvline(start, color=colour, linewidth=1.2, linestyle=":")
    if start + years < LAST_YEAR + 1:
        beyond: dict[str, Any] = {
            "facecolor": "none",
            "edgecolor": hatching,
            "hatch": "///",
            "linewidth": 0,
        }
        axes.axvspan(start + years, LAST_YEAR + 1, **beyond)


def documented_amounts(documented: Documented, pair: Pair, basis: str) -> list[Amount]:
    """The documented sums of a pair on one basis (pledged, delivered) by period."""
    own = [figure for figure in documented.aid if figure.pair == pair]
    sums = [(window, documented_sum(own, pair, basis, window)) for window in windows_of(own)]
    return [(window, each.low, each.usd, each.high) for window, each in sums if each is not None]


def draw_amounts(axes: Axes, amounts: Sequence[Amount], place: float, colour: str) -> None:
    """Amounts as yearly means: a bar along each window, its range ``place`` of the way along."""
    for window, low, middle, high in amounts:
        start, years = FIRST_YEAR + window.first_quarter / 4, window.years
        ends = [start + 0.2, start + years - 0.2]
        axes.plot(ends, [middle / years] * 2, color=colour, linewidth=2)
        at = [start + years * place] * 2
        axes.plot(at, [low / years, high / years], color=colour, linewidth=1.2)


class Bar(NamedTuple):
    """A bar with its words: an amount that pushes (above zero) or holds back, and its error."""

    words: str
    amount: float
    error: float = 0.0


def rows_of(sets: Sequence[tuple[str, Sequence[Bar]]]) -> int:
    """How many rows some sets of bars take, their headings and the space between them included."""
    return sum(max(len(bars), 1) + 2 for _, bars in sets)


def draw_bars(
    axes: Axes, sets: Sequence[tuple[str, Sequence[Bar]]], least: float, nothing: str
) -> None:
    """Sets of bars under their headings; ``nothing`` is said of an empty one.

    The axes reach as far as the largest amount, but at least to ``least`` on either side.
    """
    reach = max([least, *(abs(bar.amount) + bar.error for _, bars in sets for bar in bars)])
    axes.set_axis_off()
    axes.set_xlim(-3.3 * reach, 1.4 * reach)
    axes.set_ylim(-rows_of(sets) + 0.3, 0.6)
    axes.axvline(0, color=LIGHT.grid, linewidth=0.8)
    ground = {"facecolor": LIGHT.ground, "edgecolor": "none", "pad": 1.0}
    left, place = -3.25 * reach, 0
    for heading, bars in sets:
        style = {"fontsize": 8.5, "fontweight": "bold", "bbox": ground}
        draw_words(axes, (left, place), heading, **style)
        if not bars:
            draw_words(axes, (left, place - 1), nothing, color=LIGHT.soft)
        for below, bar in enumerate(bars, 1):
            _draw_bar(axes, bar, place - below, reach)
        place -= max(len(bars), 1) + 2


def _draw_bar(axes: Axes, bar: Bar, place: float, reach: float) -> None:
    pushes = bar.amount >= 0
    axes.barh(place, bar.amount, height=0.66, color=LIGHT.series[1 if pushes else 0])
    if bar.error:
        ends = [bar.amount - bar.error, bar.amount + bar.error]
        axes.plot(ends, [place] * 2, color=LIGHT.ink, linewidth=0.9)
    draw_words(axes, (-1.4 * reach, place), bar.words, ha="right")
    apart = bar.error + 0.03 * reach
    end, side = (bar.amount + apart, "left") if pushes else (bar.amount - apart, "right")
    words = f"{bar.amount:+.2f}".replace("-", "−")
    draw_words(axes, (end, place), words, ha=side, fontsize=7.5)
