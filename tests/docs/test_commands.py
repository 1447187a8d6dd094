"""Every command that the documentation names is one, with the options that it has."""

import shutil
import subprocess
from pathlib import Path

import pytest
from typer.core import TyperGroup

from calibration.cli.main import root_command
from tests.docs.pages import PAGES, ROOT, commands


def unknown_word(words: list[str]) -> str | None:
    """The first word of a command line that lilliput does not know; none if it knows them all."""
    command = root_command()
    words = list(words)
    while words and not words[0].startswith("-") and (isinstance(command, TyperGroup)):
        word = words.pop(0)
        if word not in command.commands:
            return word
        command = command.commands[word]
        command = command.load() if hasattr(command, "load") else command
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    options = (word.partition("=")[0] for word in words if word.startswith("--"))
    return next((option for option in options if option not in {*known, "--help"}), None)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_commands_and_options_of_a_page_exist(page: Path) -> None:
    unknown = {" ".join(words): unknown_word(words) for words in commands(page)}
    assert {line: word for line, word in unknown.items() if word} == {}


def test_a_wrong_word_is_found() -> None:
    assert unknown_word(["scenario", "list"]) == "scenario"
    assert unknown_word(["evidence", "list", "--pairs", "x"]) == "--pairs"
    assert unknown_word(["calibrate", "check", "nonsense"]) == "nonsense"
    assert unknown_word(["compare", "results/batch", "--full"]) is None


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_lists_what_there_is_in_eighty_columns() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert {"demo", "test", "docs", "reproduce"} <= {line.split()[1] for line in lines}
    assert [line for line in lines if len(line) > 80] == []
