"""What lies behind a chance: addends of the rule's own, which add up to the chance."""

import numpy as np
import pytest

from scenarios.draws import Draws, parameters_for
from scenarios.explain.history import History, simulated_history
from scenarios.explain.reasons import bid_of, fatigue_of, hazards, strain_of
from scenarios.files import scenario_named
from simulation.arrays import logistic, saturating
from simulation.countries import ORDERED_PAIRS
from simulation.dates import QUARTERS
from simulation.parameters import Parameters, default_parameters
from simulation.rules import aid
from simulation.state import Status

DECISIONS = ("dispute_by_client", "dispute_by_patron", "break_by_client", "break_by_patron")


@pytest.fixture(scope="module")
def history(draws: Draws) -> History:
    return simulated_history(
        parameters_for(draws, 3, 1),
        scenario_named("historical"),
        seed=1,
        replicate=3,
        quarters=QUARTERS,
    )


def test_the_addends_of_an_open_chance_make_the_chance_of_the_account(history: History) -> None:
    compared = 0
    for quarter in range(QUARTERS):
        for pair in ORDERED_PAIRS:
            for decision, hazard in zip(DECISIONS, hazards(history, quarter, *pair), strict=True):
                if hazard.open:
                    slope = history.parameters[
                        "dispute_slope" if hazard.verb == "quarrels" else "break_slope"
                    ]
                    chance = logistic(slope * sum(each.amount for each in hazard.addends))[0]
                    assert chance == pytest.approx(
                        history.pair(decision, quarter, *pair), abs=1e-12
                    )
                    compared += 1
    assert compared > 200


def test_only_what_the_status_leaves_open_has_a_chance(history: History) -> None:
    for quarter in range(QUARTERS):
        for pair in ORDERED_PAIRS:
            before = history.status(quarter - 1, *pair)
            verbs = {Status.ALLIED: {"quarrels"}, Status.ESTRANGED: {"breaks"}}.get(before, set())
            found = hazards(history, quarter, *pair)
            assert {hazard.verb for hazard in found if hazard.open} == verbs
            assert all(hazard.chance == 0 for hazard in found if not hazard.open)


def test_strain_is_drawn_to_where_its_addends_lead(history: History) -> None:
    for quarter in range(0, QUARTERS, 7):
        for pair in ORDERED_PAIRS:
            feeling = strain_of(history, quarter, *pair)
            total = max(sum(addend.amount for addend in feeling.addends), 0.0)
            assert feeling.target == pytest.approx(
                float(saturating(np.array([total]))[0]), abs=1e-12
            )
            assert feeling.level == history.pair("strain", quarter, *pair)
            assert [addend.amount < 0 for addend in feeling.addends[:-1]] == [False] * 7


def test_fatigue_is_drawn_to_where_its_addends_lead(history: History) -> None:
    spared = 0
    for quarter in range(QUARTERS):
        for pair in ORDERED_PAIRS:
            feeling = fatigue_of(history, quarter, *pair)
            total = sum(addend.amount for addend in feeling.addends)
            assert feeling.target == pytest.approx(
                float(saturating(np.array([max(total, 0)]))[0]), abs=1e-12
            )
            worth = history.parameters["fatigue_value"][0] * history.pair("value", quarter, *pair)
            assert -feeling.addends[-1].amount <= worth + 1e-12
            spared += feeling.addends[-1].amount < 0
    assert spared


def test_the_addends_of_a_bid_make_the_share_granted_where_chance_is_nought() -> None:
    history = simulated_history(
        Parameters({**default_parameters(), "grant_noise": np.zeros(1)}),
        scenario_named("historical"),
        seed=1,
        replicate=0,
        quarters=QUARTERS,
    )
    signs = set()
    for quarter in range(0, QUARTERS, 5):
        for pair in ORDERED_PAIRS:
            total = sum(addend.amount for addend in bid_of(history, quarter, *pair))
            offer = history.pair("capacity", quarter, *pair) * np.exp(total)
            requested = history.pair("requested", quarter, *pair)
            economic = requested - history.pair("arms_requested", quarter, *pair)
            share = aid.grant_share(np.array([economic]), np.array([offer]))[0]
            assert share == pytest.approx(history.pair("grant_share", quarter, *pair), abs=1e-9)
            signs |= {np.sign(addend.amount) for addend in bid_of(history, quarter, *pair)}
    assert signs == {-1, 0, 1}
