"""What is built and installed runs from anywhere, alone, on every Python that is promised."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.11", "3.12", "3.13")
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
SDIST = "from setuptools import build_meta; print(build_meta.build_sdist('dist'))"


def called(*arguments: object, cwd: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    """A command carried out in a folder, without the checkout on its path."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [*map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done


def interpreter(version: str) -> str | None:
    """A Python of a version, on the path or of pyenv."""
    places = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
    return str(places[-1]) if places else shutil.which(f"python{version}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution, and the wheel that is built from it."""
    place = tmp_path_factory.mktemp("built")
    source = place / "source"
    for name in ("simulation", "scenarios", "calibration"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    (source / "docs").mkdir()
    for name in ("pyproject.toml", "lilliput.py", "docs/package.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    name = called(sys.executable, "-c", SDIST, cwd=source).stdout.split()[-1]
    sdist = source / "dist" / name
    wheel = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", place, sdist)
    called(sys.executable, *PIP, *wheel, cwd=place)
    return sdist, next(place.glob("lilliput-*.whl"))


@pytest.fixture(params=VERSIONS)
def python(
    request: pytest.FixtureRequest, built: tuple[Path, Path], tmp_path: Path
) -> Iterator[Path]:
    """The interpreter of a clean environment with the wheel and what it needs."""
    found = interpreter(request.param)
    if found is None:
        pytest.skip(f"no Python {request.param} is installed here")
    called(found, "-m", "venv", tmp_path / "clean", cwd=tmp_path)
    clean = tmp_path / "clean" / "bin" / "python"
    constraints = ("--constraint", ROOT / "constraints.txt")
    called(clean, *PIP, "install", *constraints, built[1], cwd=tmp_path)
    yield clean
    shutil.rmtree(tmp_path / "clean")


@pytest.mark.slow
def test_what_is_installed_runs_alone_and_says_who_stands_in_its_place(
    python: Path, tmp_path: Path
) -> None:
    command, here = python.parent / "lilliput", tmp_path / "here"
    here.mkdir()
    assert called(command, "--version", cwd=here).stdout.startswith("lilliput ")
    arguments = ("run", "no-opening-1971", "--replicates", "20", "--json")
    shown = json.loads(called(command, *arguments, cwd=here).stdout)
    assert shown["scenario"] == "no-opening-1971"
    assert shown["breaks"]["albania-ussr"]["documented"] == "1961-12"
    code = "import lilliput; m = lilliput.AllianceModel(seed=1); m.step(); print(m.date)"
    assert called(python, "-W", "ignore", "-c", code, cwd=here).stdout == "1945-02\n"
    assert "Written to" in called(command, "demo", cwd=here).stdout
    assert (here / "results" / "historical" / "histories.parquet").is_file()
    missing = called(command, "calibrate", "fit", cwd=here, status=2).stderr
    assert "lilliput[calibration]" in missing

    path = called(python, "-c", "import scenarios; print(scenarios.__file__)", cwd=here).stdout
    Path(path.strip()).write_text('"""Of another distribution."""\n', encoding="utf-8")
    refused = called(command, "--version", cwd=here, status=2)
    assert refused.stdout == ""
    assert "another distribution has written over it" in refused.stderr
    assert "an environment of its own" in refused.stderr


@pytest.mark.slow
def test_the_wheel_holds_four_names_and_a_description_that_needs_no_repository(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    shutil.unpack_archive(built[1], tmp_path, "zip")
    names = {path.name for path in tmp_path.iterdir() if path.suffix != ".dist-info"}
    assert names == {"lilliput.py", "simulation", "scenarios", "calibration"}
    (metadata,) = tmp_path.glob("*.dist-info/METADATA")
    head, _, description = metadata.read_text(encoding="utf-8").partition("\n\n")
    assert "Description-Content-Type: text/markdown" in head
    assert description.startswith("# lilliput\n")
    assert "](" not in description
