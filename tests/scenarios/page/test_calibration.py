"""The tab Calibration: parameters, published reports, links and files; then in a real browser."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from calibration.cli.serve.material import (
    Standings,
    check_report,
    entries_of,
    prior_values,
    report_table,
)
from calibration.errors import CalibrationError
from calibration.reports.report import Report, Table, published_reports
from scenarios.draws import Draws
from scenarios.page.calibration.charts import check_charts, posterior_chart
from scenarios.page.calibration.checks import STALE, in_order, missing_words, origin
from scenarios.page.calibration.tab import (
    CalibrationView,
    parameters_csv,
    parameters_shown,
    ranged,
)
from scenarios.page.explore.settings import GROUPS
from scenarios.page.material import Material, ReportTable
from scenarios.page.parts.terms import plain_text
from simulation.parameters import parameter_table

Arrive = Callable[..., Any]
ORIGIN = {
    "date": "2026-11-22",
    "seed": 1,
    "settings": {},
    "rules": "r",
    "parameter_table": "t",
    "versions": {},
}
PATTERNS = {
    "1": {"says": "all five break", "share": 0.8, "low": 0.77, "high": 0.82, "passed": True},
    "4b": {"share": 0.3, "low": 0.2, "high": 0.4, "passed": False, "factual_share": 0.1},
}
PREDICTIVE = Report(
    check="predictive",
    title="Posterior predictive check",
    reached=False,
    finding="1 of 2 patterns come out; **not** `4b`.",
    origin=ORIGIN | {"draws": {"id": "some-draws"}},
    parts=[
        "How it is *made*.",
        Table(title="Folded away", columns=["pair", "median"], rows=[["albania-ussr", None]]),
        Table(
            title="Every pattern",
            columns=["no.", "share", "passed", "range"],
            rows=[["1", 0.8, True, "0.77 to 0.82"], ["4b", 0.3, False, "never"]],
        ),
    ],
    values={"patterns": PATTERNS},
)
NULLS = Report(
    check="nulls",
    title="The rules beside simpler accounts",
    reached=True,
    finding="Better than the best null.",
    origin=ORIGIN,
    values={
        "rules": {"log_evidence": -50.0, "error": 0.5, "parameters": 100},
        "constant": {"log_evidence": -61.5, "error": None, "parameters": 6},
    },
)


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
    assert ranged(np.array([-1.0, -1e-16, 1.0])) == "0 (-0.9 to 0.9)"


def test_a_parameter_is_drawn_as_its_draws_are(material: Material) -> None:
    parameter = next(iter(parameter_table().values()))
    draws = material.draws.frame[parameter.name].to_numpy()
    chart = posterior_chart(parameter, material.prior[parameter.name], draws)
    shown, prior = chart.lines
    assert sum(shown.values[:-1]) * shown.step == pytest.approx(1, abs=1e-3)
    assert sum(prior.values[:-1]) * prior.step == pytest.approx(1, abs=1e-3)
    assert (chart.spans[0].first, chart.spans[0].last) == tuple(np.quantile(draws, (0.05, 0.95)))
    same = posterior_chart(parameter, np.ones(9), np.ones(9))
    assert same.first < 1 < same.last


def test_a_view_survives_its_link_and_a_bad_link_is_answered_in_words() -> None:
    view = CalibrationView(group="strain", text="dear friend", page=2)
    assert CalibrationView.from_query(view.query()) == (view, [])
    read, problems = CalibrationView.from_query(f"rules=strains&page=0&text={'x' * 81}&draw=1")
    assert read == CalibrationView()
    assert {problem.key for problem in problems} == {"rules", "page", "text", "key"}


def test_a_report_is_shown_with_its_tables_pictures_and_method() -> None:
    shown = check_report(PREDICTIVE)
    assert plain_text(shown.finding) == "1 of 2 patterns come out; not 4b."
    (patterns,) = shown.tables
    assert [column.title for column in patterns.columns] == ["No.", "Share", "Passed", "Range"]
    assert [row["2"] for row in patterns.rows] == ["yes", "no"]
    how, table = shown.appendix
    assert how == "How it is *made*."
    assert isinstance(table, ReportTable)
    assert table.rows == ({"id": "0", "0": "albania-ussr", "1": "–"},)
    assert shown.shares["1"].factual_share is None
    assert shown.shares["4b"].factual_share == 0.1
    nulls = check_report(NULLS)
    assert nulls.accounts["constant"].error is None
    assert [len(list(check_charts(each))) for each in (shown, nulls)] == [1, 1]
    assert json.loads(shown.content) == PREDICTIVE.model_dump(mode="json")
    reports = {"zeta": nulls, "nulls": nulls, "predictive": shown}
    assert in_order(reports) == ["predictive", "nulls", "zeta"]


def test_numbers_stand_to_the_right_also_with_errors_but_dates_do_not() -> None:
    row = ["albania-ussr", 0.5, "+1.16 ± 0.31", "99.7% (99.5%–99.8%)", "1949-02", "0 to 6", None]
    table = report_table(Table(title="t", columns=list("abcdefg"), rows=[row]))
    numeric = [column.numeric for column in table.columns]
    assert numeric == [False, True, True, True, False, False, True]


def test_a_report_of_other_draws_says_so(material: Material) -> None:
    shown = check_report(PREDICTIVE)
    assert STALE in origin(shown, material.draws)
    own = Draws(material.draws.frame, "some-draws", "provisional")
    assert origin(shown, own) == "Made 2026-11-22, seed 1, draws some-draws."
    assert origin(check_report(NULLS), own) == "Made 2026-11-22, seed 1."


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ({}, ["values.patterns"]),
        ({"patterns": []}, ["values.patterns"]),
        (
            {"patterns": {"1": PATTERNS["1"] | {"share": "x"}, "2": {}}},
            ["values.patterns.1.share", *(f"values.patterns.2.{key}" for key in PATTERNS["4b"])][
                :5
            ],
        ),
    ],
)
def test_values_that_cannot_be_drawn_are_named(values: dict[str, Any], places: list[str]) -> None:
    with pytest.raises(CalibrationError) as refused:
        check_report(PREDICTIVE.model_copy(update={"values": values}))
    assert [problem.key for problem in refused.value.problems] == places
    assert {problem.where for problem in refused.value.problems} == {"predictive.json"}
    with pytest.raises(CalibrationError, match=r"values\.parameters"):
        entries_of(Standings, NULLS, "parameters")


def test_what_is_not_published_is_said() -> None:
    predictive, nulls = check_report(PREDICTIVE), check_report(NULLS)
    assert "No check of these draws has been published" in missing_words({})[0]
    assert missing_words({"predictive": predictive}) == [
        "The scores of the null models have not been published yet."
    ]
    assert missing_words({"predictive": predictive, "nulls": nulls}) == []


def test_every_table_of_every_published_report_is_shown(material: Material) -> None:
    for name, report in published_reports().items():
        shown = material.reports[name]
        tables = [
            *shown.tables,
            *(part for part in shown.appendix if isinstance(part, ReportTable)),
        ]
        wanted = {part.title for part in report.parts if isinstance(part, Table)}
        assert {table.title for table in tables} - {"Goals"} == wanted
    assert set(material.standings) == set(parameter_table())


def open_calibration(reader: Any, query: str = "") -> None:
    """Open the tab and wait until parameters are shown."""
    reader.page.goto(f"{reader.url}/calibration{'?' + query if query else ''}")
    expect(reader.page.get_by_role("heading", name="Calibration", level=1)).to_be_visible()
    expect(reader.page.locator(".lp-parameter .lp-chart svg").first).to_be_visible()


def test_parameters_pages_search_link_and_files(visitor: Arrive, material: Material) -> None:
    reader = visitor()
    open_calibration(reader)
    cards = reader.page.locator(".lp-parameter")
    expect(cards).to_have_count(12)
    sizes = reader.page.eval_on_selector_all(
        ".lp-parameter .lp-chart svg", "all => all.map(one => [one.clientHeight, one.clientWidth])"
    )
    assert len(sizes) == 12
    assert all(min(size) > 120 for size in sizes)
    first = cards.first.inner_text()
    reader.press("Next")
    expect(reader.page.get_by_text("Page 2 of")).to_be_visible()
    expect(cards.first).not_to_have_text(first)
    reader.page.get_by_label("Part of the rules").select_option("strain")
    wanted = parameters_shown(CalibrationView(group="strain"), material)
    expect(
        reader.page.get_by_text(f"{len(wanted)} of {len(parameter_table())} parameters", exact=True)
    ).to_be_visible()
    one = wanted[0]
    reader.page.get_by_label("Words", exact=True).fill(one.name)
    expect(cards.first).to_have_attribute("aria-label", one.name)
    for told in (one.name, one.unit, one.rule, ranged(material.draws.frame[one.name])):
        expect(cards.first).to_contain_text(told)
    name, content = reader.download(re.compile(r"^Parameters \(CSV\)"))
    assert name == "parameters.csv"
    assert content == parameters_csv(material)
    assert b"draws: " in reader.download(f"SVG: {one.name}")[1]
    reader.page.wait_for_function("location.search.includes('rules=strain')")
    again = visitor(390, 800, dark=True)
    again.page.goto(reader.page.url)
    expect(again.page.locator(".lp-parameter").first).to_have_attribute("aria-label", one.name)
    assert again.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_checks_are_shown_and_bad_links_are_refused(visitor: Arrive, material: Material) -> None:
    reader = visitor()
    open_calibration(reader, "rules=strians&page=x")
    expect(reader.page.get_by_role("alert").first).to_contain_text("did you mean 'strain'")
    checks = reader.page.get_by_role("region", name="Checks")
    for missing in missing_words(material.reports):
        expect(checks).to_contain_text(missing)
    for report in material.reports.values():
        expect(checks).to_contain_text(report.title)
    check = reader.page.get_by_role("article", name=material.reports["ranks"].title)
    table = check.get_by_role("table", name="Every quantity, the least even first")
    expect(table).to_be_hidden()
    check.get_by_text("How the check is made").click()
    expect(table).to_be_visible()
