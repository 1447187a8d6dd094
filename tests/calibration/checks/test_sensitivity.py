"""Global sensitivity: known effects are found, chance is told from effects, points are kept."""

import numpy as np
import pytest

from calibration.checks.sensitivity import laboratory as laboratories
from calibration.checks.sensitivity.indices import CLEAR, Screened, apportioned, screened
from calibration.checks.sensitivity.laboratory import (
    DUMMIES,
    DUMMY,
    Laboratory,
    Lever,
    driver_levers,
    outcome_names,
    outcomes_at,
    parameter_levers,
    scenario_of,
    switches,
)
from calibration.checks.sensitivity.report import sensitivity_report
from calibration.prior import draw_coordinates
from simulation.context import Context
from simulation.countries import Country
from simulation.dates import QUARTERS
from simulation.parameters import default_parameters, parameter_table

NUMBER = len(outcome_names())


class Known:
    """Points whose outcomes are known: 3 a + b + noise on the first, only noise on the others."""

    seed = 1

    def outcomes(self, levers, points, block, progress=None):
        generator = np.random.Generator(np.random.Philox(1))
        found = 0.01 * generator.standard_normal((len(points), NUMBER))
        found[:, 0] += 3 * points[:, 0] + points[:, 1]
        found[:, 1] = 1.0
        return found


LEVERS = (Lever("a"), Lever("b"), Lever("c"), *(Lever(f"{DUMMY} {n}") for n in range(DUMMIES)))


def test_screening_finds_what_has_an_effect_and_how_large():
    found = screened(LEVERS, Known(), 6)
    assert found.effects[:2, 0] == pytest.approx([3, 1], abs=0.05)
    assert found.felt[:3, 0].tolist() == [True, True, False]
    assert not found.felt[:, 1].any()
    held = found.effects[3:, 0]
    assert found.floor[0] == pytest.approx(held.mean() + CLEAR * held.std(ddof=1))


def test_the_leading_levers_are_ranked_and_a_dummy_is_added():
    found = screened(LEVERS[:2] + LEVERS[3:], Known(), 6)
    only = Screened(found.levers, found.effects[:, :1])
    assert [lever.name for lever in only.leading(1)] == ["a", DUMMY]
    assert [lever.name for lever in only.leading(2)] == ["a", "b", DUMMY]


def test_variances_are_apportioned_as_they_should_be():
    found = apportioned(LEVERS[:4], Known(), 128)
    assert found.total[:3, 0] == pytest.approx([0.9, 0.1, 0.0], abs=0.06)
    assert found.first[:3, 0] == pytest.approx([0.9, 0.1, 0.0], abs=0.1)
    assert np.isnan(found.total[:, 1]).all()


def test_switches_are_whole_and_do_not_contradict_one_another():
    names = [lever.name for lever in switches()]
    assert "pressure on a country from outside" in names
    assert "leaderships of USSR" in names
    assert "leaderships of Albania" in names
    context = Context(scenario_of(switches()), default_parameters())
    late = context.quarter(QUARTERS - 1)
    assert late.pressure.sum() == late.isolation.sum() == late.emergency.sum() == 0
    assert context.spell(QUARTERS - 1, Country.USSR) == context.spell(0, Country.USSR)
    assert driver_levers()[-1].name == DUMMY


def test_parameters_range_between_quantiles_of_the_draws():
    coordinates = draw_coordinates(200, 1)
    found = parameter_levers(coordinates)
    assert len(found) == len(parameter_table()) + DUMMIES
    assert (found[0].low, found[0].high) == pytest.approx(
        tuple(np.quantile(coordinates[:, 0], [0.05, 0.95]))
    )


def test_points_with_the_same_drivers_are_simulated_together_and_in_place():
    levers = (Lever("dispute_threshold", -2, 2), *driver_levers()[:2])
    points = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [2.0, 1.0, 1.0]])
    middle = np.zeros(len(parameter_table()))
    found = outcomes_at(levers, points, middle, 4, 1, 0)
    assert found.shape == (3, NUMBER)
    assert ((found[:, : NUMBER // 2] >= 0) & (found[:, : NUMBER // 2] <= 1)).all()
    alone = outcomes_at(levers, points[:1], middle, 4, 1, 0)
    assert np.array_equal(alone[0], found[0])
    moved = outcomes_at(levers, points[1:2], middle, 4, 1, 1)
    assert np.array_equal(moved[0], found[1])


def test_points_are_kept_and_not_made_again(tmp_path, monkeypatch):
    made = []

    def counted(levers, points, middle, replicates, seed, first):
        made.append(first)
        return np.full((len(points), NUMBER), float(first))

    monkeypatch.setattr(laboratories, "outcomes_at", counted)
    laboratory = Laboratory(np.zeros(3), 50, 1, tmp_path, 1)
    points, told = np.arange(10.0)[:, np.newaxis], []
    found = laboratory.outcomes(LEVERS[:1], points, 4, told.append)
    assert found[:, 0].tolist() == [0.0] * 4 + [4.0] * 4 + [8.0] * 2
    assert (made, told) == ([0, 4, 8], [4, 8, 10])
    sorted(tmp_path.iterdir())[0].unlink()
    again = laboratory.outcomes(LEVERS[:1], points, 4)
    assert np.array_equal(found, again)
    assert len(made) == 4
    other = Laboratory(np.ones(3), 50, 1, tmp_path, 1)
    other.outcomes(LEVERS[:1], points, 4)
    assert len(made) == 7


def test_what_matters_to_no_break_is_named(origin):
    screening = screened(LEVERS, Known(), 6)
    shares = apportioned(LEVERS[:4], Known(), 16)
    report, _ = sensitivity_report(screening, shares, shares, origin)
    assert "c" in report.values["no_effect"]
    assert "a" not in report.values["no_effect"]
    assert not any(name.startswith(DUMMY) for name in report.values["no_effect"])


class OfDates(Known):
    """Points of which every date depends on the first lever most, and one on the second too."""

    def outcomes(self, levers, points, block, progress=None):
        found = super().outcomes(levers, points, block)
        found[:, NUMBER // 2 :] += 3 * points[:, :1]
        found[:, -1] += 2 * points[:, 1]
        return found


def test_the_finding_names_in_words_what_dates_depend_on_and_how_many(origin):
    levers = (Lever("relief_protection"), Lever("of a country"), *LEVERS[2:])
    screening = screened(levers, OfDates(), 6)
    shares = apportioned(levers[:4], OfDates(), 64)
    report, _ = sensitivity_report(screening, shares, shares, origin)
    protection = parameter_table()["relief_protection"].meaning
    assert f"of parameters on {protection} (5; 1" in report.finding
    assert "of a country (1; " in report.finding
    assert "c (" not in report.finding
