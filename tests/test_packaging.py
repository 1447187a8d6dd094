"""What a fresh clone promises: versions without addresses, data that travels with the code."""

import json
import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

import pytest

import lilliput
import scenarios

ROOT = Path(__file__).parents[1]
PACKAGES = ("simulation", "scenarios", "calibration")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MARKER = r'[a-z_]+ (<|>=|==) "[a-z0-9.]+"'
PIN = re.compile(rf"^[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*(; {MARKER}( and {MARKER})*)?$")
#: What ``make`` can be asked for.
TARGETS = (
    *("help", "demo", "test", "lint", "benchmark", "docs", "reproduce", "lock", "licences"),
    *("sbom", "reliability"),
)
LOCKS = ("run.txt", "dev.txt")


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


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_that_make_installs_is_pinned_as_constrained_and_has_hashes(
    lock: str,
) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    constrained = {line.partition(";")[0].strip() for line in pinned_lines()}
    assert {re.match(r"\S+", entry)[0] for entry in entries} - constrained == set()  # type: ignore[index]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.search(r"://|--(extra-)?index|--find-links|--trusted", text) is None


def test_every_requirement_is_locked() -> None:
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    asked = {
        "run.txt": project["dependencies"] + extras["fast"] + extras["page"],
        "dev.txt": project["dependencies"] + [each for extra in extras.values() for each in extra],
    }
    for lock, requirements in asked.items():
        text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
        locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
        assert {requirement_name(each) for each in requirements} - {"lilliput"} <= locked


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
    assert re.search(r'^date-released: "\d{4}-\d\d-\d\d"$', citation, re.MULTILINE)


def test_codemeta_says_what_the_project_says() -> None:
    told = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    project = PROJECT["project"]
    for key in ("name", "version", "description", "keywords"):
        assert told[key] == project[key]
    assert told["license"].endswith(f"/{project['license']}")
    assert told["programmingLanguage"]["version"] == project["requires-python"]
    for key in ("readme", "softwareHelp"):
        assert (ROOT / told[key]).is_file()


@pytest.mark.parametrize("target", [*TARGETS, "clean"])
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


def test_a_package_of_another_distribution_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lilliput.strangers() == []
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "__init__.py").write_text("", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "lilliput", "--version"],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"scenarios is found in {tmp_path / 'scenarios'}, before lilliput's" in done.stderr


def test_the_public_names_are_those_of_scenarios_and_of_the_simulation() -> None:
    assert set(scenarios.__all__) < set(lilliput.__all__)
    assert [name for name in lilliput.__all__ if getattr(lilliput, name, None) is None] == []
    assert {"AllianceModel", "Country", "simulate"} <= set(dir(lilliput))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lilliput.nothing
