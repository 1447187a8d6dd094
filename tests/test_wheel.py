"""The wheel holds all that a run needs: installed into an empty folder, it runs from anywhere."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_run_from_the_wheel_alone(tmp_path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    site = tmp_path / "site"
    source = tmp_path / "source"
    for name in ("simulation", "scenarios", "calibration"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--wheel-dir", tmp_path, source], check=True, cwd=tmp_path
    )
    (wheel,) = tmp_path.glob("lilliput-*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", site, wheel], check=True, cwd=tmp_path
    )
    code = (
        "import sys, simulation; print(simulation.__file__);"
        "from calibration.cli.main import main; main(sys.argv[1:])"
    )
    arguments = ["run", "no-opening-1971", "--replicates", "20", "--json"]
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    place, _, told = run.stdout.partition("\n")
    assert Path(place).is_relative_to(site)
    assert json.loads(told)["breaks"]["albania-ussr"]["documented"] == "1961-12"
    assert json.loads(told)["scenario"] == "no-opening-1971"
