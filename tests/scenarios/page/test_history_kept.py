"""What stands behind the tab Explore: links, the stepped model, and what can be taken away."""

import io
import tomllib
from dataclasses import replace

import mesa
import numpy as np
import pandas as pd
import pytest

from scenarios.draws import Draws, parameters_for, read_draws
from scenarios.explain.history import simulated_history
from scenarios.files import catalogue, read_scenario_file
from scenarios.page.history import (
    MEDIAN,
    SHOWN_PAIRS,
    HistoryView,
    Stepper,
    drawn_values,
    history_csv,
    history_table,
    parameters_of,
    scenario_toml,
)
from scenarios.page.material import Material
from scenarios.page.parts.fields import Slider
from simulation.errors import LilliputError
from simulation.parameters import Parameters, parameter_table

QUARTERS = 40


@pytest.fixture(scope="module")
def draws() -> Draws:
    return read_draws()


@pytest.fixture(scope="module")
def material(draws: Draws) -> Material:
    return Material(draws)


@pytest.mark.parametrize(
    "view",
    [
        HistoryView(),
        HistoryView(draw=3),
        HistoryView(
            scenario="no-opening-1971",
            draw=12,
            seed=99,
            changes={"strain_ideology": 1.25, "support_aid": 1 / 3},
            reached=90,
            quarter=41,
        ),
        HistoryView(seed=0, reached=0, pair="china-ussr"),
        *(HistoryView(pair=pair, reached=143) for pair in SHOWN_PAIRS),
    ],
)
def test_a_view_is_read_again_from_its_link(view: HistoryView, material: Material) -> None:
    assert HistoryView.from_query(view.query(material), material) == (view, [])


def test_a_link_with_mistakes_tells_them_all_and_keeps_the_rest(material: Material) -> None:
    settings = "strain_ideology:9,support_aid:2,x:y"
    query = f"scenario=nope&draw=1x&seed=-1&set={settings}&reached=1970&seed=-3&z=&pair=china-ussr"
    view, problems = HistoryView.from_query(query, material)
    assert view == HistoryView(changes={"support_aid": 2.0}, pair="china-ussr")
    assert {problem.key for problem in problems} == {
        "scenario",
        "draw",
        "seed",
        "strain_ideology",
        "set",
        "reached",
        "key",
    }


def test_a_link_made_with_other_draws_says_so(material: Material, draws: Draws) -> None:
    link = HistoryView(draw=3, reached=5).query(material)
    other = Material(replace(draws, id="published-00000000"))
    view, (problem,) = HistoryView.from_query(link, other)
    assert view == HistoryView(draw=3, reached=5)
    assert problem.value == draws.id


def test_a_quarter_beyond_the_one_reached_is_refused(material: Material) -> None:
    view, (problem,) = HistoryView.from_query("reached=1950Q1&quarter=1960Q1", material)
    assert view.quarter == view.reached
    assert "1950 Q1" in problem.allowed


@pytest.mark.parametrize(
    "view",
    [
        HistoryView(),
        HistoryView(scenario="no-new-line-1956", draw=17, seed=5, changes={"support_aid": 1.0}),
    ],
)
def test_the_stepped_model_is_the_replicate_of_an_ensemble(view: HistoryView, draws: Draws) -> None:
    stepper = Stepper(view, draws)
    for quarter in range(QUARTERS):
        stepped = stepper.history(quarter)
    simulated = simulated_history(
        parameters_of(view, draws),
        catalogue()[view.scenario].scenario,
        seed=view.seed,
        replicate=view.replicate,
        quarters=QUARTERS,
    )
    assert stepped.reached == QUARTERS - 1
    assert stepped.trajectory.arrays.keys() == simulated.trajectory.arrays.keys()
    for name, values in simulated.trajectory.arrays.items():
        assert np.array_equal(stepped.trajectory.arrays[name], values), name
    for name, column in vars(simulated.trajectory.moves).items():
        assert np.array_equal(vars(stepped.trajectory.moves)[name], column), name


def test_going_back_begins_the_model_anew_and_comes_to_the_same(draws: Draws) -> None:
    stepper = Stepper(HistoryView(), draws)
    there = stepper.history(30).trajectory.arrays["strain"].copy()
    first_model = stepper.model
    assert stepper.history(-1).reached == -1
    assert stepper.model is not first_model
    assert stepper.model.quarter == -1
    assert np.array_equal(stepper.history(30).trajectory.arrays["strain"], there)


def test_mesa_keeps_no_model_alive(draws: Draws) -> None:
    stepper = Stepper(HistoryView(), draws)
    assert stepper.model not in getattr(mesa.Agent, "_ids", {})


def test_the_median_is_that_of_the_draws_and_within_bounds(draws: Draws) -> None:
    values = drawn_values(MEDIAN, draws)
    assert values["support_aid"] == draws.frame["support_aid"].median()
    assert all(
        parameter_table()[name].low <= value <= parameter_table()[name].high
        for name, value in values.items()
    )
    assert drawn_values(7, draws)["support_aid"] == parameters_for(draws, 7, 1)["support_aid"][0]


def test_a_change_out_of_bounds_is_refused(draws: Draws) -> None:
    with pytest.raises(LilliputError, match="support_aid"):
        parameters_of(HistoryView(changes={"support_aid": 1e9}), draws)
    for value in (11, -1, "5", None, float("nan")):
        with pytest.raises(LilliputError, match="allowed: 0 to 10"):
            Slider("seed", "Seed", 0, 10, 1, 5).check(value)


def test_the_data_hold_every_quantity_of_every_quarter_and_pair(draws: Draws) -> None:
    history = Stepper(HistoryView(draw=2), draws).history(7)
    table = pd.read_csv(io.BytesIO(history_csv(history)), float_precision="round_trip")
    assert len(table) == 8 * 12
    names = {name.removeprefix("patron_").removeprefix("client_") for name in table}
    assert set(history.trajectory.arrays) <= names
    row = table[
        (table.quarter == "1946 Q4") & (table.patron == "ussr") & (table.client == "yugoslavia")
    ]
    assert row["strain"].item() == history.pair("strain", 7, 2, 3)  # type: ignore[arg-type]
    assert history_table(history)["date"].is_monotonic_increasing


@pytest.mark.parametrize(
    "view",
    [
        HistoryView(
            scenario="no-opening-1971", draw=3, seed=9, changes={"support_aid": 1.5}, reached=20
        ),
        HistoryView(seed=4, reached=20),
    ],
)
def test_the_scenario_file_is_valid_and_its_command_repeats_the_history(
    view: HistoryView, draws: Draws, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    text = scenario_toml(view, draws).decode()
    path = tmp_path / f"{view.scenario}.toml"
    path.write_text(text)
    scenario = read_scenario_file(path).scenario
    assert scenario == catalogue()[view.scenario].scenario
    assert tomllib.loads(text)["name"] == view.scenario
    words = [
        word
        for line in text.splitlines()
        if line.startswith("#   ")
        for word in line[4:].rstrip("\\").split()
    ]
    assert words[:2] == ["lilliput", "run"]
    seed = int(words[words.index("--seed") + 1])
    replicates = int(words[words.index("--replicates") + 1])
    settings = dict(word.split("=") for word in words if "=" in word)
    changed = draws.changed({name: float(value) for name, value in settings.items()})
    parameters: Parameters = parameters_for(changed, replicates - 1, 1)
    repeated = simulated_history(
        parameters, scenario, seed=seed, replicate=replicates - 1, quarters=21
    )
    shown = Stepper(view, draws).history(20)
    assert np.array_equal(repeated.trajectory.arrays["strain"], shown.trajectory.arrays["strain"])
