"""The prior in standard coordinates: bounds, centres, and SciPy's truncated normal."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from calibration.prior import (
    coordinates_of,
    coordinates_of_draws,
    draw_coordinates,
    parameters_at,
    values_of,
    with_fixed,
)
from scenarios.draws import columns_of
from simulation.parameters import held_numbers, parameter_table

ROOT = Path(__file__).parents[2]
TABLE = parameter_table()


def test_no_coordinate_leads_out_of_bounds():
    coordinates = np.array([-1e3, -9.0, -3.0, 0.0, 3.0, 9.0, 1e3])
    for parameter in TABLE.values():
        values = values_of(parameter, coordinates)
        assert (values >= parameter.low).all(), parameter.name
        assert (values <= parameter.high).all(), parameter.name
        assert (np.diff(values) >= 0).all(), parameter.name
        assert values[2] < values[4], parameter.name


@pytest.mark.parametrize("name", ["dispute_threshold", "line_ussr_stalin", "support_base"])
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


def test_a_half_normal_prior_is_scipys_and_comes_to_nought():
    weights = [parameter for parameter in TABLE.values() if parameter.family == "halfnormal"]
    shares = np.array([1e-4, 0.1, 0.5, 0.9, 0.99])
    for weight in weights:
        expected = stats.halfnorm.ppf(shares, scale=weight.spread)
        found = values_of(weight, stats.norm.ppf(shares))
        assert found == pytest.approx(expected, rel=1e-3), weight.name
        assert found[0] < weight.spread / 1000, weight.name


def test_numbers_that_are_held_are_in_no_vector_and_in_every_history():
    coordinates = draw_coordinates(4, 1)
    assert coordinates.shape == (4, len(TABLE))
    parameters = parameters_at(coordinates, 2)
    for name, value in held_numbers().items():
        assert name not in TABLE
        assert np.array_equal(parameters[name], np.full(8, value)), name
    fixed = with_fixed(parameters, {"strain_noise": 0.2})
    assert np.array_equal(fixed["strain_noise"], np.full(8, 0.2))


def test_what_no_rule_explains_has_the_prior_of_the_scatter_of_every_null():
    settings = tomllib.loads((ROOT / "calibration" / "nulls.toml").read_text(encoding="utf-8"))
    scatters = {name: entry for name, entry in settings.items() if name.endswith("_scatter")}
    compared = set()
    for name, scatter in scatters.items():
        measure = name.split("_")[1]
        rules = TABLE[f"{measure}_discrepancy"]
        prior = {"family": rules.family, "spread": rules.spread}
        assert scatter["prior"] == prior, name
        assert scatter["bounds"] == [rules.low, rules.high], name
        assert scatter["default"] == rules.default, name
        compared.add(rules.name)
    assert compared == {name for name in TABLE if name.endswith("_discrepancy")}


def test_draws_depend_on_the_seed_alone_and_copies_stand_in_a_row():
    coordinates = draw_coordinates(5, 7)
    assert np.array_equal(coordinates, draw_coordinates(5, 7))
    assert not np.array_equal(coordinates, draw_coordinates(5, 8))
    thrice = parameters_at(coordinates, 3)
    assert thrice.replicates == 15
    assert np.array_equal(thrice["need_share"][::3], parameters_at(coordinates)["need_share"])
    assert np.array_equal(thrice["need_share"][:3], np.full(3, thrice["need_share"][0]))


def test_coordinates_are_the_inverse_of_values():
    coordinates = np.array([-2.5, -1.0, 0.0, 0.4, 2.0])
    for parameter in TABLE.values():
        found = coordinates_of(parameter, values_of(parameter, coordinates))
        assert found == pytest.approx(coordinates, abs=1e-6), parameter.name


def test_draws_have_the_coordinates_they_were_made_from():
    made = draw_coordinates(12, 3)
    found = coordinates_of_draws(columns_of(parameters_at(made)))
    assert found == pytest.approx(made, abs=1e-5)
