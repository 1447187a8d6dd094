"""Many visitors at once: the page stays responsive, and when they leave their memory comes back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import PATIENCE
from tests.scenarios.watching import until

VISITORS = 20
STEP = "1960 Q2"
#: What may be left of the memory that the visitors took, and by how far (in MB) the measure is off.
LEFT_SHARE, LEFT_MB = 0.5, 40.0


#: The page as ever, but for the count of visitors, which the gate shows to nobody.
COUNTED = (
    "-c",
    "from scenarios.page import gate; gate.LOADED += ('/resourcez',)\n"
    "from calibration.cli.main import main; main(['serve', '--port', '0'])",
)


@pytest.fixture
def server(start: Any) -> Iterator[Any]:
    with start(*COUNTED) as running:
        yield running


@pytest.fixture
def crowd(server: Any, browser: Browser) -> Iterator[Callable[[int], list[Page]]]:
    """Lets some visitors come, each with a session of their own."""
    contexts = []

    def arrive(count: int) -> list[Page]:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        contexts.append(context)
        pages = [context.new_page() for _ in range(count)]
        for page in pages:
            page.set_default_timeout(PATIENCE)
            page.goto(f"{server.url}/?seed=3&quarter=1960Q1", wait_until="commit")
        for page in pages:
            expect(page.locator(".lp-now")).to_have_text("1960 Q1")
        return pages

    yield arrive
    for context in contexts:
        context.close()


def step_together(pages: list[Page], quarter: str) -> None:
    """Have all step to a quarter, all pressing at once."""
    for page in pages:
        page.get_by_role("button", name="Step", exact=True).click(no_wait_after=True)
    for page in pages:
        expect(page.locator(".lp-now")).to_have_text(quarter)


@pytest.mark.slow
def test_twenty_visitors_step_at_once_and_leave_nothing(
    server: Any, crowd: Callable[[int], list[Page]]
) -> None:
    before = server.memory()
    pages = crowd(VISITORS)
    step_together(pages, STEP)
    during = server.memory()
    assert server.visitors() == VISITORS
    for page in pages:
        page.close(run_before_unload=True)
    until(lambda: server.visitors() == 0, "all are gone")
    most = before + LEFT_SHARE * (during - before) + LEFT_MB
    until(lambda: server.memory() < most, f"less than {most:.0f} MB, {before:.0f} before them")
