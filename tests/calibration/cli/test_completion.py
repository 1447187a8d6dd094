"""Shells complete what is typed: commands, options and names of scenarios."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from calibration.cli.main import SUBCOMMANDS

pty = pytest.importorskip("pty", reason="no terminals of this kind here")
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
    zsh.shown(f'{CLEAR}print rea""dy\n', ["ready"])  # the words of the case before are gone
    seen = zsh.shown(f"{typed}\t", words)
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
