"""What is read from the disk: regular files of bounded size, as text, JSON, TOML or Parquet.

Every file that a user or a stranger may hand over is read here. A file that cannot be read raises
``OSError``; one that is not fit to be used raises ``ValueError``, whose message says why in words
that stand after the name of the file.
"""

import hashlib
import json
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

if TYPE_CHECKING:  # costs a tenth of a second, which commands that read no tables do without
    import numpy as np
    import pyarrow as pa

#: Bytes that a file may have: any at all, one of text, and one of TOML, whose reader is slow where
#: a key has thousands of parts.
MOST_BYTES, MOST_TEXT, MOST_TOML = 1 << 30, 16 << 20, 1 << 17
#: Letters in a line of TOML, for the same reason.
LONGEST_LINE = 1_000
#: Tables within tables within lists, and values in a Parquet file.
DEEPEST, MOST_VALUES = 40, 1 << 28
#: The largest seed of the shocks.
MOST_SEED = 2**63 - 1
#: What is in no text that a person writes: control characters, marks that turn the direction of
#: writing, and halves of characters. Terminals obey some of them.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _opened_at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever writes into a pipe of that name."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def why(error: OSError | ValueError) -> str:
    """Why a file cannot be read, in words alone."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a regular file of at most so many bytes."""
    with open(path, "rb", opener=_opened_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is no regular file")
        content: bytes = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    return content


def sha256_of(path: Path) -> str:
    """The SHA-256 of a regular file of any size. Raises ``OSError`` if it cannot be read."""
    with open(path, "rb", opener=_opened_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(f"{path} is no regular file")
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path, most: int = MOST_TEXT) -> str:
    """The text in a file in UTF-8 without control characters."""
    text = read_bytes(path, most).decode("utf-8")
    _refuse_unfit(text)
    return text


def read_json(path: Path, most: int = MOST_TEXT) -> Any:
    """What a JSON file says; its numbers are finite, its nesting and its texts bounded."""
    return json_in(read_text(path, most))


def json_in(text: str) -> Any:
    """The same of a text in JSON."""
    try:
        return _sound(json.loads(text, parse_constant=_refuse_constant))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file says; a subclass of ``ValueError`` tells where it is broken."""
    return toml_in(read_text(path, MOST_TOML))


def toml_in(text: str) -> dict[str, Any]:
    """What a text in TOML says; a subclass of ``ValueError`` tells where it is broken."""
    _refuse_unfit(text)
    if len(text) > MOST_TOML:
        raise ValueError(f"it has more than {MOST_TOML:,} characters")
    if any(len(line) > LONGEST_LINE for line in text.splitlines()):
        raise ValueError(f"a line has more than {LONGEST_LINE:,} characters")
    try:
        return dict(_sound(tomllib.loads(text)))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def parquet_table(content: bytes) -> "pa.Table":
    """The table in the bytes of a Parquet file; its values are counted before they are decoded."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        rows, columns = file.metadata.num_rows, file.metadata.num_columns
        if not 0 <= rows * max(1, columns) <= MOST_VALUES:
            raise ValueError(f"it has {rows:,} rows of {columns:,} values; {MOST_VALUES:,} at most")
        table = file.read()
        table.validate(full=True)
        table.schema.names.count("")  # names are decoded when they are looked at
        table = table.replace_schema_metadata()  # what other programs say of it
    except pa.ArrowException as error:
        raise ValueError(f"it is no sound Parquet file ({error})") from error
    return table


def read_arrays(path: Path) -> dict[str, "np.ndarray[Any, Any]"]:
    """The arrays of numbers and texts in a file of NumPy's (``.npz``), none of them an object."""
    import numpy as np

    content = read_bytes(path)
    try:
        with ZipFile(BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                raise ValueError(f"its arrays are larger than {MOST_BYTES:,} bytes")
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            return dict(arrays)
    except Exception as error:  # damaged archives raise whatever their decoders meet with
        raise ValueError(f"it is no sound file of arrays ({error})") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is no number")


def _refuse_unfit(text: str) -> None:
    if found := UNFIT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ValueError(f"a character that is no text, U+{ord(found[0]):04X}, in line {line}")


def _sound(value: Any) -> Any:
    """A value that was read, unless it is nested too deeply or holds texts that are none."""
    for text in _texts(value):
        _refuse_unfit(text)
    return value


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, its keys included."""
    level = [value]
    for _ in range(DEEPEST):
        yield from (each for each in level if isinstance(each, str))
        yield from (key for each in level if isinstance(each, dict) for key in each)
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise ValueError(f"it is nested more than {DEEPEST} deep")
