"""Every pattern on histories made by hand: one that shows it, one that does not."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.checks.histories import patterns
from calibration.checks.histories.pattern_list import COUNTERFACTUALS, all_patterns, merged_scenario
from calibration.checks.histories.patterns import CHINA_ALBANIA, USSR_ALBANIA, YUGOSLAVIA_ALBANIA
from calibration.likelihood.measures import Agreement, Amount, Pace, Rate, Share
from calibration.likelihood.quantities import Part
from calibration.likelihood.readings import Reading
from simulation.context import Context
from simulation.dates import QUARTERS, quarter_of
from simulation.parameters import default_parameters
from simulation.state import Move, Status
from simulation.trajectory import MoveTable, Trajectory

NAMES = patterns.KEPT


def span(start, end):
    return slice(quarter_of(start), quarter_of(end, end=True) + 1)


def history(breaks=(), **values):
    """One history: breaks as (pair, date), arrays as {pair: {(from, to): value}}."""
    arrays = {name: np.zeros((QUARTERS, 4, 4, 1)) for name in NAMES}
    for name, pairs in values.items():
        for pair, spans in pairs.items():
            for (start, end), value in spans.items():
                arrays[name][span(start, end), pair[0], pair[1], 0] = value
    rows = [(0, quarter_of(date), *pair, Move.SPLIT, -1, -1) for pair, date in breaks]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 7).T
    return Trajectory(0, 1, arrays, MoveTable(*columns), None)


def test_order_counts_ties_and_needs_every_break():
    pairs = (YUGOSLAVIA_ALBANIA, USSR_ALBANIA)
    right = history([(YUGOSLAVIA_ALBANIA, "1948-07"), (USSR_ALBANIA, "1961-12")])
    wrong = history([(YUGOSLAVIA_ALBANIA, "1962-07"), (USSR_ALBANIA, "1961-12")])
    together = history([(YUGOSLAVIA_ALBANIA, "1961-10"), (USSR_ALBANIA, "1961-12")])
    never = history([(YUGOSLAVIA_ALBANIA, "1948-07")])
    shown = [
        bool(patterns.broken_in_order(held, pairs)[0]) for held in (right, wrong, together, never)
    ]
    assert shown == [True, False, True, False]


def test_near_is_within_so_many_years():
    held = history([(USSR_ALBANIA, "1963-11")])
    assert patterns.broken_near(held, USSR_ALBANIA, quarter_of("1961-12"), 2).all()
    assert not patterns.broken_near(held, USSR_ALBANIA, quarter_of("1961-08"), 2).any()
    assert not patterns.broken_near(history(), USSR_ALBANIA, quarter_of("1961-12"), 50).any()


def part(quantity, start, end, pair=CHINA_ALBANIA):
    return Part(quantity, pair, quarter_of(start), quarter_of(end))


def figure(measure, reading, *parts, **more):
    return measure("x", "aid", *parts[0].pair, parts, reading, **more)


def test_an_amount_is_in_range_as_the_likelihood_takes_it():
    plan = part("pledged", "1966-01", "1970-12")
    held = history(newly_pledged={CHINA_ALBANIA: {("1966-01", "1968-06"): 6.0}})
    narrow = figure(Amount, Reading(value=np.log(50.0), spread=0.1), plan)
    wide = figure(Amount, Reading(value=np.log(50.0), spread=0.2), plan)
    assert narrow.simulated_in(held) == pytest.approx(60.0)
    # 1.65 spreads either way: 60 / 50 is within exp(0.33), not within exp(0.165).
    assert not patterns.figure_in_range(held, narrow).any()
    assert patterns.figure_in_range(held, wide).all()
    assert not patterns.figure_in_range(history(), wide).any()


def test_an_answer_in_range_is_pledged_over_asked():
    spans = (part(name, "1965-01", "1965-12") for name in ("pledged", "requested"))
    answer = figure(Share, Reading(value=0.68, spread=0.05), *spans)
    held = history(
        requested={CHINA_ALBANIA: {("1965-01", "1965-12"): 10.0}},
        newly_pledged={CHINA_ALBANIA: {("1965-01", "1965-06"): 14.0}},
    )
    assert answer.simulated_in(held) == pytest.approx(0.7)
    assert patterns.figure_in_range(held, answer).all()
    assert not patterns.figure_in_range(history(), answer).any()
    most = replace(answer, reading=Reading(low=0.75))
    assert not patterns.figure_in_range(held, most).any()


def test_a_word_is_in_range_where_it_holds():
    spans = (part("delivered", "1967-01", "1969-12"), part("delivered", "1961-01", "1965-12"))
    more = figure(Pace, Reading(low=0.0), *spans, above=True)
    less = figure(Pace, Reading(high=0.0), *spans, above=False)
    held = history(delivered=delivered(("1961-01", "1965-12", 2.0), ("1967-01", "1969-12", 3.0)))
    assert patterns.figure_in_range(held, more).all()
    assert not patterns.figure_in_range(held, less).any()
    some = figure(Agreement, Reading(value=1.0), spans_of_1976 := part("pledged", "1976", "1978"))
    none = figure(Agreement, Reading(value=0.0), spans_of_1976)
    assert patterns.figure_in_range(history(), none).all()
    assert not patterns.figure_in_range(history(), some).any()


def interest(reading, start, end, pair=CHINA_ALBANIA):
    return figure(
        Rate, reading, part("interest agreed", start, end, pair), part("pledged", start, end, pair)
    )


def test_interest_is_compared_as_an_interval_and_between_patrons():
    half = Reading(low=np.log(0.0025), high=np.log(0.0075))
    early = interest(half, "1954-12", "1957-01")
    late = interest(Reading(high=np.log(0.0025)), "1966-07", "1970-12")
    two = Reading(low=np.log(0.0175), high=np.log(0.0225))
    soviet = interest(two, "1951-01", "1957-01", USSR_ALBANIA)
    held = history(
        newly_pledged={
            CHINA_ALBANIA: {("1955", "1970"): 5.0},
            USSR_ALBANIA: {("1951", "1960"): 1.0},
        },
        interest={
            CHINA_ALBANIA: {("1954", "1960"): 0.007, ("1961", "1970"): 0.003},
            USSR_ALBANIA: {("1951", "1960"): 0.018},
        },
    )
    assert early.simulated_in(held) == pytest.approx(0.007)
    assert [patterns.figure_in_range(held, rate).all() for rate in (early, late, soviet)] == [
        True,
        False,
        True,
    ]
    assert patterns.interest_softer(held, [early, late], [soviet]).all()
    assert not patterns.interest_softer(held, [soviet], [early, late]).any()
    assert np.isnan(soviet.simulated_in(history())).all()
    assert not patterns.figure_in_range(history(), soviet).any()
    never = interest(two, "1945-01", "1945-12", USSR_ALBANIA)
    assert not patterns.interest_softer(held, [early], [never]).any()


def delivered(*spans):
    return {CHINA_ALBANIA: {(start, end): value for start, end, value in spans}}


def test_chinese_aid_rises_to_1975():
    late = history(
        delivered=delivered(("1961", "1970", 5.0), ("1971", "1974", 9.0), ("1976", "1977", 3.0))
    )
    early = history(delivered=delivered(("1961", "1965", 9.0), ("1966", "1980", 3.0)))
    assert patterns.chinese_aid_peaks_after_1966(late).all()
    assert not patterns.chinese_aid_peaks_after_1966(early).any()
    assert not patterns.chinese_aid_peaks_after_1966(history()).any()
    assert patterns.chinese_aid_falls_from_1975(late).all()
    assert not patterns.chinese_aid_falls_from_1975(early).any()
    assert patterns.chinese_aid_does_not_fall_in_1971(late).all()
    fallen = history(delivered=delivered(("1968", "1970", 5.0), ("1971", "1974", 4.0)))
    assert not patterns.chinese_aid_does_not_fall_in_1971(fallen).any()


def test_a_break_is_no_fall():
    spans = delivered(("1971", "1974", 9.0))
    assert patterns.chinese_aid_falls_from_1975(history(delivered=spans)).all()
    broken = history([(CHINA_ALBANIA, "1975-02")], delivered=spans)
    assert not patterns.chinese_aid_falls_from_1975(broken).any()


def test_quarters_without_grants_are_counted_back_from_the_break():
    asked = {USSR_ALBANIA: {("1950", "1961"): 10.0}}
    granted = {USSR_ALBANIA: {("1950-01", "1961-03"): 5.0, ("1961-04", "1961-12"): 0.9}}
    held = history([(USSR_ALBANIA, "1961-12")], requested=asked, newly_pledged=granted)
    assert patterns.quarters_without_grants(held, USSR_ALBANIA) == 2
    assert patterns.aid_ends_before_break(held, USSR_ALBANIA).all()
    to_the_end = history([(USSR_ALBANIA, "1961-12")], requested=asked, newly_pledged=asked)
    assert patterns.quarters_without_grants(to_the_end, USSR_ALBANIA) == 0
    assert not patterns.aid_ends_before_break(to_the_end, USSR_ALBANIA).any()
    assert np.isnan(patterns.quarters_without_grants(history(), USSR_ALBANIA)).all()


def test_pledges_dwindle_against_the_five_years_before():
    spans = {("1960-01", "1976-06"): 10.0, ("1976-07", "1978-06"): 4.9}
    pledged = {CHINA_ALBANIA: spans}
    held = history([(CHINA_ALBANIA, "1978-07")], newly_pledged=pledged)
    assert patterns.aid_dwindles_before_break(held, CHINA_ALBANIA).all()
    spans[("1976-07", "1978-06")] = 5.1
    held = history([(CHINA_ALBANIA, "1978-07")], newly_pledged=pledged)
    assert not patterns.aid_dwindles_before_break(held, CHINA_ALBANIA).any()


def test_support_is_highest_in_the_middle():
    peak = {CHINA_ALBANIA: {("1955", "1962"): 0.3, ("1963", "1971"): 0.6, ("1972", "1977"): 0.5}}
    rising = {CHINA_ALBANIA: {("1955", "1962"): 0.3, ("1963", "1971"): 0.6, ("1972", "1977"): 0.7}}
    assert patterns.support_highest_1963_71(history(support=peak)).all()
    assert not patterns.support_highest_1963_71(history(support=rising)).any()


def test_requests_exceed_grants_and_the_ratio_grows():
    asked = {CHINA_ALBANIA: {("1966", "1970"): 10.0, ("1976", "1980"): 30.0}}
    growing = history(
        requested=asked,
        newly_pledged={CHINA_ALBANIA: {("1966", "1970"): 7.0, ("1976", "1980"): 12.0}},
    )
    assert patterns.requests_exceed_grants(growing).all()
    assert patterns.ratio_of_requests_grows(growing).all()
    generous = history(
        requested=asked,
        newly_pledged={CHINA_ALBANIA: {("1966", "1970"): 7.0, ("1976", "1980"): 30.0}},
    )
    assert not patterns.requests_exceed_grants(generous).any()
    assert not patterns.ratio_of_requests_grows(generous).any()
    assert not patterns.requests_exceed_grants(history()).any()


def test_the_longest_alliance_is_counted_to_its_first_break():
    status = {
        CHINA_ALBANIA: {("1961-01", "1978-06"): Status.ALLIED},
        USSR_ALBANIA: {("1948-07", "1961-09"): Status.ALLIED, ("1970", "1980"): Status.ALLIED},
    }
    broken = [(USSR_ALBANIA, "1961-12"), (CHINA_ALBANIA, "1978-07")]
    held = history(broken, status=status)
    assert patterns.quarters_on_terms(held, USSR_ALBANIA) == 53
    assert patterns.china_lasts_longest(held).all()
    assert not patterns.china_lasts_longest(history(broken[1:], status=status)).any()


def test_unbroken_until_a_quarter():
    held = history([(USSR_ALBANIA, "1966-12")])
    assert patterns.still_unbroken(held, USSR_ALBANIA, quarter_of("1966-09")).all()
    assert not patterns.still_unbroken(held, USSR_ALBANIA, quarter_of("1966-12")).any()
    assert patterns.still_unbroken(history(), USSR_ALBANIA, QUARTERS - 1).all()


def test_the_list_covers_every_number_once(evidence, record):
    found = all_patterns(evidence, record)
    numbers = [pattern.number for pattern in found]
    assert len(set(numbers)) == len(numbers)
    assert {number[0] for number in numbers} == set("123456789")
    dates = {pattern.number: pattern for pattern in found if pattern.measure is not None}
    assert dates["1e"].measure.documented == quarter_of("1961-12")
    assert "Albania – USSR" in dates["1e"].says
    assert dates["5a"].measure.documented == 3
    by_letter = {pattern.number: pattern for pattern in found}
    assert by_letter["3i"].says.startswith("China to Albania: credit pledged against")
    figures = [figure for figure in record.figures if figure.kind != "support"]
    kinds = ("2", "3", "10", "11", "12", "13", "14")
    one_each = [
        pattern
        for pattern in found
        if pattern.number.rstrip("abcdefghijklmnopqrstuvwxyz") in kinds and pattern.number != "10a"
    ]
    assert len(one_each) == len(figures)
    values = sorted(figure.value for figure in figures if figure.observed is not None)
    assert sorted(p.measure.documented for p in one_each if p.measure) == values
    # Intervals and words must hold in most histories; a value need only be in their range.
    assert all(pattern.by_majority == (pattern.measure is None) for pattern in one_each)


@pytest.mark.parametrize("names", [names for _, _, names, _ in COUNTERFACTUALS])
def test_merged_counterfactuals_do_not_contradict_themselves(names):
    merged = merged_scenario(names)
    Context(merged, default_parameters())
    assert len(merged.interventions) >= len(names)
