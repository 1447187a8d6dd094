"""The catalogue: every scenario still has the outcomes that were written down for it."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.evidence.reading import read_evidence
from calibration.evidence.record import headline_breaks
from scenarios.draws import Draws, read_draws
from scenarios.errors import ScenarioError
from scenarios.expected import (
    EXPECTED,
    HISTORIES,
    REASONS,
    horizon_quarter,
    simulated_breaks,
    summarised,
    write_expectations,
)
from scenarios.files import CATALOGUE, catalogue, scenario_named
from scenarios.outcomes import NEVER, PAIR_NAMES, Quarters
from simulation.dates import QUARTERS, date_of, quarter_of
from simulation.interventions import HISTORICAL
from tests.scenarios.departures import comparisons, departures, read_expected

NAMES = sorted(path.stem for path in CATALOGUE.glob("*.toml"))
TRIED = 500
#: The chance that this module fails although nothing changed but the random numbers: at most one in
#: a hundred, over all scenarios, pairs and quantities (two shares and a median each) taken
#: together.
FALSE_ALARM = 0.01
#: The alternatives that were asked for when the catalogue was planned.
PLANNED = {
    "moscow-grants-500m",
    "no-belgrade-1955",
    "no-new-line-1956",
    "stalin-lives-1960",
    "tito-absorbs-albania-1948",
    "china-refuses-1961",
    "china-signs-treaty-1963",
    "no-great-leap",
    "no-cultural-revolution",
    "albania-keeps-ties-with-moscow",
    "no-kissinger-visit-1971",
    "china-keeps-arms-1975",
    "china-meets-1975-request",
    "gang-of-four-wins",
    "tito-not-received-1977",
    "china-as-near-as-ussr",
    "no-second-patron",
}


@pytest.fixture(scope="module")
def draws() -> Draws:
    return read_draws()


@pytest.fixture(scope="module")
def historical(draws: Draws) -> Quarters:
    return simulated_breaks(HISTORICAL, draws, TRIED, first_replicate=HISTORIES)


def test_catalogue_holds_every_planned_alternative() -> None:
    assert set(NAMES) >= PLANNED
    assert len(NAMES) >= 17


@pytest.mark.parametrize("name", [name for name in NAMES if name != HISTORICAL.name])
def test_horizon_reaches_a_year_past_the_documented_break_asked_about_or_says_why_not(
    name: str,
) -> None:
    file = catalogue()[name]
    documented = headline_breaks(read_evidence())[file.asks_about]
    enough = min(quarter_of(documented.latest) + 4, QUARTERS - 1)
    start, end = file.scenario.first_quarter_touched, horizon_quarter(file.scenario)
    reached = start <= quarter_of(documented.latest) and end >= enough
    assert reached != bool(file.horizon_note)
    assert file.change


def test_every_scenario_has_expected_outcomes_and_no_other_has() -> None:
    assert sorted(path.stem for path in EXPECTED.glob("*.csv")) == NAMES


def test_expected_outcomes_belong_to_the_draws_that_ship(draws: Draws) -> None:
    last = (EXPECTED / REASONS).read_text(encoding="utf-8").split("\n- ")[-1]
    assert draws.id in last, (
        'new draws: write the outcomes anew, lilliput scenarios expect --reason "..."'
    )
    assert f"{HISTORIES:,} histories" in last


@pytest.mark.parametrize("name", NAMES)
def test_expected_outcomes_are_shares_of_the_five_pairs_at_the_horizon(name: str) -> None:
    rows = read_expected(name)
    end = date_of(horizon_quarter(scenario_named(name)))
    assert [row.pair for row in rows] == list(PAIR_NAMES)
    for row in rows:
        assert row.horizon_end == end
        assert 0 <= row.by_horizon <= row.by_1980 <= 1
        assert (row.median == "never") == (row.by_1980 < 0.5)
        counts = [
            share * HISTORIES for share in (row.by_horizon, row.historical_by_horizon, row.by_1980)
        ]
        assert counts == pytest.approx(np.round(counts), abs=1e-6)


@pytest.mark.statistical
@pytest.mark.parametrize("name", NAMES)
def test_scenario_has_its_expected_outcomes(name: str, draws: Draws, historical: Quarters) -> None:
    # Other histories than those that were counted, so that chance is as stated at FALSE_ALARM.
    scenario = scenario_named(name)
    breaks = historical
    if scenario.interventions:
        breaks = simulated_breaks(scenario, draws, TRIED, first_replicate=HISTORIES)
    limit = FALSE_ALARM / comparisons(len(NAMES))
    assert departures(scenario, breaks, read_expected(name), false_alarm=limit) == []


def test_outcomes_of_another_scenario_are_told_apart(historical: Quarters) -> None:
    limit = FALSE_ALARM / comparisons(len(NAMES))
    held = read_expected("no-opening-1971")
    found = departures(scenario_named("no-opening-1971"), historical, held, false_alarm=limit)
    assert any("albania-china broken by 1980-11" in line for line in found)
    assert any("albania-china median" in line for line in found)


def test_departure_of_a_seventh_is_seen_where_half_break() -> None:
    rng = np.random.default_rng(3)
    limit = FALSE_ALARM / comparisons(len(NAMES))
    held = tuple(replace(row, by_1980=0.5, by_horizon=0.5) for row in read_expected("historical"))
    breaks = np.full((len(PAIR_NAMES), TRIED), NEVER, dtype=np.int16)
    breaks[rng.random(breaks.shape) < 0.65] = 100
    found = departures(HISTORICAL, breaks, held, false_alarm=limit)
    assert sum("by 1980" in line for line in found) == len(PAIR_NAMES)


def test_summary_counts_breaks_by_hand() -> None:
    scenario = scenario_named(
        "no-second-patron"
    )  # from 1949-10, fourteen years: to the third quarter of 1963
    end = quarter_of("1963-07")
    breaks = np.full((len(PAIR_NAMES), 4), NEVER, dtype=np.int16)
    breaks[0] = [0, end, end + 1, NEVER]
    first, second, *_ = summarised(scenario, breaks, np.zeros_like(breaks))
    assert horizon_quarter(scenario) == end
    assert (first.by_horizon, first.by_1980, first.historical_by_horizon) == (0.5, 0.75, 1.0)
    assert (first.horizon_end, first.median) == ("1963-08", "1963-08")
    assert (second.by_1980, second.median) == (0.0, "never")
    assert horizon_quarter(scenario_named("gang-of-four-wins")) == QUARTERS - 1
    assert horizon_quarter(HISTORICAL) == QUARTERS - 1


def test_histories_do_not_depend_on_how_many_are_simulated(draws: Draws) -> None:
    whole = simulated_breaks(HISTORICAL, draws, 6)
    assert np.array_equal(whole[:, 4:], simulated_breaks(HISTORICAL, draws, 2, first_replicate=4))


@pytest.mark.slow
def test_expectations_are_written_once_with_each_reason(tmp_path: Path, draws: Draws) -> None:
    for reason in ("First of all.", "A second\n time."):
        written = list(write_expectations(reason, tmp_path, histories=4, draws=draws))
    assert sorted(path.name for path in written) == sorted(
        [*(f"{name}.csv" for name in NAMES), REASONS]
    )
    told = (tmp_path / REASONS).read_text(encoding="utf-8")
    assert told.index("First of all.") < told.index("A second time.")
    assert told.count(draws.id) == 2
    breaks = simulated_breaks(HISTORICAL, draws, 4)
    assert read_expected("historical", tmp_path) == summarised(HISTORICAL, breaks, breaks)


def test_expectations_need_a_reason_and_a_folder(tmp_path: Path, draws: Draws) -> None:
    with pytest.raises(ScenarioError, match="--reason"):
        list(write_expectations("  ", tmp_path))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(ScenarioError, match="could not be written"):
        list(write_expectations("Why not?", tmp_path / "taken", histories=1, draws=draws))


def test_every_change_gives_a_reason_of_its_own_country_and_dates_inside_the_model() -> None:
    for name, file in catalogue().items():
        entry = tomllib.loads(file.path.read_text(encoding="utf-8"))
        assert entry["name"] == name
        for change in file.scenario.interventions:
            assert change.reason.endswith("."), name
            assert 0 <= quarter_of(change.start) <= quarter_of(change.end, end=True) < QUARTERS, (
                name
            )
