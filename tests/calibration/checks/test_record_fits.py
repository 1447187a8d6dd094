"""Simulated records and their fits: drawn as the likelihood supposes, judged by places of truth."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.checks.recovery import record_fits
from calibration.checks.recovery.coverage import (
    coverage_of,
    most_outside,
    most_wide,
    outside_band,
    pooled,
)
from calibration.checks.recovery.folder import RecordFits, quantity_names, setting_problems
from calibration.checks.recovery.record_fits import (
    break_dates,
    copies_for,
    fit_of_record,
    fit_records,
    places_of,
)
from calibration.checks.recovery.report import rank_report, recovery_report
from calibration.checks.recovery.simulated import (
    seed_of,
    simulated_record,
    windowed,
)
from calibration.cli.check.main import check_app
from calibration.errors import CalibrationError
from calibration.fit import population
from calibration.fit.population import Chains, Effort, begun
from calibration.fit.reference import Reference
from calibration.fit.sampler import sampled
from calibration.likelihood.observations import Record
from simulation.conditioning import Conditioning
from simulation.countries import Country
from simulation.dates import QUARTERS, quarter_of
from simulation.ensemble import simulate
from simulation.parameters import parameter_table
from simulation.state import Move
from simulation.trajectory import MoveTable

DIMENSIONS = len(parameter_table())
TINY = Effort(population=12, copies=1, moves=1, effective_share=0.1, last_moves=2)
PAIR = (Country.ALBANIA, Country.CHINA)


@pytest.fixture(scope="module")
def like(record):
    return record


@pytest.fixture(scope="module")
def fits(like, tmp_path_factory):
    """Two records of the rules' own making, fitted as lightly as can be."""
    made = RecordFits(tmp_path_factory.mktemp("fits"), like, TINY, 3)
    fit_records(made, 2, workers=1)
    return made


@pytest.fixture(scope="module")
def walked(like, tmp_path_factory):
    """The same two records with a few short chains each."""
    made = RecordFits(tmp_path_factory.mktemp("chains"), like, Chains(3, 2, 2, 0.1, 0.3), 3)
    fit_records(made, 2, workers=1)
    return made


def test_a_record_is_addressed_by_seed_and_number(like):
    one = simulated_record(like, DIMENSIONS, seed=3, number=1)
    again = simulated_record(like, DIMENSIONS, seed=3, number=1)
    other = simulated_record(like, DIMENSIONS, seed=3, number=2)
    assert np.array_equal(one.truth, again.truth)
    assert one.record == again.record
    assert not np.array_equal(one.truth, other.truth)
    assert seed_of(3, 1, 1) != seed_of(3, 1, 2) != seed_of(4, 1, 2)


def test_a_record_can_be_imposed_and_its_figures_are_of_the_real_kind(like):
    for number in range(6):
        made = simulated_record(like, DIMENSIONS, seed=5, number=number).record
        conditioning = Conditioning(
            made.moves, 1, quarter_of("1978-12") + 1
        )  # raises if it could not be
        assert conditioning.until == quarter_of("1978-12") + 1
        real, told = (
            sorted((f.name, f.measure, f.parts, f.reading.spread) for f in record.figures)
            for record in (like, made)
        )
        assert told == real
        assert all(figure.other is None for figure in made.figures)


def test_what_is_on_record_of_a_figure_does_not_depend_on_those_after_it(like):
    ordered = sorted(like.figures, key=lambda figure: figure.first_quarter)
    fewer = replace(like, figures=tuple(ordered[:-1]))
    whole, part = (
        simulated_record(record, DIMENSIONS, seed=5, number=1).record for record in (like, fewer)
    )
    assert part == replace(whole, figures=whole.figures[:-1])


def test_a_record_of_nothing_but_silence_is_degenerate(like):
    made = simulated_record(like, DIMENSIONS, seed=5, number=0)
    silent = tuple(
        figure if figure.certain else replace(figure, reading=replace(figure.reading, absent=True))
        for figure in made.record.figures
    )
    assert replace(made, record=Record((), silent)).degenerate
    assert not replace(made, record=Record((), like.figures)).degenerate
    if made.record.moves:
        assert not replace(made, record=Record(made.record.moves, silent)).degenerate


def test_acts_put_on_record_know_what_was_said_before_in_this_record(like):
    for number in range(4):
        made = simulated_record(like, DIMENSIONS, seed=6, number=number).record
        acts = [figure for figure in made.figures if figure.measure == "act"]
        for act in acts:
            before = [
                other
                for other in acts
                if act.series
                and (other.series, other.pair) == (act.series, act.pair)
                and other.first_quarter < act.first_quarter
            ]
            said = (
                max(before, key=lambda other: other.first_quarter).reading.value if before else None
            )
            assert act.previous == said, act.name


def table(quarters, moves):
    columns = [np.array(column, dtype=np.int64) for column in ([0] * len(quarters), quarters)]
    patron, client = [
        np.full(len(quarters), country) for country in (Country.CHINA, Country.ALBANIA)
    ]
    return MoveTable(*columns, patron, client, np.array(moves), patron, patron)


def test_a_move_is_told_by_its_cell_unless_it_shares_it():
    moves = table([9, 20, 21, 133], [Move.FORMED, Move.ESTRANGED, Move.MENDED, Move.ESTRANGED])
    found = windowed(moves, PAIR, 4, 1)
    assert [(move.first_quarter, move.last_quarter) for move in found] == [
        (7, 10),
        (20, 20),
        (21, 21),
        (131, 134),
    ]
    assert [move.move for move in found] == [
        Move.FORMED,
        Move.ESTRANGED,
        Move.MENDED,
        Move.ESTRANGED,
    ]
    assert (
        windowed(moves, PAIR, 40, 0)[-1].last_quarter == 133
    )  # its cell runs beyond the fitted years
    assert windowed(moves, (Country.USSR, Country.CHINA), 4, 1) == []


def test_places_by_hand():
    draws = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    assert places_of(np.array([2.5, 0.0]), draws, np.array([0.5, 0.5])) == pytest.approx(
        [2.5 / 4, 2 / 4]
    )


def test_break_dates_are_those_of_free_histories(like):
    vectors = np.zeros((2, len(parameter_table())))
    dates = break_dates(vectors, 4)
    free = simulate(recovery_parameters(vectors), seed=4, keep=())
    first = free.first_date(Country.USSR, Country.ALBANIA, Move.SPLIT)
    assert dates[2] == pytest.approx(np.nan_to_num(first, nan=QUARTERS).reshape(2, -1).mean(axis=1))


def recovery_parameters(vectors):
    from calibration.checks.recovery.folder import HISTORIES
    from calibration.prior import parameters_at

    return parameters_at(vectors, HISTORIES)


@pytest.mark.slow
def test_results_are_kept_one_by_one_and_do_not_depend_on_workers(fits, tmp_path):
    result = fits.results(2)[0]
    assert set(result["places"]) == set(quantity_names())
    assert all(0 <= place <= 1 for place in result["places"].values())
    other = replace(fits, folder=tmp_path / "two")
    fit_records(other, 2, workers=2)
    for number in range(2):
        one, two = (json.loads(of.path_of(number).read_text()) for of in (fits, other))
        del one["seconds"], two["seconds"]
        assert one == two


def test_a_noisy_record_is_fitted_with_more_copies_up_to_a_limit(like, monkeypatch):
    made = simulated_record(like, len(parameter_table()), seed=3, number=0)
    tried, spreads = [], []

    def estimates(vectors, first, *, copies, **_):
        tried.append(copies)
        return np.linspace(-1, 1, len(vectors)) * spreads[-1] / np.sqrt(copies)

    monkeypatch.setattr(record_fits, "log_likelihoods", estimates)
    for spread, expected in ((1.0, [2]), (5.0, [2, 4]), (100.0, [2, 4, 8, 16])):
        tried.clear()
        spreads.append(spread)
        assert copies_for(made, 2, 3) == expected[-1]
        assert tried == expected


def test_work_cut_short_goes_on_with_what_is_missing(fits):
    kept = fits.path_of(0).read_bytes()
    fits.path_of(1).unlink()
    assert fits.missing(2) == [1]
    heard = []
    fit_records(fits, 2, workers=1, progress=heard.append)
    assert heard == [1, 2]
    assert fits.path_of(0).read_bytes() == kept
    assert fits.missing(2) == []


def test_other_settings_are_refused(fits):
    assert setting_problems(fits, resume=True) == []
    assert len(setting_problems(fits, resume=False)) == 1
    other = replace(fits, seed=4, effort=replace(TINY, moves=3))
    assert [problem.key for problem in setting_problems(other, resume=True)] == ["seed", "effort"]


def test_reports_are_made_of_any_number_of_records(fits, walked):
    results = fits.results(2)
    ranks, _ = rank_report(walked, walked.results(2), 500)
    recovery, _ = recovery_report(fits, results, 2)
    assert ranks.reached is False
    assert "Only 2 of 500" in ranks.finding
    assert "alike in all but name" in ranks.parts[0]
    assert "2 records were simulated" in recovery.finding
    assert "families" in recovery.parts[0]
    assert set(recovery.values["contraction"]) == set(parameter_table())


def test_coverage_is_told_apart_by_what_fits_remember():
    def result(memory, moves, place):
        names = quantity_names()
        rows = {
            "truth": [0.5, 1.0] * len(names),
            "mean": [0.0] * len(names),
            "spread": [1.0] * len(names),
        }
        places = dict.fromkeys(names, place)
        counts = dict.fromkeys(("figures", "seconds", "bridges", "families", "degenerate"), 1)
        return counts | rows | {"memory": memory, "moves": moves, "copies": 16, "places": places}

    held = [
        result(0.1, 20, 0.5),
        result(0.6, 80, 0.99),
        result(0.9, 90, 0.9),
        result(0.25, 50, 0.1),
    ]
    fits = SimpleNamespace(effort=TINY, seed=1, around=None)
    with np.errstate(invalid="ignore"):
        report, _ = recovery_report(fits, held, 4)
    rows = report.parts[2].rows
    assert [row[1:3] for row in rows] == [[1, 20.0], [1, 50.0], [2, 85.0]]
    assert [row[3:] for row in rows] == [[1.0, 1.0], [0.0, 1.0], [0.0, 0.5]]
    assert (
        "2 records whose fits still remembered (0.5 and above), 90 % intervals cover 50.0%"
        in report.finding
    )


def toy_places(records, width):
    """Places of the truth in fits of a normal toy, its draws too narrow or wide by a factor."""
    generator = np.random.default_rng(12)
    effort = Effort(population=200, copies=1, moves=3, effective_share=0.5, last_moves=12)
    places = []
    for number in range(records):
        truth = generator.standard_normal(2)
        seen = truth + 0.6 * generator.standard_normal(2)

        def likelihood(coordinates, evaluated, seen=seen):
            return -0.5 * (((coordinates - seen) / 0.6) ** 2).sum(axis=1)

        start = generator.standard_normal((200, 2))
        drawn = sampled(begun(start, likelihood), likelihood, effort, number, lambda _: None)
        draws = drawn.population.coordinates
        draws = draws.mean(axis=0) + width * (draws - draws.mean(axis=0))
        places.append(places_of(truth, draws, generator.random(2)))
    return np.array(places)


@pytest.fixture
def beside():
    """A distribution beside the prior, and narrower."""
    return Reference("mine", np.full(DIMENSIONS, 0.5), 0.25 * np.eye(DIMENSIONS))


def test_a_record_around_draws_has_its_parameters_there(like, beside):
    plain = simulated_record(like, DIMENSIONS, seed=3, number=1)
    near = simulated_record(like, DIMENSIONS, seed=3, number=1, around=beside)
    assert np.array_equal(plain.drawn, plain.truth)
    assert np.array_equal(near.drawn, plain.drawn)
    assert near.truth == pytest.approx(0.5 + 0.25 * near.drawn)
    assert near.record != plain.record


@pytest.mark.statistical
def test_what_parameters_are_drawn_from_is_the_prior_of_the_fit(like, beside, monkeypatch):
    # Means and spreads of some 300 independent draws, to four errors; the seeds are fixed.
    seen = np.array([0.8, -0.2])
    monkeypatch.setattr(
        record_fits,
        "log_likelihoods",
        lambda some, _, **given: -0.5 * (((some[:, :2] - seen) / 0.3) ** 2).sum(axis=1),
    )
    made = simulated_record(like, DIMENSIONS, seed=3, number=1, around=beside)
    effort = Effort(population=400, copies=1, moves=6, effective_share=0.5, last_moves=30)
    drawn = fit_of_record(made, effort, 3, beside).population.coordinates
    told = beside.placed(drawn)
    precision = 1 / 0.25**2 + 1 / 0.3**2
    assert told[:, :2].mean(axis=0) == pytest.approx(
        (0.5 / 0.25**2 + seen / 0.3**2) / precision, abs=0.05
    )
    assert told[:, :2].std(axis=0) == pytest.approx(precision**-0.5, rel=0.2)
    assert told[:, 2:].mean() == pytest.approx(0.5, abs=0.02)
    assert told[:, 2:].std() == pytest.approx(0.25, rel=0.1)


def test_the_report_says_what_parameters_were_drawn_from(fits, beside):
    rows = fits.results(2)
    plain = recovery_report(fits, rows, 2)[0]
    near = recovery_report(replace(fits, around=beside), rows, 2)[0]
    assert "parameters drawn from the prior, and fitted" in plain.finding
    assert "drawn from a normal distribution around mine, and fitted" in near.finding
    spread = np.array([row["spread"][0] for row in rows])
    name = next(iter(parameter_table()))
    assert plain.values["contraction"][name] == pytest.approx(1 - (spread**2).mean())
    assert near.values["contraction"][name] == pytest.approx(1 - ((spread / 0.25) ** 2).mean())
    assert [
        problem.key for problem in setting_problems(replace(fits, around=beside), resume=True)
    ] == ["around"]


@pytest.mark.statistical
def test_ranks_are_even_for_a_right_sampler_and_uneven_for_a_wrong_one():
    # Each of two quantities leaves its 99.9 % band once in a thousand times, so a right sampler
    # fails once in 500; coverages of 120 fits lie more than 4 standard errors off once in 15,000
    # times each.
    right = toy_places(120, 1.0)
    assert not outside_band(right, 0.999).any()
    for level in (0.5, 0.8, 0.9, 0.95):
        assert np.abs(coverage_of(right, level).distance).max() < 4
    for width in (0.4, 2.5):
        assert outside_band(toy_places(120, width), 0.999).all()


def test_how_many_may_leave_by_chance():
    assert most_outside(100) == 11
    assert most_wide(400) == 11
    alone = np.random.default_rng(6).random((300, 100))
    together = np.repeat(alone[:, :1], 100, axis=1)
    share, error = pooled(coverage_of(alone, 0.9))
    assert abs(share - 0.9) < 4 * error
    assert error == pytest.approx((0.09 / 30_000) ** 0.5, rel=0.25)
    assert pooled(coverage_of(alone[:1], 0.9))[1] == np.inf
    assert pooled(coverage_of(together, 0.9))[1] == pytest.approx((0.09 / 300) ** 0.5, rel=0.25)
    assert coverage_of(np.array([[0.5], [0.3], [0.01], [0.99]]), 0.5).share == pytest.approx([0.5])


@pytest.mark.slow
def test_the_commands_go_on_with_what_is_there_and_tell_all_mistakes(
    fits, walked, monkeypatch, tmp_path
):
    monkeypatch.setitem(population.RECORD_EFFORTS, "usual", TINY)
    options = ["--records", "2", "--seed", "3", "--out", str(tmp_path / "docs")]
    runner = CliRunner()
    monkeypatch.setitem(population.RANK_EFFORTS, "usual", Chains(3, 2, 2, 0.1, 0.3))
    for name, held in (("recovery", fits), ("ranks", walked)):
        told = [name, *options, "--fits", str(held.folder), "--workers", "1"]
        result = runner.invoke(check_app, [*told, "--resume"])
        assert result.exit_code == 0, result.output
        assert (tmp_path / "docs" / f"{name}.md").is_file()
        refused = runner.invoke(check_app, told)
        assert refused.exit_code == 2
    assert "--resume" in refused.output
    mistakes = ["--records", "1", "--effort", "usal", "--workers", "0", "--seed", "x"]
    wrong = runner.invoke(check_app, ["ranks", *mistakes, "--around", str(tmp_path / "none")])
    assert wrong.exit_code == 2
    assert "5 problems" in wrong.output
    assert "did you mean 'usual'" in wrong.output


def test_a_worker_that_dies_is_told(fits, monkeypatch):
    from concurrent.futures.process import BrokenProcessPool

    def broken(*_arguments):
        raise BrokenProcessPool

    monkeypatch.setattr("calibration.fit.workers.worker_processes", broken)
    fits.path_of(1).unlink()
    with pytest.raises(CalibrationError, match=r"1 of 2 are kept"):
        fit_records(fits, 2, workers=2)
    fit_records(fits, 2, workers=1)
