"""``lilliput batch``: simulates scenarios with the same draws and shocks, into one folder."""

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.requests import (
    MOST_WORKERS,
    DrawsFile,
    Drivers,
    Request,
    as_typed,
    command,
    flag,
    option,
    scenario_names,
    whole,
)
from scenarios.batch.address import UNNAMED, Certificates, cluster_problems
from scenarios.batch.manifest import CHUNK, MANIFEST, MOST_REPLICATES, Batch
from scenarios.console import plain_table, progress_of, show_table, wide_console
from scenarios.disk import absolute, unfit_folder
from scenarios.files import catalogue, scenario_named
from scenarios.reader import MOST_SEED
from simulation.errors import LilliputError, Problem
from simulation.interventions import Scenario
from simulation.schema import refuse

_NARROWEST = 130


class BatchRequest(Request):
    """Scenarios to be simulated together, and the folder for their histories."""

    command = "lilliput batch"
    title = "this batch cannot be made"

    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Scenarios of the catalogue, or paths of .toml files.",
            autocompletion=scenario_names,
        ),
    ] = None
    every: Annotated[bool, flag("--all", "Every scenario of the catalogue.")] = False
    scenarios: tuple[Scenario, ...] = ()
    replicates: Annotated[
        int, whole(1, MOST_REPLICATES), option("How many histories of each scenario.")
    ] = 10_000
    seed: Annotated[
        int, whole(0, MOST_SEED), option("The seed of the shocks, shared by all.", "S")
    ] = 1
    out: Annotated[Path, option("The folder of the batch.", "DIR")] = Path("results/batch")
    workers: Annotated[
        int | None, whole(1, MOST_WORKERS), option("How many processes.", "W", default="all cores")
    ] = None
    dask: Annotated[
        str | None,
        option("Have the workers of this Dask scheduler do the work (tcp://HOST:PORT).", "ADDRESS"),
    ] = None
    tls_ca: Annotated[
        Path | None, option("Who vouches for a scheduler at tls://HOST:PORT (PEM).", "FILE")
    ] = None
    tls_cert: Annotated[Path | None, option("The certificate shown to it (PEM).", "FILE")] = None
    tls_key: Annotated[Path | None, option("The key of that certificate (PEM).", "FILE")] = None
    #: Those three together.
    certificates: Certificates = UNNAMED
    chunk: Annotated[int, whole(1, MOST_REPLICATES), option("Histories in one file.")] = CHUNK
    resume: Annotated[
        bool, flag("--resume", "Finish a batch cut short; make damaged files anew.")
    ] = False
    overwrite: Annotated[bool, flag("--overwrite", "Replace the batch that is there.")] = False
    drivers: Drivers = "drawn"
    draws: DrawsFile = as_typed(None)
    as_json: Annotated[bool, flag("--json", "Print JSON instead of a table.")] = False

    @field_validator("out")
    @classmethod
    def _writable(cls, out: Path) -> Path:
        refuse(unfit_folder(out, "--out", "folder"))
        return absolute(out)

    @field_validator("certificates")
    @classmethod
    def _reachable(cls, _: Certificates, others: ValidationInfo) -> Certificates:
        workers, dask = others.data.get("workers"), others.data["dask"]
        files = (others.data[f"tls_{kind}"] for kind in ("ca", "cert", "key"))
        certificates = Certificates(*files)
        refuse(cluster_problems(dask, None if workers is None else str(workers), certificates))
        return certificates

    @field_validator("overwrite")
    @classmethod
    def _one_of_the_two(cls, overwrite: bool, others: ValidationInfo) -> bool:
        if overwrite and others.data["resume"]:
            refuse([Problem(cls.command, "--resume", "--overwrite", "one of the two")])
        return overwrite

    @field_validator("scenarios")
    @classmethod
    def _each_once(cls, _: object, others: ValidationInfo) -> tuple[Scenario, ...]:
        """The scenarios of the catalogue, if all are wanted, and those that are named."""
        names, every = others.data["names"], others.data["every"]
        if not names and not every:
            allowed = "names of scenarios, or --all for the whole catalogue"
            refuse([Problem(cls.command, "NAME...", [], allowed)])
        chosen = [file.scenario for file in catalogue().values()] if every else []
        problems: list[Problem] = []
        for name in names or ():
            try:
                scenario = scenario_named(name)
            except LilliputError as error:
                problems += error.problems
                continue
            if scenario not in chosen:
                chosen.append(scenario)
        refuse(problems)
        return tuple(chosen)

    def kept(self) -> str:
        """How many files are complete, if the batch has begun."""
        from scenarios.batch.store import parts_in

        batch = Batch(self.scenarios, self.draws, self.replicates, self.seed, self.chunk)
        if not (self.out / MANIFEST).exists():
            return ""
        return (
            f"{len(parts_in(self.out))} of {batch.files} files are complete and kept in "
            f"{self.out}; the same command with --resume goes on from there"
        )


@command
def batch(request: BatchRequest) -> None:
    """Simulate scenarios many times with the same draws and shocks, into a folder of Parquet files.

    Killed at any moment, the same command with --resume finishes the batch; its files are the same,
    byte for byte, as if nothing had happened, on any number of processes, or on a Dask cluster that
    shares the folder (see docs/cluster.md). Files that were damaged are made anew too
    (see docs/reliability.md).
    """
    from scenarios.batch.run import run_batch

    histories = request.replicates * len(request.scenarios)
    with progress_of("simulating histories", histories) as progress:
        folder = run_batch(
            request.scenarios,
            request.draws,
            request.replicates,
            request.seed,
            request.out,
            workers=request.workers,
            dask=request.dask,
            certificates=request.certificates,
            resume=request.resume,
            overwrite=request.overwrite,
            progress=progress,
            chunk=request.chunk,
            drivers=request.drivers,
        )
    shares = {scenario.name: _shares_broken(folder, scenario) for scenario in request.scenarios}
    if request.as_json:
        entry = {"folder": str(folder), "replicates": request.replicates, "broken_by_1980": shares}
        typer.echo(json.dumps(entry, indent=2))
    else:
        _print(shares, request.replicates, folder)


def _shares_broken(folder: Path, scenario: Scenario) -> dict[str, float]:
    """In what share of the histories of a scenario each pair breaks by 1980."""
    import pyarrow.compute as pc

    from scenarios.batch.store import table_of
    from scenarios.columns import stem_of
    from scenarios.outcomes import NEVER, PAIR_NAMES

    columns = {pair: f"{stem_of(pair)}_quarter" for pair in PAIR_NAMES}
    rows = table_of(folder, scenario.name, [*columns.values()])
    return {
        pair: pc.mean(pc.not_equal(rows[column], NEVER)).as_py() for pair, column in columns.items()
    }


def _print(shares: dict[str, dict[str, float]], replicates: int, folder: Path) -> None:
    """Where the batch is, and in what share of each scenario's histories each pair breaks."""
    from scenarios.outcomes import PAIR_NAMES

    table = plain_table(
        ("scenario", *PAIR_NAMES),
        ((name, *(f"{own[pair]:.1%}" for pair in PAIR_NAMES)) for name, own in shares.items()),
        title=f"Share of {replicates:,} histories in which the pair breaks by 1980",
        right=PAIR_NAMES,
        whole=("scenario",),
    )
    console = wide_console(_NARROWEST)
    show_table(console, table)
    console.print(f"Written to {folder}")
