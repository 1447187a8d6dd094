"""Several figures drawn at once: by whichever worker processes are free, and by this one meanwhile."""

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Protocol

from matplotlib.figure import Figure

from scenarios.charts.look import DRAWING, Look, svg_of
from scenarios.page.simulated import Simulated


class Drawing(Protocol):
    """What draws a figure in the colours it is given. Where other processes are to draw it, it can be pickled."""

    def __call__(self, *, look: Look) -> Figure:
        """The figure."""


def drawn_svg(drawing: Drawing, look: Look) -> str:
    """A figure as SVG."""
    with DRAWING:
        return svg_of(drawing(look=look)).decode("utf-8")


def drawn_together(drawings: Sequence[Drawing], look: Look, simulated: Simulated) -> list[str]:
    """Figures as SVG, the same as ``drawn_svg`` draws them one by one.

    They are handed to the workers in their order, and this process begins with the last and takes what nobody has
    begun, so that workers busy with histories hardly keep a visitor waiting.
    """
    asked: list[Future[str] | None] = [None] * len(drawings)
    with suppress(BrokenProcessPool):
        simulated.warm_up()
        asked = [simulated.submit(drawn_svg, drawing, look) for drawing in drawings]
    drawn = []
    for drawing, begun in zip(reversed(drawings), reversed(asked), strict=True):
        if begun is None or begun.cancel():
            drawn.append(drawn_svg(drawing, look))
        else:
            try:
                drawn.append(begun.result())
            except BrokenProcessPool:
                drawn.append(drawn_svg(drawing, look))
    return drawn[::-1]
