"""The likelihood of the record: what it compares, and how it averages."""

from dataclasses import replace

import numpy as np
import pytest
from calibration.likelihood.kinds import InterestAgreed, PeriodAid, ShareGranted

from calibration.evidence.problems import COMPARED
from calibration.evidence.reading import read_evidence
from calibration.evidence.record import recorded_moves
from calibration.likelihood.figures import log_normal_density, observation_settings
from calibration.likelihood.likelihood import log_likelihood, log_weights
from calibration.likelihood.observations import fitted_record
from calibration.prior import draw_coordinates, parameters_at
from simulation.conditioning import Conditioning
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.ensemble import simulate
from simulation.parameters import default_parameters
from simulation.state import Move, Status
from simulation.trajectory import MoveTable, Trajectory

CHINA, ALBANIA = Country.CHINA, Country.ALBANIA


@pytest.fixture(scope="module")
def record():
    return fitted_record(read_evidence())


def kept(status, asked, pledged, interest=0.0):
    """A history in which China and Albania had some statuses, requests, pledges and rates."""
    told = {"status": status, "requested": asked, "newly_pledged": pledged, "interest": interest}
    arrays = {name: np.zeros((len(status), 4, 4, 1)) for name in told}
    for name, values in told.items():
        arrays[name][:, CHINA, ALBANIA, 0] = values
    return Trajectory(0, 1, arrays, MoveTable.joined([]), None)


def test_aid_is_compared_pro_rata_with_the_quarters_on_terms():
    status = [Status.ALLIED, Status.ALLIED, Status.ESTRANGED, Status.SPLIT, Status.SPLIT]
    trajectory = kept(status, [0] * 5, [0, 20, 20, 10, 0])
    observed = PeriodAid(CHINA, ALBANIA, 1, 4, 100.0, 0.4)
    spread = np.hypot(0.4, observation_settings()["aid_discrepancy"])
    expected = log_normal_density(np.log(np.array([50.0])) - np.log(100.0 * 3 / 4), spread)
    assert observed.density_in(trajectory) == pytest.approx(expected)


def test_aid_of_a_period_without_an_alliance_is_not_compared():
    trajectory = kept([Status.NONE] * 4, [0] * 4, [0] * 4)
    assert PeriodAid(CHINA, ALBANIA, 1, 3, 20.0, 0.1).density_in(trajectory) == 0.0


def test_a_share_is_pledged_over_requested():
    trajectory = kept([Status.ALLIED] * 3, [10, 30, 10], [5, 20, 0])
    spread = np.hypot(0.05, observation_settings()["share_discrepancy"])
    expected = log_normal_density(np.array([0.5 - 0.4]), spread)
    observed = ShareGranted(CHINA, ALBANIA, 0, 2, 0.4, 0.05)
    assert observed.density_in(trajectory) == pytest.approx(expected)


def test_a_rate_of_interest_is_that_of_the_credit_agreed():
    trajectory = kept([Status.ALLIED] * 4, [9] * 4, [7, 30, 0, 10], [0.5, 0.02, 0.9, 0.04])
    spread = np.hypot(0.0015, observation_settings()["interest_discrepancy"])
    expected = log_normal_density(np.array([(30 * 0.02 + 10 * 0.04) / 40 - 0.01]), spread)
    observed = InterestAgreed(CHINA, ALBANIA, 1, 3, 0.01, 0.0015)
    assert observed.density_in(trajectory) == pytest.approx(expected)
    never = kept([Status.NONE] * 4, [0] * 4, [0] * 4, 0.02)
    assert observed.density_in(never) == 0.0


def test_the_density_of_a_rate_integrates_to_one():
    rates, pledged = np.linspace(-0.1, 0.14, 2001), np.array([50.0, 2.0])
    densities = [
        np.exp(
            InterestAgreed(CHINA, ALBANIA, 0, 3, rate, 0.0015).density(
                (pledged * np.array([0.02, 0.0]), pledged)
            )
        )
        for rate in rates
    ]
    assert np.trapezoid(densities, rates, axis=0) == pytest.approx(1.0, abs=1e-9)


def test_a_density_by_hand():
    assert log_normal_density(np.array([0.0]), 2.0) == pytest.approx(
        -np.log(2 * np.sqrt(2 * np.pi))
    )
    assert log_normal_density(np.array([2.0]), 2.0) == pytest.approx(
        -0.5 - np.log(2 * np.sqrt(2 * np.pi))
    )


def test_only_targets_are_fitted(record):
    evidence = read_evidence()
    pairs = [(move.pair, move.move) for move in record.moves]
    assert (Country.USSR, Country.ALBANIA) in {pair for pair, _ in pairs}
    assert ((CHINA, ALBANIA), Move.MENDED) not in pairs
    assert ((CHINA, ALBANIA), Move.MENDED) in [(m.pair, m.move) for m in recorded_moves(evidence)]
    sums = {(*a.pair, a.first_quarter): a.value for a in record.of_kind(PeriodAid.kind)}
    assert sums[CHINA, ALBANIA, quarter_of("1956")] == pytest.approx(20.0)
    assert sums[CHINA, ALBANIA, quarter_of("1961")] == pytest.approx(125 + 33.3, abs=0.2)
    assert [share.value for share in record.of_kind(ShareGranted.kind)] == [1.0, 0.0, 0.68, 0.375]
    rates = record.of_kind(InterestAgreed.kind)
    assert [rate.value for rate in rates] == [0.02, 0.005, 0.0, 0.0]
    assert list(rates) == [rate for rate, _ in InterestAgreed.documented(evidence, COMPARED)]


def test_the_record_is_imposed_whatever_the_parameters(record):
    parameters = parameters_at(draw_coordinates(30, 5))
    until = quarter_of("1978-12") + 1
    conditioning = Conditioning(record.moves, 30, until)
    history = simulate(parameters, seed=3, quarters=until, keep=("status",), record=conditioning)
    status = history.arrays["status"]
    assert (status[quarter_of("1961-12"), Country.USSR, ALBANIA] == Status.SPLIT).all()
    assert (status[quarter_of("1961-09"), Country.USSR, ALBANIA] == Status.ESTRANGED).all()
    assert (status[quarter_of("1963-09"), Country.USSR, CHINA] == Status.SPLIT).all()
    assert (status[quarter_of("1978-09"), CHINA, ALBANIA] == Status.SPLIT).all()
    assert (status[quarter_of("1978-12"), CHINA, Country.YUGOSLAVIA] == Status.NONE).all()
    assert (conditioning.log_probability < 0).all()


def test_copies_are_averaged_on_the_scale_of_probabilities(record):
    parameters = parameters_at(draw_coordinates(3, 1), 4)
    weights = log_weights(parameters, record, seed=2).reshape(3, 4)
    most = weights.max(axis=1)
    expected = most + np.log(np.exp(weights - most[:, np.newaxis]).mean(axis=1))
    assert log_likelihood(parameters, record, seed=2, copies=4) == pytest.approx(expected)


def test_silence_is_evidence(record):
    """Without a break on record, parameters that make breaks likely are the less probable."""
    calm = default_parameters(40, break_threshold=1.5, abandonment_threshold=1.5)
    broken = replace(record, figures=())
    silent = replace(broken, moves=tuple(m for m in record.moves if m.move is not Move.SPLIT))
    usual = default_parameters(40)
    assert log_weights(calm, silent, seed=1).mean() > log_weights(usual, silent, seed=1).mean()
    assert log_weights(calm, broken, seed=1).mean() < log_weights(usual, broken, seed=1).mean()
