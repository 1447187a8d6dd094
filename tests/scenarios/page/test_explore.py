"""The tab Explore in a real browser, served by the real command."""

import io
import re
import signal
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from simulation.dates import quarter_name

Arrive = Callable[..., Any]
#: How often a button is pressed that once was not obeyed in 3 of 13 tries.
TRIES = 13


def test_it_opens_with_pictures_and_asks_nobody_else(visitor: Arrive) -> None:
    reader = visitor()
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.visit()
    sizes = reader.page.eval_on_selector_all(
        ".lp-map svg, .lp-chart svg", "all => all.map(one => [one.clientWidth, one.clientHeight])"
    )
    assert len(sizes) >= 4
    assert all(min(size) > 150 for size in sizes)
    assert [url for url in asked if not url.startswith((reader.url, "data:", "blob:"))] == []


def test_it_opens_at_the_break_of_a_history_near_the_record(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    quarter = reader.page.locator(".lp-now").inner_text()
    assert "1960 Q1" <= quarter <= "1963 Q4"
    expect(reader.page.get_by_role("region", name="Chronicle")).to_contain_text("breaks with")
    expect(reader.page.get_by_role("heading", name="Why did it break?")).to_be_visible()
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Four allies, 1945–1980")
    reader.page.wait_for_function("location.search.includes('draw=')")


def test_stepping_playing_pausing_and_going_back(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit("quarter=1945Q1")
    reader.shows("1945 Q1")
    before = reader.drawing("The four countries")
    reader.press("Step")
    reader.shows("1945 Q2")
    assert reader.drawing("The four countries") != before
    reader.press("Play")
    reader.page.wait_for_function("document.querySelector('.lp-now').innerText >= '1946 Q1'")
    reader.press("Pause")
    expect(reader.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    paused = reader.page.locator(".lp-now").inner_text()
    reader.page.wait_for_timeout(1200)
    reader.shows(paused)
    reader.press("Next event")
    assert reader.page.locator(".lp-now").inner_text() > paused
    reader.press("Previous event")
    reader.press("Back to start")
    reader.shows("1945 Q1")
    reader.press("Step")
    reader.shows("1945 Q2")


@pytest.mark.parametrize("button", ["Pause", "Reset"])
def test_pause_and_reset_are_obeyed_at_once_while_it_plays(visitor: Arrive, button: str) -> None:
    reader = visitor()
    reader.visit("quarter=1945Q1&draw=median")
    now = "document.querySelector('.lp-now').innerText"
    for _ in range(TRIES):
        reader.page.get_by_label("Quarters a second").select_option("8")
        reader.press("Play")
        reader.page.wait_for_function(f"{now} >= '1946 Q3'")
        reader.press(button)
        expect(reader.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        if button == "Reset":
            reader.page.wait_for_function(f"{now} >= '1960 Q1'")
            reader.page.wait_for_function("!location.search.includes('draw=median')")
        shown = reader.page.evaluate(now)
        reader.page.wait_for_timeout(300)
        assert reader.page.evaluate(now) == shown, "it stands still"
        reader.press("Back to start")


def test_playing_goes_on_while_the_server_stands_still(visitor: Arrive, server: Any) -> None:
    reader = visitor()
    reader.visit("quarter=1945Q1")
    reader.page.get_by_label("Quarters a second").select_option("8")
    server.process.send_signal(signal.SIGSTOP)
    try:
        reader.press("Play")
        reader.page.wait_for_function("document.querySelector('.lp-now').innerText >= '1947 Q1'")
        reader.press("Pause")
        reader.press("Back to start")
        reader.shows("1945 Q1")
    finally:
        server.process.send_signal(signal.SIGCONT)


def test_a_quarter_is_looked_at_by_slider_keys_and_click(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    broken = reader.page.locator(".lp-now").inner_text()
    slider = reader.page.get_by_label("Quarter looked at")
    before = quarter_name(int(slider.input_value()) - 1)
    why = reader.page.get_by_role("region", name="Why", exact=True)
    expect(why).to_contain_text("Why did it break?")
    slider.press("ArrowLeft")
    reader.shows(before)
    expect(why).to_contain_text(before)
    expect(why).not_to_contain_text("Why did it break?")
    chart = reader.picture("Aid, ")
    chart.focus()
    chart.press("ArrowRight")
    reader.shows(broken)
    box = chart.bounding_box()
    assert box
    chart.click(position={"x": box["width"] * 0.3, "y": box["height"] * 0.5})
    expect(reader.page.locator(".lp-now")).not_to_have_text(broken)
    clicked = reader.page.locator(".lp-now").inner_text()
    assert "1949" < clicked < "1957"
    expect(why).to_contain_text(clicked)


def test_every_break_of_the_history_is_one_press_away(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    breaks = reader.page.locator(".lp-breaks button")
    expect(breaks).to_have_count(5)
    for each in breaks.all():
        each.click()
        pair, _, quarter = each.inner_text().rpartition(", ")
        reader.shows(quarter)
        why = reader.page.get_by_role("region", name="Why", exact=True)
        expect(why).to_contain_text("Why did it break?")
        expect(why).to_contain_text(pair)


def test_hovering_tells_value_and_date(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    chart = reader.picture("Support and goodwill")
    expect(chart).to_contain_text("1,024 histories")  # after which it is not drawn anew
    box = chart.bounding_box()
    assert box
    chart.hover(position={"x": box["width"] * 0.4, "y": box["height"] * 0.5})
    expect(chart.locator("div", has_text="support of Albania").last).to_be_visible()
    expect(chart).to_contain_text(re.compile(r"19\d\d Q\d"))


def test_scenario_draw_seed_and_parameters_change_the_history_and_reset_undoes_them(
    visitor: Arrive,
) -> None:
    reader = visitor()
    reader.visit("quarter=1962Q1")
    drawings = [reader.drawing("Strain of")]

    def changed() -> None:
        reader.page.wait_for_function(
            "known => !known.includes(document.querySelector("
            "'[aria-label^=\"Strain of\"] svg').innerHTML)",
            arg=drawings,
        )
        drawings.append(reader.drawing("Strain of"))
        reader.shows("1962 Q1")

    reader.page.get_by_label("Scenario", exact=True).select_option("no-new-line-1956")
    changed()
    reader.slide("seed", "7")
    changed()
    reader.page.get_by_label("Parameters", exact=True).select_option("draw")
    changed()
    reader.slide("draw", "12")
    changed()
    reader.page.get_by_label("Parameters of").select_option("strain")
    reader.slide("strain_ideology", "4.5")
    changed()
    expect(reader.page.get_by_text("1 parameter changed by hand")).to_be_visible()
    assert "strain_ideology: " in str(
        reader.page.locator('.lp-slider:has([data-name="strain_ideology"])').get_attribute("title")
    )
    for part in ("scenario=no-new-line-1956", "seed=7", "draw=12", "set=strain_ideology:4.5"):
        reader.page.wait_for_function("part => location.search.includes(part)", arg=part)
    reader.press("Back to drawn values")
    expect(reader.page.get_by_text("changed by hand")).to_have_count(0)
    reader.press("Reset")
    reader.page.wait_for_function("!location.search.includes('no-new-line')")
    expect(reader.page.get_by_role("region", name="Chronicle")).to_contain_text("breaks with")


def test_the_parameters_chosen_stay_open_when_the_crowd_comes(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit("draw=3&seed=77")  # a crowd that nobody has asked for yet
    reader.page.get_by_label("Parameters of").select_option("strain")
    expect(reader.page.locator("[data-name=strain_ideology]")).to_be_visible()
    expect(reader.page.get_by_role("button", name="Least like it")).to_be_visible()
    expect(reader.page.locator("[data-name=strain_ideology]")).to_be_visible()
    reader.page.get_by_label("Scenario", exact=True).select_option("no-new-line-1956")
    reader.page.wait_for_function("location.search.includes('no-new-line-1956')")
    expect(reader.page.locator("[data-name=strain_ideology]")).to_be_visible()


def test_a_slider_stays_in_hand_when_it_is_the_first_that_is_moved(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit("draw=3")
    reader.page.get_by_label("Parameters of").select_option("aid")
    slider = reader.page.locator(".lp-parameters input[type=range]").last
    slider.press("ArrowRight")
    expect(reader.page.get_by_text("1 parameter changed by hand")).to_be_visible()
    expect(slider).to_be_focused()
    expect(slider).to_be_in_viewport()


def test_a_slider_stays_where_it_is_put_however_fast_it_moves(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit("draw=3")
    slider = reader.page.locator('input[type=range][data-name="seed"]')
    slider.focus()
    reader.page.evaluate(
        """() => {
          const slider = document.querySelector('input[type=range][data-name="seed"]');
          window.backwards = 0;
          let last = Number(slider.value);
          const watch = () => {
            const value = Number(slider.value);
            window.backwards += value < last;
            last = value;
            requestAnimationFrame(watch);
          };
          requestAnimationFrame(watch);
        }"""
    )
    for _ in range(30):
        slider.press("ArrowRight")
        reader.page.wait_for_timeout(25)
    reader.page.wait_for_function("location.search.includes('seed=31')")
    expect(slider).to_have_value("31")
    assert reader.page.evaluate("window.backwards") == 0


def test_the_crowd_comes_behind_the_history(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    expect(reader.picture("Support and goodwill")).to_contain_text("1,024 histories")
    expect(reader.page.get_by_role("region", name="Pair")).to_contain_text(
        re.compile("the break comes|no break by 1980")
    )
    link = reader.page.url
    reader.press("Least like it")
    reader.page.wait_for_function("link => location.href !== link", arg=link)
    reader.press("Most like the record")
    expect(reader.page.get_by_role("button", name="Most like the record")).to_be_disabled()


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
    reader.page.wait_for_function("location.search.includes('seed=5')")


def texts_of(png: bytes) -> Iterator[str]:
    """The texts that a PNG file has about itself."""
    place = 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"iTXt":
            yield png[place + 8 : place + 8 + length].decode()
        place += 12 + length


def test_everything_shown_can_be_taken_away_with_what_decides_it(
    visitor: Arrive, tmp_path: Path
) -> None:
    reader = visitor()
    reader.visit("scenario=no-opening-1971&draw=3&quarter=1948Q4&pair=albania-yugoslavia")
    own = "lilliput-no-opening-1971-draw3-seed1"
    name, data = reader.download(re.compile(r"Data"))
    table = pd.read_csv(io.BytesIO(data))
    assert name == f"{own}.csv"
    assert len(table) == 144 * 12
    assert {"quarter", "patron", "client", "support", "strain_sources.ideology", "draws"} <= {
        *table
    }
    name, png = reader.download("PNG: map")
    assert name == f"{own}-map-1948q4.png"
    assert png.startswith(b"\x89PNG")
    (title, description) = texts_of(png)
    assert "1948 Q4" in title
    for words in ("no-opening-1971", "draw: 3", "seed: 1", "draws: p", "lilliput 0."):
        assert words in description
    name, svg = reader.download("SVG: aid")
    assert name == f"{own}-aid-albania-yugoslavia-1948q4.svg"
    root = ET.fromstring(svg)
    assert "1948 Q4" in (root[0].text or "")
    assert "draw: 3" in (root[1].text or "")
    assert "draw: 3" in "".join(root.itertext()).split("draw: 3", 1)[1], "beneath the picture too"
    name, toml = reader.download(re.compile("Scenario .*command"))
    path = tmp_path / "no-opening-1971.toml"
    path.write_bytes(toml)
    checked = subprocess.run(
        [sys.executable, "-m", "calibration.cli.main", "scenarios", "check", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert f"lilliput run {name} --seed 1 --replicates 4" in toml.decode()


def test_a_link_reopens_the_same_view(visitor: Arrive) -> None:
    reader, friend = visitor(), visitor()
    reader.visit("draw=5&seed=2&quarter=1960Q4&pair=china-ussr")
    reader.page.get_by_label("Quarter looked at").press("ArrowLeft")
    reader.shows("1960 Q3")
    reader.page.get_by_label("Pair, client first").select_option("albania-china")
    reader.page.wait_for_function(
        "location.search.includes('quarter=1960Q3') && location.search.includes('albania-china')"
    )
    friend.visit(reader.page.url.partition("?")[2])
    friend.shows("1960 Q3")
    for words in ("Aid, Albania – China", "Strain of"):
        expect(friend.picture(words)).to_contain_text("1,024")
        expect(reader.picture(words)).to_contain_text("1,024")
    assert friend.drawing("The four countries") == reader.drawing("The four countries")
    reader.page.reload()
    reader.shows("1960 Q3")


def test_a_bad_link_is_answered_in_words(visitor: Arrive) -> None:
    reader = visitor()
    wrong = {
        "scenario=no-new-lime-1956": "did you mean 'no-new-line-1956'?",
        "seed=many": "a whole number from 0 to 9999",
        "quarter=1990Q1": "a quarter from 1945Q1 to 1980Q4",
        "set=strain_ideology:99": "0 to 5 (strain)",
        "colour=red": "key = 'colour'",
    }
    reader.visit("&".join(wrong))
    alert = reader.page.get_by_role("alert")
    for said in wrong.values():
        expect(alert).to_contain_text(said)
    reader.press("Close")
    expect(alert).to_have_count(0)
    before = reader.page.locator(".lp-now").inner_text()
    reader.press("Step")
    expect(reader.page.locator(".lp-now")).not_to_have_text(before)


def test_two_browsers_share_nothing(visitor: Arrive) -> None:
    one, other = visitor(), visitor()
    one.visit("quarter=1945Q1")
    other.visit("quarter=1945Q1&draw=2")
    for _ in range(2):
        one.press("Step")
    one.shows("1945 Q3")
    other.shows("1945 Q1")
    other.slide("seed", "44")
    other.page.wait_for_function("location.search.includes('seed=44')")
    other.press("Step")
    other.shows("1945 Q2")
    one.shows("1945 Q3")
    assert "seed" not in one.page.url


def test_it_is_reached_with_the_keyboard_alone(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit("quarter=1945Q1&draw=1")
    reader.page.keyboard.press("Tab")
    expect(reader.page.get_by_text("Skip to the content")).to_be_focused()
    for _ in range(30):
        reader.page.keyboard.press("Tab")
        if reader.page.evaluate("document.activeElement.innerText").strip() == "Step":
            break
    reader.page.keyboard.press("Enter")
    reader.shows("1945 Q2")
    reader.page.keyboard.press("Enter")
    reader.shows("1945 Q3")


@pytest.mark.parametrize(
    ("width", "height", "dark"), [(1280, 800, False), (390, 844, False), (390, 844, True)]
)
def test_nothing_is_wider_than_the_screen(
    visitor: Arrive, width: int, height: int, dark: bool
) -> None:
    reader = visitor(width, height, dark=dark)
    reader.visit("draw=3&quarter=1961Q2")
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
    map_width = reader.picture("The four countries").bounding_box()
    assert map_width
    assert map_width["width"] > 300
    ground = "rgb(22, 24, 27)" if dark else "rgb(255, 255, 255)"
    expect(reader.page.locator(".lp-page")).to_have_css("background-color", ground)


def test_light_and_dark_are_turned_and_remembered(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit("draw=3&quarter=1961Q2")
    light = reader.drawing("The four countries")
    reader.press("Dark")
    expect(reader.page.get_by_role("button", name="Light", exact=True)).to_be_visible()
    reader.page.wait_for_function(
        "light => document.querySelector('.lp-map svg').innerHTML !== light", arg=light
    )
    reader.page.reload()
    expect(reader.page.get_by_role("button", name="Light", exact=True)).to_be_visible()


def test_the_server_ends_at_once_whoever_is_there(
    start: Any, arriving: Any, browser: Browser, tmp_path: Path
) -> None:
    with (tmp_path / "log").open("w+", encoding="utf-8") as log:
        with start(stderr=log) as running, arriving(browser, running.url) as arrive:
            reader = arrive()
            reader.visit()
            reader.page.get_by_role("link", name="Compare").click()
            expect(reader.page.get_by_role("button", name="Cancel")).to_be_enabled()
            running.process.send_signal(signal.SIGINT)
            running.process.wait(60)  # and not the minutes that a visitor's connection lasts
            reader.errors.clear()
        log.seek(0)
        assert log.read() == ""


def test_a_click_on_a_tie_of_the_map_shows_its_pair(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit("draw=3&quarter=1947Q1&pair=china-ussr")
    pair = "albania-yugoslavia"  # not the one that a link leaves out
    reader.page.locator(f'.lp-map g[data-pair="{pair}"] text').click()
    expect(reader.page.get_by_label("Pair, client first")).to_have_value(pair)
    reader.page.wait_for_function("pair => location.search.includes(pair)", arg=pair)


@pytest.mark.parametrize("width", [390, 1280])
def test_whoever_leads_is_named_in_full_within_a_box_on_the_map(
    visitor: Arrive, width: int
) -> None:
    reader = visitor(width, 844)
    reader.visit("draw=3&quarter=1980Q4")
    for name in ("collective presidency", "Hua Guofeng"):
        expect(reader.page.locator(".lp-map text", has_text=name)).to_be_visible()
    cut = reader.page.eval_on_selector_all(
        ".lp-map svg rect",
        """boxes => boxes.flatMap(box => {
          const [outer, map] = [box, box.ownerSVGElement].map(one => one.getBoundingClientRect());
          const words = [box.nextSibling, box.nextSibling.nextSibling];
          return words.filter(one => { const inner = one.getBoundingClientRect();
            return inner.left < Math.max(outer.left, map.left) - 1
              || inner.right > Math.min(outer.right, map.right) + 1; }).map(one => one.textContent);
        })""",
    )
    assert cut == []
