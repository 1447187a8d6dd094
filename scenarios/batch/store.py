"""A batch on disk: one folder a scenario, one Parquet file for every few thousand histories, and a manifest.

A file has its final name only when it is complete, so that whoever reads the folder while a batch is running, or after
one was cut short, meets complete files only. The same batch gives the same bytes wherever and however it is run.
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
    made = pa.BufferOutputStream()
    pq.write_table(
        table,
        made,
        compression="zstd",
        compression_level=3,
        use_dictionary=TEXTS,
        write_statistics=True,
    )
    path.parent.mkdir(exist_ok=True)
    write_whole(path, made.getvalue())


def is_complete(path: Path, replicates: int) -> bool:
    """Whether a file is there and holds as many histories as it should, with the columns of a batch."""
    if not path.is_file():
        return False
    try:
        held = pq.read_metadata(path)
        return int(held.num_rows) == replicates and held.schema.to_arrow_schema().equals(SCHEMA)
    except (OSError, pa.ArrowException):
        return False


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
    """What lies in a folder that holds no batch, apart from traces of a batch that was cut short at its beginning."""
    names = sorted(path.name for path in folder.iterdir())
    return [name for name in names if name != LOCK and not _UNFINISHED.fullmatch(name)]


def open_batch(folder: Path) -> ds.Dataset:
    """The histories of a batch as one table with a column ``scenario``, read only as far as is asked.

    Raises ``ScenarioError`` if the folder holds no batch.
    """
    if read_manifest(folder) is None:
        problem = Problem(
            "batch",
            "folder",
            str(folder),
            f"a folder that lilliput batch wrote, with its {MANIFEST}",
        )
        raise ScenarioError("there is no such batch", [problem])
    paths = [str(path) for path in _own(folder, _PART)]
    parts = ds.partitioning(pa.schema([("scenario", pa.string())]), flavor="hive")
    schema = SCHEMA.append(pa.field("scenario", pa.string()))
    return ds.dataset(
        paths, schema=schema, format="parquet", partitioning=parts, partition_base_dir=str(folder)
    )


def is_locked(folder: Path) -> bool:
    """Whether a batch is being written into a folder at this moment; nothing is changed by looking."""
    if not (folder / LOCK).exists():
        return False
    try:
        with FileLock(folder / LOCK, blocking=False):
            return False
    except Timeout:
        return True


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder to one batch at a time; the system lets go of it when the batch ends, however it ends.

    Raises ``ScenarioError`` if another batch holds it, or if the folder is on a disk that cannot lock files.
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
