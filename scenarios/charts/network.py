"""The four countries as on a map: who is allied, who quarrels, who has broken, and what aid flows.

Labels are placed so that none hides another, nor the head of an arrow.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.text import Text

from scenarios.charts.look import Look, blank_figure, draw_key, draw_words, line
from scenarios.explain.history import History
from scenarios.explain.words import leader_of
from simulation.countries import ORDERED_PAIRS, Country
from simulation.dates import quarter_name
from simulation.state import Status
from simulation.trajectory import PAIRS


class Point(NamedTuple):
    """A place in the units of the axes."""

    x: float
    y: float


#: Where the countries stand, west to east and south to north; schematic, not to scale.
PLACES = {
    Country.ALBANIA: Point(1.8, 0.9),
    Country.CHINA: Point(8.7, 2.1),
    Country.USSR: Point(5.9, 5.7),
    Country.YUGOSLAVIA: Point(1.3, 4.2),
}
_SIZE = (10.0, 6.5)
#: The ground around a label and around a country's name, as a share of the size of their letters.
_PAD, _NAME_PAD = 0.15, 0.35
#: Points that are left free around everything.
_AIR = 0.6
#: Aid of less than this many million dollars a quarter is not drawn.
_LEAST_AID = 0.05
#: Distance of arrows of aid from the line of the tie, and of ends of lines from a country's middle.
_BESIDE, _CLEAR = 0.42, 0.95
#: How far along a line its label may stand, and how far aside of an arrow, the best places first.
_ALONG = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8)
_ASIDE = (0.0, 0.14, -0.14, 0.3, -0.3, 0.5, 0.7)


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

    def moved(self, axes: Axes, start: Point, end: Point) -> "Box":
        """The box carried from one place in the units of the axes to another."""
        (x, y), (to_x, to_y) = axes.transData.transform([start, end])
        right, up = to_x - x, to_y - y
        return Box(self.left + right, self.lower + up, self.right + right, self.upper + up)


@dataclass(frozen=True)
class Label:
    """Words beside something drawn, with the places where they may stand, the best first."""

    words: str
    colour: str
    places: Sequence[Point]
    bold: bool = False


def network_figure(history: History, quarter: int, look: Look) -> Figure:
    """The four countries at the end of a quarter: ties by status and support, aid as arrows."""
    figure = blank_figure(look, 3.55)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, _SIZE[0])
    axes.set_ylim(-0.6, _SIZE[1])
    name = quarter_name(quarter) if quarter >= 0 else "January 1945"
    axes.text(0.15, 6.1, name, fontsize=15, fontweight="bold", color=look.ink, va="center")
    labels: list[Label] = []
    taken: list[Box] = []
    for patron, client in PAIRS:
        if history.status(quarter, patron, client) is not Status.NONE:
            labels.append(_draw_tie(axes, look, history, quarter, patron, client, taken))
    if quarter >= 0:
        for patron, client in ORDERED_PAIRS:
            amount = history.pair("delivered", quarter, patron, client)
            if amount >= _LEAST_AID:
                labels.append(_draw_aid(axes, look, patron, client, amount, taken))
    for country in Country:
        taken += _draw_country(axes, look, history, max(quarter, 0), country)
    place_labels(axes, look, labels, taken)
    _draw_key(figure, look)
    return figure


def support_colours(look: Look) -> LinearSegmentedColormap:
    """The colours of support from 0 to 1: from near the ground to a strong blue."""
    ends = ("#C9D3DC", "#003F72") if look.name == "light" else ("#46515C", "#8CD3FF")
    return LinearSegmentedColormap.from_list("support", list(ends))


def _distance(one: Point, other: Point) -> float:
    return math.hypot(other.x - one.x, other.y - one.y)


def _between(one: Point, other: Point, share: float, aside: float = 0.0) -> Point:
    """A place a share of the way from one to the other, moved aside to the left of the way."""
    dx, dy = other.x - one.x, other.y - one.y
    length = math.hypot(dx, dy)
    return Point(one.x + share * dx - aside * dy / length, one.y + share * dy + aside * dx / length)


def _draw_line(axes: Axes, one: Point, other: Point, **style: object) -> None:
    axes.plot([one.x, other.x], [one.y, other.y], **style)  # type: ignore[arg-type]


def _draw_tie(
    axes: Axes,
    look: Look,
    history: History,
    quarter: int,
    patron: Country,
    client: Country,
    taken: list[Box],
) -> Label:
    """Solid between allies, dashed in an open dispute, cut through after a break."""
    one, other = PLACES[client], PLACES[patron]
    clear = _CLEAR / _distance(one, other)
    start, end = _between(one, other, clear), _between(one, other, 1 - clear)
    places = [_between(start, end, share) for share in _ALONG]
    status = history.status(quarter, patron, client)
    if status is Status.SPLIT:
        for near, far in ((start, end), (end, start)):
            cut = _between(near, far, 0.38)
            taken.append(_around(axes, cut, 6))
            _draw_line(axes, near, cut, color=look.soft, linewidth=1.6)
            sides = _between(near, far, 0.36, 0.25), _between(near, far, 0.4, -0.25)
            _draw_line(axes, *sides, color=look.ink, linewidth=2)
        # in the gap, or beside it where it is narrow
        places[1:1] = [_between(one, other, 0.5, aside) for aside in (0.72, -0.72, 0.9, -0.9)]
        return Label("broken", look.ink, places)
    support = history.pair("support", quarter, patron, client)
    allied = status is Status.ALLIED
    style = "-" if allied else (0, (2.2, 1.4))
    _draw_line(axes, start, end, color=look.soft, linewidth=6, linestyle=style)
    _draw_line(
        axes, start, end, color=support_colours(look)(support), linewidth=4.4, linestyle=style
    )
    words = "allied" if allied else "open dispute"
    return Label(f"{words}\nsupport {support:.2f}", look.ink, places)


def _draw_aid(
    axes: Axes, look: Look, patron: Country, client: Country, amount: float, taken: list[Box]
) -> Label:
    """An arrow beside the tie, the wider the more aid (as its square root), with the amount."""
    one, other = PLACES[patron], PLACES[client]
    clear = 1.15 * _CLEAR / _distance(one, other)
    start, end = _between(one, other, clear, _BESIDE), _between(one, other, 1 - clear, _BESIDE)
    width = min(0.8 + 0.75 * math.sqrt(amount), 9.0)
    arrow = {
        "arrowstyle": "-|>",
        "linewidth": width,
        "color": look.series[2],
        "mutation_scale": 9 + width,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    axes.annotate("", xy=end, xytext=start, arrowprops=arrow)
    head = _between(start, end, 1 - 0.1 / _distance(start, end))
    taken.append(_around(axes, head, 3 + 0.4 * width))
    words = f"${amount:.1f}m" if amount < 100 else f"${amount:.0f}m"
    places = [_between(start, end, share, aside) for aside in _ASIDE for share in _ALONG]
    return Label(words, look.series[2], places, bold=True)


def _draw_country(
    axes: Axes, look: Look, history: History, quarter: int, country: Country
) -> tuple[Box, Box]:
    """A country's name and who leads it; dotted while it is not there or keeps out of alliances."""
    context = history.context.quarter(quarter)
    absent = sum(country in pair for pair in context.absent) == len(ORDERED_PAIRS) // 2
    leader = leader_of(history.context.spell(quarter, country)).replace("the c", "c")
    colour = look.soft if absent else look.ink
    frame = {
        "boxstyle": f"round,pad={_NAME_PAD}",
        "facecolor": look.ground,
        "edgecolor": colour,
        "linestyle": ":" if absent else "-",
        "linewidth": 1.2,
    }
    at = PLACES[country]
    style = {"ha": "center", "fontsize": 10.5, "fontweight": "bold", "zorder": 5}
    name = draw_words(axes, look, at, country.title, color=colour, bbox=frame, **style)
    above = country is Country.USSR  # nothing ends there
    under = Label(
        "not there" if absent else leader,
        look.soft,
        [Point(at.x, at.y + (0.57 if above else -0.62))],
    )
    return _covered(axes, name, _NAME_PAD), _covered(axes, _draw_label(axes, look, under))


def _draw_key(figure: Figure, look: Look) -> None:
    """What lines and arrows mean."""
    full = support_colours(look)(0.9)
    strong = "dark" if look.name == "light" else "bright"
    handles = [
        line(f"allied ({strong}: much support)", full, linewidth=4),
        line("open dispute", full, linewidth=3, linestyle=(0, (1.6, 1))),
        line("broken", look.soft, linewidth=1.6, marker="|", markersize=9, markeredgewidth=2),
        line("aid in the quarter", look.series[2], linewidth=2.5, marker=">", markersize=5),
    ]
    style = {"fontsize": 7, "handlelength": 1.5, "columnspacing": 0.8}
    draw_key(figure, look, handles, 4, **style)


def place_labels(axes: Axes, look: Look, labels: Iterable[Label], taken: Sequence[Box]) -> None:
    """Write every label at the first of its places that is free, or where it hides least.

    Labels with the most words are placed first, as the others find room more easily.
    """
    covered = list(taken)
    for label in sorted(labels, key=lambda each: -len(each.words)):
        text = _draw_label(axes, look, label)
        box = _covered(axes, text)
        at = _first_free(axes, box, label.places, covered)
        text.set_position(at)
        covered.append(box.moved(axes, label.places[0], at))


def _first_free(axes: Axes, box: Box, places: Sequence[Point], covered: Sequence[Box]) -> Point:
    best, least = places[0], math.inf
    for place in places:
        moved = box.moved(axes, places[0], place)
        hidden = sum(moved.shared(other) for other in covered)
        if hidden == 0:
            return place
        if hidden < least:
            best, least = place, hidden
    return best


def _draw_label(axes: Axes, look: Look, label: Label) -> Text:
    """A label around the first of its places, on the ground of the figure."""
    ground = {
        "boxstyle": f"round,pad={_PAD}",
        "facecolor": look.ground,
        "edgecolor": "none",
        "alpha": 0.88,
    }
    style = {"ha": "center", "fontweight": "bold" if label.bold else "normal", "zorder": 4}
    return draw_words(
        axes, look, label.places[0], label.words, color=label.colour, bbox=ground, **style
    )


def _covered(axes: Axes, text: Text, pad: float = _PAD) -> Box:
    """What words cover, with the ground around them (``pad`` times their size on each side)."""
    figure = axes.figure
    around = (pad * float(text.get_fontsize()) + _AIR) * figure.dpi / 72
    extent = text.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]
    return Box(extent.x0 - around, extent.y0 - around, extent.x1 + around, extent.y1 + around)


def _around(axes: Axes, at: Point, points: float) -> Box:
    """A square around a place, reaching so many points to each side."""
    x, y = axes.transData.transform(at)
    reach = points * axes.figure.dpi / 72
    return Box(x - reach, y - reach, x + reach, y + reach)
