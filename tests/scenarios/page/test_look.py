"""Light and dark from the first moment on: no flash of the other."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

Arrive = Callable[..., Any]
DARK, LIGHT = "rgb(22, 24, 27)", "rgb(255, 255, 255)"
#: Takes down, picture by picture of the screen, the ground in its middle.
WATCH = """
window.grounds = [];
const look = () => {
  let part = document.elementFromPoint(innerWidth / 2, innerHeight / 2), ground = "none";
  for (; part && ground === "none"; part = part.parentElement) {
    const colour = getComputedStyle(part).backgroundColor;
    ground = colour === "rgba(0, 0, 0, 0)" ? "none" : colour;
  }
  const settled = /lp-(dark|light)/.test(document.documentElement.className);
  if (ground !== "none") grounds.push([ground, settled]);
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@pytest.mark.parametrize(
    ("system_dark", "chosen", "ground"),
    [(True, "", DARK), (False, "", LIGHT), (False, "dark", DARK), (True, "light", LIGHT)],
)
def test_a_visitor_sees_their_own_ground_from_the_first_moment(
    visitor: Arrive, system_dark: bool, chosen: str, ground: str
) -> None:
    reader = visitor(dark=system_dark)
    reader.page.add_init_script(WATCH)
    if chosen:
        reader.page.add_init_script(
            f"localStorage.setItem(':solara:theme.variant', '\"{chosen}\"')"
        )
    reader.visit()
    expect(reader.page.locator(".lp-page")).to_have_css("background-color", ground)
    reader.page.wait_for_timeout(400)
    seen = reader.page.evaluate("grounds")
    # Until the first script of the page is read, nothing but the system's choice is known.
    assert {colour for colour, settled in seen if settled or not chosen} == {ground}


@pytest.mark.parametrize(("dark", "ground"), [(False, LIGHT), (True, DARK)])
def test_an_address_that_is_not_there_is_answered_in_the_look_of_the_page(
    visitor: Arrive, dark: bool, ground: str
) -> None:
    reader = visitor(dark=dark)
    with reader.page.expect_console_message(lambda told: "404" in told.text):
        answer = reader.page.goto(f"{reader.url}/nowhere")
    assert answer.status == 404
    expect(reader.page.get_by_role("heading", name="There is no such page")).to_be_visible()
    expect(reader.page.locator(".lp-page")).to_have_css("background-color", ground)
    assert len(reader.errors) == 1  # the browser complains of the answer, and of nothing else
    reader.errors.clear()
    reader.page.get_by_role("link", name="Record").click()
    expect(reader.page.get_by_role("heading", name="The record")).to_be_visible()
