"""The influence of single observations, against cases known by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.checks import influence
from calibration.checks.influence import (
    MEDIAN,
    SHARE,
    Influence,
    Sample,
    headlines,
    influences,
    median_of,
    sample_of,
    weights_without,
)
from calibration.checks.influence_figure import SHOWN, influence_figure, standing_of
from calibration.checks.influence_report import influence_report
from calibration.cli.check.main import check_app
from calibration.fit import population, refit
from calibration.fit.population import Effort, Population
from calibration.likelihood import observations
from calibration.likelihood.observations import (
    EVENT,
    SILENCE,
    Observation,
    evidence_ids,
    fitted_ids,
    fitted_record,
    observations_of,
)
from calibration.prior import draw_coordinates, parameters_at
from scenarios.draws import Draws, columns_of, write_draws
from simulation.countries import Country
from simulation.dates import QUARTERS, quarter_of
from simulation.parameters import parameter_table

PAIR = (Country.USSR, Country.ALBANIA)
ROW = Observation("a row", EVENT, PAIR, 0)
DRAWS = 200
EARLY, LATE = quarter_of("1950-02"), quarter_of("1960-02")
TINY = Effort(population=24, copies=1, moves=1, effective_share=0.3, last_moves=2)


def place(what, pair="albania-ussr"):
    return next(k for k, each in enumerate(headlines()) if (each.what, each.pair) == (what, pair))


@pytest.fixture
def halves():
    """Draws whose first half breaks every pair in 1950, the first parameter low; others in 1960."""
    masses = np.zeros((DRAWS, QUARTERS + 1))
    masses[: DRAWS // 2, EARLY] = 1.0
    masses[DRAWS // 2 :, LATE] = 1.0
    coordinates = np.zeros((DRAWS, len(parameter_table())))
    coordinates[: DRAWS // 2, 0], coordinates[DRAWS // 2 :, 0] = -1.0, 1.0
    return Sample(coordinates, {(each.scenario.name, each.pair): masses for each in headlines()})


def one(sample, log_likelihood, **options):
    return next(influences(sample, [ROW], np.atleast_2d(log_likelihood), 1, **options))


def test_the_headlines_are_five_dates_five_chances_and_two_counterfactuals():
    names = [each.name for each in headlines()]
    assert len(set(names)) == 12
    assert names[-2:] == [
        "albania-ussr broken by 1980, no-new-line-1956",
        "albania-china broken by 1980, no-opening-1971",
    ]
    assert sum(each.what == MEDIAN for each in headlines()) == 5


def test_a_median_lies_within_its_quarter():
    masses = np.zeros((3, QUARTERS + 1))
    masses[0, 10] = 1.0  # all in one quarter: its middle
    masses[1, 10], masses[1, 20] = 0.5, 0.5  # half by the end of a quarter
    masses[2, 10], masses[2, -1] = 0.4, 0.6  # most never
    assert median_of(masses) == pytest.approx([10.5, 11.0, QUARTERS])


def test_an_observation_as_probable_under_every_draw_changes_nothing(halves):
    found = one(halves, np.full(DRAWS, -3.7))
    assert found.shifts == pytest.approx(0, abs=1e-9)
    assert found.effective == pytest.approx(DRAWS)
    assert (found.pareto_k, found.reliable, found.moved_by) == (
        0.0,
        True,
        pytest.approx(0, abs=1e-9),
    )
    assert not any(found.clear(k) for k in range(len(headlines())))


def test_an_observation_that_fits_one_half_only_hands_over_to_the_other(halves):
    probable = np.where(np.arange(DRAWS) < DRAWS // 2, 0.0, -40.0)
    found = one(halves, probable)
    before = halves.results(np.full(DRAWS, 1 / DRAWS))[place(MEDIAN)]
    assert before == pytest.approx(EARLY + 1)
    assert found.shifts[place(MEDIAN)] == pytest.approx(LATE + 0.5 - before)
    assert found.shifts[place(SHARE)] == pytest.approx(0, abs=1e-9)
    assert (found.moved, found.moved_by) == (next(iter(parameter_table())), pytest.approx(1.0))
    assert found.effective == pytest.approx(DRAWS / 2)
    assert not found.reliable  # weights that jump like this are not to be relied on
    assert standing_of(found, place(MEDIAN)) == "weights fail"


def test_a_mild_observation_shifts_by_its_weights_and_tells_its_error():
    """Normal draws, an observation leaning right: without it the mean goes back by a known way."""
    generator = np.random.Generator(np.random.Philox(7))
    coordinates = np.zeros((4000, len(parameter_table())))
    coordinates[:, 3] = generator.standard_normal(4000)
    masses = np.zeros((4000, QUARTERS + 1))
    masses[
        np.arange(4000), np.clip(np.round(70 + 8 * coordinates[:, 3]), 0, QUARTERS).astype(int)
    ] = 1.0
    sample = Sample(coordinates, {(each.scenario.name, each.pair): masses for each in headlines()})
    found = one(
        sample, 0.5 * coordinates[:, 3]
    )  # weights exp(-x / 2) move a standard normal by -1/2
    assert found.reliable
    assert found.moved == list(parameter_table())[3]
    assert abs(found.moved_by + 0.5) < 4 * found.moved_error < 0.2
    assert abs(found.shifts[place(MEDIAN)] + 4) < 4 * found.errors[place(MEDIAN)] < 2
    assert found.clear(place(MEDIAN))
    assert found.most(MEDIAN) in range(5)


def test_where_weights_fail_a_kept_fit_takes_their_place(halves):
    probable = np.where(np.arange(DRAWS) < DRAWS // 2, 0.0, -40.0)
    late = np.arange(DRAWS) >= DRAWS // 2
    other = Sample(
        halves.coordinates[late], {key: held[late] for key, held in halves.breaks.items()}
    )
    asked = []

    def kept(number):
        asked.append(number)
        return other

    found = one(halves, probable, kept=kept)
    assert asked == [0]
    assert found.refitted
    assert found.reliable
    assert found.effective == pytest.approx(DRAWS / 2)
    assert found.shifts[place(MEDIAN)] == pytest.approx(LATE + 0.5 - EARLY - 1)
    one(halves, np.zeros(DRAWS), kept=kept)
    assert asked == [0]  # not asked where weights serve


def test_weights_are_those_of_leave_one_out():
    generator = np.random.Generator(np.random.Philox(3))
    log_likelihood = generator.standard_normal((4, 300))
    weights, pareto = weights_without(log_likelihood)
    plain = np.exp(-log_likelihood) / np.exp(-log_likelihood).sum(axis=1, keepdims=True)
    assert weights == pytest.approx(plain, rel=0.5)
    assert weights.sum(axis=1) == pytest.approx(1)
    assert (pareto < 0.7).all()


def test_free_histories_are_those_of_a_run_draw_by_draw():
    drawn = Draws(columns_of(parameters_at(draw_coordinates(5, 3) * 0.3)), "x", "prior")
    sample = sample_of(drawn, 3, 1)
    assert sample.coordinates == pytest.approx(draw_coordinates(5, 3) * 0.3, abs=1e-6)
    held = sample.breaks["historical", "albania-yugoslavia"]
    assert held.shape == (5, QUARTERS + 1)
    assert held.sum(axis=1) == pytest.approx(1)
    alone = sample_of(Draws(drawn.frame.iloc[:1], "x", "prior"), 1, 1)
    quarter = int(np.argmax(alone.breaks["historical", "albania-yugoslavia"]))
    assert (
        held[0, quarter] >= 1 / 3 - 1e-12
    )  # its first history has the same draw and the same shocks


def test_every_observation_is_traced_to_rows_of_the_evidence(evidence, record):
    known = {row.id for _, row in evidence.rows()}
    ids = evidence_ids(evidence, record)
    assert list(ids) == list(observations_of(record))
    for row, found in ids.items():
        assert set(found) <= known
        assert bool(found) or (row.kind == SILENCE and row.place == 0)
    sums = [row for row in ids if row.kind == "aid"]
    assert any(len(ids[row]) > 1 for row in sums)
    acts = [row for row in ids if row.kind == "support"]
    assert [ids[row] for row in acts] == [(row.name,) for row in acts]
    (answer,) = (row for row in ids if row.name == "answer-china-1965")
    assert "china-albania-1965-fyp4-asked-250m" in ids[answer]
    assert {name for found in ids.values() for name in found} == fitted_ids(evidence)


def fake(name, shift, error, pareto=0.1, refitted=False):
    shifts, errors = np.zeros(12), np.zeros(12)
    shifts[0], errors[0] = shift, error
    row = Observation(name, EVENT, PAIR, 0)
    return Influence(row, pareto, refitted, 50.0, shifts, errors, "grant_value", 0.1, 0.05)


def test_the_finding_tells_leaders_failures_and_chance(origin, halves):
    rows = [fake("a", 1.0, 0.1), fake("b", -3.0, 2.0), fake("c", 9.0, 0.1, pareto=1.2)]
    rows.append(fake("d", 0.5, 0.1, pareto=0.9, refitted=True))
    ids = {row.observation: (f"row-{row.observation.name}",) for row in rows}
    report, _ = influence_report(rows, halves, ids, origin)
    for text in (
        "a moves a date most (albania-yugoslavia median date: +1.0 ± 0.1 quarters;",
        "0.1 quarters; evidence row-a)",
        "and none moves a probability by more than chance.",
        "For 1 of 4 observations",
        "not to be relied on: c.",
        "For 1 observation a fit made without it took the place of weights.",
        "For 1 of 4 no shift can be told from chance",
    ):
        assert text in report.finding, text
    told = dict(report.values)["observations"]
    assert told["c"]["reliable"] is False
    assert told["d"]["evidence"] == ["row-d"]
    nothing, _ = influence_report([fake("b", -3.0, 2.0)], halves, ids, origin)
    assert "reliably, none moves a date" in nothing.finding


def one_pair(evidence):
    record = fitted_record(evidence)
    moves = tuple(move for move in record.moves if set(move.pair) == {0, 2})
    return replace(record, moves=moves[:1], figures=record.figures[:1])


@pytest.fixture
def check(tmp_path, monkeypatch):
    path = tmp_path / "draws" / "prior.parquet"
    write_draws(columns_of(parameters_at(draw_coordinates(20, 3) * 0.3)), {"kind": "prior"}, path)
    monkeypatch.setattr(observations, "fitted_record", one_pair)

    def called(*arguments, out="reports"):
        told = [
            "influence",
            "--draws",
            str(path),
            "--out",
            str(tmp_path / out),
            *map(str, arguments),
        ]
        return CliRunner().invoke(check_app, told)

    return called


def test_the_command_leaves_a_report_that_is_the_same_each_time(check, tmp_path):
    arguments = ("--replicates", 1, "--copies", 1, "--seed", 2, "--cache", tmp_path / "none")
    for out in ("reports", "again"):
        result = check(*arguments, out=out)
        assert result.exit_code == 0, result.output
    first, again = (
        json.loads((tmp_path / out / "influence.json").read_text("utf-8"))
        for out in ("reports", "again")
    )
    assert first == again
    text = (tmp_path / "reports" / "influence.md").read_text("utf-8")
    assert first["finding"] in " ".join(text.split())
    assert len(first["values"]["observations"]) == 8
    assert first["origin"]["settings"]["copies"] == 1
    assert (tmp_path / "reports" / "figures" / "influence-rows.svg").is_file()


@pytest.mark.slow
def test_the_command_uses_fits_that_leave_one_out_keeps(check, tmp_path, monkeypatch):
    wanted = []

    def kept(refit, effort, seed, folder):
        wanted.append((refit.name, effort, seed, folder))
        coordinates = draw_coordinates(6, 5) * 0.3
        return Population(coordinates, np.zeros(6), np.arange(6), 1.0, 0.0, 6, np.zeros(6))

    monkeypatch.setattr(influence, "MOST_K", -np.inf)
    monkeypatch.setattr(refit, "kept_population", kept)
    monkeypatch.setitem(population.WITHOUT_EFFORTS, "quick", TINY)
    result = check("--replicates", 1, "--copies", 1, "--seed", 2, "--cache", tmp_path / "kept")
    assert result.exit_code == 0, result.output
    assert len(wanted) == 8
    assert wanted[0][0].startswith("without-")
    assert {(effort, seed, folder) for _, effort, seed, folder in wanted} == {
        (TINY, 2, tmp_path / "kept")
    }
    told = json.loads((tmp_path / "reports" / "influence.json").read_text("utf-8"))["values"][
        "observations"
    ]
    assert all(
        row["refitted"] and row["effective_size"] == pytest.approx(6) for row in told.values()
    )


def test_every_mistake_is_told_and_nothing_written(check, tmp_path):
    result = check("--replicates", 0, "--copies", "x", "--refit", "quik", "--seed", -1)
    assert result.exit_code == 2, result.output
    for text in ("4 problems", "--replicates", "--copies", "did you mean 'quick'", "--seed"):
        assert text in result.output, text
    assert not (tmp_path / "reports").exists()


def test_the_picture_has_room_for_so_many_and_all_for_which_weights_fail(halves):
    rows = [fake(f"row {n}", 1.0 + n, 0.1) for n in range(SHOWN + 4)]
    failing = fake("failing", 9.0, 0.1, pareto=1.2)
    names = [
        label.get_text() for label in influence_figure([*rows, failing]).axes[0].get_yticklabels()
    ]
    assert len(names) == SHOWN + 1
    assert "failing" in names
    assert f"row {SHOWN}" not in names
