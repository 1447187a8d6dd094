"""Figures of a calibration: posterior against prior, predictive checks, and rival accounts.

The posterior is a filled shape, the prior a dashed outline; goals and documented values have the
colour of ink.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from scenarios.charts.look import LIGHT, Look, blank_figure, dress
from simulation.parameters import Parameter

_BINS = 40
#: What is shown of both distributions together: all but the outermost, by share.
_SHOWN = (0.002, 0.998)
#: The middle that holds nine values in ten, with the median between.
RANGE = (0.05, 0.5, 0.95)
#: The share of histories above which a pattern that is no single date or figure passes.
MAJORITY = 0.5

Values = NDArray[np.float64]


class Standing(BaseModel):
    """How far the record informs a parameter: in a word, and as contraction of the prior."""

    word: str = Field(alias="class")
    contraction: float


class Share(BaseModel):
    """The share of histories that show a pattern, with its 95 % interval, and whether it passes.

    ``factual_share`` is the same in history as documented, where the two are compared.
    """

    share: float
    low: float
    high: float
    passed: bool
    factual_share: float | None = None


class Account(BaseModel):
    """The log evidence of an account of the record, and its standard error if it is known."""

    log_evidence: float
    error: float | None = None


def posterior_figure(
    parameter: Parameter, prior: Values, draws: Values, look: Look = LIGHT, width: float = 3.1
) -> Figure:
    """The draws of a parameter against its prior.

    A bar beneath holds nine draws in ten, with the median as a mark.
    """
    figure = Figure(figsize=(width, 1.55), facecolor=look.ground)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.03, 0.3, 0.94, 0.66))
    dress(axes, look)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    low, high = _span(prior, draws)
    bins = np.linspace(low, high, _BINS + 1).tolist()
    filled: dict[str, Any] = {"color": look.series[0], "alpha": 0.55}
    outline: dict[str, Any] = {
        "color": look.ink,
        "histtype": "step",
        "linestyle": "--",
        "linewidth": 1.1,
    }
    for values, style in ((draws, filled), (prior, outline)):
        axes.hist(np.clip(values, low, high), bins=bins, density=True, **style)
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


def shares_figure(rows: Mapping[str, Share], look: Look = LIGHT) -> Figure:
    """How many histories show each pattern, with the share that most of them must exceed.

    The mark is filled where the check is passed and hollow where it is not.
    """
    height = 0.75 + 0.21 * len(rows)
    figure, axes = _rows(tuple(rows), look, height, (0.1, 0.45, 0.86, 0.75))
    axes.axvline(100 * MAJORITY, color=look.soft, linewidth=1, linestyle=":")
    documented: dict[str, Any] = {"color": look.ink, "markersize": 10, "markeredgewidth": 2}
    for place, row in enumerate(rows.values()):
        colour = look.series[0] if row.passed else look.series[1]
        axes.plot([100 * row.low, 100 * row.high], [place] * 2, color=colour, linewidth=1.6)
        mark, face = ("o", colour) if row.passed else ("s", look.ground)
        style: dict[str, Any] = {
            "markersize": 6,
            "markeredgecolor": colour,
            "markerfacecolor": face,
        }
        axes.plot([100 * row.share], [place], mark, **style)
        if row.factual_share is not None:
            axes.plot([100 * row.factual_share], [place], "|", **documented)
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.set_xlim(-2, 102)
    axes.set_xlabel("% of histories", fontsize=8.5, color=look.soft)
    failed: dict[str, Any] = {"color": look.series[1], "markerfacecolor": look.ground}
    known: dict[str, Any] = {"color": look.ink, "linestyle": "none", "markeredgewidth": 2}
    marks = [
        Line2D([], [], marker="o", color=look.series[0], label="passed"),
        Line2D([], [], marker="s", label="not passed", **failed),
        Line2D([], [], marker="|", label="as documented", **known),
    ]
    figure.legend(
        handles=marks,
        loc="upper left",
        ncols=3,
        fontsize=8,
        frameon=False,
        labelcolor=look.ink,
        borderaxespad=0.2,
    )
    return figure


def accounts_figure(rows: Mapping[str, Account], look: Look = LIGHT) -> Figure:
    """The log evidence of every account with two standard errors.

    Further to the right the record is more probable.
    """
    height = 0.75 + 0.32 * len(rows)
    figure, axes = _rows(tuple(rows), look, height, (0.2, 0.48, 0.74, 0.6))
    for place, (name, row) in enumerate(rows.items()):
        mark, colour = ("D", look.series[0]) if name == "rules" else ("o", look.soft)
        error = 2 * (row.error or 0.0)
        axes.errorbar(row.log_evidence, place, xerr=error, fmt=mark, color=colour, capsize=3)
        axes.annotate(
            f"{row.log_evidence:.1f}",
            (row.log_evidence, place),
            (0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=look.ink,
        )
    axes.set_ylim(len(rows) - 0.5, -0.8)
    axes.margins(x=0.15)
    words = "log evidence (to the right: the record is more probable)"
    axes.set_xlabel(words, fontsize=8.5, color=look.soft)
    return figure


def _rows(
    names: Sequence[str], look: Look, height: float, box: tuple[float, float, float, float]
) -> tuple[Figure, Axes]:
    """A figure with one row a name.

    ``box`` holds left edge and width as shares of the figure, and, in inches, the room beneath
    the rows and that beneath and above them together: (left, beneath, width, room).
    """
    left, beneath, width, room = box
    figure = blank_figure(look, height)
    axes = figure.add_axes((left, beneath / height, width, 1 - room / height))
    dress(axes, look)
    axes.grid(axis="y", visible=False)
    axes.set_yticks(range(len(names)), names)
    return figure, axes


def posterior_key(look: Look = LIGHT) -> Figure:
    """The key of the figures of parameters, once for all of them."""
    figure = blank_figure(look, 0.3)
    figure.patch.set_alpha(0)
    middle: dict[str, Any] = {"color": look.series[0], "marker": "o", "linewidth": 3}
    handles = [
        Patch(color=look.series[0], alpha=0.55, label="posterior draws"),
        Line2D([], [], color=look.ink, linestyle="--", linewidth=1.1, label="prior"),
        Line2D([], [], label="median, nine draws in ten", **middle),
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
