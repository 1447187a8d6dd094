"""What commands read and print: numbers, one message for all mistakes, progress, and tables."""

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from simulation.errors import LilliputError, Problem

_NUMBER = re.compile(r"[+-]?\d{1,30}")
#: Work that takes longer than this many seconds shows a progress bar.
PATIENCE = 2.0
#: Is called with what is being done, how much of it is done, and of how much.
Told = Callable[[str, int, int], None]


def whole_number(
    option: str, text: str, least: int, most: int, *, command: str = "lilliput run"
) -> tuple[int, list[Problem]]:
    """A whole number as typed, and what is wrong with it."""
    number = int(text) if _NUMBER.fullmatch(text.strip()) else None
    if number is None or not least <= number <= most:
        return least, [Problem(command, option, text, f"a whole number from {least} to {most}")]
    return number, []


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Print a mistake with all its problems on the error stream and leave with exit status 2."""
    try:
        yield
    except LilliputError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def wide_console(narrowest: int) -> Console:
    """The standard output; where it is no terminal, it is at least so many letters wide."""
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
) -> Table:
    """A table; columns in ``right`` are set right, those in ``whole`` are never wrapped."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(
            column, justify="right" if column in right else "left", no_wrap=column in whole
        )
    for row in rows:
        table.add_row(*row)
    return table


@contextmanager
def waiting() -> Iterator[Told]:
    """A progress bar with the time left on the error stream, once work has taken ``PATIENCE``.

    What is yielded is called with what is being done, how much of it is done, and of how much; what
    the first call finds done does not count towards the speed.
    """
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
