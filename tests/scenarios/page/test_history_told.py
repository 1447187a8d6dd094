"""What stands behind the tab Explore: links, the history told, its numbers, and its files."""

import io
import json
import tomllib
from dataclasses import replace

import mesa
import numpy as np
import pandas as pd
import pytest

from calibration.evidence.record import documented_record
from scenarios.documented import Documented, DocumentedAid
from scenarios.draws import Draws, parameters_for, read_draws
from scenarios.explain.history import History, simulated_history
from scenarios.files import catalogue, read_scenario_file
from scenarios.page.blocks import simulated_block, table_of
from scenarios.page.explore import tab
from scenarios.page.explore.crowd import crowd_of, nearest_draw, years_from_record
from scenarios.page.explore.files import history_csv, scenario_toml
from scenarios.page.explore.numbers import frame_of, numbers_of, reasons_of
from scenarios.page.explore.told import told_by_mesa
from scenarios.page.explore.view import (
    MEDIAN,
    SHOWN_PAIRS,
    HistoryView,
    drawn_values,
    opening_view,
    parameters_of,
)
from scenarios.page.material import Kept, Material
from scenarios.page.parts.documented import aid_spans, arms_spans
from scenarios.page.parts.fields import Slider
from simulation.countries import Country, pair_named
from simulation.dates import QUARTERS, quarter_of
from simulation.errors import LilliputError
from simulation.interventions import HISTORICAL
from simulation.parameters import Parameters, parameter_table
from simulation.state import Move

CHANGED = HistoryView(scenario="no-new-line-1956", draw=17, seed=5, changes={"support_aid": 1.0})


@pytest.fixture(scope="module")
def draws() -> Draws:
    return read_draws()


@pytest.fixture(scope="module")
def material(draws: Draws) -> Material:
    return Material(draws, documented_record())


@pytest.fixture(scope="module")
def history(draws: Draws) -> History:
    return told_by_mesa(HistoryView(draw=2), draws)


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
            quarter=41,
        ),
        HistoryView(seed=0, quarter=5, pair="china-ussr"),
        *(HistoryView(pair=pair, quarter=143) for pair in SHOWN_PAIRS),
    ],
)
def test_a_view_is_read_again_from_its_link(view: HistoryView, material: Material) -> None:
    assert HistoryView.from_query(view.query(material), material) == (view, [])


def test_a_link_with_mistakes_tells_them_all_and_keeps_the_rest(material: Material) -> None:
    settings = "strain_ideology:9,support_aid:2,x:y"
    query = f"scenario=nope&draw=1x&seed=-1&set={settings}&quarter=1970&seed=-3&z=&pair=china-ussr"
    view, problems = HistoryView.from_query(query, material)
    assert view == HistoryView(changes={"support_aid": 2.0}, pair="china-ussr")
    assert {problem.key for problem in problems} == {
        "scenario",
        "draw",
        "seed",
        "strain_ideology",
        "set",
        "quarter",
        "key",
    }


def test_a_link_made_with_other_draws_says_so(material: Material, draws: Draws) -> None:
    link = HistoryView(draw=3, quarter=5).query(material)
    other = Material(replace(draws, id="published-00000000"))
    view, (problem,) = HistoryView.from_query(link, other)
    assert view == HistoryView(draw=3, quarter=5)
    assert problem.value == draws.id


@pytest.mark.parametrize("view", [HistoryView(), CHANGED])
def test_the_history_told_is_the_replicate_of_an_ensemble(view: HistoryView, draws: Draws) -> None:
    told = told_by_mesa(view, draws)
    simulated = simulated_history(
        parameters_of(view, draws),
        catalogue()[view.scenario].scenario,
        seed=view.seed,
        replicate=view.replicate,
        quarters=QUARTERS,
    )
    assert told.reached == QUARTERS - 1
    assert told.trajectory.arrays.keys() == simulated.trajectory.arrays.keys()
    for name, values in simulated.trajectory.arrays.items():
        assert np.array_equal(told.trajectory.arrays[name], values), name
    for name, column in vars(simulated.trajectory.moves).items():
        assert np.array_equal(vars(told.trajectory.moves)[name], column), name


def test_mesa_keeps_no_model_alive(history: History) -> None:
    assert not getattr(mesa.Agent, "_ids", {})
    assert history.reached == QUARTERS - 1


def test_the_page_opens_with_a_history_near_the_record(material: Material) -> None:
    view = opening_view(material)
    assert view == opening_view(Material(material.draws, material.documented))
    told = told_by_mesa(view, material.draws)
    apart = []
    for each in material.documented.breaks:
        first = told.trajectory.first_date(*each.pair, Move.SPLIT)[0]
        apart.append(abs((QUARTERS if np.isnan(first) else first) - quarter_of(each.date)) / 4)
    assert max(apart) < 3, "no break is years away"
    assert sum(apart) < 4
    assert Move.SPLIT in told.moves(view.quarter).move


def test_the_nearest_draw_is_the_nearest(draws: Draws) -> None:
    documented = documented_record().breaks
    draw, breaks = nearest_draw(draws, documented, 1)
    parameters = parameters_for(draws, 0, 512)
    (block,) = simulated_block(parameters, (HISTORICAL,), 1, 0, len(draws))
    crowd = crowd_of(table_of([block]), documented)
    assert draw == crowd.nearest()
    assert all(crowd.breaks[pair][draw] == quarter for pair, quarter in breaks.items())
    assert crowd.distances[crowd.farthest()] == crowd.distances.max()
    own = {pair: np.array([quarter]) for pair, quarter in breaks.items()}
    assert years_from_record(own, documented)[0] == crowd.distances.min()


def test_a_crowd_says_where_a_history_stands(draws: Draws) -> None:
    (block,) = simulated_block(parameters_for(draws, 0, 100), (HISTORICAL,), 1, 0, len(draws))
    crowd = crowd_of(table_of([block]), documented_record().breaks)
    pair = "albania-ussr"
    dates = np.sort(crowd.breaks[pair][crowd.breaks[pair] >= 0])
    assert "earlier than in 100%" in crowd.standing(pair, int(dates[0]) - 1)
    assert f"later than in {len(dates)}%" in crowd.standing(pair, int(dates[-1]) + 1)
    assert "most histories" in crowd.standing(pair, int(np.median(dates)))
    assert "no break by 1980" in crowd.standing(pair, None)
    numbers = crowd.numbers()
    assert sum(numbers["pairs"][pair]["breaks"]) == (crowd.breaks[pair] >= 0).sum()


def test_numbers_hold_every_quarter_of_every_pair_and_fit_into_json(
    history: History, material: Material
) -> None:
    numbers = numbers_of(history, material.documented, ())
    assert json.loads(json.dumps(numbers))["charts"].keys() == SHOWN_PAIRS.keys()
    assert len(numbers["chronicle"]) == QUARTERS
    chart = numbers["charts"]["albania-ussr"]["support-goodwill"]
    support = history.series("support", Country.USSR, Country.ALBANIA)
    assert np.allclose(chart["lines"][0]["values"], support, atol=5e-5)
    aid = numbers["map"]["aid"]["ussr>albania"]
    assert aid[60] == pytest.approx(
        history.pair("delivered", 60, Country.USSR, Country.ALBANIA), abs=5e-5
    )
    assert len(json.dumps(numbers)) < 400_000, "a visitor's history stays small"


def test_leaders_are_named_in_full_and_only_while_they_lead(
    history: History, material: Material
) -> None:
    leaders = numbers_of(history, material.documented, ())["map"]["leaders"]
    assert leaders["yugoslavia"][quarter_of("1980-03")] == "Tito"
    assert leaders["yugoslavia"][quarter_of("1980-10")] == "collective presidency"
    assert leaders["china"][quarter_of("1979")] == "Hua Guofeng"
    assert leaders["china"][0] == ""


def test_only_a_break_is_asked_why_it_came(history: History) -> None:
    pair = pair_named("albania-ussr")
    reasons = reasons_of(history, "albania-ussr")
    broken = {
        quarter
        for quarter in range(QUARTERS)
        if Move.SPLIT
        in history.moves(quarter).move[
            (history.moves(quarter).patron == pair[0]) & (history.moves(quarter).client == pair[1])
        ]
    }
    asked = {q for q, each in enumerate(reasons) if each["heading"] == "Why did it break?"}
    assert asked == broken
    assert broken
    assert all(bool(each["sets"]) == history.tied(q, *pair) for q, each in enumerate(reasons))


def test_weapons_of_one_year_are_no_mark_of_five_years_deliveries() -> None:
    arms = DocumentedAid(
        "arms", (Country.CHINA, Country.ALBANIA), "arms", "delivered", 88, 91, 34.0, 34.0, 34.0
    )
    loan = replace(arms, id="loan", form="credit", basis="pledged", usd=100.0)
    pledged = np.full(QUARTERS, 2.0)
    assert aid_spans(Documented(aid=(arms,)), arms.pair, pledged) == []
    record, here = aid_spans(Documented(aid=(arms, loan)), arms.pair, pledged)
    assert (record.first, record.last, record.middle) == (1966, 1971, 20.0)
    assert here.middle == 8.0


def test_documented_arms_stand_beside_the_arms_of_the_same_year() -> None:
    figure = DocumentedAid(
        "arms", (Country.CHINA, Country.ALBANIA), "arms", "delivered", 88, 91, 34.0, 23.0, 38.0
    )
    others = (
        replace(figure, basis="asked"),
        replace(figure, form="credit"),
        replace(figure, pair=(Country.USSR, Country.ALBANIA)),
    )
    arms = np.zeros(QUARTERS)
    arms[86:93] = 10.0
    assert arms_spans(Documented(aid=others), figure.pair, arms) == []
    (span,) = arms_spans(Documented(aid=(figure, *others)), figure.pair, arms)
    assert (span.first, span.last) == (1967, 1968)
    assert (span.low, span.middle, span.high) == (23.0, 34.0, 38.0)
    assert "1967 Q1 to 1967 Q4" in span.note
    assert "in this history 40" in span.note


def test_arms_are_drawn_beside_all_aid_as_the_sum_of_four_quarters(
    history: History, material: Material
) -> None:
    pair = pair_named("albania-china")
    charts = numbers_of(history, material.documented, ())["charts"]
    everything, arms = charts["albania-china"]["aid"]["lines"]
    delivered = history.series("arms_delivered", *pair)
    assert arms["words"] == "arms among it"
    assert arms["values"][100] == pytest.approx(delivered[97:101].sum(), abs=1e-4)
    assert all(
        part <= whole + 1e-4
        for part, whole in zip(arms["values"], everything["values"], strict=True)
    )


def test_a_history_is_told_once_for_all_visitors_and_so_is_why(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[HistoryView] = []
    made = tab.told_by_mesa
    monkeypatch.setattr(
        tab, "told_by_mesa", lambda view, draws: calls.append(view) or made(view, draws)
    )
    shared = replace(material)
    tab.tell_opening(shared)
    view = opening_view(shared)
    history, numbers = tab.told(view.history, shared)
    assert tab.told(view.history, shared)[0] is history
    assert json.loads(numbers)["map"]["ties"]
    assert len(calls) == 1
    other = view.history.model_copy(update={"changes": {"need_share": 0.02}})
    assert tab.told(other, shared)[0] is not history


def test_of_what_is_kept_the_one_used_longest_ago_is_let_go() -> None:
    kept = Kept[int](2)
    made: list[str] = []

    def of(key: str) -> int:
        return kept.of(key, lambda: made.append(key) or len(made))

    assert [of(key) for key in "abacab"] == [1, 2, 1, 3, 1, 4]
    assert made == ["a", "b", "c", "b"]


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


def test_the_data_hold_every_quantity_and_say_which_history_it_is(
    history: History, material: Material
) -> None:
    view = HistoryView(draw=2)
    text = history_csv(history, view, material)
    table = pd.read_csv(io.BytesIO(text), float_precision="round_trip")
    assert len(table) == QUARTERS * 12
    names = {name.removeprefix("patron_").removeprefix("client_") for name in table}
    assert set(history.trajectory.arrays) <= names
    row = table[
        (table.quarter == "1946 Q4") & (table.patron == "ussr") & (table.client == "yugoslavia")
    ]
    assert row["strain"].item() == history.pair("strain", 7, Country.USSR, Country.YUGOSLAVIA)
    assert set(table["draw"]) == {2}
    assert set(table["draws"]) == {material.draws.id}
    changed = history_csv(history, CHANGED, material)
    assert set(pd.read_csv(io.BytesIO(changed))["changes"]) == {"support_aid = 1"}


def test_no_two_histories_share_the_name_of_a_file() -> None:
    views = [
        HistoryView(),
        HistoryView(draw=0),
        HistoryView(seed=2),
        HistoryView(changes={"support_aid": 1.0}),
        HistoryView(changes={"support_aid": 1.1}),
        CHANGED,
    ]
    assert len({view.name for view in views}) == len(views)
    assert HistoryView(quarter=9).name == HistoryView().name


@pytest.mark.parametrize(
    "view",
    [
        HistoryView(scenario="no-opening-1971", draw=3, seed=9, changes={"support_aid": 1.5}),
        HistoryView(seed=4),
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
    shown = told_by_mesa(view, draws).trajectory.arrays["strain"][:21]
    assert np.array_equal(repeated.trajectory.arrays["strain"], shown)


def test_the_frame_has_every_documented_event_in_its_quarter(material: Material) -> None:
    frame = frame_of(())
    assert len(frame["quarters"]) == len(frame["recorded"]) == QUARTERS
