"""The tab Compare: histories, answers, links and files; then all of it in a real browser."""

import csv
import html
import io
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from calibration.evidence.record import documented_record
from scenarios.charts.compare import Fan, branch_names, fan_of
from scenarios.comparison.answer import answer_of, sentence_of
from scenarios.comparison.compare import compare
from scenarios.comparison.histories import simulate_histories
from scenarios.comparison.reading import Comparison
from scenarios.draws import parameters_for, read_draws
from scenarios.errors import ScenarioError
from scenarios.files import catalogue
from scenarios.page import simulated
from scenarios.page.blocks import COLUMNS, simulated_block, table_of
from scenarios.page.compare import every
from scenarios.page.compare.asking import beside_fields
from scenarios.page.compare.question import Part, Question, answers_to, shown_columns
from scenarios.page.compare.view import charts_of, number_rows, reason_rows, scenario_file
from scenarios.page.material import Material
from scenarios.page.simulated import Simulated, Stopped
from simulation.countries import pair_named
from simulation.dates import quarter_of, year_of

Arrive = Callable[..., Any]
QUESTION = Question(
    scenarios=("no-new-line-1956",), pair="albania-ussr", histories=1_000, seed=5, years=8
)
LINK = "histories=1000&seed=5&years=8"


class Here:
    """Stands for worker processes: does every task at once, in this process, and counts them."""

    def __init__(self) -> None:
        self.tasks = 0

    def submit(self, work: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        self.tasks += 1
        done: Future[Any] = Future()
        done.set_result(work(*arguments))
        return done


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> tuple[Simulated, Here]:
    """Histories in small blocks, simulated in this process; eight blocks are remembered."""
    monkeypatch.setattr(simulated, "FEW", 40)
    monkeypatch.setattr(simulated, "MANY", 40)
    pool = Here()
    monkeypatch.setattr(Simulated, "_started", lambda self: [pool])
    return Simulated(read_draws(), workers=2, remembered=320), pool


def test_the_table_of_every_scenario_tells_what_each_comparison_tells(
    here: tuple[Simulated, Here], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, _ = here
    monkeypatch.setattr(every, "HISTORIES", 40)
    material = Material(source.draws, documented_record())
    vars(material)["simulated"] = source
    found = every.answers("albania-ussr", 5, material)
    assert set(found) == set(catalogue()) - {"historical"}
    for name in ("no-new-line-1956", "no-opening-1971", "stalin-lives-1960"):
        question = Question(scenarios=(name,), pair="albania-ussr", histories=1_000, seed=5)
        tables = simulate_histories(
            [question.files[each].scenario for each in ("historical", name)], source.draws, 40, 5
        )
        reading = question.readings()[0]
        (one,) = compare(reading, tables["historical"], tables[name], ("albania-ussr",))
        assert found[name] == answer_of(one)
        row = every.row_of(found[name])
        assert row["breaking"] == f"{found[name].breaking} of 40"
        assert (row["avoided"] == "–") == (found[name].breaking < 30)


@pytest.fixture(scope="module")
def direct() -> Comparison:
    """The comparison of the question, made by the functions that a batch is compared with."""
    reading = QUESTION.readings()[0]
    tables = simulate_histories(
        (reading.factual, reading.scenario), read_draws(), QUESTION.histories, QUESTION.seed
    )
    factual, counterfactual = (tables[each.name] for each in (reading.factual, reading.scenario))
    breaks = documented_record().breaks
    (comparison,) = compare(reading, factual, counterfactual, (QUESTION.pair,), breaks)
    return comparison


def test_blocks_hold_the_histories_of_a_batch_up_to_their_last_year() -> None:
    reading = QUESTION.readings()[0]
    scenarios = (reading.factual, reading.scenario)
    draws = read_draws()
    whole = simulate_histories(scenarios, draws, 90, 5)
    last_year = year_of(reading.last_quarter)
    blocks = simulated_block(parameters_for(draws, 50, 40), scenarios, 5, 50, len(draws), last_year)
    columns = ["replicate", "draw", *shown_columns("albania-ussr", reading)]
    for scenario, block in zip(scenarios, blocks, strict=True):
        table, same = table_of([block]), whole[scenario.name].iloc[50:]
        for name in columns:
            known, own = same[name].to_numpy(), table[name].to_numpy()
            if name.endswith("_quarter"):
                known, own = (
                    np.where(dates > reading.last_quarter, -1, dates) for dates in (known, own)
                )
            elif name.endswith(("_initiator", "_cause")):
                broken = same["albania_ussr_quarter"].between(0, reading.last_quarter)
                assert broken.any(), name
                known, own = known[broken], own[broken]
            assert np.array_equal(own, known), name


def test_what_is_remembered_is_not_simulated_again_and_memory_is_bounded(
    here: tuple[Simulated, Here],
) -> None:
    source, pool = here
    historical, other, third = (
        catalogue()[name].scenario for name in ("historical", "no-new-line-1956", "no-opening-1971")
    )

    def tasks(*arguments: Any) -> int:
        before = pool.tasks
        numbers = [number for number, _ in source.histories(*arguments)]
        assert sorted(numbers) == list(range(-(-arguments[1] // 40)))
        return pool.tasks - before

    assert tasks((historical, other), 100, 1, 1950) == 3
    assert tasks((historical, other), 100, 1, 1950) == 0
    assert tasks((historical, other), 160, 1, 1950) == 1
    assert tasks((historical, other), 100, 2, 1950) == 3
    assert tasks((historical, third), 100, 2, 1950) == 3
    assert tasks((historical, other), 100, 1, 1950) == 3  # forgotten in the meantime
    blocks = [block for _, held in source.histories((historical,), 100, 1, 1950) for block in held]
    assert sum(len(block) for block in blocks) == 100


def test_a_visitor_who_has_had_enough_is_not_waited_for(here: tuple[Simulated, Here]) -> None:
    source, pool = here
    historical = catalogue()["historical"].scenario
    with pytest.raises(Stopped):
        list(source.histories((historical,), 4_000, 1, 1946, lambda: pool.tasks > 5))
    assert pool.tasks < 10


def test_answers_are_those_of_the_comparison_called_directly(direct: Comparison) -> None:
    class Whole(Simulated):
        def _started(self) -> list[Any]:
            return [Here()]

    done: list[int] = []
    source = Whole(read_draws())
    answer = list(answers_to(QUESTION, source, documented_record().breaks, done.append))[-1]
    assert done == [1_000]
    assert answer.finished
    (part,) = answer.parts
    assert part.comparison == direct
    assert len(answer.breaks) == 1_000
    broken = (answer.breaks["historical"] != "").mean()
    alive = direct.at_risk.value or 0  # the others had broken before the change
    assert broken == pytest.approx(1 - alive + (direct.factual_broken.value or 0) * alive, abs=0.02)
    low, *_, high = part.fans["strain"][0].quantiles
    assert (low <= high).all()


def test_every_chart_of_an_answer_holds_both_branches(direct: Comparison) -> None:
    fan = Fan((1955, 1956), np.linspace(0, 1, 10).reshape(5, 2), 7)
    fans = dict.fromkeys(("support", "strain", "delivered"), (fan, fan))
    charts = charts_of(Part(direct, fans, ()), documented_record().breaks)
    assert list(charts) == ["survival", "support", "strain", "delivered"]
    for chart in charts.values():
        assert [line.colour for line in chart.lines] == ["0", "1"]
        assert [line.dash for line in chart.lines] == ["solid", "dashed"]
    survival = charts["survival"]
    assert (survival.first, survival.last) == (1956, 1964)
    assert survival.lines[1].values == pytest.approx(
        [100 * share for share in direct.counterfactual_curve.unbroken], abs=1e-3
    )
    assert "documented break" in {each.words for each in survival.uprights}


def test_a_fan_holds_the_quantiles_of_its_table() -> None:
    values = np.random.default_rng(1).integers(0, 4, (3, len(COLUMNS)))
    table = table_of([values.astype(np.float32)])
    fan = fan_of(table, "albania-china", "support")
    column = table["albania_china_support_1960"].to_numpy()
    assert fan.quantiles[2, fan.years.index(1960)] == np.median(column)
    assert fan.histories == 3


def test_a_question_survives_its_link_and_a_bad_link_is_answered_in_words() -> None:
    assert Question.from_query(QUESTION.query()) == (QUESTION, [])
    assert Question.from_query("") == (Question(), [])
    question, problems = Question.from_query(
        "scenario=no-new-line&pair=albania-greece&histories=7&seed=-1&years=99&speed=1"
    )
    assert question == Question()
    assert {problem.key for problem in problems} == {
        "scenario",
        "pair",
        "histories",
        "seed",
        "years",
        "key",
    }
    question, problems = Question.from_query("scenario=historical")
    assert question == Question()
    assert "one that differs" in str(problems[0])


def test_the_scenario_file_is_the_one_of_the_catalogue_with_commands_that_exist(
    tmp_path: Path,
) -> None:
    text = scenario_file(QUESTION, QUESTION.scenarios[0], "some-draws").decode()
    path = tmp_path / "no-new-line-1956.toml"
    path.write_text(text)
    assert tomllib.loads(text)["name"] == QUESTION.scenarios[0]
    commands = re.findall(r"^#   lilliput (.*)$", text, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["batch", "compare"]
    lilliput, folder = [sys.executable, "-m", "calibration.cli.main"], str(tmp_path / "twins")
    few = ["--replicates", "2", "--seed", "5", "--out", folder, "--workers", "1"]
    for arguments in (
        ["batch", *commands[0].split()[1:3], *few],
        ["compare", folder, *commands[1].split()[2:]],
    ):
        done = subprocess.run([*lilliput, *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_a_scenario_is_not_compared_with_itself_nor_told_twice() -> None:
    with pytest.raises(ScenarioError, match="cannot be compared"):
        Question(scenarios=("historical",)).readings()
    with pytest.raises(ScenarioError, match="cannot be compared"):
        Question(factual="no-opening-1971", scenarios=("no-opening-1971",)).readings()
    twice = "no-opening-1971,no-opening-1971"
    assert Question.from_query(f"scenario={twice}")[1][0].value == twice
    for question in (Question(), Question(scenarios=("no-opening-1971", "no-great-leap"))):
        for field in beside_fields(question):
            offered = {value for value, _ in field.choices}
            assert question.factual not in offered
            assert len(offered & set(question.scenarios)) <= 1
    names = tuple(name for name in catalogue() if name != "historical")
    assert len(list(beside_fields(Question(scenarios=names[:5])))) == 5
    assert "scenario" in {
        each.key for each in Question.from_query(f"scenario={','.join(names[:6])}")[1]
    }


def test_every_question_of_the_catalogue_reaches_past_its_documented_break_or_says_why() -> None:
    breaks = {each.pair: quarter_of(each.date) for each in documented_record().breaks}
    for name, file in catalogue().items():
        if name == "historical" or not file.asks_about:
            continue
        (reading,) = Question(scenarios=(name,), pair=file.asks_about).readings()
        asked = breaks[pair_named(file.asks_about)]
        assert reading.last_quarter >= asked or file.horizon_note, name


def test_avoided_breaks_are_named_and_can_be_opened(here: tuple[Simulated, Here]) -> None:
    question = QUESTION.model_copy(update={"histories": 120})
    *_, answer = answers_to(question, here[0], documented_record().breaks)
    (part,) = answer.parts
    assert part.avoided
    for replicate in part.avoided:
        row = answer.breaks[answer.breaks.replicate == replicate].iloc[0]
        assert row["historical"]
        assert not row["no-new-line-1956"]


def test_several_scenarios_are_those_asked_about_one_by_one(here: tuple[Simulated, Here]) -> None:
    names = ("no-new-line-1956", "no-belgrade-1955")
    questions = [
        QUESTION.model_copy(update={"histories": 80, "years": None, "scenarios": each})
        for each in (names, names[:1], names[1:])
    ]
    both, *alone = (list(answers_to(each, here[0]))[-1] for each in questions)
    assert len(both.parts) == 2
    for part, single in zip(both.parts, alone, strict=True):
        assert part.comparison == single.parts[0].comparison
        for series, fans in part.fans.items():
            for fan, other in zip(fans, single.parts[0].fans[series], strict=True):
                assert fan.years == other.years
                assert np.array_equal(fan.quantiles, other.quantiles)


def open_compare(reader: Any, query: str) -> None:
    """Open the tab and wait for the answer."""
    reader.page.goto(f"{reader.url}/compare?{query}")
    expect(reader.page.get_by_role("heading", level=1)).to_contain_text("What if?")
    answered(reader, "1,000 histories of each")


def answered(reader: Any, words: str) -> None:
    """Wait until the answer is there and nothing is on its way any more."""
    expect(reader.page.locator(".lp-table caption").first).to_contain_text(words)
    expect(reader.page.get_by_role("button", name="Cancel")).to_be_disabled()


def shown_rows(reader: Any) -> tuple[list[list[str]], list[list[str]]]:
    """The cells of the table of numbers, and of that of who breaks."""
    reader.page.get_by_text("All numbers with their errors, and who breaks").click()
    numbers, reasons = (
        table.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
        )
        for table in reader.page.locator(".lp-scenario .lp-table").all()
    )
    return numbers, reasons


def test_the_numbers_shown_and_taken_away_are_those_of_the_comparison(
    visitor: Arrive, direct: Comparison
) -> None:
    reader = visitor()
    open_compare(reader, LINK)
    expect(reader.page.get_by_role("region", name="The answer")).to_contain_text(
        sentence_of(direct)
    )
    expected = number_rows(direct)
    keys = ("name", "meaning", "value", "spread", "halving")
    numbers, reasons = shown_rows(reader)
    assert numbers == [[row[key] for key in keys] for row in expected]
    assert reasons == [[row["branch"], row["mover"], row["cause"]] for row in reason_rows(direct)]
    assert {row[0] for row in reasons} == set(branch_names(direct.reading))
    assert any(row[1].startswith("Albania ") and "the courting of" in row[2] for row in reasons)
    about = reader.page.get_by_role("region", name="no-new-line-1956")
    for words in (
        "Twentieth Congress",
        "lines 960–966",
        "pp. 30–31",
        "1956-01 to 1963-12",
        "Take care",
    ):
        expect(about).to_contain_text(words)
    expect(about.locator(".lp-chart svg")).to_have_count(4)
    own = "lilliput-historical-no-new-line-1956-albania-ussr-1000-seed5"
    name, content = reader.download(re.compile(r"^Numbers \(CSV\)"))
    assert name == f"{own}.csv"
    numbers = {
        (row["number"], row["year"]): row for row in csv.DictReader(io.StringIO(content.decode()))
    }
    assert float(numbers["avoided", ""]["value"]) == direct.fates.avoided.value
    assert numbers["avoided", ""]["of_draws"] == read_draws().id
    assert float(numbers["support_difference", "1960"]["value"]) == next(
        row.difference.value for row in direct.yearly if (row.series, row.year) == ("support", 1960)
    )
    breaks = reader.download(re.compile(r"^Breaks \(CSV\)"))[1].decode().splitlines()
    assert breaks[0].startswith("replicate,draw,historical,no-new-line-1956,of_program")
    assert len(breaks) == 1_001
    name, svg = reader.download(re.compile("^SVG: .*survival"))
    assert name == f"{own}-no-new-line-1956-survival.svg"
    assert b"histories: 1000" in svg
    assert reader.download(re.compile("^PNG: .*survival"))[1].startswith(b"\x89PNG")
    assert b"twins" in reader.download(re.compile(r"^no-new-line-1956 .*commands"))[1]
    reader.page.get_by_role("link", name=re.compile(r"^\d+ *$")).first.click()
    expect(reader.page.locator(".lp-now")).to_have_text("1963 Q4")
    assert "scenario=no-new-line-1956" in reader.page.url


def test_the_report_of_what_is_shown_is_one_file(visitor: Arrive, direct: Comparison) -> None:
    reader = visitor()
    open_compare(reader, LINK)
    reader.page.set_default_timeout(180_000)
    name, content = reader.download(re.compile("^Report"))
    assert name == "lilliput-historical-no-new-line-1956-albania-ussr-1000-seed5.html"
    text = html.unescape(re.sub(r"<[^>]+>", "", content.decode()))
    assert sentence_of(direct) in text
    assert read_draws().id in text
    assert not re.search(rb"(src|href)=.https?:", content), "nothing is fetched from elsewhere"


def test_choosing_comparing_and_cancelling(visitor: Arrive) -> None:
    reader = visitor()
    open_compare(reader, LINK)
    stale = reader.page.get_by_text("These are the numbers of the choices before")
    reader.page.get_by_label("Break of, client first").select_option("china-ussr")
    answered(reader, "China – USSR: 1,000 histories of each")  # another pair is told unasked
    reader.page.get_by_label("Set beside it").select_option("tito-absorbs-albania-1948")
    expect(reader.page.get_by_label("Horizon (years)")).to_have_value("5")
    expect(stale).to_be_visible()
    reader.page.get_by_label("Break of, client first").select_option("albania-yugoslavia")
    reader.press("Compare")
    answered(reader, "Albania – Yugoslavia: 1,000 histories of each")
    expect(stale).not_to_be_visible()
    reader.page.wait_for_function("location.search.includes('pair=albania-yugoslavia')")
    reader.page.get_by_label("and", exact=True).select_option("no-belgrade-1955")
    reader.press("Compare")
    expect(reader.page.locator(".lp-sentence")).to_have_count(2)
    reader.page.get_by_label("and", exact=True).first.select_option("")
    expect(reader.page.get_by_label("and", exact=True)).to_have_count(1)
    reader.page.get_by_label("Horizon (years)").fill("30")  # long enough to be cancelled
    reader.page.get_by_label("Horizon (years)").press("Tab")
    reader.page.wait_for_function("location.search.includes('years=30')")
    reader.page.get_by_label("Histories of each").select_option("50000")
    reader.press("Compare")
    bar = reader.page.get_by_role("progressbar", name="Histories simulated")
    expect(bar).to_be_visible()
    expect(reader.page.get_by_text("of 50,000 histories of each scenario")).to_be_visible()
    reader.page.get_by_label("Seed of the shocks").fill("6")  # the page goes on meanwhile
    reader.page.get_by_label("Seed of the shocks").press("Tab")
    reader.page.wait_for_function("location.search.includes('seed=6')")
    reader.press("Cancel")
    expect(bar).not_to_be_visible()
    shown = reader.page.locator(".lp-table caption").first.inner_text()
    reader.page.wait_for_timeout(700)
    assert reader.page.locator(".lp-table caption").first.inner_text() == shown
    assert "50,000" not in shown


def test_every_scenario_is_shown_when_asked_for_and_a_row_is_compared(visitor: Arrive) -> None:
    reader = visitor()
    reader.page.goto(f"{reader.url}/compare?{LINK}")
    reader.press("Show all scenarios")
    table = reader.page.get_by_role("region", name="Every scenario").locator("tbody tr")
    expect(table).to_have_count(len(catalogue()) - 1, timeout=180_000)
    reader.press("Open stalin-lives-1960")
    expect(reader.page.get_by_role("region", name="stalin-lives-1960")).to_be_visible()
    reader.page.wait_for_function("location.search.includes('scenario=stalin-lives-1960')")


def test_two_visitors_have_answers_of_their_own_and_a_link_reopens_one(visitor: Arrive) -> None:
    one, other = visitor(), visitor(390, 800, dark=True)
    open_compare(one, LINK)
    open_compare(other, "histories=1000&seed=5&scenario=no-belgrade-1955")
    expect(
        one.page.get_by_role("heading", name="Without the new Soviet line of 1956, beside")
    ).to_be_visible()
    expect(
        other.page.get_by_role("heading", name="Had Khrushchev not gone to Belgrade, beside")
    ).to_be_visible()
    assert other.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    again = visitor()
    again.page.goto(one.page.url)
    answered(again, "1,000 histories of each")
    assert shown_rows(again) == shown_rows(one)


def test_a_bad_link_is_answered_in_words(visitor: Arrive) -> None:
    reader = visitor()
    reader.page.goto(f"{reader.url}/compare?scenario=historical&histories=1000&seed=5")
    alert = reader.page.get_by_role("alert").first
    expect(alert).to_contain_text("one that differs from historical")
    expect(reader.page.locator("body")).not_to_contain_text("Traceback")
