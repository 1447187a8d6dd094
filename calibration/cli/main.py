"""``lilliput``: the command from which everything is asked; each sub-command is read in when it is called."""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from simulation.errors import LilliputError

#: Exit status of a mistake of the user's, and of a run broken off from the keyboard.
MISTAKE, BROKEN_OFF = 2, 130


class Place(NamedTuple):
    """Where a sub-command lives (``module:attribute``) and what the list of commands says of it."""

    address: str
    summary: str


#: The sub-commands in the order in which they are listed.
SUBCOMMANDS = {
    "run": Place(
        "calibration.cli.run:run", "Simulate a scenario many times and set it beside the record."
    ),
    "batch": Place(
        "calibration.cli.batch:batch",
        "Simulate scenarios many times with the same draws and shocks.",
    ),
    "compare": Place(
        "calibration.cli.compare:compare",
        "Set the counterfactuals of a batch beside their factual twins.",
    ),
    "report": Place(
        "calibration.cli.report:report", "Write the counterfactuals of a batch as one page to read."
    ),
    "scenarios": Place(
        "calibration.cli.scenarios:scenarios_app", "The questions that can be put to the model."
    ),
    "evidence": Place(
        "calibration.cli.evidence:evidence_app",
        "The documented evidence: aid, terms, cuts, dated events and exchange rates.",
    ),
    "calibrate": Place(
        "calibration.cli.calibrate:calibrate_app", "Fit the parameters to the record."
    ),
    "serve": Place(
        "calibration.cli.serve:serve", "Open the page in a browser: step through a history."
    ),
    "benchmark": Place(
        "calibration.cli.benchmark:benchmark",
        "Measure how many histories a second this machine simulates.",
    ),
}


class LazyCommand(TyperCommand):
    """A sub-command that is listed by its summary and read in only when it is called."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__(name, help=place.summary)
        self.place = place

    def load(self) -> TyperCommand | TyperGroup:
        """The sub-command itself, with all that it imports."""
        module, attribute = self.place.address.split(":")
        target = getattr(import_module(module), attribute)
        if not isinstance(target, typer.Typer):
            function, target = target, typer.Typer(add_completion=False)
            target.command()(function)
        command = typer.main.get_command(target)
        command.name = self.name
        return command  # type: ignore[return-value]

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Hand the rest of the command line to the sub-command itself."""
        return self.load().make_context(info_name, args, parent=parent, **extra)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"lilliput {version('lilliput')}")
        raise typer.Exit


def _lilliput(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    """Four unequal allies, 1945-1980: the documented record, the rules, and what they make of history."""


def root_command() -> TyperGroup:
    """The command ``lilliput`` with all its sub-commands, none of them read in yet."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(_lilliput)
    root = typer.main.get_group(app)
    for name, place in SUBCOMMANDS.items():
        root.add_command(LazyCommand(name, place))
    return root


def main(arguments: Sequence[str] | None = None) -> None:
    """Carry out a command line; a mistake is one message on the error stream and exit status 2."""
    try:
        root_command().main(args=arguments, prog_name="lilliput")
    except LilliputError as error:
        typer.echo(str(error), err=True)
        sys.exit(MISTAKE)
    except KeyboardInterrupt:
        sys.exit(BROKEN_OFF)


if __name__ == "__main__":
    main()
