"""Comparisons: twins by hand, counterfactuals without effect, and what always holds."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.comparison.compare import compare
from scenarios.comparison.estimates import NOTHING, Estimate
from scenarios.comparison.histories import simulate_histories
from scenarios.comparison.reading import Comparison, Fates, Reading, columns_of, reading_of
from scenarios.documented import DocumentedBreak
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.files import scenario_named
from scenarios.outcomes import NEVER, PAIR_NAMES
from simulation.countries import Country
from simulation.dates import QUARTERS
from simulation.interventions import HISTORICAL, Grant, Leadership, Scenario

PAIR = "albania-ussr"
STEM = "albania_ussr"


def scenario(start: str = "1950-01", horizon: int = 2, antecedent: str = "one thing") -> Scenario:
    change = Grant(
        start=start,
        end=max(start, "1951"),
        reason="a test",
        patron="ussr",
        client="albania",
        value=1.0,
    )
    return Scenario(
        name="try",
        question="What if?",
        antecedent=antecedent,
        horizon=horizon,
        interventions=(change,),
    )


#: Read from 1950 Q1 (quarter 20) to 1951 Q4 (quarter 27).
READING = reading_of(scenario(), HISTORICAL)


def table(
    reading: Reading, dates: list[int], strain: float = 0.0, draws: int = 100
) -> pd.DataFrame:
    """Histories with the given dates of one break, and the same strain in every year."""
    count = len(dates)
    columns: dict[str, object] = dict.fromkeys(columns_of(reading, [PAIR]), 0.0)
    columns |= {"replicate": np.arange(count), "draw": np.arange(count) % draws}
    columns |= {name: strain for name in columns if "strain" in name}
    return pd.DataFrame(columns | {f"{STEM}_quarter": dates}, index=range(count))


def compared(
    one: list[int], other: list[int], *, draws: int = 100, reading: Reading = READING
) -> Comparison:
    breaks = [DocumentedBreak((Country.USSR, Country.ALBANIA), "1950-11", "1950-10", "1950-12")]
    (found,) = compare(
        reading,
        table(reading, one, draws=draws),
        table(reading, other, 0.25, draws),
        [PAIR],
        breaks,
    )
    return found


def values(fates: Fates) -> list[float | None]:
    return [
        each.value
        for each in (fates.avoided, fates.brought_forward, fates.delayed, fates.unchanged)
    ]


#: Ten histories: broken before, avoided twice, delayed, brought forward, brought about, unchanged
#: four times.
FACTUAL = [19, 20, 27, 22, 25, 28, 23, 24, NEVER, 40]
COUNTERFACTUAL = [19, 28, NEVER, 27, 23, 26, 23, 24, NEVER, 50]


def test_ten_histories_by_hand():
    found = compared(FACTUAL, COUNTERFACTUAL)
    assert (found.histories, found.at_risk.value) == (10, 0.9)
    assert found.factual_broken.value == pytest.approx(6 / 9)
    assert found.counterfactual_broken.value == pytest.approx(5 / 9)
    assert values(found.fates) == pytest.approx([2 / 9, 2 / 9, 1 / 9, 4 / 9])
    assert found.fates.brought_about.value == pytest.approx(1 / 9)
    # The dates of those at risk in order: 20 22 23 24 25 (1951 Q2) ...; 23 23 24 26 27 (1951 Q4)
    # ...
    assert (found.factual_median, found.counterfactual_median) == ("1951-05", "1951-11")
    # shifts in quarters: avoided twice, 5, -2, brought about, 0, 0
    assert found.shift.median.value == 0.0
    assert (found.shift.low, found.shift.high) == (-math.inf, math.inf)
    assert found.redirecting.to_twin.value == pytest.approx(
        3 / 6
    )  # -2, 0, 0 of the six whose twin breaks
    # within a year of 1950 Q4 (quarter 23): 20-27 in the horizon, so all that break in it
    assert found.redirecting.to_record is not None
    assert found.redirecting.to_record.value == pytest.approx(5 / 9)


def test_probabilities_of_causation_by_hand():
    found = compared(FACTUAL, COUNTERFACTUAL)
    # Of 9 at risk 6 break, 5 in the counterfactual; 2 of the 6 are spared, and 2 of the 4 unbroken.
    assert found.necessity.value.value == pytest.approx(2 / 6)
    assert (found.necessity.low, found.necessity.high) == pytest.approx((1 / 6, 4 / 6))
    assert found.sufficiency.value.value == pytest.approx(2 / 4)
    assert (found.sufficiency.low, found.sufficiency.high) == pytest.approx((1 / 4, 4 / 4))


def test_curves_and_means_by_hand():
    found = compared([20, 24, NEVER], [24, NEVER, NEVER])
    assert found.factual_curve.unbroken == pytest.approx((1.0, *[2 / 3] * 4, *[1 / 3] * 4))
    assert found.counterfactual_curve.unbroken == pytest.approx((*[1.0] * 5, *[2 / 3] * 4))
    assert found.restricted_mean.factual.value == pytest.approx((0.125 + 1.125 + 2) / 3)
    assert found.restricted_mean.difference.value == pytest.approx((1.0 + 0.875) / 3)


def test_yearly_differences_by_hand():
    one, other = table(READING, [NEVER] * 4), table(READING, [NEVER] * 4)
    one[f"{STEM}_strain_1950"] = [0.1, 0.2, 0.3, 0.4]
    other[f"{STEM}_strain_1950"] = [0.2, 0.4, 0.6, 0.8]
    (found,) = compare(READING, one, other, [PAIR])
    assert [(each.series, each.year) for each in found.yearly] == [
        (series, year) for series in ("support", "strain", "delivered") for year in (1950, 1951)
    ]
    strain = found.yearly[2]
    assert (strain.factual, strain.counterfactual) == pytest.approx((0.25, 0.5))
    assert strain.difference.value == pytest.approx(0.25)
    assert strain.difference.error == pytest.approx(np.std([0.1, 0.2, 0.3, 0.4], ddof=1) / 2)
    assert strain.correlation == pytest.approx(1.0)
    assert found.yearly[3].correlation is None


def test_a_counterfactual_without_effect_is_exactly_its_twin(draws: Draws):
    """Ordering what happened anyway changes no number: exactly, not nearly."""
    vain = Leadership(
        start="1957-01", end="1964-09", reason="r", country="ussr", spell="ussr-khrushchev"
    )
    same = Scenario(
        name="vain",
        question="What if nothing?",
        antecedent="nothing",
        horizon=20,
        interventions=(vain,),
    )
    tables = simulate_histories([HISTORICAL, same], draws, 60, 5)
    found = compare(reading_of(same, HISTORICAL), tables["historical"], tables["vain"])
    broken = 0
    for each in found:
        if not each.at_risk.value:
            assert each.fates.unchanged == NOTHING
            continue
        zero = Estimate(0.0, 0.0, None, None)
        assert replace(each.fates.avoided, spread=None) == zero
        assert replace(each.fates.brought_forward, spread=None) == zero
        assert replace(each.fates.delayed, spread=None) == zero
        assert each.fates.unchanged.value == 1.0
        assert replace(each.restricted_mean.difference, spread=None) == zero
        assert each.factual_curve == each.counterfactual_curve
        assert each.sufficiency.value.value in (0.0, None)
        if each.factual_broken.value:
            assert (each.shift.median.value, each.shift.low, each.shift.high) == (0.0, 0.0, 0.0)
            assert each.necessity.value.value == each.necessity.low == 0.0
            assert each.redirecting.to_twin.value == 1.0
            broken += 1
        assert {(row.difference.value, row.low, row.high) for row in each.yearly} == {
            (0.0, 0.0, 0.0)
        }
        known = [row.correlation for row in each.yearly if row.correlation is not None]
        assert known == pytest.approx([1.0] * len(known))
    assert broken, "some pair breaks within the horizon"


DATES = st.lists(
    st.tuples(st.integers(-1, QUARTERS - 1), st.integers(-1, QUARTERS - 1), st.integers(0, 4)),
    min_size=1,
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(DATES, st.integers(1, 36))
def test_what_always_holds(rows, years):
    """Shares sum to one, bounds hold the value, swapping the branches turns everything round."""
    reading = reading_of(scenario(), HISTORICAL, years)
    one = [first for first, _, _ in rows]
    other = [first if 0 <= first < 20 or 0 <= then < 20 else then for first, then, _ in rows]
    found = compared(one, other, reading=reading)
    if not found.at_risk.value:
        assert found.fates.avoided == found.factual_broken == NOTHING
        return
    shares = values(found.fates)
    assert sum(share for share in shares if share is not None) == pytest.approx(1)
    for causation in (found.necessity, found.sufficiency):
        if causation.value.value is not None:
            assert causation.low is not None
            assert causation.high is not None
            assert 0 <= causation.low <= causation.value.value + 1e-12
            assert causation.value.value - 1e-12 <= causation.high <= 1
    p, q = found.factual_broken.value, found.counterfactual_broken.value
    assert p is not None
    assert q is not None
    avoided, about = found.fates.avoided.value, found.fates.brought_about.value
    assert avoided is not None
    assert about is not None
    assert avoided - about == pytest.approx(p - q)
    swapped = compared(other, one, reading=reading)
    assert swapped.fates.avoided.value == pytest.approx(about)
    assert swapped.fates.unchanged.value == found.fates.unchanged.value
    mean, back = found.restricted_mean.difference.value, swapped.restricted_mean.difference.value
    assert mean is not None
    assert back == pytest.approx(-mean)
    low, high = found.shift.low, swapped.shift.high
    assert (low is None) == (high is None)


def test_the_order_of_rows_does_not_matter():
    one, other = table(READING, FACTUAL), table(READING, COUNTERFACTUAL)
    (found,) = compare(READING, one, other, [PAIR])
    (again,) = compare(READING, one.sample(frac=1, random_state=1), other[::-1], [PAIR])
    assert again == found


def test_histories_that_are_no_twins_are_refused():
    one, other = table(READING, FACTUAL), table(READING, COUNTERFACTUAL)
    with pytest.raises(ScenarioError, match="no twins") as caught:
        compare(READING, one, other.assign(replicate=other["replicate"] + 1, draw=0), [PAIR])
    assert [problem.key for problem in caught.value.problems] == ["replicate", "draw"]
    with pytest.raises(ScenarioError, match="histories"):
        compare(READING, one[:0], other[:0], [PAIR])


def test_a_reading_takes_the_horizon_of_the_scenario_and_flags_what_lies_beyond():
    assert (READING.first_quarter, READING.last_quarter, READING.years) == (20, 27, 2)
    assert READING.length == 2.0
    assert READING.flags == ()
    longer = reading_of(scenario(), HISTORICAL, 4)
    assert (longer.last_quarter, longer.years) == (35, 4)
    assert any("beyond the horizon of 2 years" in flag for flag in longer.flags)
    late = reading_of(scenario("1979-01", horizon=5), HISTORICAL)
    assert (late.last_quarter, late.length) == (QUARTERS - 1, 2.0)
    assert any("end in 1980" in flag for flag in late.flags)
    two = reading_of(scenario(antecedent="one thing\nanother"), HISTORICAL)
    assert any(flag.startswith("2 antecedents") for flag in two.flags)


def test_a_factual_side_that_is_not_history_is_flagged_and_read_from_the_earlier_change():
    other = scenario("1948-01", 3).model_copy(update={"name": "other"})
    reading = reading_of(scenario(), other)
    assert (reading.first_quarter, reading.years) == (12, 2)
    assert any("not history" in flag for flag in reading.flags)
    assert reading_of(HISTORICAL, other).first_quarter == 12


def test_who_breaks_and_over_what_is_told_of_the_breaks_within_the_horizon():
    one, other = table(READING, FACTUAL), table(READING, COUNTERFACTUAL)
    # The first had broken before, the last breaks after the horizon: neither is counted.
    one[f"{STEM}_initiator"] = ["ussr", *["albania"] * 4, "ussr", None, "albania", None, "ussr"]
    one[f"{STEM}_cause"] = ["cost", "line", "line", "fear", "fear", "line", "line", "fear", None, 0]
    other[f"{STEM}_initiator"], other[f"{STEM}_cause"] = "ussr", "cost"
    (found,) = compare(READING, one, other, [PAIR])
    assert (found.factual_reasons.breaks, found.counterfactual_reasons.breaks) == (6, 5)
    assert found.factual_reasons.initiators == {"albania": 1.0}
    assert list(found.factual_reasons.causes["albania"]) == ["fear", "line"]
    assert found.counterfactual_reasons.causes == {"ussr": {"cost": 1.0}}


def test_scenarios_that_do_not_differ_and_horizons_below_a_year_are_refused():
    with pytest.raises(ScenarioError, match=r"differs from historical.*\n.*at least one year"):
        reading_of(HISTORICAL, HISTORICAL, 0)


def test_only_the_columns_of_the_horizon_are_read():
    columns = columns_of(READING, [PAIR])
    breaks = [f"{STEM}_{what}" for what in ("quarter", "initiator", "cause")]
    assert columns == ["replicate", "draw", *breaks] + [
        f"{STEM}_{series}_{year}"
        for series in ("support", "strain", "delivered")
        for year in (1950, 1951)
    ]
    assert len(columns_of(READING)) == 2 + len(PAIR_NAMES) * 9


def test_a_documented_break_outside_the_horizon_is_not_returned_to():
    late = [DocumentedBreak((Country.USSR, Country.ALBANIA), "1961-12", "1961-10", "1961-12")]
    rows = table(READING, FACTUAL)
    (found,) = compare(READING, rows, rows, [PAIR], late)
    assert found.redirecting.to_record is None
    assert found.redirecting.to_twin.value == 1.0


def test_the_new_line_of_1956_in_the_catalogue_is_read_over_its_own_horizon():
    reading = reading_of(scenario_named("no-new-line-1956"), HISTORICAL)
    assert reading.years == scenario_named("no-new-line-1956").horizon
    assert reading.antecedents == (scenario_named("no-new-line-1956").antecedent,)
