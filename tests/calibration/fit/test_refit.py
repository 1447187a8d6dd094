"""Refits: kept step by step, the same when interrupted; what leaving out or fixing does."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from calibration.checks import ablation
from calibration.checks.ablation import (
    Added,
    Scored,
    ablation_report,
    added,
    fit_gained,
    scored,
)
from calibration.checks.mechanisms import Mechanism, read_mechanisms, shipped_mechanisms
from calibration.errors import CalibrationError
from calibration.evidence.reading import read_evidence
from calibration.fit import refit as refitting
from calibration.fit.population import Effort
from calibration.fit.refit import Refit, refit_log_likelihoods, refit_without, refitted
from calibration.likelihood.likelihood import filtered_log_likelihood
from calibration.likelihood.observations import KINDS, fitted_record, observations_of
from calibration.likelihood.pointwise import log_parts
from calibration.likelihood.scores import Difference
from calibration.prior import draw_coordinates, parameters_at, with_fixed
from simulation.parameters import parameter_table

EFFORT = Effort(population=40, copies=1, moves=2, effective_share=0.5, last_moves=4)


@pytest.fixture(scope="module")
def record():
    return fitted_record(read_evidence())


def toy(coordinates, refit, seed, copies, first_vector):
    return -0.5 * ((coordinates[:, :3] - 1.0) ** 2).sum(axis=1) * 4


class BrokenOffError(Exception):
    pass


def test_what_was_broken_off_goes_on_to_the_same_result(record, tmp_path, monkeypatch):
    monkeypatch.setattr(refitting, "refit_log_likelihoods", toy)
    start = draw_coordinates(40, 5)
    wanted = Refit("toy", record, "some draws", fixed={"strain_ideology": 0.0})
    whole = refitted(wanted, EFFORT, 3, tmp_path / "one", start, workers=1)
    steps = []

    def break_off(population):
        steps.append(population.power)
        if len(steps) == 4:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        refitted(wanted, EFFORT, 3, tmp_path / "two", start, workers=1, each_step=break_off)
    before = len(steps)
    again = refitted(
        wanted, EFFORT, 3, tmp_path / "two", start, workers=1, each_step=lambda p: steps.append(1)
    )
    assert np.array_equal(again.coordinates, whole.coordinates)
    assert again.log_evidence == whole.log_evidence
    assert len(steps) > before


def test_what_was_done_once_is_not_done_again(record, tmp_path, monkeypatch):
    monkeypatch.setattr(refitting, "refit_log_likelihoods", toy)
    start, wanted = draw_coordinates(40, 5), Refit("toy", record, "some draws")
    first = refitted(wanted, EFFORT, 3, tmp_path, start, workers=1)
    monkeypatch.setattr(refitting, "refit_log_likelihoods", None)
    again = refitted(wanted, EFFORT, 3, tmp_path, start, workers=1)
    assert np.array_equal(first.coordinates, again.coordinates)
    with pytest.raises(TypeError):
        refitted(wanted, EFFORT, 4, tmp_path, start, workers=1)
    for other in (replace(record, figures=record.of_kind(kind)) for kind in ("aid", "interest")):
        with pytest.raises(TypeError):
            refitted(replace(wanted, record=other), EFFORT, 3, tmp_path, start, workers=1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_observation_left_out_does_not_count(record, kind):
    # With one copy nothing is renewed, so that the parts add up to the whole.
    coordinates = draw_coordinates(4, 1) * 0.3
    parts, _ = log_parts(parameters_at(coordinates, 1), record, seed=4, first_replicate=5)
    place = max(place for place, row in enumerate(observations_of(record)) if row.kind == kind)
    expected = parts.sum(axis=0) - parts[place]
    found = refit_log_likelihoods(coordinates, refit_without(record, place, "some draws"), 4, 1, 5)
    assert found == pytest.approx(expected)
    assert (np.abs(parts[place]) > 1e-6).all()


def test_a_fit_near_draws_makes_the_last_moves_alone(record, tmp_path, monkeypatch):
    monkeypatch.setattr(refitting, "refit_log_likelihoods", toy)
    start = draw_coordinates(40, 5)
    wanted = Refit("toy", record, "some draws")
    reached = refitted(wanted, EFFORT, 3, tmp_path, start, workers=1)
    assert (reached.power, reached.evaluated) == (1.0, 40 * (1 + EFFORT.last_moves))
    assert np.isnan(reached.log_evidence)
    again = refitted(wanted, EFFORT, 3, tmp_path, start, workers=1)
    assert np.array_equal(again.coordinates, reached.coordinates)
    assert wanted.settings(EFFORT, 3) != Refit("toy", record, "others").settings(EFFORT, 3)


def test_a_whole_record_has_the_likelihood_of_the_fit_with_parameters_held_fixed(record):
    coordinates, off = draw_coordinates(2, 1) * 0.3, {"strain_ideology": 0.0}
    found = refit_log_likelihoods(coordinates, Refit("x", record, "some draws", fixed=off), 4, 2, 5)
    fixed = with_fixed(parameters_at(coordinates, 2), off)
    assert np.array_equal(
        found, filtered_log_likelihood(fixed, record, seed=4, copies=2, first_vector=5)
    )


def test_the_mechanisms_name_parameters_within_bounds():
    table = parameter_table()
    mechanisms = shipped_mechanisms()
    assert len({mechanism.name for mechanism in mechanisms}) == len(mechanisms) >= 15
    for mechanism in mechanisms:
        assert mechanism.lines or mechanism.source == "assumption", mechanism.name
        for name, value in mechanism.off.items():
            assert table[name].low <= value <= table[name].high
            assert value != table[name].default, name


def test_every_problem_of_a_file_of_mechanisms_is_told(tmp_path):
    path = tmp_path / "mechanisms.toml"
    path.write_text(
        '[one]\nmeaning = "x"\noff = { strain_ideolgy = 0.0, grant_value = -3.0 }\n'
        'source = "nobody"\nlines = ""\nnote = ""\n'
        '[two]\nmeaning = "x"\noff = {}\nsource = "marku2017"\nlines = "1"\nnote = ""\n'
        '[three]\nmeaning = "x"\n'
    )
    with pytest.raises(CalibrationError) as caught:
        read_mechanisms(path)
    for text in (
        "8 problems",
        "strain_ideology",
        "grant_value = -3.0",
        "nobody",
        "at least one parameter",
        "(missing)",
    ):
        assert text in str(caught.value), text


def mechanism_named(name):
    entries = {"meaning": "claims", "source": "marku2017", "lines": "1", "note": ""}
    return Mechanism(name=name, off={"grant_value": 0.0}, **entries)


def test_what_a_mechanism_adds_is_the_whole_minus_without(record, tmp_path, monkeypatch):
    """Without the mechanism the toy fits the second coordinate: known evidence either way."""

    def either(coordinates, refit, seed, copies, first_vector):
        return -0.5 * (coordinates[:, 1] - 2) ** 2 if refit.fixed else -0.5 * coordinates[:, 0] ** 2

    fitted = draw_coordinates(600, 5)
    fitted[:, 0] *= 0.5**0.5
    effort = Effort(population=600, copies=1, moves=6, effective_share=0.5, last_moves=10)
    logs = np.array([-1.0, -2.0])
    without = Scored(np.array([-5.0, -7.0]), 2, np.array([-0.5, -0.1]), logs - [1.0, 2.0], 1)
    monkeypatch.setattr(refitting, "refit_log_likelihoods", either)
    monkeypatch.setattr(ablation, "scored", lambda *args: without)
    whole = Scored(np.array([-4.0, -4.0]), 2, np.array([-0.2, -0.4]), logs, 0)
    found = added(
        mechanism_named("one"), whole, record, effort, 3, tmp_path, fitted, "some draws", workers=1
    )
    # The evidence of a toy is exp(-centre ** 2 / 4) / sqrt 2; twenty runs have a standard deviation
    # of 0.04.
    assert found.evidence == pytest.approx(1.0, abs=0.25)
    assert 0.02 < found.error < 0.15
    assert found.left_out.mean == pytest.approx(1.5)
    assert found.fit.mean == pytest.approx(2.0)
    assert found.fit.error == pytest.approx(1 / 2**0.5)
    assert found.prior == pytest.approx(found.evidence - 2.0)
    assert found.single == pytest.approx([0.3, -0.3])
    assert (found.failing, found.families > 50) == (1, True)


def test_evidence_is_fit_less_the_way_from_the_prior():
    """A normal mean, one observation, prior widths 1 and 3: the identity of evidence, exactly."""
    seen = 1.5
    draws = np.random.Generator(np.random.Philox(3)).standard_normal((2, 40_000))
    fits, ways, evidences = [], [], []
    for width, chance in zip((1.0, 3.0), draws, strict=True):
        variance = 1 / (1 + width**-2)
        posterior = variance * seen + variance**0.5 * chance
        fits.append(Scored(stats.norm.logpdf(seen, posterior), 40_000, np.zeros(1), np.zeros(1), 0))
        mean = variance * seen
        ways.append(0.5 * ((variance + mean**2) / width**2 - 1 - np.log(variance / width**2)))
        evidences.append(stats.norm.logpdf(seen, 0, np.hypot(1, width)))
    fit = fit_gained(*fits)
    nothing = Difference(0.0, 0.0, 1)
    row = Added(
        mechanism_named("x"), evidences[0] - evidences[1], 0.1, fit, nothing, np.zeros(1), 0, 1
    )
    assert row.prior == pytest.approx(ways[1] - ways[0], abs=5 * fit.error)
    assert abs(row.prior) > 20 * fit.error


def test_draws_are_scored_by_the_likelihood_of_the_fit(record):
    coordinates = draw_coordinates(6, 1) * 0.3
    whole = Refit("whole", record, "some draws")
    found = scored(coordinates, whole, 4, 2, 6)
    assert np.array_equal(found.fit, refit_log_likelihoods(coordinates, whole, 4, 2, 0))
    assert len(found.single) == len(found.left_out) == len(observations_of(record))
    without = scored(coordinates, replace(whole, fixed={"strain_ideology": 0.0}), 4, 2, 6)
    assert not np.array_equal(found.fit, without.fit)
    assert not np.array_equal(found.single, without.single)


def test_mechanisms_are_reported_the_most_needed_first(origin):
    def row(name, evidence, families=70, fit=0.0):
        single = np.array([0.5, -0.25])
        left_out, fits = Difference(1.5, 0.2, 30), Difference(fit, 0.3, 40)
        return Added(mechanism_named(name), evidence, 0.1, fits, left_out, single, 1, families)

    def reported(*rows):
        return ablation_report(rows, 0, ["peace 1950", "war 1960"], origin)[0]

    report = reported(row("one", -1.0), row("two", 3.0), row("three", 0.1))
    assert list(report.values["mechanisms"]) == ["two", "three", "one"]
    assert "(two)" in report.finding
    assert "1 make no difference" in report.finding
    assert (
        "**without these the record is more probable**: one (none makes the draws fit worse;"
        in report.finding
    )
    assert report.parts[-1].rows[0][2:] == ["peace 1950 (+0.50)", "war 1960 (-0.25)"]
    worse = reported(row("one", -1.0, fit=-0.7), row("two", -3.0, fit=-0.5))
    assert "one, two (of these one make the draws fit worse;" in worse.finding
    few = reported(row("one", -1.0), row("two", 3.0, families=4))
    assert few.finding.startswith("**No verdict**: a fit ended with 4 families")
