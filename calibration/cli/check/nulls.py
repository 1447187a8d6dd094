"""``lilliput calibrate check nulls``: the evidence of the rules beside that of three simpler accounts."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from calibration.cli.check.request import ReportFolder, read_check_request
from calibration.evidence.reading import read_evidence
from calibration.fit.refit import fitted_null
from calibration.likelihood.null_likelihood import NullFit
from calibration.likelihood.nulls import all_nulls
from calibration.likelihood.observations import Record, fitted_record
from calibration.origin import origin_of
from calibration.reports.form import REPORTS, write_report
from calibration.reports.nulls import Evidence, evidence_of_nulls, nulls_report
from scenarios.console import progress_of, reporting_errors
from scenarios.draws import Draws
from simulation.parameters import parameter_table


def check_nulls(
    draws: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Parameter draws whose manifest tells the evidence of the rules.",
            show_default="those that ship",
        ),
    ] = None,
    runs: Annotated[
        str, typer.Option(metavar="N", help="Fits of each null; their scatter gives the error.")
    ] = "4",
    seed: Annotated[str, typer.Option(metavar="S", help="The seed of the fits.")] = "1",
    out: ReportFolder = REPORTS,
) -> None:
    """Log evidence of the rules, a constant hazard, drivers alone, and persistence, for the same record."""
    with reporting_errors():
        request = read_check_request("nulls", draws, seed, out, {"runs": (runs, 2, 100)})
        fits = fitted_nulls(fitted_record(read_evidence()), request.seed, request.counts["runs"])
        origin = origin_of(seed=request.seed, draws=request.draws, runs=request.counts["runs"])
        report = nulls_report(evidence_of_rules(request.draws), evidence_of_nulls(fits), origin)
        typer.echo(f"{report.finding}\nWritten to {write_report(report, request.out)}")


def fitted_nulls(record: Record, seed: int, runs: int) -> tuple[NullFit, ...]:
    """All three nulls fitted to the record, with progress."""
    nulls = all_nulls()
    fits = []
    with progress_of("fitting the nulls", runs * len(nulls)) as told:
        for place, null in enumerate(nulls):

            def so_far(run: int, done: int = place * runs) -> None:
                told(done + run)

            fits.append(fitted_null(null, record, seed=seed, runs=runs, progress=so_far))
    return tuple(fits)


def evidence_of_rules(draws: Draws) -> Evidence | None:
    """The log evidence of the rules as the manifest of some draws tells it; none if it does not."""
    if draws.path is None:
        return None
    told: dict[str, Any] = json.loads(draws.path.with_suffix(".json").read_text(encoding="utf-8"))
    if told.get("log_evidence") is None:
        return None
    error = told.get("log_evidence_error")
    return Evidence(
        "rules",
        "the agents' rules of this model",
        len(parameter_table()),
        float(told["log_evidence"]),
        None if error is None else float(error),
    )
