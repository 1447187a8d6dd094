"""The dossier: goals, marks of reports that do not belong, folded tables, and a real browser."""

import json
import re
import shutil
from dataclasses import replace

import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from calibration.cli.calibrate import calibrate_app
from calibration.cli.dossier import verdicts_as_object
from calibration.dossier import gather
from calibration.dossier.gather import (
    MISSED,
    REACHED,
    TELLS,
    UNCHECKED,
    UNMADE,
    Material,
    differences,
    held_out_table,
    read_material,
    record_table,
    sections,
    targets_not_compared,
    verdicts,
)
from calibration.dossier.page import dossier_page, in_text
from calibration.errors import CalibrationError
from calibration.origin import origin_of, rules_hash
from calibration.prior import draw_coordinates, parameters_at
from calibration.reports.markdown import published_texts
from calibration.reports.report import (
    DOCUMENTED,
    FIGURES,
    Goal,
    Picture,
    Report,
    Table,
    published_reports,
    write_report,
)
from scenarios.draws import columns_of, read_draws, write_draws

CHECKS = (
    "agreement",
    "noise",
    "ranks",
    "recovery",
    "prior",
    "predictive",
    "leave-one-out",
    "foresight",
    "nulls",
    "drivers",
    "ablation",
    "identified",
    "sensitivity",
    "influence",
)
#: The verdicts of some checks; the others miss their goal.
REACHED_BY = {
    **dict.fromkeys(("ablation", "identified", "sensitivity", "influence")),
    **dict.fromkeys(("agreement", "noise", "recovery", "prior", "nulls", "drivers"), True),
}
VALUES = {
    "agreement": {"log_evidence": [-50.0, -50.5, -49.5]},
    "identified": {
        "classes": {"informed": ["x"], "weak": [], "not identified": ["lost_one", "lost_two"]}
    },
}


@pytest.fixture(scope="module")
def draws(tmp_path_factory):
    path = tmp_path_factory.mktemp("draws") / "published.parquet"
    frame = columns_of(parameters_at(draw_coordinates(30, 3) * 0.3))
    manifest = {
        "kind": "published",
        "rules": rules_hash(),
        "log_evidences": [-50.0, -50.5, -49.5],
        "seeds": [1, 2, 3],
    }
    return write_draws(frame, manifest, path)


def check_report(check, draws):
    reached = REACHED_BY.get(check, False)
    rows = [("a | b", -1.5, "1949-02"), ("<i>", 2.0, "x")]
    return Report(
        check=check,
        title=f"The check {check}",
        finding=f"**Told of {check}**: a < b, -3 of `it`.",
        reached=reached,
        origin=origin_of(seed=1, draws=None if check == "agreement" else draws, records=50),
        parts=(
            "How it is made, *plainly*.",
            Table(title="The fits", columns=("what", "number", "when"), rows=rows),
            Picture(name="picture", caption="A line that falls"),
            Table(title="Folded away", columns=("what",), rows=[("deep inside",)]),
        ),
        goals=(Goal(name=f"About {check}", goal="below -1", measured="-3 of 5", reached=reached),),
        values=VALUES.get(check, {}),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory, draws):
    """Reports of every check, as the checks write them."""
    place = tmp_path_factory.mktemp("reports")
    figure = Figure(figsize=(3, 2))
    figure.subplots().plot([0, 1], [0, -1])
    for check in CHECKS:
        write_report(check_report(check, draws), {"picture": figure}, place)
    return place


@pytest.fixture
def own_folder(folder, tmp_path):
    """A copy of the reports, to be changed."""
    return shutil.copytree(folder, tmp_path / "reports")


@pytest.fixture
def material_of(monkeypatch, draws):
    """Material with the reports of a folder and the draws above."""
    monkeypatch.setattr(gather, "read_draws", lambda: draws)
    return read_material


@pytest.fixture
def material(material_of, folder):
    return material_of(folder)


def changed(place, check, change):
    """Change one of the reports in a folder, as an object."""
    entry = json.loads((place / f"{check}.json").read_text("utf-8"))
    change(entry)
    (place / f"{check}.json").write_text(json.dumps(entry), "utf-8")


def test_the_published_reports_are_those_of_the_documentation():
    """Every report is rendered as it stands there, and every picture is used."""
    reports = published_reports()
    assert set(reports) == set(CHECKS)
    assert {path.stem for path in DOCUMENTED.glob("*.md")} == set(CHECKS)
    for check, text in published_texts().items():
        assert (DOCUMENTED / f"{check}.md").read_text("utf-8") == text, f"{check}: make reports"
    for report in reports.values():
        assert report.goals
        assert any(isinstance(part, Table) for part in report.parts)
    pictures = {
        f"{each.check}-{picture.name}" for each in reports.values() for picture in each.pictures
    }
    assert pictures == {path.stem for path in (DOCUMENTED / FIGURES).glob("*.svg")}


def test_every_table_that_stands_open_is_one_that_its_check_writes():
    reports = published_reports()
    for section in sections():
        for check, starts in section.checks.items():
            tables = [part for part in reports[check].parts if isinstance(part, Table)]
            for start in starts:
                assert any(table.title.startswith(start) for table in tables), (check, start)


def test_goals_are_told_as_measured(material):
    found = {each.check: each for each in verdicts(material)}
    assert len(found) == len(CHECKS) + 1
    assert found["draws"].goal.measured == "30 published draws"
    assert found["draws"].verdict == MISSED  # too few
    assert (found["noise"].verdict, found["noise"].section) == (REACHED, "trusted")
    assert found["predictive"].verdict == MISSED
    assert found["ablation"].verdict == TELLS
    assert found["ablation"].goal.measured == "-3 of 5"
    assert not any(each.differences for each in found.values())


def test_other_fits_than_those_pooled_are_marked(material):
    agreement = material.reports["agreement"]
    other = agreement.model_copy(update={"values": {"log_evidence": [-50.0, -50.5]}})
    told = "about other fits than those that were pooled into these draws"
    assert differences(other, material.draws) == [told]


def test_a_check_without_report_is_not_yet_checked(material):
    empty = replace(material, reports={})
    told = verdicts(empty)
    standards = published_reports()
    assert len(told) == 1 + sum(len(report.goals) for report in standards.values())
    assert {each.verdict for each in told[1:]} == {UNCHECKED, UNMADE}
    page = dossier_page(empty)
    for check in CHECKS:
        wanted = "agree FILE FILE FILE" if check == "agreement" else f"check {check}"
        assert f"Not yet made: run <code>lilliput calibrate {wanted}</code>" in page
        assert f"run <code>lilliput calibrate {wanted}</code></td>" in page


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("draws", "made with other draws (other-1)"),
        ("rules", "made with other rules"),
        ("parameter_table", "made with another parameter table"),
    ],
)
def test_a_report_on_other_draws_is_marked(own_folder, material_of, key, told):
    other = {"id": "other-1"} if key == "draws" else "f" * 64
    changed(own_folder, "nulls", lambda entry: entry["origin"].update({key: other}))
    material = material_of(own_folder)
    assert differences(material.reports["nulls"], material.draws) == [told]
    assert differences(material.reports["noise"], material.draws) == []
    page = dossier_page(material)
    assert page.count("does not belong to the draws that ship") == 1
    assert "1 line of the table below rests on a report" in page


def test_the_page_is_whole_and_always_the_same(material):
    page = dossier_page(material)
    assert page == dossier_page(material)
    for section in sections():
        assert f'<section id="{section.address}"' in page
        assert f'href="#{section.address}"' in page
    assert page.count("data:image/svg+xml;base64,") == len(CHECKS)
    assert page.count('alt="A line that falls"') == len(CHECKS)
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


def test_without_the_documentation_only_the_pictures_are_missing(material):
    page = dossier_page(replace(material, figures=None))
    assert page.count("The pictures of this report stand in docs/calibration") == len(CHECKS)
    assert "data:image" not in page
    assert "deep inside" in page


def test_the_record_is_listed_row_by_row(evidence, record):
    material = Material(read_draws(), {}, None, evidence, record)
    table = record_table(material)
    assert len(table.rows) == len(record.moves) + 6 + len(record.figures)
    assert any("1947 Q2 and 1948 Q2" in row[2] for row in table.rows)
    held_out = held_out_table(evidence)
    assert "china-albania-1962-10-mended" in {row[0] for row in held_out.rows}
    assert not {row[0] for row in held_out.rows} & {
        name for row in table.rows for name in row[3].split(", ")
    }
    assert targets_not_compared(material) == []
    listed = {row[0]: row[1:] for row in table.rows}
    assert list(listed["terms-interest-china-1954"]) == [
        "terms",
        "interest agreed against credit pledged, 1954-1957: from 0.25 per cent a year "
        "to 0.75 per cent a year",
        "china-albania-1954-interest-half",
    ]


def test_reports_that_cannot_be_used_are_all_told(own_folder, material_of):
    changed(own_folder, "influence", lambda entry: entry.update(findings="x"))
    changed(own_folder, "nulls", lambda entry: entry["origin"].pop("rules"))
    with pytest.raises(CalibrationError, match="2 problems") as refused:
        material_of(own_folder)
    for text in ("influence.json", "did you mean 'finding'", "nulls.json: origin", "rules missing"):
        assert text in str(refused.value), text


def test_pictures_that_are_missing_are_all_told(own_folder, material_of):
    for check in ("noise", "nulls"):
        (own_folder / FIGURES / f"{check}-picture.svg").unlink()
    (own_folder / FIGURES / "noise-picture.png").unlink()
    with pytest.raises(CalibrationError, match=r"noise\.json: picture") as refused:
        material_of(own_folder)
    assert "nulls.json" not in str(refused.value)  # dots will do


def test_the_command_writes_one_page_and_keeps_what_is_there(tmp_path):
    out = tmp_path / "made" / "page.html"
    made = CliRunner().invoke(calibrate_app, ["dossier", "--out", str(out)])
    assert made.exit_code == 0, made.output
    assert [path.name for path in out.parent.iterdir()] == ["page.html"]
    page = out.read_text("utf-8")
    again = CliRunner().invoke(calibrate_app, ["dossier", "--out", str(out)])
    assert again.exit_code == 2
    assert "--overwrite" in again.output
    replaced = CliRunner().invoke(calibrate_app, ["report", "--out", str(out), "--overwrite"])
    assert replaced.exit_code == 0, replaced.output
    assert out.read_text("utf-8") == page


def test_every_mistake_is_told_and_nothing_written(tmp_path):
    arguments = [
        "dossier",
        "--reports",
        str(tmp_path / "none"),
        "--out",
        str(tmp_path / "page.txt"),
    ]
    refused = CliRunner().invoke(calibrate_app, arguments)
    assert refused.exit_code == 2, refused.output
    for text in ("2 problems", "a folder with reports", "ends in .html"):
        assert text in refused.output, text
    assert list(tmp_path.iterdir()) == []


def test_goals_and_verdicts_are_printed_for_programs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed = CliRunner().invoke(calibrate_app, ["dossier", "--json"])
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.stdout) == verdicts_as_object(read_material())
    goals = json.loads(printed.stdout)["goals"]
    assert {goal["check"] for goal in goals} == {"draws", *CHECKS}
    patterns = next(goal for goal in goals if " of 96" in goal["measured"])
    assert (patterns["verdict"], patterns["reached"]) == (MISSED, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_browser_opens_the_page_without_a_network(material, browser, tmp_path, width, scheme):
    path = tmp_path / "page.html"
    path.write_text(dossier_page(material), "utf-8")
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
    assert [section.title for section in sections()] == titles[3:-2]
    pictures = page.locator("figure img")
    assert pictures.count() == len(CHECKS)
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
