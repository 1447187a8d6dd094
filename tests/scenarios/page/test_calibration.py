"""The tab Calibration: parameters, published reports, links and files; in words first, then in a real browser."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from calibration.cli.serve_material import prior_values
from calibration.errors import CalibrationError
from calibration.evidence.lines import sources
from calibration.reports import form as check_report
from calibration.reports import published as published_reports
from calibration.reports.form import CheckReport, write_report
from scenarios.draws import Draws, read_draws
from scenarios.page.calibration.tab import (
    CalibrationView,
    missing_words,
    parameters_csv,
    parameters_shown,
    ranged,
    read_calibration_view,
)
from scenarios.page.calibration.words import (
    STALE,
    accounts_in,
    finding,
    in_order,
    origin,
    shares_in,
    standings_in,
    tables_of,
    verdict,
)
from scenarios.page.explore.settings import GROUPS
from scenarios.page.material import Material
from simulation.parameters import parameter_table

Arrive = Callable[..., Any]
PREDICTIVE = {
    "check": "predictive",
    "title": "Posterior predictive check",
    "reached": False,
    "finding": "1 of 2 patterns come out; **not** `4b`.",
    "origin": {"date": "2026-11-22", "seed": 1, "draws": {"id": "some-draws"}},
    "values": {
        "breaks": {
            "albania-ussr": {
                "documented": "1961-12", "q05": "1959-08", "median": "1961-05", "q95": None,
                "share_by_1980": 0.91, "inside_90": True,
            }
        },
        "patterns": {
            "1": {"says": "all five break", "share": 0.8, "low": 0.77, "high": 0.82, "passed": True},
            "4b": {
                "says": "a quarrel first", "share": 0.3, "low": 0.2, "high": 0.4, "passed": False, "factual_share": 0.1,
            },
        },
    },
}  # fmt: skip
NULLS = {
    "check": "nulls",
    "title": "The rules beside simpler accounts",
    "reached": True,
    "finding": "Better than the best null.",
    "origin": {},
    "values": {
        "rules": {"log_evidence": -50.0, "error": 0.5, "parameters": 100},
        "constant": {"log_evidence": -61.5, "error": None, "parameters": 6},
    },
}


@pytest.fixture(scope="module")
def material() -> Material:
    return Material(draws=read_draws(), sources=sources(), prior=prior_values())


def test_priors_are_those_of_the_table() -> None:
    values = prior_values()
    assert set(values) == set(parameter_table())
    for name, parameter in parameter_table().items():
        assert (np.diff(values[name]) >= 0).all()
        assert parameter.low <= values[name].min() <= values[name].max() <= parameter.high
    scale = next(
        p for p in parameter_table().values() if p.family == "lognormal" and p.low < p.default / 5
    )
    assert np.median(values[scale.name]) == pytest.approx(scale.default, rel=0.1)


def test_filters_find_parameters_by_rule_and_by_words(material: Material) -> None:
    assert len(parameters_shown(CalibrationView(), material)) == len(parameter_table())
    for group in GROUPS:
        shown = parameters_shown(CalibrationView(group=group), material)
        assert shown
        assert all(parameter.rule.startswith(f"{group}.") for parameter in shown)
    some = next(iter(parameter_table().values()))
    found = parameters_shown(CalibrationView(text=f"{some.name.upper()} {some.unit}"), material)
    assert some in found


def test_every_parameter_belongs_to_a_group_that_can_be_chosen(material: Material) -> None:
    grouped = [
        p.name for group in GROUPS for p in parameters_shown(CalibrationView(group=group), material)
    ]
    assert sorted(grouped) == sorted(parameter_table())


def test_parameters_as_csv_hold_the_quantiles(material: Material) -> None:
    rows = {
        row["parameter"]: row
        for row in csv.DictReader(io.StringIO(parameters_csv(material).decode()))
    }
    assert set(rows) == set(parameter_table())
    for name in list(rows)[:5]:
        assert float(rows[name]["posterior_median"]) == np.median(material.draws.frame[name])
        assert float(rows[name]["prior_q95"]) == np.quantile(material.prior[name], 0.95)
    assert ranged(np.array([1.0, 2.0, 3.0])) == "2 (1.1 to 2.9)"


def test_a_view_survives_its_link_and_a_bad_link_is_answered_in_words() -> None:
    view = CalibrationView("strain", "dear friend", 2)
    assert read_calibration_view(view.query) == (view, [])
    read, problems = read_calibration_view(f"rules=strains&page=0&text={'x' * 81}&draw=1")
    assert read == CalibrationView()
    assert {problem.key for problem in problems} == {"rules", "page", "text", "key"}


def test_reports_are_told_in_words_tables_and_pictures() -> None:
    assert verdict(PREDICTIVE) == "Goal not reached."
    assert finding(PREDICTIVE) == "1 of 2 patterns come out; not 4b."
    dates, patterns = tables_of(PREDICTIVE)
    assert dates.rows[0]["range"] == "1959-08 to never"
    assert [row["passed"] for row in patterns.rows] == ["yes", "no"]
    assert patterns.rows[1]["share"] == "30 % (20–40)"
    assert [(row.name, row.factual) for row in shares_in(PREDICTIVE)] == [("1", None), ("4b", 0.1)]
    (evidence,) = tables_of(NULLS)
    assert [row["less"] for row in evidence.rows] == ["", "+11.50"]
    assert accounts_in(NULLS)[1].error is None
    assert in_order({"zeta": {}, "nulls": {}, "predictive": {}}) == ["predictive", "nulls", "zeta"]


def test_a_report_of_other_draws_says_so(material: Material) -> None:
    assert STALE in origin(PREDICTIVE, material.draws)
    own = Draws(material.draws.frame, "some-draws", "provisional")
    assert origin(PREDICTIVE, own) == "Made 2026-11-22, seed 1, draws some-draws."


@pytest.mark.parametrize(
    "values", [{}, {"patterns": []}, {"breaks": {"a": {}}, "patterns": {}}, None]
)
def test_a_report_whose_values_are_strange_is_shown_by_its_finding(values: object) -> None:
    strange = {**PREDICTIVE, "values": values}
    assert tables_of(strange) == ()
    assert shares_in(strange) == ()
    assert standings_in({"identified": {"values": values}}) == {}


def test_what_is_not_published_is_said() -> None:
    assert "No check of these draws has been published" in missing_words({})[0]
    assert missing_words({"predictive": PREDICTIVE}) == [
        "The scores of the null models have not been published yet."
    ]
    assert missing_words({"predictive": PREDICTIVE, "nulls": NULLS}) == []


def test_published_reports_travel_with_the_package_and_others_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs, package = tmp_path / "docs", tmp_path / "package" / "reports"
    monkeypatch.setattr(published_reports, "DOCUMENTED", docs)
    monkeypatch.setattr(check_report, "PUBLISHED", package)
    origin_told = {"date": "2026-11-22", "seed": 1, "settings": {}, "rules": "r", "parameter_table": "t",
                   "commit": None, "versions": {}}  # fmt: skip
    report = CheckReport(
        "nulls", "Nulls", "Found.", True, origin_told, values={"rules": {"log_evidence": -1.0}}
    )
    write_report(report, tmp_path / "elsewhere")
    assert not package.exists()
    write_report(report, docs)
    assert json.loads((package / "nulls.json").read_text()) == json.loads(
        (docs / "nulls.json").read_text()
    )
    assert published_reports.published_reports(package)["nulls"]["finding"] == "Found."
    (package / "broken.json").write_text("{")
    (package / "other.json").write_text("[]")
    with pytest.raises(CalibrationError) as caught:
        published_reports.published_reports(package)
    assert len(caught.value.problems) == 2


def test_the_published_reports_of_this_package_can_be_read() -> None:
    for name, report in published_reports.published_reports().items():
        assert name == report["check"]
        assert finding(report)


def open_calibration(reader: Any, query: str = "") -> None:
    """Open the tab and wait until parameters are shown."""
    reader.page.goto(f"{reader.url}/calibration{'?' + query if query else ''}")
    expect(reader.page.get_by_role("heading", name="Calibration", level=1)).to_be_visible()
    expect(reader.page.locator(".lp-parameter img").first).to_be_visible()


def test_parameters_pages_search_link_and_files(visitor: Arrive, material: Material) -> None:
    reader = visitor()
    open_calibration(reader)
    cards = reader.page.locator(".lp-parameter")
    expect(cards).to_have_count(12)
    sizes = reader.page.eval_on_selector_all(
        ".lp-parameter img", "all => all.map(one => [one.naturalWidth, one.clientWidth])"
    )
    assert all(min(size) > 150 for size in sizes)
    first = cards.first.inner_text()
    reader.press("Next")
    expect(reader.page.get_by_text("Page 2 of")).to_be_visible()
    expect(cards.first).not_to_have_text(first)
    reader.page.get_by_label("Part of the rules").select_option("strain")
    wanted = parameters_shown(CalibrationView(group="strain"), material)
    expect(
        reader.page.get_by_text(f"{len(wanted)} of {len(parameter_table())} parameters")
    ).to_be_visible()
    one = wanted[0]
    reader.page.get_by_label("Words", exact=True).fill(one.name)
    expect(cards.first).to_have_attribute("aria-label", one.name)
    for told in (one.name, one.unit, one.rule, ranged(material.draws.frame[one.name])):
        expect(cards.first).to_contain_text(told)
    name, content = reader.download(re.compile(r"^Parameters \(CSV\)"))
    assert name == "parameters.csv"
    assert content == parameters_csv(
        Material(
            material.draws, prior=material.prior, reports=published_reports.published_reports()
        )
    )
    assert reader.download(f"SVG: {one.name}.svg")[1].startswith(b"<?xml")
    reader.page.wait_for_function("location.search.includes('rules=strain')")
    again = visitor(390, 800, dark=True)
    again.page.goto(reader.page.url)
    expect(again.page.locator(".lp-parameter").first).to_have_attribute("aria-label", one.name)
    assert again.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_checks_are_shown_or_said_to_be_missing_and_bad_links_are_refused(visitor: Arrive) -> None:
    reader = visitor()
    open_calibration(reader, "rules=strians&page=x")
    expect(reader.page.get_by_role("alert").first).to_contain_text("did you mean 'strain'")
    checks = reader.page.get_by_role("region", name="Checks")
    reports = published_reports.published_reports()
    for missing in missing_words(reports):
        expect(checks).to_contain_text(missing)
    for report in reports.values():
        expect(checks).to_contain_text(str(report["title"]))
