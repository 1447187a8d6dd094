"""The tabs of the page in their order, and what stands around each: names, light and dark, errors.

To add a tab, write ``scenarios/page/<tab>.py`` and name its component in ``TABS``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import reacton.ipyvuetify as v
import solara

from scenarios.charts.look import DARK, LIGHT, Look
from scenarios.page.calibration.tab import Calibration
from scenarios.page.compare.tab import Compare
from scenarios.page.explore.tab import Explore
from scenarios.page.material import Material, material_context
from scenarios.page.parts.refusal import Boundary
from scenarios.page.parts.view import queries_context
from scenarios.page.question.own import own_context
from scenarios.page.record.tab import Record
from scenarios.page.story.tab import StoryTab


@dataclass(frozen=True)
class Tab:
    """One tab: the last part of its address (``/`` for the first), its name, and its component."""

    path: str
    title: str
    component: Callable[[], Any]


#: The tabs in the order in which they are listed; the first opens by itself.
TABS = (
    Tab("/", "Explore", Explore),
    Tab("story", "Story", StoryTab),
    Tab("compare", "Compare", Compare),
    Tab("record", "Record", Record),
    Tab("calibration", "Calibration", Calibration),
)


def routes_of(material: Material) -> list[solara.Route]:
    """The addresses of the page, one a tab, all within one layout that hands them the material."""

    @solara.component
    def Layout(children: list[Any] = []) -> None:
        material_context.provide(material)
        Shell(children=children)

    return [
        solara.Route(
            path=tab.path,
            component=tab.component,
            label=f"{tab.title} · lilliput",
            layout=Layout if tab.path == "/" else None,
        )
        for tab in TABS
    ]


@cache
def style_sheet() -> str:
    """The style sheets of the page as one: colours, that of the page itself, those of tabs."""
    sheets = sorted((Path(__file__).parent / "parts").glob("*.css"))
    colours = [_colours(look, place) for look, place in ((LIGHT, ""), (DARK, ":root.lp-dark "))]
    return "\n".join([*colours, *(path.read_text(encoding="utf-8") for path in sheets)])


def _colours(look: Look, place: str) -> str:
    """The colours of figures as the style sheet names them, for text and charts alike."""
    named = {"ink": look.ink, "soft": look.soft, "ground": look.ground, "line": look.grid}
    series = {f"s{place}": colour for place, colour in enumerate(look.series)}
    rules = "".join(f"--lp-{name}:{colour};" for name, colour in (named | series).items())
    return f"{place}.lp-page{{{rules}}}"


@solara.component_vue(str(Path("parts") / "vue" / "theme.vue"))
def ThemeButton() -> None:
    """A button that turns the page dark or light; the browser remembers the choice."""


@solara.component
def Shell(children: list[Any] = []) -> None:
    """The page around a tab."""
    left: dict[str, str] = solara.use_memo(dict, [])
    queries_context.provide(left)
    own_context.provide(solara.use_memo(dict, []))
    solara.Style(style_sheet())
    with solara.Div(classes=["lp-page"]):
        v.Html(
            tag="a",
            class_="lp-skip",
            attributes={"href": "#main"},
            children=["Skip to the content"],
        )
        with v.Html(tag="header", class_="lp-head"):
            v.Html(tag="span", class_="lp-name", children=["lilliput"])
            Names(left)
            ThemeButton()
        with v.Html(tag="main", class_="lp-main", attributes={"id": "main", "tabindex": "-1"}):
            Boundary(children=children)


@solara.component
def Names(left: Mapping[str, str]) -> None:
    """The names of the tabs as links; each opens its tab with the query with which it was left."""
    router = solara.use_router()
    here = "/" + (router.path or "").strip("/")
    with v.Html(tag="nav", class_="lp-tabs", attributes={"aria-label": "Tabs"}):
        for tab in TABS:
            address = "/" + tab.path.strip("/")
            marks = {"aria-current": "page"} if address == here else {}
            query = left.get(address, "")
            with solara.Link(f"{address}?{query}" if query else address):
                v.Html(
                    tag="span",
                    class_="lp-tab" + (" lp-here" if marks else ""),
                    attributes=marks,
                    children=[tab.title],
                )
