"""``lilliput calibrate``: draw parameters that fit the record."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.agreement import agree
from calibration.cli.check.main import check_app
from calibration.cli.dossier import dossier, summary
from calibration.cli.requests import (
    MOST_WORKERS,
    Reader,
    Request,
    command,
    draws_in,
    flag,
    option,
    read_or_refuse,
    reference_in,
    whole,
)
from calibration.errors import FIT_COMMAND, FIT_TITLE
from calibration.fit.population import EFFORTS
from scenarios.console import CommandGroup
from scenarios.disk import unwritable
from scenarios.reader import MOST_SEED
from simulation.errors import Problem
from simulation.schema import one_of, refuse

if TYPE_CHECKING:
    from calibration.fit.population import Effort, Sampling
    from calibration.likelihood.observations import Record


calibrate_app = typer.Typer(
    cls=CommandGroup,
    help="Fit the parameters to the record.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
calibrate_app.add_typer(check_app, name="check")
calibrate_app.command("agree")(agree)
calibrate_app.command("dossier")(dossier)
calibrate_app.command("summary")(summary)
#: What the dossier was called before.
calibrate_app.command("report", hidden=True)(dossier)


class FitRequest(Request):
    """A fit that can begin: how hard it works, on what record, and where the draws are written."""

    command = FIT_COMMAND
    needs = ("arviz",)
    title = FIT_TITLE

    effort: Annotated[
        str,
        one_of(tuple(EFFORTS)),
        option(
            "quick (two minutes), standard (15 min) or full (an hour), on two idle cores.",
            metavar=None,
        ),
    ] = "quick"
    seed: Annotated[int, whole(0, MOST_SEED), option("Number that fixes all chance.", "S")] = 1
    evidence: Annotated[
        Path | None,
        option("Folder of CSV rows laid over the shipped evidence, or one such file.", "OVERLAY"),
    ] = None
    reference: Annotated[
        Any,
        Reader(reference_in, Path),
        option(
            "Begin with the place and shape of these draws: the same posterior, sooner.",
            "DRAWS",
            default="the prior",
        ),
    ] = None
    near: Annotated[
        Any,
        Reader(draws_in, Path),
        option(
            "Begin with these draws of a fit to the same record, and make the last moves alone.",
            "DRAWS",
        ),
    ] = None
    out: Annotated[
        Path | None,
        option(
            "Parquet file to write; a JSON manifest goes beside it.",
            "FILE",
            default="results/fit-EFFORT-SEED.parquet",
        ),
    ] = None
    resume: Annotated[bool, flag("--resume", "Go on with a fit that was cut short.")] = False
    overwrite: Annotated[bool, flag("--overwrite", "Replace what is at FILE.")] = False
    workers: Annotated[
        int | None,
        whole(1, MOST_WORKERS),
        option("Worker processes; the draws do not depend on it.", "W", default="all cores"),
    ] = None
    #: The record with the overlay, a ``Record``.
    record: Any = None

    @field_validator("out")
    @classmethod
    def _fit_to_be_written(cls, out: Path | None) -> Path | None:
        refuse([] if out is None else out_problems(out))
        return out

    @field_validator("record")
    @classmethod
    def _overlaid(cls, _record: None, others: ValidationInfo) -> "Record":
        from calibration.likelihood.observations import overlaid_record

        return read_or_refuse(lambda: overlaid_record(others.data["evidence"]))

    @property
    def path(self) -> Path:
        """Where the draws are written."""
        return self.out or Path("results") / f"fit-{self.effort}-{self.seed}.parquet"

    def kept(self) -> str:
        """Where the sampling that was reached is kept, if a step has been made."""
        from calibration.fit.posterior import checkpoint_path

        checkpoint = checkpoint_path(self.path)
        if not checkpoint.is_file():
            return ""
        return (
            f"what was reached is kept in {checkpoint}; the same command with --resume goes on "
            "from there"
        )


@calibrate_app.command("fit")
@command
def fit(request: FitRequest) -> None:
    """Draw parameters from the prior narrowed by the record.

    The record is what `lilliput evidence used` lists. Killed at any moment, the same
    command with --resume ends in the same draws. An overlay holds rows in files named and headed
    like those of calibration/evidence (aid.csv, observations.csv ...): a row whose id is shipped
    replaces that row, another is added; removed.csv (id, reason) takes rows away. See
    docs/fitting.md.
    """
    from calibration.fit.draw import draw_posterior
    from calibration.fit.near import near_of
    from calibration.fit.posterior import finished_draws, fit_settings

    effort = EFFORTS[request.effort]
    reference = request.reference
    near = None if request.near is None else near_of(request.near, request.record)
    settings = fit_settings(
        effort,
        request.effort,
        request.seed,
        request.record,
        request.evidence,
        reference.name if reference else None,
        near.name if near else None,
    )
    if request.resume and (finished := finished_draws(request.path, settings)):
        typer.echo(f"{len(finished)} draws, {finished.id}, are in {request.path}: it is finished")
        return
    with _bar(effort) as progress:
        draws, _ = draw_posterior(
            request.record,
            effort,
            settings,
            request.path,
            reference=reference,
            near=near,
            workers=request.workers,
            resume=request.resume,
            overwrite=request.overwrite,
            each_step=progress,
        )
    told = draws.manifest
    typer.echo(
        f"{len(draws)} draws, {draws.id}, written to {request.path}; log evidence "
        f"{told['log_evidence']:.2f}, give or take {told['log_evidence_error']:.2f}"
    )


def out_problems(out: Path) -> list[Problem]:
    """What keeps draws from being written to a path that has been named."""
    where, problems = FitRequest.command, []
    if out.suffix != ".parquet":
        problems.append(Problem(where, "--out", str(out), "a file name that ends in .parquet"))
    if not out.parent.is_dir():
        problems.append(Problem(where, "--out", str(out), "a file in a folder that exists"))
    return problems or unwritable(out, where, "--out")


@contextmanager
def _bar(effort: "Effort") -> "Iterator[Callable[[Sampling], None]]":
    """A bar of the work behind us and about the time left, on the error stream."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("about"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        bar = progress.add_task("drawing the first vectors", total=1.0)

        def update(sampling: "Sampling") -> None:
            power = sampling.population.power
            words = f"bridge {len(sampling.powers)}, the record weighs {power:.2g}"
            progress.update(bar, completed=sampling.done(effort), description=words)

        yield update
