"""Runs and their outcomes: reproducible, independent of chunks, and counted as stated."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from scenarios.documented import (
    PLAN_PERIODS,
    DocumentedAid,
    DocumentedBreak,
    Window,
    documented_sum,
    window_of,
    windows_of,
)
from scenarios.draws import Draws, parameters_for
from scenarios.files import scenario_named
from scenarios.manifest import scenario_hash
from scenarios.outcomes import (
    KEPT,
    NEVER,
    PAIR_NAMES,
    PAIRS,
    SERIES,
    Outcomes,
    outcomes_of,
    quantile_date,
    quantile_quarter,
)
from scenarios.run import run_scenario
from scenarios.summary import date_and_window
from simulation.countries import Country
from simulation.dates import QUARTERS, quarter_of
from simulation.ensemble import simulate
from simulation.interventions import HISTORICAL
from simulation.state import Move, Status
from simulation.trajectory import CAUSES

FIELDS = ("split", "initiator", "cause", "aid", "status_counts")


def equal(one: Outcomes, other: Outcomes) -> bool:
    same = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in FIELDS)
    return same and all(np.array_equal(one.series[name], other.series[name]) for name in SERIES)


@pytest.fixture(scope="module")
def outcomes(draws: Draws) -> Outcomes:
    return run_scenario(HISTORICAL, draws, 130, 1).outcomes


def test_the_same_seed_gives_the_same_outcomes(draws: Draws, outcomes: Outcomes) -> None:
    assert equal(outcomes, run_scenario(HISTORICAL, draws, 130, 1).outcomes)
    assert not equal(outcomes, run_scenario(HISTORICAL, draws, 130, 2).outcomes)


@pytest.mark.parametrize("chunk", [pytest.param(1, marks=pytest.mark.slow), 17, 64])
def test_chunks_change_nothing(draws: Draws, outcomes: Outcomes, chunk: int) -> None:
    assert equal(outcomes, run_scenario(HISTORICAL, draws, 130, 1, chunk=chunk).outcomes)


def test_more_replicates_leave_the_first_as_they_were(draws: Draws, outcomes: Outcomes) -> None:
    fewer = run_scenario(HISTORICAL, draws, 40, 1).outcomes
    assert np.array_equal(fewer.split, outcomes.split[:, :40])
    assert np.array_equal(fewer.aid, outcomes.aid[..., :40])


def test_series_are_kept_for_the_first_histories_only(
    draws: Draws, outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenarios.outcomes.SERIES_REPLICATES", 70)
    capped = run_scenario(HISTORICAL, draws, 130, 1, chunk=32).outcomes
    assert capped.series["strain"].shape == (36, len(PAIRS), 70)
    assert np.array_equal(capped.series["strain"], outcomes.series["strain"][..., :70])
    assert np.array_equal(capped.split, outcomes.split)


def test_progress_is_told_after_each_chunk(draws: Draws) -> None:
    told: list[int] = []
    run_scenario(HISTORICAL, draws, 50, 1, told.append, chunk=20)
    assert told == [20, 40, 50]


def test_outcomes_are_those_of_the_trajectory(draws: Draws) -> None:
    trajectory = simulate(parameters_for(draws, 5, 60), seed=3, first_replicate=5, keep=KEPT)
    found = outcomes_of(trajectory, PLAN_PERIODS, 60)
    moves = trajectory.moves
    for place, (patron, client) in enumerate(PAIRS):
        for replicate in range(60):
            rows = [
                row
                for row in range(len(moves.quarter))
                if (moves.patron[row], moves.client[row]) == (patron, client)
                and moves.move[row] == Move.SPLIT
                and moves.replicate[row] == replicate + 5
            ]
            if not rows:
                assert found.split[place, replicate] == NEVER
                continue
            assert found.split[place, replicate] == moves.quarter[rows[0]]
            assert found.initiator[place, replicate] == moves.initiator[rows[0]]
            assert found.cause[place, replicate] == moves.cause[rows[0]]
    pair = PAIR_NAMES.index("albania-china")
    period = next(i for i, window in enumerate(PLAN_PERIODS) if window.name == "1966-70")
    quarters = slice(quarter_of("1966-01"), quarter_of("1970-12") + 1)
    pledged = trajectory.arrays["newly_pledged"][quarters, Country.CHINA, Country.ALBANIA].sum(
        axis=0
    )
    np.testing.assert_allclose(found.aid[1, period, pair], pledged, rtol=1e-5)
    arms = trajectory.arrays["arms_newly_pledged"][quarters, Country.CHINA, Country.ALBANIA].sum(
        axis=0
    )
    of_china = {form: found.aid_of("pledged", form)[period, pair] for form in ("arms", "economic")}
    np.testing.assert_allclose(of_china["arms"], arms, rtol=1e-5)
    np.testing.assert_allclose(of_china["economic"], pledged - arms, rtol=1e-4, atol=1e-3)
    strain = trajectory.arrays["strain"][84:88, Country.CHINA, Country.ALBANIA].mean(axis=0)
    np.testing.assert_allclose(found.series["strain"][21, pair], strain, rtol=1e-5, atol=1e-7)


def test_every_history_has_one_status_in_every_quarter(outcomes: Outcomes) -> None:
    assert outcomes.status_counts.shape == (QUARTERS, len(PAIRS), len(Status))
    assert (outcomes.status_counts.sum(axis=-1) == outcomes.replicates).all()


def test_causes_and_initiators_are_named_where_there_is_a_break(outcomes: Outcomes) -> None:
    broken = outcomes.split != NEVER
    assert ((outcomes.cause >= 0) == broken).all()
    assert (outcomes.cause < len(CAUSES)).all()
    for place, pair in enumerate(PAIRS):
        assert set(outcomes.initiator[place][broken[place]].tolist()) <= set(map(int, pair))


def test_counterfactual_equals_its_twin_before_the_change(draws: Draws, outcomes: Outcomes) -> None:
    changed = run_scenario(scenario_named("no-opening-1971"), draws, 130, 1).outcomes
    before = quarter_of("1971-07")
    early = (outcomes.split != NEVER) & (outcomes.split < before)
    assert np.array_equal(changed.split[early], outcomes.split[early])
    assert np.array_equal(changed.status_counts[:before], outcomes.status_counts[:before])
    assert np.array_equal(changed.aid[:, :5], outcomes.aid[:, :5])
    assert not np.array_equal(changed.aid[:, 6], outcomes.aid[:, 6])


def test_never_counts_as_later_than_1980() -> None:
    quarters = np.array([10, 20, 30, NEVER], dtype=np.int16)
    assert quantile_quarter(quarters, 0.05) == 10
    assert quantile_quarter(quarters, 0.5) == 20
    assert quantile_quarter(quarters, 0.75) == 30
    assert quantile_quarter(quarters, 0.76) is None
    assert quantile_date(quarters, 0.95) is None
    assert quantile_date(quarters, 0.5) == "1950-02"
    assert quantile_date(np.array([], dtype=np.int16), 0.5) is None
    assert quantile_date(np.full(9, NEVER), 0.05) is None


def test_scenario_hash_depends_on_what_is_said() -> None:
    assert scenario_hash(HISTORICAL) == scenario_hash(scenario_named("historical"))
    names = ("historical", "no-opening-1971", "gang-of-four-wins")
    assert len({scenario_hash(scenario_named(name)) for name in names}) == 3


def figure(name: str, start: str, end: str, usd: float, low: float, high: float) -> DocumentedAid:
    pair = (Country.CHINA, Country.ALBANIA)
    first, last = quarter_of(start), quarter_of(end, end=True)
    return DocumentedAid(name, pair, "credit", "pledged", first, last, usd, low, high)


def test_what_arrived_in_a_year_is_not_what_arrived_in_its_plan() -> None:
    arrived = replace(figure("a", "1967", "1967", 34, 31, 38), form="arms", basis="delivered")
    assert window_of(arrived) == Window("1967", quarter_of("1967"), quarter_of("1967", end=True))
    assert window_of(replace(arrived, basis="pledged")).name == "1966-70"
    assert [replace(arrived, form=form).compared_with for form in ("arms", "cash", "total")] == [
        "arms",
        "economic",
        "",
    ]


def test_a_documented_window_is_told_by_what_the_date_does_not_say() -> None:
    def told(earliest: str, latest: str) -> str:
        return date_and_window(DocumentedBreak(PAIRS[0], "1960-07", earliest, latest))

    assert told("1960-07", "1960-07") == "1960-07"
    assert told("1960-07", "1963-07") == "1960-07 (to 1963-07)"
    assert told("1960-06", "1963-07") == "1960-07 (1960-06 to 1963-07)"
    assert date_and_window(None) == ""


def test_plan_periods_follow_on_one_another() -> None:
    assert [period.name for period in PLAN_PERIODS][:3] == ["1946-50", "1951-55", "1956-60"]
    assert PLAN_PERIODS[-1].last_quarter == QUARTERS - 1
    for one, other in itertools.pairwise(PLAN_PERIODS):
        assert other.first_quarter == one.last_quarter + 1


def test_documented_figures_add_up_in_their_plan_period() -> None:
    figures = [
        figure("a", "1966", "1970", 100, 97, 104),
        figure("b", "1968-10", "1970", 50, 46, 53),
        figure("across", "1973", "1977", 9, 9, 9),
    ]
    window = window_of(figures[0])
    held = documented_sum(figures, figures[0].pair, "pledged", window)
    assert held is not None
    assert (held.usd, held.low, held.high) == (150, 145, 155)
    assert held.ids == ("a", "b")
    assert documented_sum(figures, figures[0].pair, "asked", window) is None
    assert documented_sum(figures, figures[0].pair, "pledged", window, "economic") == held
    assert documented_sum(figures, figures[0].pair, "pledged", window, "arms") is None
    assert windows_of(figures)[-1] == Window(
        "1973-77", quarter_of("1973"), quarter_of("1977", end=True)
    )
    assert len(windows_of(figures)) == len(PLAN_PERIODS) + 1
