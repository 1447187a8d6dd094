"""``lilliput calibrate check prior``: what histories the priors alone imply."""

from typing import Annotated

import typer

from calibration.checks.prior import checked_prior, prior_report
from calibration.cli.check.request import ReportFolder, read_check_request
from calibration.reports.form import REPORTS, write_report
from scenarios.console import progress_of, reporting_errors


def check_prior(
    replicates: Annotated[
        str, typer.Option(metavar="N", help="How many histories, one draw each.")
    ] = "2000",
    seed: Annotated[str, typer.Option(metavar="S", help="The seed of draws and shocks.")] = "1",
    out: ReportFolder = REPORTS,
) -> None:
    """What the priors alone imply: dates and shares of each break, aid by window; none may be centred on the record."""
    with reporting_errors():
        counts = {"replicates": (replicates, 20, 100_000)}
        request = read_check_request("prior", None, seed, out, counts, drawn=False)
        histories = request.counts["replicates"]
        with progress_of("simulating histories", histories) as told:
            check = checked_prior(histories, request.seed, told)
        report = prior_report(check)
        typer.echo(f"{report.finding}\nWritten to {write_report(report, request.out)}")
