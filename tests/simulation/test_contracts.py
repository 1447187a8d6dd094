"""The contracts of the architecture: one rule in two executions, addressed shocks, layers."""

import ast
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import simulation
from simulation.dates import QUARTERS, quarter_of
from simulation.ensemble import CHUNK, simulate, simulate_in_chunks
from simulation.interventions import (
    INTERVENTIONS,
    MOVES,
    Absence,
    Ban,
    Course,
    Cut,
    DriverValue,
    Economy,
    Goodwill,
    Grant,
    Imposition,
    Intervention,
    Leadership,
    ParameterValue,
    Pledge,
    Proximity,
    Scenario,
    SolePatron,
    Sum,
)
from simulation.model import AllianceModel
from simulation.parameters import Parameters, default_parameters, held_numbers
from simulation.stages import QUANTITIES, array_fields

FIRST_CHANGE = "1957-01"
#: Interventions that alter history from 1957 on, one a kind.
CHANGES = {
    "leadership": Leadership(
        start=FIRST_CHANGE, end="1980-12", reason="r", country="ussr", spell="ussr-stalin"
    ),
    "course": Course(
        start=FIRST_CHANGE, end="1980-12", reason="r", country="ussr", course="hierarchy", value=0.0
    ),
    "driver": DriverValue(
        start=FIRST_CHANGE, end="1980-12", reason="r", country="ussr", driver="isolation", value=0.9
    ),
    "economy": Economy(
        start=FIRST_CHANGE, end="1980-12", reason="r", country="albania", value=10.0
    ),
    "grant": Grant(
        start=FIRST_CHANGE, end="1980-12", reason="r", patron="ussr", client="albania", value=1.0
    ),
    "cut": Cut(
        start=FIRST_CHANGE, end="1980-12", reason="r", patron="ussr", client="albania", value=0.0
    ),
    "sum": Sum(
        start=FIRST_CHANGE, end="1980-12", reason="r", patron="ussr", client="albania", value=50.0
    ),
    "pledge": Pledge(
        start=FIRST_CHANGE, end="1980-12", reason="r", patron="ussr", client="albania", value=50.0
    ),
    "forbid": Ban(
        start=FIRST_CHANGE,
        end="1980-12",
        reason="r",
        patron="ussr",
        client="albania",
        move="dispute",
    ),
    "impose": Imposition(
        start=FIRST_CHANGE,
        end="1957-12",
        reason="r",
        patron="ussr",
        client="albania",
        move="dispute",
    ),
    "goodwill": Goodwill(
        start=FIRST_CHANGE, end="1980-12", reason="r", patron="ussr", client="albania", value=0.0
    ),
    "sole-patron": SolePatron(
        start=FIRST_CHANGE, end="1980-12", reason="r", patron="ussr", client="albania"
    ),
    "proximity": Proximity(
        start=FIRST_CHANGE, end="1980-12", reason="r", patron="ussr", client="albania", value=1.0
    ),
    "absence": Absence(start=FIRST_CHANGE, end="1980-12", reason="r", country="china"),
}
#: The same of kinds that can be asked in more than one way.
OTHER_WAYS = {
    "line of another time": Course(
        start=FIRST_CHANGE,
        end="1980-12",
        reason="r",
        country="ussr",
        course="line",
        spell="ussr-stalin",
    ),
    "own goodwill": Goodwill(
        start=FIRST_CHANGE, end="1980-12", reason="r", patron="ussr", client="albania", value="own"
    ),
    "arms refused": Grant(
        start=FIRST_CHANGE,
        end="1980-12",
        reason="r",
        patron="ussr",
        client="albania",
        value=0.0,
        form="arms",
    ),
    "arms pledged": Pledge(
        start=FIRST_CHANGE,
        end="1980-12",
        reason="r",
        patron="ussr",
        client="albania",
        value=50.0,
        form="arms",
    ),
    "goodwill one way": Goodwill(
        start=FIRST_CHANGE,
        end="1980-12",
        reason="r",
        patron="albania",
        client="ussr",
        value="own",
        one_way=True,
    ),
}
#: Interventions that change nothing: what is ordered is what happened, drivers being as coded.
VAIN = {
    "course": Course(
        start="1957-01",
        end="1964-09",
        reason="r",
        country="ussr",
        course="line",
        spell="ussr-khrushchev",
    ),
    "economy": Economy(start="1945-01", end="1980-12", reason="r", country="ussr", value=1.0),
    "cut": Cut(
        start="1945-01", end="1980-12", reason="r", patron="ussr", client="albania", value=1.0
    ),
    "sum": Sum(
        start="1945-01", end="1949-09", reason="r", patron="china", client="albania", value=9.0
    ),
    "sole-patron": SolePatron(
        start="1945-01", end="1945-12", reason="r", patron="yugoslavia", client="china"
    ),
    "leadership": Leadership(
        start="1957-01", end="1964-09", reason="r", country="ussr", spell="ussr-khrushchev"
    ),
    "driver": DriverValue(
        start="1947-01",
        end="1980-12",
        reason="r",
        country="albania",
        driver="distraction",
        value=0.0,
    ),
    "pledge": Pledge(
        start="1945-01", end="1980-12", reason="r", patron="ussr", client="albania", value=0.0
    ),
    "grant": Grant(
        start="1945-01", end="1949-09", reason="r", patron="china", client="albania", value=1.0
    ),
    "proximity": Proximity(
        start="1945-01", end="1980-12", reason="r", patron="ussr", client="albania", value=0.5
    ),
    "absence": Absence(start="1945-01", end="1949-09", reason="r", country="china"),
    "impose": Imposition(
        start="1945-01", end="1949-09", reason="r", patron="china", client="ussr", move="formation"
    ),
    "forbid": Ban(
        start="1945-01", end="1949-09", reason="r", patron="china", client="ussr", move="formation"
    ),
}


def scenario_of(*changes: Intervention) -> Scenario:
    return Scenario(name="try", question="What if?", interventions=changes)


def column(array, replicate):
    """One replicate of a kept array; a quantity that replicates share has one column."""
    return array[..., min(replicate, array.shape[-1] - 1)]


def assert_same(one, other):
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        assert np.array_equal(array, other.arrays[name]), name
    for name, values in vars(one.moves).items():
        assert np.array_equal(values, getattr(other.moves, name)), name


def joined(parts, name):
    return np.concatenate([part.arrays[name] for part in parts], axis=-1)


@pytest.mark.parametrize(("first", "replicates"), [(0, 3), (1_000_061, 4)])
@pytest.mark.parametrize(
    "changes",
    [
        (),
        (CHANGES["leadership"], CHANGES["pledge"], CHANGES["absence"]),
        (
            CHANGES["course"],
            CHANGES["economy"],
            CHANGES["sum"],
            OTHER_WAYS["arms pledged"],
            OTHER_WAYS["goodwill one way"],
            ParameterValue(reason="r", parameter="need_share", value=0.02),
            ParameterValue(reason="r", parameter="strain_noise", value=0.2),
        ),
    ],
)
def test_one_rule_two_executions(drawn_parameters, first, replicates, changes):
    scenario, parameters = scenario_of(*changes), drawn_parameters(replicates, 11)
    ensemble = simulate(parameters, scenario, seed=5, first_replicate=first, keep=QUANTITIES)
    moves = 0
    for replicate in range(replicates):
        model = AllianceModel(
            scenario_choice=scenario,
            seed=5,
            replicate=first + replicate,
            parameters=parameters.replicate(slice(replicate, replicate + 1)),
        )
        for quarter in range(144):
            model.step()
            arrays = array_fields(model.state) | array_fields(model.account)
            assert set(arrays) == set(QUANTITIES)
            for name, array in arrays.items():
                assert np.array_equal(
                    array[..., 0], column(ensemble.arrays[name][quarter], replicate)
                ), name
            moves += np.count_nonzero(arrays["move"])
    assert moves == 2 * len(ensemble.moves.move) > 0


@pytest.mark.parametrize("chunk", [1, 13, 64, 1000])
def test_the_whole_equals_its_chunks(drawn_parameters, chunk):
    replicates = 6 if chunk == 1 else 100
    parameters = drawn_parameters(replicates, 12)
    whole = simulate(parameters, seed=5, first_replicate=33, keep=("status", "strain", "delivered"))
    parts = list(
        simulate_in_chunks(parameters, seed=5, first_replicate=33, keep=whole.arrays, chunk=chunk)
    )
    assert len(parts) == -(-replicates // chunk)
    for name, array in whole.arrays.items():
        assert np.array_equal(joined(parts, name), array), name
    rows = {tuple(row) for part in parts for row in np.transpose(list(vars(part.moves).values()))}
    assert rows == {tuple(row) for row in np.transpose(list(vars(whole.moves).values()))}


def test_the_default_chunk_is_one_of_many():
    assert CHUNK % 64 == 0, "a chunk holds whole tiles of shocks, so that none is drawn twice"


def test_the_whole_equals_two_spawned_processes(drawn_parameters):
    parameters = drawn_parameters(30, 13)
    whole = simulate(parameters, seed=6, first_replicate=9, keep=("status", "goodwill"))
    with get_context("spawn").Pool(2) as pool:
        waiting = [
            pool.apply_async(
                simulate,
                (parameters.replicate(slice(start, start + 15)),),
                {"seed": 6, "first_replicate": 9 + start, "keep": ("status", "goodwill")},
            )
            for start in (0, 15)
        ]
        parts = [result.get(timeout=300) for result in waiting]
    for name, array in whole.arrays.items():
        assert np.array_equal(joined(parts, name), array), name


def test_every_kind_is_held_to_the_contract():
    assert {*CHANGES, "parameter"} == {*INTERVENTIONS}


@pytest.mark.parametrize("kind", [*CHANGES, *OTHER_WAYS])
def test_a_counterfactual_equals_its_twin_until_the_first_quarter_touched_and_then_parts(
    drawn_parameters, kind
):
    parameters = drawn_parameters(40, 14, reach=0.3)
    scenario = scenario_of({**CHANGES, **OTHER_WAYS}[kind])
    factual = simulate(parameters, seed=8, keep=QUANTITIES)
    twin = simulate(parameters, scenario, seed=8, keep=QUANTITIES)
    first = scenario.first_quarter_touched
    assert first == quarter_of(FIRST_CHANGE)
    for name, array in factual.arrays.items():
        assert np.array_equal(array[:first], twin.arrays[name][:first]), name
    assert not np.array_equal(factual.arrays["status"][first:], twin.arrays["status"][first:])


@pytest.mark.parametrize(
    ("name", "value"),
    [("start_goodwill_other", 0.5), ("start_goodwill_allied", 0.5), ("strain_noise", 0.25)],
    ids=["fitted", "held", "held noise"],
)
def test_a_number_touches_history_from_its_first_quarter(drawn_parameters, name, value):
    assert (name in held_numbers()) == (name != "start_goodwill_other")
    parameters = drawn_parameters(20, 14, reach=0.3)
    change = ParameterValue(reason="r", parameter=name, value=value)
    scenario = scenario_of(change, CHANGES["pledge"])
    assert scenario.first_quarter_touched == 0
    kept = ("goodwill", "strain")
    factual = simulate(parameters, seed=8, quarters=1, keep=kept).arrays
    twin = simulate(parameters, scenario, seed=8, quarters=1, keep=kept).arrays
    assert not all(np.array_equal(factual[each], twin[each]) for each in kept)
    set_by_hand = Parameters({**parameters, name: np.full(20, value)})
    same = simulate(set_by_hand, scenario_of(CHANGES["pledge"]), seed=8, keep=QUANTITIES)
    assert_same(same, simulate(parameters, scenario, seed=8, keep=QUANTITIES))


def test_a_scenario_without_changes_touches_nothing():
    assert scenario_of().first_quarter_touched == QUARTERS


@pytest.mark.parametrize("kind", VAIN)
def test_an_intervention_without_effect_equals_its_twin_always(drawn_parameters, kind):
    parameters = drawn_parameters(30, 15)
    kept = set(QUANTITIES) - {"grant_share"}
    factual = simulate(parameters, seed=8, keep=kept, drivers="coded")
    scenario = scenario_of(VAIN[kind])
    assert_same(factual, simulate(parameters, scenario, seed=8, keep=kept, drivers="coded"))


def test_a_forbidden_move_that_would_not_have_happened_changes_no_state(drawn_parameters):
    """Where no move of a kind falls, forbidding it leaves the history bit for bit."""
    parameters = drawn_parameters(40, 16, reach=0.3)
    factual = simulate(parameters, seed=8, keep=("status", "strain", "goodwill"))
    for move in MOVES:
        forbid = Ban(
            start="1950-01", end="1980-12", reason="r", patron="ussr", client="albania", move=move
        )
        twin = simulate(parameters, scenario_of(forbid), seed=8, keep=factual.arrays)
        same = (twin.arrays["status"] == factual.arrays["status"]).all(axis=(0, 1, 2))
        assert same.any()
        for name, array in factual.arrays.items():
            assert np.array_equal(array[..., same], twin.arrays[name][..., same]), name


def test_the_same_call_gives_the_same_histories_and_another_seed_others():
    parameters = default_parameters(20)
    one = simulate(parameters, seed=1, keep=QUANTITIES)
    assert_same(one, simulate(parameters, seed=1, keep=QUANTITIES))
    assert not np.array_equal(
        one.arrays["strain"], simulate(parameters, seed=2, keep=("strain",)).arrays["strain"]
    )


def test_what_is_kept_changes_nothing(drawn_parameters):
    parameters = drawn_parameters(10, 17)
    assert simulate(parameters, seed=1, keep=()).arrays == {}
    one, other = (
        simulate(parameters, seed=1, keep=()),
        simulate(parameters, seed=1, keep=QUANTITIES),
    )
    for name, array in array_fields(one.last_state).items():
        assert np.array_equal(array, array_fields(other.last_state)[name]), name
        assert np.array_equal(array, other.arrays[name][-1]), name


def imported_by(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.add(str(node.module))
    return names


FOLDER = Path(simulation.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))


def test_only_the_mesa_model_imports_mesa():
    importing = {
        path.name
        for path in MODULES
        if any(n.partition(".")[0] == "mesa" for n in imported_by(path))
    }
    assert importing == {"model.py"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_simulation_knows_nothing_of_scenarios_and_calibration(path):
    assert not {name.partition(".")[0] for name in imported_by(path)} & {
        "scenarios",
        "calibration",
        "notebooks",
    }


@pytest.mark.parametrize(
    "path", sorted((FOLDER / "rules").glob("*.py")), ids=lambda path: path.name
)
def test_rules_import_numpy_typing_arrays_and_their_fusion_only(path):
    assert imported_by(path) <= {"numpy", "typing", "simulation.arrays", "simulation.fusion"}


def test_an_ensemble_runs_without_mesa():
    script = "import sys, simulation.ensemble; sys.exit('mesa' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", script], cwd=FOLDER.parent, check=False).returncode
        == 0
    )


def test_no_random_numbers_but_the_addressed_ones():
    drawing = {path.name for path in MODULES if "np.random" in path.read_text(encoding="utf-8")}
    assert drawing == {"shocks.py"}
