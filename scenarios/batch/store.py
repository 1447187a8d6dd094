"""A batch on disk: Parquet files of a few thousand histories in a folder a scenario; a manifest.

A file has its final name only when it is complete, so that whoever reads the folder while a batch
is running, or after one was cut short, meets complete files only. The same batch gives the same
bytes wherever and however it is run. One batch at a time may write into a folder.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from scenarios import manifest
from scenarios.batch.manifest import KIND, MANIFEST, Batch, batch_manifest
from scenarios.columns import SCHEMA, TEXTS
from scenarios.disk import settle, write_json, write_whole
from scenarios.errors import ScenarioError
from simulation.errors import Problem

LOCK = ".lock"
_PART = re.compile(r"part-\d{5,}\.parquet")
#: What a file is called until it is complete.
_UNFINISHED = re.compile(r"\.(part-\d{5,}\.parquet|_manifest\.json|probe)-[0-9a-f]{32}")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of the batch in a folder; none if the folder holds no batch of lilliput."""
    return manifest.read_manifest(folder / MANIFEST, KIND)


def write_manifest(batch: Batch, folder: Path) -> None:
    """Write the manifest of a batch, complete or not at all."""
    write_json(folder / MANIFEST, batch_manifest(batch))


def write_part(table: pa.Table, path: Path) -> None:
    """Write the histories of one part as a Parquet file, complete or not at all.

    Raises ``OSError`` if the disk refuses; then nothing is left behind.
    """
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd", compression_level=3, use_dictionary=TEXTS)
    path.parent.mkdir(exist_ok=True)
    write_whole(path, buffer.getvalue())


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


def _own(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    """The files of a batch whose names fit a pattern, in its folder and those of its scenarios."""
    places = [folder, *folder.glob("scenario=*/")]
    return sorted(
        path for place in places for path in place.iterdir() if pattern.fullmatch(path.name)
    )


def remove_unfinished(folder: Path) -> None:
    """Remove what a batch that was cut short was still writing."""
    for path in _own(folder, _UNFINISHED):
        path.unlink(missing_ok=True)


def remove_parts(folder: Path) -> None:
    """Remove every history of a batch; its manifest goes last, so that it is never without one."""
    for path in _own(folder, _PART):
        path.unlink(missing_ok=True)
    for place in folder.glob("scenario=*/"):
        if not any(place.iterdir()):
            place.rmdir()
    (folder / MANIFEST).unlink(missing_ok=True)
    settle(folder)


def strange_names(folder: Path) -> list[str]:
    """What lies in a folder without a batch, apart from traces of one cut short at its start."""
    names = sorted(path.name for path in folder.iterdir())
    return [name for name in names if name != LOCK and not _UNFINISHED.fullmatch(name)]


def open_batch(folder: Path) -> ds.Dataset:
    """The histories of a batch as one table with a column ``scenario``, read as far as needed.

    Raises ``ScenarioError`` if the folder holds no batch.
    """
    if read_manifest(folder) is None:
        allowed = f"a folder that lilliput batch wrote, with its {MANIFEST}"
        problem = Problem("batch", "folder", str(folder), allowed)
        raise ScenarioError("there is no such batch", [problem])
    scenario = pa.field("scenario", pa.string())
    return ds.dataset(
        [str(path) for path in _own(folder, _PART)],
        schema=SCHEMA.append(scenario),
        format="parquet",
        partitioning=ds.partitioning(pa.schema([scenario]), flavor="hive"),
        partition_base_dir=str(folder),
    )


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
