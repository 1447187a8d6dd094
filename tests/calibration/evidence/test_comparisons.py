"""What keeps observations, occasions and statements from being compared, told at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from calibration.errors import CalibrationError
from calibration.evidence.comparisons import quantities_of, quarter_spans
from calibration.evidence.reading import read_evidence
from simulation.dates import quarter_of

Spoil = Callable[..., Path]


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(CalibrationError) as caught:
        read_evidence(folder)
    return [str(problem) for problem in caught.value.problems]


def test_spans_and_quantities_are_read_one_by_one() -> None:
    assert quarter_spans("1961-01 to 1965-12;1975-01 to 1978-06") == [
        (quarter_of("1961-01"), quarter_of("1965-12")),
        (quarter_of("1975-01"), quarter_of("1978-06")),
    ]
    assert quantities_of("arms open;ussr: requested", "china") == [
        ("china", "arms open"),
        ("ussr", "requested"),
    ]


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        (
            "answer-china-1965",
            {"rows": "china-albania-1965-fyp4-asked-251m"},
            ["rows", "did you mean 'china-albania-1965-fyp4-asked-250m'"],
        ),
        (
            "answer-china-1965",
            {"rows": "ussr-albania-1959-loan-300m"},
            ["rows", "a row of albania-china; ussr-albania-1959-loan-300m is of another pair"],
        ),
        ("answer-china-1965", {"kind": "anser"}, ["kind", "did you mean 'answer'"]),
        ("answer-china-1965", {"measure": "shares"}, ["measure", "did you mean 'share'"]),
        ("answer-china-1965", {"quantity": "credit"}, ["quantity", "credit pledged"]),
        ("answer-china-1965", {"against": ""}, ["against", "a quantity, as measure = share"]),
        ("answer-china-1965", {"against": "credit asked"}, ["against", "credit requested"]),
        ("answer-china-1965", {"against": "usr: requested"}, ["against", "did you mean 'ussr'"]),
        ("answer-china-1965", {"over": ""}, ["over", "spans of dates of 1945 to 1980"]),
        ("answer-china-1965", {"over": "1965-06 to 1965-01"}, ["over", "spans of dates"]),
        ("answer-china-1965", {"over": "1965 to soon"}, ["over", "spans of dates"]),
        ("answer-china-1965", {"over": "1941-01 to 1965-06"}, ["over", "1945 to 1980"]),
        (
            "arms-china-1968-share",
            {"over": "1967-01 to 1968-12;1967-01 to 1968-12;1967-01 to 1968-12"},
            ["over", "one span, or 2, one for each quantity"],
        ),
        (
            "terms-interest-ussr-1951",
            {"over": "1951-01 to 1952-01;1953-01 to 1954-01"},
            ["against", "one quantity over a span"],
        ),
        ("aid-china-1965", {"against": "requested"}, ["against", "empty for measure = amount"]),
        ("aid-china-1965", {"from_": "1944-01"}, ["from", "a date from 1945 to 1980"]),
        ("aid-china-1965", {"to": "1964-01"}, ["from", "not after to = 1964-01"]),
        ("answer-china-1965", {"unit": "ratio"}, ["unit", "share, as measure = share"]),
        ("answer-china-1965", {"value": "0.9"}, ["value", "from low = 0.6 to high = 0.78"]),
        ("answer-china-1965", {"low": ""}, ["low, high", "the range of the value, both ends"]),
        ("answer-china-1965", {"high": "1.5"}, ["high", "from 0 to 1"]),
        (
            "answer-china-1965",
            {"value": "", "low": "", "high": ""},
            ["value", "a value, or low or high, or both"],
        ),
        ("arms-answer-china-1963", {"low": "0.95"}, ["low", "below high = 0.95"]),
        ("arms-answer-china-1963", {"other": "0.5"}, ["other", "only a value is read twice"]),
        ("aid-china-1976-none", {"value": "2"}, ["value", "1 or 0, without low and high"]),
        ("delivery-china-1964", {"high": "2"}, ["low, high", "one of them, without a value"]),
        ("arms-ussr-1961-stop", {"high": "0"}, ["high", "above 0"]),
        ("arms-request-1967", {"value": "0", "low": "0"}, ["value", "above 0"]),
        ("aid-china-1962", {"other": "-3"}, ["other", "above 0"]),
        (
            "aid-china-1965",
            {"rows": "china-albania-1965-answer-plan"},
            ["value", "a value or bounds, as no row is a target in money"],
        ),
        ("aid-china-1965", {"low": "soon"}, ["low", "a number"]),
    ],
)
def test_a_fault_of_an_observation_is_told(
    spoiled: Spoil, name: str, cells: dict[str, str], expected: list[str]
) -> None:
    found = problems_of(spoiled("observations", name, **cells))
    column, text = expected
    place = f"({name}): {column} = "
    assert any("observations.csv" in p and place in p and text in p for p in found), found


def test_an_amount_in_a_currency_without_a_rate_is_told(spoiled: Spoil) -> None:
    folder = spoiled("observations", "delivery-china-1963", unit="million dinars")
    text = (folder / "currency.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(line for line in text if not line.startswith("million dinars"))
    (folder / "currency.csv").write_text(kept, encoding="utf-8")
    (problem,) = problems_of(folder)
    assert "unit = 'million dinars'; allowed: a currency of currency.csv" in problem


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"observed": "fro"}, "did you mean 'for'"),
        ({"observed": "silent"}, "for, as in support.csv line"),
        ({"client": "china"}, "albania, as in support.csv line"),
        ({"patron": "yugoslavia"}, "china, as in support.csv line"),
        ({"basis": "aksed"}, "did you mean 'asked'"),
        ({"other": "quiet"}, "for, against, silent"),
        ({"price_for": "1.25"}, "price_for = '1.25'; allowed: from 0 to 1"),
        ({"price_against": "-1"}, "price_against = '-1'; allowed: from 0 to 1"),
        ({"price_against": ""}, "price_against"),
        ({"from_": "1964"}, "not after to = 1963-12"),
    ],
)
def test_a_fault_of_an_occasion_is_told(
    spoiled: Spoil, cells: dict[str, str], expected: str
) -> None:
    found = problems_of(spoiled("occasions", "albania-china-1963-09-seat", **cells))
    assert any("occasions.csv" in problem and expected in problem for problem in found), found


def test_an_occasion_without_an_act_and_one_told_twice_are_found(spoiled: Spoil) -> None:
    name = "albania-china-1963-09-seat"
    spoiled("occasions", name, new="albania-china-1963-09-seats")
    folder = spoiled("occasions", name, new=name)
    unlike, twice = problems_of(folder)
    assert "did you mean 'albania-china-1963-09-seat'" in unlike
    assert f"({name}): id = '{name}'; allowed: once in the file" in twice


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"basis": "grantd share"}, "did you mean 'granted share'"),
        ({"value": "0.5"}, "allowed: from low = 0.95 to high = 1.0"),
        ({"value": "0.9", "low": "0.8"}, "allowed: 50 / 50"),
        ({"asked": "china-albania-1954-request-51m"}, "'china-albania-1954-request-50m'"),
        ({"granted": "ussr-albania-1959-loan-300m"}, "a figure of albania-china"),
        ({"unit": "shares"}, "did you mean 'share'"),
        ({"lines": ""}, "the lines of marku2017 that say so"),
        ({"role": "targt"}, "did you mean 'target'"),
        ({"client": "china"}, "another country than the patron"),
        ({"value": "most"}, "a number"),
    ],
)
def test_a_fault_of_a_statement_is_told(
    spoiled: Spoil, cells: dict[str, str], expected: str
) -> None:
    found = problems_of(spoiled("statements", "china-albania-1954-answer-plan", **cells))
    assert any("statements.csv" in problem and expected in problem for problem in found), found


def test_a_reason_for_a_row_that_is_not_there_is_told(spoiled: Spoil) -> None:
    folder = spoiled("unused", "ussr-albania-1947-loan-6m-usd", id="ussr-albania-1947-loan-7m-usd")
    (problem,) = problems_of(folder)
    assert "unused.csv" in problem
    assert "did you mean 'ussr-albania-1947-loan-6m-usd'" in problem


def test_faults_of_all_tables_are_told_at_once(spoiled: Spoil) -> None:
    spoiled("observations", "answer-china-1965", unit="ratio", value="0.9", against="credit asked")
    spoiled("observations", "aid-china-1965", new="answer-china-1965")
    spoiled("occasions", "albania-china-1963-09-seat", observed="silent", price_for="2")
    spoiled("statements", "china-albania-1954-answer-plan", role="targt", low="0.99", value="0.9")
    folder = spoiled("unused", "ussr-albania-1947-loan-6m-usd", id="x")
    found = problems_of(folder)
    for file, column in (
        ("observations.csv", "unit"),
        ("observations.csv", "value"),
        ("observations.csv", "against"),
        ("observations.csv", "id"),
        ("occasions.csv", "observed"),
        ("occasions.csv", "price_for"),
        ("statements.csv", "role"),
        ("statements.csv", "value"),
        ("unused.csv", "id"),
    ):
        assert any(file in problem and f": {column} = " in problem for problem in found), found
