import numpy as np
import pytest
from scipy import stats

from simulation import shocks
from simulation.shocks import BLOCK, DECISIONS, TILE, DecisionStream, Shocks, decision_key

OFF = ~np.eye(4, dtype=bool)
#: The chance that a statistical test of this file fails although all is well.
FALSE_ALARM = 1e-6


def drawn(seed, replicates, first, ahead, quarters):
    source = Shocks(seed, replicates, first, ahead=ahead)
    return [
        {name: array.copy() for name, array in source.quarter(quarter).items()}
        for quarter in quarters
    ]


def many(decision, seed=3, replicates=500, quarters=range(24)):
    return np.stack([now[decision][OFF] for now in drawn(seed, replicates, 0, BLOCK, quarters)])


@pytest.mark.parametrize("first", [0, 1, TILE - 1, TILE, 3 * TILE + 17, 10_000_000])
def test_a_replicate_alone_has_the_shocks_it_has_in_a_batch(first):
    batch = drawn(7, 2 * TILE + 5, first, 1, [0, 5, 143])
    for place in (0, 1, TILE - 1, TILE, 2 * TILE + 4):
        alone = drawn(7, 1, first + place, 1, [0, 5, 143])
        for one, all_together in zip(alone, batch, strict=True):
            for decision in DECISIONS:
                assert np.array_equal(one[decision][..., 0], all_together[decision][..., place])


@pytest.mark.parametrize("ahead", [2, 3, 4, 6, 12])
def test_drawing_ahead_changes_nothing(ahead):
    quarters = range(30)
    for one, other in zip(
        drawn(7, 70, 60, 1, quarters), drawn(7, 70, 60, ahead, quarters), strict=True
    ):
        assert all(np.array_equal(one[decision], other[decision]) for decision in DECISIONS)


def test_the_order_of_asking_changes_nothing():
    forward = drawn(7, 3, 0, 12, range(30))
    backward = drawn(7, 3, 0, 4, reversed(range(30)))[::-1]
    for one, other in zip(forward, backward, strict=True):
        assert all(np.array_equal(one[decision], other[decision]) for decision in DECISIONS)


def test_an_unfit_number_of_quarters_ahead_is_refused():
    with pytest.raises(ValueError, match="ahead = 5 does not divide 12"):
        Shocks(1, 1, ahead=5)


def test_self_pairs_are_left_as_they_are():
    now = Shocks(1, 2).quarter(9)
    assert all((array[~OFF] == 0.5).all() for array in now.values())


@pytest.mark.parametrize("other", [{"seed": 4}, {"seed": -3}, {"seed": 2**70}])
def test_another_seed_gives_other_numbers(other):
    assert not np.isin(many("grant", replicates=20, **other), many("grant", replicates=20)).any()


def test_no_number_comes_twice():
    # Of 360,000 uniforms of 53 bits two agree by chance with a probability below 1e-5.
    everything = np.concatenate(
        [many(d, replicates=2 * TILE, quarters=range(0, 144, 5)).ravel() for d in DECISIONS]
    )
    assert len(np.unique(everything)) == len(everything)


def test_a_new_decision_leaves_the_others_as_they_were(monkeypatch):
    before = drawn(7, 5, 0, 1, range(4))
    monkeypatch.setattr(shocks, "DECISIONS", ("something_new", *reversed(DECISIONS)))
    after = drawn(7, 5, 0, 1, range(4))
    for one, other in zip(before, after, strict=True):
        assert set(other) == {*DECISIONS, "something_new"}
        assert all(np.array_equal(one[decision], other[decision]) for decision in DECISIONS)


def test_the_numbers_of_an_address_are_fixed_for_ever():
    """Published results are addressed by seed: these numbers may not change between versions."""
    array = np.zeros((1, 4, 4, 1))
    DecisionStream(1, "grant").fill(array, 0, 0)
    assert array[0, 0, 1, 0] == pytest.approx(0.19714043611561494, abs=1e-15)
    assert decision_key(1, "grant")[0] == 12004875724057082274


@pytest.mark.parametrize("decision", DECISIONS)
def test_uniform(decision):
    """Kolmogorov-Smirnov on 144,000 numbers; false alarms: 1e-6 a decision."""
    numbers = many(decision).ravel()
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert stats.kstest(numbers, "uniform").pvalue > FALSE_ALARM


def test_decisions_pairs_quarters_and_replicates_are_uncorrelated():
    """Correlations of 8 decisions x 12 pairs over 12,000 addresses, and with neighbours.

    The correlation of n independent pairs is about normal with spread 1/sqrt(n); with m
    correlations the bound is the two-sided quantile of FALSE_ALARM / m, so all together fail with
    a chance of at most 2e-6.
    """
    table = np.stack(
        [many(decision) for decision in DECISIONS]
    )  # decision, quarter, pair, replicate
    columns = table.transpose(0, 2, 1, 3).reshape(8 * 12, -1)
    correlations = np.corrcoef(columns)[np.triu_indices(96, 1)]
    bound = stats.norm.isf(FALSE_ALARM / (2 * correlations.size)) / np.sqrt(columns.shape[1])
    assert np.abs(correlations).max() < bound
    for axis in (1, 3):
        size = table.shape[axis] - 1
        one = np.take(table, range(size), axis).ravel()
        following = np.take(table, range(1, size + 1), axis).ravel()
        assert abs(np.corrcoef(one, following)[0, 1]) < stats.norm.isf(FALSE_ALARM / 4) / np.sqrt(
            one.size
        )
