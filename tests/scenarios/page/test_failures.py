"""Computations that fail, in a real browser: every tab says so in words, and goes on working."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from scenarios.page.parts.refusal import OUR_FAULT

Arrive = Callable[..., Any]
FOLDER = str(Path(__file__).parent)
PROGRAM = (
    f"import sys; sys.path.insert(0, {FOLDER!r}); import failing_server; failing_server.main()"
)
INNER = ("Traceback", "ZeroDivisionError", "secret inner state", 'File "')


@pytest.fixture(scope="module")
def failing(start: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The page with faults in it, and the file of its log."""
    log = tmp_path_factory.mktemp("log") / "log.txt"
    with log.open("w") as stream, start("-c", PROGRAM, stderr=stream) as server:
        yield server, log


@pytest.fixture
def reader(failing: Any, arriving: Callable[..., Any], browser: Browser) -> Iterator[Any]:
    with arriving(browser, failing[0].url) as arrive:
        yield arrive()


def says_in_words(reader: Any, words: str = OUR_FAULT) -> None:
    expect(reader.page.get_by_role("alert").filter(has_text=words)).to_be_visible()
    shown = reader.page.locator("body").inner_text()
    assert not [inner for inner in INNER if inner in shown]


def goes_on(reader: Any) -> None:
    reader.press("Show the page again")
    expect(reader.page.get_by_role("alert")).to_have_count(0)


def test_explore_survives_reasons_and_a_history_that_cannot_be_told(
    reader: Any, failing: Any
) -> None:
    reader.visit("quarter=1950Q1&draw=1")
    reader.page.get_by_label("Pair, client first").select_option("china-ussr")
    says_in_words(reader)
    reader.press("Close")
    reader.press("Step")
    reader.shows("1950 Q2")
    reader.slide("seed", "13")
    says_in_words(reader)
    goes_on(reader)
    reader.shows("1950 Q1")
    reader.slide("seed", "12")
    reader.press("Step")
    reader.shows("1950 Q2")
    assert "secret inner state" in failing[1].read_text()


def test_compare_survives_numbers_pictures_and_workers_that_fail(reader: Any) -> None:
    page = reader.page
    page.goto(f"{reader.url}/compare?histories=1000&seed=5&scenario=tito-absorbs-albania-1948")
    caption = page.locator(".lp-table caption").first
    expect(caption).to_contain_text("seed 5")

    def ask(seed: int) -> None:
        page.get_by_label("Seed of the shocks").fill(str(seed))
        page.get_by_label("Seed of the shocks").press("Tab")
        page.wait_for_function("seed => location.search.includes('seed=' + seed)", arg=seed)
        reader.press("Compare")

    ask(13)
    says_in_words(reader)
    expect(caption).to_contain_text("seed 5")
    ask(14)
    says_in_words(reader, "a worker process died")
    ask(15)
    expect(caption).to_contain_text("seed 15")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_label("Break of, client first").select_option("china-ussr")
    says_in_words(reader)
    goes_on(reader)
    expect(caption).to_contain_text("Albania – USSR")


def test_record_survives_a_time_line_that_cannot_be_drawn(reader: Any) -> None:
    page = reader.page
    page.goto(f"{reader.url}/record")
    rows = page.locator(".lp-table caption")
    expect(rows).to_be_visible()
    page.get_by_role("searchbox", name="Words").fill("grain")
    says_in_words(reader)
    goes_on(reader)
    expect(rows).to_be_visible()
    page.get_by_label("Kind").select_option("aid")
    expect(page).to_have_url(f"{reader.url}/record?kind=aid")
    expect(page.locator(".lp-timeline-box svg")).to_be_visible()


def test_calibration_survives_a_parameter_that_cannot_be_drawn(reader: Any) -> None:
    page = reader.page
    page.goto(f"{reader.url}/calibration?text=strain_ideology")
    expect(page.get_by_role("article", name="strain_ideology")).to_be_visible()
    page.get_by_role("searchbox", name="Words").fill("need_share")
    says_in_words(reader)
    goes_on(reader)
    expect(page.get_by_role("article", name="strain_ideology")).to_be_visible()
    page.get_by_role("link", name="Explore").click()
    expect(page.locator(".lp-now")).to_be_visible()
