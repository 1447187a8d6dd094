"""Every reader of files fed with files that were changed at random, by fixed seeds.

A reader either returns what the file says or refuses with lilliput's own message; nothing else may
come out of it, however the file was changed.
"""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np

from calibration.checks.agreement import read_fits
from calibration.checks.recovery.folder import Result, read_record_file
from calibration.evidence.reading import overlaid_evidence
from calibration.fit.posterior import read_checkpoint
from calibration.reports.report import PUBLISHED, published_reports
from scenarios.batch.digests import digest_path, digest_text
from scenarios.batch.manifest import MANIFEST
from scenarios.batch.store import parts_in
from scenarios.comparison.batch import compare_batch
from scenarios.draws import Draws, read_draws
from scenarios.files import CATALOGUE, read_scenario_file
from scenarios.reader import read_arrays, sha256_of
from simulation.errors import LilliputError
from tests.reliability.findings import Times
from tests.reliability.material import checkpoint as checkpoint_of
from tests.reliability.material import fitted_draws, small_batch

#: Bytes that mean something to some reader.
TOKENS = (
    *(b"[", b"]", b"{", b"}", b'"', b"'", b"'''", b"=", b".", b",", b"\n", b"\r", b"\x00", b"\xff"),
    *(b"nan", b"inf", b"-", b"1e999", b"9" * 40, b"1979-05-27", b"true", b"null", b"\\u0000"),
    *(b"\\ud800", b"\x1b[0m", b"\xe2\x80\xae", b"[[interventions]]\n", b"PAR1", b"PK\x03\x04"),
)


def changed(content: bytes, chance: random.Random) -> bytes:
    """A file with a few changes: bits, cuts, doublings, and tokens put in."""
    changing = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        place = chance.randrange(len(changing) + 1)
        end = min(len(changing), place + chance.choice((1, 1, 4, 40, 400)))
        match chance.randrange(6):
            case 0 if place < len(changing):
                changing[place] ^= 1 << chance.randrange(8)
            case 1:
                del changing[place:end]
            case 2:
                changing[place:place] = changing[place:end] * chance.choice((1, 2, 50))
            case 3:
                changing[place:end] = chance.randbytes(end - place)
            case 4:
                del changing[place:]
            case _:
                changing[place:place] = chance.choice(TOKENS)
    return bytes(changing)


@dataclass(frozen=True)
class Reader:
    """A reader under attack: the sound file, where the changed one goes, and the reading of it.

    ``pack`` makes the file of what was changed, so that an attack gets past its outer walls.
    """

    name: str
    place: Path
    read: Callable[[], object]
    sound: bytes
    pack: Callable[[bytes], bytes] = bytes

    def attacked(self, chance: random.Random) -> str:
        """What came of one changed file: ``read``, ``refused``, or what else was raised."""
        whole = self.place.read_bytes() if self.place.exists() else b""
        self.place.write_bytes(self.pack(changed(self.sound, chance)))
        try:
            self.read()
        except LilliputError:
            return "refused"
        except Exception as error:  # it is what is looked for
            return f"{type(error).__name__}: {error}"[:300]
        finally:
            self.place.write_bytes(whole)
        return "read"


def readers(folder: Path, draws: Draws, batch: Path, checkpoint: Path) -> list[Reader]:
    """Every reader with a sound file; ``folder`` is where the changed ones go."""
    assert draws.path is not None
    own, manifest = folder / "draws.parquet", folder / "draws.json"
    shutil.copy(draws.path, own)
    shutil.copy(draws.path.with_suffix(".json"), manifest)
    unbound = json.loads(manifest.read_text())
    unbound.pop("file")  # as older manifests are, so that the Parquet file itself is read
    loose = folder / "loose.parquet"
    loose.with_suffix(".json").write_text(json.dumps(unbound))
    toml = CATALOGUE / "no-opening-1971.toml"
    evidence = CATALOGUE.parents[1] / "calibration" / "evidence"
    overlay, reports = folder / "overlay", folder / "reports"
    overlay.mkdir()
    reports.mkdir()
    twin = Path(shutil.copytree(batch, folder / "batch"))
    part = next(twin.glob("scenario=*/part-*.parquet"))
    digest = part.with_name(f"_{part.stem}.sha256")
    result = {"number": 0, "places": {"x": 0.5}, "truth": [0.1], "mean": [0.2], "spread": [0.3]}
    result |= {"moves": 1, "figures": 2, "degenerate": False}

    def anew(at: Path, name: str, read: Callable[[Path], object]) -> Reader:
        return Reader(name, at, lambda: read(at), at.read_bytes())

    def with_digests() -> object:
        """As a stranger would who changes a batch: with digests that agree."""
        whole = sha256_of(twin / MANIFEST)
        for path in parts_in(twin):
            digest_path(path).write_bytes(digest_text(path, whole, sha256_of(path)))
        return compare_batch(twin)

    def packed(manifest: bytes) -> bytes:
        """A checkpoint that says something else of itself."""
        text = manifest.decode("utf-8", "replace")
        buffer = BytesIO()
        np.savez(buffer, **{**arrays, "manifest": np.array(text)})
        return buffer.getvalue()

    arrays = read_arrays(checkpoint)
    for name, content in {
        "s.toml": toml.read_bytes(),
        "c.checkpoint": checkpoint.read_bytes(),
        "record.json": json.dumps(result).encode(),
        "reports/nulls.json": (PUBLISHED / "nulls.json").read_bytes(),
    }.items():
        (folder / name).write_bytes(content)
    shutil.copy(own, loose)
    fits = [fitted_draws(draws, folder / f"fit-{seed}.parquet", seed) for seed in (1, 2)]
    kept, said = folder / "c.checkpoint", str(arrays["manifest"]).encode()
    made = [
        anew(folder / "s.toml", "scenario", read_scenario_file),
        anew(loose, "draws", read_draws),
        anew(manifest, "manifest of draws", lambda _: read_draws(own)),
        anew(fits[0].with_suffix(".json"), "manifest of a fit", lambda _: read_fits(fits)),
        anew(folder / "reports" / "nulls.json", "report", lambda _: published_reports(reports)),
        anew(kept, "checkpoint", read_checkpoint),
        Reader(
            "manifest of a checkpoint",
            kept,
            lambda: read_checkpoint(kept),
            said,
            packed,
        ),
        anew(folder / "record.json", "fitted record", lambda path: read_record_file(path, Result)),
        anew(digest, "digest", lambda _: compare_batch(twin)),
        anew(part, "histories", lambda _: compare_batch(twin)),
        anew(part, "histories with digests", lambda _: with_digests()),
        anew(twin / MANIFEST, "manifest of a batch", lambda _: compare_batch(twin)),
        anew(twin / MANIFEST, "manifest with digests", lambda _: with_digests()),
    ]
    for name in ("aid", "record", "statements", "observations", "currency"):
        shutil.copy(evidence / f"{name}.csv", overlay)
        file = overlay / f"{name}.csv"
        made.append(anew(file, f"overlay, {name}", lambda _: overlaid_evidence(overlay)))
    return made


def fuzzed(attacked: list[Reader], first: int = 0) -> Iterator[tuple[str, str]]:
    """The reader, and what came of it, of one changed file after the other, readers in turn."""
    for number in count(first):
        reader = attacked[number % len(attacked)]
        yield reader.name, reader.attacked(random.Random(number))


def foreign(draws: Draws, place: Path, first: int = 0) -> Times:
    """The faults of one changed file after the other: whatever is neither read nor refused."""
    place.mkdir()
    batch = small_batch(draws, place / "batch")
    (place / "work").mkdir()
    attacked = readers(place / "work", draws, batch, checkpoint_of(place))
    for name, outcome in fuzzed(attacked, first):
        yield [] if outcome in ("read", "refused") else [f"{name}: {outcome}"]
