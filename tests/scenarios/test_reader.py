"""The one reader of files: what is no regular file, too large, nested, or no text is refused."""

import json
import os
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scenarios import reader


def test_a_pipe_nobody_writes_into_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ValueError, match="no regular file"):
        reader.read_bytes(pipe)
    with pytest.raises(OSError, match="no regular file"):
        reader.sha256_of(pipe)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/tty0", "/proc/self"])
def test_what_is_no_file_is_refused(device: str) -> None:
    with pytest.raises((ValueError, OSError)):
        reader.read_bytes(Path(device))


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OSError, match="symbolic links"):
        reader.read_bytes(loop)


def test_a_file_that_is_not_there_is_told_of_in_words(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere") as caught:
        reader.read_bytes(tmp_path / "nowhere")
    assert reader.why(caught.value) == "there is no such file"
    assert reader.why(OSError("it is no regular file")) == "it is no regular file"


def test_size_is_bounded_to_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10)
    assert reader.read_bytes(file, 10) == b"x" * 10
    with pytest.raises(ValueError, match="larger than 9 bytes"):
        reader.read_bytes(file, 9)


@pytest.mark.parametrize(
    ("letter", "name"),
    [("\x1b", "U\\+001B"), ("\x00", "U\\+0000"), ("\x85", "U\\+0085"), ("\u202e", "U\\+202E")],
)
def test_what_terminals_obey_is_no_text(tmp_path: Path, letter: str, name: str) -> None:
    file = tmp_path / "file"
    file.write_text(f"one\ntwo {letter}\n")
    with pytest.raises(ValueError, match=f"{name}, in line 2"):
        reader.read_text(file)


def test_text_in_many_scripts_is_text(tmp_path: Path) -> None:
    text = "Shqipëria\tАлбания 阿尔巴尼亚 – ½ \N{SOFT HYPHEN}\r\n"
    (tmp_path / "file").write_bytes(text.encode())
    assert reader.read_text(tmp_path / "file") == text


@pytest.mark.parametrize(
    "content",
    [
        '{"x": NaN}',
        '{"x": -Infinity}',
        '{"\\ud800": 1}',
        '["\\u001b[2J"]',
        "[" * 100_000,
        "[" * 60 + "]" * 60,
        '{"x": ' + "9" * 5000 + "}",
        "",
        "{",
    ],
)
def test_json_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(ValueError):  # noqa: PT011  (the words differ)
        reader.read_json(tmp_path / "x.json")


def test_sound_json_and_toml_come_through(tmp_path: Path) -> None:
    said = {"a": [1, 2.5, None, True, {"b": "c\n\td"}]}
    (tmp_path / "x.json").write_text(json.dumps(said))
    (tmp_path / "x.toml").write_text('a = [1, {b = "c"}]\n')
    assert reader.read_json(tmp_path / "x.json") == said
    assert reader.read_toml(tmp_path / "x.toml") == {"a": [1, {"b": "c"}]}


def test_values_of_parquet_are_counted_before_they_are_decoded() -> None:
    buffer = BytesIO()
    columns = {f"x{number}": pa.nulls(1_100_000) for number in range(256)}
    pq.write_table(pa.table(columns), buffer, compression="zstd")
    assert buffer.tell() < 1_000_000
    with pytest.raises(ValueError, match="1,100,000 rows of 256 values"):
        reader.parquet_table(buffer.getvalue())


def test_arrays_of_objects_and_swollen_ones_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, x=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="no sound file of arrays"):
        reader.read_arrays(path)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("x.npy", "w", force_zip64=True) as member,
    ):
        for _ in range(1_025):
            member.write(bytes(1 << 20))
    assert path.stat().st_size < 20_000_000
    with pytest.raises(ValueError, match="larger than"):
        reader.read_arrays(path)
