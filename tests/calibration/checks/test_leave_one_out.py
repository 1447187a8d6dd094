"""Scores and left-out forecasts against cases that can be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from calibration.checks.ablation.added import weighted_logs
from calibration.checks.leave_one_out import (
    LeftOut,
    Question,
    blocks_of,
    left_out,
    null_scores,
    smoothed,
)
from calibration.checks.leave_one_out_report import leave_one_out_report
from calibration.diagnostics import systematic
from calibration.likelihood.observations import (
    EVENT,
    FIGURES,
    QUARTERS,
    Observation,
    documented_quarters,
)
from calibration.likelihood.scores import (
    DateForecast,
    FigureForecast,
    Score,
    crps,
    date_score,
    dates_of,
    figure_score,
    paired,
)
from calibration.nulls.accounts import all_nulls
from calibration.nulls.likelihood import NullFit
from calibration.prior import draw_coordinates
from simulation.countries import Country
from simulation.dates import quarter_of

PAIR = (Country.USSR, Country.ALBANIA)


def moving(**chances):
    found = np.zeros(QUARTERS)
    for date, chance in chances.items():
        found[quarter_of(date.strip("_").replace("_", "-"))] = chance
    return found


def test_a_sure_and_right_forecast_is_perfect():
    sure = moving(_1961_12=1.0)
    quarter = quarter_of("1961-12")
    score = date_score(DateForecast(sure, sure), (quarter, quarter), quarter)
    assert (score.log, score.brier, score.crps) == pytest.approx((0, 0, 0), abs=1e-12)
    silent = date_score(DateForecast(np.zeros(QUARTERS), np.zeros(QUARTERS)), None, None)
    assert (silent.log, silent.brier, silent.crps) == pytest.approx((0, 0, 0), abs=1e-12)


def test_dates_are_scored_by_window_year_and_distance():
    either = moving(_1960_03=0.25, _1961_12=0.25)
    quarter = quarter_of("1961-12")
    score = date_score(DateForecast(either, either * 0.8), (quarter - 1, quarter), quarter)
    assert score.log == pytest.approx(np.log(0.2))
    assert score.brier == pytest.approx(0.25**2 + 0.75**2 + 0.5**2)
    years = np.array([quarter_of("1960-03"), quarter, QUARTERS, QUARTERS]) / 4
    expected = np.abs(years - quarter / 4).mean() - np.abs(years[:, None] - years).mean() / 2
    assert score.crps == pytest.approx(expected, rel=2e-3)


def test_an_ensemble_of_dates_has_the_chances_of_the_forecast():
    dates = dates_of(DateForecast(moving(_1950_02=0.3, _1960_02=0.2), np.zeros(QUARTERS)))
    assert (dates == quarter_of("1950-02")).mean() == pytest.approx(0.3)
    assert (dates == quarter_of("1960-02")).mean() == pytest.approx(0.2)
    assert (dates == QUARTERS).mean() == pytest.approx(0.5)


def test_the_crps_does_not_depend_on_the_size_of_the_ensemble():
    assert crps(np.array([0.0, 2.0]), 1.0) == pytest.approx(1.0 - 2.0 / 2)


def generator():
    return np.random.Generator(np.random.Philox(1))


def test_a_figure_is_scored_by_the_probability_that_a_mixture_gave_it():
    logs = np.log([0.2, 0.4])
    forecast = FigureForecast(np.array([1.0, 3.0]), logs, np.zeros(2), np.ones(2))
    score = figure_score(forecast, 0.5, generator())
    assert score.log == pytest.approx(np.log(0.25 * 0.2 + 0.75 * 0.4))
    assert np.isnan(score.brier)


def test_the_distance_of_a_value_is_that_from_draws_with_their_errors():
    forecast = FigureForecast(np.ones(1), np.zeros(1), np.full(1, 0.3), np.full(1, 2.0))
    found = figure_score(forecast, 0.8, generator()).crps
    draws = 0.3 + 2.0 / np.sqrt(2) * stats.t.ppf((np.arange(4000) + 0.5) / 4000, 4)
    pairs = np.abs(draws[:, np.newaxis] - draws).mean() / 2
    assert found == pytest.approx(np.abs(draws - 0.8).mean() - pairs, rel=0.02)


def test_an_interval_or_a_word_has_no_distance():
    forecast = FigureForecast(np.ones(2), np.log([0.2, 0.4]), np.zeros(2), np.ones(2))
    score = figure_score(forecast, None, generator())
    assert score.log == pytest.approx(np.log(0.3))
    assert np.isnan([score.brier, score.crps]).all()


def test_paired_differences_by_hand():
    gap = paired([1.0, 2.0, np.nan], [0.0, 4.0, 1.0])
    assert (gap.mean, gap.number) == (-0.5, 2)
    assert gap.error == pytest.approx(np.std([1, -2], ddof=1) / np.sqrt(2))
    assert paired([np.nan], [1.0]).number == 0


@pytest.mark.statistical
def test_weights_foresee_what_exact_refits_foresee():
    """A normal mean: the draws that saw everything, weighted, against the exact forecast.

    The tolerance is over five standard deviations of twenty repetitions (0.01).
    """
    seen = np.array([0.3, -1.2, 0.8, 1.9, 0.1])
    generator = np.random.Generator(np.random.Philox(5))
    precision = 1 + len(seen)
    draws = seen.sum() / precision + generator.standard_normal(8000) / np.sqrt(precision)
    log_likelihood = stats.norm.logpdf(seen[:, np.newaxis], draws)
    weights, pareto = smoothed(log_likelihood)
    found = weighted_logs(log_likelihood, weights)
    rest = seen.sum() - seen
    exact = stats.norm.logpdf(seen, rest / len(seen), np.sqrt(1 + 1 / len(seen)))
    assert found == pytest.approx(exact, abs=0.05)
    assert (pareto < 0.7).all()


@pytest.fixture(scope="module")
def asked(evidence, record):
    moves = tuple(move for move in record.moves if set(move.pair) == set(PAIR))
    figures = tuple(
        next(figure for figure in record.of_kind(kind) if figure.pair == PAIR)
        for kind in FIGURES
        if kind != "cut"  # none is of the two
    )
    small = replace(record, moves=moves, figures=figures)
    return Question(small, documented_quarters(evidence, small), seed=1, copies=2)


@pytest.fixture(scope="module")
def fits():
    generator = np.random.Generator(np.random.Philox(2))
    return tuple(
        NullFit(null, 0.3 * generator.standard_normal((60, len(null.parameters))), (-1.0, -1.0))
        for null in all_nulls()
    )


@pytest.fixture(scope="module")
def rows(asked, fits):
    return left_out(draw_coordinates(30, 1) * 0.3, fits, asked)


def test_every_observation_is_scored_by_rules_and_nulls(asked, rows):
    assert [row.observation for row in rows] == list(asked.observations)
    assert rows[-1].observation.kind == "support"
    for row in rows:
        assert set(row.nulls) == {null.name for null in all_nulls()}
        assert np.isnan(row.rules.brier) == (row.observation.kind in FIGURES)
        figure = asked.record.figures[row.observation.place] if np.isnan(row.rules.brier) else None
        for score in (row.rules, *row.nulls.values()):
            assert np.isfinite(score.log)
            if figure is not None and figure.observed is None:
                assert np.isnan(score.crps)
            else:
                assert score.crps >= 0
        assert not row.refitted


def test_where_weights_fail_the_rules_are_fitted_again(asked, fits, rows, monkeypatch):
    monkeypatch.setattr("calibration.checks.leave_one_out.MOST_K", -np.inf)
    wanted, draws = [], draw_coordinates(30, 1) * 0.3

    def refit(place, start):
        assert start.shape == (3, draws.shape[1])
        assert all((draws == one).all(axis=1).any() for one in start)
        wanted.append(place)
        return draw_coordinates(3, place) * 0.3

    only = replace(asked, record=replace(asked.record, figures=()))
    again = left_out(draws, fits[:1], only, refit=refit, population=3)
    assert wanted == list(range(len(only.observations)))
    assert all(row.refitted for row in again)


def test_an_evenly_weighted_sample_follows_the_weights():
    assert systematic(np.array([0.5, 0.0, 0.25, 0.25]), 0.5, 8).tolist() == [0, 0, 0, 0, 2, 2, 3, 3]


def test_left_out_scores_of_a_null_are_worse_than_fitted_ones_on_average(asked, fits):
    from calibration.nulls.likelihood import pointwise

    values = fits[0].null.values(fits[0].coordinates)
    fitted = np.log(np.exp(pointwise(fits[0].null, values, asked.record)).mean(axis=1))
    assert np.mean([score.log for score in null_scores(fits[0], asked)]) < fitted.mean()


def fake(name, rules, null, pareto=0.1):
    row = Observation(name, EVENT, PAIR, 0)
    return LeftOut(
        row, Score(rules, 0.5, 1.0), {"constant": Score(null, 0.6, 2.0)}, pareto, False, rules
    )


def test_the_finding_tells_gains_losses_and_failing_weights(origin):
    good = [fake("a", -1.0, -3.0), fake("b", -1.5, -3.0), fake("c", -0.5, -2.0)]
    report, _ = leave_one_out_report(good, origin, refits=True)
    assert report.reached
    assert "gain +1.67 ± 0.17" in report.finding
    bad = [fake("a", -3.0, -3.0), fake("b", -4.0, -3.0), fake("c", -1.5, -2.0, pareto=0.9)]
    report, _ = leave_one_out_report(bad, origin, refits=False)
    assert not report.reached
    for text in ("lose most on: b (-1.0)", "add little", "For 1 observations the weights fail"):
        assert text in report.finding


def scored(name, kind, rules, **nulls):
    scores = {null: Score(log, np.nan, np.nan) for null, log in nulls.items()}
    row = Observation(name, kind, PAIR, 0)
    return LeftOut(row, Score(rules, np.nan, np.nan), scores, 0.1, False, rules)


def exchange(gain):
    """Two events, and aid, answers and support that the rules foresee better by a gain each."""
    return [
        *(scored(f"event {n}", EVENT, -1.0, constant=-3.0, drivers=-3.0) for n in range(2)),
        *(scored(f"aid {n}", "aid", gain - 2.0, constant=-6.0, drivers=-2.0) for n in range(4)),
        *(scored(f"answer {n}", "answer", gain - 1.0, constant=-1.0, drivers=-4.0)
          for n in range(4)),
        *(scored(f"act {n}", "support", gain - 1.0, constant=-1.0, drivers=-1.5)
          for n in range(4)),
    ]  # fmt: skip


def test_a_block_stands_beside_the_null_that_foresees_it_best():
    blocks = blocks_of(exchange(1.0))
    assert (blocks["aid"].null, blocks["answer"].null) == ("drivers", "constant")
    assert blocks["aid"].sum == pytest.approx(4.0)
    assert blocks["aid"].gain.number == 4
    # of aid and answers together one null is the best, though each has another
    assert blocks["aid and answers"].null == "drivers"
    assert blocks["aid and answers"].sum == pytest.approx(4.0 + 4 * (0.0 + 4.0))
    uneven = [
        scored("a", "aid", -1.0, constant=-2.0),
        scored("b", "aid", -1.0, constant=-5.0),
    ]
    block = blocks_of(uneven)["aid"]
    assert block.sum == pytest.approx(5.0)
    assert block.error == pytest.approx(2 * np.std([1, 4], ddof=1) / np.sqrt(2))


@pytest.mark.parametrize(
    ("gain", "families", "reached"),
    [(0.8, 40, True), (0.7, 40, False), (0.8, 29, False), (0.8, None, False)],
)
def test_the_exchange_is_foreseen_if_every_block_gains_three_with_thirty_families(
    origin, gain, families, reached
):
    report, _ = leave_one_out_report(exchange(gain), origin, refits=True, families=families)
    assert [goal.reached for goal in report.goals] == [True, reached]
    assert report.reached is reached
    measured = report.goals[1].measured
    assert f"aid {4 * gain:+.1f} ± 0.0 over drivers" in measured
    assert ("not known" in measured) == (families is None)
    assert report.values["blocks"]["support"]["best_null"] == "constant"


def test_one_block_that_is_not_foreseen_is_enough_to_miss_the_goal(origin):
    rows = [row for row in exchange(1.0) if row.observation.kind != "support"]
    report, _ = leave_one_out_report(rows, origin, refits=True, families=100)
    assert report.goals[1].reached is False
