"""``lilliput scenarios``: lists the questions that ship, and checks a file of one's own."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from scenarios.console import plain_table, reporting_errors
from scenarios.explain.words import described
from scenarios.files import (
    catalogue,
    flags,
    read_scenario_file,
    scenario_file_named,
    write_template,
)

scenarios_app = typer.Typer(
    help="The questions that can be put to the model.", no_args_is_help=True
)


@scenarios_app.command("list")
@reporting_errors()
def list_scenarios() -> None:
    """List the scenarios that ship with lilliput, each with its question."""
    rows = [
        (
            name,
            escape(file.scenario.question),
            min((change.start for change in file.scenario.interventions), default=""),
        )
        for name, file in catalogue().items()
    ]
    columns = ("scenario", "question", "from")
    Console().print(plain_table(columns, rows, whole=("scenario", "from")))


@scenarios_app.command("show")
@reporting_errors()
def show_scenario(
    name: Annotated[
        str, typer.Argument(help="A name of the catalogue, or the path of a .toml file.")
    ],
) -> None:
    """Show one scenario in full: question, antecedent, changes, source, horizon, what is left out."""
    console = Console(soft_wrap=False, highlight=False)
    for heading, text in described(scenario_file_named(name)):
        console.print(f"[bold]{heading}[/bold] {escape(text)}")


@scenarios_app.command("check")
@reporting_errors()
def check_scenario(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario file.")],
) -> None:
    """Check a scenario file and list everything that is wrong with it."""
    scenario = read_scenario_file(path).scenario
    count = len(scenario.interventions)
    changes = f"{count} change{'s' if count != 1 else ''}"
    typer.echo(f"{path}: {scenario.name} is a valid scenario ({changes})")
    for flag in flags(scenario):
        typer.echo(f"note: {flag}")


@scenarios_app.command("new")
@reporting_errors()
def new_scenario(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Small letters, digits and hyphens: no-opening-1971."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to write it; NAME.toml if not given."),
    ] = None,
) -> None:
    """Write a commented scenario file to be filled in; an existing file is never overwritten."""
    path = Path(f"{name}.toml") if out is None else out
    write_template(name, path)
    typer.echo(f"{path}: fill it in, then run lilliput scenarios check {shlex.quote(str(path))}")


@scenarios_app.command("expect")
@reporting_errors()
def expect(
    reason: Annotated[
        str, typer.Option("--reason", help="Why the expected outcomes change, in a sentence.")
    ],
) -> None:
    """Simulate the catalogue and write anew the outcomes that the tests expect, with the reason."""
    from scenarios.expected import write_expectations  # only this command simulates

    for path in write_expectations(reason):
        typer.echo(path)
