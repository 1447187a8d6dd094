"""What every command of lilliput does with a mistake of the user's: one clear message, exit status 2."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from simulation.errors import LilliputError


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Print a mistake with all its problems on the error stream and leave with exit status 2."""
    try:
        yield
    except LilliputError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
