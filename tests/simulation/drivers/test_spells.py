"""Drivers drawn for every history within their coded ranges: addresses, ranges, company."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from simulation.context import Context
from simulation.countries import Country, country_named
from simulation.dates import QUARTERS
from simulation.drivers import DRIVER_FILES, DRIVERS, read_driver
from simulation.drivers.spells import (
    coded_rows,
    coded_values,
    spell_values,
    spread_values,
    triangular,
)
from simulation.ensemble import continued, opened, simulate, simulate_in_chunks
from simulation.fusion import FUSED_FROM
from simulation.interventions import HISTORICAL, DriverValue, Proximity, Scenario
from simulation.model import AllianceModel
from simulation.parameters import default_parameters
from simulation.shocks import row_uniforms

FALSE_ALARM = 1e-6
KEPT = ("status", "strain", "support", "delivered")


def place_of(driver, subject, first_month):
    row = (driver, subject, first_month)
    return [(r.driver, r.subject, r.first_month) for r in coded_rows()].index(row)


def assert_same(one, other):
    for name, array in one.arrays.items():
        assert np.array_equal(array, other.arrays[name]), name


def test_every_row_of_the_tables_is_there_once():
    counted = sum(len(read_driver(file)) for file in (*DRIVER_FILES.values(), "proximity"))
    assert len(coded_rows()) == counted
    assert len({row.address for row in coded_rows()}) == counted


def test_values_stay_within_their_range_and_differ_between_histories():
    values = spell_values("drawn", 3, 500).values[:-1]
    low = np.array([[row.low] for row in coded_rows()])
    high = np.array([[row.high] for row in coded_rows()])
    assert ((values >= low) & (values <= high)).all()
    assert (np.ptp(values, axis=1) > (high - low)[:, 0] / 2).all()


@pytest.mark.parametrize(("low", "value", "high"), [(0.1, 0.3, 0.9), (0, 0, 0.25), (0.6, 1, 1)])
def test_a_row_is_triangular_about_its_value(low, value, high):
    """Kolmogorov-Smirnov against SciPy's distribution on 50,000 values; false alarms: 1e-6."""
    drawn = triangular(row_uniforms(5, "a row of the test", 50_000), low, value, high)
    shape = stats.triang((value - low) / (high - low), loc=low, scale=high - low)
    assert stats.kstest(drawn, shape.cdf).pvalue > FALSE_ALARM


def test_rows_are_independent_of_one_another():
    """Correlations of all rows over 4,000 histories; false alarms: 1e-6 in all."""
    ranks = stats.rankdata(spell_values("drawn", 4, 4_000).values[:-1], axis=1)
    correlations = np.corrcoef(ranks)[np.triu_indices(len(coded_rows()), 1)]
    bound = stats.norm.isf(FALSE_ALARM / (2 * correlations.size)) / np.sqrt(4_000)
    assert np.abs(correlations).max() < bound


def test_the_draw_of_an_address_is_fixed_for_ever():
    """Published results are addressed by seed: this number may not change between versions."""
    assert row_uniforms(1, "pressure/albania/0", 1)[0] == pytest.approx(
        0.46620913584848256, abs=1e-15
    )


@pytest.mark.parametrize("histories", [1, 4, 16])
def test_a_few_histories_stand_for_the_range_of_every_row(histories):
    """One value lies in the middle of each slice, as SciPy's distribution tells the slices."""
    values = spread_values(histories).values
    assert values.shape == (len(coded_rows()) + 1, histories)
    assert not values[-1].any()
    middles = (np.arange(histories) + 0.5) / histories
    for row, own in zip(coded_rows(), values, strict=False):
        width = row.high - row.low
        if not width:
            assert (own == row.value).all()
            continue
        shape = stats.triang((row.value - row.low) / width, loc=row.low, scale=width)
        assert np.sort(own) == pytest.approx(shape.ppf(middles), abs=1e-9)


def test_slices_are_dealt_out_to_every_row_in_an_order_of_its_own_the_same_for_every_call():
    values = spread_values(16)
    spread_values.cache_clear()
    assert np.array_equal(values.values, spread_values(16).values)
    assert not np.array_equal(values.values, spread_values(16, seed=1).values)
    orders = {tuple(np.argsort(own)) for own in values.values[:-1] if np.ptp(own) > 0}
    wide = sum(row.high > row.low for row in coded_rows())
    assert len(orders) > 0.9 * wide


def test_values_that_are_repeated_are_those_of_the_same_histories_over_and_over():
    values = spread_values(4)
    thrice = values.repeated(3).values
    assert thrice.shape == (len(values.values), 12)
    for place in range(12):
        assert np.array_equal(thrice[:, place], values.values[:, place % 4])


@pytest.mark.parametrize("first", [0, 1, 2, 3, 63, 1_000_061])
def test_the_draws_of_a_replicate_do_not_depend_on_its_company(first):
    whole = spell_values("drawn", 7, 9, first).values
    for replicate in range(9):
        alone = spell_values("drawn", 7, 1, first + replicate).values
        assert np.array_equal(alone[:, 0], whole[:, replicate])


def test_a_row_whose_range_is_a_point_has_its_value():
    assert (triangular(np.array([0, 0.3, 0.9999]), 0.3, 0.3, 0.3) == 0.3).all()


def test_another_choice_is_refused():
    with pytest.raises(ValueError, match="'guessed' is none of drawn, coded"):
        spell_values("guessed", 1, 1)


def test_as_coded_a_driver_is_the_mean_of_its_months_to_the_last_bit():
    context = Context(HISTORICAL, default_parameters(3))
    for driver in DRIVERS:
        months = np.zeros((QUARTERS * 3, 4))
        for row in coded_rows():
            if row.driver == driver:
                span = slice(row.first_month, row.last_month + 1)
                months[span, country_named(row.subject)] = row.value
        expected = months.reshape(QUARTERS, 3, 4).mean(axis=1)
        for quarter in range(QUARTERS):
            got = getattr(context.quarter(quarter), driver)
            assert np.array_equal(got, np.repeat(expected[quarter][:, np.newaxis], 3, axis=1))


def test_a_driver_of_a_history_stays_within_the_ranges_of_its_months():
    context = Context(HISTORICAL, default_parameters(50), spell_values("drawn", 9, 50))
    for driver in DRIVERS:
        low, high = (np.zeros((QUARTERS * 3, 4)) for _ in range(2))
        for row in coded_rows():
            if row.driver == driver:
                place = slice(row.first_month, row.last_month + 1), country_named(row.subject)
                low[place], high[place] = row.low, row.high
        low, high = (bound.reshape(QUARTERS, 3, 4).mean(axis=1) for bound in (low, high))
        for quarter in range(QUARTERS):
            got = getattr(context.quarter(quarter), driver)
            assert (got >= low[quarter][:, np.newaxis] - 1e-12).all()
            assert (got <= high[quarter][:, np.newaxis] + 1e-12).all()


def test_within_a_spell_a_history_keeps_its_value():
    context = Context(HISTORICAL, default_parameters(5), spell_values("drawn", 9, 5))
    place = place_of("isolation", "albania", 131)
    own = spell_values("drawn", 9, 5).values[place]
    for quarter in range(44, QUARTERS):  # the whole quarters of the spell from December 1955
        assert context.quarter(quarter).isolation[Country.ALBANIA] == pytest.approx(own, abs=1e-15)


@pytest.mark.parametrize("drivers", ["drawn", "coded"])
@pytest.mark.parametrize("first", [0, 70])
def test_alone_on_mesa_in_an_ensemble_and_in_chunks_a_history_is_the_same(drivers, first):
    parameters = default_parameters(5)
    whole = simulate(parameters, seed=5, first_replicate=first, keep=KEPT, drivers=drivers)
    parts = simulate_in_chunks(
        parameters, seed=5, first_replicate=first, keep=KEPT, chunk=2, drivers=drivers
    )
    chunks = list(parts)
    for name, array in whole.arrays.items():
        joined = np.concatenate([part.arrays[name] for part in chunks], axis=-1)
        assert np.array_equal(joined, array)
    model = AllianceModel(seed=5, replicate=first + 3, drivers=drivers)
    while model.running:
        model.step()
        now = model.quarter
        assert np.array_equal(model.state.strain[..., 0], whole.arrays["strain"][now][..., 3])
        assert np.array_equal(model.state.support[..., 0], whole.arrays["support"][now][..., 3])


def test_fused_and_plain_histories_have_the_same_drivers():
    fused = simulate(default_parameters(FUSED_FROM), seed=5, first_replicate=9, keep=KEPT)
    plain = simulate(default_parameters(40), seed=5, first_replicate=109, keep=KEPT)
    for name, array in plain.arrays.items():
        assert np.array_equal(fused.arrays[name][..., 100:140], array), name


def test_drawn_and_coded_histories_take_turns_in_one_process():
    """What has been compiled for one serves the other."""
    parameters = default_parameters(FUSED_FROM)
    coded = [simulate(parameters, seed=5, keep=KEPT, drivers="coded") for _ in range(1)]
    drawn = simulate(parameters, seed=5, keep=KEPT)
    again = simulate(parameters, seed=5, keep=KEPT, drivers="coded")
    assert_same(coded[0], again)
    assert not np.array_equal(drawn.arrays["strain"], again.arrays["strain"])


def test_histories_carried_on_in_stretches_keep_their_drivers():
    parameters = default_parameters(6)
    whole = simulate(parameters, seed=5, keep=KEPT)
    course = opened(parameters, HISTORICAL, KEPT)
    for until in (1, 30, 31, 100, QUARTERS):
        course = continued(course, parameters, HISTORICAL, seed=5, until=until)
    assert_same(whole, course.trajectory(0))


CHANGES = (
    DriverValue(
        start="1960-01", end="1961-12", reason="r", country="ussr", driver="pressure", value=0.11
    ),
    Proximity(
        start="1960-01", end="1961-12", reason="r", patron="ussr", client="albania", value=0.2
    ),
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.kind)
def test_an_intervention_overrides_the_draw_for_its_span_and_nothing_else(change):
    values = spell_values("drawn", 2, 8)
    twin = Context(
        Scenario(name="try", question="What if?", interventions=(change,)),
        default_parameters(8),
        values,
    )
    factual = Context(HISTORICAL, default_parameters(8), values)
    place = (Country.USSR,) if change.kind == "driver" else (Country.USSR, Country.ALBANIA)
    field = "pressure" if change.kind == "driver" else "proximity"
    for quarter in range(QUARTERS):
        one, other = factual.quarter(quarter), twin.quarter(quarter)
        for name in (*DRIVERS, "proximity"):
            got, undisturbed = getattr(other, name).copy(), getattr(one, name).copy()
            if 60 <= quarter <= 67 and name == field:
                for spot in {place, place[::-1]}:
                    assert (got[spot] == change.value).all()
                    got[spot] = undisturbed[spot] = 0
            assert np.array_equal(got, undisturbed)


def test_what_has_begun_goes_along_with_the_history_and_what_comes_is_its_own():
    values = spell_values("drawn", 2, 6)
    context = Context(HISTORICAL, default_parameters(6), values)
    rows = np.array([5, 5, 0, 0, 3, 3])
    before = context.quarter(62)
    kept = {name: getattr(before, name).copy() for name in (*DRIVERS, "proximity")}
    context.take(rows)
    after = context.quarter(62)
    for name, array in kept.items():
        assert np.array_equal(getattr(after, name), array[..., rows]), name
    undisturbed = Context(HISTORICAL, default_parameters(6), values)
    for place, row in enumerate(coded_rows()):
        taken = values.with_past(values, rows, 62).values[place]
        begun = row.first_month <= 62 * 3 + 2
        assert np.array_equal(taken, values.values[place][rows] if begun else values.values[place])
    assert np.array_equal(
        context.quarter(143).pressure[3], undisturbed.quarter(143).pressure[3][rows]
    )
    assert np.array_equal(context.quarter(143).pressure[1], undisturbed.quarter(143).pressure[1])


def test_spells_of_a_country_leave_no_month_uncoded():
    for driver in DRIVERS:
        if driver == "emergency":
            continue
        for country in Country:
            own = [r for r in coded_rows() if (r.driver, r.subject) == (driver, country.key)]
            assert all(one.last_month + 1 == other.first_month for one, other in pairwise(own))
            assert own[-1].last_month == QUARTERS * 3 - 1


def test_coded_values_are_those_of_the_tables():
    values = coded_values(2).values
    assert values[:-1, 0].tolist() == [row.value for row in coded_rows()]
    assert not values[-1].any()
