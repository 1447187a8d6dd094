"""Shared by the tests of the guards: a copy of the model's inputs to be spoiled."""

import shutil
from pathlib import Path

import pytest

from calibration.guards.check import Inputs, shipped_inputs


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """A copy of the drivers and the parameter table that a test may spoil."""
    shipped = shipped_inputs()
    drivers = Path(shutil.copytree(shipped.drivers, tmp_path / "drivers"))
    return Inputs(drivers, Path(shutil.copy(shipped.parameters, tmp_path / "parameters.toml")))
