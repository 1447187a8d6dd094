"""What commands print: one message for all mistakes, a progress bar for long work, and tables."""

import errno
import json
import shutil
import signal
import sys
import textwrap
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from scenarios.reader import UNFIT
from simulation.errors import MOST_SHOWN, LilliputError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Column, Table


#: Work that takes longer than this many seconds shows a progress bar.
PATIENCE = 2.0
#: Letters of a line of prose below which a column of a table is not narrowed.
PROSE = 20
#: How lines are broken: sentences, items of a list, and cells below the name of their row.
_WHOLE: dict[str, Any] = {"break_on_hyphens": False, "break_long_words": False}
_HANGING: dict[str, Any] = {**_WHOLE, "subsequent_indent": "     "}
_INDENTED: dict[str, Any] = {
    "initial_indent": "  ",
    "subsequent_indent": "    ",
    "break_on_hyphens": False,
}
#: What is said of a command that is broken off and keeps nothing to go on with.
NOTHING_KEPT = "there is nothing to go on with; every file is complete, or as it was before"
#: Lines of a message that are shown.
MOST_TOLD = 100
#: Exit status of a mistake of the user's.
MISTAKE = 2
#: Is called with what is being done, how much of it is done, and of how much.
WorkProgress = Callable[[str, int, int], None]


class TerminatedError(KeyboardInterrupt):
    """The system asked the command to end (SIGTERM); it ends as from the keyboard."""


class CommandGroup(TyperGroup):
    """Commands that are listed each by the whole first sentence of what it does."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list; click itself cuts a sentence off where the line ends."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, str(command.get_short_help_str(MOST_SHOWN)))
                    for name, command in self.commands.items()
                    if not command.hidden
                ]
            )


def told(error: BaseException) -> str:
    """What is said of an error: at most ``MOST_TOLD`` lines, without what terminals obey."""
    if isinstance(error, LilliputError):
        text = str(error)
    elif isinstance(error, MemoryError):
        text = "lilliput cannot go on: there is too little memory for this"
    elif isinstance(error, RecursionError):
        text = "lilliput cannot go on: something in the input is nested too deeply"
    else:
        text = f"lilliput cannot go on: {error}"
    lines = UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text).splitlines()
    more = [f"  ... and {len(lines) - MOST_TOLD:,} lines more"][: len(lines) > MOST_TOLD]
    return "\n".join(lines[:MOST_TOLD] + more)


def tell(text: str, *, err: bool = False) -> None:
    """Print sentences; a terminal has their lines broken between words, other programs as they are.

    Paths and commands without a blank stay whole, so that they can be copied.
    """
    if (sys.stderr if err else sys.stdout).isatty():
        width = shutil.get_terminal_size().columns
        text = "\n".join(
            textwrap.fill(line, width, **_HANGING if line.startswith(" ") else _WHOLE)
            for line in text.splitlines()
        )
    typer.echo(text, err=err)


def print_json(value: object) -> None:
    """Print an object for other programs."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def reporting_errors(kept: Callable[[], str] = str) -> Iterator[None]:
    """Print what ends a command early on the error stream, and leave with its exit status.

    A mistake is printed with all its problems. ``kept`` says what is kept of work that is broken
    off or that the system refuses to go on with, and how to go on; without it nothing is.
    """
    try:
        yield
    except LilliputError as error:
        tell(told(error), err=True)
        raise typer.Exit(MISTAKE) from error
    except OSError as error:
        if error.errno == errno.EPIPE or not (rest := kept()):
            raise
        tell(f"{told(error)}\n{rest}", err=True)
        raise typer.Exit(MISTAKE) from error
    except KeyboardInterrupt as error:
        terminated = isinstance(error, TerminatedError)
        tell(f"Broken off: {kept() or NOTHING_KEPT}", err=True)
        raise typer.Exit(128 + (signal.SIGTERM if terminated else signal.SIGINT)) from error


def wide_console(narrowest: int) -> "Console":
    """The standard output; where it is no terminal, it is at least so many letters wide.

    ``COLUMNS`` makes it no narrower: whatever a program with GNU readline starts has it set to 80.
    """
    from rich.console import Console

    console = Console(highlight=False)
    if console.width < narrowest and not console.is_terminal:
        return Console(highlight=False, width=narrowest)
    return console


def plain_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]] = (),
    *,
    title: str | None = None,
    right: Collection[str] = (),
    whole: Collection[str] = (),
) -> "Table":
    """A table; columns in ``right`` are set right, those in ``whole`` are never wrapped."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    table.padding, table.pad_edge = (0, 1, 0, 0), False
    for column in columns:
        table.add_column(
            column, justify="right" if column in right else "left", no_wrap=column in whole
        )
    for row in rows:
        table.add_row(*row)
    return table


def show_table(console: "Console", table: "Table") -> None:
    """Print a table; where it is too wide for the console, its rows one below the other.

    A row is then a line with its first cell, and below it the others, each after its heading.
    """
    left = console.width - 2 * len(table.columns) - sum(map(_least, table.columns))
    if left >= 0:
        for column in sorted(table.columns, key=_most):
            more = min(left, _most(column) - _least(column))
            column.width = _least(column) + more
            left -= more
        console.print(table)
        return
    if table.title:
        console.print(table.title, style="bold")
    heads = [" ".join(_plain(column.header).split()) for column in table.columns[1:]]
    for name, *cells in zip(*(column.cells for column in table.columns), strict=True):
        if name:
            console.print(f"\n{_plain(name)}", style="bold", markup=False)
        texts = (" ".join(_plain(cell).split()) for cell in cells)
        pairs = zip(heads, texts, strict=True)
        line = "; ".join(f"{head}: {text}" for head, text in pairs if text)
        console.print(textwrap.fill(line, console.width, **_INDENTED), markup=False)
    console.print()


def _plain(cell: "RenderableType") -> str:
    """What a cell of a table says, without its marks of style."""
    from rich.text import Text

    return Text.from_markup(str(cell)).plain


def _least(column: "Column") -> int:
    """How narrow a column can be: words and numbers stay whole, prose has ``PROSE`` letters."""
    if column.no_wrap:
        return _most(column)
    words = [word for cell in (column.header, *column.cells) for word in _plain(cell).split()]
    lines = [line for cell in column.cells for line in _plain(cell).splitlines()]
    longest = max(map(len, lines), default=0)
    short = column.justify != "right" and longest <= PROSE
    return max(0 if short else min(PROSE, longest), *map(len, words), 1)


def _most(column: "Column") -> int:
    """How wide a column is where nothing is wrapped."""
    cells = (column.header, *column.cells)
    return max((len(line) for cell in cells for line in _plain(cell).splitlines()), default=1)


@contextmanager
def waiting() -> Iterator[WorkProgress]:
    """A progress bar with the time left on the error stream, once work has taken ``PATIENCE``.

    What is yielded is called with what is being done, how much of it is done, and of how much; what
    the first call finds done does not count towards the speed.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("", total=None)
    start = time.monotonic()
    current, shown = "", False

    def advance(doing: str, done: int, whole: int) -> None:
        nonlocal current, shown
        if doing != current:
            bar.reset(task, description=doing, total=whole, completed=done)
            current = doing
        if not shown and done < whole and time.monotonic() - start > PATIENCE:
            bar.start()
            shown = True
        bar.update(task, completed=done, total=whole)

    try:
        yield advance
    finally:
        if shown:
            bar.stop()


@contextmanager
def progress_of(doing: str, whole: int) -> Iterator[Callable[[int], None]]:
    """The same for work of one kind and known amount; what is yielded takes how much is done."""
    with waiting() as advance:
        yield lambda done: advance(doing, done, whole)
