"""Figures of a calibration: posterior against prior, predictive checks, and the evidence of rival accounts.

The posterior is a filled shape, the prior a dashed outline; goals and documented values have the colour of ink.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from scenarios.charts.look import LIGHT, Look, blank_figure, dress
from simulation.parameters import Parameter

_BINS = 40
#: What is shown of both distributions together: all but the outermost, by share.
_SHOWN = (0.002, 0.998)
#: The middle that holds nine values in ten, with the median between.
RANGE = (0.05, 0.5, 0.95)

Values = NDArray[np.float64]


def posterior_figure(
    parameter: Parameter, prior: Values, draws: Values, look: Look = LIGHT, width: float = 3.1
) -> Figure:
    """The draws of a parameter against its prior; a bar beneath holds nine draws in ten, with the median as a mark."""
    figure = Figure(figsize=(width, 1.55), facecolor=look.ground)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.03, 0.3, 0.94, 0.66))
    dress(axes, look)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    low, high = _span(prior, draws)
    bins = np.linspace(low, high, _BINS + 1).tolist()
    axes.hist(np.clip(draws, low, high), bins=bins, density=True, color=look.series[0], alpha=0.55)
    axes.hist(
        np.clip(prior, low, high),
        bins=bins,
        density=True,
        histtype="step",
        color=look.ink,
        linestyle="--",
        linewidth=1.1,
    )
    q05, median, q95 = np.quantile(draws, RANGE)
    beneath = -0.07 * axes.get_ylim()[1]
    axes.plot([q05, q95], [beneath] * 2, color=look.series[0], linewidth=3, solid_capstyle="butt")
    axes.plot([median], [beneath], "o", color=look.series[0], markersize=5)
    axes.set_xlim(low, high)
    axes.set_ylim(bottom=1.8 * beneath)
    axes.set_xlabel(parameter.unit, fontsize=8, color=look.soft, labelpad=1)
    axes.locator_params(axis="x", nbins=5)
    return figure


def _span(prior: Values, draws: Values) -> tuple[float, float]:
    """The ends of what is shown; draws that are all the same still have some room."""
    ends = np.quantile(np.concatenate([prior, draws]), _SHOWN)
    low, high = float(ends[0]), float(ends[1])
    return (low, high) if high > low else (low - 0.5, low + 0.5)


@dataclass(frozen=True)
class ShownShare:
    """The share of histories that show a pattern, with its 95 % interval, and the same as documented if compared."""

    name: str
    share: float
    low: float
    high: float
    factual: float | None
    passed: bool


def shares_figure(rows: Sequence[ShownShare], goal: float, look: Look = LIGHT) -> Figure:
    """How many histories show each pattern; a filled mark where the check is passed, a hollow one where it is not."""
    height = 0.75 + 0.21 * len(rows)
    figure = blank_figure(look, height)
    axes = figure.add_axes((0.1, 0.45 / height, 0.86, 1 - 0.75 / height))
    dress(axes, look)
    axes.grid(axis="y", visible=False)
    axes.axvline(100 * goal, color=look.soft, linewidth=1, linestyle=":")
    for height_, row in enumerate(rows):
        colour = look.series[0] if row.passed else look.series[1]
        axes.plot([100 * row.low, 100 * row.high], [height_] * 2, color=colour, linewidth=1.6)
        axes.plot(
            [100 * row.share], [height_], "o" if row.passed else "s", markersize=6, markeredgecolor=colour,
            markerfacecolor=colour if row.passed else look.ground,
        )  # fmt: skip
        if row.factual is not None:
            axes.plot(
                [100 * row.factual],
                [height_],
                "|",
                color=look.ink,
                markersize=10,
                markeredgewidth=2,
            )
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.set_xlim(-2, 102)
    axes.set_xlabel("% of histories", fontsize=8.5, color=look.soft)
    passed = Line2D([], [], marker="o", color=look.series[0], label="passed")
    failed = Line2D(
        [], [], marker="s", color=look.series[1], markerfacecolor=look.ground, label="not passed"
    )
    known = Line2D(
        [],
        [],
        marker="|",
        color=look.ink,
        linestyle="none",
        markeredgewidth=2,
        label="as documented",
    )
    _key_above(figure, look, [passed, failed, known])
    return figure


@dataclass(frozen=True)
class Account:
    """An account of the record with the logarithm of its evidence, and the standard error of that if it is known."""

    name: str
    log_evidence: float
    error: float | None


def accounts_figure(rows: Sequence[Account], look: Look = LIGHT) -> Figure:
    """The log evidence of every account with two standard errors; further to the right the record is more probable."""
    height = 0.75 + 0.32 * len(rows)
    figure = blank_figure(look, height)
    axes = figure.add_axes((0.2, 0.48 / height, 0.74, 1 - 0.6 / height))
    dress(axes, look)
    axes.grid(axis="y", visible=False)
    for place, row in enumerate(rows):
        rules = row.name == "rules"
        colour = look.series[0] if rules else look.soft
        axes.errorbar(
            row.log_evidence,
            place,
            xerr=2 * (row.error or 0.0),
            fmt="D" if rules else "o",
            color=colour,
            capsize=3,
        )
        axes.annotate(
            f"{row.log_evidence:.1f}", (row.log_evidence, place), (0, 6), textcoords="offset points",
            ha="center", fontsize=8, color=look.ink,
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.8)
    axes.margins(x=0.15)
    axes.set_xlabel(
        "log evidence (to the right: the record is more probable)", fontsize=8.5, color=look.soft
    )
    return figure


def posterior_key(look: Look = LIGHT) -> Figure:
    """The key of the figures of parameters, once for all of them."""
    figure = blank_figure(look, 0.3)
    figure.patch.set_alpha(0)
    handles = [
        Patch(color=look.series[0], alpha=0.55, label="posterior draws"),
        Line2D([], [], color=look.ink, linestyle="--", linewidth=1.1, label="prior"),
        Line2D(
            [], [], color=look.series[0], marker="o", linewidth=3, label="median, nine draws in ten"
        ),
    ]
    figure.legend(
        handles=handles,
        loc="center left",
        ncols=3,
        fontsize=8.5,
        frameon=False,
        labelcolor=look.ink,
    )
    return figure


def _key_above(figure: Figure, look: Look, handles: Sequence[Line2D]) -> None:
    figure.legend(
        handles=list(handles), loc="upper left", ncols=3, fontsize=8, frameon=False, labelcolor=look.ink,
        borderaxespad=0.2,
    )  # fmt: skip
