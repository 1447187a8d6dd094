"""The tab Record: filters, time line, rows that open, links and files, also in a real browser."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from calibration.cli.serve.material import evidence_entries
from calibration.evidence.reading import read_evidence
from calibration.evidence.rows import ROW_CLASSES
from scenarios.draws import read_draws
from scenarios.page.material import Material
from scenarios.page.record.lanes import lanes_of
from scenarios.page.record.rows import amount, card_of, table_row, timeline_mark
from scenarios.page.record.tab import rows_csv
from scenarios.page.record.view import ALL, RecordView
from simulation.drivers import DRIVER_FILES, read_driver
from simulation.parameters import source_keys

Arrive = Callable[..., Any]
LOAN = "china-albania-1961-loan-500m"


@pytest.fixture(scope="module")
def material() -> Material:
    return Material(draws=read_draws(), evidence=evidence_entries(read_evidence()))


def test_every_row_of_evidence_and_drivers_is_there_once_with_a_source(material: Material) -> None:
    evidence = read_evidence()
    drivers = sum(len(read_driver(name)) for name in (*DRIVER_FILES.values(), "leadership"))
    ids = [entry.record["id"] for entry in material.evidence]
    assert len(ids) == len(set(ids)) == len(list(evidence.rows())) + drivers
    assert {entry.record["source"] for entry in material.evidence} <= set(source_keys())
    assert {entry.record.get("role", "") for entry in material.evidence} == {
        "target", "held out", "context", "driver", "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("view", "passes"),
    [
        (
            RecordView(pair="albania-china", kind="aid"),
            lambda r: r["client"] == "albania" and r["file"] == "aid",
        ),
        (RecordView(role="held out"), lambda r: r["role"] == "held out"),
        (RecordView(role="driver"), lambda r: r["file"] == "drivers"),
        (RecordView(kind="currency"), lambda r: "usd_per_unit" in r),
        (
            RecordView(first_year=1961, last_year=1961),
            lambda r: r.get("from", r.get("earliest"))[:4] <= "1961",
        ),
        (RecordView(text="GRAIN canadian"), lambda r: "grain" in str(r.values()).lower()),
    ],
)
def test_filters_keep_what_they_say(
    material: Material, view: RecordView, passes: Callable[[Any], bool]
) -> None:
    shown = view.entries(material)
    assert 0 < len(shown) < len(material.evidence)
    assert all(passes(entry.record) for entry in shown)
    rest = [entry for entry in RecordView(kind=ALL).entries(material) if entry not in shown]
    assert len(rest) + len(shown) == len(material.evidence)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1.0, "yes/no", "yes"),
        (0.0, "yes/no", "no"),
        (-1.0, "more or less", "less"),
        (1.0, "more or less", "more"),
        (0.3, "share", "30%"),
        (500.0, "million old rubles", "500 million old rubles"),
    ],
)
def test_amounts_are_told_as_one_says_them(value: float, unit: str, said: str) -> None:
    assert amount({"value": value, "unit": unit}) == said


def test_rows_are_sorted_by_worth_both_ways(material: Material) -> None:
    rising = RecordView(kind="aid", sort="dollars").entries(material)
    falling = RecordView(kind="aid", sort="dollars", falling=True).entries(material)
    worth = [(entry.record["million_usd"] or {"value": -1})["value"] for entry in rising]
    assert worth == sorted(worth)
    assert (falling[0].record["million_usd"] or {})["value"] == worth[-1]


def test_a_card_tells_what_the_command_tells(material: Material) -> None:
    by_id = {entry.record["id"]: entry for entry in material.evidence}
    told = json.loads(
        subprocess.run(
            [sys.executable, "-m", "calibration.cli.main", "evidence", "show", LOAN, "--json"],
            capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    card = card_of(by_id[LOAN], material)
    facts = dict(card.facts)
    assert facts["Lines"].replace("; ", ";") == told["lines"]
    assert facts["Page"].replace("; ", ";") == told["page"]
    assert facts["Role"].startswith(told["role"])
    beside = {group.title: [name for name, _ in group.rows] for group in card.beside}
    assert beside == {how: names for how, names in told["beside"].items() if names}
    assert "preferred" in next(
        group.note for group in card.beside if group.title == "Conflicting readings"
    )


def test_every_row_has_words_and_a_mark_within_the_years(material: Material) -> None:
    for entry in material.evidence:
        row, mark = table_row(entry), timeline_mark(entry)
        assert row["what"]
        assert row["when"]
        assert 1945 <= mark.first < mark.last <= 1981
        assert mark.at is None or 1945 <= mark.at < 1981
        assert dict(card_of(entry, material).facts)["Role"]


def test_acts_of_support_stand_in_the_table_and_on_the_time_line(material: Material) -> None:
    acts = {row.id: row for row in read_evidence().support}
    shown = RecordView(kind="support").entries(material)
    assert {entry.record["id"] for entry in shown} == set(acts)
    marks = {mark["id"] for mark in lanes_of([timeline_mark(entry) for entry in shown]).marks}
    assert marks == set(acts)
    vote = next(e for e in shown if e.record["id"] == "albania-china-1963-09-seat")
    assert table_row(vote)["kind"] == "Acts of support: resolution, for"
    assert acts[vote.record["id"]].description in table_row(vote)["what"]
    facts = dict(card_of(vote, material).facts)
    assert (facts["Arena"], facts["Cost to who acts, 0 to 1"]) == (
        "united nations",
        "0.5 (0.25–0.75)",
    )


def test_marks_of_a_lane_do_not_hide_one_another(material: Material) -> None:
    for view in (RecordView(), RecordView(kind=ALL), RecordView(kind="cuts")):
        marks = [timeline_mark(entry) for entry in view.entries(material)]
        lanes = lanes_of(marks)
        assert {mark["id"] for mark in lanes.marks} == {mark.id for mark in marks}
        by_row: dict[float, list[tuple[float, float]]] = {}
        for mark in lanes.marks:
            by_row.setdefault(mark["middle"], []).append((mark["first"], mark["end"]))
        for spans in by_row.values():
            spans.sort()
            assert all(one[1] <= other[0] for one, other in pairwise(spans))
        assert max(by_row) < lanes.depth


def test_a_view_survives_its_link_and_a_bad_link_is_answered_in_words(material: Material) -> None:
    view = RecordView(
        pair="albania-china", kind="aid", role="held out", first_year=1960, last_year=1970,
        text="loan, 50 %", sort="dollars", falling=True, page=2, opened=LOAN,
    )  # fmt: skip
    assert RecordView.from_query(view.query(), material) == (view, [])
    bad = "pair=albania-chnia&kind=aids&role=none&from=1970&to=1960&page=0&row=loan&colour=red"
    bad += f"&text={'x' * 99}"
    read, problems = RecordView.from_query(bad, material)
    assert read == RecordView()
    assert {problem.key for problem in problems} == {
        "pair",
        "kind",
        "role",
        "from",
        "page",
        "row",
        "key",
        "text",
    }
    assert "did you mean 'albania-china'" in " ".join(map(str, problems))


def test_opening_a_row_turns_to_its_page_and_lifts_filters_that_hide_it(material: Material) -> None:
    view = RecordView(kind="aid")
    entries = view.entries(material)
    last = entries[-1].record["id"]
    opened = view.with_open(last, material)
    assert (opened.opened, opened.kind, opened.page) == (last, "aid", -(-len(entries) // 20))
    hidden = RecordView(kind="terms").with_open(last, material)
    assert last in [entry.record["id"] for entry in hidden.entries(material)]
    assert opened.changed(text="a").page == 1


def test_other_filters_close_a_row_only_if_they_hide_it(material: Material) -> None:
    opened = RecordView(kind="aid", page=2).with_open(LOAN, material)
    narrower = opened.narrowed(material, text="125 m USD")
    assert (narrower.opened, narrower.page, narrower.kind) == (LOAN, 1, "aid")
    assert opened.narrowed(material, kind="terms") == RecordView(kind="terms")
    assert opened.narrowed(material, **dict(RecordView())).opened == LOAN


def test_rows_as_csv_hold_every_number(material: Material) -> None:
    entries = RecordView(kind="aid").entries(material)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(rows_csv(entries).decode()))}
    assert len(rows) == len(entries)
    record = next(entry.record for entry in entries if entry.record["id"] == LOAN)
    assert float(rows[LOAN]["value"]) == record["value"]
    assert float(rows[LOAN]["million_usd_high"]) == record["million_usd"]["high"]
    assert "china-albania-1961-aid-250m-yuan" in rows[LOAN]["conflicting_readings"]


def open_record(reader: Any, query: str = "") -> None:
    """Open the tab and wait until its table is there."""
    reader.page.goto(f"{reader.url}/record{'?' + query if query else ''}")
    expect(reader.page.get_by_role("heading", name="The record")).to_be_visible()
    expect(reader.page.locator(".lp-table caption")).to_be_visible()


def caption(reader: Any) -> Any:
    return reader.page.locator(".lp-table caption")


def test_filters_rows_and_time_line_in_a_browser(visitor: Arrive) -> None:
    reader = visitor()
    open_record(reader)
    drawing = reader.page.locator(".lp-timeline-box svg")
    expect(drawing).to_be_visible()
    line = reader.page.locator(".lp-timeline-box .lp-chart")
    rows = sum(len(getattr(read_evidence(), kind)) for kind in ROW_CLASSES if kind != "currency")
    expect(line).to_have_attribute("aria-label", re.compile(f"of {rows} rows"))
    reader.page.get_by_label("Kind").select_option("aid")
    reader.page.get_by_label("Pair, client first").select_option("albania-china")
    reader.page.get_by_label("Words", exact=True).fill("125 m USD")
    expect(caption(reader)).to_contain_text(" of ")
    expect(line).not_to_have_attribute("aria-label", re.compile(f"of {rows} rows"))
    row = reader.page.get_by_role("button", name=f"Open {LOAN}")
    expect(row).to_have_attribute("aria-expanded", "false")
    row.focus()
    row.press("Enter")
    card = reader.page.get_by_role("region", name=f"All about {LOAN}")
    for told in ("2727-2728", "93", "target", "Ylber Marku", "Conflicting readings", "preferred"):
        expect(card).to_contain_text(told)
    card.get_by_role("button", name="250 million yuan").click()
    expect(
        reader.page.get_by_role("region", name="All about china-albania-1961-aid-250m-yuan")
    ).to_be_visible()
    reader.press("Show all")
    expect(caption(reader)).to_contain_text(f"{rows} of ")
    expect(line).to_have_attribute("aria-label", re.compile(f"of {rows} rows"))
    line.focus()
    line.press("ArrowRight")
    line.press("ArrowRight")
    expect(line).to_contain_text("dated events", ignore_case=True)
    line.press("Enter")
    expect(reader.page.locator(".lp-card")).to_be_visible()


def test_a_row_opened_while_words_are_on_their_way_stays_open(visitor: Arrive) -> None:
    reader = visitor()
    open_record(reader, "kind=aid&pair=albania-china")
    row = reader.page.get_by_role("button", name=f"Open {LOAN}")
    expect(row).to_be_visible()
    row.evaluate(
        """(row) => {
          const field = document.querySelector("input[type=search]");
          field.value = "125 m USD";
          field.dispatchEvent(new Event("input"));
          row.click();
        }"""
    )
    reader.page.wait_for_function(
        "location.search.includes('text=') && location.search.includes('row=')"
    )
    expect(reader.page.get_by_role("region", name=f"All about {LOAN}")).to_be_visible()


def test_a_mark_opens_its_row_and_the_time_line_names_its_lanes(visitor: Arrive) -> None:
    for width in (1280, 390):
        reader = visitor(width, 844)
        open_record(reader, "kind=aid&pair=albania-china&text=loan")
        line = reader.page.locator(".lp-timeline-box .lp-chart")
        expect(line.locator("text", has_text="Albania – China").first).to_be_visible()
        bars = line.locator('svg path[fill="#0072B2"]')
        bars.nth(3).hover()
        reader.page.mouse.down()
        reader.page.evaluate("window.dispatchEvent(new Event('lp-look'))")  # drawn anew in a click
        reader.page.mouse.up()
        expect(reader.page.locator(".lp-card")).to_be_visible()
        reader.page.wait_for_function("location.search.includes('row=')")


def test_pages_sorting_files_and_the_reopened_link(visitor: Arrive) -> None:
    reader = visitor()
    open_record(reader, "kind=aid")
    first = reader.page.locator(".lp-table tbody tr").first.inner_text()
    reader.press("Next")
    expect(reader.page.get_by_text("Page 2 of")).to_be_visible()
    reader.page.get_by_role("button", name="Million US$").click()
    reader.page.get_by_role("button", name="Million US$").click()
    expect(reader.page.locator("th[aria-sort=descending]")).to_contain_text("Million US$")
    expect(reader.page.locator(".lp-table tbody tr").first).not_to_have_text(first)
    name, content = reader.download(re.compile(r"^Rows \(CSV\)"))
    assert name == "record.csv"
    table = list(csv.DictReader(io.StringIO(content.decode())))
    assert {row["file"] for row in table} == {"aid"}
    name, svg = reader.download("SVG: record")
    assert name == "lilliput-record.svg"
    assert b"kind=aid" in svg
    assert reader.download("PNG: record")[1].startswith(b"\x89PNG")
    reader.page.wait_for_function("location.search.includes('order=falling')")
    again = visitor()
    again.page.goto(reader.page.url)
    expect(again.page.locator("th[aria-sort=descending]")).to_contain_text("Million US$")
    expect(again.page.locator(".lp-table tbody tr").first).to_have_text(
        reader.page.locator(".lp-table tbody tr").first.inner_text(), use_inner_text=True
    )


def test_a_bad_link_and_bad_years_are_refused_in_words(visitor: Arrive) -> None:
    reader = visitor()
    open_record(reader, "pair=albania-chnia&page=x")
    alert = reader.page.get_by_role("alert")
    expect(alert).to_contain_text("did you mean 'albania-china'")
    expect(alert).not_to_contain_text("Traceback")
    reader.press("Close")
    year = reader.page.get_by_label("From year")
    year.fill("1900")
    year.press("Tab")
    expect(
        reader.page.get_by_text("Not taken: a whole number from 1945 to 1980 is needed.")
    ).to_be_visible()
    expect(year).to_have_value("1945")
    reader.page.get_by_label("Words", exact=True).fill("no such words")
    expect(caption(reader)).to_contain_text("0 of")


def test_it_fits_a_phone_in_the_dark_and_every_field_has_a_label(visitor: Arrive) -> None:
    reader = visitor(390, 800, dark=True)
    open_record(reader)
    assert reader.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    unnamed = reader.page.eval_on_selector_all(
        ".lp-main select, .lp-main input",
        "all => all.filter(one => !one.labels || !one.labels.length).length",
    )
    assert unnamed == 0
