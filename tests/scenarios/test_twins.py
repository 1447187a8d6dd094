"""Twin histories: what shared pasts give is what each scenario gives alone, bit for bit."""

import numpy as np

from scenarios.draws import Draws, parameters_for
from scenarios.files import catalogue, scenario_named
from scenarios.outcomes import KEPT
from scenarios.twins import parting, twin_trajectories
from simulation.dates import QUARTERS
from simulation.ensemble import simulate
from simulation.interventions import Intervention
from simulation.scenario import HISTORICAL, Scenario
from simulation.state import array_fields

FROM_THE_START = Scenario(
    "no-aid-1945",
    "What if Yugoslavia pledged nothing in 1945?",
    interventions=(
        Intervention("grant", "1945", "1946", "a test", patron="yugoslavia", client="albania", value=0.0),
        Intervention("driver", "1945", "1946", "a test", country="albania", driver="emergency", value=1.0),
    ),
)
COUNT = 9
MOVES = ("replicate", "quarter", "patron", "client", "move", "initiator", "cause")


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


def test_a_scenario_parts_from_history_at_its_first_intervention() -> None:
    assert parting(HISTORICAL) == QUARTERS
    assert parting(FROM_THE_START) == 0
    assert parting(scenario_named("no-opening-1971")) == (1971 - 1945) * 4 + 2
