"""The digests of a batch: beside each part, the SHA-256 of the part and of the batch's manifest.

The file is written before its part and in the form of ``sha256sum``, with paths from the folder of
the batch. It so ties a part to its place and to its batch: a part that was damaged, swapped or
taken from another batch does not agree with it, nor does a manifest that was changed.
"""

import hashlib
import re
from pathlib import Path

from scenarios.batch.manifest import MANIFEST
from scenarios.disk import write_whole
from scenarios.reader import read_bytes, sha256_of

DIGEST = re.compile(r"_part-\d{5,}\.sha256")
_FIRST_LINE = re.compile(rb"([0-9a-f]{64})  " + re.escape(MANIFEST.encode()) + rb"\n")
#: Bytes that a digest may have.
_LONGEST = 4_096
#: What is said of a file that is damaged.
MEND = "lilliput batch with --resume makes it anew"


def digest_path(part: Path) -> Path:
    """Where the digest of a part belongs; readers of a dataset pass over its name."""
    return part.with_name(f"_{part.stem}.sha256")


def digest_text(part: Path, manifest: str, content: str) -> bytes:
    """What the digest of a part says, from the SHA-256 of the manifest and of the part."""
    return f"{manifest}  {MANIFEST}\n{content}  {part.parent.name}/{part.name}\n".encode()


def write_digest(part: Path, content: memoryview) -> None:
    """Write the digest of a part that is to have some content, complete or not at all."""
    manifest = sha256_of(part.parents[1] / MANIFEST)
    text = digest_text(part, manifest, hashlib.sha256(content).hexdigest())
    write_whole(digest_path(part), text)


def is_sound(part: Path, manifest: str) -> bool:
    """Whether a part is what its digest says, in a batch whose manifest has this SHA-256."""
    try:
        digest = read_bytes(digest_path(part), _LONGEST)
        return digest == digest_text(part, manifest, sha256_of(part))
    except (OSError, ValueError):
        return False


def manifest_named(digest: Path) -> str:
    """The SHA-256 of the manifest that a digest names; empty if it cannot be read."""
    try:
        named = _FIRST_LINE.match(read_bytes(digest, _LONGEST))
    except (OSError, ValueError):
        return ""
    return named[1].decode() if named else ""
