"""What stands around every tab: the head with the tabs' names, the light-and-dark button, and a place for errors."""

from collections.abc import Mapping
from typing import Any

import reacton.ipyvuetify as v
import solara

from scenarios.page.parts.link import queries_context
from scenarios.page.parts.look import ThemeButton, dark_at_first, look_context, look_of, style_sheet
from scenarios.page.parts.refusal import Boundary


@solara.component
def Shell(titles: Mapping[str, str], children: list[Any] = []) -> None:
    """The page around a tab; ``titles`` are the names of the tabs by address."""
    dark, set_dark = solara.use_state(solara.use_memo(dark_at_first, []))
    left: dict[str, str] = solara.use_memo(dict, [])
    queries_context.provide(left)
    look_context.provide(look_of(dark))
    solara.Style(style_sheet())
    with solara.Div(classes=["lp-page"]):
        with v.Html(tag="header", class_="lp-head"):
            v.Html(tag="span", class_="lp-name", children=["lilliput"])
            Tabs(titles, left)
            ThemeButton(dark=dark, event_chosen=set_dark)
        with v.Html(tag="main", class_="lp-main"):
            Boundary(children=children)


@solara.component
def Tabs(titles: Mapping[str, str], left: Mapping[str, str]) -> None:
    """The names of the tabs as links; each opens its tab as it was left."""
    router = solara.use_router()
    here = "/" + (router.path or "").strip("/")
    with v.Html(tag="nav", class_="lp-tabs", attributes={"aria-label": "Tabs"}):
        for path, title in titles.items():
            address = "/" + path.strip("/")
            marks = {"aria-current": "page"} if address == here else {}
            query = left.get(path, "")
            with solara.Link(f"{address}?{query}" if query else address):
                v.Html(
                    tag="span",
                    class_="lp-tab" + (" lp-here" if marks else ""),
                    attributes=marks,
                    children=[title],
                )
