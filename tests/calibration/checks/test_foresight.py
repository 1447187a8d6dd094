"""What came later, foreseen from an early fit: what is measured, and what the report tells."""

import numpy as np
import pytest

from calibration.checks.foresight import (
    Account,
    Foresight,
    by_year,
    foreseen_breaks,
    foresight_report,
    gain_over,
    later_breaks,
)
from calibration.evidence.record import documented_record
from calibration.origin import origin_of
from calibration.prior import draw_coordinates, parameters_at
from calibration.reports.report import Table
from scenarios.draws import Draws, columns_of
from scenarios.outcomes import NEVER
from simulation.countries import Country
from simulation.dates import QUARTERS, quarter_of

UNTIL = quarter_of("1962")
CHINA_BREAK = quarter_of("1978-07")


def seen(rules=(-150.0, 0.3, -90.0, 0.4), families=40, breaks=None, early=None):
    breaks = later_breaks(documented_record(), UNTIL) if breaks is None else breaks
    dates = np.array([NEVER, CHINA_BREAK - 8, CHINA_BREAK, CHINA_BREAK + 4])
    return Foresight(
        UNTIL,
        57,
        73,
        Account("rules", *rules),
        (Account("constant", -180.0, 0.1, -100.0, 0.1), Account("allied", -170.0, 0.1, -98.0, 0.1)),
        families,
        breaks,
        [dates if early is None else early for _ in breaks],
        [dates for _ in breaks],
    )


def test_what_an_account_gave_to_the_rest_is_the_whole_less_the_early():
    rules = Account("rules", -150.0, 0.3, -90.0, 0.4)
    assert rules.later == -60
    assert rules.error == pytest.approx(0.5)
    assert gain_over(rules, Account("null", -170.0, 1.2, -98.0, 0.0)) == pytest.approx((12.0, 1.3))


def test_only_breaks_from_the_date_on_are_to_be_foreseen():
    breaks = later_breaks(documented_record(), UNTIL)
    assert [(each.pair, each.date) for each in breaks] == [
        ((Country.CHINA, Country.ALBANIA), "1978-07")
    ]
    assert len(later_breaks(documented_record(), 0)) == 5
    assert later_breaks(documented_record(), QUARTERS) == ()


def test_histories_keep_to_the_record_as_far_as_it_is_known_and_run_free_from_there(record):
    frame = columns_of(parameters_at(0.3 * draw_coordinates(30, 3)))
    draws = Draws(frame, "prior", "prior")
    breaks = documented_record().breaks
    by_pair = {
        each.pair: dates
        for each, dates in zip(
            breaks,
            foreseen_breaks(breaks, draws, record.before(UNTIL), 60, 2),
            strict=True,
        )
    }
    known = by_pair[Country.USSR, Country.ALBANIA]
    assert (known == quarter_of("1961-12")).all()
    open_window = by_pair[Country.USSR, Country.CHINA]
    assert ((open_window == NEVER) | (open_window >= quarter_of("1960-07"))).all()
    free = by_pair[Country.CHINA, Country.ALBANIA]
    assert ((free == NEVER) | (free >= UNTIL)).all()
    assert len(set(free)) > 3


def test_shares_by_the_end_of_each_year_count_what_never_breaks_as_later():
    dates = np.array([NEVER, quarter_of("1970"), quarter_of("1970-12"), quarter_of("1972")])
    assert by_year(dates, [1969, 1970, 1971, 1972]) == [0, 0.5, 0.5, 0.75]


def test_the_report_tells_the_gain_over_the_null_that_foresees_best():
    report, pictures = foresight_report(seen(), origin_of(seed=1, effort="quick"))
    assert "e^(12.0 ± 0.5) times more probable" in report.finding
    assert "best null, allied" in report.finding
    assert "Albania – China break by 1980 in 75% of histories" in report.finding
    assert report.reached is True
    assert report.values["gain"]["allied"] == pytest.approx([12.0, 0.5], abs=0.03)
    told = report.values["breaks"]["albania-china"]["fitted_early"]
    assert told == {"q05": "1976-08", "median": "1978-08", "q95": None, "share_by_1980": 0.75}
    (accounts, dates) = [part for part in report.parts if isinstance(part, Table)]
    assert [row[0] for row in accounts.rows] == ["rules", "allied", "constant"]
    assert dates.rows[0][-1] == "1978-07"
    assert set(pictures) == {"breaks"}


@pytest.mark.parametrize(
    ("changes", "reached", "words"),
    [
        ({"rules": (-163.0, 0.3, -90.0, 0.4)}, False, "times less probable"),
        ({"rules": (-161.5, 0.3, -90.0, 0.4)}, False, "e^(0.5 ± 0.5)"),
        ({"families": 12}, None, "With 12 families in a fit it has not settled: no verdict"),
    ],
)
def test_no_more_is_claimed_than_errors_and_families_bear(changes, reached, words):
    report, _ = foresight_report(seen(**changes), origin_of(seed=1))
    assert report.reached is reached
    assert words in report.finding


def test_where_no_break_is_to_come_there_is_no_picture_of_it():
    report, pictures = foresight_report(seen(breaks=()), origin_of(seed=1))
    assert pictures == {}
    assert report.values["breaks"] == {}


def test_histories_that_never_break_are_told_as_such():
    report, _ = foresight_report(seen(early=np.full(4, NEVER)), origin_of(seed=1))
    assert "0% of histories, median never, 5-95 % never to never" in report.finding
