"""``lilliput calibrate``: draw parameters that fit the record."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from calibration.cli.agreement import agree
from calibration.cli.batch import MOST_WORKERS
from calibration.cli.check.main import check_app
from calibration.cli.dossier import report as referee_report
from calibration.cli.run_request import MOST_SEED
from calibration.diagnostics import arviz
from calibration.errors import CalibrationError
from calibration.evidence.reading import overlay_hash
from calibration.fit.population import EFFORTS, Effort, Sampling, begun
from calibration.fit.posterior import (
    checkpoint_path,
    read_checkpoint,
    setting_differences,
    write_checkpoint,
    write_posterior,
)
from calibration.fit.sampler import sampled
from calibration.fit.workers import likelihood_here, over_processes
from calibration.likelihood.observations import Record, overlaid_record
from calibration.origin import rules_hash
from calibration.prior import draw_coordinates
from scenarios.arguments import read_or_problems, whole_number
from scenarios.console import reporting_errors
from scenarios.draws import Draws, table_hash
from simulation.errors import Problem, raise_if_any, unknown

calibrate_app = typer.Typer(help="Fit the parameters to the record.", no_args_is_help=True)
calibrate_app.add_typer(check_app, name="check")
calibrate_app.command("agree")(agree)
calibrate_app.command("report")(referee_report)

_COMMAND = "calibrate fit"
_TITLE = "the fit cannot start"


@calibrate_app.callback()
def _group() -> None:
    """Fit the parameters to the record."""


@calibrate_app.command("fit")
def fit(
    effort: Annotated[
        str,
        typer.Option(
            help="quick (within 90 s), standard (15 min) or full (60 min), on two idle cores."
        ),
    ] = "quick",
    seed: Annotated[str, typer.Option(metavar="S", help="Number that fixes all chance.")] = "1",
    evidence: Annotated[
        Path | None,
        typer.Option(
            metavar="OVERLAY",
            help="Folder of CSV rows laid over the shipped evidence, or one such file.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Parquet file to write; a JSON manifest goes beside it.",
            show_default="results/fit-EFFORT-SEED.parquet",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a fit that was cut short.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what is at FILE.")
    ] = False,
    workers: Annotated[
        str | None,
        typer.Option(
            metavar="W",
            help="Worker processes; the draws do not depend on it.",
            show_default="all cores",
        ),
    ] = None,
) -> None:
    """Draw parameters from the prior narrowed by the record (dated moves, silence, aid, shares granted, interest).

    Killed at any moment, the same command with --resume ends in the same draws. An overlay holds rows in files named
    and headed like those of calibration/evidence (aid.csv, record.csv, shares.csv ...): a row whose id is shipped
    replaces that row, another is added; removed.csv (id, reason) takes rows away. See docs/fitting.md.
    """
    with reporting_errors():
        number, problems = whole_number("--seed", seed, 0, MOST_SEED, command=_COMMAND)
        processes, wrong = (
            (None, [])
            if workers is None
            else whole_number("--workers", workers, 1, MOST_WORKERS, command=_COMMAND)
        )
        problems += wrong
        if effort not in EFFORTS:
            problems.append(unknown(_COMMAND, "--effort", effort, tuple(EFFORTS)))
        record, wrong = read_or_problems(lambda: overlaid_record(evidence))
        path = Path("results") / f"fit-{effort}-{number}.parquet" if out is None else out
        problems += wrong + out_problems(path, made=out is None)
        raise_if_any(_TITLE, problems, CalibrationError)
        assert record is not None
        settings = fit_settings(EFFORTS[effort], effort, number, evidence)
        draws, sampling = fitted(
            record,
            EFFORTS[effort],
            settings,
            path,
            workers=processes,
            resume=resume,
            overwrite=overwrite,
        )
        population = sampling.population
        typer.echo(
            f"{len(draws)} draws, {draws.id}, written to {path}; log evidence {population.log_evidence:.2f}, "
            f"give or take {population.evidence_error:.2f}"
        )


def out_problems(out: Path, *, made: bool = False) -> list[Problem]:
    """What keeps draws from being written to a path; a folder that will be ``made`` need not exist."""
    problems = []
    if out.suffix != ".parquet":
        problems.append(Problem(_COMMAND, "--out", str(out), "a file name that ends in .parquet"))
    if not made and not out.parent.is_dir():
        problems.append(Problem(_COMMAND, "--out", str(out), "a file in a folder that exists"))
    return problems


def fit_settings(
    effort: Effort, name: str, seed: int, evidence: Path | None = None
) -> dict[str, Any]:
    """Everything that decides the draws of a fit, for its checkpoint and its manifest."""
    return {
        "effort": name,
        "settings": asdict(effort),
        "seed": seed,
        "evidence_overlay": None if evidence is None else overlay_hash(evidence),
        "rules": rules_hash(),
        "prior": table_hash(),
    }


def fitted(
    record: Record,
    effort: Effort,
    settings: dict[str, Any],
    out: Path,
    *,
    workers: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> tuple[Draws, Sampling]:
    """Draw a population from the posterior of a record, write it to ``out``, and return it.

    After every step the sampling is kept in a file beside ``out``, from which ``resume`` goes on. Raises
    ``CalibrationError`` if something stands at ``out`` that may not be replaced, or a checkpoint of another fit.
    """
    arviz()  # its lack should not come to light after an hour
    held = _held(settings, out, resume, overwrite)
    checkpoint = checkpoint_path(out)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    seed = settings["seed"]
    with (
        over_processes([likelihood_here(record, seed=seed, copies=effort.copies)], workers) as (
            likelihood,
        ),
        _progress(effort) as told,
    ):
        sampling = held or begun(draw_coordinates(effort.population, seed), likelihood)

        def report(sampling: Sampling) -> None:
            write_checkpoint(sampling, settings, checkpoint)
            told(sampling)

        report(sampling)
        sampling = sampled(sampling, likelihood, effort, seed, report)
    draws = write_posterior(sampling, settings, out)
    checkpoint.unlink()
    return draws, sampling


def _held(settings: dict[str, Any], out: Path, resume: bool, overwrite: bool) -> Sampling | None:
    """The sampling to go on with, if any; raises ``CalibrationError`` for all that stands in the way."""
    path = checkpoint_path(out)
    begun_before = path.exists()
    if resume and begun_before:
        held = read_checkpoint(path)
        if held is None:
            problems = [
                Problem(
                    "--resume",
                    "checkpoint",
                    str(path),
                    "a whole checkpoint; --overwrite begins anew",
                )
            ]
        else:
            problems = setting_differences(settings, held[1])
        raise_if_any("the fit cannot be resumed", problems, CalibrationError)
        return held[0] if held else None
    problems = []
    if out.exists() and not overwrite:
        problems.append(
            Problem(_COMMAND, "--out", str(out), "a new file; --overwrite replaces what is there")
        )
    if begun_before and not overwrite:
        remedy = (
            "no checkpoint of an unfinished fit; --resume goes on with it, --overwrite begins anew"
        )
        problems.append(Problem(_COMMAND, "--out", str(path), remedy))
    raise_if_any(_TITLE, problems, CalibrationError)
    return None


@contextmanager
def _progress(effort: Effort) -> Iterator[Callable[[Sampling], None]]:
    """A bar of the work behind us and about the time left, on the error stream."""
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
        bar = progress.add_task("drawing from the prior", total=1.0)

        def told(sampling: Sampling) -> None:
            stages = len(sampling.stages)
            words = f"bridge {stages}, the record weighs {sampling.population.power:.2g}"
            progress.update(bar, completed=sampling.done(effort), description=words)

        yield told
