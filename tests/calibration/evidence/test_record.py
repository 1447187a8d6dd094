"""The record in the model's terms: moves that follow, five breaks, and aid in dollars."""

from dataclasses import replace
from itertools import pairwise

import pytest

from calibration.errors import CalibrationError
from calibration.evidence.record import (
    aid_observations,
    headline_breaks,
    record_problems,
    recorded_moves,
)
from calibration.evidence.rows import Evidence
from simulation.conditioning import RecordedMove
from simulation.countries import Country, pair_named
from simulation.dates import quarter_of
from simulation.state import Move


def with_change(evidence: Evidence, name: str, **cells: str) -> Evidence:
    assert name in {row.id for row in evidence.record}
    record = tuple(
        row.model_copy(update=cells) if row.id == name else row for row in evidence.record
    )
    return replace(evidence, record=record)


def test_the_story_of_albania_and_moscow(evidence: Evidence) -> None:
    pair = pair_named("albania-ussr")
    assert [move for move in recorded_moves(evidence) if move.pair == pair] == [
        RecordedMove(pair, Move.FORMED, quarter_of("1948-07"), quarter_of("1949-02")),
        RecordedMove(pair, Move.ESTRANGED, quarter_of("1960-06"), quarter_of("1960-12")),
        RecordedMove(pair, Move.SPLIT, quarter_of("1961-12"), quarter_of("1961-12")),
    ]


def test_the_quarrels_of_albania_and_china_were_made_up_before_the_last(evidence: Evidence) -> None:
    pair = pair_named("albania-china")
    moves = [move.move for move in recorded_moves(evidence) if move.pair == pair]
    quarrel = [Move.ESTRANGED, Move.MENDED]
    assert moves == [Move.FORMED, *quarrel, *quarrel, Move.ESTRANGED, Move.SPLIT]


def test_one_move_a_quarter_and_later_moves_end_later(evidence: Evidence) -> None:
    moves = recorded_moves(evidence)
    assert all(move.first_quarter <= move.last_quarter for move in moves)
    for before, after in pairwise(moves):
        assert before.pair != after.pair or before.last_quarter < after.last_quarter


def test_the_five_breaks_the_model_is_judged_by(evidence: Evidence) -> None:
    found = {pair: broken.documented for pair, broken in headline_breaks(evidence).items()}
    assert found == {
        "albania-yugoslavia": "1948-07",
        "yugoslavia-ussr": "1948-06",
        "albania-ussr": "1961-12",
        "china-ussr": "1960-07",
        "albania-china": "1978-07",
    }
    moscow = headline_breaks(evidence)["china-ussr"]
    assert (moscow.earliest, moscow.latest) == ("1960-07", "1963-07")
    assert moscow.pair == (Country.USSR, Country.CHINA)


def test_aid_for_the_plan_of_1971_stands_in_dollars_where_it_was_agreed(evidence: Evidence) -> None:
    (loan,) = (a for a in aid_observations(evidence) if a.id == "china-albania-1970-fyp5-loan-445m")
    assert loan.pair == (Country.CHINA, Country.ALBANIA)
    assert loan.basis == "pledged"
    assert loan.first_quarter == loan.last_quarter == quarter_of("1970-10-16")
    assert loan.usd == pytest.approx(534)
    assert loan.low < 534 < loan.high


def test_a_bare_year_of_aid_runs_to_its_last_quarter(evidence: Evidence) -> None:
    (loan,) = (a for a in aid_observations(evidence) if a.id == "china-albania-1964-loan-6m5")
    assert (loan.first_quarter, loan.last_quarter) == (quarter_of("1964-01"), quarter_of("1964-12"))


def test_what_was_delivered_stands_in_the_years_in_which_it_came(evidence: Evidence) -> None:
    named = "china-albania-1967-arms-delivered-84m-yuan"
    row = next(row for row in evidence.aid if row.id == named)
    dated = row.model_copy(update={"agreed": "1965-01"})
    (arms,) = aid_observations(replace(evidence, aid=(dated,)))
    assert arms.first_quarter == quarter_of(row.first)
    assert arms.last_quarter == quarter_of(row.last, end=True)


def test_only_money_compared_with_the_model_is_observed(evidence: Evidence) -> None:
    observed = aid_observations(evidence)
    names = {observation.id for observation in observed}
    assert len(names) == len(observed) >= 20
    assert {observation.basis for observation in observed} == {"asked", "pledged", "delivered"}
    roles = {figure.id: figure.role for figure in evidence.aid}
    assert {roles[name] for name in names} == {"target", "held out"}
    assert (
        "china-albania-1956-plan-total-80m" not in names
    )  # the sum of two loans observed by themselves
    assert "china-albania-1965-grain-400kt" not in names  # tons


def test_a_break_without_a_quarrel_before_it_is_refused(evidence: Evidence) -> None:
    broken = with_change(evidence, "ussr-albania-1960-11-16-dispute", from_status="", to_status="")
    with pytest.raises(CalibrationError) as caught:
        recorded_moves(broken)
    (problem,) = caught.value.problems
    assert problem.key == "from_status"
    assert "allied, the status of albania-ussr before 1961-12" in problem.allowed


def test_a_move_the_model_does_not_know_is_refused(evidence: Evidence) -> None:
    broken = with_change(evidence, "ussr-albania-1961-12-break", to_status="none")
    keys = {problem.key for problem in record_problems(broken)}
    assert keys == {"from_status, to_status"}


def test_two_moves_that_must_fall_in_one_quarter_are_refused(evidence: Evidence) -> None:
    broken = with_change(evidence, "yugoslavia-albania-1948-02-dispute", latest="1948-07")
    (problem,) = record_problems(broken)
    assert (problem.key, problem.value) == ("latest", "1948-07")


def test_a_status_on_a_row_of_context_is_refused(evidence: Evidence) -> None:
    broken = with_change(
        evidence, "ussr-albania-1961-08-ambassador", from_status="estranged", to_status="split"
    )
    assert any("context" in problem.allowed for problem in record_problems(broken))
