"""The page for a sceptical referee: goals, marks of reports that do not belong, folded tables, and a real browser."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from calibration.cli.calibrate import calibrate_app
from calibration.dossier.evidence import held_out_table, record_table, targets_not_compared
from calibration.dossier.goals import GOALS, MISSED, REACHED, TELLS, UNCHECKED, UNMADE, judged_goals
from calibration.dossier.page import Material, in_text, referee_page
from calibration.dossier.reports import (
    Shown,
    TitledTable,
    fitted_of,
    parts_of,
    read_reports,
    table_of,
)
from calibration.dossier.sections import SECTIONS
from calibration.errors import CalibrationError
from calibration.evidence.reading import read_evidence
from calibration.likelihood.observations import fitted_record
from calibration.origin import origin_of, rules_hash
from calibration.prior import draw_coordinates, parameters_at
from calibration.reports.form import CheckReport, ReportFigure, ReportTable, write_report
from calibration.reports.published import DOCUMENTED
from scenarios.draws import write_draws

BREAKS = {
    "albania-ussr": {"inside_90": True, "median_within_two_years": True},
    "china-ussr": {"inside_90": True, "median_within_two_years": False},
}
VALUES = {
    "agreement": {
        "rhat": {"x": 1.002},
        "effective": {"x": 1500},
        "distance": {"x": 1.5},
        "log_evidence": [-50.0, -50.5, -49.5],
    },
    "noise": {"copies": 8, "filtered": {"8": [1.0, 1.2, 1.4]}},
    "ranks": {"fits": 500, "outside_band": ["x"], "uniformity": {"x": 0.5, "y": 0.2}},
    "recovery": {"covered": {"0.5": 0.5, "0.9": 0.88}},
    "prior": {"leaks": []},
    "predictive": {"breaks": BREAKS, "patterns": {"1a": {"passed": True}}},
    "leave-one-out": {
        "best_null": "drivers",
        "gain_per_event": {"mean": -0.31, "error": 0.2, "events": 14},
        "observations": {
            "a": {"pareto_k": None, "refitted": False},
            "b": {"pareto_k": 0.9, "refitted": True},
            "c": {"pareto_k": 0.2, "refitted": False},
        },
    },
    "nulls": {
        "rules": {"log_evidence": -50.0, "error": 0.3},
        "drivers": {"log_evidence": -62.0, "error": 0.4},
        "constant": {"log_evidence": -64.0, "error": 0.1},
    },
    "ablation": {
        "mechanisms": {
            "fear": {"evidence": 3.0, "error": 1.0},
            "pride": {"evidence": -4.0, "error": 1.0},
        }
    },
    "identified": {
        "classes": {"informed": ["x"], "weak": [], "not identified": ["lost_one", "lost_two"]}
    },
    "sensitivity": {"no_effect": ["y"]},
    "influence": {"observations": {"a": {"reliable": False}, "b": {"reliable": True}}},
}
#: What each check says of its goal; those that are not named say that it is missed.
REACHED_BY = {
    **dict.fromkeys(("ablation", "identified", "sensitivity", "influence")),
    **dict.fromkeys(("agreement", "noise", "recovery", "prior", "nulls"), True),
}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    path = tmp_path_factory.mktemp("draws") / "published.parquet"
    frame = pd.DataFrame(dict(parameters_at(draw_coordinates(30, 3) * 0.3)))
    told = {
        "kind": "published",
        "rules": rules_hash(),
        "log_evidences": [-50.0, -50.5, -49.5],
        "seeds": [1, 2, 3],
    }
    return fitted_of(write_draws(frame, told, path))


def check_report(name, fitted):
    figure = Figure(figsize=(3, 2))
    figure.subplots().plot([0, 1], [0, -1])
    return CheckReport(
        name,
        f"The check {name}",
        f"**Told of {name}**: a < b, -3 of `it`.",
        REACHED_BY.get(name, False),
        origin_of(seed=1, draws=None if name == "agreement" else fitted.draws, records=50),
        (
            "How it is made, *plainly*.",
            ReportTable(
                "The fits",
                ("what", "number", "when"),
                [("a | b", -1.5, "1949-02"), ("<i>", 2.0, "x")],
            ),
            ReportFigure("picture", "A line that falls", figure),
            ReportTable("Folded away", ("what",), [("deep inside",)]),
        ),
        VALUES[name],
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory, fitted):
    """Reports of every check, as the checks write them."""
    place = tmp_path_factory.mktemp("reports")
    for name in VALUES:
        write_report(check_report(name, fitted), place)
    return place


@pytest.fixture(scope="module")
def evidence():
    return read_evidence()


def page_of(fitted, reports, evidence):
    return referee_page(Material(fitted, reports, evidence, fitted_record(evidence)))


def verdicts(reports, fitted):
    return {goal.says: goal for goal in judged_goals(reports, fitted)}


def test_every_part_of_a_report_is_read_back(folder):
    report = read_reports(folder)["noise"]
    how, first, picture, second = report.parts
    assert how == "How it is made, *plainly*."
    assert isinstance(first, TitledTable)
    assert (first.title, second.title) == ("The fits", "Folded away")
    assert first.table.heads == ("what", "number", "when")
    assert first.table.rows == [["a | b", "-1.5", "1949-02"], ["<i>", "2", "x"]]
    assert first.table.words == (0, 2)
    assert isinstance(picture, Shown)
    assert (picture.caption, picture.path.name) == ("A line that falls", "noise-picture.svg")
    assert report.finding.startswith("**Told of noise**")


def test_the_committed_reports_can_all_be_read(evidence):
    reports = read_reports(DOCUMENTED)
    assert set(reports) == {path.stem for path in DOCUMENTED.glob("*.json")}
    for report in reports.values():
        pictures = [part for part in report.parts if isinstance(part, Shown)]
        drawn = {path.name for path in (DOCUMENTED / "figures").glob(f"{report.name}-*.svg")}
        assert {part.path.name for part in pictures} == drawn
        assert any(isinstance(part, TitledTable) and part.title for part in report.parts)


def test_every_table_of_a_section_is_one_that_its_check_writes(evidence):
    reports = read_reports(DOCUMENTED)
    for section in SECTIONS:
        for name, opened in section.checks.items():
            titles = (
                [part.title for part in reports[name].parts if isinstance(part, TitledTable)]
                if name in reports
                else []
            )
            for start in opened if titles else ():
                assert any(title.startswith(start) for title in titles), (name, start)


def test_goals_are_told_as_measured(folder, fitted):
    told = verdicts(read_reports(folder), fitted)
    assert len(told) == len(GOALS) + 1
    found = {goal.measured: goal.verdict for goal in told.values()}
    assert found["30 published draws"] == MISSED  # too few
    assert (
        found[
            "3 fits; R-hat at most 1.002; least effective size 1,500; means at most 1.5 errors apart"
        ]
        == REACHED
    )
    assert found["median variance 1.20"] == REACHED
    assert found["500 records; 1 of 2 quantities leave their band"] == MISSED
    assert found["50 records; 90 % intervals cover 88.0%"] == REACHED
    assert found["2 of 2"] == REACHED
    assert found["1 of 2; not china-ussr"] == MISSED
    assert found["-0.31 ± 0.20 over drivers, 14 events; weights fail for 1"] == MISSED
    assert found["+12.0 ± 0.5 over drivers"] == REACHED
    assert found["of 2 mechanisms 1 earn their place, 1 stand in the way"] == TELLS
    assert found["2 observations taken out in turn; weights fail for 1"] == TELLS
    assert not any(goal.stale for goal in told.values())


def test_two_fits_that_agree_are_not_three(folder, fitted):
    reports = read_reports(folder)
    values = VALUES["agreement"] | {"log_evidence": [-50.0, -50.5]}
    reports["agreement"] = replace(reports["agreement"], values=values)
    goal = next(
        goal for goal in judged_goals(reports, fitted) if goal.measured.startswith("2 fits")
    )
    assert goal.verdict == MISSED
    assert goal.stale == ("about other fits than those that were pooled into these draws",)


def test_a_check_without_report_is_not_yet_checked(fitted, evidence):
    told = judged_goals({}, fitted)
    assert {goal.verdict for goal in told[1:]} == {UNCHECKED, UNMADE}
    page = page_of(fitted, {}, evidence)
    for name in VALUES:
        wanted = "agree FILE FILE FILE" if name == "agreement" else f"check {name}"
        assert f"Not yet made: run <code>lilliput calibrate {wanted}</code>" in page


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("draws", "made with other draws (other-1)"),
        ("rules", "made with other rules"),
        ("parameter_table", "made with another parameter table"),
    ],
)
def test_a_report_on_other_draws_is_marked(folder, fitted, evidence, tmp_path, key, told):
    place = tmp_path / "reports"
    shutil.copytree(folder, place)
    path = place / "nulls.json"
    held = json.loads(path.read_text("utf-8"))
    held["origin"][key] = {"id": "other-1"} if key == "draws" else "f" * 64
    path.write_text(json.dumps(held), "utf-8")
    reports = read_reports(place)
    assert fitted.differences(reports["nulls"]) == [told]
    assert fitted.differences(reports["noise"]) == []
    page = page_of(fitted, reports, evidence)
    assert page.count("does not belong to the draws that ship") == 1
    assert "1 line of the table below rests on a report" in page


def test_the_page_is_whole_and_always_the_same(folder, fitted, evidence):
    reports = read_reports(folder)
    page = page_of(fitted, reports, evidence)
    assert page == page_of(fitted, reports, evidence)
    for section in SECTIONS:
        assert f'<section id="{section.address}"' in page
        assert f'href="#{section.address}"' in page
    assert page.count("data:image/svg+xml;base64,") == len(VALUES)
    assert page.count('alt="A line that falls"') == len(VALUES)
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert "<i>" not in page  # what reports say is text, not markup
    assert "lost_one, lost_two" in page
    assert "−1.5" in page
    opened = page.index("The fits", page.index('<section id="trusted"'))
    assert opened < page.index("<details>", page.index('<section id="trusted"'))


def test_sentences_keep_their_marks_and_nothing_else():
    assert in_text("**a** `b` <b>") == "<strong>a</strong> <code>b</code> &lt;b&gt;"
    assert (
        in_text("-3 in 1949-02, need_share, china-1949-02-x")
        == "−3 in 1949‑02, need_share, china-1949-02-x"
    )


def test_tables_and_parts_without_figures():
    assert table_of("| a | b |\n| --- | ---: |\n| x \\| y | 1 |").rows == [["x | y", "1"]]
    assert parts_of("# Title\n\nFinding.\n\n---\n\nMade.", Path()) == ()


def test_the_record_is_listed_row_by_row(evidence):
    record = fitted_record(evidence)
    table = record_table(evidence, record)
    assert len(table.rows) == len(record.moves) + 6 + len(record.figures)
    assert any("1947 Q2 and 1948 Q2" in row[2] for row in table.rows)
    held = held_out_table(evidence)
    assert "china-albania-1962-10-mended" in {row[0] for row in held.rows}
    assert not {row[0] for row in held.rows} & {
        name for row in table.rows for name in row[3].split(", ")
    }
    assert targets_not_compared(evidence, record) == []
    listed = {row[0]: row[1:] for row in table.rows}
    assert listed["albania-china interest 1954"] == [
        "interest",
        "credit at 0.5 per cent a year, ± 0.15",
        "china-albania-1954-interest-half",
    ]


def test_numbers_of_another_version_are_refused(folder, fitted, tmp_path):
    place = tmp_path / "reports"
    shutil.copytree(folder, place)
    for name in ("nulls", "influence"):
        held = json.loads((place / f"{name}.json").read_text("utf-8"))
        held["values"] = {"something": 1}
        (place / f"{name}.json").write_text(json.dumps(held), "utf-8")
    with pytest.raises(CalibrationError, match="2 problems") as refused:
        judged_goals(read_reports(place), fitted)
    assert "influence.json" in str(refused.value)


def test_reports_that_cannot_be_used_are_all_told(folder, tmp_path):
    place = tmp_path / "reports"
    shutil.copytree(folder, place)
    (place / "figures" / "noise-picture.svg").unlink()
    (place / "figures" / "noise-picture.png").unlink()
    held = json.loads((place / "nulls.json").read_text("utf-8"))
    del held["origin"]["rules"], held["origin"]["date"]
    (place / "nulls.json").write_text(json.dumps(held), "utf-8")
    with pytest.raises(CalibrationError, match="3 problems") as refused:
        read_reports(place)
    for text in ("noise-picture.png", "origin.rules", "origin.date"):
        assert text in str(refused.value)


def test_the_command_writes_one_page_and_keeps_what_is_there(tmp_path):
    out = tmp_path / "made" / "page.html"
    made = CliRunner().invoke(calibrate_app, ["report", "--out", str(out)])
    assert made.exit_code == 0, made.output
    assert [path.name for path in out.parent.iterdir()] == ["page.html"]
    page = out.read_text("utf-8")
    again = CliRunner().invoke(calibrate_app, ["report", "--out", str(out)])
    assert again.exit_code == 2
    assert "--overwrite" in again.output
    replaced = CliRunner().invoke(calibrate_app, ["report", "--out", str(out), "--overwrite"])
    assert replaced.exit_code == 0, replaced.output
    assert out.read_text("utf-8") == page


def test_every_mistake_is_told_and_nothing_written(tmp_path):
    arguments = ["report", "--reports", str(tmp_path / "none"), "--out", str(tmp_path / "page.txt")]
    refused = CliRunner().invoke(calibrate_app, arguments)
    assert refused.exit_code == 2, refused.output
    for text in ("2 problems", "a folder with reports", "ends in .html"):
        assert text in refused.output, text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_browser_opens_the_page_without_a_network(
    folder, fitted, evidence, browser, tmp_path, width, scheme
):
    path = tmp_path / "page.html"
    path.write_text(page_of(fitted, read_reports(folder), evidence), "utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
    )
    page = context.new_page()
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    titles = page.locator("main h2").all_inner_texts()
    assert [section.title for section in SECTIONS] == titles[3:-2]
    pictures = page.locator("figure img")
    assert pictures.count() == len(VALUES)
    assert page.evaluate(
        "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
    )
    assert page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth"
    )  # only tables scroll sideways
    page.locator("#trusted details summary").first.click()
    assert page.locator("#trusted details").first.get_by_text("deep inside").is_visible()
    page.get_by_role("link", name="What is not identified").click()
    assert page.evaluate("location.hash") == "#unknown"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 384) == (scheme == "dark")
    assert errors == []
    context.close()
