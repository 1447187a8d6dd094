"""A row of the record disputed: overlays, what moves, weights; then all of it in a real browser."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from calibration.cli.serve import dispute as serve_dispute
from calibration.cli.serve.dispute import disputed, overlay_of
from calibration.errors import CalibrationError
from scenarios.outcomes import NEVER
from scenarios.page.explore.crowd import Crowd
from scenarios.page.material import Material
from scenarios.page.record.dispute import breaks_of, cells_of, readings_of
from simulation.dates import date_of

Arrive = Callable[..., Any]
LOAN = "ussr-albania-1959-loan-300m"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few draws, once each."""
    monkeypatch.setattr(serve_dispute, "DRAWS", 12)
    monkeypatch.setattr(serve_dispute, "COPIES", 1)


def test_an_overlay_changes_the_cells_named_and_no_other() -> None:
    file, same = overlay_of(LOAN, {})
    _, changed = overlay_of(LOAN, {"value": "280"})
    assert file == "aid.csv"
    assert changed == same.replace(",300,", ",280,")


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("ussr-albania-1959-loan", {"value": "1"}, LOAN),
        (LOAN, {"patron": "china"}, "column"),
        (LOAN, {"value": "much"}, "much"),
        (LOAN, {"value": "5000"}, "high = 330"),
    ],
)
def test_what_cannot_be_is_refused_in_words(name: str, change: dict[str, str], words: str) -> None:
    with pytest.raises(CalibrationError, match="this reading cannot be used") as refused:
        disputed(name, change)
    assert words in str(refused.value)


def test_a_reading_that_says_the_same_moves_nothing(material: Material) -> None:
    entry = next(each for each in material.evidence if each.id == LOAN)
    found = disputed(LOAN, cells_of(entry))
    assert found.moved == found.weights == ()


@pytest.mark.usefixtures("few")
def test_another_reading_moves_its_observation_and_weighs_the_draws() -> None:
    found = disputed(LOAN, {"value": "150", "low": "130", "high": "170"})
    assert found.moved
    assert all(each.before != each.after for each in found.moved)
    assert len(found.weights) == 12
    assert sum(found.weights) == pytest.approx(1)
    assert 1 <= found.effective <= 12


def test_only_rows_that_the_rules_are_fitted_to_are_disputed(material: Material) -> None:
    roles = {each.record.get("role") for each in material.evidence if cells_of(each)}
    assert roles == {"target"}
    rival = [each for each in material.evidence if readings_of(each, material)]
    assert rival
    for entry in rival:
        for cells in readings_of(entry, material).values():
            assert set(cells) <= set(cells_of(entry))


def test_breaks_are_those_of_the_weighted_histories() -> None:
    quarters = np.array([10, 20, NEVER, 40])
    crowd = Crowd({"albania-ussr": quarters}, np.zeros(4), {})
    for weights, after in (
        ([0, 1, 0, 0], date_of(20)),
        ([0.2, 0.1, 0.6, 0.1], "not by 1980"),
        ([0.6, 0.2, 0.2], date_of(10)),
    ):
        (row,) = breaks_of(crowd, np.array(weights, dtype=float))
        assert row["after"] == after


def test_a_visitor_reads_a_row_otherwise_and_sees_what_follows(visitor: Arrive) -> None:
    reader = visitor()
    reader.page.set_default_timeout(300_000)
    reader.page.goto(f"{reader.url}/record?row={LOAN}")
    own = reader.page.get_by_role("region", name="Dispute this row")
    follows = own.get_by_role("button", name="See what follows")
    expect(follows).to_be_disabled()
    own.get_by_label("Value").fill("5000")
    follows.click()
    expect(own.get_by_role("alert")).to_contain_text("high = 330", timeout=300_000)
    own.get_by_label("Value").fill("280")
    expect(follows).to_be_enabled()
    follows.click()
    expect(own.get_by_text("equally weighted ones are left")).to_be_visible(timeout=300_000)
    expect(own.get_by_role("table")).to_have_count(2)
    name, content = reader.download("Overlay (CSV)")
    assert name == "aid.csv"
    assert b",280," in content


def test_of_two_fields_filled_in_at_once_both_are_taken(visitor: Arrive) -> None:
    reader = visitor()
    reader.page.goto(f"{reader.url}/record?row={LOAN}")
    own = reader.page.get_by_role("region", name="Dispute this row")
    expect(own.get_by_label("Low")).to_be_visible()
    reader.page.evaluate(
        """() => Object.entries({ value: "280", low: "260" }).forEach(([name, text]) => {
          const field = document.getElementById("field-dispute-" + name);
          field.focus();
          field.value = text;
          field.dispatchEvent(new Event("input"));
        })"""
    )
    reader.page.wait_for_timeout(1_000)  # more than the page waits for another letter
    expect(own.get_by_label("Value")).to_have_value("280")
    expect(own.get_by_label("Low")).to_have_value("260")
