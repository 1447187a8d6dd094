"""Every measure by a case worked out by hand; probabilities of all answers add up to one."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from calibration.likelihood.measures import MEASURES, Agreement, Amount, Pace, Rate, Ratio, Share
from calibration.likelihood.observations import QUARTERS
from calibration.likelihood.quantities import COMPARED_ARRAYS, Part, noticed
from calibration.likelihood.readings import Reading, below
from simulation.conditioning import Conditioning
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.ensemble import simulate
from simulation.parameters import default_parameters

PAIR = (Country.CHINA, Country.ALBANIA)
YEAR = Part("pledged", PAIR, quarter_of("1965-01"), quarter_of("1965-12"))
LEAST = noticed(YEAR)
#: The standard deviation of what no rule explains.
DOUBT = {
    measure: np.array([spread])
    for measure, spread in (
        *(("amount", 0.3), ("share", 0.12), ("ratio", 0.42)),
        *(("pace", 0.42), ("rate", 0.4)),
    )
}


def of(measure, reading, *against, **more):
    return measure("x", "aid", *PAIR, (more.pop("part", YEAR), *against), reading, **more)


def sums(*values):
    return tuple(np.atleast_1d(np.asarray(value, dtype=float)) for value in values)


def student(residual, own, discrepancy):
    return stats.t.logpdf(residual, 4, scale=np.hypot(own, discrepancy) / np.sqrt(2))


def seen(amount, least=LEAST):
    return np.log(0.02 + 0.96 * amount / (amount + least))


def test_an_amount_is_compared_in_logarithms_and_nothing_as_the_least_that_is_noticed():
    figure = of(Amount, Reading(value=np.log(60.0), spread=0.1))
    found = figure.density(sums([50.0, 0.0]), DOUBT)
    assert found[0] == pytest.approx(seen(50.0) + student(np.log(60 / 50), 0.1, 0.3))
    assert found[1] == pytest.approx(np.log(0.02) + student(np.log(60 / LEAST), 0.1, 0.3))
    between = of(Amount, Reading(low=np.log(40.0), high=np.inf)).density(sums(50.0), DOUBT)
    over = 1 - stats.t.cdf(np.log(40 / 50), 4, scale=0.3 / np.sqrt(2))
    assert between == pytest.approx([seen(50.0) + np.log(over)])


def test_a_share_is_of_all_it_is_set_against_and_at_most_one():
    open_, pledged = (replace(YEAR, quantity=name) for name in ("arms open", "arms pledged"))
    figure = of(Share, Reading(value=0.4, spread=0.05), open_, pledged)
    given = sums([30.0, 90.0, 0.0, 5.0], [20.0, 60.0, 0.0, 10.0], [40.0, 20.0, 0.0, 0.0])
    assert figure.simulated(given) == pytest.approx([0.5, 1.0, np.nan, 0.5], nan_ok=True)
    # Where nothing could be shared, that there is a share on record is an error, and it may be any.
    centre, whole = np.array([0.5, 1.0, 0.5, 0.5]), np.array([60.0, 80.0, 0.0, 10.0])
    expected = seen(whole) + student(0.4 - centre, 0.05, 0.12)
    assert figure.density(given, DOUBT) == pytest.approx(expected)


def test_a_ratio_is_compared_in_logarithms():
    figure = of(Ratio, Reading(value=np.log(0.25), spread=0.02), replace(YEAR, quantity="due"))
    found = figure.density(sums([20.0, 0.0, 20.0], [100.0, 100.0, 0.0]), DOUBT)
    centre = np.log([20 / 100, LEAST / 100, 20 / LEAST])
    expected = seen(np.array([100.0, 100.0, 0.0])) + student(np.log(0.25) - centre, 0.02, 0.42)
    assert found == pytest.approx(expected)


def test_a_pace_is_above_all_others_or_below_all():
    earlier = replace(YEAR, first_quarter=quarter_of("1961-01"), last_quarter=quarter_of("1962-12"))
    later = replace(YEAR, first_quarter=quarter_of("1968-01"), last_quarter=quarter_of("1968-06"))
    given = sums(12.0, 16.0, 8.0)  # 3, 2 and 4 a quarter
    paces = [
        (value[0] + noticed(part)) / part.quarters
        for value, part in zip(given, (YEAR, earlier, later), strict=True)
    ]
    above = of(Pace, Reading(low=0.0), earlier, later, above=True)
    below_all = of(Pace, Reading(high=0.0), earlier, later, above=False)
    more = stats.t.cdf(np.log(paces[0] / paces[2]), 4, scale=0.42 / np.sqrt(2))
    less = stats.t.cdf(-np.log(paces[0] / paces[1]), 4, scale=0.42 / np.sqrt(2))
    assert above.density(given, DOUBT) == pytest.approx([np.log(more)])
    assert below_all.density(given, DOUBT) == pytest.approx([np.log(less)])
    assert above.simulated(given) == pytest.approx([0.75])
    assert below_all.simulated(given) == pytest.approx([1.5])
    nothing = sums(0.0, 0.0, 0.0)  # nothing then and nothing now: neither more nor less
    assert np.exp(of(Pace, Reading(low=0.0), YEAR).density(nothing[:2])) == pytest.approx([0.5])


def test_a_rate_of_interest_is_that_of_all_that_was_agreed():
    part = replace(YEAR, quantity="interest agreed")
    figure = of(Rate, Reading(low=np.log(0.0175), high=np.log(0.0225)), YEAR, part=part)
    agreed = sums([30 * 0.02 + 10 * 0.04, 0.0], [40.0, 0.0])
    assert figure.simulated(agreed) == pytest.approx([0.025, np.nan], nan_ok=True)

    def inside(rate):
        edges = np.log(np.array([0.0225, 0.0175]) / rate)
        high, low = stats.t.cdf(edges, 4, scale=0.4 / np.sqrt(2))
        return np.log(high - low)

    expected = [seen(40.0) + inside(0.025), np.log(0.02) + inside(0.01)]
    assert figure.density(agreed, DOUBT) == pytest.approx(expected)
    soft = of(Rate, Reading(high=np.log(0.0025)), YEAR, part=part)
    assert soft.density(sums(0.0, 40.0)) == pytest.approx(seen(40.0))  # agreed free of interest


def test_a_rate_of_repayment_is_a_year_s_share_of_the_mean_debt():
    owed = replace(YEAR, quantity="outstanding")
    figure = of(Rate, Reading(high=np.log(0.01)), owed, part=replace(YEAR, quantity="repaid"))
    given = sums(6.0, 4 * 100.0)  # 6 in the year, of a debt of 100
    assert figure.simulated(given) == pytest.approx([0.06])
    inside = stats.t.cdf(np.log(0.01 / 0.06), 4, scale=0.4 / np.sqrt(2))
    assert figure.density(given, DOUBT) == pytest.approx([seen(100.0) + np.log(inside)])


def test_something_or_nothing_agreed_is_answered_by_what_is_noticed():
    given = sums([0.0, LEAST, 1e9])
    some, none = (of(Agreement, Reading(value=value)).density(given) for value in (1.0, 0.0))
    assert np.exp(some) == pytest.approx([0.02, 0.5, 0.98])
    assert np.exp(none) == pytest.approx([0.98, 0.5, 0.02])
    assert of(Agreement, Reading(value=1.0)).simulated(given).tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("measure", [Amount, Share, Ratio, Rate])
def test_densities_and_absence_add_up_to_one(measure):
    against = () if measure is Amount else (YEAR,)
    given = sums(*[[7.0, 0.0, LEAST]] * (1 + len(against)))
    figure = of(measure, Reading(value=0.0, spread=0.2), *against)
    values = np.linspace(-25, 25, 2001)
    densities = [
        np.exp(replace(figure, reading=Reading(value=value, spread=0.2)).density(given))
        for value in values
    ]
    whole = np.trapezoid(densities, values, axis=0)
    absent = np.exp(replace(figure, reading=Reading(absent=True)).density(given))
    assert whole + absent == pytest.approx([1.0] * 3, abs=1e-4)


@pytest.mark.parametrize("measure", [Amount, Share, Ratio, Pace, Rate])
def test_the_cells_of_an_interval_and_absence_add_up_to_one(measure):
    against = () if measure is Amount else (YEAR,)
    given = sums(*[[7.0, 0.0, LEAST]] * (1 + len(against)))
    figure = of(measure, Reading(low=-0.4, high=0.7), *against)
    cells = ((-np.inf, -0.4), (-0.4, 0.7), (0.7, np.inf))
    readings = [Reading(low=low, high=high) for low, high in cells]
    if measure is not Pace:
        readings.append(Reading(absent=True))
    chances = [np.exp(replace(figure, reading=reading).density(given)) for reading in readings]
    assert sum(chances) == pytest.approx([1.0] * 3)


@pytest.fixture(scope="module")
def lived(record):
    """One history with the moves on record."""
    imposed = Conditioning(record.moves, 1, QUARTERS)
    return simulate(
        default_parameters(1), seed=4, quarters=QUARTERS, keep=COMPARED_ARRAYS, record=imposed
    )


def test_every_measure_and_kind_of_reading_is_on_record(record):
    shapes = {(f.measure, f.reading.value is None) for f in record.figures}
    assert {measure for measure, _ in shapes} == {*MEASURES, "act"}
    assert {("amount", False), ("amount", True), ("share", False), ("share", True)} <= shapes


def test_a_history_is_put_on_record_as_the_likelihood_supposes(record, lived):
    """Even ranks in place of chance: answers and intervals come as often as they are probable."""
    ranks = (np.arange(100) + 0.5) / 100
    doubt = {figure.currency: np.array([0.7]) for figure in record.figures if figure.currency}
    doubt |= DOUBT
    for figure in record.figures:
        told = [figure.recorded(lived, rank, doubt, ()) for rank in ranks]
        assert all(made.other is None for made in told)
        if figure.reading.value is None or figure.certain:
            outcomes = set(told)
            chances = {made: float(np.exp(made.density_in(lived, doubt)[0])) for made in outcomes}
            for made, chance in chances.items():
                assert told.count(made) / 100 == pytest.approx(chance, abs=0.0101), figure.name
            continue
        absent = [made for made in told if made.reading.absent]
        there = float(figure.presence(figure.sums_in(lived))[0])
        assert 1 - len(absent) / 100 == pytest.approx(there, abs=0.0101)
        centre = float(figure.centre(figure.sums_in(lived))[0]) - figure.rate_spread * 0.7
        values = np.array([made.reading.value for made in told if not made.reading.absent])
        for step in (-1.0, 0.0, 0.5):
            (spread,) = figure.whole_spread(doubt)
            at = step * spread
            expected = there * below(at, spread)
            assert (values <= centre + at).sum() / 100 == pytest.approx(expected, abs=0.0101)


def test_a_pace_above_many_spans_stays_so_whatever_is_put_on_record(record, lived):
    """What is compared does not depend on the answer: only so do the answers add up to one."""
    (rank,) = [figure for figure in record.figures if figure.name == "delivery-china-1969-rank"]
    made = {rank.recorded(lived, chance, {}, ()) for chance in (1e-6, 1 - 1e-6)}
    assert len(made) == 2
    assert sum(np.exp(figure.density_in(lived)) for figure in made) == pytest.approx([1.0])
