"""Conversions to US dollars, each worked out by hand."""

import math
from dataclasses import replace
from datetime import date

import pytest

from calibration.evidence.record import rate_day, rate_problems, usd_of
from calibration.evidence.rows import AidFigure, Evidence, ExchangeRate


def figure(
    value: float, low: float, high: float, unit: str, agreed: str, first: str, last: str
) -> AidFigure:
    cells = {
        "id": "china-albania-made-up",
        "patron": "china",
        "client": "albania",
        "source": "assumption",
    }
    cells |= {
        "form": "credit",
        "basis": "pledged",
        "role": "target",
        "description": "Made up.",
        "unit": unit,
    }
    cells |= {"agreed": agreed, "from": first, "to": last} | {
        "value": str(value),
        "low": str(low),
        "high": str(high),
    }
    empty = {"lines": "", "page": "", "reading_of": "", "part_of": "", "note": ""}
    return AidFigure.model_validate(cells | empty)


def rate(unit: str, usd: float, low: float, high: float) -> ExchangeRate:
    cells = {"unit": unit, "from": "1945", "to": "1980", "usd_per_unit": str(usd), "low": str(low)}
    cells |= {
        "high": str(high),
        "source": "assumption",
        "lines": "",
        "page": "",
        "note": "Made up.",
    }
    return ExchangeRate.model_validate(cells)


@pytest.mark.parametrize(
    ("name", "usd", "within"),
    [
        ("china-albania-1956-plan-total-80m", 20, 0.001),  # 4 old rubles a dollar
        ("china-albania-1961-loan-500m", 125, 0.001),
        ("china-albania-1962-loan-151m9", 168.609, 0.01),  # the dollars that the thesis prints
        ("china-albania-1965-fyp4-loan-170m", 189, 0.005),  # 0.90 new rubles a dollar
        ("china-albania-1970-fyp5-loan-445m", 534, 0.001),  # the dollars that the thesis prints
        ("china-albania-1967-arms-delivered-84m-yuan", 84 / 2.46, 0.005),
        ("china-albania-1968-cash-35m-usd", 35, 0),
    ],
)
def test_documented_amounts_in_dollars(
    evidence: Evidence, name: str, usd: float, within: float
) -> None:
    (found,) = (figure for figure in evidence.aid if figure.id == name)
    converted = usd_of(found, evidence.currency)
    assert converted is not None
    assert converted.value == pytest.approx(usd, rel=within)
    assert converted.low < converted.value < converted.high


def test_the_range_combines_amount_and_rate_as_independent_errors() -> None:
    """100 at 0.5, each uncertain by a factor: 2 and 3 downward, 3 and 2 upward."""
    converted = usd_of(
        figure(100, 50, 300, "million yuan", "1960", "1961", "1965"),
        [rate("million yuan", 0.5, 0.5 / 3, 1)],
    )
    assert converted is not None
    factor = math.exp(math.sqrt(math.log(2) ** 2 + math.log(3) ** 2))
    assert (converted.value, converted.low, converted.high) == pytest.approx(
        (50, 50 / factor, 50 * factor)
    )


def test_a_certain_rate_leaves_the_range_of_the_amount() -> None:
    converted = usd_of(
        figure(100, 90, 115, "million USD", "", "1961", "1965"), [rate("million USD", 1, 1, 1)]
    )
    assert converted is not None
    assert (converted.low, converted.high) == pytest.approx((90, 115))


def test_nothing_stays_nothing_and_keeps_its_upper_end(evidence: Evidence) -> None:
    (answer,) = (figure for figure in evidence.aid if figure.id == "ussr-albania-1960-answer-0")
    converted = usd_of(answer, evidence.currency)
    assert converted is not None
    assert (converted.value, converted.low) == (0, 0)
    assert converted.high == pytest.approx(25 * 0.26)


def test_tons_and_pieces_are_not_converted(evidence: Evidence) -> None:
    for unit in ("thousand tons", "projects", "pieces", "million pieces", "people", "ships"):
        assert usd_of(figure(9, 8, 10, unit, "1960", "1960", "1960"), evidence.currency) is None


@pytest.mark.parametrize(
    ("agreed", "usd"),
    [
        ("1960", 25),
        ("1950-02", 18.87),
        ("", 25),
    ],  # the middle of 1949-1957 falls after the rate of 1950-03
)
def test_the_rate_is_that_of_the_agreement_or_of_the_middle_of_the_period(
    evidence: Evidence, agreed: str, usd: float
) -> None:
    converted = usd_of(
        figure(100, 90, 110, "million old rubles", agreed, "1949", "1957"), evidence.currency
    )
    assert converted is not None
    assert converted.value == pytest.approx(usd)


def test_a_bare_year_of_agreement_is_taken_at_its_middle() -> None:
    assert rate_day(figure(1, 1, 1, "million yuan", "1961", "1965", "1970")) == date(1961, 7, 2)


def test_every_compared_amount_has_a_rate(evidence: Evidence) -> None:
    assert rate_problems(evidence) == []


def test_a_compared_amount_without_a_rate_is_reported(evidence: Evidence) -> None:
    late = figure(30, 27, 33, "million old rubles", "1967", "1967", "1970")
    problems = rate_problems(replace(evidence, aid=(late,)))
    assert [problem.value for problem in problems] == ["million old rubles"]
