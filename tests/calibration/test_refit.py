"""Refits: kept step by step, the same after an interruption, and what leaving out or holding fixed does."""

from dataclasses import replace

import numpy as np
import pytest

from calibration import refit as refitting
from calibration.ablation import Ablated, Mechanism, added, read_mechanisms, shipped_mechanisms
from calibration.ablation_command import ablation_report
from calibration.errors import CalibrationError
from calibration.evidence_reading import read_evidence
from calibration.observations import KINDS, observations_of
from calibration.particles import filtered_log_likelihood
from calibration.pointwise import log_parts, with_fixed
from calibration.prior import draw_coordinates, parameters_at
from calibration.refit import Refit, refit_log_likelihoods, refit_without, refitted
from calibration.sampler import Effort
from calibration.targets import compared_interest, fitted_record
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
    whole = refitted(Refit("toy", record), EFFORT, 3, tmp_path / "one", workers=1)
    steps = []

    def break_off(population):
        steps.append(population.power)
        if len(steps) == 4:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        refitted(Refit("toy", record), EFFORT, 3, tmp_path / "two", workers=1, told=break_off)
    before = len(steps)
    again = refitted(
        Refit("toy", record), EFFORT, 3, tmp_path / "two", workers=1, told=lambda p: steps.append(1)
    )
    assert np.array_equal(again.coordinates, whole.coordinates)
    assert again.log_evidence == whole.log_evidence
    assert len(steps) > before


def test_what_was_done_once_is_not_done_again(record, tmp_path, monkeypatch):
    monkeypatch.setattr(refitting, "refit_log_likelihoods", toy)
    first = refitted(Refit("toy", record), EFFORT, 3, tmp_path, workers=1)
    monkeypatch.setattr(refitting, "refit_log_likelihoods", None)
    again = refitted(Refit("toy", record), EFFORT, 3, tmp_path, workers=1)
    assert np.array_equal(first.coordinates, again.coordinates)
    with pytest.raises(TypeError):
        refitted(Refit("toy", record), EFFORT, 4, tmp_path, workers=1)
    with pytest.raises(TypeError):
        refitted(Refit("toy", replace(record, aid=())), EFFORT, 3, tmp_path, workers=1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_observation_left_out_does_not_count(record, kind):
    # With one copy nothing is renewed, so that the parts add up to the whole.
    coordinates = draw_coordinates(4, 1) * 0.3
    record = replace(record, interest=compared_interest(read_evidence()))
    parts, _ = log_parts(parameters_at(coordinates, 1), record, seed=4, first_replicate=5)
    place = max(place for place, row in enumerate(observations_of(record)) if row.kind == kind)
    expected = parts.sum(axis=0) - parts[place]
    found = refit_log_likelihoods(coordinates, refit_without(record, place), 4, 1, 5)
    assert found == pytest.approx(expected)
    assert (np.abs(parts[place]) > 1e-6).all()


def test_a_fit_near_draws_makes_the_last_moves_alone(record, tmp_path, monkeypatch):
    monkeypatch.setattr(refitting, "refit_log_likelihoods", toy)
    start = draw_coordinates(40, 5)
    wanted = Refit("toy", record, near="some draws")
    reached = refitted(wanted, EFFORT, 3, tmp_path, workers=1, start=start)
    assert (reached.power, reached.evaluated) == (1.0, 40 * (1 + EFFORT.last_moves))
    assert np.isnan(reached.log_evidence)
    again = refitted(wanted, EFFORT, 3, tmp_path, workers=1, start=start)
    assert np.array_equal(again.coordinates, reached.coordinates)
    assert wanted.settings(EFFORT, 3) != Refit("toy", record).settings(EFFORT, 3)


def test_a_whole_record_has_the_likelihood_of_the_fit_with_parameters_held_fixed(record):
    coordinates, off = draw_coordinates(2, 1) * 0.3, {"strain_ideology": 0.0}
    found = refit_log_likelihoods(coordinates, Refit("x", record, fixed=off), 4, 2, 5)
    fixed = with_fixed(parameters_at(coordinates, 2), off)
    assert np.array_equal(found, filtered_log_likelihood(fixed, record, seed=4, copies=2, first_vector=5))


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


def ablated_fit(mechanism, evidence, logs, families=70):
    return Ablated(mechanism, evidence, 0.1, np.array(logs), 1, families)


def test_what_a_mechanism_adds_is_the_whole_minus_without(origin):
    one, two = (
        Mechanism(name, "claims", {"grant_value": 0.0}, "marku2017", "1", "") for name in ("one", "two")
    )
    whole = ablated_fit(None, -60.0, [-1.0, -2.0])
    parts = [ablated_fit(one, -59.0, [-1.5, -2.0]), ablated_fit(two, -63.0, [-2.0, -4.0])]
    rows = added(whole, parts)
    assert [row.mechanism.name for row in rows] == ["two", "one"]
    assert rows[0].evidence == pytest.approx(3.0)
    assert rows[0].error == pytest.approx(np.hypot(0.1, 0.1))
    assert rows[0].left_out.mean == pytest.approx(1.5)
    report = ablation_report(whole, parts, origin)
    assert "(two)" in report.finding
    assert "**without these the record is more probable**: one" in report.finding
    few = ablation_report(whole, [parts[0], ablated_fit(two, -63.0, [-2.0, -4.0], families=4)], origin)
    assert few.finding.startswith("**No verdict**: a fit ended with 4 families")
