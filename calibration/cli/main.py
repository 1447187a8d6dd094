"""``lilliput``: the command of which all others are part, each read in when it is called."""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from simulation.errors import LilliputError

#: Exit status of a mistake of the user's, and of a run broken off from the keyboard.
MISTAKE, BROKEN_OFF = 2, 130

#: The sub-commands in the order in which they are listed, and what the list says of them. Each is
#: the function or group of its name in the module of its name.
SUBCOMMANDS = {
    "run": "Simulate a scenario many times and set it beside the record.",
    "batch": "Simulate scenarios many times with the same draws and shocks.",
    "compare": "Set the counterfactuals of a batch beside their factual twins.",
    "report": "Write the counterfactuals of a batch as one page to read.",
    "scenarios": "The questions that can be put to the model.",
    "evidence": "The documented evidence: aid, terms, cuts, events, support, rates.",
    "calibrate": "Fit the parameters to the record.",
    "serve": "Open the page in a browser: step through a history.",
    "benchmark": "Measure how many histories a second this machine simulates.",
}


class LazyCommand(TyperCommand):
    """A sub-command that is listed by its summary and read in only when it is called."""

    def load(self) -> TyperCommand | TyperGroup:
        """The sub-command itself, with all that it imports."""
        module = import_module(f"calibration.cli.{self.name}")
        group = getattr(module, f"{self.name}_app", None)
        if group is None:
            group = typer.Typer(add_completion=False)
            group.command()(getattr(module, str(self.name)))
        command = typer.main.get_command(group)
        command.name = self.name
        return command  # type: ignore[return-value]

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Hand the rest of the command line to the sub-command itself."""
        return self.load().make_context(info_name, args, parent=parent, **extra)


def _show_version(version_only: bool) -> None:
    if version_only:
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
    """Ask for a sub-command, or print the version."""


def root_command() -> TyperGroup:
    """The command ``lilliput`` with all its sub-commands, none of them read in yet."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback(
        help="Four unequal allies, 1945-1980: the documented record, the rules, "
        "and what they make of history."
    )(_lilliput)
    root = typer.main.get_group(app)
    for name, summary in SUBCOMMANDS.items():
        root.add_command(LazyCommand(name, help=summary))
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
