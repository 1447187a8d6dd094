"""Blocks of histories: forked from factual branches that a worker keeps, and remembered."""

import tracemalloc
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from scenarios.columns import stem_of
from scenarios.draws import parameters_for, read_draws
from scenarios.files import catalogue
from scenarios.outcomes import PAIR_NAMES, SERIES
from scenarios.page import blocks
from scenarios.page.blocks import BRANCHES, KEPT, Block, simulated_block, table_of
from scenarios.page.question.own import read_own
from scenarios.twins import FactualBranch
from simulation.interventions import HISTORICAL, Scenario

ADDRESS: dict[str, Any] = {"seed": 3, "first_replicate": 20}


def asked(name: str) -> Scenario:
    if name != "own":
        return catalogue()[name].scenario
    change = {"kind": "parameter", "parameter": "need_share", "value": 0.02}
    return read_own({"interventions": [change]}).scenario


def block_of(parameters: Any, scenarios: Sequence[Scenario], last_year: int) -> list[Block]:
    draws = len(read_draws())
    return simulated_block(parameters, scenarios, draws=draws, last_year=last_year, **ADDRESS)


@pytest.mark.parametrize(
    ("name", "last_year"),
    [
        ("no-opening-1971", 1980),  # the branch grows
        ("no-belgrade-1955", 1960),  # and serves an earlier fork
        ("own", 1950),  # and one that begins in 1945
        ("no-kissinger-visit-1971", 1976),
    ],
)
def test_a_counterfactual_forked_from_a_kept_branch_is_the_one_simulated_alone(
    name: str, last_year: int
) -> None:
    parameters = parameters_for(read_draws(), ADDRESS["first_replicate"], 12)
    scenarios = (HISTORICAL, asked(name))
    alone = FactualBranch(parameters, **ADDRESS).yearly(scenarios, last_year)
    for block, twins in zip(block_of(parameters, scenarios, last_year), alone, strict=True):
        table = table_of([block])
        assert table["replicate"].tolist() == list(range(20, 32))
        for place, pair in enumerate(PAIR_NAMES):
            stem = stem_of(pair)
            assert np.array_equal(table[f"{stem}_quarter"], twins.split[place])
            assert np.array_equal(table[f"{stem}_initiator"].cat.codes, twins.initiator[place])
            assert np.array_equal(table[f"{stem}_cause"].cat.codes, twins.cause[place])
            for series in SERIES:
                for year in (1946, last_year):
                    known = twins.series[series][year - 1945, place]
                    assert np.array_equal(table[f"{stem}_{series}_{year}"], known)


def test_branches_that_are_no_longer_kept_are_simulated_again_the_same() -> None:
    draws = read_draws()
    parameters = parameters_for(draws, ADDRESS["first_replicate"], 4)
    (before,) = block_of(parameters, [HISTORICAL], 1948)
    for seed in range(BRANCHES + 1):
        simulated_block(parameters, [HISTORICAL], seed, 0, len(draws), 1946)
    (again,) = block_of(parameters, [HISTORICAL], 1948)
    assert np.array_equal(before, again)


def test_no_more_branches_are_kept_than_are_allowed_and_the_ones_used_last_stay() -> None:
    draws = read_draws()
    parameters = parameters_for(draws, 0, 4)

    def ask(seed: int, first: int = 0) -> None:
        simulated_block(parameters, [HISTORICAL], seed, first, len(draws), 1945, branches=2)

    for seed in (101, 102, 101, 103):
        ask(seed)
    assert [seed for seed, _, _ in blocks._branches] == [101, 103]
    ask(104, KEPT)  # histories beyond the first ten thousand drive out none
    assert [seed for seed, _, _ in blocks._branches] == [101, 103]


def test_a_branch_takes_no_more_memory_than_is_said() -> None:
    """52 MB for a block of many histories by 1980."""
    histories = 256
    parameters = parameters_for(read_draws(), 0, histories)
    tracemalloc.start()
    branch = FactualBranch(parameters, seed=1, first_replicate=0, every=blocks.EVERY)
    branch.yearly([HISTORICAL], 1980)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 40e6 < kept / histories * blocks.MANY < 56e6
