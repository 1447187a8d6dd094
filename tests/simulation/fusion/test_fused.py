"""Fused rules give what the rules give, to the last bit; without Numba there are only rules."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
import pytest

from simulation import arrays, fusion
from simulation.ensemble import simulate
from simulation.fusion import FUSED_FROM, fusing, plan, recorded
from simulation.interventions import HISTORICAL, Absence, Cut, Pledge, Scenario
from simulation.parameters import default_parameters, keywords_of
from simulation.rules import goodwill, perception

ROOT = Path(__file__).parents[3]
KEPT = (
    *("goodwill", "strain", "fatigue", "support", "ambition", "tie", "pledged", "outstanding"),
    *("requested", "grant_share", "newly_pledged", "delivered", "cancelled"),
    *("arms_requested", "arms_grant_share", "arms_newly_pledged", "arms_delivered"),
    *("arms_pledged", "alliance_forming", "move"),
)
#: Prints a fingerprint of a simulated ensemble, and whether Numba was read in.
SCRIPT = """
import hashlib, sys
if {blocked}:
    sys.modules["numba"] = None
from simulation import fusion
if {blocked}:
    fusion.find_spec = lambda name: None
from simulation.ensemble import simulate
from simulation.parameters import default_parameters
kept = simulate(default_parameters({replicates}), seed=4, quarters=40, keep={kept}).arrays
print(hashlib.sha256(b"".join(kept[name].tobytes() for name in kept)).hexdigest())
print(sys.modules.get("numba") is not None)
"""


def printed(blocked: bool, replicates: int, **environment: str) -> list[str]:
    script = SCRIPT.format(blocked=blocked, replicates=replicates, kept=KEPT)
    command = [sys.executable, "-c", script]
    result = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), **environment},
    )
    return result.stdout.split()


def test_an_ensemble_is_the_same_without_numba():
    fast, plain = printed(False, FUSED_FROM), printed(True, FUSED_FROM)
    assert fast[0] == plain[0]
    assert (fast[1], plain[1]) == ("True", "False")


def test_few_replicates_do_not_wait_for_numba():
    assert printed(False, FUSED_FROM - 1)[1] == "False"


@pytest.mark.parametrize("kind", ["history", "counterfactual"])
def test_every_quantity_is_the_same_in_fewer_passes(monkeypatch, drawn_parameters, kind):
    changes = (
        Absence(start="1957-01", end="1980-12", reason="r", country="china"),
        Pledge(
            start="1950-01", end="1980-12", reason="r", patron="ussr", client="albania", value=50.0
        ),
        Cut(
            start="1950-01",
            end="1980-12",
            reason="r",
            patron="ussr",
            client="china",
            value=0.5,
            form="arms",
        ),
    )
    scenario = (
        HISTORICAL
        if kind == "history"
        else Scenario(name="try", question="What if?", interventions=changes)
    )
    parameters = drawn_parameters(70, 21)
    plain = simulate(parameters, scenario, seed=3, first_replicate=33, keep=KEPT)
    monkeypatch.setattr(fusion, "FUSED_FROM", 70)
    fast = simulate(parameters, scenario, seed=3, first_replicate=33, keep=KEPT)
    for name in KEPT:
        assert np.array_equal(plain.arrays[name], fast.arrays[name]), name
    for name, values in vars(plain.moves).items():
        assert np.array_equal(values, getattr(fast.moves, name)), name


def test_rules_are_fused_only_meanwhile():
    @fusion.fused
    def doubled(values):
        return values + values

    few, many = np.ones((4, 4, FUSED_FROM - 1)), np.ones((4, 4, FUSED_FROM))
    with pytest.raises(ZeroDivisionError), fusing(FUSED_FROM):
        1 / 0  # noqa: B018
    doubled(many)
    with fusing(FUSED_FROM - 1):
        doubled(few)
    assert not doubled.plans
    with fusing(FUSED_FROM):
        assert np.array_equal(doubled(many), many + many)
    assert "t0 = (a0[i, j, r] + a0[i, j, r])" in doubled.plans[FUSED_FROM].source


def pairs(number: int) -> np.ndarray:
    return np.random.default_rng(number).uniform(size=(4, 4, 6))


def test_the_arithmetic_between_two_curves_is_one_loop():
    """Goodwill: one loop up to the exponential, one after it."""
    line = np.random.default_rng(1).uniform(size=(4, 6))
    given = (pairs(1), pairs(2), line, *(pairs(number) for number in range(3, 10)))
    parameters = dict.fromkeys(keywords_of(goodwill.goodwill), np.linspace(0.1, 0.9, 6))
    carried_out = recorded(goodwill.goodwill.__wrapped__, given, parameters).plan()
    assert len(loops_of(carried_out)) == 2
    assert np.array_equal(
        carried_out(*given, **parameters), goodwill.goodwill(*given, **parameters)
    )


def loops_of(carried_out):
    return [name for name in carried_out.__globals__ if name.startswith("loop_")]


class Both(NamedTuple):
    threat: np.ndarray
    danger: np.ndarray


def stage(nearness, attention, goodwill, pressure, absent):
    threat = perception.threat(nearness, attention, goodwill)
    danger = perception.danger(threat, pressure)
    return Both(threat, arrays.zero_pairs(danger, absent))


def test_a_stage_is_carried_out_with_its_rules_in_it():
    """The threats, their sum for each client, and what of it is not the patron's: three loops."""
    given = (pairs(1), pairs(2), pairs(3), np.ones((4, 1)))
    carried_out = recorded(stage, (*given, ((0, 1),)), {}).plan()
    assert len(loops_of(carried_out)) == 3
    for absent in (((0, 1),), ((2, 3), (3, 2))):
        expected = stage(*given, absent)
        found = carried_out(*given, absent)
        assert isinstance(found, Both)
        assert np.array_equal(found.threat, expected.threat)
        assert np.array_equal(found.danger, expected.danger)


def test_an_array_that_is_changed_is_not_changed_for_others_that_use_it():
    def changing(values, absent):
        doubled = perception.threat(values, values, values)
        before = doubled + 1
        arrays.zero_pairs(doubled, absent)
        return Both(before, doubled)

    given = (pairs(1), ((0, 1), (2, 3)))
    found = recorded(changing, given, {}).plan()(*given)
    expected = changing(*given)
    assert np.array_equal(found.threat, expected.threat)
    assert np.array_equal(found.danger, expected.danger)
    assert np.array_equal(given[0], pairs(1))


def test_what_is_recorded_cannot_depend_on_what_changes_from_quarter_to_quarter():
    with pytest.raises(TypeError, match="absent"):
        recorded(lambda values, absent: values + 1 if absent else values, (pairs(1), ()), {})
    with pytest.raises(TypeError, match="depend"):
        recorded(lambda values: values + 1 if values else values, (pairs(1),), {})


def test_one_minus_an_exponential_is_one_long_before_exponentials_leave_the_normal_numbers():
    amounts = np.array([0.0, 1.0, 36.0, 699.0, 700.0, 720.0, 745.0, 1000.0, np.inf])
    assert np.array_equal(arrays.saturating(amounts), 1 - np.exp(-amounts))
    assert np.isnan(arrays.saturating(np.array([np.nan]))).all()


def test_a_loop_refuses_arrays_of_another_shape():
    with fusing(FUSED_FROM):
        wide = np.ones((4, 4, FUSED_FROM))
        assert np.array_equal(perception.threat(wide, wide, wide / 2), wide / 2)
        with pytest.raises(AssertionError):
            perception.threat(wide[..., :1], wide, wide)


def test_a_rule_is_read_as_it_is_written():
    assert perception.threat.__name__ == "threat"
    assert "near, large and ill-disposed" in (perception.threat.__doc__ or "")
    assert arrays.received_by_client.__name__ == "received_by_client"


def test_compiled_functions_are_kept_nowhere_if_no_folder_can_be_written_to(monkeypatch):
    asked, compiling = [], numba.njit

    def refusing(*, cache=False, **options):
        asked.append(cache)
        if cache:
            raise RuntimeError("no locator available")
        return compiling(**options)

    monkeypatch.setattr("numba.njit", refusing)
    assert plan.by_numba(lambda number: number + 1)(1) == 2
    assert asked == [True, False]


def test_one_history_beside_a_large_ensemble_in_another_thread_is_carried_out_plainly():
    """The page steps single histories while ensembles run in other threads of the same process."""
    alone = simulate(default_parameters(1), seed=5, quarters=24, keep=("strain",)).arrays["strain"]
    with fusion.fusing(fusion.FUSED_FROM), ThreadPoolExecutor(1) as apart:
        beside = apart.submit(
            simulate, default_parameters(1), seed=5, quarters=24, keep=("strain",)
        ).result()
    assert np.array_equal(alone, beside.arrays["strain"])
