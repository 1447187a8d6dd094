"""A batch on disk: one folder a scenario, one Parquet file for every few thousand histories, and a manifest.

A file has its final name only when it is complete, so that whoever reads the folder while a batch is running, or after
one was cut short, meets complete files only. The same batch gives the same bytes wherever and however it is run.
"""

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from scenarios.documented import BASES, PLAN_PERIODS
from scenarios.draws import Draws, table_hash
from scenarios.errors import ScenarioError
from scenarios.files import antecedents, flags
from scenarios.manifest import MAKER, commit_of
from scenarios.outcomes import NEVER, PAIR_NAMES, SERIES, YEARS, Outcomes
from scenarios.run import scenario_hash
from simulation.countries import Country
from simulation.dates import QUARTERS, date_of
from simulation.errors import Problem, listed
from simulation.scenario import Scenario
from simulation.trajectory import CAUSES

LOCK = ".lock"
KIND = "batch"
#: Histories in one file.
CHUNK = 2_048
#: Changes when the columns do.
FORMAT = 1
_PART = re.compile(r"part-\d{5,}\.parquet")
#: Readers of a dataset pass over names that begin with an underscore or a dot, and so read the folder as it is.
MANIFEST = "_manifest.json"
#: What a file is called until it is complete.
_UNFINISHED = re.compile(r"\.(part-\d{5,}\.parquet|_manifest\.json)-[0-9a-f]{32}")
_PACKAGES = ("lilliput", "numpy", "pyarrow")


@dataclass(frozen=True)
class Part:
    """Some neighbouring replicates of one scenario of a batch, which share a file."""

    scenario: int
    number: int
    first_replicate: int
    replicates: int


@dataclass(frozen=True)
class Batch:
    """What a batch is asked to do: scenarios that share draws, seed and shocks, and how many histories of each."""

    scenarios: tuple[Scenario, ...]
    draws: Draws
    replicates: int
    seed: int
    chunk: int = CHUNK

    @property
    def histories(self) -> int:
        """How many histories there are in all."""
        return self.replicates * len(self.scenarios)

    @property
    def files(self) -> int:
        """How many files there are in all."""
        return -(-self.replicates // self.chunk) * len(self.scenarios)

    def parts(self) -> Iterator[Part]:
        """Every part of the batch; all scenarios have their first file before any has its second."""
        for number, first in enumerate(range(0, self.replicates, self.chunk)):
            for scenario in range(len(self.scenarios)):
                yield Part(scenario, number, first, min(self.chunk, self.replicates - first))

    def path_of(self, part: Part, folder: Path) -> Path:
        """Where a part belongs in the folder of the batch."""
        name = self.scenarios[part.scenario].name
        return folder / f"scenario={name}" / f"part-{part.number:05d}.parquet"


def batch_manifest(batch: Batch) -> dict[str, Any]:
    """Everything that decides what is in the files of a batch; it holds no date, so that equal batches are equal."""
    values = np.ascontiguousarray(batch.draws.frame.to_numpy(dtype=float))
    return {
        "made_by": MAKER,
        "kind": KIND,
        "format": FORMAT,
        "scenarios": [_scenario_entry(scenario) for scenario in batch.scenarios],
        "parameter_table": table_hash(),
        "draws": {
            "id": batch.draws.id,
            "kind": batch.draws.kind,
            "draws": len(batch.draws),
            "values": hashlib.sha256(values.tobytes()).hexdigest(),
        },
        "seed": batch.seed,
        "replicates": batch.replicates,
        "chunk": batch.chunk,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
        "commit": commit_of(Path(__file__).parent.parent),
    }


def _scenario_entry(scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "hash": scenario_hash(scenario),
        "antecedents": list(antecedents(scenario)),
        "horizon_years": scenario.horizon,
        "flags": list(flags(scenario)),
    }


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of the batch in a folder; none if the folder holds no batch of lilliput."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or (manifest.get("made_by"), manifest.get("kind")) != (MAKER, KIND):
        return None
    return manifest


def write_manifest(batch: Batch, folder: Path) -> None:
    """Write the manifest of a batch, complete or not at all."""
    text = json.dumps(batch_manifest(batch), indent=2, ensure_ascii=False) + "\n"
    write_whole(folder / MANIFEST, text.encode())


def differences(batch: Batch, held: Mapping[str, Any]) -> list[Problem]:
    """Everything in which the batch asked for is not the one whose manifest is held, one problem each."""
    here, there = _flat(batch_manifest(batch)), _flat(held)
    return [
        Problem(MANIFEST, key, here.get(key), f"{there.get(key)!r}, as in the batch that is there")
        for key in {**there, **here}
        if here.get(key) != there.get(key)
    ]


def _flat(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest as single values: ``draws.id``, and scenarios by their names and fingerprints."""
    flat: dict[str, Any] = {}
    for key, value in manifest.items():
        if key == "scenarios":
            flat[key] = listed(entry["name"] for entry in value)
            flat |= {f"scenarios.{entry['name']}": entry["hash"] for entry in value}
        elif isinstance(value, Mapping):
            flat |= {f"{key}.{inner}": held for inner, held in value.items()}
        else:
            flat[key] = value
    return flat


def _fields() -> Iterator[tuple[str, pa.DataType]]:
    """The columns of every file, in order, with their types."""
    yield "replicate", pa.int64()
    yield "draw", pa.int32()
    stems = [name.replace("-", "_") for name in PAIR_NAMES]
    for stem in stems:
        yield f"{stem}_quarter", pa.int16()
        yield f"{stem}_break", pa.string()
        yield f"{stem}_initiator", pa.string()
        yield f"{stem}_cause", pa.string()
    for stem in stems:
        for period in PLAN_PERIODS:
            yield f"{stem}_pledged_{period.name.replace('-', '_')}", pa.float32()
    for stem in stems:
        for series in SERIES:
            for year in YEARS:
                yield f"{stem}_{series}_{year}", pa.float32()


#: The columns of a batch: dates and causes of breaks, aid pledged by plan period, and yearly values of each pair.
SCHEMA = pa.schema(list(_fields()))
_TEXTS = [field.name for field in SCHEMA if field.type == pa.string()]


def batch_table(outcomes: Outcomes, draws: int) -> pa.Table:
    """One row a history: its number and draw, and for each pair its break, the aid pledged and the yearly values.

    ``draws`` is the number of parameter draws; yearly values must be kept for every history.
    """
    numbers = outcomes.first_replicate + np.arange(outcomes.replicates)
    columns: list[Any] = [numbers, (numbers % draws).astype(np.int32)]
    dates = [date_of(quarter) for quarter in range(QUARTERS)]
    for place in range(len(PAIR_NAMES)):
        columns.append(outcomes.split[place])
        columns.append(_named(outcomes.split[place], dates))
        columns.append(_named(outcomes.initiator[place], [country.key for country in Country]))
        columns.append(_named(outcomes.cause[place], CAUSES))
    pledged = outcomes.aid[BASES.index("pledged")]
    for place in range(len(PAIR_NAMES)):
        columns.extend(pledged[: len(PLAN_PERIODS), place])
    for place in range(len(PAIR_NAMES)):
        for series in SERIES:
            columns.extend(outcomes.series[series][:, place])
    return pa.table([pa.array(column) for column in columns], schema=SCHEMA)


def _named(codes: Any, names: Sequence[str]) -> pa.Array:
    """Codes as text, with nothing where the code is -1."""
    known = pa.array(codes.astype(np.int16), mask=codes == NEVER)
    return pa.array(names, pa.string()).take(known)


def write_part(table: pa.Table, path: Path) -> None:
    """Write the histories of one part as a Parquet file, complete or not at all.

    Raises ``OSError`` if the disk refuses; then nothing is left behind.
    """
    made = pa.BufferOutputStream()
    pq.write_table(
        table, made, compression="zstd", compression_level=3, use_dictionary=_TEXTS, write_statistics=True
    )
    path.parent.mkdir(exist_ok=True)
    write_whole(path, made.getvalue())


def write_whole(path: Path, content: Any) -> None:
    """Write a file under a passing name, see it safely on the disk, and only then give it its own."""
    passing = path.with_name(f".{path.name}-{uuid4().hex}")
    try:
        with passing.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
    except BaseException:
        passing.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """See the names in a folder safely on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
    return sorted(path for place in places for path in place.iterdir() if pattern.fullmatch(path.name))


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
    _settle(folder)


def strange_names(folder: Path) -> list[str]:
    """What lies in a folder that holds no batch, apart from traces of a batch that was cut short at its beginning."""
    names = sorted(path.name for path in folder.iterdir())
    return [name for name in names if name != LOCK and not _UNFINISHED.fullmatch(name)]


def is_locked(folder: Path) -> bool:
    """Whether a batch is being written into a folder at this moment; nothing is changed by looking."""
    import fcntl

    try:
        with (folder / LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder to one batch at a time; the system lets go of it when the batch ends, however it ends.

    Raises ``ScenarioError`` if another batch holds it.
    """
    import fcntl  # not on every system, and not needed by those who only read

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ScenarioError("this batch cannot be made", [busy(folder)]) from error
        yield


def busy(folder: Path) -> Problem:
    """The problem of a folder into which another batch is being written."""
    return Problem(
        "--out", "folder", str(folder), "a folder into which no other batch is being written; one is, now"
    )


def open_batch(folder: Path) -> ds.Dataset:
    """The histories of a batch as one table with a column ``scenario``, read only as far as is asked.

    Raises ``ScenarioError`` if the folder holds no batch.
    """
    if read_manifest(folder) is None:
        problem = Problem(
            "batch", "folder", str(folder), f"a folder that lilliput batch wrote, with its {MANIFEST}"
        )
        raise ScenarioError("there is no such batch", [problem])
    paths = [str(path) for path in _own(folder, _PART)]
    parts = ds.partitioning(pa.schema([("scenario", pa.string())]), flavor="hive")
    schema = SCHEMA.append(pa.field("scenario", pa.string()))
    return ds.dataset(
        paths, schema=schema, format="parquet", partitioning=parts, partition_base_dir=str(folder)
    )
