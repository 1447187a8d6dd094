"""The model in the hands of Mesa's own tools: batches, collectors, and the page that Mesa draws."""

import inspect

import numpy as np
import pandas as pd
import pytest
from mesa.batchrunner import batch_run

from simulation.countries import Country
from simulation.ensemble import simulate
from simulation.model import AGENT_REPORTERS, MODEL_REPORTERS, AllianceModel, run_model
from simulation.parameters import default_parameters

QUARTERS = 60
PLACE = Country.USSR, Country.ALBANIA
COLUMN = "albania_ussr_strain"
#: From Mesa 3.4 on a batch takes seeds; before, it repeats the model as it is.
TAKES_SEEDS = "rng" in inspect.signature(batch_run).parameters


def batch(**choices):
    return pd.DataFrame(batch_run(AllianceModel, display_progress=False, **choices))


def test_a_collector_keeps_every_quarter_of_model_and_agents():
    model = AllianceModel(seed=1, collect=True)
    run_model(model)
    kept = model.datacollector.get_model_vars_dataframe()
    assert list(kept.columns) == list(MODEL_REPORTERS)
    assert kept["date"].iloc[[0, 1, -1]].tolist() == ["1944-11", "1945-02", "1980-11"]
    assert set(kept["seed_of_shocks"]) == {1}
    alone = AllianceModel(seed=1)
    for quarter in range(1, 50):
        alone.step()
        assert kept[COLUMN].iloc[quarter] == alone.state.strain[*PLACE, 0]
        assert kept["albania_ussr_status"].iloc[quarter] == (
            alone.countries[Country.ALBANIA].status_with(Country.USSR).name.lower()
        )
    agents = model.datacollector.get_agent_vars_dataframe()
    assert list(agents.columns) == list(AGENT_REPORTERS)
    assert len(agents) == 4 * len(kept)
    assert set(agents["name"]) == {country.title for country in Country}


def test_a_model_that_is_not_asked_to_collects_nothing():
    assert not hasattr(AllianceModel(seed=1), "datacollector")


def test_a_batch_of_replicates_is_the_ensemble():
    rows = batch(
        parameters={"seed": 4, "replicate": range(3), "collect": True},
        max_steps=QUARTERS,
        data_collection_period=1,
        **({"rng": [4]} if TAKES_SEEDS else {"iterations": 1}),
    )
    strain = simulate(default_parameters(3), seed=4, keep=("strain",)).arrays["strain"]
    rows = rows.drop_duplicates(["replicate", "date"])
    for replicate in range(3):
        own = rows[(rows["replicate"] == replicate) & (rows["date"] > "1945")]
        assert len(own) >= QUARTERS - 1
        expected = strain[: len(own), *PLACE, replicate]
        assert np.array_equal(own[COLUMN].to_numpy(), expected)


def test_a_batch_is_repeated_with_other_shocks():
    """Iterations without a seed are other histories; seeds that are given are used."""
    if TAKES_SEEDS:
        rows = batch(parameters={"collect": True}, max_steps=QUARTERS, rng=[7, 8, 9])
        assert list(rows.drop_duplicates("RunId")["seed_of_shocks"]) == [7, 8, 9]
        alone = AllianceModel(seed=8)
        while alone.date != rows.query("seed_of_shocks == 8")["date"].iloc[0]:
            alone.step()
        assert rows.query("seed_of_shocks == 8")[COLUMN].iloc[0] == alone.state.strain[*PLACE, 0]
    else:
        rows = batch(parameters={"collect": True}, max_steps=QUARTERS, iterations=3)
    assert rows.groupby("iteration").ngroups == 3
    assert rows["seed_of_shocks"].nunique() == 3


@pytest.mark.filterwarnings("ignore::UserWarning")  # Mesa's page bends Solara's rules of hooks
def test_the_page_of_mesa_steps_draws_and_resets_the_model():
    pytest.importorskip("altair", reason="Mesa's page needs Altair: the extra notebooks")
    solara = pytest.importorskip("solara", reason="Mesa's page needs Solara: the extra page")
    from ipyvuetify import Btn
    from ipywidgets import Image
    from mesa.visualization import SolaraViz, make_plot_component
    from mesa.visualization.solara_viz import ModelController

    plot, tab = make_plot_component({COLUMN: "tab:red", "albania_ussr_support": "tab:blue"})
    parameters = {"seed": 2, "collect": True}
    model = solara.reactive(AllianceModel(seed=1, collect=True))
    page = SolaraViz(model.value, components=[(plot, tab)], model_params=parameters)
    _, whole = solara.render(page, handle_error=False)
    settings = {"play_interval": 1, "render_interval": 1, "use_threads": False}
    controls = ModelController(
        model,
        model_parameters=solara.reactive(parameters),
        **{name: solara.reactive(value) for name, value in settings.items()},
    )
    _, shown = solara.render(controls, handle_error=False)
    buttons = {button.children[0]: button for button in shown.find(Btn).widgets}
    buttons["Step"].click()
    assert (model.value.seed_of_shocks, model.value.date) == (1, "1945-02")
    _, drawn = solara.render(plot(model.value), handle_error=False)
    (image,) = drawn.find(Image).widgets
    assert bytes(image.value).startswith(b"\x89PNG")
    buttons["Reset"].click()
    assert (model.value.seed_of_shocks, model.value.date) == (2, "1944-11")
    for context in (whole, shown, drawn):
        context.close()
