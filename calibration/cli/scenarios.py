"""``lilliput scenarios``: lists the questions that ship, and checks a file of one's own."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibration.cli.requests import scenario_names
from scenarios.console import CommandGroup, plain_table, print_json, reporting_errors, show_table
from scenarios.errors import ScenarioError
from simulation.errors import Problem, listed, raise_if_any

if TYPE_CHECKING:
    from scenarios.files import ScenarioFile

scenarios_app = typer.Typer(
    cls=CommandGroup,
    help="The questions that can be put to the model.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@scenarios_app.command("list")
@reporting_errors()
def list_scenarios(as_json: JsonOption = False) -> None:
    """List the scenarios that ship with lilliput, each with its question."""
    from rich.console import Console
    from rich.markup import escape

    from scenarios.files import catalogue

    if as_json:
        print_json([as_object(file) for file in catalogue().values()])
        return
    rows = [
        (
            name,
            escape(file.scenario.question),
            min((change.start for change in file.scenario.interventions), default=""),
        )
        for name, file in catalogue().items()
    ]
    columns = ("scenario", "question", "from")
    show_table(Console(), plain_table(columns, rows, whole=("scenario", "from")))


@scenarios_app.command("show")
@reporting_errors()
def show_scenario(
    name: Annotated[
        str,
        typer.Argument(
            help="A name of the catalogue, or the path of a .toml file.",
            autocompletion=scenario_names,
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Show one scenario in full: question, antecedent, changes, source, horizon, what it omits."""
    from rich.console import Console
    from rich.markup import escape

    from scenarios.explain.words import described
    from scenarios.files import scenario_file_named

    file = scenario_file_named(name)
    if as_json:
        print_json(as_object(file))
        return
    console = Console(soft_wrap=False, highlight=False)
    for heading, text in described(file):
        console.print(f"[bold]{heading}[/bold] {escape(text)}")


def as_object(file: "ScenarioFile") -> dict[str, object]:
    """A scenario file as one object: its keys, its changes, and what to know of any answer."""
    from scenarios.files import flags

    readers = {key: getattr(file, key) for key in ("page", "asks_about", "change", "horizon_note")}
    return {**file.scenario.plain(), **readers, "flags": list(flags(file.scenario))}


@scenarios_app.command("check")
@reporting_errors()
def check_scenario(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario file.")],
    as_json: JsonOption = False,
) -> None:
    """Check a scenario file and list everything that is wrong with it."""
    from scenarios.files import flags, read_scenario_file

    file = read_scenario_file(path)
    if as_json:
        print_json(as_object(file))
        return
    scenario = file.scenario
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


def write_template(name: str, path: Path) -> None:
    """Write a commented scenario file of a name, to be filled in.

    It holds a worked example, whose sentences ``read_scenario_file`` refuses until they are
    replaced.

    Raises ``ScenarioError`` that lists every problem: a name that is malformed or taken, a path
    that does not end in .toml, a file that exists already or cannot be written.
    """
    from jinja2 import Template

    from scenarios.files import CATALOGUE, NAME, NAME_WORDS, TEMPLATE
    from simulation.countries import COUNTRY_KEYS
    from simulation.drivers import DRIVERS
    from simulation.interventions import MOVES

    problems = []
    if not NAME.fullmatch(name):
        problems.append(Problem("NAME", "name", name, NAME_WORDS))
    elif (CATALOGUE / f"{name}.toml").is_file():
        problems.append(Problem("NAME", "name", name, "a name that the catalogue does not use"))
    if path.suffix != ".toml":
        problems.append(Problem("--out", "file", str(path), "a path ending in .toml"))
    if os.path.lexists(path):
        problems.append(Problem("--out", "file", str(path), "a file that does not exist yet"))
    elif not _is_folder(path.parent):
        problems.append(Problem("--out", "folder", str(path.parent), "a folder that exists"))
    raise_if_any("the scenario file cannot be written", problems, ScenarioError)
    words = {"drivers": DRIVERS, "moves": MOVES, "countries": COUNTRY_KEYS}
    template = (CATALOGUE / TEMPLATE).read_text(encoding="utf-8")
    text = Template(template, keep_trailing_newline=True).render(
        name=name, **{key: listed(names) for key, names in words.items()}
    )
    try:
        with path.open("x", encoding="utf-8") as file:
            try:
                file.write(text)
                file.flush()
            except OSError:
                path.unlink()
                raise
    except OSError as error:
        problem = Problem("--out", "file", str(path), f"a file that can be written ({error})")
        raise ScenarioError("the scenario file cannot be written", [problem]) from error


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that the disk does not take
        return False


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
