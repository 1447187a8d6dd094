"""A quarter in words: who did what, over what, and what drove it."""

import re
from collections.abc import Callable

import pytest

from scenarios.draws import Draws, parameters_for
from scenarios.explain.chronicle import (
    LEAST_STRAIN,
    happenings,
    quarter_in_words,
    reasons_in_words,
)
from scenarios.explain.history import History, simulated_history
from scenarios.explain.words import CAPITALS, leader_of
from scenarios.files import scenario_named
from simulation.countries import Country
from simulation.dates import QUARTERS, quarter_name, quarter_of
from simulation.drivers import leadership_spells
from simulation.interventions import Course, ParameterValue, Scenario
from simulation.parameters import default_parameters
from simulation.state import Move, Status
from simulation.trajectory import CAUSES, PAIRS

Tell = Callable[..., History]


@pytest.fixture(scope="module")
def history(draws: Draws) -> Tell:
    kept: dict[tuple[str, int], History] = {}

    def simulated(scenario: str = "historical", draw: int = 0, quarters: int = QUARTERS) -> History:
        key = (scenario, draw)
        if key not in kept:
            parameters = parameters_for(draws, draw, 1)
            kept[key] = simulated_history(
                parameters, scenario_named(scenario), seed=1, replicate=draw, quarters=quarters
            )
        return kept[key]

    return simulated


def words_of(history: History, quarter: int, kind: str) -> list[str]:
    return [happening.words for happening in happenings(history, quarter) if happening.kind == kind]


def test_every_move_is_told_in_its_quarter_with_both_countries(history: Tell) -> None:
    moves = 0
    for draw in range(6):
        one = history(draw=draw)
        table = one.trajectory.moves
        for place, quarter in enumerate(table.quarter):
            told_here = words_of(one, int(quarter), "move")
            patron, client = Country(int(table.patron[place])), Country(int(table.client[place]))
            both = {
                (patron.title, client.title),
                (CAPITALS[patron], client.title),
                (CAPITALS[client], patron.title),
            }
            assert any(
                all(name in words for name in names) for names in both for words in told_here
            )
            moves += 1
    assert moves > 20


def test_a_break_names_the_largest_grievance_of_the_account(history: Tell) -> None:
    over = {
        "enemy_courted": "over the courting of the United States",
        "refusal": "over requests refused",
        "encroachment": "over followers that",
        "friend_opposed": "over the quarrel with its friend",
    }
    seen = set()
    for draw in range(12):
        one = history(draw=draw)
        table = one.trajectory.moves
        for place in range(len(table.quarter)):
            cause = CAUSES[table.cause[place]]
            if table.move[place] == Move.SPLIT and cause in over:
                words = words_of(one, int(table.quarter[place]), "move")
                assert any("breaks with" in told and over[cause] in told for told in words)
                seen.add(cause)
    assert len(seen) > 2


def test_a_change_of_leadership_is_told_with_its_lines(history: Tell) -> None:
    (words,) = words_of(history(), quarter_of("1956-04"), "leadership")
    line = {
        name: float(history().parameters[f"line_ussr_{name}"][0])
        for name in ("collective", "khrushchev")
    }
    assert words.startswith("In Moscow a new course begins")
    (passed,) = words_of(history(), quarter_of("1953-10"), "leadership")
    assert passed.startswith("In Moscow the lead passes to Khrushchev")
    assert f"from {line['collective']:.2f} to {line['khrushchev']:.2f}" in words


def test_a_history_is_told_with_the_course_and_the_parameters_of_its_scenario(
    draws: Draws,
) -> None:
    dates = {"start": "1945", "end": "1980", "reason": "A test."}
    changes = (
        Course(**dates, country="ussr", course="line", value=0.5),
        ParameterValue(reason="A test.", parameter="need_share", value=0.02),
    )
    scenario = Scenario(name="try", question="What if?", interventions=changes)
    parameters = parameters_for(draws, 0, 1)
    after = quarter_of("1956-04")
    one = simulated_history(parameters, scenario, seed=1, replicate=0, quarters=after + 1)
    (told,) = words_of(one, after - 1, "leadership") + words_of(one, after, "leadership")
    assert "the line goes from 0.50 to 0.50" in told
    assert one.parameters["need_share"] == 0.02


def test_leaders_are_named_without_the_remarks_of_the_table() -> None:
    names = {leader_of(spell) for spell in leadership_spells().values()}
    assert {"Hoxha", "Stalin", "Khrushchev", "Tito", "Mao", "the collective leadership"} <= names
    assert not any(mark in name for name in names for mark in ";(,")


def test_china_enters_once_and_its_first_drivers_are_no_news(history: Tell) -> None:
    enters = quarter_of("1949-10")
    assert "The People's Republic of China enters" in words_of(history(), enters, "leadership")
    assert not any("China" in words for words in words_of(history(), enters, "driver"))
    assert not any(
        "China enters" in quarter_in_words(history(), quarter)
        for quarter in (enters - 1, enters + 1)
    )


def test_a_scenario_is_told_where_it_begins_and_where_it_ends(history: Tell) -> None:
    scenario = scenario_named("china-refuses-1961")
    one = history("china-refuses-1961")
    begins = {quarter_of(change.start) for change in scenario.interventions}
    ends = {quarter_of(change.end, end=True) + 1 for change in scenario.interventions} - {QUARTERS}
    for quarter in range(QUARTERS):
        words = words_of(one, quarter, "scenario")
        assert any("changes history here" in told for told in words) == (quarter in begins)
        assert any("ends" in told.split(":")[0] for told in words) == (quarter in ends)


def test_aid_that_changes_much_is_told_with_its_amounts(history: Tell) -> None:
    found = 0
    for one in (history(draw=draw) for draw in range(6)):
        for quarter in range(1, QUARTERS):
            old, new = (
                one.pair("delivered", q, Country.USSR, Country.ALBANIA)
                for q in (quarter - 1, quarter)
            )
            cut = old >= 1 and 0.05 < new < 0.7 * old
            amounts = f"from ${old:.1f} million to ${new:.1f} million a quarter"
            words = f"Moscow cuts its aid to Albania {amounts}"
            assert any(told.startswith(words) for told in words_of(one, quarter, "aid")) >= cut
            found += cut
    assert found > 2


def test_a_quarter_is_one_line_and_the_line_holds_the_greatest_strain(history: Tell) -> None:
    one = history()
    told_of = 0
    for quarter in range(QUARTERS):
        line = quarter_in_words(one, quarter)
        tied = [
            one.pair("strain", quarter, *roles)
            for pair in PAIRS
            for roles in (pair, pair[::-1])
            if one.status(quarter - 1, *roles) in (Status.ALLIED, Status.ESTRANGED)
        ]
        assert line.startswith(f"{quarter_name(quarter)}: ")
        assert "\n" not in line
        if max(tied, default=0) >= LEAST_STRAIN:
            assert re.search(rf"[Ss]train of \S+ toward .* {max(tied):.2f},", line)
            told_of += 1
    assert told_of > 10


def test_nothing_is_told_of_quarters_not_reached(history: Tell, draws: Draws) -> None:
    short = simulated_history(
        parameters_for(draws, 0, 1), scenario_named("historical"), seed=1, replicate=0, quarters=4
    )
    assert happenings(short, 4) == ()
    assert happenings(short, -1) == ()
    assert happenings(short, 3) == happenings(history(), 3)


def test_reasons_tell_the_chances_of_the_account(history: Tell) -> None:
    one = history()
    asked = 0
    for quarter in range(QUARTERS):
        sentences = " ".join(reasons_in_words(one, quarter, Country.USSR, Country.ALBANIA))
        before = one.status(quarter - 1, Country.USSR, Country.ALBANIA)
        decision = {Status.ALLIED: "dispute_by_client", Status.ESTRANGED: "break_by_client"}.get(
            before
        )
        if decision is not None:
            chance = one.pair(decision, quarter, Country.USSR, Country.ALBANIA)
            assert f"{chance:.1%} that Albania" in sentences, quarter_name(quarter)
            asked += 1
    assert asked > 20


def test_what_was_asked_and_promised_is_told_with_its_arms_and_what_moved_the_bid() -> None:
    scenario = scenario_named("moscow-grants-500m")
    pair = (Country.USSR, Country.ALBANIA)
    patient = default_parameters(1, break_threshold=1.5, dispute_threshold=1.0)
    one = simulated_history(patient, scenario, seed=1, replicate=0, quarters=66)
    before, during = (
        reasons_in_words(one, quarter_of(month), *pair)[-1] for month in ("1955-01", "1960-07")
    )
    requested, arms = (
        one.pair(name, quarter_of("1955-01"), *pair) for name in ("requested", "arms_requested")
    )
    asked = f"Albania asked for ${requested:.1f} million, ${arms:.1f} million of it in arms; Moscow"
    assert before.startswith(asked)
    assert "raised its bid most was what Albania is worth" in before
    assert during.startswith("Albania asked for ")
    assert during.endswith(", as the scenario has it.")
