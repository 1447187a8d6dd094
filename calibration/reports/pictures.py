"""What the pictures of all checks share: their colours, an empty figure, and named rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scenarios.charts.look import BLUE as BLUE
from scenarios.charts.look import GREEN as GREEN
from scenarios.charts.look import GREY as GREY
from scenarios.charts.look import ORANGE as ORANGE
from scenarios.charts.look import VERMILION as VERMILION

PALE = "#BBBBBB"


def blank(width: float, height: float) -> Figure:
    """An empty figure of so many inches."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def open_frame(axes: Axes) -> None:
    """Axes without the lines at the top and on the right."""
    axes.spines[["top", "right"]].set_visible(False)


def name_rows(axes: Axes, names: Sequence[str], top: float = -0.5, **style: Any) -> None:
    """Axes with one named row an entry, the first at the top."""
    axes.set_yticks(np.arange(len(names)), names, **style)
    axes.set_ylim(len(names) - 0.5, top)
    open_frame(axes)
