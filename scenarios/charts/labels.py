"""Labels of a figure placed so that none hides another, nor anything else that must be seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.text import Text

from scenarios.charts.look import Look

_SIZE = 8.0
_PAD = 0.15
#: Points that are left free around everything.
_AIR = 0.6


class Point(NamedTuple):
    """A place in the units of the axes."""

    x: float
    y: float


class Box(NamedTuple):
    """What something covers, in dots of the figure: left, lower, right and upper edge."""

    left: float
    lower: float
    right: float
    upper: float

    def shared(self, other: "Box") -> float:
        """The area that both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.upper, other.upper) - max(self.lower, other.lower)
        return wide * high if wide > 0 and high > 0 else 0.0


@dataclass(frozen=True)
class Label:
    """Words that belong to something drawn, with the places where they may stand, the best first."""

    words: str
    colour: str
    places: Sequence[Point]
    bold: bool = False


def write_label(
    axes: Axes, look: Look, at: Point, words: str, colour: str, *, bold: bool = False
) -> Text:
    """Small words around a place, on the ground of the figure."""
    return axes.text(
        *at,
        words,
        ha="center",
        va="center",
        fontsize=_SIZE,
        color=colour,
        fontweight="bold" if bold else "normal",
        zorder=4,
        bbox={
            "boxstyle": f"round,pad={_PAD}",
            "facecolor": look.ground,
            "edgecolor": "none",
            "alpha": 0.88,
        },
    )


def covered(axes: Axes, text: Text, pad: float = _PAD) -> Box:
    """What words cover, with the ground around them (``pad`` times their size on each side)."""
    figure = axes.figure
    around = (pad * float(text.get_fontsize()) + _AIR) * figure.dpi / 72
    extent = text.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]
    return Box(extent.x0 - around, extent.y0 - around, extent.x1 + around, extent.y1 + around)


def around(axes: Axes, at: Point, points: float) -> Box:
    """A square around a place, reaching so many points to each side."""
    x, y = axes.transData.transform(at)
    reach = points * axes.figure.dpi / 72
    return Box(x - reach, y - reach, x + reach, y + reach)


def place_labels(axes: Axes, look: Look, labels: Iterable[Label], taken: Sequence[Box]) -> None:
    """Write every label at the first of its places that is free, or where it hides least; none hides what is taken.

    Labels with the most words are placed first, as the others find room more easily.
    """
    held = list(taken)
    for label in sorted(labels, key=lambda each: -len(each.words)):
        text = write_label(axes, look, label.places[0], label.words, label.colour, bold=label.bold)
        box = covered(axes, text)
        at = _first_free(axes, box, label.places, held)
        text.set_position(at)
        held.append(_moved(axes, box, label.places[0], at))


def _moved(axes: Axes, box: Box, start: Point, end: Point) -> Box:
    (x, y), (to_x, to_y) = axes.transData.transform([start, end])
    return Box(
        box.left + to_x - x, box.lower + to_y - y, box.right + to_x - x, box.upper + to_y - y
    )


def _first_free(axes: Axes, box: Box, places: Sequence[Point], held: Sequence[Box]) -> Point:
    best, least = places[0], float("inf")
    for place in places:
        moved = _moved(axes, box, places[0], place)
        hidden = sum(moved.shared(other) for other in held)
        if hidden == 0:
            return place
        if hidden < least:
            best, least = place, hidden
    return best
