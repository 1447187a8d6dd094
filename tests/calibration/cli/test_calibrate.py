"""``lilliput calibrate fit``: same seed, same draws, killed and resumed or not; its mistakes."""

import json
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from calibration.cli.calibrate import calibrate_app
from calibration.errors import CalibrationError
from calibration.evidence.reading import read_evidence
from calibration.fit import draw
from calibration.fit.draw import draw_posterior
from calibration.fit.near import near_of
from calibration.fit.population import EFFORTS, Effort
from calibration.fit.posterior import (
    checkpoint_path,
    finished_draws,
    fit_settings,
    read_checkpoint,
    write_checkpoint,
)
from calibration.fit.reference import reference_of
from calibration.likelihood.observations import fitted_record
from calibration.prior import coordinates_of_draws
from scenarios.draws import read_draws
from simulation.parameters import parameter_table

TINY = Effort(population=24, copies=2, moves=1, effective_share=0.06, last_moves=3)
runner = CliRunner()
#: A fit that is killed, by itself and outright, as soon as its second step is on the disk.
KILLED = """
import os, signal
from pathlib import Path
from calibration.fit import draw
from calibration.evidence.reading import read_evidence
from calibration.fit.draw import draw_posterior
from calibration.fit.posterior import fit_settings
from calibration.fit.population import Effort
from calibration.likelihood.observations import fitted_record
if __name__ == "__main__":
    effort = {effort!r}
    record = fitted_record(read_evidence())
    settings = fit_settings(effort, "tiny", 5, record)
    write_checkpoint = draw.write_checkpoint
    def write_and_die(sampling, *more):
        write_checkpoint(sampling, *more)
        if sampling.steps == 2:
            os.kill(os.getpid(), signal.SIGKILL)
    draw.write_checkpoint = write_and_die
    draw_posterior(record, effort, settings, Path({out!r}), workers=2)
"""


def tiny_fit(out, seed=5, reference=None, near=None, **options):
    record = fitted_record(read_evidence())
    names = {"reference": reference and reference.name, "near": near and near.name}
    settings = fit_settings(TINY, "tiny", seed, record, **names)
    begin = {"reference": reference, "near": near}
    return draw_posterior(record, TINY, settings, out, **begin, **{"workers": 1} | options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A fit made in one go."""
    out = tmp_path_factory.mktemp("whole") / "draws.parquet"
    return out, *tiny_fit(out)


def same_files(one, other):
    assert one.read_bytes() == other.read_bytes()
    assert one.with_suffix(".json").read_bytes() == other.with_suffix(".json").read_bytes()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_files_on_any_number_of_workers(whole, tmp_path):
    out, draws, sampling = whole
    tiny_fit(tmp_path / "two.parquet", workers=2)
    same_files(out, tmp_path / "two.parquet")
    assert sampling.population.power == 1
    other, _ = tiny_fit(tmp_path / "other.parquet", seed=6)
    assert other.id != draws.id


@pytest.mark.slow
def test_a_fit_killed_outright_and_resumed_ends_in_the_same_files(whole, tmp_path):
    out, _, sampling = whole
    mine, script = tmp_path / "draws.parquet", tmp_path / "killed.py"
    script.write_text(KILLED.format(effort=TINY, out=str(mine)))
    killed = subprocess.run([sys.executable, str(script)], check=False)
    assert killed.returncode == -signal.SIGKILL
    held = read_checkpoint(checkpoint_path(mine))
    assert held is not None
    assert held[0].steps == 2 < sampling.steps
    assert not mine.exists()
    tiny_fit(mine, resume=True)
    same_files(out, mine)
    assert not checkpoint_path(mine).exists()


@pytest.mark.slow
def test_a_fit_may_begin_with_other_draws(whole, tmp_path):
    draws = reference_of(whole[1])
    out, cut = tmp_path / "nearer.parquet", tmp_path / "cut.parquet"
    nearer, sampling = tiny_fit(out, reference=draws)
    manifest = json.loads(out.with_suffix(".json").read_text())
    assert manifest["reference"] == draws.name
    assert nearer.id != whole[1].id
    assert np.isfinite(manifest["log_evidence"])
    assert len(read_draws(out)) == len(sampling.population.coordinates) == 24
    write = draw.write_checkpoint

    def write_and_stop(reached, *more):
        write(reached, *more)
        if reached.steps == 2:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draw, "write_checkpoint", write_and_stop)
        with pytest.raises(KeyboardInterrupt):
            tiny_fit(cut, reference=draws)
    with pytest.raises(CalibrationError, match="reference"):  # begun elsewhere, not gone on with
        tiny_fit(cut, resume=True)
    tiny_fit(cut, reference=draws, resume=True)
    same_files(out, cut)


@pytest.mark.slow
def test_a_fit_may_go_on_with_the_draws_of_another(whole, record, tmp_path):
    near = near_of(whole[1], record)
    out, cut = tmp_path / "on.parquet", tmp_path / "cut.parquet"
    _, sampling = tiny_fit(out, seed=6, reference=reference_of(whole[1]), near=near)
    manifest = json.loads(out.with_suffix(".json").read_text())
    assert (manifest["near"], sampling.powers) == (whole[1].id, (1.0,))
    assert sampling.steps == TINY.last_moves
    for told in ("log_evidence", "log_evidence_error", "families"):
        assert manifest[told] == whole[1].manifest[told], told
    # What has not moved yet stands where a draw stood.
    begun = coordinates_of_draws(whole[1].frame)
    moved = np.abs(sampling.before[:, : begun.shape[1]] - begun).max(axis=1)
    assert moved == pytest.approx(0, abs=1e-6)
    tiny_fit(cut, seed=6, reference=reference_of(whole[1]), near=near, workers=2)
    same_files(out, cut)


def test_draws_to_go_on_with_are_of_the_same_rules_and_record(whole, record):
    other = replace(whole[1], manifest=whole[1].manifest | {"rules": "others", "families": 0})
    with pytest.raises(CalibrationError) as caught:
        near_of(other, record)
    assert [problem.key for problem in caught.value.problems] == ["rules", "families"]
    with pytest.raises(CalibrationError, match="effective_size_of"):
        near_of(replace(whole[1], manifest=whole[1].manifest | {"effective_size_of": None}), record)
    with pytest.raises(CalibrationError, match="record"):
        near_of(whole[1], replace(record, figures=record.figures[1:]))
    prior = replace(whole[1], manifest={})
    with pytest.raises(CalibrationError, match="7 problems"):
        near_of(prior, record)


def test_draws_are_worth_no_more_than_what_they_forgot_allows(whole, record):
    near = near_of(whole[1], record)
    earlier = np.array(list(whole[1].manifest["effective_size_of"].values()))
    sizes, nought = np.full(len(earlier), 500.0), np.zeros(len(earlier))
    assert near.worth(sizes, nought) == pytest.approx(sizes)
    assert near.worth(sizes, nought + 1) == pytest.approx(1 / (1 / 500 + 1 / earlier))


@pytest.mark.slow
def test_the_command_goes_on_with_draws(whole, tmp_path, monkeypatch):
    monkeypatch.setitem(EFFORTS, "quick", TINY)
    out, options = tmp_path / "on.parquet", ["fit", "--seed", "6", "--workers", "1"]
    result = runner.invoke(calibrate_app, [*options, "--near", str(whole[0]), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert f"log evidence {whole[1].manifest['log_evidence']:.2f}" in result.output
    assert read_draws(out).manifest["near"] == whole[1].id
    missing = [
        *options,
        "--near",
        str(tmp_path / "none.parquet"),
        "--out",
        str(tmp_path / "b.parquet"),
    ]
    refused = runner.invoke(calibrate_app, missing)
    assert refused.exit_code == 2
    assert not (tmp_path / "b.parquet").exists()


def test_the_draws_to_go_on_with_are_repeated_in_order(whole, record):
    near = near_of(whole[1], record)
    assert near.places(48).tolist() == np.repeat(np.arange(24), 2).tolist()
    assert near.places(8).tolist() == list(range(0, 24, 3))


def test_draws_are_written_with_what_they_are(whole):
    out, draws, sampling = whole
    assert list(pd.read_parquet(out).columns) == list(parameter_table())
    manifest = json.loads(out.with_suffix(".json").read_text())
    assert (manifest["kind"], manifest["id"]) == ("provisional", draws.id)
    assert (manifest["seed"], manifest["draws"], manifest["settings"]["population"]) == (5, 24, 24)
    assert manifest["log_evidence"] == pytest.approx(sampling.population.log_evidence, abs=1e-3)
    assert 0 < manifest["log_evidence_error"] < 1
    assert set(manifest["effective_size_of"]) == set(parameter_table())
    assert manifest["evidence_overlay"] is None
    assert len(read_draws(out)) == 24


def test_draws_already_there_are_kept_unless_told_otherwise(whole, tmp_path):
    out, draws, _ = whole
    with pytest.raises(CalibrationError, match="--overwrite"):
        tiny_fit(out)
    assert read_draws(out).id == draws.id


def test_a_fit_that_is_finished_needs_no_resuming(whole, record, tmp_path, monkeypatch):
    """It may be killed after its last step is on the disk, and before the command has ended."""
    out, _, _ = whole
    monkeypatch.setitem(EFFORTS, "quick", TINY)
    options = ["fit", "--seed", "5", "--out", str(tmp_path / "draws.parquet"), "--resume"]
    tiny = fit_settings(TINY, "quick", 5, record)
    made, _ = draw_posterior(record, TINY, tiny, tmp_path / "draws.parquet", workers=1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = runner.invoke(calibrate_app, options)
    assert (again.exit_code, again.stderr) == (0, "")
    assert f"{made.id}, are in" in again.stdout
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    with pytest.raises(CalibrationError) as caught:
        finished_draws(out, tiny)
    assert [problem.key for problem in caught.value.problems] == ["effort"]


def test_an_unfinished_fit_is_neither_passed_over_nor_resumed_with_other_settings(
    whole, record, tmp_path
):
    out, _, sampling = whole
    mine = tmp_path / "draws.parquet"
    write_checkpoint(sampling, fit_settings(TINY, "tiny", 5, record), checkpoint_path(mine))
    with pytest.raises(CalibrationError, match="--resume goes on"):
        tiny_fit(mine)
    with pytest.raises(CalibrationError) as caught:
        draw_posterior(
            record,
            replace(TINY, moves=2),
            fit_settings(replace(TINY, moves=2), "tiny", 6, record),
            mine,
            resume=True,
        )
    assert [problem.key for problem in caught.value.problems] == ["seed", "settings"]
    tiny_fit(mine, resume=True)
    same_files(out, mine)


def test_a_torn_checkpoint_is_told(tmp_path):
    mine = tmp_path / "draws.parquet"
    checkpoint_path(mine).write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(CalibrationError, match="a whole checkpoint"):
        tiny_fit(mine, resume=True)


@pytest.mark.slow
def test_the_command_writes_where_it_says(monkeypatch, tmp_path):
    monkeypatch.setitem(EFFORTS, "quick", TINY)
    monkeypatch.chdir(tmp_path)
    result = runner.invoke(calibrate_app, ["fit", "--seed", "5", "--workers", "1"])
    assert result.exit_code == 0, result.output
    assert "24 draws, provisional-" in result.output
    assert "give or take" in result.output
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == [
        "fit-quick-5.json",
        "fit-quick-5.parquet",
    ]


def test_every_mistake_is_told_and_nothing_written(tmp_path):
    out = tmp_path / "no" / "draws.csv"
    arguments = ["fit", "--out", str(out), "--effort", "quik", "--seed", "-1", "--workers", "0"]
    result = runner.invoke(calibrate_app, [*arguments, "--evidence", str(tmp_path / "none")])
    assert result.exit_code == 2
    for text in (
        "6 problems",
        "did you mean 'quick'",
        "--seed = '-1'",
        "--workers = '0'",
        ".parquet",
        "exists",
        "overlay",
    ):
        assert text in result.output, text
    assert list(tmp_path.iterdir()) == []


def test_rows_are_published_in_an_order_of_no_meaning(whole):
    _, draws, sampling = whole
    first = next(iter(parameter_table()))
    in_order = np.argsort(sampling.population.coordinates[:, 0])
    published = np.argsort(draws.frame[first].to_numpy())
    assert not np.array_equal(in_order, published)
    assert sorted(in_order) == sorted(published)
