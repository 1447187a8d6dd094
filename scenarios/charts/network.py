"""The four countries as on a map: who is allied, who quarrels, who has broken, and what aid flows."""

import math
from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scenarios.charts.explore import blank_figure
from scenarios.charts.labels import Box, Label, Point, around, covered, place_labels, write_label
from scenarios.charts.look import Look
from scenarios.explain.chronicle import leader_of
from scenarios.explain.history import History
from simulation.countries import ORDERED_PAIRS, Country
from simulation.dates import quarter_name
from simulation.state import Status
from simulation.trajectory import PAIRS

#: Where the countries stand, west to east and south to north; schematic, not to scale.
PLACES = {
    Country.ALBANIA: (1.8, 0.9),
    Country.CHINA: (8.7, 2.1),
    Country.USSR: (5.9, 5.7),
    Country.YUGOSLAVIA: (1.3, 4.2),
}
_SIZE = (10.0, 6.5)
_NAME_PAD = 0.35
#: Aid of less than this many million dollars a quarter is not drawn.
_LEAST_AID = 0.05
#: Distance of the arrows of aid from the line of the tie, and of the ends of lines from a country's middle.
_BESIDE, _CLEAR = 0.42, 0.95
#: How far along a line its label may stand, and how far aside of an arrow; the first that leave room are taken.
_ALONG = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8)
_ASIDE = (0.0, 0.14, -0.14, 0.3, -0.3, 0.5, 0.7)


def network_figure(history: History, quarter: int, look: Look) -> Figure:
    """The four countries at the end of a quarter: ties by their status and support, aid of the quarter as arrows."""
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
        labels += _draw_tie(axes, look, history, quarter, patron, client, taken)
    if quarter >= 0:
        for patron, client in ORDERED_PAIRS:
            amount = history.pair("delivered", quarter, patron, client)
            if amount >= _LEAST_AID:
                labels.append(_draw_aid(axes, look, patron, client, amount, taken))
    for country in Country:
        taken += _draw_country(axes, look, history, max(quarter, 0), country)
    place_labels(axes, look, labels, taken)
    _draw_key(axes, look)
    return figure


def support_colours(look: Look) -> LinearSegmentedColormap:
    """The colours of support from 0 to 1: from near the ground to a strong blue."""
    ends = ("#C9D3DC", "#003F72") if look.name == "light" else ("#46515C", "#8CD3FF")
    return LinearSegmentedColormap.from_list("support", list(ends))


def _between(one: Point, other: Point, share: float, aside: float = 0.0) -> Point:
    """A place a share of the way from one to the other, moved aside to the left of the way."""
    dx, dy = other.x - one.x, other.y - one.y
    length = math.hypot(dx, dy)
    return Point(one.x + share * dx - aside * dy / length, one.y + share * dy + aside * dx / length)


def _draw_tie(
    axes: Axes,
    look: Look,
    history: History,
    quarter: int,
    patron: Country,
    client: Country,
    taken: list[Box],
) -> Iterator[Label]:
    """Solid between allies, dashed in an open dispute, cut through after a break, nothing between strangers."""
    status = history.status(quarter, patron, client)
    if status is Status.NONE:
        return
    one, other = Point(*PLACES[client]), Point(*PLACES[patron])
    support = history.pair("support", quarter, patron, client)
    colour = support_colours(look)(support)
    clear = _CLEAR / math.hypot(other.x - one.x, other.y - one.y)
    start, end = _between(one, other, clear), _between(one, other, 1 - clear)
    words = {
        Status.ALLIED: f"allied\nsupport {support:.2f}",
        Status.ESTRANGED: f"open dispute\nsupport {support:.2f}",
        Status.SPLIT: "broken",
    }[status]
    if status is Status.SPLIT:
        for near, far, tip in ((start, end, 0.38), (end, start, 0.38)):
            cut = _between(near, far, tip)
            taken.append(around(axes, cut, 6))
            axes.plot([near.x, cut.x], [near.y, cut.y], color=look.soft, linewidth=1.6)
            one_side, other_side = (
                _between(near, far, tip + lean, side)
                for lean, side in ((-0.02, 0.25), (0.02, -0.25))
            )
            axes.plot(
                [one_side.x, other_side.x], [one_side.y, other_side.y], color=look.ink, linewidth=2
            )
    else:
        style = "-" if status is Status.ALLIED else (0, (2.2, 1.4))
        axes.plot([start.x, end.x], [start.y, end.y], color=look.soft, linewidth=6, linestyle=style)
        axes.plot([start.x, end.x], [start.y, end.y], color=colour, linewidth=4.4, linestyle=style)
    places = [_between(start, end, share) for share in _ALONG]
    if status is Status.SPLIT:  # in the gap, or beside it where it is narrow
        places[1:1] = [_between(one, other, 0.5, aside) for aside in (0.72, -0.72, 0.9, -0.9)]
    yield Label(words, look.ink, places)


def _draw_aid(
    axes: Axes, look: Look, patron: Country, client: Country, amount: float, taken: list[Box]
) -> Label:
    """An arrow beside the tie, the wider the more aid (as its square root), with the amount."""
    one, other = Point(*PLACES[patron]), Point(*PLACES[client])
    clear = 1.15 * _CLEAR / math.hypot(other.x - one.x, other.y - one.y)
    start, end = _between(one, other, clear, _BESIDE), _between(one, other, 1 - clear, _BESIDE)
    width = min(0.8 + 0.75 * math.sqrt(amount), 9.0)
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>",
            "linewidth": width,
            "color": look.series[2],
            "mutation_scale": 9 + width,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    length = math.hypot(end.x - start.x, end.y - start.y)
    taken.append(around(axes, _between(start, end, 1 - 0.1 / length), 3 + 0.4 * width))
    shown = f"${amount:.1f}m" if amount < 100 else f"${amount:.0f}m"
    places = [_between(start, end, share, aside) for aside in _ASIDE for share in _ALONG]
    return Label(shown, look.series[2], places, bold=True)


def _draw_country(
    axes: Axes, look: Look, history: History, quarter: int, country: Country
) -> tuple[Box, Box]:
    """A country's name and who leads it; dotted while it is not there or keeps out of every alliance."""
    context = history.context.quarter(quarter)
    absent = sum(country in pair for pair in context.absent) == len(ORDERED_PAIRS) // 2
    under = (
        "not there"
        if absent
        else leader_of(history.context.spell(quarter, country)).replace("the c", "c")
    )
    name = axes.text(
        *PLACES[country],
        country.title,
        ha="center",
        va="center",
        fontsize=10.5,
        fontweight="bold",
        color=look.soft if absent else look.ink,
        bbox={
            "boxstyle": f"round,pad={_NAME_PAD}",
            "facecolor": look.ground,
            "edgecolor": look.soft if absent else look.ink,
            "linestyle": ":" if absent else "-",
            "linewidth": 1.2,
        },
        zorder=5,
    )
    x, y = PLACES[country]
    above = country is Country.USSR  # nothing ends there
    leader = write_label(axes, look, Point(x, y + (0.57 if above else -0.62)), under, look.soft)
    return covered(axes, name, _NAME_PAD), covered(axes, leader)


def _draw_key(axes: Axes, look: Look) -> None:
    """What lines and arrows mean."""
    full = support_colours(look)(0.9)
    handles = [
        Line2D([], [], color=full, linewidth=4, label="allied (dark: much support)"),
        Line2D([], [], color=full, linewidth=3, linestyle=(0, (1.6, 1)), label="open dispute"),
        Line2D(
            [],
            [],
            color=look.soft,
            linewidth=1.6,
            marker="|",
            markersize=9,
            markeredgewidth=2,
            label="broken",
        ),
        Line2D(
            [],
            [],
            color=look.series[2],
            linewidth=2.5,
            marker=">",
            markersize=5,
            label="aid in the quarter",
        ),
    ]
    if look.name == "dark":
        handles[0].set_label("allied (bright: much support)")
    axes.legend(
        handles=handles,
        loc="lower center",
        ncols=4,
        fontsize=7,
        frameon=False,
        labelcolor=look.ink,
        handlelength=1.5,
        columnspacing=0.8,
        borderaxespad=0.1,
    )
