"""The particle filter: the likelihood of plain averaging with less noise, however split."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from calibration.fit.workers import log_likelihoods, over_processes, tasks_of
from calibration.likelihood import likelihood
from calibration.likelihood.figures import discrepancy_of
from calibration.likelihood.likelihood import (
    doubt_of,
    filtered_log_likelihood,
    mean_weight,
    renewal,
    renewal_uniforms,
)
from calibration.likelihood.observations import QUARTERS, Record
from calibration.likelihood.quantities import COMPARED_ARRAYS
from calibration.likelihood.readings import Reading
from calibration.prior import draw_coordinates, parameters_at, with_fixed
from scenarios.draws import read_draws
from simulation.conditioning import Conditioning
from simulation.dates import quarter_of
from simulation.drivers.spells import coded_values, spread_values
from simulation.ensemble import Branch
from simulation.interventions import HISTORICAL
from simulation.parameters import Parameters, default_parameters, parameter_table
from simulation.trajectory import MoveTable, Trajectory


def idle():
    """A history in which nobody asks and nobody grants."""
    shape = (QUARTERS, 4, 4, 1)
    arrays = {name: np.zeros(shape) for name in COMPARED_ARRAYS}
    return Trajectory(0, 1, arrays, MoveTable.joined([]), None)


@pytest.fixture(scope="module")
def coordinates():
    return 0.3 * draw_coordinates(6, 5)


def plain_log_likelihood(parameters, record, seed, copies, drivers):
    """The plain average over copies whose histories have these drivers, one set a copy."""
    conditioning = Conditioning(record.moves, parameters.replicates, record.until)
    branch = Branch(
        parameters,
        HISTORICAL,
        seed=seed,
        first_replicate=0,
        spells=drivers.repeated(parameters.replicates // copies),
    )
    course = branch.continued(branch.opened(COMPARED_ARRAYS), record.until, conditioning)
    history, doubt = course.trajectory(0), doubt_of(record, parameters, seed, 0)
    weights = conditioning.log_probability.copy()
    for figure in record.figures:
        weights += figure.density_in(history, doubt)
    return mean_weight(weights.reshape(-1, copies))


@pytest.mark.parametrize(("drivers", "sets"), [("drawn", spread_values), ("coded", coded_values)])
def test_with_one_copy_it_is_the_plain_likelihood(record, coordinates, drivers, sets):
    parameters = parameters_at(coordinates)
    filtered = filtered_log_likelihood(parameters, record, seed=2, copies=1, drivers=drivers)
    plain = plain_log_likelihood(parameters, record, 2, 1, sets(1))
    assert filtered == pytest.approx(plain)


def test_all_vectors_are_judged_by_the_same_drivers(coordinates):
    """One vector twice: without noise, and with no date to be chosen, nothing else may differ."""
    parameters, silent = parameters_at(coordinates[[0, 0]]), Record((), ())
    still = with_fixed(parameters, {"strain_noise": 0.0, "grant_noise": 0.0})
    one, other = filtered_log_likelihood(still, silent, seed=3, copies=1)
    assert one == other < 0
    noisy = filtered_log_likelihood(parameters, silent, seed=3, copies=1)
    assert noisy[0] != noisy[1]


def test_it_does_not_depend_on_how_vectors_are_split_into_calls(record, coordinates):
    likelihood = partial(log_likelihoods, record=record, seed=3, copies=4)
    whole = likelihood(coordinates, 50)
    parts = [likelihood(coordinates[k : k + 2], 50 + k) for k in (0, 2, 4)]
    assert np.array_equal(whole, np.concatenate(parts))


def test_parts_worked_out_at_a_time_are_as_equal_as_can_be():
    assert tasks_of(171, 8) == [(0, 86), (86, 86)]
    assert tasks_of(128, 8) == [(0, 128)]
    assert tasks_of(3, 4096) == [(0, 1), (1, 1), (2, 1)]


@pytest.mark.slow
def test_workers_do_not_matter(record, coordinates):
    found, here = [], partial(log_likelihoods, record=record, seed=4, copies=2)
    for workers in (1, 2):
        with over_processes([here], workers) as (likelihood,):
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
def test_copies_keep_their_error_of_the_rate_when_they_are_renewed(record):
    """Without alliances nothing is agreed, so that the error of one currency alone decides.

    All amounts told in it read as if it were misjudged by two spreads. Exact: the integral over
    that error. The tolerance is five standard deviations of five repetitions (0.12); an error drawn
    anew at renewals would be off by 3.
    """
    loans = [figure for figure in record.of_kind("aid") if figure.currency == "million new rubles"]
    silent = idle()
    told = tuple(
        replace(
            loan,
            reading=Reading(value=float(loan.centre(loan.sums_in(silent))[0]) - 2.0),
            other=None,
            rate_spread=1.0,
        )
        for loan in loans
    )
    assert len({loan.last_quarter // 4 for loan in told}) > 1  # renewed in between
    errors = np.linspace(-8, 8, 4001)
    unexplained = discrepancy_of(default_parameters())
    logs = sum(
        loan.density(loan.sums_in(silent), {loan.currency: errors, **unexplained}) for loan in told
    )
    density = np.exp(logs - 0.5 * errors**2) / np.sqrt(2 * np.pi)
    exact = np.log(np.trapezoid(density, errors))
    lone = Record((), told)
    table = parameter_table()
    steady = [name for name in table if name.endswith("_threshold") and name != "mend_threshold"]
    parameters = default_parameters(
        800, loose_tie=0.0, **{name: table[name].high for name in steady}
    )
    plain = filtered_log_likelihood(parameters, replace(lone, figures=()), seed=8, copies=4)
    filtered = filtered_log_likelihood(parameters, lone, seed=8, copies=4)
    assert mean_weight(filtered - plain) == pytest.approx(exact, abs=0.6)


@pytest.mark.slow
@pytest.mark.statistical
def test_it_estimates_the_same_likelihood_without_more_noise(record, monkeypatch):
    # The likeliest of some draws that ship, 100 estimates of 64 copies each. All have the drivers
    # as coded: spread ones would be combined anew whenever copies are renewed, since a copy keeps
    # its own values of what has not begun, so that the plain average would be of something else.
    # The log mean of either has a standard error below a half; a forgotten division by the number
    # of copies would add 4.2 at every renewal, of which there are several.
    monkeypatch.setattr(likelihood, "spread_values", coded_values)
    frame = read_draws().frame.iloc[::16]
    found = filtered_log_likelihood(
        Parameters({name: np.repeat(frame[name].to_numpy(), 32) for name in frame}),
        record,
        seed=5,
        copies=32,
    )
    likely = frame.iloc[int(np.argmax(found))]
    parameters = Parameters({name: np.full(6400, value) for name, value in likely.items()})
    filtered = filtered_log_likelihood(parameters, record, seed=8, copies=64)
    plain = plain_log_likelihood(parameters, record, 19, 64, coded_values(64))
    assert mean_weight(filtered) == pytest.approx(mean_weight(plain), abs=1.5)
    assert filtered.var() < 1.4 * plain.var()


def test_a_record_known_to_a_date_is_filtered_no_farther(record, coordinates):
    """With one copy under drivers as coded nothing is renewed: the sums are those of a history."""
    early = record.before(quarter_of("1962"))
    parameters = parameters_at(coordinates)
    filtered = filtered_log_likelihood(parameters, early, seed=3, copies=1, drivers="coded")
    plain = plain_log_likelihood(parameters, early, 3, 1, coded_values(1))
    assert filtered == pytest.approx(plain, rel=1e-12)
