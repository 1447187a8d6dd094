"""A record's own history among the copies: it lives as it did, and is never dropped."""

import numpy as np
import pytest

from calibration.checks.recovery import simulated
from calibration.checks.recovery.simulated import seed_of, simulated_record
from calibration.diagnostics import systematic
from calibration.likelihood import likelihood
from calibration.likelihood.likelihood import filtered_log_likelihood, renewal
from calibration.likelihood.observations import QUARTERS
from calibration.likelihood.witness import Witness
from calibration.prior import parameters_at
from simulation.ensemble import simulate
from simulation.parameters import parameter_table
from simulation.trajectory import MoveTable

SEED, COPIES = 5, 8
NOBODY = Witness(1, MoveTable.joined([]), {})


@pytest.mark.parametrize("number", range(4))
def test_the_witness_lives_the_history_that_made_the_record(record, number, monkeypatch):
    made = simulated_record(record, len(parameter_table()), seed=SEED, number=number)
    kept = ("status", "strain", "support", "delivered")
    alone = simulate(
        parameters_at(made.truth[np.newaxis]),
        seed=seed_of(SEED, simulated.HISTORY, number),
        quarters=QUARTERS,
        keep=kept,
        drivers=simulated.DRIVERS,
    )
    lived = {name: [] for name in kept}
    onward = likelihood.transition

    def watched(*given):
        state, account = onward(*given)
        arrays = likelihood.array_fields(state) | likelihood.array_fields(account)
        for name in kept:
            lived[name].append(arrays[name].copy())
        return state, account

    monkeypatch.setattr(likelihood, "transition", watched)
    found = filtered_log_likelihood(
        parameters_at(made.truth[np.newaxis], COPIES),
        made.record,
        seed=3,
        copies=COPIES,
        drivers=simulated.DRIVERS,
        witness=made.witness,
    )
    assert np.isfinite(found).all()
    assert len(made.record.moves) == len(alone.moves.quarter) > 0
    for name in kept:
        each = np.stack(lived[name])
        assert np.array_equal(each[..., :1], alone.arrays[name]), name
    assert not np.array_equal(np.stack(lived["strain"])[..., 1:2], alone.arrays["strain"])


def test_figures_are_compared_under_the_errors_of_the_witness():
    errors = {"rouble": np.array([1.5])}
    others = {"rouble": np.zeros(4), "lek": np.ones(4)}
    found = Witness(1, MoveTable.joined([]), errors).doubt(others)
    assert found["rouble"].tolist() == [1.5, 0, 0, 0]
    assert found["lek"].tolist() == [1, 1, 1, 1]
    assert others["rouble"].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("share", [1e-300, 0.01, 0.25, 0.3, 0.9])
def test_a_witness_has_successors_in_proportion_to_how_many_there_are(share):
    """Of N copies with a share w the first has k or k + 1; each counts as often as it has them."""
    rest = (1 - share) * np.array([0.5, 0.3, 0.2])
    weights = np.log(np.array([[share, *rest]]))
    expected = 4 * share
    least = np.floor(expected)
    found = []
    for chance in (np.arange(2000) + 0.5) / 2000:
        number = NOBODY.chance(weights, np.array([chance]))
        assert 0 <= number[0] < 1
        chosen = systematic(np.exp(weights), number, 4)[0]
        assert chosen[0] == 0  # in its own place, so that it goes on as it was
        found.append((chosen == 0).sum())
    assert set(found) <= {least, least + 1}
    wanted = (least + 1) * (expected - least) / expected
    assert np.mean(np.array(found) == least + 1) == pytest.approx(wanted, abs=2e-3)


def test_renewal_keeps_the_first_copy_in_its_place():
    weights = np.log(np.array([[1e-9, 1.0, 1e-3, 1e-3, 1e-3, 1e-3]]))
    rows, renewed = renewal(weights, NOBODY.chance(weights, np.array([0.7])))
    assert renewed.all()
    assert rows[0] == 0
