"""A report: the numbers of the comparison, one file without addresses, whole or not at all."""

import html
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from calibration.evidence.lines import sources
from calibration.evidence.reading import read_evidence
from calibration.evidence.record import documented_record, recorded_moves
from scenarios.batch.run import run_batch
from scenarios.charts.look import LIGHT
from scenarios.comparison.answer import pair_asked
from scenarios.comparison.batch import compare_batch
from scenarios.comparison.output import as_object
from scenarios.comparison.reading import Comparison
from scenarios.comparison.table import numbers_of
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.files import catalogue, scenario_named
from scenarios.report import write as report_files
from scenarios.report.gather import Report, ReportMaterial, ReportRequest, report_on
from scenarios.report.pictures import COLOURS, Letters, pictures
from scenarios.report.write import folder_of, report_problems, write_report
from simulation.interventions import HISTORICAL

REPLICATES, SEED = 120, 1
NAMES = ("no-opening-1971", "no-new-line-1956")


@pytest.fixture(scope="module")
def batch(draws: Draws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenarios = [HISTORICAL, *map(scenario_named, NAMES)]
    folder = tmp_path_factory.mktemp("report") / "batch"
    return run_batch(scenarios, draws, REPLICATES, SEED, folder, workers=1)


@pytest.fixture(scope="module")
def material(draws: Draws) -> ReportMaterial:
    return ReportMaterial(draws, documented_record(), sources(), recorded_moves(read_evidence()))


@pytest.fixture(scope="module")
def report(batch: Path, material: ReportMaterial) -> Report:
    return report_on(batch, material)


@pytest.fixture(scope="module")
def written(report: Report, batch: Path) -> Path:
    return write_report(report, batch.parent / "batch-report.html")


@pytest.fixture(scope="module")
def html_page(written: Path) -> str:
    return written.read_text(encoding="utf-8")


class Told(HTMLParser):
    """The text of a page, element names, and every attribute that could name an address."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.names: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name.split(":")[-1] in ("src", "href", "srcset", "action", "data", "poster"):
                self.addresses.append(value or "")
            if name == "id":
                self.names.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(
            " ".join(self.words).replace("\N{NO-BREAK SPACE}", " ").replace("−", "-").split()
        )


def chosen_of(report: Report, name: str) -> Comparison:
    return next(chapter.chosen for chapter in report.chapters if chapter.name == name)


def test_numbers_are_those_of_the_comparison(
    report: Report, written: Path, html_page: str, batch: Path
) -> None:
    told = as_object(compare_batch(batch, breaks=documented_record().breaks))
    breaks = pd.read_csv(folder_of(written) / "breaks.csv").set_index(["scenario", "pair"])
    text = Told(html_page).text
    for entry in told["comparisons"]:
        for pair, numbers in entry["pairs"].items():
            row = breaks.loc[entry["scenario"], pair]
            for fate in ("avoided", "brought_forward", "delayed"):
                for key, column in (
                    ("value", fate),
                    ("error", f"{fate}_error"),
                    ("halving", f"{fate}_halving"),
                ):
                    held = numbers["fates"][fate][key]
                    assert (
                        pd.isna(row[column]) if held is None else row[column] == pytest.approx(held)
                    )
            gained = numbers["restricted_mean"]["difference"]["value"]
            if gained is not None:
                assert row["restricted_mean_difference"] == pytest.approx(gained)
            low = numbers["necessity"]["low"]
            assert pd.isna(row["necessity_low"]) or row["necessity_low"] == pytest.approx(low)
        chosen = chosen_of(report, entry["scenario"])
        numbers = entry["pairs"][chosen.pair]
        assert chosen.fates.avoided.value == numbers["fates"]["avoided"]["value"]
        assert entry["asks_about"] == chosen.pair
        assert f'<p class="answer">{entry["sentence"]}</p>' in html_page
        assert html_page.index(entry["sentence"]) < html_page.index("<table")
        avoided = numbers_of(chosen)["avoided"].text
        told_of = f"the break is avoided within the horizon in {avoided} %"
        unmoved = numbers["fates"]["unchanged"]["value"] == 1
        assert ("In no history does the change move the break" if unmoved else told_of) in text


def test_the_table_holds_every_scenario(report: Report, html_page: str) -> None:
    assert {chapter.name for chapter in report.chapters} == set(NAMES)
    overview = html_page[html_page.index('id="all"') : html_page.index('id="reading"')]
    text = Told(overview).text
    for chapter in report.chapters:
        numbers = numbers_of(chapter.chosen)
        assert html.escape(chapter.reading.scenario.question, quote=False) in overview
        for key in ("avoided", "brought_forward", "delayed", "necessity"):
            assert numbers[key].text in text


def test_a_chapter_tells_what_is_asked_changed_and_cited(html_page: str) -> None:
    text = Told(html_page).text
    for name in NAMES:
        file = catalogue()[name]
        for words in (file.scenario.question, file.scenario.antecedent, file.scenario.left_out):
            assert " ".join(words.split()) in text
        assert file.page.split("-")[0].split(",")[0] in text
    assert "Ylber Marku 2017, pp. " in text
    assert "July 1971 to June 1980" in text
    assert not re.search(
        r"\b19\d\d-(0[1-9]|1[0-2])\b", Told(html_page[: html_page.index('id="manifest"')]).text
    )
    assert (
        "nothing of the record has narrowed them" in text
    )  # the draws of this test are from the prior


def test_the_manifest_says_how_to_make_it_again(written: Path, html_page: str, batch: Path) -> None:
    manifest = json.loads((folder_of(written) / "manifest.json").read_text(encoding="utf-8"))
    held = json.loads((batch / "_manifest.json").read_text(encoding="utf-8"))
    for key in ("draws", "seed", "replicates", "scenarios", "parameter_table"):
        assert manifest[key] == held[key]
    assert manifest["kind"] == "report"
    for told in (
        held["draws"]["id"],
        held["parameter_table"],
        *(each["hash"] for each in held["scenarios"]),
    ):
        assert told in html_page


def test_nothing_is_fetched(html_page: str) -> None:
    told = Told(html_page)
    assert told.addresses
    assert all(address.startswith(("#", "data:")) for address in told.addresses)
    assert not {"script", "link", "iframe", "img", "object", "embed", "base"}.intersection(
        told.tags
    )
    assert "@import" not in html_page
    assert all(address.startswith("#") for address in re.findall(r"url\(([^)]*)\)", html_page))
    assert "http:" not in html_page
    assert "https:" not in html_page


def test_every_link_leads_somewhere_and_every_figure_is_told(html_page: str) -> None:
    told = Told(html_page)
    assert set(told.addresses) <= {f"#{name}" for name in told.names}
    assert set(re.findall(r"url\(#([^)]*)\)", html_page)) <= set(told.names)
    labels = re.findall(r'<svg viewBox="[^"]*" role="img" aria-label="([^"]*)"', html_page)
    assert len(labels) == html_page.count("<figure>") >= 9 * len(NAMES)
    assert all(len(label.split()) > 15 for label in labels)
    assert not [label for label in labels if "nan" in label.split() or "None" in label]


def test_tables_and_figures_lie_beside_it(report: Report, written: Path) -> None:
    folder = folder_of(written)
    for name in ("scenarios", "breaks", "numbers", "yearly", "survival", "fans", "grievances"):
        assert len(pd.read_csv(folder / f"{name}.csv")) > 0
    drawn = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert drawn == {path.stem for path in (folder / "figures").glob("*.png")}
    for chapter in report.chapters:
        assert {f"{chapter.name}-survival", f"{chapter.name}-sources"} <= drawn
    assert all(
        path.read_bytes().startswith(b"\x89PNG") for path in (folder / "figures").glob("*.png")
    )
    fans = pd.read_csv(folder / "fans.csv")
    assert set(fans["branch"]) == {"factual", "counterfactual"}
    assert set(fans["year"]) == set(range(1945, 1981))


@pytest.mark.slow
def test_the_same_batch_gives_the_same_report(
    report: Report, batch: Path, material: ReportMaterial
) -> None:
    part = replace(report_on(batch, material), chapters=report.chapters[:1])
    one = write_report(
        replace(report, chapters=report.chapters[:1]), batch.parent / "one" / "same.html"
    )
    other = write_report(part, batch.parent / "other" / "same.html")
    assert one.read_bytes() == other.read_bytes()
    names = sorted(path.relative_to(folder_of(one)) for path in folder_of(one).rglob("*.*"))
    assert len(names) > 10
    for name in names:
        assert (folder_of(one) / name).read_bytes() == (folder_of(other) / name).read_bytes()


@pytest.mark.slow
def test_histories_given_the_record_are_told_as_such(batch: Path, material: ReportMaterial) -> None:
    request = ReportRequest(only=NAMES[:1], pairs=("albania-china",), until="1971-06")
    given = report_on(batch, material, request)
    assert given.compared.given_record is not None
    assert given.compared.given_record.until == "1971-06"
    chapter = given.chapters[0]
    assert chapter.chosen.at_risk.value == 1  # on record the pair is allied
    assert chapter.grievances.share > 0
    assert chapter.fans["support"][0].histories == REPLICATES
    path = write_report(given, batch.parent / "given.html")
    text = Told(path.read_text(encoding="utf-8")).text
    assert "Both branches are given the recorded moves up to June 1971" in text


def test_an_unfinished_batch_is_refused(
    batch: Path, material: ReportMaterial, tmp_path: Path
) -> None:
    part = tmp_path / "batch"
    shutil.copytree(batch, part)
    next((part / f"scenario={NAMES[0]}").glob("*.parquet")).unlink()
    with pytest.raises(ScenarioError, match="--resume"):
        report_on(part, material)


def test_other_draws_are_refused(batch: Path, material: ReportMaterial) -> None:
    name = next(iter(material.draws.frame))
    frame = material.draws.frame.assign(**{name: material.draws.frame[name].iloc[0]})
    others = replace(material, draws=replace(material.draws, frame=frame))
    with pytest.raises(ScenarioError, match=r"draws\.values"):
        report_on(batch, others)


def test_what_stands_in_the_way_is_listed(written: Path, batch: Path, tmp_path: Path) -> None:
    assert report_problems(tmp_path / "new.html", batch, overwrite=False) == []
    assert len(report_problems(written, batch, overwrite=False)) == 2
    assert report_problems(written, batch, overwrite=True) == []
    assert len(report_problems(batch / "report.txt", batch, overwrite=False)) == 2
    (tmp_path / "notes").mkdir()
    strange = report_problems(tmp_path / "notes.html", batch, overwrite=True)
    assert ["earlier report" in problem.allowed for problem in strange] == [True]


def test_a_report_that_cannot_be_written_leaves_the_earlier_one(
    report: Report, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = batch.parent / "kept.html"
    few = replace(report, chapters=report.chapters[:1])
    write_report(few, path)
    before = {held: held.read_bytes() for held in (path, *sorted(folder_of(path).rglob("*.*")))}

    def refuse(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(report_files, "png_of", refuse)
    with pytest.raises(ScenarioError, match="no space left"):
        write_report(few, path)
    assert {held: held.read_bytes() for held in before} == before
    assert not list(path.parent.glob(".kept*"))


def test_the_pair_that_a_question_is_about(report: Report) -> None:
    assert chosen_of(report, "no-opening-1971").pair == "albania-china"
    assert chosen_of(report, "no-new-line-1956").pair == "albania-ussr"
    chapter = next(chapter for chapter in report.chapters if chapter.name == "no-new-line-1956")
    question = "Would China have broken with Moscow?"
    asked = chapter.reading.scenario.model_copy(update={"question": question})
    comparisons = [
        replace(
            each,
            reading=replace(each.reading, scenario=asked),
            at_risk=replace(each.at_risk, value=1.0),  # no pair has broken when history changes
        )
        for each in chapter.comparisons
    ]
    assert pair_asked(comparisons).pair == "china-ussr"


def test_figures_follow_the_page_and_share_their_letters(report: Report) -> None:
    letters = Letters()
    picture = next(pictures(report.chapters[0], report.material.documented))
    svg = report_files.svg_of(picture.figure)
    drawn = letters.set_in(svg, 'told in "words" & signs')
    assert 'aria-label="told in &quot;words&quot; &amp; signs"' in drawn
    assert not re.search("|".join(COLOURS), drawn, re.IGNORECASE)
    assert f"var(--{COLOURS[LIGHT.series[0]]})" in drawn
    ET.fromstring(drawn)
    used = set(re.findall(r'href="#([^"]*)"', drawn))
    assert used <= set(re.findall(r'id="([^"]*)"', drawn + letters.sheet()))
    assert len(drawn) < len(svg)
    again = len(letters.sheet())
    letters.set_in(svg, "once more")
    assert len(letters.sheet()) == again


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_it_opens_without_a_network(
    written: Path, browser: Browser, width: int, scheme: str
) -> None:
    dark = scheme == "dark"
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        offline=True,
    )
    opened = context.new_page()
    errors: list[str] = []
    asked: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(written.as_uri())
    opened.get_by_role("link", name=scenario_named(NAMES[1]).question).first.click()
    figure = opened.locator(f"#{NAMES[1]} figure svg").first
    figure.scroll_into_view_if_needed()
    expect(figure).to_be_visible()
    assert figure.evaluate("each => each.getBoundingClientRect().height") > 100
    ground = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(22, 24, 27)" if dark else "rgb(255, 255, 255)")
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == [written.as_uri()]
    assert errors == []
    context.close()
