import numpy as np
import pytest

from simulation import arrays
from simulation.countries import Country, country_named, pair_name, pair_named

GENERATOR = np.random.default_rng(5)
PAIRS = GENERATOR.uniform(size=(4, 4, 3))
OTHERS = GENERATOR.uniform(size=(4, 4, 3))
COUNTRIES = GENERATOR.uniform(size=(4, 3))


def test_a_country_array_is_laid_along_the_axis_of_its_role():
    laid = arrays.of_patron(COUNTRIES) - arrays.of_client(COUNTRIES)
    assert laid[2, 0, 1] == COUNTRIES[2, 1] - COUNTRIES[0, 1]


def test_the_reversed_pair_is_the_other_way_round():
    assert arrays.reversed_pair(PAIRS)[2, 0, 1] == PAIRS[0, 2, 1]


def test_sums_over_one_role():
    assert arrays.received_by_client(PAIRS)[0] == pytest.approx(
        sum(PAIRS[p, 0] for p in range(4)), rel=1e-12
    )
    assert arrays.given_by_patron(PAIRS)[2] == pytest.approx(
        sum(PAIRS[2, c] for c in range(4)), rel=1e-12
    )


def test_sums_leave_their_argument_alone():
    before = PAIRS.copy()
    arrays.received_by_client(PAIRS)
    arrays.given_by_patron(PAIRS)
    arrays.through_third(PAIRS, OTHERS)
    assert np.array_equal(PAIRS, before)


@pytest.mark.parametrize("reduced", [arrays.received_by_client, arrays.given_by_patron])
def test_a_sum_for_one_replicate_equals_its_column_to_the_last_bit(reduced):
    whole = reduced(PAIRS)
    for replicate in range(3):
        alone = reduced(np.ascontiguousarray(PAIRS[..., replicate : replicate + 1]))
        assert np.array_equal(alone[:, 0], whole[:, replicate])


def test_through_third_sums_over_the_country_between():
    expected = sum(PAIRS[2, k] * OTHERS[k, 0] for k in (1, 3))  # neither the USSR nor Albania
    assert arrays.through_third(PAIRS, OTHERS)[2, 0] == pytest.approx(expected, rel=1e-12)


def test_off_diagonal_is_a_view_of_the_twelve_pairs_in_order():
    table = np.zeros((4, 4, 2))
    arrays.off_diagonal(table)[...] = np.arange(12).reshape(3, 4)[..., np.newaxis]
    pairs = [(p, c) for p in range(4) for c in range(4) if p != c]
    assert [table[pair][1] for pair in pairs] == list(range(12))
    assert not table[np.arange(4), np.arange(4)].any()


def test_off_diagonal_keeps_leading_axes():
    table = GENERATOR.uniform(size=(5, 4, 4, 2))
    assert arrays.off_diagonal(table).shape == (5, 3, 4, 2)
    assert np.array_equal(arrays.off_diagonal(table)[3], arrays.off_diagonal(table[3]))


def test_self_pairs_are_set_to_zero_in_place():
    table = np.ones((4, 4, 2))
    assert arrays.without_self_pairs(table) is table
    assert table.sum() == 24
    assert not table[range(4), range(4)].any()


def test_the_curves_by_hand():
    assert arrays.logistic(np.log([1.0, 3.0, 1 / 3])) == pytest.approx([0.5, 0.75, 0.25])
    assert arrays.saturating(np.log([1.0, 2.0, 4.0])) == pytest.approx([0, 0.5, 0.75])
    assert arrays.logit(np.array([0.5, 0.75])) == pytest.approx([0, np.log(3)])


def test_the_logistic_curve_undoes_logit():
    uniforms = np.linspace(0.01, 0.99, 50)
    assert arrays.logistic(arrays.logit(uniforms)) == pytest.approx(uniforms, rel=1e-12)


def test_pair_names_put_the_client_first():
    assert pair_name(Country.USSR, Country.ALBANIA) == "albania-ussr"
    assert pair_named("albania-ussr") == (Country.USSR, Country.ALBANIA)
    assert [country_named(c.key) for c in Country] == list(Country)
    assert Country.USSR.title == "USSR"
    assert Country.CHINA.title == "China"


@pytest.mark.parametrize("name", ["ussr-ussr", "ussr", "albania-italy", ""])
def test_a_wrong_pair_name_is_refused(name):
    with pytest.raises(KeyError):
        pair_named(name)
