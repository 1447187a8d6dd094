"""The tab Explore in a real browser, served by the real command."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import expect

from scenarios.charts.explore import quarter_at
from scenarios.draws import parameters_for, read_draws
from simulation.countries import Country
from simulation.dates import quarter_name, quarter_of
from simulation.ensemble import simulate
from simulation.state import Move

Arrive = Callable[..., Any]


def test_it_opens_with_pictures_and_asks_nobody_else(visitor: Arrive) -> None:
    reader = visitor()
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.visit()
    reader.shows("January 1945")
    sizes = reader.page.eval_on_selector_all(
        "img", "all => all.map(one => [one.naturalWidth, one.clientWidth])"
    )
    assert len(sizes) == 4
    assert all(min(size) > 200 for size in sizes)
    assert [url for url in asked if not url.startswith((reader.url, "data:", "blob:"))] == []


def test_stepping_playing_pausing_and_going_back(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    before = reader.drawing("The four countries")
    reader.press("Step")
    reader.shows("1945 Q1")
    assert reader.drawing("The four countries") != before
    reader.press("Play")
    reader.page.wait_for_function("document.querySelector('h1').innerText >= '1945 Q4'")
    reader.press("Pause")
    expect(reader.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    paused = reader.page.get_by_role("heading", level=1).inner_text()
    reader.page.wait_for_timeout(1200)
    reader.shows(paused)
    reader.press("Back to start")
    reader.shows("January 1945")
    reader.press("Step")
    reader.shows("1945 Q1")


def drawn_break() -> tuple[int, int]:
    """A draw in which Albania breaks with the USSR between 1958 and 1970, and the quarter of it."""
    draws = read_draws()
    for draw in range(len(draws)):
        history = simulate(parameters_for(draws, draw, 1), seed=1, first_replicate=draw)
        quarter = history.first_date(Country.USSR, Country.ALBANIA, Move.SPLIT)[0]
        if quarter_of("1958") <= quarter < quarter_of("1970"):
            return draw, int(quarter)
    raise AssertionError("no draw breaks")


def test_a_past_quarter_is_looked_at_by_slider_and_by_click(visitor: Arrive) -> None:
    draw, quarter = drawn_break()
    reader = visitor()
    reader.visit(f"draw={draw}&reached={quarter_name(quarter).replace(' ', '')}")
    reader.shows(quarter_name(quarter))
    why = reader.page.get_by_role("region", name="Why did it break?")
    expect(why).to_contain_text(re.compile("breaks? with|break,|break most"))
    reader.page.get_by_label("Quarter looked at").press("ArrowLeft")
    reader.shows(quarter_name(quarter - 1))
    expect(why).to_contain_text(quarter_name(quarter - 1))
    box = reader.picture("aid of").bounding_box()
    assert box
    reader.page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    clicked = quarter_at(0.3)
    assert clicked is not None
    reader.shows(quarter_name(clicked))
    expect(why).to_contain_text(quarter_name(clicked))


def test_scenario_draw_seed_and_parameters_change_the_history_and_reset_undoes_them(
    visitor: Arrive,
) -> None:
    reader = visitor()
    reader.visit("reached=1962Q1")
    drawings = [reader.drawing("strain of")]

    def changed() -> None:
        reader.page.wait_for_function(
            "known => !known.includes(document.querySelector('img[alt^=\"strain of\"]').src)",
            arg=drawings,
        )
        drawings.append(reader.drawing("strain of"))
        reader.shows("1962 Q1")

    reader.choose("Scenario", "no-new-line-1956")
    changed()
    reader.slide("seed", "7")
    changed()
    reader.page.get_by_label("Median of all draws").click(force=True)
    changed()
    reader.slide("draw", "12")
    changed()
    reader.choose("Parameters of", "Strain and fatigue")
    reader.slide("strain_ideology", "4.5")
    changed()
    expect(reader.page.get_by_text("1 parameter changed by hand")).to_be_visible()
    assert "strain_ideology: " in str(
        reader.page.locator('.lp-slider:has([data-name="strain_ideology"])').get_attribute("title")
    )
    for part in ("scenario=no-new-line-1956", "seed=7", "draw=12", "set=strain_ideology:4.5"):
        assert part in reader.page.url
    reader.press("Back to drawn values")
    expect(reader.page.get_by_text("changed by hand")).to_have_count(0)
    reader.press("Reset")
    reader.shows("January 1945")
    expect(reader.page).to_have_url(f"{reader.url}/")


def test_a_value_out_of_bounds_is_refused_in_words(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    reader.slide("seed", "-3")
    expect(reader.page.get_by_role("alert")).to_have_text(
        "Not taken: a whole number from 0 to 9999 is needed."
    )
    reader.slide("seed", "2.5")
    expect(reader.page.get_by_role("alert")).to_be_visible()
    reader.slide("seed", "5")
    expect(reader.page.get_by_role("alert")).to_have_count(0)
    expect(reader.page).to_have_url(re.compile("seed=5"))


def test_everything_shown_can_be_taken_away(visitor: Arrive, tmp_path: Path) -> None:
    reader = visitor()
    reader.visit("scenario=no-opening-1971&draw=3&reached=1946Q4&pair=albania-yugoslavia")
    name, data = reader.download(re.compile(r"Data"))
    table = pd.read_csv(io.BytesIO(data))
    assert name == "no-opening-1971.csv"
    assert len(table) == 8 * 12
    assert {"quarter", "patron", "client", "support", "strain_sources.ideology", "delivered"} <= {
        *table
    }
    name, png = reader.download(re.compile("^PNG: map"))
    assert name == "map-1946-q4.png"
    assert png.startswith(b"\x89PNG")
    name, svg = reader.download(re.compile("^SVG: why"))
    assert name.endswith(".svg")
    assert b"<svg" in svg
    name, toml = reader.download(re.compile("Scenario .*command"))
    path = tmp_path / name
    path.write_bytes(toml)
    checked = subprocess.run(
        [sys.executable, "-m", "calibration.cli.main", "scenarios", "check", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "lilliput run no-opening-1971.toml --seed 1 --replicates 4" in toml.decode()


def test_a_link_reopens_the_same_view(visitor: Arrive) -> None:
    reader, friend = visitor(), visitor()
    reader.visit("draw=5&seed=2&reached=1960Q4&pair=china-ussr")
    reader.page.get_by_label("Quarter looked at").press("ArrowLeft")
    reader.shows("1960 Q3")
    expect(reader.page).to_have_url(re.compile("quarter=1960Q3"))
    friend.visit(reader.page.url.partition("?")[2])
    friend.shows("1960 Q3")
    for words in ("The four countries", "aid of China – USSR", "strain of China – USSR"):
        assert friend.drawing(words) == reader.drawing(words)
    reader.page.reload()
    reader.shows("1960 Q3")


def test_a_bad_link_is_answered_in_words(visitor: Arrive) -> None:
    reader = visitor()
    wrong = {
        "scenario=no-new-lime-1956": "did you mean 'no-new-line-1956'?",
        "seed=many": "a whole number from 0 to 9999",
        "reached=1990Q1": "a quarter from 1945Q1 to 1980Q4",
        "set=strain_ideology:99": "0 to 5 (strain)",
        "colour=red": "key = 'colour'",
    }
    reader.visit("&".join(wrong))
    alert = reader.page.get_by_role("alert")
    for said in wrong.values():
        expect(alert).to_contain_text(said)
    reader.press("Close")
    expect(alert).to_have_count(0)
    reader.press("Step")
    reader.shows("1945 Q1")


def test_two_browsers_share_nothing(visitor: Arrive) -> None:
    one, other = visitor(), visitor()
    one.visit()
    other.visit()
    for _ in range(2):
        one.press("Step")
    one.shows("1945 Q2")
    other.shows("January 1945")
    other.slide("seed", "44")
    expect(other.page).to_have_url(re.compile("seed=44"))
    other.press("Step")
    other.shows("1945 Q1")
    one.shows("1945 Q2")
    assert "seed" not in one.page.url


def test_it_is_reached_with_the_keyboard_alone(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    for _ in range(12):
        reader.page.keyboard.press("Tab")
        if reader.page.evaluate("document.activeElement.innerText").strip() == "Step":
            break
    reader.page.keyboard.press("Enter")
    reader.shows("1945 Q1")
    reader.page.keyboard.press("Enter")
    reader.shows("1945 Q2")


@pytest.mark.parametrize(
    ("width", "height", "dark"), [(1280, 800, False), (390, 844, False), (390, 844, True)]
)
def test_nothing_is_wider_than_the_screen(
    visitor: Arrive, width: int, height: int, dark: bool
) -> None:
    reader = visitor(width, height, dark=dark)
    reader.visit("draw=3&reached=1961Q2")
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
    map_width = reader.picture("The four countries").bounding_box()
    assert map_width
    assert map_width["width"] > 300
    ground = "rgb(22, 24, 27)" if dark else "rgb(255, 255, 255)"
    expect(reader.page.locator(".lp-page")).to_have_css("background-color", ground)


def test_light_and_dark_are_turned_and_remembered(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    light = reader.drawing("The four countries")
    reader.press("Dark")
    expect(reader.page.get_by_role("button", name="Light", exact=True)).to_be_visible()
    reader.page.wait_for_function(
        "light => document.querySelector('img[alt^=\"The four\"]').src !== light", arg=light
    )
    reader.page.reload()
    expect(reader.page.get_by_role("button", name="Light", exact=True)).to_be_visible()
