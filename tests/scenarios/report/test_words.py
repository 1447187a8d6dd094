"""The words of a report: dates, citations, shares, shifts and changes as they are read."""

from dataclasses import replace

import pytest

from calibration.evidence.lines import sources
from scenarios.comparison.answer import both, month_in_words
from scenarios.comparison.table import UNITS, Number
from scenarios.files import catalogue, scenario_named
from scenarios.report.words import (
    change_in_words,
    cited,
    dates_in_words,
    quoted,
    share,
    source_in_full,
    typeset,
)
from simulation.interventions import Grant


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("1979-08", "August 1979"),
        ("1948-06-28", "28 June 1948"),
        ("1961", "1961"),
        ("never", "never"),
    ],
)
def test_dates(date: str, words: str) -> None:
    assert month_in_words(date) == words


def test_dates_within_a_text() -> None:
    told = dates_in_words("answers after 1963-02 lie beyond; the plan of 1971-75 and 1960-61 stay")
    assert told == "answers after February 1963 lie beyond; the plan of 1971-75 and 1960-61 stay"


def test_pairs_numbers_and_ranges() -> None:
    assert both("albania-ussr") == "Albania and the USSR"
    number = Number("s", "albania-ussr", "avoided", None, UNITS["share"], 0.642, 0.015, None, None)
    assert share(number).replace("\N{NO-BREAK SPACE}", " ") == "64.2 ± 1.5 %"
    assert share(replace(number, value=None, error=None)) == "no history"
    assert typeset("-0.25") == "−0.25"
    assert typeset("-") == "–"
    assert quoted("-0.25 to avoided") == "−0.25 to “avoided”"


def test_citations() -> None:
    scenario = scenario_named("no-opening-1971").model_copy(
        update={"source": "marku2017", "lines": "12-14;20"}
    )
    assert cited(scenario, "3-4", sources()) == "Ylber Marku 2017, pp. 3–4 (lines 12–14, 20)"
    assert cited(scenario, "3", sources()) == "Ylber Marku 2017, p. 3 (lines 12–14, 20)"
    assert cited(scenario, "", sources()) == "Ylber Marku 2017, lines 12–14, 20"
    assert cited(scenario, "3", {}) == "marku2017, p. 3 (lines 12–14, 20)"
    assert cited(scenario.model_copy(update={"source": ""}), "3", sources()) == ""
    assert source_in_full(sources()["marku2017"]).startswith(
        "Ylber Marku (2017): Sino-Albanian Relations"
    )


def test_changes_have_dates_and_countries_in_words() -> None:
    change = Grant(
        start="1960-02",
        end="1961-12",
        patron="ussr",
        client="albania",
        value=1.0,
        reason="Asked for 500 million.",
    )
    told = change_in_words(change)
    assert told.startswith("February 1960 to December 1961: ")
    assert "the USSR to Albania" in told
    assert told.endswith("Asked for 500 million.")


def test_every_change_of_the_catalogue_can_be_told() -> None:
    for file in catalogue().values():
        for change in file.scenario.interventions:
            told = change_in_words(change)
            assert month_in_words(change.start) in told
            assert " albania " not in told
            assert " ussr " not in told
