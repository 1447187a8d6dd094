"""The Mesa model: agents are views of its arrays, and Mesa's own state has no say."""

import gc
import subprocess
import sys
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import simulation
from simulation.conditioning import Conditioning, RecordedMove
from simulation.countries import Country
from simulation.ensemble import simulate
from simulation.errors import NonFiniteError, SimulationError
from simulation.interventions import Pledge, Scenario
from simulation.model import AllianceModel, run_model
from simulation.parameters import Parameters, default_parameters
from simulation.stages import array_fields
from simulation.state import Move, Status

ALBANIA, CHINA, USSR, YUGOSLAVIA = Country
#: What an agent tells: the method, the array of the state behind it, and whether the agent stands
#: first in it.
OF_THE_STATE = [
    ("support_for", "support", False),
    ("strain_toward", "strain", False),
    ("goodwill_toward", "goodwill", True),
    ("fatigue_with", "fatigue", True),
    ("pledged_to", "pledged", True),
    ("debt_to", "outstanding", False),
]
OF_THE_ACCOUNT = [("aid_to", "delivered", True), ("request_to", "requested", False)]


def stepped(quarters, **choices):
    model = AllianceModel(**{"seed": 1, **choices})
    for _ in range(quarters):
        model.step()
    return model


def assert_same_state(one, other):
    for name, array in array_fields(one.state).items():
        assert np.array_equal(array, array_fields(other.state)[name]), name


def test_there_are_four_agents_one_a_country():
    model = AllianceModel(seed=1)
    assert {agent.country for agent in model.agents} == set(Country)
    assert [model.countries[country].country for country in Country] == list(Country)
    assert len({agent.unique_id for agent in model.agents}) == 4


@pytest.mark.parametrize(("method", "name", "first"), OF_THE_STATE + OF_THE_ACCOUNT)
def test_an_agent_reads_the_models_arrays(method, name, first):
    model = stepped(45)
    values = []
    for agent in model.agents:
        for other in Country:
            place = (agent.country, other) if first else (other, agent.country)
            values.append(getattr(agent, method)(other))
            assert (
                values[-1]
                == getattr(
                    model.state
                    if (method, name, first) in OF_THE_STATE
                    else model.account.exchange,
                    name,
                )[place][0]
            )
    assert len(set(values)) > 4


@pytest.mark.parametrize(("method", "name", "first"), OF_THE_STATE)
def test_an_agent_keeps_no_copy_of_the_state(method, name, first):
    model = stepped(10)
    array = getattr(model.state, name).copy()
    array[(USSR, ALBANIA) if first else (ALBANIA, USSR)] = 0.123
    model.state = replace(model.state, **{name: array})
    assert getattr(model.countries[USSR], method)(ALBANIA) == 0.123


@pytest.mark.parametrize(("method", "name", "first"), OF_THE_ACCOUNT)
def test_an_agent_keeps_no_copy_of_the_account(method, name, first):
    model = stepped(10)
    array = getattr(model.account.exchange, name).copy()
    array[(USSR, ALBANIA) if first else (ALBANIA, USSR)] = 0.123
    exchange = model.account.exchange._replace(**{name: array})
    model.account = model.account._replace(exchange=exchange)
    assert getattr(model.countries[USSR], method)(ALBANIA) == 0.123


def test_status_and_line_are_those_of_the_quarter():
    model = stepped(1)
    assert model.countries[ALBANIA].status_with(YUGOSLAVIA) is Status.ALLIED
    assert model.countries[CHINA].status_with(USSR) is Status.NONE
    model.state.status[ALBANIA, YUGOSLAVIA] = Status.SPLIT
    assert model.countries[ALBANIA].status_with(YUGOSLAVIA) is Status.SPLIT
    assert model.countries[USSR].line == model.parameters["line_ussr_stalin"][0]
    assert stepped(60).countries[USSR].line == model.parameters["line_ussr_khrushchev"][0]


def test_before_the_first_quarter_nothing_has_been_delivered():
    model = AllianceModel(seed=1)
    assert model.account is None
    assert (model.quarter, model.date, model.running) == (-1, "1944-11", True)
    assert (
        model.countries[YUGOSLAVIA].aid_to(ALBANIA)
        == model.countries[ALBANIA].request_to(YUGOSLAVIA)
        == 0
    )
    assert model.countries[USSR].line == model.parameters["line_ussr_stalin"][0]
    assert model.countries[ALBANIA].status_with(YUGOSLAVIA) is Status.ALLIED
    model.step()
    assert model.countries[YUGOSLAVIA].aid_to(ALBANIA) > 0


def test_the_date_advances_by_a_quarter_and_stops_at_the_end_of_1980():
    model = AllianceModel(seed=1)
    dates = []
    while model.running:
        model.step()
        dates.append(model.date)
    assert len(dates) == 144
    assert (dates[0], dates[1], dates[-1]) == ("1945-02", "1945-05", "1980-11")
    assert model.quarter == 143


def test_stepping_past_the_end_does_nothing():
    model = AllianceModel(seed=1)
    run_model(model)
    state, account = model.state, model.account
    model.step()
    run_model(model)
    assert (model.quarter, model.running) == (143, False)
    assert model.state is state
    assert model.account is account


def test_two_models_in_turn_equal_each_alone():
    one, other = AllianceModel(seed=1), AllianceModel(seed=2, replicate=5)
    for _ in range(80):
        one.step()
        other.step()
    assert_same_state(one, stepped(80))
    assert_same_state(other, stepped(80, seed=2, replicate=5))
    assert not np.array_equal(one.state.strain, other.state.strain)


def test_mesas_counter_and_random_numbers_have_no_say():
    model = AllianceModel(seed=1)
    for quarter in range(60):
        model.steps = 1000 - quarter
        model.random.seed(quarter)
        model.rng.random()
        model.step()
    assert_same_state(model, stepped(60))


@pytest.mark.parametrize("seed", [0, -7, 2**80])
def test_any_whole_number_is_a_seed_as_in_an_ensemble(seed):
    ensemble = simulate(default_parameters(), seed=seed, quarters=8, keep=("strain",))
    assert np.array_equal(stepped(8, seed=seed).state.strain, ensemble.arrays["strain"][-1])


def test_a_scenario_is_followed():
    pledge = Pledge(
        start="1945-01",
        end="1945-12",
        reason="r",
        patron="yugoslavia",
        client="albania",
        value=900.0,
    )
    model = stepped(
        4, scenario_choice=Scenario(name="try", question="What if?", interventions=(pledge,))
    )
    assert (
        model.countries[YUGOSLAVIA].pledged_to(ALBANIA)
        > stepped(4).countries[YUGOSLAVIA].pledged_to(ALBANIA) + 900
    )


def test_a_record_is_imposed_and_its_probability_added_up():
    def record():
        return Conditioning([RecordedMove((ALBANIA, YUGOSLAVIA), Move.ESTRANGED, 3, 3)], 1, until=6)

    mine, ensembles = record(), record()
    model = stepped(6, record=mine)
    assert model.countries[ALBANIA].status_with(YUGOSLAVIA) is Status.ESTRANGED
    simulate(default_parameters(), seed=1, quarters=6, keep=(), record=ensembles)
    assert mine.log_probability[0] == ensembles.log_probability[0] < 0


@pytest.mark.parametrize("replicates", [2, 7])
def test_more_than_one_history_is_refused(replicates):
    with pytest.raises(SimulationError, match=f"replicates = {replicates}"):
        AllianceModel(seed=1, parameters=default_parameters(replicates))


def test_parameters_are_keywords():
    with pytest.raises(TypeError):
        AllianceModel(Scenario(name="try", question="?"))


def test_a_model_without_a_seed_takes_one_by_chance_and_names_it():
    by_chance = AllianceModel()
    assert by_chance.seed_of_shocks != AllianceModel().seed_of_shocks
    again = AllianceModel(seed=by_chance.seed_of_shocks)
    for _ in range(9):
        by_chance.step()
        again.step()
    assert_same_state(by_chance, again)


def test_a_model_and_its_agents_say_what_they_are():
    model = stepped(4, replicate=3)
    assert repr(model) == "AllianceModel(historical, seed 1, replicate 3, 1945-11)"
    assert [repr(model.countries[country]) for country in Country] == [
        "CountryAgent(Albania)",
        "CountryAgent(China)",
        "CountryAgent(USSR)",
        "CountryAgent(Yugoslavia)",
    ]


def test_agents_can_be_asked_together():
    model = stepped(24)
    given, received = (model.agents.get(f"aid_{way}") for way in ("given", "received"))
    assert sum(given) > 0
    assert sum(given) == pytest.approx(sum(received))
    assert sum(given) == pytest.approx(model.account.exchange.delivered.sum())
    assert model.agents.agg("debt", sum) == pytest.approx(model.state.outstanding.sum())
    chosen = model.agents.select(lambda agent: Country.ALBANIA in agent.allies)
    for agent in chosen:
        assert agent.country in model.countries[Country.ALBANIA].allies
        assert agent.status_with(Country.ALBANIA) in (Status.ALLIED, Status.ESTRANGED)
    assert list(model.agents.select(lambda agent: agent.name == "USSR").get("line")) == [
        model.countries[Country.USSR].line
    ]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_run_that_leaves_the_finite_numbers_says_so():
    values = {name: array.copy() for name, array in default_parameters().items()}
    values["strain_ideology"][0] = np.nan
    with pytest.raises(NonFiniteError, match="replicate 12"):
        run_model(AllianceModel(seed=1, replicate=12, parameters=Parameters(values)))


def test_a_model_no_longer_used_is_freed():
    finished, unfinished = AllianceModel(seed=1), stepped(3)
    run_model(finished)
    watched = [weakref.ref(finished), weakref.ref(unfinished)]
    del finished, unfinished
    gc.collect()
    assert [reference() for reference in watched] == [None, None]


def test_a_run_raises_no_warning_of_any_kind():
    script = (
        "from simulation.model import *; m = AllianceModel(seed=1); run_model(m); print(m.date)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=Path(simulation.__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout.strip(), run.stderr, run.returncode) == ("1980-11", "", 0)
