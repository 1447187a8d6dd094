"""``lilliput calibrate check leave-one-out``: each observation foreseen from the rest, beside the nulls."""

from pathlib import Path
from typing import Annotated

import typer

from calibration.checks.identified import coordinates_of_draws
from calibration.checks.leave_one_out import Asked, left_out
from calibration.cli.check.nulls import fitted_nulls
from calibration.cli.check.request import (
    Copies,
    DrawsFile,
    DrawsUsed,
    FitWorkers,
    RefitFolder,
    ReportFolder,
    ShocksSeed,
    read_check_request,
)
from calibration.evidence.reading import read_evidence
from calibration.fit.population import WITHOUT_EFFORTS
from calibration.fit.refit import draws_begun_with, refit_without, refitted
from calibration.likelihood.observations import documented_quarters, fitted_record
from calibration.origin import origin_of
from calibration.prior import Coordinates
from calibration.reports.form import REPORTS, write_report
from calibration.reports.leave_one_out import leave_one_out_report
from scenarios.console import progress_of, reporting_errors
from simulation.errors import unknown

#: Where fits without one observation are kept, so that they are made once.
KEPT = Path("results/refits")
_NONE = "none"


def check_leave_one_out(
    draws: DrawsFile = None,
    copies: Copies = "24",
    use: DrawsUsed = "1024",
    refit: Annotated[
        str,
        typer.Option(
            help=f"How hard to fit again where weights fail: {', '.join([_NONE, *WITHOUT_EFFORTS])}."
        ),
    ] = "quick",
    workers: FitWorkers = "2",
    cache: RefitFolder = KEPT,
    seed: ShocksSeed = "1",
    out: ReportFolder = REPORTS,
) -> None:
    """Every dated event, silence, aid window and answer foreseen from all the others, beside the three nulls."""
    with reporting_errors():
        counts = {
            "copies": (copies, 1, 1000),
            "use": (use, 2, 1_000_000),
            "workers": (workers, 1, 1024),
        }
        allowed = (_NONE, *WITHOUT_EFFORTS)
        wrong = (
            []
            if refit in allowed
            else [unknown("calibrate check leave-one-out", "--refit", refit, allowed)]
        )
        request = read_check_request("leave-one-out", draws, seed, out, counts, wrong)
        evidence = read_evidence()
        record = fitted_record(evidence)
        asked = Asked(
            record, documented_quarters(evidence, record), request.seed, request.counts["copies"]
        )
        nulls = fitted_nulls(record, request.seed, 2)
        drawn = coordinates_of_draws(request.draws.frame.head(request.counts["use"]))
        near = draws_begun_with(len(drawn), request.draws.id, asked.copies)
        effort = WITHOUT_EFFORTS.get(refit)

        def again(place: int, start: Coordinates) -> Coordinates:
            assert effort is not None
            typer.echo(f"Fitting again without {asked.observations[place].name}", err=True)
            wanted, workers = refit_without(asked.record, place, near), request.counts["workers"]
            return refitted(wanted, effort, request.seed, cache, start, workers=workers).coordinates

        with progress_of("leaving out observations", len(asked.observations)) as told:
            rows = left_out(
                drawn,
                nulls,
                asked,
                refit=again if effort else None,
                population=effort.population if effort else 0,
                told=told,
            )
        origin = origin_of(
            seed=request.seed,
            draws=request.draws,
            used=len(drawn),
            copies=asked.copies,
            fitted_again=refit,
        )
        report = leave_one_out_report(rows, origin, refits=effort is not None)
        typer.echo(f"{report.finding}\nWritten to {write_report(report, request.out)}")
