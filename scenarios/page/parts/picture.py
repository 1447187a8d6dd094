"""Figures on the page: drawn on the server, light or dark, with words for those who cannot see."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import solara
from matplotlib.figure import Figure

from scenarios.charts.look import DRAWING, LIGHT, Look, png_of, svg_of
from scenarios.page.parts.refusal import use_guard
from scenarios.page.parts.view import Download, DownloadBar
from scenarios.page.simulated import Simulated

look_context = solara.create_context(LIGHT)


def use_look() -> Look:
    """The colours for figures: those of the light page or of the dark one."""
    look = solara.use_context(look_context)
    assert isinstance(look, Look)
    return look


class Drawing(Protocol):
    """What draws a figure in some colours; other processes can draw what can be pickled."""

    def __call__(self, *, look: Look) -> Figure:
        """The figure."""


def drawn_svg(drawing: Drawing, look: Look, settings: Mapping[str, object] | None = None) -> str:
    """A figure as SVG."""
    with DRAWING:
        return svg_of(drawing(look=look), settings).decode("utf-8")


def drawn_together(drawings: Sequence[Drawing], look: Look, simulated: Simulated) -> list[str]:
    """Figures as SVG, the same as ``drawn_svg`` draws them one by one.

    They are handed to the workers in their order, and this process begins with the last and takes
    what nobody has begun, so that workers busy with histories hardly keep a visitor waiting.
    """
    begun: list[Future[str] | None] = [None] * len(drawings)
    with suppress(BrokenProcessPool):
        simulated.warm_up()
        begun = [simulated.submit(drawn_svg, drawing, look) for drawing in drawings]
    svgs = []
    for drawing, task in zip(reversed(drawings), reversed(begun), strict=True):
        svg = None
        if task is not None and not task.cancel():
            with suppress(BrokenProcessPool):
                svg = task.result()
        svgs.append(drawn_svg(drawing, look) if svg is None else svg)
    return svgs[::-1]


@solara.component_vue(str(Path("vue") / "picture.vue"))
def _Svg(svg: str, words: str, clickable: bool, event_clicked: Callable[[float], None]) -> None: ...


@solara.component_vue(str(Path("vue") / "timeline.vue"))
def MarkedSvg(
    svg: str,
    words: str,
    start: str,
    hints: Mapping[str, str],
    opened: str,
    event_clicked: Callable[[str], None],
) -> None:
    """A figure whose marks can be clicked: their ids begin with ``start``, ``hints`` are by id."""


@solara.component
def Picture(
    name: str,
    words: str,
    drawing: Drawing,
    depends: Sequence[object],
    on_click: Callable[[float], None] | None = None,
    downloads: bool = True,
    ready: str | None = None,
    settings: Mapping[str, object] | None = None,
) -> None:
    """A figure with the files to take away.

    ``name`` is that of the files, ``words`` say what the figure shows, and it is drawn anew when
    something in ``depends`` changes, unless ``ready`` is its SVG in the page's colours.
    ``on_click`` is given how far from the left edge it was clicked, from 0 to 1; ``settings`` go
    into the files.
    """
    look, guard = use_look(), use_guard()
    svg = solara.use_memo(
        lambda: drawn_svg(drawing, look) if ready is None else ready, [look.name, ready, *depends]
    )
    clicked = guard(on_click) if on_click is not None else lambda _: None
    with solara.Div(classes=["lp-picture"]):
        _Svg(svg=svg, words=words, clickable=on_click is not None, event_clicked=clicked)
        if downloads:
            PictureFiles(name, drawing, settings)


@solara.component
def PictureFiles(name: str, drawing: Drawing, settings: Mapping[str, object] | None = None) -> None:
    """The files of a figure to take away, on the light ground."""

    def png() -> bytes:
        with DRAWING:
            return png_of(drawing(look=LIGHT), settings)

    def svg() -> bytes:
        return drawn_svg(drawing, LIGHT, settings).encode("utf-8")

    files = [Download("PNG", f"{name}.png", png), Download("SVG", f"{name}.svg", svg)]
    DownloadBar(files, compact=True)
