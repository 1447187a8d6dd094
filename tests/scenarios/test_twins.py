"""Twin histories: what shared pasts give is what each scenario gives alone, bit for bit."""

import numpy as np
import pytest

from scenarios.draws import Draws, parameters_for
from scenarios.files import catalogue, scenario_named
from scenarios.outcomes import KEPT, NEVER, SERIES, outcomes_of
from scenarios.twins import parting, twin_trajectories, yearly_twins
from simulation.dates import FIRST_YEAR, LAST_YEAR, QUARTERS
from simulation.ensemble import simulate
from simulation.interventions import HISTORICAL, DriverValue, Grant, Scenario
from simulation.stages import array_fields

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
MOVES = ("replicate", "quarter", "patron", "client", "move", "initiator", "cause")


@pytest.mark.slow
def test_every_scenario_is_what_it_is_alone(draws: Draws) -> None:
    scenarios = [FROM_THE_START, *(file.scenario for file in catalogue().values())]
    parameters = parameters_for(draws, 7, COUNT)
    for scenario, twin in zip(
        scenarios, twin_trajectories(parameters, scenarios, seed=3, first_replicate=7), strict=True
    ):
        alone = simulate(parameters, scenario, seed=3, first_replicate=7, keep=KEPT)
        assert (twin.first_replicate, twin.replicates) == (7, COUNT)
        for name in KEPT:
            assert np.array_equal(twin.arrays[name], alone.arrays[name]), (scenario.name, name)
        for name in MOVES:
            assert np.array_equal(getattr(twin.moves, name), getattr(alone.moves, name)), (
                scenario.name,
                name,
            )
        ours, theirs = array_fields(twin.last_state), array_fields(alone.last_state)
        assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)


def test_yearly_values_and_breaks_are_those_of_whole_histories(draws: Draws) -> None:
    named = ("historical", "tito-absorbs-albania-1948", "no-opening-1971", "china-keeps-arms-1975")
    scenarios = [FROM_THE_START, *(scenario_named(name) for name in named)]
    parameters = parameters_for(draws, 7, COUNT)
    for last_year in (1948, 1973, LAST_YEAR):
        twins = list(
            yearly_twins(parameters, scenarios, seed=3, first_replicate=7, last_year=last_year)
        )
        assert len(twins) == len(scenarios)
        for scenario, twin in zip(scenarios, twins, strict=True):
            alone = simulate(parameters, scenario, seed=3, first_replicate=7, keep=KEPT)
            whole = outcomes_of(alone, kept=COUNT)
            told = whole.split < 4 * (last_year + 1 - FIRST_YEAR)
            assert np.array_equal(twin.split, np.where(told, whole.split, NEVER)), scenario.name
            for name in SERIES:
                years = whole.series[name][: last_year + 1 - FIRST_YEAR]
                assert np.array_equal(twin.series[name], years), (scenario.name, name)


def test_a_scenario_parts_from_history_at_its_first_intervention() -> None:
    assert parting(HISTORICAL) == QUARTERS
    assert parting(FROM_THE_START) == 0
    assert parting(scenario_named("no-opening-1971")) == (1971 - 1945) * 4 + 2
