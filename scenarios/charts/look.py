"""Colours of figures on a light and on a dark ground; all are told apart by colour-blind readers (Okabe and Ito)."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

#: Figures are drawn one at a time: Matplotlib's settings belong to the whole process.
DRAWING = Lock()
_STYLE: Any = {"svg.hashsalt": "lilliput", "font.family": "DejaVu Sans", "font.size": 9}


@dataclass(frozen=True)
class Look:
    """The colours of figures on one ground: of the ground, of what is documented (ink), of axes, and of the series."""

    name: str
    ground: str
    ink: str
    soft: str
    grid: str
    series: tuple[str, ...]


LIGHT = Look(
    "light",
    ground="#FFFFFF",
    ink="#000000",
    soft="#4D4D4D",
    grid="#DDDDDD",
    series=("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#8C6D00"),
)
DARK = Look(
    "dark",
    ground="#16181B",
    ink="#FFFFFF",
    soft="#BDBDBD",
    grid="#3A3E43",
    series=("#56B4E9", "#FF8A4C", "#2FC79A", "#F0B93A", "#E29BC2", "#9AD0F0", "#C9B458"),
)


def write_title(figure: Figure, look: Look, title: str, beside: str = "", size: float = 10) -> None:
    """The title of a figure in its upper left corner, and in the right one what it is about."""
    top = 1 - 0.04 / figure.get_figheight()
    figure.text(0.01, top, title, va="top", fontsize=size, fontweight="bold", color=look.ink)
    figure.text(0.99, top, beside, va="top", ha="right", fontsize=size - 1, color=look.soft)


def draw_key(
    figure: Figure, look: Look, handles: Sequence[Line2D | Patch], columns: int = 3
) -> None:
    """The key of a figure, beneath it."""
    figure.legend(
        handles=list(handles),
        loc="lower center",
        ncols=columns,
        fontsize=7.5,
        frameon=False,
        labelcolor=look.ink,
        handlelength=2.0,
        columnspacing=1.1,
        labelspacing=0.25,
        borderaxespad=0.1,
    )


def svg_of(figure: Figure) -> bytes:
    """A figure as SVG; letters become shapes, so that it looks the same everywhere."""
    return _saved(figure, "svg", metadata={"Date": None})


def png_of(figure: Figure) -> bytes:
    """A figure as PNG, twice as fine as on the screen."""
    return _saved(figure, "png", dpi=200, metadata={"Software": None})


def _saved(figure: Figure, form: str, **settings: Any) -> bytes:
    file = io.BytesIO()
    with rc_context(_STYLE):
        figure.savefig(file, format=form, **settings)
    return file.getvalue()
