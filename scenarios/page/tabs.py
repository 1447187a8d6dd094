"""The tabs of the page, in their order; to add one, write ``scenarios/page/<tab>.py`` and name its component here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import solara

from scenarios.page.calibration.tab import Calibration
from scenarios.page.compare.tab import Compare
from scenarios.page.explore.tab import Explore
from scenarios.page.material import Material, material_context
from scenarios.page.record.tab import Record
from scenarios.page.shell import Shell


@dataclass(frozen=True)
class Tab:
    """One tab: the last part of its address (``/`` for the first), its name, and the component that draws it."""

    path: str
    title: str
    component: Callable[[], Any]


#: The tabs in the order in which they are listed; the first opens by itself.
TABS = (
    Tab("/", "Explore", Explore),
    Tab("compare", "Compare", Compare),
    Tab("record", "Record", Record),
    Tab("calibration", "Calibration", Calibration),
)


def routes_of(material: Material) -> list[solara.Route]:
    """The addresses of the page, one a tab, all within one layout that hands them the material."""
    titles = {tab.path: tab.title for tab in TABS}

    @solara.component
    def Layout(children: list[Any] = []) -> None:
        material_context.provide(material)
        Shell(titles, children=children)

    return [
        solara.Route(
            path=tab.path,
            component=tab.component,
            label=f"{tab.title} · lilliput",
            layout=Layout if tab.path == "/" else None,
        )
        for tab in TABS
    ]
