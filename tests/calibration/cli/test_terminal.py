"""The commands as they are met in a terminal: help at once, words completed, eighty columns."""

import fcntl
import json
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from calibration.cli.main import SUBCOMMANDS

pty = pytest.importorskip("pty", reason="no terminals of this kind here")
COLUMNS = 80
#: What makes help slow; NumPy alone is needed to say what scenarios there are.
HEAVY = (
    *("arviz", "jinja2", "lifelines", "matplotlib", "mesa", "numba", "pandas", "pyarrow", "rich"),
    *("SALib", "scipy", "scoringrules", "solara"),
)
COMMAND = (sys.executable, "-c", "from calibration.cli.main import main; main()")
#: Seconds that a shell is waited for at most, and the key by which its line is emptied.
PATIENCE, CLEAR = 120, "\x15"
#: What is typed before the key that completes, and the words that then are possible.
COMPLETED = [
    ("lilliput ca", {"calibrate"}),
    ("lilliput calibrate check r", {"ranks", "recovery"}),
    ("lilliput evidence s", {"show"}),
    ("lilliput run --re", {"--replicates"}),
    ("lilliput run no-new", {"no-new-line-1956"}),
    ("lilliput scenarios show albania-r", {"albania-returns-1962", "albania-returns-1964"}),
]
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


def seen(*arguments: str, cwd: Path | None = None) -> str:
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
    _, status = os.waitpid(child, 0)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(parts).decode())
    assert os.waitstatus_to_exitcode(status) == 0, text
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


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """That of a shell which finds the command ``lilliput`` of this checkout."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "lilliput"
    command.write_text(f"#!/bin/sh\nexec '{COMMAND[0]}' -c '{COMMAND[2]}' \"$@\"\n")
    command.chmod(0o755)
    path = {"PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(Path(__file__).parents[3])}
    return os.environ | path | {"TERM": "xterm"}


class Zsh:
    """A zsh in a terminal into which words are typed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execvpe("zsh", ["zsh", "-f", "-i"], environment)

    def shown(self, typed: str, words: Collection[str]) -> str:
        """What the terminal shows once something is typed: at last all these words."""
        os.write(self.terminal, typed.encode())
        text, end = "", time.monotonic() + PATIENCE
        while not all(word in text for word in words) and time.monotonic() < end:
            if select.select([self.terminal], [], [], 1)[0]:
                part = os.read(self.terminal, 65536).decode()
                text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", " ", re.sub(r".\x08|\r", "", part))
        return text


@pytest.fixture(scope="module")
def zsh(environment: dict[str, str]) -> Iterator[Zsh]:
    if shutil.which("zsh") is None:
        pytest.skip("no zsh is installed here")
    shell = Zsh(environment)
    script = "autoload -Uz compinit; compinit -D -u; unsetopt listambiguous"
    shell.shown(f'{script}; eval "$(lilliput --show-completion)"; print rea""dy\n', ["ready"])
    yield shell
    os.kill(shell.child, signal.SIGKILL)
    os.waitpid(shell.child, 0)
    os.close(shell.terminal)


@pytest.mark.parametrize(("typed", "words"), COMPLETED)
def test_zsh_completes_what_is_typed(zsh: Zsh, typed: str, words: set[str]) -> None:
    seen = zsh.shown(f"{CLEAR}{typed}\t", words)
    completed = set(re.findall(r"[\w-]+", seen))
    assert words <= completed, seen
    assert set(SUBCOMMANDS) & completed <= words | set(typed.split())


@pytest.mark.parametrize(("typed", "words"), COMPLETED)
def test_bash_completes_what_is_typed(
    environment: dict[str, str], typed: str, words: set[str]
) -> None:
    place = len(typed.split()) - 1
    script = (
        f'eval "$(lilliput --show-completion bash)"; COMP_WORDS=({typed}); COMP_CWORD={place};'
        " _lilliput_completion lilliput; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    try:
        done = subprocess.run(
            ["bash", "--norc", "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError:
        pytest.skip("no bash is installed here")
    assert set(done.stdout.split()) == words


def test_every_listing_is_legible_in_eighty_columns() -> None:
    assert_legible(seen("scenarios", "list"), ["albania-keeps-ties-with-moscow", "1960-12"])
    assert_legible(seen("scenarios", "show", "no-opening-1971"), ["Antecedent"])
    assert_legible(
        seen("evidence", "list"),
        ["china-albania-1961-loan-500m", "yugoslavia-albania-1946-07-treaty", "held out"],
    )
    assert_legible(
        seen("evidence", "show", "china-albania-1961-loan-500m"),
        ["million old rubles", "marku2017"],
    )
    assert_legible(seen("evidence", "check"), ["statements.csv", "held out"])
    assert_legible(seen("evidence", "used"))
    assert_legible(seen("evidence", "agreement"), ["hierarchy", "in range"])


def test_a_run_and_what_is_made_of_a_batch_are_legible_in_eighty_columns(tmp_path: Path) -> None:
    pairs = ["albania-yugoslavia", "yugoslavia-ussr", "china-ussr", "albania-china"]
    assert_legible(seen("run", "--replicates", "30", cwd=tmp_path), [*pairs, "to Yugoslavia"])
    batch = ["batch", "historical", "no-opening-1971", "--replicates", "40", "--workers", "1"]
    assert_legible(seen(*batch, cwd=tmp_path), [*pairs, "no-opening-1971"])
    short = seen("compare", cwd=tmp_path)
    assert_legible(short, ["no-opening-1971", "histories in which"])
    full = seen("compare", "--full", "--event", "albania-china", cwd=tmp_path)
    assert_legible(full, ["necessity", "sufficiency", "Political support", "1975"])


@pytest.mark.slow
def test_the_benchmark_is_legible_in_eighty_columns() -> None:
    arguments = ("--replicates", "8", "--rounds", "1", "--workers", "1")
    assert_legible(seen("benchmark", *arguments), ["Mesa model, one after another"])


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
