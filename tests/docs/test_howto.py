"""The how-to pages, carried out as they stand: files written, edits made, commands run.

What takes minutes is only held against the command line (``test_commands.py``), and the overlay
that a fit would read is read.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from calibration.evidence.reading import overlaid_evidence
from tests.docs.pages import HOWTO, LONG, ROOT, blocks

PACKAGES = ("simulation", "scenarios", "calibration")
COMMANDS = {
    "python": [sys.executable, "-c"],
    "sh": ["bash", "-euc"],
    "r": ["Rscript", "-e"],
}


def checkout(place: Path) -> Path:
    """A copy of the packages, in which a page may change what it likes."""
    for name in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    shutil.copy(ROOT / "lilliput.py", place)
    return place


def carry_out(page: Path, place: Path) -> list[str]:
    """Do what a page says in a copy of the checkout; the kinds of blocks that could not be run."""
    scripts = Path(sys.executable).parent
    paths = {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(place)}
    left = []
    for kind, text in blocks(page):
        if kind in ("text", "toml"):
            name, _, rest = text.partition("\n")
            path = place / name.removeprefix("# ")
            path.parent.mkdir(exist_ok=True)
            path.write_text(rest, encoding="utf-8")
            continue
        if kind == "sh":
            text = "\n".join(line for line in text.splitlines() if not LONG.search(line))
        if kind == "diff":
            done = run(["patch", "-p1"], place, paths, text)
        elif kind == "sql" and find_spec("duckdb"):
            done = run([sys.executable, "-c", f"import duckdb; duckdb.sql('''{text}''')"], place)
        elif kind in COMMANDS and shutil.which(COMMANDS[kind][0], path=paths["PATH"]):
            done = run([*COMMANDS[kind], text], place, paths)
        else:
            left.append(kind)
            continue
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return left


def run(
    command: list[str], place: Path, variables: dict[str, str] | None = None, text: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=place,
        env=os.environ | (variables or {}),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("page", HOWTO, ids=[page.stem for page in HOWTO])
def test_a_page_can_be_carried_out(page: Path, tmp_path: Path) -> None:
    place = checkout(tmp_path)
    left = carry_out(page, place)
    assert set(left) <= {"r", "sql", "stata"}
    if page.stem == "dispute":
        _, ids = overlaid_evidence(place / "doubted")
        assert ids == {"china-albania-1961-loan-500m"}
    if page.stem == "read":  # what is not run here names columns that are there
        columns = set(pd.read_csv(place / "histories.csv", nrows=1).columns)
        other = "\n".join(text for kind, text in blocks(page) if kind in ("r", "stata"))
        named = set(re.findall(r"\b\w+_(?:break|initiator|cause)\b", other))
        assert named
        assert named <= columns
