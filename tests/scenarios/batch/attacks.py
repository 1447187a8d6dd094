"""What may befall the files of a batch, each by a chance of its own; returns what is damaged."""

import json
import random
from collections.abc import Callable
from pathlib import Path

from scenarios.batch.manifest import MANIFEST
from scenarios.batch.run import run_batch
from scenarios.draws import Draws
from scenarios.files import scenario_named
from simulation.interventions import HISTORICAL
from tests.scenarios.watching import parts

OTHER = scenario_named("no-opening-1971")
BOTH = (HISTORICAL, OTHER)
#: Changes of the manifest that leave it readable.
CHANGES = {
    "seed": 2,
    "replicates": 20,
    "chunk": 5,
    "made_by": "someone",
    "parameter_table": "0" * 64,
    "commit": "0" * 40,
}


def simulated(draws: Draws, folder: Path, seed: int = 1, **options: bool) -> Path:
    """A small batch of two scenarios in six files."""
    return run_batch(BOTH, draws, 30, seed, folder, workers=1, chunk=10, **options)


def flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def cut(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])


def swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def digest_of(part: Path) -> Path:
    return part.with_name(f"_{part.stem}.sha256")


def flip_part(folder: Path, chance: random.Random) -> str:
    part = chance.choice(parts(folder))
    flip(part, chance)
    return str(part.relative_to(folder))


def cut_part(folder: Path, chance: random.Random) -> str:
    part = chance.choice(parts(folder))
    cut(part, chance)
    return str(part.relative_to(folder))


def swap_parts(folder: Path, chance: random.Random) -> str:
    one, other = chance.sample(parts(folder), 2)
    swap(one, other)
    return str(one.relative_to(folder))


def swap_parts_and_digests(folder: Path, chance: random.Random) -> str:
    one, other = chance.sample(parts(folder), 2)
    swap(one, other)
    swap(digest_of(one), digest_of(other))
    return str(one.relative_to(folder))


def damage_digest(folder: Path, chance: random.Random) -> str:
    part = chance.choice(parts(folder))
    chance.choice([flip, cut])(digest_of(part), chance)
    return str(part.relative_to(folder))


def remove_digest(folder: Path, chance: random.Random) -> str:
    part = chance.choice(parts(folder))
    digest_of(part).unlink()
    return str(part.relative_to(folder))


def damage_manifest(folder: Path, chance: random.Random) -> str:
    chance.choice([flip, cut])(folder / MANIFEST, chance)
    return MANIFEST


def change_manifest(folder: Path, chance: random.Random) -> str:
    key = chance.choice(list(CHANGES))
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | {key: CHANGES[key]}, indent=2))
    return MANIFEST


def part_of_another_batch(folder: Path, chance: random.Random) -> str:
    """A part and its digest that are sound, but of a batch with another seed."""
    part = chance.choice(parts(folder))
    other = folder.with_name("another") / part.relative_to(folder)
    for path in (part, digest_of(part)):
        path.write_bytes(other.with_name(path.name).read_bytes())
    return str(part.relative_to(folder))


BATCH_ATTACKS: tuple[Callable[[Path, random.Random], str], ...] = (
    flip_part,
    cut_part,
    swap_parts,
    swap_parts_and_digests,
    damage_digest,
    remove_digest,
    damage_manifest,
    change_manifest,
    part_of_another_batch,
)
