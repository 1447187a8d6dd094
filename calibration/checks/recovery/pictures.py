"""The pictures of recovery and rank checks."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from calibration.checks.recovery.coverage import Flags, band_points, even_band
from calibration.reports.pictures import BLUE, GREY, VERMILION, blank, open_frame
from simulation.arrays import Array
from simulation.parameters import parameter_table

_COLUMNS = 4


def ecdf_figure(places: Array, names: Sequence[str], outside: Flags) -> Figure:
    """How the places of every quantity are spread, less the even spread.

    There is one panel for each part of the rules.
    """
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(_group_of(name), []).append(place)
    height = -(-len(groups) // _COLUMNS)
    figure = blank(13, 2.5 * height + 0.4)
    panels = figure.subplots(height, _COLUMNS, sharex=True, sharey=True, squeeze=False)
    for axes in panels.flat:
        axes.set_axis_off()
    for axes, (group, members) in zip(panels.flat, groups.items(), strict=False):
        _panel(axes, places[:, members], [names[place] for place in members], outside[members])
        axes.set_title(f"{group} ({len(members)})", fontsize=9, loc="left")
    figure.supxlabel("place of the true value among the draws", fontsize=9)
    figure.supylabel("share of records up to there, less the even share", fontsize=9)
    figure.tight_layout(pad=0.6, rect=(0.02, 0.01, 1, 1))
    return figure


def _panel(axes: Axes, places: Array, names: Sequence[str], outside: Flags) -> None:
    """One line a quantity, over the band; a quantity that leaves it is named where it is farthest."""
    points = band_points(len(places))
    low, high = (end - points for end in even_band(len(places)))
    axes.set_axis_on()
    axes.fill_between(points, low, high, color="#DDDDDD", linewidth=0)
    axes.axhline(0, color=GREY, linewidth=0.5)
    open_frame(axes)
    for column, name, left in zip(places.T, names, outside, strict=True):
        line = (column[:, np.newaxis] <= points).mean(axis=0) - points
        axes.plot(points, line, color=VERMILION if left else BLUE, linewidth=0.9)
        if left:
            peak = int(np.argmax(np.maximum(line - high, low - line)))
            side = "left" if points[peak] < 0.5 else "right"
            place = (points[peak], line[peak])
            axes.annotate(name, place, fontsize=6, color=VERMILION, ha=side)


def _group_of(name: str) -> str:
    """The part of the rules a parameter belongs to, or what kind of quantity it is."""
    table = parameter_table()
    if name in table:
        return table[name].rule.split(".")[0]
    return "breaks in free histories" if name.startswith("break of") else name


def recovery_figure(panels: Mapping[str, tuple[Array, Array, Array]]) -> Figure:
    """True values, posterior means and spreads of some parameters, each (records,)."""
    figure = blank(12, 8.4)
    grid = figure.subplots(3, 4, sharex=True, sharey=True)
    for axes, (name, (truth, mean, spread)) in zip(grid.flat, panels.items(), strict=True):
        axes.plot([-3, 3], [-3, 3], color=GREY, linewidth=0.8)
        reach = 0.674 * spread
        axes.errorbar(truth, mean, yerr=reach, fmt="o", markersize=3, color=BLUE, elinewidth=0.7)
        axes.set_title(name, fontsize=9)
        open_frame(axes)
    figure.supxlabel("true value (standard deviations of the prior)")
    figure.supylabel("posterior mean")
    figure.tight_layout()
    return figure
