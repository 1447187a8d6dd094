"""``lilliput calibrate agree``: compares fits made with other seeds, and pools those that agree."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from calibration.errors import CalibrationError
from calibration.fit.agreement import (
    LEAST_EFFECTIVE,
    MOST_DISTANCE,
    MOST_RHAT,
    Agreement,
    Fit,
    agreement_of,
    pooled,
    pooled_manifest,
    read_fits,
)
from calibration.origin import origin_of
from calibration.reports.form import (
    REPORTS,
    CheckReport,
    ReportTable,
    folder_problems,
    write_report,
)
from scenarios.console import reporting_errors
from scenarios.draws import write_draws
from simulation.errors import Problem, raise_if_any
from simulation.parameters import parameter_table

_SHOWN = 12


def agree(
    files: Annotated[
        list[Path], typer.Argument(help="Draws of the same fit with different seeds.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder of the report.")] = REPORTS,
    publish: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="If they agree, write all their draws here, as published."
        ),
    ] = None,
    pool: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Whether they agree or not, write all their draws here, as provisional.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what is at FILE.")
    ] = False,
) -> None:
    """Compare fits made with different seeds: R-hat, effective sizes, means and log evidence."""
    with reporting_errors():
        problems = folder_problems(out, "calibrate agree")
        for option, file in (("--publish", publish), ("--pool", pool)):
            if file is not None and file.suffix != ".parquet":
                allowed = "a file name that ends in .parquet"
                problems.append(Problem("calibrate agree", option, str(file), allowed))
            if file is not None and file.exists() and not overwrite:
                allowed = "a new file, unless --overwrite"
                problems.append(Problem("calibrate agree", option, str(file), allowed))
        raise_if_any("these fits cannot be compared", problems, CalibrationError)
        fits = read_fits(files)
        agreement = agreement_of(fits)
        report = agreement_report(fits, agreement)
        path = write_report(report, out)
        typer.echo(f"{report.finding}\nWritten to {path}")
        if publish is not None and not agreement.reached:
            raise CalibrationError("the fits do not agree; nothing was published")
        for file, kind in ((publish, "published"), (pool, "provisional")):
            if file is not None:
                draws = write_draws(pooled(fits), pooled_manifest(fits, agreement, kind), file)
                typer.echo(f"{len(draws)} draws, {draws.id}, written to {file}")


def agreement_report(fits: list[Fit], agreement: Agreement) -> CheckReport:
    """The report of a comparison of fits."""
    names = list(parameter_table())
    worst = np.argsort(-agreement.rhat)[:_SHOWN]
    goal = (
        "agree within Monte Carlo error"
        if agreement.reached
        else "do not agree within Monte Carlo error"
    )
    finding = (
        f"{len(fits)} fits with different seeds {goal}: R-hat at most {agreement.rhat.max():.4f} (goal: below "
        f"{MOST_RHAT}), effective size over all draws at least {agreement.effective.min():.0f} (goal: "
        f"{LEAST_EFFECTIVE}), means at most {agreement.distance.max():.1f} standard errors apart and log evidence "
        f"{agreement.evidence_distance:.1f} (goal: below {MOST_DISTANCE:.0f})."
    )
    fit_rows = [
        (fit.draws.id, fit.manifest["seed"], len(fit.draws), value, error, fit.manifest["families"],
         fit.manifest["effective_size"]["bulk_least"], fit.manifest["effective_size"]["tail_least"])
        for fit, value, error in zip(fits, agreement.evidence, agreement.evidence_errors, strict=True)
    ]  # fmt: skip
    heads = (
        "draws",
        "seed",
        "number",
        "log evidence",
        "its error",
        "families",
        "least bulk size",
        "least tail size",
    )
    rows = [
        (names[place], agreement.rhat[place], agreement.distance[place], agreement.effective[place])
        for place in worst
    ]
    return CheckReport(
        "agreement",
        "Agreement of fits made with different seeds",
        finding,
        agreement.reached,
        origin_of(seed=fits[0].manifest["seed"], effort=fits[0].manifest["effort"]),
        (
            ReportTable("The fits", heads, fit_rows),
            ReportTable(
                "The parameters that agree least",
                ("parameter", "R-hat", "difference of means in standard errors", "effective size"),
                rows,
            ),
        ),
        {
            "rhat": dict(zip(names, agreement.rhat, strict=True)),
            "distance": dict(zip(names, agreement.distance, strict=True)),
            "effective": dict(zip(names, agreement.effective, strict=True)),
            "log_evidence": agreement.evidence,
            "log_evidence_errors": agreement.evidence_errors,
        },
    )
