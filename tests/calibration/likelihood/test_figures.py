"""What every figure does: errors of observation, readings, what is noticed, doubt about a rate."""

import numpy as np
import pytest
from scipy import stats

from calibration.evidence.columns import QUANTITIES
from calibration.likelihood.figures import discrepancy_of
from calibration.likelihood.measures import MEASURES, Amount
from calibration.likelihood.quantities import (
    COMPARABLE,
    Part,
    QuarterQuantities,
    noticed,
    product,
    sum_in,
)
from calibration.likelihood.readings import Reading, below, log_density
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.parameters import default_parameters, parameter_table
from simulation.trajectory import MoveTable, Trajectory

PAIR = (Country.CHINA, Country.ALBANIA)
PART = Part("pledged", PAIR, quarter_of("1965-01"), quarter_of("1965-12"))
LEAST = noticed(PART)


def student(residual, spread):
    """The log density of Student's t with four degrees of freedom and a standard deviation."""
    return stats.t.logpdf(residual, 4, scale=spread / np.sqrt(2))


def amount(reading, **more):
    return Amount("x", "aid", *PAIR, (PART,), reading, **more)


def test_errors_are_students_t_with_the_spread_as_standard_deviation():
    residuals = np.array([-7.0, -0.3, 0.0, 0.3, 2.0])
    assert log_density(residuals, 0.4) == pytest.approx(student(residuals, 0.4))
    assert below(residuals, 0.4) == pytest.approx(stats.t.cdf(residuals, 4, scale=0.4 / np.sqrt(2)))
    assert stats.t.std(4, scale=0.4 / np.sqrt(2)) == pytest.approx(0.4)
    assert below(np.array([-np.inf, np.inf]), 0.4).tolist() == [0.0, 1.0]


def test_a_reading_is_a_density_or_the_chance_of_an_interval():
    centre = np.array([0.0, 1.0])
    assert Reading(value=0.5, spread=0.1).log_chance(centre, 0.3) == pytest.approx(
        student(0.5 - centre, 0.3)
    )
    inside = stats.t.cdf((np.array([[0.2], [0.9]]) - centre) / 0.3 * np.sqrt(2), 4)
    assert Reading(low=0.2, high=0.9).log_chance(centre, 0.3) == pytest.approx(
        np.log(inside[1] - inside[0])
    )
    assert Reading(low=0.2).log_chance(centre, 0.3) == pytest.approx(np.log(1 - inside[0]))


def test_a_range_is_read_as_nine_cases_in_ten():
    reading = Reading(value=1.0, spread=0.2)  # 3.3 spreads from low to high
    assert reading.holds(np.array([0.66, 0.68, 1.32, 1.34])).tolist() == [False, True, True, False]
    inside = Reading(low=0.0, high=1.0).holds(np.array([-0.1, 0.0, 1.0, 1.1]))
    assert inside.tolist() == [False, True, True, False]


def test_what_is_noticed_is_a_thousandth_of_the_product_of_the_same_time():
    year = product(Country.ALBANIA, quarter_of("1965-01"), quarter_of("1965-12"))
    assert pytest.approx(year / 1000) == LEAST
    half = Part("pledged", PAIR, quarter_of("1965-01"), quarter_of("1965-06"))
    assert noticed(half) == pytest.approx(LEAST / 2, rel=0.1)
    assert 0.1 < noticed(Part("pledged", PAIR, quarter_of("1950-01"), quarter_of("1950-12"))) < 0.5


def test_what_is_there_is_read_more_surely_the_more_it_is():
    figure = amount(Reading(value=3.0))
    found = figure.presence((np.array([0.0, LEAST, 1e9]),))
    assert found == pytest.approx([0.02, 0.5, 0.98])
    absent = amount(Reading(absent=True)).density((np.array([0.0, LEAST, 1e9]),))
    assert np.exp(absent) == pytest.approx([0.98, 0.5, 0.02])


def test_a_second_reading_has_three_chances_in_ten():
    sums = (np.array([30.0, 90.0]),)
    one, other = Reading(value=np.log(40.0), spread=0.1), Reading(value=np.log(100.0), spread=0.1)
    both, first, second = (
        amount(one, other=other).density(sums),
        amount(one).density(sums),
        amount(other).density(sums),
    )
    assert np.exp(both) == pytest.approx(0.7 * np.exp(first) + 0.3 * np.exp(second))


def test_the_doubt_about_a_rate_moves_all_amounts_of_its_currency_alike():
    doubt = {
        "million yuan": np.array([0.0, 2.0]),
        "million new rubles": np.array([9.0, 9.0]),
        "amount": np.array([0.3, 0.6]),
    }
    reading = Reading(value=np.log(40.0), spread=0.05)
    told = amount(reading, currency="million yuan", rate_spread=0.1).density(
        (np.array([40.0, 40.0 * np.exp(0.2)]),), doubt
    )
    # Twice the spread of 0.1 makes up for a sum that is exp(0.2) times as large.
    whole = np.hypot(0.05, doubt["amount"])
    sums = np.array([40.0, 40.0 * np.exp(0.2)])
    seen = 0.02 + 0.96 * sums / (sums + LEAST)
    assert told == pytest.approx(np.log(seen) + student(0.0, whole))
    plain = amount(reading).density((sums,), doubt)
    assert plain == pytest.approx(np.log(seen) + student(np.array([0.0, -0.2]), whole))


def test_every_quantity_of_an_observation_is_worked_out():
    assert set(COMPARABLE) == {*QUANTITIES, "willingness"}
    assert len(set(QUANTITIES)) == len(QUANTITIES)


def test_what_no_rule_explains_of_every_measure_is_a_parameter_of_each_history():
    discrepancy = discrepancy_of(default_parameters(2))
    assert set(discrepancy) == {*MEASURES} - {"agreement"}  # a word, with an error of its own
    for measure, spread in discrepancy.items():
        assert np.array_equal(spread, [parameter_table()[f"{measure}_discrepancy"].default] * 2)
    figure = amount(Reading(value=np.log(40.0), spread=0.05))
    wide = discrepancy_of(default_parameters(2, amount_discrepancy=2.0))
    assert figure.whole_spread(wide) == pytest.approx([np.hypot(0.05, 2.0)] * 2)
    usual = discrepancy["amount"][0]
    assert figure.whole_spread() == pytest.approx([np.hypot(0.05, usual)]), "of the defaults"
    near, far = ((np.full(2, simulated),) for simulated in (41.0, 400.0))
    assert (figure.density(near, discrepancy) > figure.density(near, wide)).all()
    assert (figure.density(far, discrepancy) < figure.density(far, wide)).all()


def history(**values):
    """Four quarters of one history in which China and Albania had some quantities."""
    arrays = {name: np.zeros((4, 4, 4, 1)) for name in values}
    for name, held in values.items():
        arrays[name][:, *PAIR, 0] = held
    return Trajectory(0, 1, arrays, MoveTable.joined([]), None)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("requested", 40.0 + 20.0),
        ("credit requested", (40.0 - 8.0) + (20.0 - 10.0)),
        ("arms requested", 8.0 + 10.0),
        ("pledged", 10.0 + 6.0),
        ("credit pledged", (10.0 - 2.0) + (6.0 - 3.0)),
        ("arms pledged", 2.0 + 3.0),
        ("delivered", 4.0 + 5.0),
        ("credit delivered", (4.0 - 1.5) + (5.0 - 2.0)),
        ("arms delivered", 1.5 + 2.0),
        # Open when a quarter begins: what is open at its end and came, less what it added.
        ("open", (9.0 + 4.0 - 10.0) + (10.0 + 5.0 - 6.0)),
        ("arms open", (2.0 + 1.5 - 2.0) + (5.0 + 2.0 - 3.0)),
        ("credit open", (3.0 - 1.5) + (9.0 - 4.0)),
        ("due", (9.0 + 4.0) / 20 + (10.0 + 5.0) / 20),
        # Interest is on what is lent.
        ("interest agreed", 0.02 * (10.0 - 2.0) + 0.04 * (6.0 - 3.0)),
        ("repaid", 1.0 + 2.0),
        ("outstanding", 50.0 + 60.0),
        # Support is that with which a quarter begins.
        ("willingness", 0.3 / 0.6 + 0.5 / 0.8),
    ],
)
def test_quantities_of_two_quarters_by_hand(quantity, expected):
    told = {
        "requested": [0, 40, 20, 0],
        "newly_pledged": [0, 10, 6, 0],
        "pledged": [3, 9, 10, 0],
        "delivered": [0, 4, 5, 0],
        "arms_requested": [0, 8, 10, 0],
        "arms_newly_pledged": [0, 2, 3, 0],
        "arms_pledged": [1, 2, 5, 0],
        "arms_delivered": [0, 1.5, 2, 0],
        "interest": [0, 0.02, 0.04, 0],
        "repaid": [0, 1, 2, 0],
        "outstanding": [0, 50, 60, 0],
        "support": [0.3, 0.5, 0.9, 0.9],
        "attention": [0.6, 0.6, 0.8, 1.0],
    }
    held = history(**told)
    assert sum_in(held, PAIR, quantity, 1, 2) == pytest.approx([expected])
    quarters = []
    for quarter in (1, 2):
        arrays = {name: values[quarter] for name, values in held.arrays.items()}
        arrays["support"] = held.arrays["support"][quarter - 1]
        quarters.append(QuarterQuantities(arrays).of(PAIR, quantity))
    assert sum(quarters) == pytest.approx([expected])


def test_a_break_leaves_nothing_open():
    held = history(
        pledged=[5, 0, 0, 0],
        delivered=[0, 1, 0, 0],
        newly_pledged=[5, 3, 0, 0],
        arms_pledged=[2, 0, 0, 0],
        arms_delivered=[0, 0.5, 0, 0],
        arms_newly_pledged=[2, 1, 0, 0],
    )
    for quantity in ("open", "arms open", "credit open"):
        assert sum_in(held, PAIR, quantity, 1, 1) == pytest.approx([0.0])
