"""``lilliput run``: simulates a scenario many times and sets it beside what is documented."""

import hashlib
import os
import shutil
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.requests import (
    DrawsFile,
    Drivers,
    Reader,
    Request,
    as_typed,
    command,
    flag,
    option,
    parameter_changes,
    scenario_names,
    whole,
)
from scenarios.console import print_json, progress_of, show_table, wide_console
from scenarios.draws import shipped_draws
from scenarios.files import antecedents, flags, scenario_named
from scenarios.reader import MOST_SEED
from scenarios.run import (
    RunResult,
    folder_problems,
    manifest_of,
    run_scenario,
    write_result,
)
from simulation.interventions import Scenario
from simulation.schema import refuse

if TYPE_CHECKING:
    from scenarios.documented import Documented


MOST_REPLICATES = 1_000_000
_NARROWEST = 110
#: Letters in the name of a folder of results, at most.
_LONGEST = 120
#: What each kind of draws is, in words.
_KIND_WORDS = {
    "prior": "draws from the prior: fitted to nothing",
    "provisional": "provisional draws: fitted to the record, not yet a published calibration",
    "published": "the published calibration",
}
#: How the histories have their drivers, in words.
_DRIVER_WORDS = {"drawn": "drawn within their coded ranges", "coded": "as coded"}
#: What one may do after the demonstration.
_NEXT = """\
What if?                       {lilliput} scenarios list
One question                   {lilliput} run no-opening-1971
All of them, and the answers   {lilliput} batch --all, then {lilliput} compare
In the browser                 {lilliput} serve
What is documented             {lilliput} evidence list --pair albania-china"""


class RunRequest(Request):
    """A scenario to be simulated, and what becomes of the results."""

    command = "lilliput run"
    title = "this run cannot be made"

    scenario: Annotated[
        Scenario,
        Reader(scenario_named),
        typer.Argument(
            help="A scenario of the catalogue, or the path of a .toml file.",
            autocompletion=scenario_names,
        ),
    ] = as_typed("historical")
    replicates: Annotated[
        int, whole(1, MOST_REPLICATES), option("How many histories, up to 1,000,000.")
    ] = 1000
    seed: Annotated[
        int, whole(0, MOST_SEED), option("The seed of the shocks; the same gives the same.", "S")
    ] = 1
    out: Annotated[
        Path | None,
        option("The folder of the results.", "DIR", default="results/SCENARIO, and what is set"),
    ] = None
    as_json: Annotated[
        bool, flag("--json", "Print one JSON object; files are written only with --out.")
    ] = False
    changes: Annotated[
        dict[str, float],
        Reader(parameter_changes, list[str]),
        option(
            "Set a parameter of simulation/parameters.toml throughout; may be repeated.",
            "NAME=VALUE",
            "--set",
        ),
    ] = as_typed(None)
    drivers: Drivers = "drawn"
    draws: DrawsFile = as_typed(None)
    #: Where the results are written, if they are.
    folder: Path | None = None

    @field_validator("folder")
    @classmethod
    def _fit_to_be_written(cls, _folder: None, others: ValidationInfo) -> Path | None:
        out, scenario = others.data["out"], others.data.get("scenario")
        if out is None and scenario is not None and not others.data["as_json"]:
            out = Path("results") / _folder_name(scenario, others.data)
        refuse([] if out is None else folder_problems(out))
        return Path(out) if out is not None else None


def _folder_name(scenario: Scenario, typed: Mapping[str, Any]) -> str:
    """The scenario's name and what is set by hand, so that no run is written over history's own.

    ``typed`` are the values of a request, those that are wrong being absent. A name too long for a
    folder ends in a fingerprint instead.
    """
    draws, drivers = typed.get("draws"), typed.get("drivers")
    parts = [f"{name}-{value!r}" for name, value in (typed.get("changes") or {}).items()]
    parts += [str(drivers)] * (drivers == "coded")
    parts += [draws.id] if draws is not None and draws.path != shipped_draws() else []
    name = "-".join([scenario.name, *parts])
    if len(name) <= _LONGEST:
        return name
    return f"{scenario.name}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


@command
def run(request: RunRequest) -> None:
    """Simulate a scenario many times and set it beside the record.

    Tells for every pair that broke when it breaks in the simulated histories, and for every patron
    and plan period what aid is pledged; writes tables of all histories, figures and a manifest.
    """
    result, documented, folder = _carried_out(request)
    if request.as_json:
        manifest = manifest_of(result, request.changes)
        print_json(as_object(result, documented, manifest))
    else:
        _print(result, documented, request.changes, folder)


class DemoRequest(Request):
    """Where the results of the demonstration go."""

    command = "lilliput demo"
    title = "this demonstration cannot be made"

    out: Annotated[Path, option("The folder of the results.", "DIR")] = Path("results/historical")


@command
def demo(request: DemoRequest) -> None:
    """Simulate history 1,000 times: when each pair breaks, and when it did.

    Tables, figures and a manifest are written, as by lilliput run.
    """
    from scenarios.summary import breaks_table, summarised_breaks

    result, documented, folder = _carried_out(RunRequest.read(out=request.out))
    console = wide_console(_NARROWEST)
    show_table(console, breaks_table(summarised_breaks(result.outcomes, documented)))
    console.print(f"Written to {folder}, with figures in its folder figures\n")
    console.print(_NEXT.format(lilliput=own_command()))


def own_command() -> str:
    """How lilliput is called here: by its name, or by its path where no ``PATH`` leads to it."""
    called = Path(sys.argv[0])
    if called.name != "lilliput" or shutil.which("lilliput") is not None:
        return "lilliput"
    return min(os.path.relpath(called), str(called.absolute()), key=len)


def _carried_out(request: RunRequest) -> "tuple[RunResult, Documented, Path | None]":
    """The histories that a request asks for, the record, and the folder that was written if any."""
    from calibration.evidence.record import documented_record
    from scenarios.documented import windows_of

    documented = documented_record()
    with progress_of("simulating histories", request.replicates) as progress:
        result = run_scenario(
            request.scenario,
            request.draws.changed(request.changes),
            request.replicates,
            request.seed,
            progress,
            windows=windows_of(documented.aid),
            drivers=request.drivers,
        )
    folder = None
    if request.folder is not None:
        draw = partial(_write_figures, result, documented)
        manifest = manifest_of(result, request.changes)
        folder = write_result(result, documented, manifest, request.folder, draw)
    return result, documented, folder


def as_object(
    result: RunResult, documented: "Documented", manifest: dict[str, Any]
) -> dict[str, Any]:
    """A run as one object for other programs: scenario, breaks by pair, aid, manifest."""
    from scenarios.summary import summarised_aid, summarised_breaks

    rows = [summary.row for summary in summarised_breaks(result.outcomes, documented)]
    return {
        "scenario": result.scenario.name,
        "breaks": {row.pop("pair"): row for row in rows},
        "aid": [summary.row for summary in summarised_aid(result.outcomes, documented)],
        "manifest": manifest,
    }


def _write_figures(result: RunResult, documented: "Documented", folder: Path) -> None:
    # costs a second, if figures are drawn
    from scenarios.charts.look import write_figure
    from scenarios.charts.run import figures_of, settings_of

    for name, figure in figures_of(result, documented):
        write_figure(figure, folder, name, settings_of(result))


def _print(
    result: RunResult, documented: "Documented", changes: dict[str, float], folder: Path | None
) -> None:
    from scenarios.summary import (
        AID_NOTE,
        aid_tables,
        breaks_table,
        movers_table,
        summarised_aid,
        summarised_breaks,
    )

    console = wide_console(_NARROWEST)
    for line in _heading(result):
        console.print(line)
    if changes:
        settings = ", ".join(f"{name} = {value:g}" for name, value in changes.items())
        console.print(f"Set by hand: {settings}")
    breaks = summarised_breaks(result.outcomes, documented)
    aid = aid_tables(summarised_aid(result.outcomes, documented))
    for table in (breaks_table(breaks), movers_table(breaks), *aid):
        show_table(console, table)
    if aid:
        console.print(AID_NOTE)
    if folder is not None:
        console.print(f"Written to {folder}")


def _heading(result: RunResult) -> list[str]:
    """What was run, on what draws, and the flags that every answer carries."""
    from rich.markup import escape

    from calibration.origin import older_than_the_rules

    scenario, draws = result.scenario, result.draws
    lines = [f"[bold]{scenario.name}[/bold]: {escape(scenario.question)}"]
    if scenario.interventions:
        lines += [f"Antecedent: {escape(text)}" for text in antecedents(scenario)]
        lines.append(f"Horizon: {scenario.horizon} years")
    lines += [f"[bold]Note:[/bold] {escape(flag)}" for flag in flags(scenario)]
    lines.append(
        f"{result.replicates:,} histories, seed {result.seed}, "
        f"{len(draws):,} parameter draws {draws.id} ({_KIND_WORDS[draws.kind]}), "
        f"drivers {_DRIVER_WORDS[result.drivers]}"
    )
    for changed, happened in (
        ("the parameter table has", draws.outdated),
        ("the rules have", older_than_the_rules(draws.manifest)),
    ):
        if happened:
            lines.append(f"[bold]Note:[/bold] {changed} changed since these draws were fitted")
    return lines
