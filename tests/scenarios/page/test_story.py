"""The tab Story: rows of the record that exist, keys, a bet and its answer, in a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from scenarios.files import catalogue
from scenarios.outcomes import PAIR_NAMES
from scenarios.page.material import Material
from scenarios.page.story.tab import StoryView, cards_of, story

Arrive = Callable[..., Any]


def test_every_row_that_the_story_shows_stands_in_the_evidence_in_order(
    material: Material,
) -> None:
    shown = cards_of(material)
    for card, told in zip(story().cards, shown, strict=True):
        assert [row["id"] for row in told["rows"]] == list(card.rows)
        assert all(re.search(r"lines \d+", row["cited"]) for row in told["rows"])
        dates = [row["words"][:4] for row in told["rows"]]
        assert dates == sorted(dates)
    assert catalogue()[story().question].change
    assert story().pair in PAIR_NAMES


@pytest.mark.parametrize("query", ["card=0", "card=7", "bet=101", "bet=x", "card=1&card=2"])
def test_a_bad_link_is_refused_in_words(query: str) -> None:
    assert StoryView.from_query(query)[1]


def test_a_story_is_read_by_keys_and_ends_with_a_bet_and_its_answer(visitor: Arrive) -> None:
    reader = visitor()
    reader.page.set_default_timeout(180_000)
    reader.page.goto(reader.url)
    reader.page.get_by_role("link", name="Begin with a story").click()
    first, *_, last = story().cards
    expect(reader.page.get_by_role("heading", name=first.heading)).to_be_visible()
    for _ in story().cards[1:]:
        reader.page.keyboard.press("ArrowRight")
    expect(reader.page.get_by_role("heading", name=last.heading)).to_be_visible()
    reader.press("Next")
    reader.page.wait_for_function("location.search.includes('card=6')")
    reader.page.get_by_label("Your bet").fill("70")
    reader.press("Show the answer")
    answer = reader.page.get_by_role("status").locator(".lp-sentence")
    expect(answer).to_contain_text("You said 70 of 100; under the rules", timeout=180_000)
    expect(reader.page.get_by_role("link", name="All of the comparison")).to_have_attribute(
        "href", re.compile("^/compare")
    )
    reader.page.reload()
    expect(answer).to_contain_text("You said 70 of 100", timeout=180_000)
