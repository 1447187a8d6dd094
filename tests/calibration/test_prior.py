"""The prior in standard coordinates: bounds, centres, and SciPy's truncated normal."""

import numpy as np
import pytest
from scipy import stats

from calibration.prior import draw_coordinates, parameters_at, values_of
from simulation.parameters import parameter_table

TABLE = parameter_table()


def test_no_coordinate_leads_out_of_bounds():
    coordinates = np.array([-1e3, -9.0, -3.0, 0.0, 3.0, 9.0, 1e3])
    for parameter in TABLE.values():
        values = values_of(parameter, coordinates)
        assert (values >= parameter.low).all(), parameter.name
        assert (values <= parameter.high).all(), parameter.name
        assert (np.diff(values) >= 0).all(), parameter.name
        assert values[2] < values[4], parameter.name


@pytest.mark.parametrize("name", ["dispute_threshold", "line_ussr_stalin", "grant_base"])
def test_a_normal_prior_is_scipys_truncated_normal(name):
    parameter = TABLE[name]
    a = (parameter.low - parameter.default) / parameter.spread
    b = (parameter.high - parameter.default) / parameter.spread
    shares = np.array([0.01, 0.2, 0.5, 0.9, 0.999])
    expected = stats.truncnorm.ppf(shares, a, b, loc=parameter.default, scale=parameter.spread)
    assert values_of(parameter, stats.norm.ppf(shares)) == pytest.approx(expected, rel=1e-6)


def test_a_lognormal_prior_has_its_median_at_the_default_where_bounds_are_far():
    parameter = TABLE["break_slope"]
    assert values_of(parameter, np.zeros(1)) == pytest.approx(parameter.default, rel=1e-3)
    ratio = values_of(parameter, np.ones(1)) / values_of(parameter, np.zeros(1))
    assert ratio == pytest.approx(np.exp(parameter.spread), rel=1e-2)


def test_draws_depend_on_the_seed_alone_and_copies_stand_in_a_row():
    coordinates = draw_coordinates(5, 7)
    assert np.array_equal(coordinates, draw_coordinates(5, 7))
    assert not np.array_equal(coordinates, draw_coordinates(5, 8))
    thrice = parameters_at(coordinates, 3)
    assert thrice.replicates == 15
    assert np.array_equal(thrice["need_share"][::3], parameters_at(coordinates)["need_share"])
    assert np.array_equal(thrice["need_share"][:3], np.full(3, thrice["need_share"][0]))
