"""Shared by the tests of the evidence: inputs of the model that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from calibration.evidence.check import Inputs, shipped_inputs


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """A copy of the drivers and the parameter table that a test may spoil."""
    shipped = shipped_inputs()
    drivers = Path(shutil.copytree(shipped.drivers, tmp_path / "drivers"))
    return Inputs(drivers, Path(shutil.copy(shipped.parameters, tmp_path / "parameters.toml")))
