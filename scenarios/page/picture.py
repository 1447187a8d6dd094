"""A figure on the page: drawn on the server, sharp at every size, with words for those who cannot see it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import solara
from matplotlib.figure import Figure

from scenarios.charts_look import DRAWING, LIGHT, Look, png_of, svg_of
from scenarios.page.downloads import Download, DownloadBar
from scenarios.page.look import use_look
from scenarios.page.refusal import use_guard


@solara.component_vue(str(Path("vue") / "picture.vue"))
def _Svg(svg: str, words: str, clickable: bool, event_clicked: Callable[[float], None]) -> None: ...


@solara.component
def Picture(
    name: str,
    words: str,
    drawn: Callable[[Look], Figure],
    depends: Sequence[object],
    on_click: Callable[[float], None] | None = None,
    downloads: bool = True,
) -> None:
    """A figure with the files to take away.

    ``name`` is that of the files, ``words`` say what the figure shows, ``drawn`` draws it in the colours it is given,
    and it is drawn anew when something in ``depends`` changes. ``on_click`` is told how far from the left edge the
    figure was clicked, from 0 to 1.
    """
    look = use_look()
    guard = use_guard()

    def draw(look: Look, write: Callable[[Figure], bytes]) -> bytes:
        with DRAWING:
            return write(drawn(look))

    svg = solara.use_memo(lambda: draw(look, svg_of).decode("utf-8"), [look.name, *depends])
    clicked = guard(on_click) if on_click is not None else lambda _: None
    with solara.Div(classes=["lp-picture"]):
        _Svg(svg=svg, words=words, clickable=on_click is not None, event_clicked=clicked)
        if downloads:
            DownloadBar(
                [
                    Download("PNG", f"{name}.png", lambda: draw(LIGHT, png_of)),
                    Download("SVG", f"{name}.svg", lambda: draw(LIGHT, svg_of)),
                ],
                compact=True,
            )
