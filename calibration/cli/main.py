"""``lilliput``: the command of which all others are part, each read in when it is called."""

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from scenarios.console import MISTAKE, TerminatedError, reporting_errors, tell, told
from scenarios.reader import UNFIT
from simulation.errors import LilliputError, Problem, raise_if_any

#: The sub-commands in the order in which they are listed, and what the list says of them. Each is
#: the function or group of its name in the module of its name, or in that which ``_HOMES`` names.
SUBCOMMANDS = {
    "demo": "Simulate history 1,000 times, and say how to go on.",
    "run": "Simulate a scenario many times and set it beside the record.",
    "batch": "Simulate scenarios many times with the same draws and shocks.",
    "compare": "Set the counterfactuals of a batch beside their factual twins.",
    "report": "Write the counterfactuals of a batch as one page to read.",
    "scenarios": "The questions that can be put to the model.",
    "evidence": "Documented evidence: aid, terms, cuts, events, support, rates.",
    "calibrate": "Fit the parameters to the record.",
    "serve": "Open the page in a browser: step through a history.",
    "benchmark": "Measure how many histories a second this machine simulates.",
}


_HOMES = {"demo": "run", "evidence": "evidence.main", "serve": "serve.main"}


class LazyCommand(TyperCommand):
    """A sub-command that is listed by its summary and read in only when it is called."""

    def load(self) -> TyperCommand | TyperGroup:
        """The sub-command itself, with all that it imports."""
        module = import_module(f"calibration.cli.{_HOMES.get(str(self.name), self.name)}")
        group = getattr(module, f"{self.name}_app", None)
        if group is None:
            group = typer.Typer(add_completion=False, rich_markup_mode=None)
            group.command()(getattr(module, str(self.name)))
        command = typer.main.get_command(group)
        command.name = self.name
        return command  # type: ignore[return-value]

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Hand the rest of the command line to the sub-command itself."""
        return self.load().make_context(info_name, args, parent=parent, **extra)


class LilliputGroup(TyperGroup):
    """All sub-commands; broken off while it reads one in, it says so as the sub-commands do.

    Typer itself leaves without a word, and after SIGTERM with the status of Ctrl-C.
    """

    def make_context(self, *arguments: Any, **extra: Any) -> Any:
        """Read the command line."""
        with reporting_errors():
            return super().make_context(*arguments, **extra)

    def invoke(self, context: Any) -> Any:
        """Read the sub-command in and carry it out."""
        with reporting_errors():
            return super().invoke(context)


def _show_version(version_only: bool) -> None:
    if version_only:
        from importlib.metadata import version

        from calibration.origin import older_than_the_rules, rules_hash
        from scenarios.draws import shipped_draws
        from scenarios.reader import read_json

        draws = read_json(shipped_draws().with_suffix(".json"))
        older = older_than_the_rules(draws)
        fitted = "older than the rules" if older else "fitted to these rules"
        package = version("lilliput")
        model = ".".join(package.split(".")[:2])
        typer.echo(f"lilliput {package}")
        typer.echo(f"model version: {model}, rules {rules_hash()[:12]}")
        typer.echo(f"draws: {draws['id']}, {draws['draws']:,} of them, {draws['kind']}, {fitted}")
        raise typer.Exit


def _lilliput(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Print the versions of package, model and draws.",
        ),
    ] = False,
) -> None:
    """Ask for a sub-command, or print the version."""


def root_command() -> TyperGroup:
    """The command ``lilliput`` with all its sub-commands, none of them read in yet."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.callback(
        cls=LilliputGroup,
        help="Four unequal allies, 1945-1980: the documented record, the rules, "
        "and what they make of history.",
    )(_lilliput)
    root = typer.main.get_command(app)  # with the options that complete words in a shell
    assert isinstance(root, TyperGroup)
    for name, summary in SUBCOMMANDS.items():
        root.add_command(LazyCommand(name, help=summary))
    return root


def main(arguments: Sequence[str] | None = None) -> None:
    """Carry out a command line; a mistake is one message on the error stream and exit status 2.

    So is whatever the system refuses: a disk that is full, a file that may not be read, memory.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # what a terminal cannot show is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    status: int | str | None = 0
    try:
        with signals_heeded(), reporting_errors():
            _refuse_unfit(sys.argv[1:] if arguments is None else arguments)
            root_command().main(args=arguments, prog_name="lilliput")
    except typer.Exit as leaving:
        status = leaving.exit_code
    except SystemExit as leaving:
        status = leaving.code
    except (OSError, RecursionError, MemoryError, BrokenExecutor) as error:
        status = MISTAKE
        with suppress(OSError):
            tell(told(error), err=True)
    sys.exit(status if _flushed() else MISTAKE)


def _refuse_unfit(arguments: Sequence[str]) -> None:
    """Refuse characters that are no text: terminals would obey them where they are repeated."""
    problems = [
        Problem("lilliput", "argument", each, "text without control characters, in UTF-8")
        for each in arguments
        if UNFIT.search(each)
    ]
    raise_if_any("this command cannot be carried out", problems, LilliputError)


@contextmanager
def signals_heeded() -> Iterator[None]:
    """Let SIGTERM break a command off as Ctrl-C does; its worker processes end at once."""

    def broken_off(number: int, _frame: object) -> None:
        # Nothing may be imported here: the signal may have come in the middle of the same import.
        # The module names the function last, so that without it there are no children yet.
        children = getattr(sys.modules.get("multiprocessing"), "active_children", tuple)
        for child in children():
            child.kill()
        raise TerminatedError if number == signal.SIGTERM else KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        heeded = (signal.SIGINT, signal.SIGTERM)
        before = {each: signal.getsignal(each) for each in heeded}
        for each in heeded:
            if before[each] is not signal.SIG_IGN:  # as for what runs in the background
                signal.signal(each, broken_off)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _flushed() -> bool:
    """Whether all that was printed has arrived; if not, it is said, and the rest is let go."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.EPIPE:  # whoever stopped reading knows
            with suppress(OSError):
                tell(told(error), err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


if __name__ == "__main__":
    main()
