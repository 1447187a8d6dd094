"""Questions that visitors build: cards, files and links; then all of it in a real browser."""

import json
import re
import tomllib
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from calibration.cli.main import main
from scenarios.comparison.answer import both
from scenarios.errors import ScenarioError
from scenarios.files import catalogue, scenario_file_of
from scenarios.page.compare.asking import with_built
from scenarios.page.compare.question import MOST, Question
from scenarios.page.explore.view import HistoryView
from scenarios.page.material import Material
from scenarios.page.parts.terms import glossary
from scenarios.page.question import own
from scenarios.page.question.builder import judgement
from scenarios.page.question.cards import cards, documented
from scenarios.page.question.choices import scenario_field
from scenarios.page.question.own import LONGEST_TEXT, MOST_OWN, own_files, read_own, toml_of
from simulation.interventions import INTERVENTIONS
from simulation.parameters import held_numbers
from simulation.schema import names_of

Arrive = Callable[..., Any]
YEARS = {"from": "1960", "to": "1965"}
PAIR = {"patron": "ussr", "client": "albania"}
SUM = {"kind": "sum", **YEARS, **PAIR, "value": 50}
ALONE = {"kind": "sole-patron", **YEARS, **PAIR}
QUESTION = {"name": "my-sum", "question": "And if Moscow pays?", "interventions": [SUM, ALONE]}


def linked(*entries: Any) -> str:
    return json.dumps(list(entries))


def test_every_kind_of_change_has_a_card_with_every_key_of_its_table() -> None:
    by_kind = {card["kind"]: [each["name"] for each in card["inputs"]] for card in cards()}
    assert set(by_kind) == set(INTERVENTIONS)
    for kind, model in INTERVENTIONS.items():
        keys = set(names_of(model)) - {"kind"}
        if kind == "parameter":
            keys -= {"from", "to"}
        assert set(by_kind[kind]) == keys, kind


def test_a_number_is_asked_for_in_its_unit() -> None:
    hints = {card["kind"]: {each["hint"] for each in card["inputs"]} for card in cards()}
    assert "million USD a quarter, 0 to 1000" in hints["sum"]
    assert hints["parameter"] == {""}


def test_every_question_of_the_catalogue_is_written_as_a_file_that_reads_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own, "catalogue_file_of", lambda _: None)
    for name, file in catalogue().items():
        if file.scenario.interventions:
            assert scenario_file_of(tomllib.loads(toml_of(file)), file.path) == file, name


def test_what_is_left_blank_is_filled_in_and_what_is_said_stands() -> None:
    scenario = read_own({"interventions": [SUM, ALONE]}).scenario
    assert "Albania finds no second patron beside the USSR" in scenario.antecedent
    assert len(scenario.antecedent.splitlines()) == 2
    said = read_own(QUESTION | {"horizon_years": 3, "antecedent": ["Moscow pays"]}).scenario
    assert (said.name, said.horizon, said.antecedent) == ("my-sum", 3, "Moscow pays")


def test_a_question_survives_the_links_of_both_tabs() -> None:
    text = linked(QUESTION)
    asked = Question(own=text, scenarios=("my-sum",))
    assert Question.from_query(asked.query()) == (asked, [])
    assert asked.readings()[0].scenario == read_own(QUESTION).scenario
    view = HistoryView(own=text, scenario="my-sum")
    assert HistoryView.from_query(view.query()) == (view, [])
    assert view.file.scenario == read_own(QUESTION).scenario
    other = HistoryView(own=linked(QUESTION | {"horizon_years": 3}), scenario="my-sum")
    assert other.name != view.name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "at most"),
        ("[1]", "a table"),
        ("[" * 90 + "]" * 90, "at most"),
        (linked(*({**QUESTION, "name": f"n{each}"} for each in range(MOST_OWN + 1))), "at most"),
        (linked(QUESTION, QUESTION), "no other question"),
        (linked(QUESTION | {"name": "no-great-leap"}), "does not use"),
        (linked(QUESTION | {"name": "../up"}), "small letters"),
        (linked(QUESTION | {"question": "x" * (LONGEST_TEXT + 1)}), "letters"),
        (linked(QUESTION | {"interventions": [SUM] * 21}), "at most 20 changes"),
        (linked(QUESTION | {"interventions": [SUM, SUM]}), "one change of a thing at a time"),
        (linked(QUESTION | {"interventions": [SUM | {"value": float("nan")}]}), "at most"),
        (linked({"interventions": []}), "at least one table"),
    ],
)
def test_a_link_with_an_unsound_question_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(words)):
        own_files(text)
    question, problems = Question.from_query(Question.model_construct(own=text).query())
    assert question == Question()
    assert any(words in str(problem) for problem in problems)


def test_every_problem_is_told_with_the_key_of_its_field(material: Material) -> None:
    wrong = [SUM | {"value": 5_000, "to": "1959"}, {"kind": "driver", **YEARS}]
    told, file = judgement(QUESTION | {"horizon_years": 99, "interventions": wrong}, material)
    assert file is None
    assert {key for key, _ in told["problems"]} == {
        "horizon_years",
        *(f"interventions[1].{key}" for key in ("to", "value")),
        *(f"interventions[2].{key}" for key in ("country", "driver", "value")),
    }


def test_a_sound_question_is_told_in_words_with_what_a_reader_must_know(material: Material) -> None:
    told, file = judgement(QUESTION, material)
    assert file is not None
    assert told["problems"] == []
    assert len(told["words"]) == 2
    assert "2 antecedents" in told["flags"][0]
    assert any("beyond the horizon" in flag for flag in told["flags"])


def test_cards_say_what_is_documented(material: Material) -> None:
    country = {"country": "china", **YEARS}
    for change in (
        SUM,
        {"kind": "leadership", **country},
        {"kind": "driver", "driver": "isolation", **country},
        {"kind": "proximity", **YEARS, "patron": "china", "client": "ussr"},
        {"kind": "forbid", "move": "break", **YEARS, **PAIR},
        {"kind": "parameter", "parameter": next(iter(material.draws.frame))},
        {"kind": "parameter", "parameter": next(iter(held_numbers()))},
    ):
        assert documented(change, material).startswith("Documented: "), change
    for unsound in ({"kind": "driver"}, {"kind": "?"}, SUM | {"from": "x"}, SUM | {"patron": "?"}):
        assert documented(unsound, material) == ""


def test_what_is_built_takes_its_place_beside_the_factual_scenario() -> None:
    text = linked(QUESTION | {"asks_about": "china-ussr"})
    alone = with_built(Question(), text, "my-sum")
    assert alone.scenarios == ("my-sum",)
    assert alone.pair == "china-ussr"
    many = tuple(name for name in catalogue() if name != "historical")[:MOST]
    full = with_built(Question(scenarios=many), text, "my-sum")
    assert full.scenarios == ("my-sum", *many[: MOST - 1])


def build(reader: Any) -> None:
    """Build a question of two changes, the first with mistakes that are then mended."""
    page = reader.page
    page.get_by_text("Build a question of your own").click()
    page.get_by_label("Add a change").select_option("sum")
    card = page.get_by_role("group", name="A sum is pledged, in place of the rules")
    card.get_by_label("From").fill("1960")
    card.get_by_label("To, included").fill("1959")
    card.get_by_label("Patron").select_option("ussr")
    card.get_by_label("Client").select_option("ussr")
    card.get_by_label("Value").fill("much")
    for words in ("not before from = 1960", "another country than the patron", "million USD"):
        expect(card.get_by_role("alert").filter(has_text=words)).to_be_visible()
    card.get_by_label("To, included").fill("1965")
    card.get_by_label("Client").select_option("albania")
    card.get_by_label("Value").fill("50")
    expect(card.get_by_role("alert")).to_have_count(0)
    expect(card).to_contain_text("Documented:")
    page.get_by_label("Add a change").select_option("goodwill")
    second = page.get_by_role("group", name="Goodwill is held")
    second.get_by_label("Patron", exact=True).select_option("ussr")
    second.get_by_label("Client", exact=True).select_option("albania")
    second.get_by_role("checkbox", name="at what each").check()
    second.get_by_role("checkbox", name="only of the patron").check()
    page.get_by_label("Question", exact=True).fill("And if Moscow pays?")
    in_words = page.get_by_role("region", name="The question in words")
    expect(in_words).to_contain_text("stays as it is in each history")


def test_a_question_is_built_shown_sent_and_taken_away(visitor: Arrive, tmp_path: Path) -> None:
    reader = visitor()
    reader.visit()
    build(reader)
    name, content = reader.download(re.compile(r"^Question \(TOML\)"))
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SystemExit) as done:
        main(["scenarios", "check", str(path)])
    assert done.value.code == 0
    changes = tomllib.loads(content.decode())["interventions"]
    assert [change["kind"] for change in changes] == ["sum", "goodwill"]
    assert (changes[1]["value"], changes[1]["one_way"]) == ("own", True)
    reader.press("Show a history of it")
    settings = reader.page.get_by_role("region", name="Settings")
    expect(settings.get_by_label("Scenario")).to_have_value("my-question")
    expect(settings).to_contain_text("And if Moscow pays?")
    reader.page.wait_for_function("location.search.includes('scenario=my-question')")
    other = visitor(390, 844, dark=True)
    other.page.goto(reader.page.url)
    expect(other.page.get_by_role("region", name="Settings")).to_contain_text("And if Moscow pays?")
    assert other.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_what_is_built_on_one_tab_is_compared_on_another(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    build(reader)
    reader.press("Show a history of it")
    reader.page.wait_for_function("location.search.includes('scenario=my-question')")
    reader.page.get_by_role("link", name="Compare").click()
    reader.page.get_by_label("Histories of each").select_option("1000")
    reader.page.get_by_text("Build a question of your own").click()
    reader.page.get_by_label("Begin with").select_option("my-question")
    expect(reader.page.get_by_label("Question", exact=True)).to_have_value("And if Moscow pays?")
    reader.press("Compare it")
    beside = reader.page.get_by_role("heading", name="my-question, beside history as documented")
    expect(beside).to_be_visible()
    expect(reader.page.get_by_role("button", name="Cancel")).to_be_disabled()
    expect(reader.page.get_by_role("region", name="my-question")).to_contain_text("Moscow pays?")
    file, text = reader.download(re.compile(r"^my-question \(TOML\)"))
    assert file == "my-question.toml"
    assert b"historical my-question.toml --replicates 1000" in text
    reader.page.set_default_timeout(180_000)
    report = reader.download(re.compile("^Report"))[1].decode()
    assert "And if Moscow pays?" in report


def test_a_scenario_file_is_opened_and_what_is_no_file_is_refused(
    visitor: Arrive, tmp_path: Path
) -> None:
    reader = visitor()
    reader.visit()
    reader.page.get_by_text("Build a question of your own").click()
    chosen = reader.page.get_by_label("Open a scenario file")
    path = tmp_path / "mine.toml"
    path.write_text(toml_of(read_own(QUESTION)).replace("value = 50.0", "value = 5000.0"))
    chosen.set_input_files(path)
    expect(reader.page.get_by_label("Question", exact=True)).to_have_value("And if Moscow pays?")
    sums = reader.page.get_by_role("group", name="A sum is pledged, in place of the rules")
    expect(sums.get_by_role("alert")).to_contain_text("0 to 1000")
    expect(reader.page.get_by_role("button", name="Show a history of it")).to_be_disabled()
    path.write_text("name = ")
    chosen.set_input_files(path)
    expect(reader.page.get_by_role("alert").filter(has_text="valid TOML")).to_be_visible()


def test_scenarios_stand_under_the_break_that_they_ask_about() -> None:
    mine = own.with_own("", QUESTION | {"name": "mine"})
    taken = {"no-great-leap"}
    field = scenario_field("s", "Scenario", "historical", mine, taken=taken, none="none")
    names = [name for name, _ in field.choices]
    assert set(names) == {"", "mine", *catalogue()} - {"no-great-leap"}
    assert names[:2] == ["", "historical"]
    for name, file in catalogue().items():
        if file.asks_about and name in names:
            assert field.groups[name] == f"The break of {both(file.asks_about)}"
            assert dict(field.choices)[name].lower() == file.change.lower()
    headings = [field.groups.get(name, "") for name in names]
    assert len({*headings}) == len(list(groupby(headings)))  # each heading once
    assert headings[-1] == "Your own questions"


def test_terms_of_the_glossary_are_told_on_hover_and_by_key(visitor: Arrive) -> None:
    reader = visitor()
    reader.visit()
    term = reader.page.get_by_role("button", name="goodwill", exact=True)
    meaning = reader.page.get_by_role("tooltip")
    expect(meaning).to_have_count(0)
    term.focus()
    expect(meaning).to_have_text(f"goodwill: {glossary()['goodwill']}")
    reader.page.keyboard.press("Escape")
    expect(meaning).to_have_count(0)
    reader.page.keyboard.press("Tab")
    expect(meaning).to_contain_text("strain:")
    reader.page.get_by_role("button", name="fatigue", exact=True).hover()
    expect(meaning).to_have_text(f"fatigue: {glossary()['fatigue']}")
    reader.page.get_by_role("heading", level=1).hover()
    expect(meaning).to_have_count(0)
