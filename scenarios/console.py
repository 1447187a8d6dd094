"""What commands print: one clear message for a mistake, a progress bar for long work, and tables."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from simulation.errors import LilliputError

#: Work that takes longer than this many seconds shows a progress bar.
PATIENCE = 2.0
#: Told what is being done, how much of it is done, and of how much.
Told = Callable[[str, int, int], None]


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Print a mistake with all its problems on the error stream and leave with exit status 2."""
    try:
        yield
    except LilliputError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def wide_console(narrowest: int) -> Console:
    """The standard output; where it is no terminal, tables have room for this many letters at least."""
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
    """A table with a line under its heads; columns in ``right`` are set right, those in ``whole`` never wrapped."""
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
    """A progress bar with the time left on the error stream, once work has taken longer than one likes to wait.

    What is yielded is to be told what is being done, how much of it is done, and of how much; what is done when
    it is first told does not count towards the speed.
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
    """The same for work of one kind whose amount is known: what is yielded receives how much of it is done."""
    with waiting() as advance:
        yield lambda done: advance(doing, done, whole)
