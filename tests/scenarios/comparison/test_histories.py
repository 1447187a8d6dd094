"""Conditional histories: the right states, the same however cut, twins until the change."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from scenarios.comparison.histories import (
    abduced,
    choices,
    chosen,
    conditional_histories,
    record_end,
)
from scenarios.draws import Draws, parameters_for
from scenarios.errors import ScenarioError
from scenarios.files import scenario_named
from simulation.conditioning import RecordedMove
from simulation.countries import Country
from simulation.dates import QUARTERS, quarter_of
from simulation.ensemble import continued, opened, simulate
from simulation.interventions import HISTORICAL, MOVES, Ban, Scenario
from simulation.parameters import default_parameters
from simulation.state import AllianceState, Move, Status
from simulation.trajectory import MoveTable

ALBANIA, CHINA, USSR, YUGOSLAVIA = Country
NEAR = (YUGOSLAVIA, ALBANIA)
#: Slopes and thresholds under which moves are likely, so that free histories that fit a record are
#: many.
RESTLESS = {
    "dispute_slope": 6.0,
    "dispute_threshold": 0.6,
    "patron_dispute_threshold": 0.6,
    "break_slope": 6.0,
    "break_threshold": 0.7,
    "abandonment_threshold": 0.6,
    "mend_slope": 4.0,
    "mend_threshold": 0.2,
    "start_strain": 0.2,
    "strain_noise": 0.3,
    "grant_noise": 1.5,
}
#: Only Albania and Yugoslavia may change their status.
TINY = Scenario(
    name="tiny",
    question="What may become of one pair?",
    interventions=tuple(
        Ban(
            start="1945-01",
            end="1980-12",
            reason="a tiny case",
            patron=a.key,
            client=b.key,
            move=move,
        )
        for a in Country
        for b in Country
        if a < b and {a, b} != set(NEAR)
        for move in MOVES
    ),
)
OTHER = scenario_named("no-opening-1971")


@pytest.fixture(scope="module")
def restless() -> Draws:
    frame = pd.DataFrame(
        {name: values[:1] for name, values in default_parameters(1, **RESTLESS).items()}
    )
    return Draws(frame, "restless", "prior")


#: The record of the tiny case ends after 5 quarters, and 3 more are run freely.
UNTIL, LATER, FREE = 5, 8, 30_000
TRACED = ("move", "status", "strain", "fatigue")


@pytest.fixture(scope="module")
def free(restless: Draws) -> dict[str, np.ndarray]:
    """Free histories of the tiny case: quantities of its one pair, (quarters, histories)."""
    parts = [
        simulate(
            parameters_for(restless, first, 1000),
            TINY,
            seed=9,
            first_replicate=first,
            quarters=LATER,
            keep=TRACED,
        ).arrays
        for first in range(0, FREE, 1000)
    ]
    return {
        name: np.concatenate([part[name][:, *NEAR] for part in parts], axis=1) for name in TRACED
    }


def traits(arrays: dict[str, np.ndarray], rows: np.ndarray) -> list[np.ndarray]:
    """What is compared: strain and fatigue at the record's end, the quarrel, the later status."""
    strain, fatigue = (arrays[name][UNTIL - 1, rows] for name in ("strain", "fatigue"))
    quarrel = (arrays["move"][:UNTIL] == Move.ESTRANGED).argmax(axis=0)[rows].astype(float)
    status = arrays["status"][LATER - 1, rows]
    shares = [(status == each).astype(float) for each in Status if each != Status.NONE]
    return [strain, strain**2, fatigue, quarrel, *shares]


def error_of(one: np.ndarray, other: np.ndarray) -> float:
    """The standard error of the difference of two means."""
    return float(np.hypot(one.std() / np.sqrt(one.size), other.std() / np.sqrt(other.size)))


def test_a_candidate_is_chosen_in_proportion_to_its_weight():
    weights = np.tile([0.5, 0.0, 0.3, 0.2], (4, 1))
    assert chosen(weights, np.array([0.0, 0.49, 0.51, 0.999])).tolist() == [0, 0, 2, 3]
    assert chosen(np.ones((3, 1)), np.array([0.0, 0.5, 0.999])).tolist() == [0, 0, 0]


def test_the_choice_is_addressed_by_replicate():
    assert np.array_equal(choices(3, 0, 100)[37:50], choices(3, 37, 13))
    assert not np.array_equal(choices(3, 0, 10), choices(4, 0, 10))
    assert 0.4 < choices(3, 0, 1000).mean() < 0.6


@pytest.mark.statistical
@pytest.mark.parametrize(
    "moves",
    [
        [RecordedMove(NEAR, Move.ESTRANGED, 2, 4)],
        [RecordedMove(NEAR, Move.ESTRANGED, 1, 3), RecordedMove(NEAR, Move.SPLIT, 4, 4)],
    ],
)
def test_filtered_states_are_those_of_the_free_histories_that_fit_the_record(restless, free, moves):
    """Brute force: of 30,000 free histories those that make the recorded moves, against abduction.

    Differences of 5 standard errors: 1e-6 for each trait, below 2e-5 for all. With 32 candidates
    the bias of choosing among them is far below that; candidates taken as they come differ
    by more than 4 standard errors (asserted last).
    """
    made = free["move"][:UNTIL]
    fits = (made != Move.STAY).sum(axis=0) == len(moves)
    for move in moves:
        within = made[move.first_quarter : move.last_quarter + 1]
        fits &= (within == move.move).sum(axis=0) == 1
    assert fits.sum() > 500
    theirs = traits(free, np.flatnonzero(fits))
    given = {"until": UNTIL, "seed": 5, "first_replicate": 0, "scenario": TINY, "keep": TRACED}

    def off(candidates: int, replicates: int) -> list[float]:
        """Differences of the traits from those of the brute force, in standard errors."""
        course, shares = abduced(
            restless, moves, replicates=replicates, candidates=candidates, **given
        )
        assert candidates == 1 or 1 / candidates < shares.mean() < 1
        parameters = parameters_for(restless, 0, replicates)
        onward = continued(course, parameters, TINY, seed=5, until=LATER).trajectory(0)
        arrays = {name: array[:, *NEAR] for name, array in onward.arrays.items()}
        ours = traits(arrays, np.arange(replicates))
        return [
            abs(own.mean() - brute.mean()) / (error_of(own, brute) + 1e-12)
            for own, brute in zip(ours, theirs, strict=True)
        ]

    assert max(off(32, 800)) <= 5
    assert max(off(1, 5000)) > 4


def test_histories_given_a_record_do_not_depend_on_how_the_work_is_cut(draws: Draws):
    moves = [RecordedMove((YUGOSLAVIA, ALBANIA), Move.ESTRANGED, 12, 14)]

    def found(first: int, count: int):
        return abduced(
            draws, moves, 20, seed=2, first_replicate=first, replicates=count, candidates=5
        )

    (whole, shares), (part, few) = found(0, 230), found(201, 9)
    assert np.array_equal(shares[201:210], few)
    for held in fields(AllianceState):
        ours, theirs = getattr(whole.state, held.name), getattr(part.state, held.name)
        assert np.array_equal(ours[..., 201:210], theirs), held.name
    for name, quarterly in whole.kept.items():
        assert np.array_equal(np.stack(quarterly)[..., 201:210], np.stack(part.kept[name]))
    rows, own = MoveTable.joined(whole.moves), MoveTable.joined(part.moves)
    mine = (rows.replicate >= 201) & (rows.replicate < 210)
    ours = sorted(
        zip(*(getattr(rows, f.name)[mine].tolist() for f in fields(MoveTable)), strict=True)
    )
    assert ours == sorted(
        zip(*(getattr(own, f.name).tolist() for f in fields(MoveTable)), strict=True)
    )
    assert ours


def test_the_moves_kept_are_those_of_the_chosen_candidates(draws: Draws):
    """Status rebuilt from the table of moves is the status of the state."""
    moves = [RecordedMove((YUGOSLAVIA, ALBANIA), Move.ESTRANGED, 2, 30)]
    course, _ = abduced(draws, moves, 32, seed=2, first_replicate=40, replicates=30, candidates=4)
    table = MoveTable.joined(course.moves)
    own = (table.patron == YUGOSLAVIA) & (table.client == ALBANIA)
    assert sorted(table.replicate[own].tolist()) == list(range(40, 70))
    assert (table.move[own] == Move.ESTRANGED).all()
    assert (course.state.status[YUGOSLAVIA, ALBANIA] == Status.ESTRANGED).all()
    status = np.stack(course.kept["status"])[:, YUGOSLAVIA, ALBANIA]
    dates = dict(zip(table.replicate[own].tolist(), table.quarter[own].tolist(), strict=True))
    for row in range(30):
        assert status[dates[40 + row], row] == Status.ESTRANGED
        assert status[dates[40 + row] - 1, row] == Status.ALLIED
    assert len(set(dates.values())) > 1


def test_twins_are_the_same_until_the_intervention_and_no_further(draws: Draws):
    told: list[tuple[int, int]] = []
    until = record_end("1960-02", [OTHER])
    tables, share = conditional_histories(
        [HISTORICAL, OTHER],
        draws,
        40,
        1,
        [RecordedMove((USSR, ALBANIA), Move.FORMED, 16, 18)],
        until,
        candidates=4,
        progress=lambda done, whole: told.append((done, whole)),
    )
    one, other = tables["historical"], tables[OTHER.name]
    assert 0.25 <= share <= 1
    early = [f"albania_china_strain_{year}" for year in range(1945, 1971)]
    assert one[early].equals(other[early])
    assert not one["albania_china_strain_1976"].equals(other["albania_china_strain_1976"])
    assert (one["albania_yugoslavia_quarter"].isin([-1, *range(until, QUARTERS)])).all()
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


def test_without_a_record_and_with_one_candidate_histories_are_the_usual_ones(draws: Draws):
    """Nothing on record before 1945 Q2, one quarter of silence: then the same states."""
    course, _ = abduced(draws, [], 1, seed=3, first_replicate=0, replicates=20, candidates=1)
    parameters = parameters_for(draws, 0, 20)
    usual = continued(
        opened(parameters, HISTORICAL, ()), parameters, HISTORICAL, seed=3, until=1
    ).state
    assert np.array_equal(course.state.strain, usual.strain)
    assert np.array_equal(course.state.goodwill, usual.goodwill)


def test_the_record_ends_with_the_quarter_of_its_date():
    assert record_end("1971-06", [HISTORICAL, OTHER]) == quarter_of("1971-07")
    assert record_end("1960-02", [OTHER]) == record_end("1960-03", [OTHER]) == quarter_of("1960-04")


def test_a_record_that_goes_on_after_an_intervention_is_refused_for_each_scenario():
    early = scenario_named("no-new-line-1956")
    with pytest.raises(ScenarioError) as caught:
        record_end("1971-07", [HISTORICAL, OTHER, early])
    assert [problem.where for problem in caught.value.problems] == [OTHER.name, early.name]
    assert "at most 1971-06" in str(caught.value)


@pytest.mark.parametrize("date", ["1944-12", "1980-12", "1960-13", "soon"])
def test_a_date_that_is_none_of_the_model_is_refused(date):
    with pytest.raises(ScenarioError, match="--given-record-until"):
        record_end(date, [])
