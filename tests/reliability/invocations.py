"""Command lines that cannot be carried out: every option of every command with every bad value.

Each is carried out in this process. What must come of it: one message on the error stream, nothing
on the other, exit status 2, and nothing written.
"""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperGroup

from calibration.cli.main import LazyCommand, main, root_command

CASES = Path(__file__).parents[1] / "cases"
#: What is no number.
NO_NUMBERS = (
    *("abc", "-1", "", " ", "1e9999", "nan", "inf", "0x10", "1_0", "1,000", "½", "9" * 400, "--"),
    *("1.5", "-0.0", "None", "[]", "1 2", "+-3", "\N{ARABIC-INDIC DIGIT THREE}\N{MINUS SIGN}"),
)
#: What is no name, no date and no choice.
NO_NAMES = (
    *("no-such-thing", "../x", "", "-", "=1+1", "@x", "[bold]x[/bold]", "{{ 1 }}", "%s%n", "x="),
    *("a" * 300, "\x1b[2J", "\udcff", "x\x00y", "\u202egpj", "é" * 200, "=", "a=b=c", "strain=9"),
)
#: Places where nothing can be read or written; those in angle brackets are made.
NO_PLACES = (
    *("<pipe>", "<loop>", "<loop>/x", "<folder>", "<folder>/../<file>/x", "<file>/x", "<secret>"),
    *("/dev/zero", "/dev/full", "/dev/null/x", "/proc/self/mem", "~nouser/x", "", ".", "/", ".."),
    *("a" * 300, "a" * 300 + ".toml", "a/" * 3000, "\x1b[2J.toml", "\udcff.toml", "x\x00.toml"),
    *("<toml>", "<parquet>", "<json>", "<csv>", "<checkpoint>", "<batch>"),
)
#: Commands whose arguments, if they were good, would mean long work: they are never asked for.
_LONG = {"scenarios expect"}


@dataclass(frozen=True)
class Outcome:
    """What came of a command line."""

    arguments: tuple[str, ...]
    status: object
    printed: str
    told: str
    written: tuple[str, ...]

    def fault(self) -> str:
        """What is wrong with it; nothing if it was refused as it should be, or had no mistake."""
        if "Traceback" in self.told:
            return "a traceback"
        if self.status == 0:
            return ""
        if self.status != 2:
            return f"exit status {self.status}"
        if self.printed or not self.told.strip():
            return "not one message on the error stream"
        if any(ord(letter) < 32 and letter != "\n" for letter in self.told):
            return "a control character in the message"
        return f"written: {self.written}" if self.written else ""


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Every command below one, with the words that lead to it."""
    whole = command.load() if isinstance(command, LazyCommand) else command
    if not isinstance(whole, TyperGroup):
        yield whole, path
        return
    for name, inner in whole.commands.items():
        yield from leaves(inner, (*path, name))


def every_invocation(places: dict[str, str]) -> list[tuple[str, ...]]:
    """Every bad command line; ``places`` are those that stand in angle brackets."""
    made = []
    for command, path in leaves(root_command()):
        if " ".join(path) in _LONG:
            continue
        for parameter in command.params:
            if getattr(parameter, "is_flag", False) or parameter.name == "help":
                continue
            others = [each for each in command.params if each is not parameter]
            spoilt = next((_spoilt(each) for each in others if _spoilt(each)), ())
            required = [x for each in others for x in _required(each)]
            option = () if isinstance(parameter, TyperArgument) else (parameter.opts[0],)
            for value in (*NO_NUMBERS, *NO_NAMES, *NO_PLACES):
                for mark, place in places.items():
                    value = value.replace(mark, place)
                made.append((*path, *spoilt, *required, *option, value))
    return made


def _spoilt(parameter: Any) -> tuple[str, ...]:
    """An option with a value that is wrong for sure, so that no command begins its work."""
    numbers = {"seed", "replicates", "port", "workers", "horizon", "records"}
    return (parameter.opts[0], "abc") if parameter.name in numbers else ()


def _required(parameter: Any) -> tuple[str, ...]:
    if not parameter.required:
        return ()
    return ("x",) if isinstance(parameter, TyperArgument) else (parameter.opts[0], "x")


def refused(place: Path, first: int = 0) -> Iterator[Outcome]:
    """What came of one bad command line after the other; their order is mixed, always alike."""
    place.mkdir(exist_ok=True)
    every = every_invocation(prepared(place))
    random.Random(14).shuffle(every)
    (place / "work").mkdir()
    for arguments in every[first:]:
        yield carried_out(arguments, place / "work")


def carried_out(arguments: tuple[str, ...], place: Path) -> Outcome:
    """Carry out a command line in a folder, and see what it printed and wrote there."""
    before = listing(place)
    printed, told = StringIO(), StringIO()
    status: object = 0
    with chdir(place), redirect_stdout(printed), redirect_stderr(told):
        try:
            main(arguments)
        except SystemExit as leaving:
            status = leaving.code
    written = tuple(sorted(listing(place) ^ before))
    return Outcome(arguments, status, printed.getvalue(), told.getvalue(), written)


def prepared(folder: Path) -> dict[str, str]:
    """Make such places in a folder; their paths by the marks that stand for them."""
    pipe, loop, inner, file, secret = (
        folder / name for name in ("pipe", "loop", "folder", "file", "secret")
    )
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    inner.mkdir()
    file.write_text("nothing\n")
    secret.write_text("nothing\n")
    secret.chmod(0)
    made = {"pipe": pipe, "loop": loop, "folder": inner, "file": file, "secret": secret}
    for case in CASES.iterdir():
        shutil.copy(case, folder)
    made |= {
        "toml": folder / "deep.toml",
        "parquet": folder / "many-rows.parquet",
        "json": folder / "deep.json",
        "csv": folder / "wide.csv",
        "checkpoint": folder / "cut.checkpoint",
        "batch": folder / "batch",
    }
    (folder / "batch").mkdir()
    shutil.copy(CASES / "surrogate.json", folder / "batch" / "_manifest.json")
    return {f"<{name}>": str(path) for name, path in made.items()}


def listing(place: Path) -> set[str]:
    """Everything that lies in a folder."""
    return {
        os.path.relpath(Path(folder) / name, place)
        for folder, folders, files in os.walk(place)
        for name in (*folders, *files)
    }
