"""Whether the files of a batch are what was written, and what is done about those that are not."""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from scenarios.batch.digests import MEND, digest_path, is_sound, manifest_named
from scenarios.batch.manifest import MANIFEST, Batch
from scenarios.batch.store import digests_in, manifest_text, parts_in, write_manifest
from scenarios.draws import Draws, table_hash, values_hash
from scenarios.reader import sha256_of
from simulation.errors import Problem


def _manifest_is_named(folder: Path, named: Collection[str]) -> bool:
    """Whether the manifest in a folder is among those that the digests there name."""
    path = folder / MANIFEST
    return path.is_file() and sha256_of(path) in named


def manifest_problems(folder: Path) -> list[Problem]:
    """What is wrong with a manifest that no digest of its batch names, be it there or not.

    Nothing can be said of a batch without any file of histories.
    """
    named = {manifest_named(path) for path in digests_in(folder)}
    if _manifest_is_named(folder, named) or not (named or parts_in(folder)):
        return []
    if named:
        return [Problem(MANIFEST, "file", "damaged", f"as it was written; {MEND}")]
    allowed = (
        "beside its files; an earlier lilliput wrote none, or they are lost; "
        f"{MEND} where that is possible, with --overwrite where it is not"
    )
    return [Problem("batch", "digests", "none", allowed)]


def damage(folder: Path, scenarios: Collection[str]) -> dict[str, list[Problem]]:
    """The files of some scenarios that are not what their digests say, each read once."""
    manifest = sha256_of(folder / MANIFEST)
    problems: dict[str, list[Problem]] = {}
    for part in parts_in(folder):
        name = part.parent.name.removeprefix("scenario=")
        if name in scenarios and not is_sound(part, manifest):
            digest = digest_path(part).name
            where = f"{part.parent.name}/{part.name}"
            allowed = f"what its digest {digest} says (SHA-256); {MEND}"
            problems.setdefault(name, []).append(Problem(where, "file", "damaged", allowed))
    return problems


def has_damaged_manifest(batch: Batch, folder: Path) -> bool:
    """Whether a folder holds this batch under a manifest that was damaged.

    The digests show it: they name the manifest that the batch should have, and none names the one
    that is there.
    """
    named = {manifest_named(path) for path in digests_in(folder)}
    wanted = hashlib.sha256(manifest_text(batch)).hexdigest()
    return wanted in named and not _manifest_is_named(folder, named)


def remove_damaged(batch: Batch, folder: Path) -> None:
    """Remove every file of histories that is damaged or none of the batch's; mend the manifest.

    What is removed is missing then, and so is simulated again. The folder must hold this batch, or
    none.
    """
    named = {manifest_named(path) for path in digests_in(folder)}
    if not _manifest_is_named(folder, named):
        write_manifest(batch, folder)
    found = parts_in(folder)
    wanted = {batch.path_of(part, folder) for part in batch.parts()} if found else set()
    manifest = sha256_of(folder / MANIFEST)
    for path in found:
        if path not in wanted or not is_sound(path, manifest):
            path.unlink(missing_ok=True)


def draws_problems(manifest: Mapping[str, Any], draws: Draws) -> list[Problem]:
    """In what some draws, or the parameter table, are not those that a batch was made with."""
    here_and_there = {
        "draws.id": (draws.id, manifest["draws"]["id"]),
        "draws.values": (values_hash(draws.frame), manifest["draws"]["values"]),
        "parameter_table": (table_hash(), manifest["parameter_table"]),
    }
    return [
        Problem("batch", key, there, f"{here!r}, as the histories are simulated anew with these")
        for key, (here, there) in here_and_there.items()
        if here != there
    ]
