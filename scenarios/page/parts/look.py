"""The look of the page: light or dark, its style sheet, and the figures' colours that go with either."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import solara
import solara.lab

from scenarios.charts.look import DARK, LIGHT, Look

look_context = solara.create_context(LIGHT)


@cache
def style_sheet() -> str:
    """The style sheets of the page as one: that of the page itself, and those of single tabs."""
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.css"))
    )


def use_look() -> Look:
    """The colours for figures: those of the light page or of the dark one."""
    look = solara.use_context(look_context)
    assert isinstance(look, Look)
    return look


def dark_at_first() -> bool:
    """Whether the page opens dark: the browser says so before it shows anything (``assets/theme.js``)."""
    return (solara.lab.cookies.value or {}).get("lilliput-look") == "dark"


@solara.component_vue(str(Path("vue") / "theme.vue"))
def ThemeButton(dark: bool, event_chosen: Callable[[bool], None]) -> None:
    """A button that turns the page from light to dark and back; the browser remembers the choice."""


def look_of(dark: bool) -> Look:
    """The colours of a light or a dark page."""
    return DARK if dark else LIGHT
