"""A batch, how it is cut into files, and the manifest that tells it from another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from scenarios.draws import Draws, table_hash, values_hash
from scenarios.files import ScenarioName
from scenarios.manifest import (
    MAKER,
    Manifest,
    commit_of,
    draws_entry,
    package_versions,
    scenario_entry,
)
from scenarios.reader import MOST_SEED
from simulation.drivers.spells import DriverChoice
from simulation.errors import Problem, listed
from simulation.interventions import Scenario

#: Readers of a dataset pass over names that begin with an underscore or a dot, and so read the
#: folder as it is.
MANIFEST = "_manifest.json"
KIND = "batch"
#: Histories in one file.
CHUNK = 2_048
MOST_REPLICATES = 1_000_000_000
#: Changes when the columns do, or what lies beside them.
FORMAT = 2


@dataclass(frozen=True)
class Part:
    """Some neighbouring replicates of one scenario of a batch, which share a file."""

    scenario: int
    number: int
    first_replicate: int
    replicates: int


@dataclass(frozen=True)
class Batch:
    """Scenarios that share draws, seed, shocks and drivers, and how many histories each has."""

    scenarios: tuple[Scenario, ...]
    draws: Draws
    replicates: int
    seed: int
    chunk: int = CHUNK
    drivers: DriverChoice = "drawn"

    @property
    def histories(self) -> int:
        """How many histories there are in all."""
        return self.replicates * len(self.scenarios)

    @property
    def files(self) -> int:
        """How many files there are in all."""
        return -(-self.replicates // self.chunk) * len(self.scenarios)

    def parts(self) -> Iterator[Part]:
        """Every part of the batch, the first file of every scenario before any second."""
        for number, first in enumerate(range(0, self.replicates, self.chunk)):
            for scenario in range(len(self.scenarios)):
                yield Part(scenario, number, first, min(self.chunk, self.replicates - first))

    def path_of(self, part: Part, folder: Path) -> Path:
        """Where a part belongs in the folder of the batch."""
        name = self.scenarios[part.scenario].name
        return folder / f"scenario={name}" / f"part-{part.number:05d}.parquet"


class _AtLeast(BaseModel):
    """A part of the manifest of a batch: what it says at least."""

    model_config = ConfigDict(extra="allow")


class _Change(_AtLeast):
    kind: str


class _Question(_AtLeast):
    """A scenario as it was asked, whose changes ``scenario_from`` reads."""

    interventions: list[_Change] = []


class _ScenarioEntry(_AtLeast):
    name: ScenarioName
    hash: str
    asked: _Question | None = None


class _DrawsEntry(_AtLeast):
    id: str
    values: str


class BatchManifest(Manifest):
    """What the manifest of a batch must say before anything is done with it.

    It may come from a stranger: the names of its scenarios become parts of paths.
    """

    kind: Literal["batch"]
    scenarios: Annotated[list[_ScenarioEntry], Field(min_length=1)]
    draws: _DrawsEntry
    drivers: DriverChoice = "coded"  # batches of version 0.1 do not say so
    seed: Annotated[int, Field(strict=True, ge=0, le=MOST_SEED)]
    replicates: Annotated[int, Field(strict=True, ge=1, le=MOST_REPLICATES)]
    chunk: Annotated[int, Field(strict=True, ge=1)]
    parameter_table: str


def drivers_of(manifest: Mapping[str, Any]) -> DriverChoice:
    """Whether the drivers of a batch are drawn or as coded, by its manifest."""
    return BatchManifest.model_validate(manifest).drivers


def batch_manifest(batch: Batch) -> dict[str, Any]:
    """Everything that decides what is in the files of a batch: no date, so equal for equal ones."""
    return {
        "made_by": MAKER,
        "kind": KIND,
        "scenarios": [
            scenario_entry(scenario) | {"asked": scenario.plain()} for scenario in batch.scenarios
        ],
        "draws": draws_entry(batch.draws) | {"values": values_hash(batch.draws.frame)},
        "drivers": batch.drivers,
        "seed": batch.seed,
        "replicates": batch.replicates,
        "chunk": batch.chunk,
        **surroundings(),
    }


def surroundings() -> dict[str, Any]:
    """What else decides the histories: format, parameter table, versions of packages, commit."""
    return {
        "format": FORMAT,
        "parameter_table": table_hash(),
        "versions": package_versions("lilliput", "numpy", "pyarrow"),
        "commit": commit_of(),
    }


def differences(batch: Batch, manifest: Mapping[str, Any]) -> list[Problem]:
    """Everything in which a batch differs from the one whose manifest is there, a problem each."""
    here, there = flat(batch_manifest(batch)), flat(manifest)
    return [
        Problem(MANIFEST, key, here.get(key), f"{there.get(key)!r}, as in the batch that is there")
        for key in {**there, **here}
        if here.get(key) != there.get(key)
    ]


def flat(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest as single values: ``draws.id``, and scenarios by their names and fingerprints."""
    single: dict[str, Any] = {}
    for key, value in manifest.items():
        if key == "scenarios":
            single[key] = listed(entry["name"] for entry in value)
            single |= {f"scenarios.{entry['name']}": entry["hash"] for entry in value}
        elif isinstance(value, Mapping):
            single |= {f"{key}.{inner}": each for inner, each in value.items()}
        else:
            single[key] = value
    return single
