"""The commands as they are met in a terminal: help at once, eighty columns."""

import fcntl
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from calibration.cli.main import SUBCOMMANDS, LazyCommand, root_command
from scenarios.files import CATALOGUE

pty = pytest.importorskip("pty", reason="no terminals of this kind here")
COLUMNS = 80
#: What makes help slow; NumPy alone is needed to say what scenarios there are.
HEAVY = (
    *("arviz", "jinja2", "lifelines", "matplotlib", "mesa", "numba", "pandas", "pyarrow", "rich"),
    *("SALib", "scipy", "scoringrules", "solara"),
)
COMMAND = (sys.executable, "-c", "from calibration.cli.main import main; main()")
#: Modules that the help of a command reads in at most, Python's own among them.
HELP_MODULES = 500
#: A batch of two scenarios.
BATCH = ["historical", "no-opening-1971", "--replicates", "40", "--workers", "1"]
#: Calls for the help of a command and of all below it, then prints their names and what is read in.
ALL_HELP = f"""
import contextlib, io, json, sys
from calibration.cli.main import root_command

def helped(command, words):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            root_command().main(args=[*words, "--help"], prog_name="lilliput")
        except SystemExit as leaving:
            assert leaving.code == 0
    pages = [[" ".join(words), printed.getvalue()]]
    for name, below in getattr(command, "commands", {{}}).items():
        pages += helped(below, [*words, name])
    return pages

name = sys.argv[1]
pages = helped(root_command().commands[name].load(), [name])
print(json.dumps([pages, [each for each in {HEAVY!r} if each in sys.modules]]))
"""


def seen(*arguments: str, cwd: Path | None = None, status: int = 0) -> str:
    """What a command prints into a terminal of eighty columns, without colours."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cwd or ".")
        environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
        here = str(Path(__file__).parents[3])
        os.execve(
            COMMAND[0],
            [*COMMAND, *arguments],
            environment | {"TERM": "xterm", "PYTHONPATH": here},
        )
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:  # the end of what a terminal says, on Linux
        pass
    os.close(terminal)
    _, left = os.waitpid(child, 0)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(parts).decode())
    assert os.waitstatus_to_exitcode(left) == status, text
    return text.replace("\r\n", "\n")


def assert_legible(text: str, words: Sequence[str] = ()) -> None:
    """No line is too wide, nothing is cut off, and these words stand whole."""
    lines = [line for line in text.splitlines() if "\r" not in line]  # the bar while one waits
    assert [line for line in lines if len(line) > COLUMNS] == []
    assert "…" not in text
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("name", list(SUBCOMMANDS))
def test_help_of_every_command_reads_in_nothing_heavy_and_is_narrow(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALL_HELP, name], capture_output=True, text=True, check=True
    )
    pages, heavy = json.loads(done.stdout)
    assert heavy == []
    assert (len(pages) > 1) == (name in ("scenarios", "evidence", "calibrate"))
    for command, page in pages:
        assert page.startswith(f"Usage: lilliput {command} ")
        assert_legible(page)


def every_command(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, with the words by which it is called."""
    for name, lazy in group.commands.items():
        command = lazy.load() if isinstance(lazy, LazyCommand) else lazy
        if hasattr(command, "commands"):
            yield from every_command(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


COMMANDS = dict(every_command(root_command()))
#: Commands that show a table or a listing, with arguments, and words that then stand whole.
PAIRS = ["albania-yugoslavia", "yugoslavia-ussr", "china-ussr", "albania-china"]
SHOWING: dict[str, tuple[list[str], list[str]]] = {
    "demo": ([], PAIRS),
    "run": (["--replicates", "30"], [*PAIRS, "USSR to Yugoslavia", "economic", "arms"]),
    "batch": ([*BATCH, "--resume"], [*PAIRS, "no-opening-1971"]),
    "compare": (["--full", "--event", "albania-china"], ["necessity", "Political support", "1975"]),
    "scenarios list": ([], ["albania-keeps-ties-with-moscow", "1960-12"]),
    "scenarios show": (["no-opening-1971"], ["Antecedent"]),
    "scenarios check": (["mine.toml"], ["no-opening-1971"]),
    "evidence list": ([], ["china-albania-1961-loan-500m", "held out"]),
    "evidence show": (["china-albania-1961-loan-500m"], ["million old rubles", "marku2017"]),
    "evidence check": ([], ["statements.csv", "held out"]),
    "evidence used": ([], []),
    "evidence agreement": ([], ["hierarchy", "in range"]),
    "calibrate summary": ([], []),
    "benchmark": (["--replicates", "8", "--rounds", "1", "--workers", "1"], ["Mesa model"]),
}
#: Commands that write files or open a page, and say where in a sentence.
WRITING = {"report", "scenarios new", "scenarios expect", "calibrate fit", "serve"}
#: Commands that write a report, and say what was found in a sentence or, with --json, all of it.
REPORTING = {
    *("calibrate agree", "calibrate dossier", "calibrate report"),
    *(name for name in COMMANDS if name.startswith("calibrate check ")),
}


def test_every_command_shows_writes_or_reports() -> None:
    assert sorted(COMMANDS) == sorted([*SHOWING, *WRITING, *REPORTING])


@pytest.mark.parametrize("name", sorted({*SHOWING, *REPORTING} - {"demo"}))
def test_every_command_that_shows_or_reports_does_so_for_programs_too(name: str) -> None:
    assert "--json" in {flag for each in COMMANDS[name].params for flag in each.opts}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*COMMANDS, *(n.rpartition(" ")[0] for n in COMMANDS)}))
def test_help_reads_in_little(name: str) -> None:
    """Half a second of an idle processor: counted in modules, which no busy machine changes."""
    help_of = [sys.executable, "-X", "importtime", *COMMAND[1:], *name.split(), "--help"]
    asked = subprocess.run(help_of, capture_output=True, text=True, check=True)
    assert 50 < asked.stderr.count("import time:") < HELP_MODULES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a batch and a scenario file in it."""
    place = tmp_path_factory.mktemp("folder")
    shutil.copy(CATALOGUE / "no-opening-1971.toml", place / "mine.toml")
    subprocess.run(
        [*COMMAND, "batch", *BATCH],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return place


@pytest.mark.parametrize("name", [name for name in SHOWING if name != "compare"])
def test_what_a_command_shows_is_legible_in_eighty_columns(folder: Path, name: str) -> None:
    arguments, words = SHOWING[name]
    assert_legible(seen(*name.split(), *arguments, cwd=folder), words)


def test_a_comparison_is_legible_in_eighty_columns(folder: Path) -> None:
    assert_legible(seen("compare", cwd=folder), ["no-opening-1971", "histories in which"])
    arguments, words = SHOWING["compare"]
    assert_legible(seen("compare", *arguments, cwd=folder), words)


def test_a_message_is_legible_in_eighty_columns() -> None:
    text = seen("run", "no-openning", status=2)
    assert_legible(text, ["did you mean", "'no-opening-1971'?", "\n     no-"])


def test_aid_stands_in_one_table_a_pair_with_its_form(folder: Path) -> None:
    lines = seen("run", "--replicates", "30", cwd=folder).splitlines()
    heads = [line.strip() for line in lines if line.startswith("Aid of")]
    assert "Aid of Yugoslavia to Albania (million US$)" in heads
    assert len(heads) == 5
    assert sum(line.startswith(" economic  1946-50") for line in lines) == 5


@pytest.mark.parametrize("name", [name for name in SHOWING if name != "demo"])
def test_what_a_command_shows_is_one_object_for_programs(folder: Path, name: str) -> None:
    done = subprocess.run(
        [*COMMAND, *name.split(), *SHOWING[name][0], "--json"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)


LACKING = """
import sys
from importlib.machinery import PathFinder

class Lacking(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {lacking!r} else PathFinder.find_spec(name, path)

sys.meta_path[:] = [Lacking if each is PathFinder else each for each in sys.meta_path]
from calibration.cli.main import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("arguments", "lacking", "extra"),
    [
        ("calibrate check sensitivity", "SALib", "calibration"),
        ("calibrate check leave-one-out", "scoringrules", "calibration"),
        ("calibrate check recovery", "arviz", "calibration"),
        ("calibrate fit", "arviz", "calibration"),
        ("evidence agreement", "krippendorff", "calibration"),
        ("serve", "solara", "page"),
        ("batch historical --dask tcp://127.0.0.1:1", "distributed", "cluster"),
    ],
)
def test_a_command_says_which_extra_is_missing_before_work_begins(
    tmp_path: Path, arguments: str, lacking: str, extra: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LACKING.format(lacking={lacking}), *arguments.split()],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert lacking in done.stderr
    assert f"lilliput[{extra}]" in done.stderr
    assert list(tmp_path.iterdir()) == []
