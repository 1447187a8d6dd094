"""``lilliput calibrate fit``: the same seed gives the same draws, and mistakes are told together."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from calibration import fit_command
from calibration.fit_command import calibrate_app, fitted
from calibration.sampler import Effort
from scenarios.draws import read_draws
from simulation.parameters import parameter_table

TINY = Effort(population=24, moves=1, effective_share=0.3, last_moves=2)
runner = CliRunner()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_draws_on_any_number_of_workers():
    one, two = fitted(TINY, 5, workers=1), fitted(TINY, 5, workers=2)
    assert np.array_equal(one.coordinates, two.coordinates)
    assert one.log_evidence == two.log_evidence
    assert one.power == 1
    assert not np.array_equal(one.coordinates, fitted(TINY, 6, workers=1).coordinates)


def test_draws_are_written_with_what_they_are(tmp_path, monkeypatch):
    monkeypatch.setitem(fit_command.EFFORTS, "quick", TINY)
    out = tmp_path / "draws.parquet"
    result = runner.invoke(calibrate_app, ["fit", "--out", str(out), "--seed", "3", "--workers", "1"])
    assert result.exit_code == 0, result.output
    assert list(pd.read_parquet(out).columns) == list(parameter_table())
    manifest = json.loads(out.with_suffix(".json").read_text())
    assert manifest["kind"] == "provisional"
    assert (manifest["seed"], manifest["draws"], manifest["settings"]["population"]) == (3, 24, 24)
    assert len(read_draws(out)) == 24


def test_every_mistake_is_told_and_nothing_written(tmp_path):
    out = tmp_path / "no" / "draws.csv"
    arguments = ["fit", "--out", str(out), "--effort", "quik", "--seed", "-1", "--workers", "0"]
    result = runner.invoke(calibrate_app, arguments)
    assert result.exit_code == 2
    for text in ("5 problems", "did you mean 'quick'", "--seed = -1", "--workers = 0", ".parquet", "exists"):
        assert text in result.output, text
    assert list(tmp_path.iterdir()) == []
