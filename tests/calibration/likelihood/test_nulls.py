"""The nulls: what they say, and that their likelihood adds up, against plain enumeration."""

from dataclasses import replace

import numpy as np
import pytest
from calibration.likelihood.kinds import InterestAgreed, ShareGranted
from scipy import stats

from calibration.checks.nulls import Evidence, evidence_of_nulls, nulls_report
from calibration.evidence.reading import read_evidence
from calibration.fit.population import Effort
from calibration.fit.refit import fitted_null
from calibration.likelihood.likelihood import QUARTERS
from calibration.likelihood.null_likelihood import NullFit, pointwise, spells_of
from calibration.likelihood.nulls import all_nulls, line_gaps, new_leadership, null_table
from calibration.likelihood.observations import (
    FIGURES,
    fitted_record,
    moves_of,
    observations_of,
)
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.drivers import CHINA_ENTERS
from simulation.state import Move

CONSTANT, DRIVERS, PERSISTENCE = all_nulls()
NULLS = (CONSTANT, DRIVERS, PERSISTENCE)
ALBANIA, CHINA, USSR = Country.ALBANIA, Country.CHINA, Country.USSR


@pytest.fixture(scope="module")
def record():
    return fitted_record(read_evidence())


def drawn(null, number, seed=1):
    generator = np.random.Generator(np.random.Philox(seed))
    return null.values(generator.standard_normal((number, len(null.parameters))))


def test_every_parameter_belongs_to_one_null():
    assert {null.name for null in NULLS} == {held.rule for held in null_table().values()}
    own = [held.name for null in NULLS for held in null.parameters if held.name in null_table()]
    assert sorted(own) == sorted(null_table())
    assert {held.unit for held in DRIVERS.parameters if held.name not in null_table()} == {"line"}


@pytest.mark.parametrize("null", NULLS, ids=lambda null: null.name)
def test_chances_are_chances_and_china_enters_in_1949(null):
    values = drawn(null, 5)
    for pair in ((USSR, ALBANIA), (CHINA, ALBANIA)):
        chances = null.chances(values, pair)
        assert set(chances) == {Move.FORMED, Move.ESTRANGED, Move.SPLIT, Move.MENDED}
        assert all(chance.shape == (QUARTERS, 5) for chance in chances.values())
        assert all(((chance >= 0) & (chance < 1)).all() for chance in chances.values())
        early = sum(chance[:CHINA_ENTERS].sum() for chance in chances.values())
        assert (early == 0) == (CHINA in pair)


def test_only_drivers_move_the_chances_of_the_drivers_null():
    values = drawn(DRIVERS, 3)
    gap = line_gaps(values, (USSR, ALBANIA))
    assert (gap[quarter_of("1950")] < gap[quarter_of("1960")]).all()
    new = new_leadership((USSR, ALBANIA))
    assert new[quarter_of("1956-06")] == 1
    assert new[quarter_of("1962")] == 0
    chances = DRIVERS.chances(values, (USSR, ALBANIA))
    assert (
        chances[Move.ESTRANGED][quarter_of("1961")] > chances[Move.ESTRANGED][quarter_of("1952")]
    ).all()
    steady = CONSTANT.chances(drawn(CONSTANT, 3), (USSR, ALBANIA))
    assert all((chance == chance[0]).all() for chance in steady.values())


def test_persistence_repeats_the_last_figure_of_the_pair(record):
    values = drawn(PERSISTENCE, 4)
    figures = {figure.name: figure for figure in record.figures}
    aid = figures["albania-china aid 1966-70"]
    centre, spread = PERSISTENCE.forecast(values, record, aid)
    assert aid.compared == pytest.approx(np.log(aid.value))
    assert centre == pytest.approx(np.log(figures["albania-china aid 1961-65"].value))
    assert (spread > values["persistence_aid_scatter"]).all()
    answer = PERSISTENCE.centre(values, record, figures["albania-china share 1965"])
    assert answer == pytest.approx(figures["albania-china share 1954"].value)
    first = PERSISTENCE.centre(values, record, figures["albania-ussr share 1960"])
    assert first == pytest.approx(values["persistence_share"])


@pytest.mark.parametrize("null", NULLS, ids=lambda null: null.name)
def test_a_spell_ends_in_some_way(null, record):
    pair = (USSR, ALBANIA)
    for spell in spells_of(null.chances(drawn(null, 3), pair), pair, moves_of(record.moves, pair)):
        together = sum(mass.sum(axis=0) for mass in spell.leaving.values()) + spell.staying
        assert together == pytest.approx(1)


def test_the_recursion_equals_the_sum_over_all_ways_the_record_may_have_gone(record):
    """Albania and Moscow: three moves within windows, enumerated quarter by quarter."""
    pair, values = (USSR, ALBANIA), drawn(DRIVERS, 1)
    moves = moves_of(record.moves, pair)
    chances = {move: chance[:, 0] for move, chance in DRIVERS.chances(values, pair).items()}
    formed, quarrel, split, mended = (
        chances[m] for m in (Move.FORMED, Move.ESTRANGED, Move.SPLIT, Move.MENDED)
    )
    windows = [range(move.first_quarter, move.last_quarter + 1) for move in moves]
    total = 0.0
    for one in windows[0]:
        for two in windows[1]:
            for three in windows[2]:
                total += (
                    np.prod(1 - formed[:one]) * formed[one]
                    * np.prod(1 - quarrel[one + 1 : two]) * quarrel[two]
                    * np.prod(1 - split[two + 1 : three] - mended[two + 1 : three]) * split[three]
                    * np.prod(1 - formed[three + 1 :])
                )  # fmt: skip
    found = pointwise(DRIVERS, values, record)
    rows = [
        place
        for place, row in enumerate(observations_of(record))
        if row.pair == pair and row.kind not in FIGURES
    ]
    assert found[rows].sum() == pytest.approx(np.log(total))


def test_figures_have_the_density_of_a_normal_forecast(record):
    values = drawn(CONSTANT, 2)
    place = next(
        place for place, row in enumerate(observations_of(record)) if row.kind == ShareGranted.kind
    )
    answer = record.of_kind(ShareGranted.kind)[0]
    spread = np.hypot(values["constant_share_scatter"], answer.spread)
    expected = stats.norm.logpdf(answer.value, values["constant_share"], spread)
    assert pointwise(CONSTANT, values, record)[place] == pytest.approx(expected)


def test_every_null_foresees_rates_of_interest_in_its_own_way(record):
    years = ("1952", "1964", "1968")
    pairs = ((USSR, ALBANIA), (CHINA, ALBANIA), (CHINA, ALBANIA))
    rates = tuple(
        InterestAgreed(*pair, quarter_of(year), quarter_of(year, end=True), rate, 0.0015)
        for pair, year, rate in zip(pairs, years, (0.02, 0.004, 0.001), strict=True)
    )
    plain = replace(record, figures=record.of_kind("aid", "share"))
    whole = replace(plain, figures=(*plain.figures, *rates))
    foreseen = [[null.forecast(drawn(null, 6), whole, rate)[0] for rate in rates] for null in NULLS]
    constant, drivers, persistence = foreseen
    assert all((centre == drawn(CONSTANT, 6)["constant_interest"]).all() for centre in constant)
    assert (drivers[0] >= drawn(DRIVERS, 6)["drivers_interest"]).all()
    gaps = [
        line_gaps(drawn(DRIVERS, 6), pair)[quarter_of(year)]
        for pair, year in zip(pairs, years, strict=True)
    ]
    assert ((drivers[1] > drivers[0]) == (gaps[1] > gaps[0])).all()
    assert (persistence[0] == persistence[1]).all()  # the first that is known of either patron
    assert (persistence[2] == 0.004).all()
    for null in NULLS:
        values = drawn(null, 6)
        parts, before = pointwise(null, values, whole), pointwise(null, values, plain)
        assert np.array_equal(parts[: len(before)], before)
        spread = np.hypot(values[f"{null.name}_interest_scatter"], 0.0015)
        centre = null.centre(values, whole, rates[2])
        assert parts[-1] == pytest.approx(stats.norm.logpdf(0.001, centre, spread))


@pytest.mark.statistical
def test_evidence_is_the_mean_of_the_likelihood_over_the_prior(record):
    # Seven parameters: a plain average over 6,000 prior draws has a relative error that is
    # estimated here; four such errors and 0.25 for the sampler (over four standard deviations of
    # repeated fits) fail about once in 10,000 runs.
    small = replace(
        record,
        figures=(
            *record.of_kind("aid")[:2],
            *record.of_kind("share")[:2],
            *record.of_kind("interest"),
        ),
    )
    weights = np.exp(pointwise(PERSISTENCE, drawn(PERSISTENCE, 6000, 3), small).sum(axis=0) + 60)
    plain, error = (
        np.log(weights.mean()) - 60,
        weights.std() / weights.mean() / np.sqrt(len(weights)),
    )
    effort = Effort(population=300, copies=1, moves=4, effective_share=0.5, last_moves=4)
    fit = fitted_null(PERSISTENCE, small, seed=2, runs=2, effort=effort)
    assert fit.log_evidence == pytest.approx(plain, abs=4 * error + 0.25)
    assert fit.coordinates.shape == (600, 7)


def test_the_report_says_when_a_null_is_better(origin):
    nulls = evidence_of_nulls([NullFit(CONSTANT, np.zeros((1, 10)), (-64.0, -64.2))])
    assert nulls[0].error == pytest.approx(0.1)

    def reported(rules):
        return nulls_report(rules, nulls, origin)[0]

    worse = reported(Evidence("rules", "", 110, -70.0, 0.1))
    assert not worse.reached
    assert "less probable under the rules" in worse.finding
    assert reported(Evidence("rules", "", 110, -60.0, 0.1)).reached
    assert not reported(Evidence("rules", "", 110, -64.0, 1.0)).reached
    assert reported(None).reached is None
