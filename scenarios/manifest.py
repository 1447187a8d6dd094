"""Where a result comes from: scenario, parameter table, draws, seed, versions and commit, as a manifest beside it."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from scenarios.draws import table_hash
from scenarios.files import antecedents, flags
from scenarios.run import RunResult, scenario_hash

MANIFEST = "manifest.json"
#: What marks a folder as a result of lilliput.
MAKER = "lilliput"
_PACKAGES = ("lilliput", "numpy", "pandas", "pyarrow", "matplotlib")


def manifest_of(result: RunResult, changes: Mapping[str, float]) -> dict[str, Any]:
    """Everything needed to make a result again; ``changes`` are the parameters that were set by hand."""
    scenario = result.scenario
    return {
        "made_by": MAKER,
        "scenario": {
            "name": scenario.name,
            "hash": scenario_hash(scenario),
            "antecedents": list(antecedents(scenario)),
            "horizon_years": scenario.horizon,
            "flags": list(flags(scenario)),
        },
        "parameter_table": table_hash(),
        "draws": {
            "id": result.draws.id,
            "kind": result.draws.kind,
            "draws": len(result.draws),
            "outdated": result.draws.outdated,
        },
        "set": dict(changes),
        "seed": result.seed,
        "replicates": result.replicates,
        "versions": {"python": platform.python_version()}
        | {name: _version(name) for name in _PACKAGES},
        "commit": commit_of(Path(__file__).parent.parent),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def commit_of(folder: Path) -> str | None:
    """The commit that a folder's git checkout stands at; none if it is no checkout."""
    git = folder / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.split()[0] for line in packed if line.endswith(f" {name}")), None)


def is_result(folder: Path) -> bool:
    """Whether a folder holds a result that lilliput wrote."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("made_by") == MAKER
