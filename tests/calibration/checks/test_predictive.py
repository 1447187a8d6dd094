"""The predictive check: places of documented values, verdicts, and failures in the report."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.checks.histories.implied import (
    all_near,
    implied_breaks,
    median_range,
    near,
    share_of,
)
from calibration.checks.histories.pattern_list import Measure, Pattern, all_patterns
from calibration.checks.histories.predictive import (
    checked_predictions,
    judged,
    place_of,
    scenarios_of,
)
from calibration.checks.histories.predictive_report import predictive_report
from calibration.checks.histories.prior import checked_prior, prior_draws, prior_report
from calibration.evidence.record import documented_record
from calibration.reports.report import Table
from scenarios.outcomes import NEVER, PAIRS
from simulation.dates import quarter_of
from simulation.interventions import HISTORICAL, Scenario


def flags(shown, number=100):
    return np.arange(number) < shown


def test_a_share_has_wilsons_interval():
    found = share_of(flags(30))
    centre, reach = (
        (0.3 + 1.96**2 / 200) / (1 + 1.96**2 / 100),
        1.96 * np.sqrt(0.3 * 0.7 / 100 + 1.96**2 / 40000),
    )
    reach /= 1 + 1.96**2 / 100
    assert (found.share, found.low, found.high) == pytest.approx(
        (0.3, centre - reach, centre + reach), abs=1e-4
    )


def test_the_error_of_a_median_spans_the_middle_ranks():
    quarters = np.arange(100)
    low, high = median_range(quarters)
    assert (low, high) == (40, 59)
    assert median_range(np.full(50, NEVER)) == (None, None)


def test_near_never_counts():
    assert near(np.array([10, 18, 19, NEVER]), 10).tolist() == [True, True, False, False]


def test_the_place_of_a_documented_value():
    values = np.array([*range(1, 100), np.nan])
    place = place_of(values, 50.0)
    assert (place.q05, place.median, place.q95) == (5, 50, 95)
    assert place.below == pytest.approx((49 + 0.5) / 99)
    assert place.known == pytest.approx(0.99)
    assert place.inside
    assert not place_of(values, 96.0).inside
    assert not place_of(np.full(4, np.nan), 1.0).inside


def test_a_date_that_never_comes_is_later_than_all():
    place = place_of(np.array([10.0, 12.0, np.inf, np.inf]), 12.0)
    assert np.isinf(place.q95)
    assert place.inside


def test_verdicts():
    plain = Pattern("4a", "something", lambda history: flags(60))
    assert judged(plain, flags(60), None, None).passed
    assert not judged(plain, flags(40), None, None).passed
    measured = replace(
        plain, measure=Measure("share", 0.5, lambda history: np.zeros(100)), by_majority=False
    )
    around = np.linspace(0, 1, 100)
    assert judged(measured, flags(1), around, None).passed
    assert not judged(measured, flags(1), around + 2, None).passed
    both = replace(measured, by_majority=True)
    assert not judged(both, flags(1), around, None).passed
    other = replace(plain, scenario=Scenario(name="other", question=""))
    assert judged(other, flags(60), None, flags(10)).passed
    assert not judged(other, flags(60), None, flags(70)).passed


@pytest.fixture(scope="module")
def check(evidence, record):
    patterns = all_patterns(evidence, record)
    return checked_predictions(prior_draws(40, 3), patterns, documented_record(), 40, 3)


def test_free_runs_are_looked_through_once_for_everything(check, evidence, record):
    assert len(check.patterns) == len(all_patterns(evidence, record))
    dates = {row.summary.name: row for row in check.breaks}
    by_number = {row.pattern.number: row for row in check.patterns}
    pair = next(pair for pair in PAIRS if pair == (2, 0))
    quarters = check.result.outcomes.split[PAIRS.index(pair)]
    assert by_number["1e"].frequency.share == near(quarters, quarter_of("1961-12")).mean()
    assert by_number["1e"].frequency.share == dates["albania-ussr"].near.share
    assert by_number["9a"].factual is not None
    assert all(
        0 <= row.frequency.low <= row.frequency.share <= row.frequency.high <= 1
        for row in check.patterns
    )
    names = [scenario.name for scenario in scenarios_of([row.pattern for row in check.patterns])]
    assert names[0] == HISTORICAL.name
    assert len(names) == 3


def test_failures_are_counted_in_the_finding_and_listed_in_words(check, origin):
    report, _ = predictive_report(check, documented_record(), origin)
    failed = [row for row in check.patterns if not row.passed]
    assert failed
    assert not report.reached
    assert f"{len(check.patterns) - len(failed)} of {len(check.patterns)}" in report.finding
    tables = [part for part in report.parts if isinstance(part, Table)]
    (listed,) = (table for table in tables if table.title in report.finding)
    assert [row[1] for row in listed.rows] == [row.pattern.says for row in failed]
    assert set(report.values["patterns"]) == {row.pattern.number for row in check.patterns}


def test_all_near_is_no_larger_than_each(check):
    together = all_near(check.result.outcomes, documented_record())
    assert together.share <= min(
        row.near.share for row in implied_breaks(check.result.outcomes, documented_record())
    )


def test_the_prior_check_says_what_the_priors_tell(origin):
    made = checked_prior(40, 3)
    report, _ = prior_report(made, origin)
    assert report.reached
    assert report.finding.startswith("No prior is centred")
    assert len(report.values["breaks"]) == 5
    leaking, _ = prior_report(replace(made, problems=["parameters.toml: a date"]), origin)
    assert not leaking.reached
    assert leaking.finding.startswith("1 priors or drivers meet")
