"""A figure on the page: drawn on the server, sharp at every size, with words for those who cannot see it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import solara

from scenarios.charts.look import DRAWING, LIGHT, png_of
from scenarios.page.parts.downloads import Download, DownloadBar
from scenarios.page.parts.drawing import Drawing, drawn_svg
from scenarios.page.parts.look import use_look
from scenarios.page.parts.refusal import use_guard


@solara.component_vue(str(Path("vue") / "picture.vue"))
def _Svg(svg: str, words: str, clickable: bool, event_clicked: Callable[[float], None]) -> None: ...


@solara.component
def Picture(
    name: str,
    words: str,
    drawn: Drawing,
    depends: Sequence[object],
    on_click: Callable[[float], None] | None = None,
    downloads: bool = True,
    ready: str | None = None,
) -> None:
    """A figure with the files to take away.

    ``name`` is that of the files, ``words`` say what the figure shows, ``drawn`` draws it in the colours it is given,
    and it is drawn anew when something in ``depends`` changes; unless ``ready`` is the SVG in the page's colours.
    ``on_click`` is told how far from the left edge the figure was clicked, from 0 to 1.
    """
    look = use_look()
    guard = use_guard()

    own = solara.use_memo(
        lambda: drawn_svg(drawn, look) if ready is None else "",
        [look.name, ready is None, *depends],
    )
    svg = own if ready is None else ready

    def png() -> bytes:
        with DRAWING:
            return png_of(drawn(look=LIGHT))

    clicked = guard(on_click) if on_click is not None else lambda _: None
    with solara.Div(classes=["lp-picture"]):
        _Svg(svg=svg, words=words, clickable=on_click is not None, event_clicked=clicked)
        if downloads:
            DownloadBar(
                [
                    Download("PNG", f"{name}.png", png),
                    Download("SVG", f"{name}.svg", lambda: drawn_svg(drawn, LIGHT).encode("utf-8")),
                ],
                compact=True,
            )
