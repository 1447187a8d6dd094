"""What a fresh clone promises: versions without addresses, data that travels with the code."""

import re
import subprocess
import tomllib
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("simulation", "scenarios", "calibration")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r'^[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*(; python_version (<|>=) "3\.\d+")?$')


def pinned_lines() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def requirement_name(requirement: str) -> str:
    return re.split(r"[\[<>=!~;\s]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_version_installed_is_the_one_declared() -> None:
    assert version("lilliput") == PROJECT["project"]["version"]


def test_constraints_are_names_and_versions_without_address() -> None:
    assert [line for line in pinned_lines() if not PIN.match(line)] == []


def test_every_requirement_is_pinned() -> None:
    project = PROJECT["project"]
    extras = [
        requirement for extra in project["optional-dependencies"].values() for requirement in extra
    ]
    asked = {requirement_name(r) for r in project["dependencies"] + extras} - {"lilliput"}
    pinned = {line.split("==")[0] for line in pinned_lines()}
    assert asked - pinned == set()


def test_every_version_pinned_twice_depends_on_the_interpreter() -> None:
    names = [line.split("==")[0] for line in pinned_lines()]
    twice = {name for name in names if names.count(name) > 1}
    assert [
        line for line in pinned_lines() if line.split("==")[0] in twice and ";" not in line
    ] == []


def test_citation_names_the_version_and_the_thesis() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    sources = tomllib.loads((ROOT / "simulation" / "sources.toml").read_text(encoding="utf-8"))
    assert f"version: {PROJECT['project']['version']}" in citation
    assert sources["marku2017"]["title"] in citation


@pytest.mark.parametrize("target", ["help", "demo", "test", "lint", "benchmark", "clean"])
def test_make_knows_the_target(target: str) -> None:
    dry_run = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert dry_run.returncode == 0, dry_run.stderr


def test_make_alone_lists_the_targets() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"demo", "test", "lint", "benchmark", "clean"} <= set(listed.split())


def test_all_data_files_of_the_packages_are_installed_with_them() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    left_behind = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and path.parent.name != "__pycache__"
        and path.suffix != ".py"
        and not any(fnmatch(path.name, p) for p in patterns)
    ]
    assert left_behind == []
