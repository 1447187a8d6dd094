"""The look of all figures: colours, axes, titles, keys, one saver; the page has a dark ground too.

Colours are told apart by colour-blind readers (Okabe and Ito); nothing is told by colour alone.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from scenarios.disk import write_whole
from simulation.dates import FIRST_YEAR, LAST_YEAR

#: Inches that a figure is wide.
WIDTH = 5.0
_STYLE: Any = {"svg.hashsalt": "lilliput", "font.family": "DejaVu Sans", "font.size": 9}
_SMALL = 8.5

Handle = Line2D | Patch


@dataclass(frozen=True)
class Look:
    """The colours of figures on one ground.

    They are those of the ground, of what is documented (ink), of axes, and of the series.
    """

    ground: str
    ink: str
    soft: str
    grid: str
    series: tuple[str, ...]


LIGHT = Look(
    ground="#FFFFFF",
    ink="#000000",
    soft="#4D4D4D",
    grid="#DDDDDD",
    series=("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#8C6D00"),
)
DARK = Look(
    ground="#16181B",
    ink="#FFFFFF",
    soft="#BDBDBD",
    grid="#3A3E43",
    series=("#56B4E9", "#FF8A4C", "#2FC79A", "#F0B93A", "#E29BC2", "#9AD0F0", "#C9B458"),
)
BLUE, VERMILION, GREEN, ORANGE = LIGHT.series[:4]
GREY = LIGHT.soft


def blank_figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure; height and width in inches."""
    figure = Figure(figsize=(width, height), facecolor=LIGHT.ground)
    FigureCanvasAgg(figure)
    return figure


def dress(axes: Axes) -> None:
    """Axes without a frame above and to the right, with a quiet grid."""
    axes.set_facecolor(LIGHT.ground)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LIGHT.soft)
    axes.tick_params(colors=LIGHT.soft, labelsize=_SMALL)
    axes.yaxis.label.set_color(LIGHT.soft)
    axes.yaxis.label.set_fontsize(_SMALL)
    axes.grid(axis="y", color=LIGHT.grid, linewidth=0.6)
    axes.set_axisbelow(True)


def show_years(axes: Axes, end: int = LAST_YEAR + 1) -> None:
    """The years from 1945 to the end of the record, or to the beginning of another year."""
    axes.set_xlim(FIRST_YEAR, end)
    axes.set_xticks(range(FIRST_YEAR, end + 1, 5))


def draw_title(figure: Figure, title: str, beside: str = "", size: float = 10) -> None:
    """The title of a figure in its upper left corner, and in the right one what it is about."""
    top = 1 - 0.04 / figure.get_figheight()
    figure.text(0.01, top, title, va="top", fontsize=size, fontweight="bold", color=LIGHT.ink)
    figure.text(0.99, top, beside, va="top", ha="right", fontsize=size - 1, color=LIGHT.soft)


def line(label: str, colour: Any, **style: Any) -> Line2D:
    """A line or mark of a key."""
    return Line2D([], [], color=colour, label=label, **style)


def draw_key(figure: Figure, handles: Sequence[Handle], columns: int = 3, **style: Any) -> None:
    """The key of a figure, beneath it unless ``style`` (see ``Figure.legend``) says otherwise."""
    usual: dict[str, Any] = {
        "loc": "lower center",
        "fontsize": 7.5,
        "handlelength": 2.0,
        "columnspacing": 1.1,
        "labelspacing": 0.25,
        "borderaxespad": 0.1,
    }
    figure.legend(
        handles=list(handles), ncols=columns, frameon=False, labelcolor=LIGHT.ink, **usual | style
    )


def draw_words(axes: Axes, at: tuple[float, float], words: str, **style: Any) -> Text:
    """Words beside something drawn, in ink; ``style`` as in ``Axes.text``."""
    usual: dict[str, Any] = {"va": "center", "fontsize": 8, "color": LIGHT.ink}
    return axes.text(*at, words, **usual | style)


def svg_of(figure: Figure, settings: Mapping[str, object] | None = None) -> bytes:
    """A figure as SVG; letters become shapes, so that it looks the same everywhere."""
    return _saved(figure, "svg", settings)


def png_of(figure: Figure, settings: Mapping[str, object] | None = None) -> bytes:
    """A figure as PNG, twice as fine as on the screen."""
    return _saved(figure, "png", settings, dpi=200)


def write_figure(
    figure: Figure, folder: Path, name: str, settings: Mapping[str, object] | None = None
) -> None:
    """Write a figure as PNG and SVG, letters in the latter being text.

    ``settings`` (scenario, draws, seed and the like) are written into both files, each of which is
    complete or not there; the same figure with the same settings gives the same bytes.
    """
    png = _saved(figure, "png", settings, dpi=110, pil_kwargs={"compress_level": 2})
    write_whole(folder / f"{name}.png", png)
    with rc_context({"svg.fonttype": "none"}):
        svg = _saved(figure, "svg", settings)
    write_whole(folder / f"{name}.svg", svg)


def _saved(
    figure: Figure, form: str, settings: Mapping[str, object] | None, **options: Any
) -> bytes:
    words = "; ".join(f"{key}: {value}" for key, value in (settings or {}).items())
    metadata = {"Software": None} if form == "png" else {"Date": None}
    file = io.BytesIO()
    with rc_context(_STYLE):
        figure.savefig(
            file, format=form, metadata=metadata | {"Description": words or None}, **options
        )
    return file.getvalue()
