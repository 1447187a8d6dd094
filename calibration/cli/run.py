"""``lilliput run``: simulates a scenario many times and sets breaks and aid beside what is documented."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from calibration.cli.run_request import RunRequest, read_request
from scenarios.console import progress_of, reporting_errors, wide_console
from scenarios.documented import windows_of
from scenarios.manifest import manifest_of
from scenarios.results import aid_row, break_row, write_result
from scenarios.run import RunResult, run_scenario
from scenarios.summary import summarised_aid, summarised_breaks
from scenarios.tables import aid_table, breaks_table, heading, movers_table

_NARROWEST = 110


def run(
    scenario: Annotated[
        str, typer.Argument(help="A scenario of the catalogue, or the path of a .toml file.")
    ] = "historical",
    replicates: Annotated[
        str, typer.Option(metavar="N", help="How many histories, up to 1,000,000.")
    ] = "1000",
    seed: Annotated[
        str, typer.Option(metavar="S", help="The seed of the shocks; the same gives the same.")
    ] = "1",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="The folder of the results.", show_default="results/SCENARIO"
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object; files are written only with --out."),
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Set a parameter throughout; may be repeated."
        ),
    ] = None,
    draws: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Parameter draws (Parquet).", show_default="those that ship"
        ),
    ] = None,
) -> None:
    """Simulate a scenario many times and set it beside the record.

    Tells for every pair that broke when it breaks in the simulated histories, and for every patron and plan
    period what aid is pledged; writes tables of all histories, figures and a manifest.
    """
    with reporting_errors():
        request = read_request(
            scenario, replicates, seed, settings or (), draws, out, written=not as_json
        )
        with progress_of("simulating histories", request.replicates) as told:
            result = run_scenario(
                request.scenario,
                request.draws,
                request.replicates,
                request.seed,
                told,
                windows=windows_of(request.documented.aid),
            )
        manifest = manifest_of(result, request.changes)
        folder = None
        if request.folder is not None:
            folder = write_result(result, request.documented, manifest, request.folder)
    if as_json:
        typer.echo(json.dumps(as_object(result, request, manifest), indent=2, ensure_ascii=False))
    else:
        _print(result, request, folder)


def as_object(result: RunResult, request: RunRequest, manifest: dict[str, Any]) -> dict[str, Any]:
    """A run as one object for other programs: scenario, breaks by pair, aid, manifest."""
    breaks = {
        row.name: break_row(row) for row in summarised_breaks(result.outcomes, request.documented)
    }
    for row in breaks.values():
        del row["pair"]
    aid = [aid_row(row) for row in summarised_aid(result.outcomes, request.documented)]
    return {"scenario": result.scenario.name, "breaks": breaks, "aid": aid, "manifest": manifest}


def _print(result: RunResult, request: RunRequest, folder: Path | None) -> None:
    console = wide_console(_NARROWEST)
    for line in heading(result):
        console.print(line)
    if request.changes:
        console.print(
            "Set by hand: "
            + ", ".join(f"{name} = {value:g}" for name, value in request.changes.items())
        )
    breaks = summarised_breaks(result.outcomes, request.documented)
    console.print(breaks_table(breaks))
    console.print(movers_table(breaks))
    console.print(aid_table(summarised_aid(result.outcomes, request.documented)))
    if folder is not None:
        console.print(f"Written to {folder}")
