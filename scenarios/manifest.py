"""Where a result comes from: scenario, draws, seed, versions and commit, in a manifest."""

import hashlib
import json
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from scenarios.draws import Draws
from scenarios.files import antecedents, flags
from scenarios.reader import read_json
from simulation.interventions import Scenario
from simulation.schema import validated

MANIFEST = "manifest.json"
#: What marks a folder as a result of lilliput.
MAKER = "lilliput"
_ROOT = Path(__file__).parents[1]


class Manifest(BaseModel):
    """What tells the manifests of lilliput from other files; those of runs name no kind."""

    model_config = ConfigDict(extra="allow")

    made_by: Literal["lilliput"]
    kind: str | None = None


def scenario_hash(scenario: Scenario) -> str:
    """A fingerprint of everything a scenario says, however its file is laid out."""
    return hashlib.sha256(json.dumps(scenario.plain(), sort_keys=True).encode()).hexdigest()


def scenario_entry(scenario: Scenario) -> dict[str, Any]:
    """What a manifest says of a scenario."""
    return {
        "name": scenario.name,
        "hash": scenario_hash(scenario),
        "antecedents": list(antecedents(scenario)),
        "horizon_years": scenario.horizon,
        "flags": list(flags(scenario)),
    }


def draws_entry(draws: Draws) -> dict[str, Any]:
    """What a manifest says of parameter draws."""
    return {
        "id": draws.id,
        "kind": draws.kind,
        "draws": len(draws),
    }


def package_versions(*packages: str) -> dict[str, str | None]:
    """The versions of Python and of some packages; none of a package that is not installed."""
    return {"python": platform.python_version()} | {name: _version(name) for name in packages}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def commit_of(folder: Path = _ROOT) -> str | None:
    """The commit that a checkout of git stands at; none if the folder is none, or git not there."""
    asked = ["git", "-C", str(folder), "rev-parse", "--show-toplevel", "HEAD"]
    # Called from a hook of git, these would name the checkout that the hook is of.
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, check=True, env=own)
    except (OSError, subprocess.CalledProcessError):
        return None
    top, commit = answer.stdout.splitlines()
    # A package that is installed somewhere inside another checkout is not of its commit.
    return commit if Path(top).samefile(folder) else None


def read_manifest(path: Path, kind: str | None = None) -> dict[str, Any] | None:
    """The manifest at a path, or none if it is not of lilliput or of another kind of result."""
    try:
        entry = read_json(path)
    except (OSError, ValueError):
        return None
    manifest, _ = validated(Manifest, entry, path.name)
    return entry if manifest is not None and manifest.kind == kind else None
