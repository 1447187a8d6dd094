"""Nobody is shut out: axe-core finds nothing on any tab, in light and dark, wide and narrow."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from scenarios.page.question.cards import cards

Arrive = Callable[..., Any]
TABS = {
    "Explore": "/?draw=3&quarter=1961Q4",
    "Story": "/story?card=4",
    "Bet": "/story?card=6",
    "Compare": "/compare?histories=1000",
    "Record": "/record?row=china-albania-1961-loan-500m",
    "Calibration": "/calibration",
}


def opened(reader: Any) -> None:
    """Wait until what a tab shows is there."""
    shown = reader.page.locator(".lp-chart svg, .lp-telling h2")
    expect(shown.first).to_be_visible(timeout=180_000)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_nothing(visitor: Arrive, tab: str, width: int, dark: bool) -> None:
    reader = visitor(width, 844, dark=dark)
    reader.page.goto(f"{reader.url}{TABS[tab]}")
    opened(reader)
    for summary in reader.page.locator("summary").all()[:3]:
        summary.click()
    if tab in ("Explore", "Compare"):
        for card in cards():
            reader.page.get_by_label("Add a change").select_option(card["kind"])
        needed = reader.page.locator(".lp-own-card").get_by_text("Needed", exact=True)
        expect(needed.first).to_be_visible(timeout=180_000)
    if tab == "Explore":
        reader.page.get_by_label("Parameters of").select_option("strain")
        expect(reader.page.locator(".lp-parameters")).to_be_visible()
    found = Axe().run(reader.page)
    told = [
        f"{each['id']}: {node['html'][:160]}"
        for each in found.response["violations"]
        for node in each["nodes"][:3]
    ]
    assert told == []


def test_the_page_may_be_enlarged_and_says_its_language(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    content = reader.page.locator("meta[name=viewport]").get_attribute("content")
    assert "user-scalable" not in content
    assert "maximum-scale" not in content
    assert reader.page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("tab", TABS)
def test_everything_to_press_is_large_enough(visitor: Arrive, tab: str) -> None:
    reader = visitor(390, 844)
    reader.page.goto(f"{reader.url}{TABS[tab]}")
    opened(reader)
    small = reader.page.eval_on_selector_all(
        ".lp-page button, .lp-page select, .lp-page input, .lp-page .lp-tab, .lp-page summary",
        """all => all.map(one => [one, one.getBoundingClientRect()])
          .filter(([one, box]) => box.width && (box.height < 23.5 || box.width < 23.5))
          .map(([one, box]) => one.outerHTML.slice(0, 90) + ' ' + box.height)""",
    )
    assert small == []
