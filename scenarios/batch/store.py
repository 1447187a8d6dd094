"""A batch on disk: Parquet files of a few thousand histories in a folder a scenario; a manifest.

Beside each file lies its digest (see ``scenarios.batch.digests``).

A file has its final name only when it is complete, so that whoever reads the folder while a batch
is running, or after one was cut short, meets complete files only. The same batch gives the same
bytes wherever and however it is run. One batch at a time may write into a folder.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from scenarios import manifest
from scenarios.batch.digests import DIGEST, write_digest
from scenarios.batch.manifest import KIND, MANIFEST, Batch, BatchManifest, batch_manifest
from scenarios.columns import SCHEMA, TEXTS
from scenarios.disk import json_text, settle, write_json, write_whole
from scenarios.errors import ScenarioError
from simulation.errors import Problem, raise_if_any
from simulation.schema import validated

LOCK = ".lock"
_PART = re.compile(r"part-\d{5,}\.parquet")
#: What a file is called until it is complete.
_UNFINISHED = re.compile(
    r"\.(part-\d{5,}\.parquet|_part-\d{5,}\.sha256|_manifest\.json|probe)-[0-9a-f]{32}"
)
_SCENARIO = "scenario=*"
_LINKS = "this batch cannot be written"


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of the batch in a folder; none if the folder holds no batch of lilliput."""
    entry, problems = _manifest_of(folder)
    return None if problems else entry


def _manifest_of(folder: Path) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The manifest of a batch, and what keeps it from being used: names that are none, for one."""
    entry = manifest.read_manifest(folder / MANIFEST, KIND)
    if entry is None:
        return None, []
    return entry, validated(BatchManifest, entry, MANIFEST)[1]


def write_manifest(batch: Batch, folder: Path) -> None:
    """Write the manifest of a batch, complete or not at all."""
    write_json(folder / MANIFEST, batch_manifest(batch))


def manifest_text(batch: Batch) -> bytes:
    """The manifest of a batch as it is written."""
    return json_text(batch_manifest(batch)).encode()


def write_part(table: pa.Table, path: Path) -> None:
    """Write the histories of one part as a Parquet file after its digest, each complete.

    Raises ``OSError`` if the disk refuses, and ``ScenarioError`` if a link stands in the place of
    the scenario's folder; then the part is not there.
    """
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd", compression_level=3, use_dictionary=TEXTS)
    raise_if_any(_LINKS, link_problems(path.parents[1], [path.parent]), ScenarioError)
    path.parent.mkdir(exist_ok=True)
    content = memoryview(buffer.getvalue())
    write_digest(path, content)
    write_whole(path, content)


def is_complete(path: Path, replicates: int) -> bool:
    """Whether a file is there with as many histories as it should have, and a batch's columns."""
    if not path.is_file():
        return False
    try:
        metadata = pq.read_metadata(path)
    except (OSError, pa.ArrowException):
        return False
    same = metadata.schema.to_arrow_schema().equals(SCHEMA)
    return bool(metadata.num_rows == replicates and same)


def parts_in(folder: Path) -> list[Path]:
    """The files of histories in the folder of a batch."""
    return _own(folder, _PART)


def digests_in(folder: Path) -> list[Path]:
    """The digests in the folder of a batch."""
    return _own(folder, DIGEST)


def _own(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    """The files of a batch whose names fit a pattern, in its folder and those of its scenarios."""
    if not folder.is_dir():
        return []
    places = [folder, *(path for path in folder.glob(f"{_SCENARIO}/") if not path.is_symlink())]
    return sorted(
        path for place in places for path in place.iterdir() if pattern.fullmatch(path.name)
    )


def remove_unfinished(folder: Path) -> None:
    """Remove what a batch that was cut short was still writing."""
    for path in _own(folder, _UNFINISHED):
        path.unlink(missing_ok=True)


def remove_parts(folder: Path) -> None:
    """Remove every history of a batch; its manifest goes last, so that it is never without one."""
    for path in [*parts_in(folder), *digests_in(folder)]:
        path.unlink(missing_ok=True)
    for place in folder.glob(f"{_SCENARIO}/"):
        if not any(place.iterdir()):
            place.rmdir()
    (folder / MANIFEST).unlink(missing_ok=True)
    settle(folder)


def strange_names(folder: Path) -> list[str]:
    """What lies in a folder without a batch, apart from traces of one cut short at its start."""
    names = sorted(path.name for path in folder.iterdir())
    return [name for name in names if name != LOCK and not _UNFINISHED.fullmatch(name)]


def link_problems(folder: Path, paths: Iterable[Path] | None = None) -> list[Problem]:
    """Every symbolic link in the place of something that a batch reads or writes in its folder."""
    if paths is None:
        scenarios = list(folder.glob(_SCENARIO))
        files = [*parts_in(folder), *digests_in(folder)]
        paths = [folder / MANIFEST, folder / LOCK, *scenarios, *files]
    allowed = "a file or folder of the batch itself; it may lead elsewhere, so remove the link"
    return [
        Problem(str(path.relative_to(folder)), "file", "a symbolic link", allowed)
        for path in paths
        if path.is_symlink()
    ]


def open_batch(folder: Path) -> ds.Dataset:
    """The histories of a batch as one table with a column ``scenario``, read as far as needed.

    Raises ``ScenarioError`` if the folder holds no batch, or links in the place of its files.
    """
    entry, problems = _manifest_of(folder)
    if entry is None:
        allowed = f"a folder that lilliput batch wrote, with its {MANIFEST}: lilliput batch --all"
        problems = [Problem("batch", "folder", str(folder), allowed)]
    raise_if_any("there is no such batch", [*problems, *link_problems(folder)], ScenarioError)
    scenario = pa.field("scenario", pa.string())
    return ds.dataset(
        [str(path) for path in parts_in(folder)],
        schema=SCHEMA.append(scenario),
        format="parquet",
        partitioning=ds.partitioning(pa.schema([scenario]), flavor="hive"),
        partition_base_dir=str(folder),
    )


def table_of(folder: Path, scenario: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The histories of a scenario of a batch, all columns or some.

    Raises ``ScenarioError`` for a folder without a batch, and for files that are no sound Parquet,
    though they may agree with their digests.
    """
    histories, own = open_batch(folder), pc.field("scenario") == scenario
    try:
        return histories.to_table(None if columns is None else list(columns), filter=own)
    except (OSError, pa.ArrowException) as error:
        sound = f"files that can be read ({error})"
        problem = Problem(f"scenario={scenario}", "file", "damaged", sound)
        raise ScenarioError("this batch cannot be read", [problem]) from error


def is_locked(folder: Path) -> bool:
    """Whether a batch is being written into a folder at this moment."""
    if not (folder / LOCK).exists():
        return False
    try:
        with FileLock(folder / LOCK, blocking=False):
            return False
    except Timeout:
        return True


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder to one batch; the system frees it when the batch ends, however it ends.

    Raises ``ScenarioError`` if another batch holds it, or if the disk cannot lock files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise ScenarioError("this batch cannot be made", [busy(folder)]) from error
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        allowed = f"a folder on a disk that can lock files ({reason})"
        problem = Problem("--out", "folder", str(folder), allowed)
        raise ScenarioError("this batch cannot be made", [problem]) from error
    try:
        yield
    finally:
        lock.release()


def busy(folder: Path) -> Problem:
    """The problem of a folder into which another batch is being written."""
    allowed = "a folder into which no other batch is being written; one is, now"
    return Problem("--out", "folder", str(folder), allowed)
