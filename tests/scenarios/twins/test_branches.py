"""Twin histories: what shared pasts give is what each scenario gives alone, bit for bit."""

import numpy as np
import pytest

from scenarios.draws import Draws, parameters_for
from scenarios.files import catalogue, scenario_named
from scenarios.outcomes import KEPT, NEVER, SERIES, Outcomes, outcomes_of
from scenarios.twins import FactualBranch, twin_outcomes
from simulation.dates import FIRST_YEAR, LAST_YEAR, quarter_of
from simulation.ensemble import continued, opened, simulate
from simulation.errors import NonFiniteError, SimulationError
from simulation.interventions import HISTORICAL, DriverValue, Grant, ParameterValue, Scenario
from simulation.parameters import Parameters

FROM_THE_START = Scenario(
    name="no-aid-1945",
    question="What if Yugoslavia pledged nothing in 1945?",
    interventions=(
        Grant(
            start="1945",
            end="1946",
            reason="a test",
            patron="yugoslavia",
            client="albania",
            value=0.0,
        ),
        DriverValue(
            start="1945",
            end="1946",
            reason="a test",
            country="albania",
            driver="emergency",
            value=1.0,
        ),
    ),
)
COUNT = 9
SOME = ("historical", "tito-absorbs-albania-1948", "no-opening-1971", "china-keeps-arms-1975")


def assert_same(one, other, name=""):
    for field in ("split", "initiator", "cause", "aid", "status_counts"):
        assert np.array_equal(getattr(one, field), getattr(other, field)), (name, field)
    for series, values in one.series.items():
        assert np.array_equal(values, other.series[series]), (name, series)
    assert (one.first_replicate, one.windows) == (other.first_replicate, other.windows)


def alone(parameters, scenario):
    trajectory = simulate(parameters, scenario, seed=3, first_replicate=7, keep=KEPT)
    return outcomes_of(trajectory, kept=parameters.replicates)


@pytest.mark.parametrize(
    "replicates", [COUNT, pytest.param(1030, marks=pytest.mark.slow)], ids=["plain", "fused"]
)
def test_every_scenario_is_what_it_is_alone(draws: Draws, replicates: int) -> None:
    scenarios = [FROM_THE_START, *(file.scenario for file in catalogue().values())]
    parameters = parameters_for(draws, 7, replicates)
    twins = twin_outcomes(parameters, scenarios, seed=3, first_replicate=7)
    for scenario, twin in zip(scenarios, twins, strict=True):
        assert twin.replicates == replicates
        assert_same(twin, alone(parameters, scenario), scenario.name)


def test_any_split_into_chunks_gives_the_same_outcomes(draws: Draws) -> None:
    scenarios = [scenario_named(name) for name in SOME]
    chunks = [
        twin_outcomes(parameters_for(draws, first, 3), scenarios, seed=3, first_replicate=first)
        for first in (7, 10, 13)
    ]
    whole = twin_outcomes(parameters_for(draws, 7, COUNT), scenarios, seed=3, first_replicate=7)
    for place, twin in enumerate(whole):
        assert_same(twin, Outcomes.joined([chunk[place] for chunk in chunks]), SOME[place])


def test_a_parameter_set_by_a_scenario_is_set_from_1945_in_its_histories_alone(
    draws: Draws,
) -> None:
    change = ParameterValue(reason="a test", parameter="need_share", value=0.02)
    poorer = Scenario(name="need", question="What if?", interventions=(change,))
    parameters = parameters_for(draws, 7, COUNT)
    twins = twin_outcomes(parameters, [poorer, HISTORICAL], seed=3, first_replicate=7)
    by_hand = Parameters({**parameters, "need_share": np.full(COUNT, 0.02)})
    assert_same(twins[0], alone(by_hand, HISTORICAL))
    assert_same(twins[1], alone(parameters, HISTORICAL))


def test_histories_go_on_from_a_past_that_ends_within_a_year(draws: Draws) -> None:
    scenarios = [scenario_named(name) for name in ("historical", "no-opening-1971")]
    parameters = parameters_for(draws, 7, COUNT)
    past = continued(
        opened(parameters, HISTORICAL, KEPT),
        parameters,
        HISTORICAL,
        seed=3,
        first_replicate=7,
        until=quarter_of("1967-04"),
    )
    twins = twin_outcomes(parameters, scenarios, seed=3, first_replicate=7, past=past)
    for scenario, twin in zip(scenarios, twins, strict=True):
        assert_same(twin, alone(parameters, scenario), scenario.name)


def test_a_simulation_goes_on_from_a_fork(draws: Draws) -> None:
    scenario, parameters = scenario_named("no-opening-1971"), parameters_for(draws, 7, COUNT)
    fork = continued(
        opened(parameters, HISTORICAL, KEPT),
        parameters,
        HISTORICAL,
        seed=3,
        first_replicate=7,
        until=scenario.first_quarter_touched,
    )
    forked = simulate(parameters, scenario, seed=3, first_replicate=7, fork=fork)
    assert_same(outcomes_of(forked, kept=COUNT), alone(parameters, scenario))


@pytest.mark.parametrize(
    ("scenario", "told"), [("no-new-line-1956", "1971 Q3 or later"), (None, "later than 1945 Q1")]
)
def test_a_past_that_a_scenario_does_not_share_is_refused(
    draws: Draws, scenario: str | None, told: str
) -> None:
    other = FROM_THE_START if scenario is None else scenario_named(scenario)
    parameters = parameters_for(draws, 7, 2)
    until = scenario_named("no-opening-1971").first_quarter_touched
    begun = opened(parameters, HISTORICAL, KEPT)
    past = continued(begun, parameters, HISTORICAL, seed=3, first_replicate=7, until=until)
    with pytest.raises(SimulationError, match=told):
        twin_outcomes(parameters, [other], seed=3, first_replicate=7, past=past)
    with pytest.raises(SimulationError, match=told):
        simulate(parameters, other, seed=3, first_replicate=7, fork=past)


def test_a_branch_that_remembers_answers_in_any_order_as_one_that_does_not(draws: Draws) -> None:
    parameters = parameters_for(draws, 7, COUNT)
    factual = FactualBranch(parameters, seed=3, first_replicate=7, every=8)
    last_years = (1980, 1955, 1974, 1980, 1949, 1980, 1971, 1976)
    for name, last_year in zip((*SOME, *SOME), last_years, strict=True):
        scenarios = [scenario_named(name)]
        (remembering,) = factual.yearly(scenarios, last_year)
        alone = FactualBranch(parameters, seed=3, first_replicate=7)
        (fresh,) = alone.yearly(scenarios, last_year)
        for what in ("split", "initiator", "cause"):
            own, known = getattr(remembering, what), getattr(fresh, what)
            assert np.array_equal(own, known), (name, last_year, what)
        for series, values in fresh.series.items():
            assert np.array_equal(remembering.series[series], values), (name, last_year, series)


@pytest.mark.parametrize("every", [0, 6, -4])
def test_a_branch_remembers_whole_years_only(draws: Draws, every: int) -> None:
    with pytest.raises(ValueError, match="whole years"):
        FactualBranch(parameters_for(draws, 0, 1), seed=3, first_replicate=0, every=every)


def test_a_quantity_that_is_not_finite_is_found_after_the_fork(draws: Draws) -> None:
    values = dict(parameters_for(draws, 7, COUNT))
    broken = Parameters(values | {"goodwill_base": values["goodwill_base"] * np.nan})
    with pytest.raises(NonFiniteError, match="finite"):
        twin_outcomes(broken, [scenario_named("no-opening-1971")], seed=3, first_replicate=7)


def test_yearly_values_and_breaks_are_those_of_whole_histories(draws: Draws) -> None:
    scenarios = [FROM_THE_START, *(scenario_named(name) for name in SOME)]
    parameters = parameters_for(draws, 7, COUNT)
    for last_year in (1948, 1973, LAST_YEAR):
        factual = FactualBranch(parameters, seed=3, first_replicate=7)
        twins = factual.yearly(scenarios, last_year)
        assert len(twins) == len(scenarios)
        for scenario, twin in zip(scenarios, twins, strict=True):
            whole = alone(parameters, scenario)
            told = whole.split < 4 * (last_year + 1 - FIRST_YEAR)
            assert np.array_equal(twin.split, np.where(told, whole.split, NEVER)), scenario.name
            for name in SERIES:
                years = whole.series[name][: last_year + 1 - FIRST_YEAR]
                assert np.array_equal(twin.series[name], years), (scenario.name, name)
