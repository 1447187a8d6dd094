"""``lilliput calibrate check predictive``: which patterns of history come out of the fitted rules."""

from typing import Annotated

import typer

from calibration.checks.pattern_list import all_patterns
from calibration.checks.predictive import checked_predictions, scenarios_of
from calibration.cli.check.request import DrawsFile, ReportFolder, ShocksSeed, read_check_request
from calibration.cli.run_request import documented_record
from calibration.evidence.reading import read_evidence
from calibration.likelihood.observations import fitted_record
from calibration.reports.form import REPORTS, write_report
from calibration.reports.predictive import predictive_report
from scenarios.console import progress_of, reporting_errors


def check_predictive(
    draws: DrawsFile = None,
    replicates: Annotated[
        str, typer.Option(metavar="N", help="How many histories of each scenario.")
    ] = "4000",
    seed: ShocksSeed = "1",
    out: ReportFolder = REPORTS,
) -> None:
    """Every pattern that must come out of the rules: how many histories show it, and whether it passes."""
    with reporting_errors():
        request = read_check_request(
            "predictive", draws, seed, out, {"replicates": (replicates, 20, 1_000_000)}
        )
        evidence, documented = read_evidence(), documented_record()
        patterns = all_patterns(evidence, fitted_record(evidence))
        histories = request.counts["replicates"]
        with progress_of("simulating histories", histories * len(scenarios_of(patterns))) as told:
            check = checked_predictions(
                request.draws, patterns, documented, histories, request.seed, told
            )
        report = predictive_report(check, documented)
        typer.echo(f"{report.finding}\nWritten to {write_report(report, request.out)}")
