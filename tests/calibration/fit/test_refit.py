"""Refits: kept step by step, the same when interrupted; what leaving out or fixing does."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from calibration.fit import refit as refitting
from calibration.fit.population import Effort
from calibration.fit.reference import Reference
from calibration.fit.refit import Refit, refit_log_likelihoods, refit_without, refitted
from calibration.likelihood import likelihood
from calibration.likelihood.likelihood import filtered_log_likelihood
from calibration.likelihood.observations import KINDS, observations_of
from calibration.likelihood.pointwise import log_parts
from calibration.prior import draw_coordinates, parameters_at, with_fixed
from simulation.drivers.spells import spell_values
from simulation.parameters import parameter_table

EFFORT = Effort(population=40, copies=1, moves=2, effective_share=0.5, last_moves=4)


def toy(coordinates, first_vector, *, refit, seed, copies):
    return -0.5 * ((coordinates[:, :3] - 1.0) ** 2).sum(axis=1) * 4


class BrokenOffError(Exception):
    pass


def test_what_was_broken_off_goes_on_to_the_same_result(record, tmp_path, monkeypatch):
    monkeypatch.setattr(refitting, "refit_log_likelihoods", toy)
    wanted = Refit("toy", record, "some draws", fixed={"strain_ideology": 0.0})
    with pytest.raises(ValueError, match="reference"):
        refitted(wanted, EFFORT, 3, tmp_path / "one", draw_coordinates(40, 5), workers=1)
    dimensions = len(parameter_table())
    start = Reference("mine", np.full(dimensions, 0.2), np.eye(dimensions))
    whole = refitted(wanted, EFFORT, 3, tmp_path / "one", start, workers=1)
    assert np.isfinite(whole.log_evidence)
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
def test_an_observation_left_out_does_not_count(record, kind, monkeypatch):
    # With one copy nothing is renewed, so that the parts add up to the whole; both with the drivers
    # that histories draw.
    drawn = spell_values("drawn", 4, 4, 5)
    same = SimpleNamespace(repeated=lambda times: drawn)
    monkeypatch.setattr(likelihood, "spread_values", lambda copies: same)
    coordinates = draw_coordinates(4, 1) * 0.3
    parts, _ = log_parts(parameters_at(coordinates, 1), record, seed=4, first_replicate=5)
    own = [place for place, row in enumerate(observations_of(record)) if row.kind == kind]
    place = max(own, key=lambda place: np.abs(parts[place]).min())
    expected = parts.sum(axis=0) - parts[place]
    wanted = refit_without(record, place, "some draws")
    found = refit_log_likelihoods(coordinates, 5, refit=wanted, seed=4, copies=1)
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
    wanted = Refit("x", record, "some draws", fixed=off)
    found = refit_log_likelihoods(coordinates, 5, refit=wanted, seed=4, copies=2)
    fixed = with_fixed(parameters_at(coordinates, 2), off)
    assert np.array_equal(
        found, filtered_log_likelihood(fixed, record, seed=4, copies=2, first_vector=5)
    )


def test_a_refit_from_a_reference_is_kept_as_it_came_out(record, tmp_path, monkeypatch):
    """Fixed parameters begin at their prior, and coordinates are those of the prior."""
    monkeypatch.setattr(refitting, "refit_log_likelihoods", toy)
    dimensions = len(parameter_table())
    near = Reference("near", np.full(dimensions, 0.4), 0.5 * np.eye(dimensions))
    fixed = list(parameter_table())[7]
    wanted = Refit("toy", record, "a reference", fixed={fixed: 0.0})
    effort = replace(EFFORT, population=400)
    first = refitted(wanted, effort, 3, tmp_path, near, workers=1)
    assert first.log_likelihood == pytest.approx(
        toy(first.coordinates, 0, refit=wanted, seed=3, copies=1)
    )
    assert first.coordinates[:, 7].std() > 0.65  # toward the prior: the reference has 0.5
    monkeypatch.setattr(refitting, "refit_log_likelihoods", None)
    again = refitted(wanted, effort, 3, tmp_path, near, workers=1)
    assert np.array_equal(first.coordinates, again.coordinates)
    assert np.array_equal(first.log_likelihood, again.log_likelihood)
