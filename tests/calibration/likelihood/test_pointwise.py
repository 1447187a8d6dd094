"""Single observations: they multiply to the whole, and what is foreseen is what is scored."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.evidence.record import first_status
from calibration.likelihood.likelihood import doubt_of
from calibration.likelihood.observations import (
    EVENT,
    FIGURES,
    KINDS,
    SILENCE,
    documented_quarters,
    moves_of,
    observations_of,
)
from calibration.likelihood.pointwise import Pointwise, foreseen, log_parts, pointwise_of
from calibration.likelihood.readings import log_density
from calibration.prior import draw_coordinates, parameters_at, with_fixed
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.state import Status
from tests.calibration.likelihood.weights import log_weights

COORDINATES = draw_coordinates(6, 4) * 0.5


@pytest.fixture(scope="module")
def held(record):
    return pointwise_of(COORDINATES, record, seed=5, copies=3)


def test_every_part_of_the_record_is_one_observation(record):
    rows = observations_of(record)
    counts = {kind: sum(row.kind == kind for row in rows) for kind in KINDS}
    figures = {kind: len(record.of_kind(kind)) for kind in FIGURES}
    assert counts == {EVENT: len(record.moves), SILENCE: 6, **figures}
    assert len({row.name for row in rows}) == len(rows)
    assert sum(len(moves_of(record.moves, row.pair)) for row in rows if row.kind == SILENCE) == len(
        record.moves
    )
    assert first_status((Country.USSR, Country.YUGOSLAVIA)) is Status.ALLIED
    assert first_status((Country.USSR, Country.ALBANIA)) is Status.NONE


def test_preferred_dates_lie_within_their_windows(evidence, record):
    dates = documented_quarters(evidence, record)
    assert set(dates) == set(record.moves)
    assert all(move.first_quarter <= date <= move.last_quarter for move, date in dates.items())
    assert quarter_of("1961-12") in dates.values()


def test_single_observations_multiply_to_the_whole_record(record, held):
    weights = log_weights(parameters_at(COORDINATES, 3), record, seed=5)
    assert held.total.ravel() == pytest.approx(weights, abs=1e-9)


def test_a_record_that_ends_early_is_not_told_apart(record):
    with pytest.raises(ValueError, match="ends early"):
        pointwise_of(COORDINATES, record.before(quarter_of("1962")), seed=5, copies=3)


def test_what_a_figure_was_compared_with_is_kept_beside_its_probability(record, held):
    place = next(k for k, figure in enumerate(record.figures) if figure.name == "aid-ussr-1959")
    figure, row = record.figures[place], place - len(record.figures)
    doubt = doubt_of(record, parameters_at(COORDINATES, 3), 5, 0)
    misjudged = figure.rate_spread * doubt[figure.currency].reshape(6, 3)
    error = figure.reading.value - (held.amounts[place] - misjudged)
    expected = log_density(error, figure.whole_spread(doubt).reshape(6, 3))
    seen = held.log_weights[row] - expected
    assert ((seen > np.log(0.02)) & (seen < 0)).all()  # the chance that it was noticed at all
    assert (np.exp(held.amounts[place]) > 1).all()


def test_a_move_with_a_window_of_one_quarter_is_scored_by_what_was_foreseen(record, held):
    rows = observations_of(record)
    place = next(
        place for place, row in enumerate(rows) if row.name == "albania-ussr break 1961 Q4"
    )
    move = moves_of(record.moves, rows[place].pair)[rows[place].place]
    assert move.first_quarter == move.last_quarter
    chances = foreseen(COORDINATES, record, rows[place], seed=5, copies=3)
    assert np.log(chances[move.move][move.first_quarter]) == pytest.approx(
        held.log_weights[place].ravel()
    )


def test_what_is_foreseen_begins_after_the_move_before_and_is_a_probability(record):
    row = next(row for row in observations_of(record) if row.name == "albania-ussr break 1961 Q4")
    before = moves_of(record.moves, row.pair)[row.place - 1]
    chances = foreseen(COORDINATES, record, row, seed=5, copies=1)
    together = sum(chances.values())
    assert (together[: before.first_quarter + 1] == 0).all()
    assert (together[before.last_quarter + 1] > 0).all()
    assert (together.sum(axis=0) <= 1 + 1e-12).all()


def test_a_silence_is_foreseen_by_staying(record, held):
    rows = observations_of(record)
    place = next(
        place for place, row in enumerate(rows) if row.name.startswith("yugoslavia-china silent")
    )
    chances = foreseen(COORDINATES, record, rows[place], seed=5, copies=3)
    staying = 1 - sum(chance.sum(axis=0) for chance in chances.values())
    assert staying == pytest.approx(np.exp(held.log_weights[place].ravel()), abs=1e-12)


def test_one_observation_given_the_others_by_hand():
    own, rest = np.log(np.array([[0.5, 0.1]])), np.log(np.array([[0.2, 0.6]]))
    made = Pointwise(np.stack([own, rest]), np.empty((0, 1, 2)))
    expected = (0.5 * 0.2 + 0.1 * 0.6) / (0.2 + 0.6)
    assert np.exp(made.log_likelihood[0, 0]) == pytest.approx(expected)
    assert made.weights_without(0)[0] == pytest.approx([0.25, 0.75])


def test_parameters_held_fixed_change_the_parts(record):
    small = replace(record, figures=())
    drawn = parameters_at(COORDINATES[:2])
    fixed = with_fixed(drawn, {"dispute_threshold": 1.0})
    assert (fixed["dispute_threshold"] == 1.0).all()
    assert (fixed["break_slope"] == drawn["break_slope"]).all()
    plain, _ = log_parts(drawn, small, seed=1)
    other, _ = log_parts(fixed, small, seed=1)
    assert plain.shape == (len(small.moves) + 6, 2)
    assert not np.allclose(plain, other)
