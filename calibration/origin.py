"""Where a fit or a check comes from: date, seed, draws, rules, table, versions, commit."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from scenarios.draws import Draws, table_hash
from scenarios.manifest import commit_of, draws_entry, package_versions

_ROOT = Path(__file__).parent.parent
#: Files that decide what the rules do, by their endings.
_RULE_FILES = (".py", ".toml", ".csv")
#: The packages on which a fit depends.
PACKAGES = ("lilliput", "numpy", "scipy")


@cache
def rules_hash() -> str:
    """A fingerprint of the rules: any program, number or driver of ``simulation/`` changes it."""
    folder = _ROOT / "simulation"
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _RULE_FILES):
        digest.update(
            path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0"
        )
    return digest.hexdigest()


def older_than_the_rules(manifest: Mapping[str, Any]) -> bool:
    """Whether draws were fitted to other rules than these; draws fitted to none never are."""
    return bool(manifest.get("rules", rules_hash()) != rules_hash())


def origin_of(*, seed: int, draws: Draws | None = None, **settings: Any) -> dict[str, Any]:
    """Everything needed to make a check again, as an object for its report.

    ``draws`` are the parameter draws that were checked, if any; ``settings`` are whatever else
    decides the result (replicates, effort, records). The date is today's, in universal time.
    """
    origin: dict[str, Any] = {"date": datetime.now(UTC).date().isoformat(), "seed": seed}
    if draws is not None:
        origin["draws"] = draws_entry(draws) | {"outdated": draws.outdated}
    return origin | {
        "settings": settings,
        "rules": rules_hash(),
        "parameter_table": table_hash(),
        "versions": package_versions(*PACKAGES),
        "commit": commit_of(),
    }
