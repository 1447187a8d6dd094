"""``lilliput run``: simulates a scenario many times and sets it beside what is documented."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.requests import (
    DrawsFile,
    Reader,
    Request,
    as_typed,
    command,
    parameter_changes,
    whole,
)
from calibration.evidence.record import documented_record
from scenarios.arguments import MOST_SEED
from scenarios.console import progress_of, wide_console
from scenarios.documented import Documented, windows_of
from scenarios.files import scenario_named
from scenarios.manifest import manifest_of
from scenarios.results import aid_row, break_row, folder_problems, write_result
from scenarios.run import RunResult, run_scenario
from scenarios.summary import summarised_aid, summarised_breaks
from scenarios.tables import aid_table, breaks_table, heading, movers_table
from simulation.interventions import Scenario
from simulation.schema import refuse

MOST_REPLICATES = 1_000_000
_NARROWEST = 110


class RunRequest(Request):
    """A scenario to be simulated, and what becomes of the results."""

    command = "lilliput run"
    title = "this run cannot be made"

    scenario: Annotated[
        Scenario,
        Reader(scenario_named),
        typer.Argument(help="A scenario of the catalogue, or the path of a .toml file."),
    ] = as_typed("historical")
    replicates: Annotated[
        int,
        whole(1, MOST_REPLICATES),
        typer.Option(metavar="N", help="How many histories, up to 1,000,000."),
    ] = 1000
    seed: Annotated[
        int,
        whole(0, MOST_SEED),
        typer.Option(metavar="S", help="The seed of the shocks; the same gives the same."),
    ] = 1
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="The folder of the results.", show_default="results/SCENARIO"
        ),
    ] = None
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object; files are written only with --out."),
    ] = False
    changes: Annotated[
        dict[str, float],
        Reader(parameter_changes, list[str]),
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Set a parameter throughout; may be repeated."
        ),
    ] = as_typed(None)
    draws: DrawsFile = as_typed(None)
    #: Where the results are written, if they are.
    folder: Path | None = None

    @field_validator("folder")
    @classmethod
    def _fit_to_be_written(cls, _folder: None, others: ValidationInfo) -> Path | None:
        out, scenario = others.data["out"], others.data.get("scenario")
        if out is None and scenario is not None and not others.data["as_json"]:
            out = Path("results") / scenario.name
        refuse([] if out is None else folder_problems(out))
        return Path(out) if out is not None else None


@command
def run(request: RunRequest) -> None:
    """Simulate a scenario many times and set it beside the record.

    Tells for every pair that broke when it breaks in the simulated histories, and for every patron and plan
    period what aid is pledged; writes tables of all histories, figures and a manifest.
    """
    documented = documented_record()
    with progress_of("simulating histories", request.replicates) as progress:
        result = run_scenario(
            request.scenario,
            request.draws.changed(request.changes),
            request.replicates,
            request.seed,
            progress,
            windows=windows_of(documented.aid),
        )
    manifest = manifest_of(result, request.changes)
    folder = None
    if request.folder is not None:
        folder = write_result(result, documented, manifest, request.folder)
    if request.as_json:
        typer.echo(
            json.dumps(as_object(result, documented, manifest), indent=2, ensure_ascii=False)
        )
    else:
        _print(result, documented, request.changes, folder)


def as_object(
    result: RunResult, documented: Documented, manifest: dict[str, Any]
) -> dict[str, Any]:
    """A run as one object for other programs: scenario, breaks by pair, aid, manifest."""
    breaks = {row.name: break_row(row) for row in summarised_breaks(result.outcomes, documented)}
    for row in breaks.values():
        del row["pair"]
    aid = [aid_row(row) for row in summarised_aid(result.outcomes, documented)]
    return {"scenario": result.scenario.name, "breaks": breaks, "aid": aid, "manifest": manifest}


def _print(
    result: RunResult, documented: Documented, changes: dict[str, float], folder: Path | None
) -> None:
    console = wide_console(_NARROWEST)
    for line in heading(result):
        console.print(line)
    if changes:
        settings = ", ".join(f"{name} = {value:g}" for name, value in changes.items())
        console.print(f"Set by hand: {settings}")
    breaks = summarised_breaks(result.outcomes, documented)
    console.print(breaks_table(breaks))
    console.print(movers_table(breaks))
    console.print(aid_table(summarised_aid(result.outcomes, documented)))
    if folder is not None:
        console.print(f"Written to {folder}")
