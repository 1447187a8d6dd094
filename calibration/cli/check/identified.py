"""``lilliput calibrate check identified``: which parameters the record informs."""

import numpy as np
import typer

from calibration.checks.identified import (
    coordinates_of_draws,
    identified,
    likelihood_of_draws,
    shuffled_scaling,
)
from calibration.cli.check.request import (
    Copies,
    DrawsFile,
    ReportFolder,
    ShocksSeed,
    read_check_request,
)
from calibration.evidence.reading import read_evidence
from calibration.likelihood.observations import fitted_record
from calibration.origin import origin_of
from calibration.reports.form import REPORTS, write_report
from calibration.reports.identified import identified_report
from scenarios.console import progress_of, reporting_errors


def check_identified(
    draws: DrawsFile = None,
    copies: Copies = "8",
    seed: ShocksSeed = "1",
    out: ReportFolder = REPORTS,
) -> None:
    """Contraction of every parameter, sensitivity to its prior, and which are informed, weak or not identified."""
    with reporting_errors():
        request = read_check_request("identified", draws, seed, out, {"copies": (copies, 1, 1000)})
        averaged = request.counts["copies"]
        coordinates = coordinates_of_draws(request.draws.frame)
        with progress_of("likelihood of the draws", len(coordinates)) as told:
            found = likelihood_of_draws(
                coordinates,
                fitted_record(read_evidence()),
                seed=request.seed,
                copies=averaged,
                told=told,
            )
        generator = np.random.Generator(np.random.Philox(key=request.seed))
        report = identified_report(
            identified(coordinates, found),
            shuffled_scaling(coordinates, found, generator),
            origin_of(seed=request.seed, draws=request.draws, copies=averaged),
        )
        typer.echo(f"{report.finding}\nWritten to {write_report(report, request.out)}")
