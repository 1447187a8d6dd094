"""The likelihood of the record: what it compares, and how it averages."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.evidence.record import recorded_moves
from calibration.likelihood.likelihood import (
    currency_doubt,
    doubt_of,
    mean_weight,
)
from calibration.likelihood.observations import FIGURES, QUARTERS
from calibration.likelihood.quantities import COMPARED_ARRAYS
from calibration.likelihood.readings import log_density
from calibration.prior import draw_coordinates, parameters_at
from simulation.conditioning import Conditioning
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.ensemble import simulate
from simulation.parameters import default_parameters
from simulation.state import Move, Status
from simulation.trajectory import MoveTable, Trajectory
from tests.calibration.likelihood.weights import log_weights

CHINA, ALBANIA = Country.CHINA, Country.ALBANIA


def idle():
    """A history in which nobody asks, grants or backs anything."""
    shape = (QUARTERS, 4, 4, 1)
    arrays = {name: np.zeros(shape) for name in COMPARED_ARRAYS}
    arrays |= {"attention": np.ones(shape)}
    return Trajectory(0, 1, arrays, MoveTable.joined([]), None)


def test_only_targets_are_fitted(evidence, record):
    pairs = [(move.pair, move.move) for move in record.moves]
    assert (Country.USSR, ALBANIA) in {pair for pair, _ in pairs}
    assert ((CHINA, ALBANIA), Move.MENDED) not in pairs
    assert ((CHINA, ALBANIA), Move.MENDED) in [(m.pair, m.move) for m in recorded_moves(evidence)]
    assert {figure.kind for figure in record.figures} == set(FIGURES)
    assert record.of_kind("support", "aid") == tuple(
        figure for figure in record.figures if figure.kind in ("support", "aid")
    )


def test_a_history_that_avoids_the_exchange_is_charged_for_all_that_is_on_record(record):
    """Nothing is skipped: where nothing was agreed, whatever is told to have been is an error."""
    nothing, doubt = idle(), doubt_of(record, default_parameters(), 1, 0)
    for figure in record.figures:
        found = figure.density_in(nothing, doubt)
        assert np.isfinite(found).all(), figure.name
        if figure.certain:
            continue
        if figure.reading.value is None:
            assert found <= np.log(0.02), figure.name
        else:
            most = log_density(np.zeros(1), figure.whole_spread(doubt))
            assert found <= np.log(0.02) + most, figure.name
    some = [figure for figure in record.figures if figure.measure == "agreement"]
    assert {figure.reading.value for figure in some} == {0.0, 1.0}
    for figure in some:
        expected = np.log(0.02 if figure.reading.value else 0.98)
        assert figure.density_in(nothing) == pytest.approx([expected])


def test_a_history_without_alliances_makes_the_figures_less_probable(record):
    parameters = default_parameters(8, loose_tie=0.0)  # nothing goes on but among allies

    def figures_given(moves):
        history = simulate(
            parameters,
            seed=2,
            quarters=QUARTERS,
            keep=COMPARED_ARRAYS,
            record=Conditioning(moves, 8, QUARTERS),
        )
        return sum(figure.density_in(history) for figure in record.of_kind("aid", "answer"))

    assert (figures_given(record.moves) > figures_given(()) + 20).all()


def test_the_error_of_a_currency_is_addressed_by_currency_and_replicate(record):
    whole = currency_doubt(record, 11, 5, 0)
    currencies = {figure.currency for figure in record.figures} - {""}
    assert set(whole) == currencies == {
        "million old rubles", "million new rubles", "million yuan"
    }  # fmt: skip
    for start in (1, 4, 6):
        part = currency_doubt(record, 11 - start, 5, start)
        assert all(np.array_equal(part[name], whole[name][start:]) for name in whole)
    assert len({float(errors[0]) for errors in whole.values()}) == 3
    assert not np.array_equal(
        currency_doubt(record, 11, 6, 0)["million yuan"], whole["million yuan"]
    )


@pytest.mark.statistical
def test_the_error_of_a_currency_is_standard_normal(record):
    # Of 40,000 errors the mean has a standard error of 0.005, the spread of 0.0035: off by 0.02
    # about once in ten thousand times.
    for errors in currency_doubt(record, 40_000, 2, 0).values():
        assert errors.mean() == pytest.approx(0, abs=0.02)
        assert errors.std() == pytest.approx(1, abs=0.02)


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


def test_copies_are_averaged_on_the_scale_of_probabilities():
    weights = np.log([[1.0, 2.0, 6.0], [4.0, 4.0, 4.0]])
    assert mean_weight(weights - 1e4) == pytest.approx(np.log([3.0, 4.0]) - 1e4)


def test_silence_is_evidence(record):
    """Without a break on record, parameters that make breaks likely are the less probable."""
    calm = default_parameters(40, break_threshold=1.5, abandonment_threshold=1.5)
    broken = replace(record, figures=())
    silent = replace(broken, moves=tuple(m for m in record.moves if m.move is not Move.SPLIT))
    usual = default_parameters(40)
    assert log_weights(calm, silent, seed=1).mean() > log_weights(usual, silent, seed=1).mean()
    assert log_weights(calm, broken, seed=1).mean() < log_weights(usual, broken, seed=1).mean()


def test_a_record_known_to_a_date_holds_what_had_passed_and_moves_whose_window_had_opened(record):
    early = record.before(quarter_of("1962"))
    assert {move.last_quarter < early.until for move in early.moves} == {True, False}
    assert all(move.first_quarter < early.until for move in early.moves)
    ends = {figure: max(part.last_quarter for part in figure.parts) for figure in record.figures}
    assert set(early.figures) == {figure for figure, end in ends.items() if end < early.until}
    assert 0 < len(early.figures) < len(record.figures)
    prints = {record.before(quarter_of(date)).fingerprint for date in ("1962", "1962-04")}
    assert len(prints | {record.fingerprint}) == 3
    assert replace(record, until=QUARTERS).fingerprint == record.fingerprint


def test_the_longer_the_record_of_moves_the_less_probable_it_is(record):
    parameters = parameters_at(0.3 * draw_coordinates(3, 5), 4)
    moves = replace(record, figures=())
    logs = [
        log_weights(parameters, known, seed=2)
        for known in (moves.before(quarter_of("1949")), moves.before(quarter_of("1962")), moves)
    ]
    assert (logs[0] > logs[1]).all()
    assert (logs[1] > logs[2]).all()
