"""From rows of the evidence to figures: sums, ranges, units, spans, second readings, series."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.evidence.declarations import Comparison
from calibration.evidence.reading import read_evidence
from calibration.likelihood.declared import figures_on_record
from calibration.likelihood.figures import discrepancy_of
from calibration.likelihood.readings import Reading
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.parameters import default_parameters

EVIDENCE = read_evidence()
WIDTH = 3.3  # spreads from low to high
ALBANIA, CHINA, USSR = Country.ALBANIA, Country.CHINA, Country.USSR


def figures_of(evidence=EVIDENCE, **options):
    return {figure.name: figure for figure, _ in figures_on_record(evidence, **options)}


FIGURES = figures_of()


def declared(name, **cells):
    """The figure of an observation of the shipped evidence with other cells."""
    (row,) = [row for row in EVIDENCE.observations if row.id == name]
    changed = Comparison.model_validate(row.model_dump() | cells)
    return figures_of(replace(EVIDENCE, observations=(changed,)))[name]


def test_loans_of_one_span_add_up_with_their_ranges():
    """50 (45 to 55) and 30 (27 to 33) old rubles at 4 a dollar."""
    loans = FIGURES["aid-china-1954"]
    reach = np.hypot(5, 3) / 4
    assert loans.value == pytest.approx(20)
    assert loans.reading.spread == pytest.approx(np.log((20 + reach) / (20 - reach)) / WIDTH)
    assert (loans.pair, loans.kind, loans.measure) == ((CHINA, ALBANIA), "aid", "amount")
    assert (loans.first_quarter, loans.last_quarter) == (
        quarter_of("1954-10"),
        quarter_of("1958-09"),
    )


def test_the_bloc_lends_with_moscow():
    bloc = FIGURES["aid-bloc-1951"]
    assert bloc.pair == (USSR, ALBANIA)
    assert bloc.value == pytest.approx(254 / 4)  # of which 83 Soviet, part of the sum


def test_the_currency_of_the_largest_part_is_doubted():
    loan = FIGURES["aid-china-1970"]
    (rate,) = [
        rate
        for rate in EVIDENCE.currency
        if rate.unit == "million new rubles" and rate.first <= "1970-10" <= rate.last
    ]
    assert loan.value == pytest.approx((445 + 30) * rate.usd_per_unit + 14)
    assert loan.currency == "million new rubles"
    assert loan.rate_spread == pytest.approx(np.log(rate.high / rate.low) / WIDTH)
    assert FIGURES["arms-china-total"].currency == ""  # told in dollars


def test_an_interval_in_a_currency_is_turned_into_dollars():
    came = FIGURES["delivery-china-1963"]
    assert came.reading.value is None
    assert np.exp([came.reading.low, came.reading.high]) == pytest.approx([18 * 1.11, 53 * 1.11])
    early = FIGURES["delivery-china-1960"]  # new rubles, of the year before there were any
    assert np.exp([early.reading.low, early.reading.high]) == pytest.approx(
        [0.5 * 1.11, 9.2 * 1.11]
    )


def test_a_second_reading_has_the_range_of_the_first():
    loan = FIGURES["aid-china-1962"]
    assert np.exp(loan.other.value) == pytest.approx(176)
    assert loan.other.spread == loan.reading.spread


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("answer-ussr-1957", Reading(low=0.5, high=0.95)),
        ("answer-china-1967", Reading(low=0.95, high=np.inf)),  # a share of one bounds nothing
        ("arms-ussr-1961-held-back", Reading(low=-np.inf, high=0.2)),
        ("arms-answer-china-1963", Reading(low=0.2, high=0.95)),
        ("answer-china-1965", Reading(value=0.68, spread=(0.78 - 0.6) / WIDTH)),
        ("terms-interest-china-1966", Reading(low=-np.inf, high=np.log(0.0025))),
        ("terms-interest-ussr-1951", Reading(low=np.log(0.0175), high=np.log(0.0225))),
        ("arms-ussr-1961-stop", Reading(low=-np.inf, high=np.log(0.05))),
        ("delivery-china-1964", Reading(low=0.0, high=np.inf)),
        ("aid-china-1976-none", Reading(value=0.0)),
        ("arms-request-1967", Reading(np.log(0.43), (np.log(0.44) - np.log(0.32)) / WIDTH)),
    ],
)
def test_readings_stand_on_the_scale_on_which_they_are_compared(name, expected):
    found = FIGURES[name].reading
    for key in ("value", "spread", "low", "high"):
        assert getattr(found, key) == pytest.approx(getattr(expected, key)), key


def test_quantities_are_set_against_others_over_their_own_spans():
    peak = FIGURES["delivery-china-1967-peak"]
    assert [(part.first_quarter, part.last_quarter) for part in peak.parts] == [
        (quarter_of(first), quarter_of(last))
        for first, last in (("1967-01", "1969-12"), ("1961-01", "1965-12"), ("1975-01", "1978-06"))
    ]
    assert peak.above
    assert not FIGURES["cut-china-1975"].above
    assert len(FIGURES["delivery-china-1969-rank"].parts) == 16
    modest = FIGURES["request-china-1950s-modest"]
    assert [part.pair for part in modest.parts] == [(CHINA, ALBANIA), (USSR, ALBANIA)]


def test_what_is_open_counts_as_it_stands_when_the_span_begins():
    delivered, open_, pledged = FIGURES["arms-china-1968-share"].parts
    assert (delivered.quarters, open_.quarters, pledged.quarters) == (8, 1, 8)
    assert open_.first_quarter == delivered.first_quarter


def test_an_act_knows_what_was_said_last_in_its_series():
    def previous(name):
        return FIGURES[name].previous

    assert previous("albania-china-1962-10-seat") is None
    assert previous("albania-china-1963-09-seat") == 1
    assert previous("albania-china-1967-01-press") == 1  # of November, not the silence of July
    assert previous("albania-china-1966-11-endorsement") == 0
    assert previous("china-ussr-1957-11-conference") is None  # Belgrade's no is not Peking's
    assert previous("albania-ussr-1961-10-congress") == -1
    assert previous("albania-ussr-1961-02-congress") is None  # of no series
    speech = FIGURES["albania-ussr-1961-02-congress"]
    assert (speech.reading.value, speech.other.value) == (1, 0)
    assert speech.pair == (USSR, ALBANIA)


def test_only_what_rests_on_a_target_is_fitted():
    assert not {"china-albania-1962-loan-168m6-usd", "ussr-albania-1947-loan-6m-usd"} & set(FIGURES)
    held_out = {
        row.id for _, row in EVIDENCE.rows() if getattr(row, "role", "") in ("held out", "context")
    }
    for _, rows in figures_on_record(EVIDENCE):
        assert not set(rows) <= held_out
    support = tuple(
        act.model_copy(update={"role": "held out"}) if act.id.startswith("albania-") else act
        for act in EVIDENCE.support
    )
    fewer = figures_of(replace(EVIDENCE, support=support))
    acts = [name for name, figure in fewer.items() if figure.kind == "support"]
    assert acts
    assert not any(name.startswith("albania-") for name in acts)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("arms-request-1972", {}),
        ("delivery-china-1963", {}),
        (
            "aid-china-1965",
            {"unit": "million new rubles", "value": 184.3, "low": 180.0, "high": 190.0},
        ),
    ],
)
def test_evidence_does_not_change_with_units(name, cells):
    """Histories differ by as much in probability whatever unit their figure is told in."""
    (row,) = [row for row in EVIDENCE.observations if row.id == name]
    given = row.model_dump() | cells
    (rate,) = [
        rate.usd_per_unit
        for rate in EVIDENCE.currency
        if rate.unit == given["unit"] and rate.first <= row.first <= rate.last
    ]
    dollars = {key: given[key] and given[key] * rate for key in ("value", "low", "high")}
    told, rewritten = declared(name, **cells), declared(name, **dollars, unit="million USD")
    assert (told.currency, rewritten.currency) == (given["unit"], "")
    sums = (np.array([0.0, 1.0, 30.0, 90.0, 2000.0]),)
    doubt = {told.currency: np.zeros(5), **discrepancy_of(default_parameters())}
    one, other = told.density(sums, doubt), rewritten.density(sums, doubt)
    assert np.ptp(one) > 1
    assert one - one[0] == pytest.approx(other - other[0], abs=1e-9)


def test_a_per_cent_a_year_is_a_share_a_year():
    rate = declared("terms-interest-ussr-1951", value=2.0, other=0.5)
    assert rate.value == pytest.approx(0.02)
    assert np.exp(rate.other.value) == pytest.approx(0.005)


def test_figures_are_told_in_their_own_unit():
    told = {name: figure.words for name, figure in FIGURES.items()}
    assert told["aid-china-1954"].startswith("credit pledged, 1954-1958: 20 million USD (18.")
    assert told["answer-china-1965"] == (
        "credit pledged against credit requested, 1965: 68% (59% to 77%)"
    )
    assert told["terms-interest-china-1966"].endswith("at most 0.25 per cent a year")
    assert told["aid-china-1976-none"].endswith("nothing")
    assert told["albania-china-1963-09-seat"].endswith("for")
    assert told["arms-china-1965-above-ussr"] == (
        "arms delivered in 1961-1965 against arms delivered from USSR in 1948-1961: at least 1"
    )
    assert told["arms-china-total"].endswith("from 315 million USD to 2,080 million USD")
    assert "more than in 1961-1965 ... 1975-1978" in told["delivery-china-1967-peak"]
