"""The particle filter: the likelihood of plain averaging with less noise, however split."""

import numpy as np
import pytest

from calibration.evidence.reading import read_evidence
from calibration.fit.workers import likelihood_here, log_likelihoods, over_processes, tasks_of
from calibration.likelihood.likelihood import (
    filtered_log_likelihood,
    log_likelihood,
    mean_weight,
    renewal,
    renewal_uniforms,
)
from calibration.likelihood.observations import fitted_record
from calibration.prior import draw_coordinates, parameters_at
from scenarios.draws import read_draws
from simulation.parameters import Parameters


@pytest.fixture(scope="module")
def record():
    return fitted_record(read_evidence())


@pytest.fixture(scope="module")
def coordinates():
    return 0.3 * draw_coordinates(6, 5)


def test_with_one_copy_it_is_the_plain_likelihood(record, coordinates):
    parameters = parameters_at(coordinates)
    filtered = filtered_log_likelihood(parameters, record, seed=2, copies=1)
    assert filtered == pytest.approx(log_likelihood(parameters, record, seed=2, copies=1))


def test_it_does_not_depend_on_how_vectors_are_split_into_calls(record, coordinates):
    whole = log_likelihoods(coordinates, record, 3, 4, 50)
    parts = [log_likelihoods(coordinates[k : k + 2], record, 3, 4, 50 + k) for k in (0, 2, 4)]
    assert np.array_equal(whole, np.concatenate(parts))


def test_parts_worked_out_at_a_time_are_as_equal_as_can_be():
    assert tasks_of(171, 8) == [(0, 86), (86, 86)]
    assert tasks_of(128, 8) == [(0, 128)]
    assert tasks_of(3, 4096) == [(0, 1), (1, 1), (2, 1)]


@pytest.mark.slow
def test_workers_do_not_matter(record, coordinates):
    found = []
    for workers in (1, 2):
        with over_processes([likelihood_here(record, seed=4, copies=2)], workers) as (likelihood,):
            found.append(likelihood(coordinates, 17))
    assert np.array_equal(*found)
    assert np.isfinite(found[0]).all()


def test_copies_are_renewed_when_few_carry_the_weight():
    weights = np.log(
        np.array([[0.7, 0.1, 0.1, 0.1], [1.0, 1e-9, 1e-9, 1e-9], [0.25, 0.25, 0.25, 0.25]])
    )
    rows, renewed = renewal(weights, np.array([0.5, 0.5, 0.5]))
    assert renewed.tolist() == [True, True, False]  # effective shares 0.48, 0.25 and 1
    assert rows.tolist() == [0, 0, 0, 2, 4, 4, 4, 4, 8, 9, 10, 11]


@pytest.mark.statistical
def test_renewal_keeps_every_copy_in_proportion_to_its_weight():
    # Systematic resampling takes 4 w copies on average; the mean over 4,000 chances has a standard
    # error below 0.008.
    chance = np.random.default_rng(1).random(4000)
    shares = np.array([0.8, 0.12, 0.05, 0.03])
    rows, _ = renewal(np.tile(np.log(shares), (4000, 1)), chance)
    taken = np.bincount(rows % 4, minlength=4) / 4000
    assert taken == pytest.approx(4 * shares, abs=0.04)


def test_chances_of_renewal_are_addressed_by_vector():
    whole = renewal_uniforms(7, 0, 5, 34)
    assert np.array_equal(whole[2:], renewal_uniforms(7, 2, 3, 34))
    assert len(np.unique(whole)) == whole.size


@pytest.mark.slow
@pytest.mark.statistical
def test_it_estimates_the_same_likelihood_without_more_noise(record):
    # The middle of the draws that ship, 800 estimates of 4 copies each. The log mean of either kind
    # has a standard error of about 0.2, so a right filter differs by more than 1.5 about once in a
    # million times; a forgotten division by the number of copies would add 1.4 at every renewal, of
    # which there are several.
    likely = read_draws().frame.median()
    parameters = Parameters({name: np.full(3200, value) for name, value in likely.items()})
    filtered = filtered_log_likelihood(parameters, record, seed=8, copies=4)
    plain = log_likelihood(parameters, record, seed=19, copies=4)
    assert mean_weight(filtered) == pytest.approx(mean_weight(plain), abs=1.5)
    assert filtered.var() < 1.4 * plain.var()
