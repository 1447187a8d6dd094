"""``lilliput calibrate check sensitivity``: on which parameters and drivers the breaks depend."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from calibration.checks.identified import coordinates_of_draws
from calibration.checks.laboratory import Laboratory, driver_levers, parameter_levers
from calibration.checks.sensitivity import apportioned, screened
from calibration.cli.check.request import DrawsFile, ReportFolder, read_check_request
from calibration.origin import origin_of
from calibration.reports.form import REPORTS, write_report
from calibration.reports.sensitivity import sensitivity_report
from scenarios.console import progress_of, reporting_errors
from simulation.errors import Problem

KEPT = Path("results/sensitivity")
#: Indices of single histories or of means over few are wrong.
LEAST_REPLICATES = 50


def check_sensitivity(
    draws: DrawsFile = None,
    paths: Annotated[str, typer.Option(metavar="N", help="Random paths of the screening.")] = "20",
    leading: Annotated[
        str, typer.Option(metavar="N", help="Parameters whose variances are apportioned.")
    ] = "14",
    size: Annotated[
        str, typer.Option(metavar="N", help="Base points of the apportioning, a power of two.")
    ] = "256",
    replicates: Annotated[
        str, typer.Option(metavar="N", help=f"Histories a point, at least {LEAST_REPLICATES}.")
    ] = "50",
    workers: Annotated[
        str, typer.Option(metavar="N", help="Worker processes; results do not depend on it.")
    ] = "2",
    cache: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Where points are kept; what is there is not made again."),
    ] = KEPT,
    seed: Annotated[str, typer.Option(metavar="S", help="The seed of points and shocks.")] = "1",
    out: ReportFolder = REPORTS,
) -> None:
    """On which parameters and drivers the dates depend: all screened, variances of the leading ones apportioned."""
    with reporting_errors():
        counts = {
            "paths": (paths, 2, 1000),
            "leading": (leading, 1, 200),
            "size": (size, 2, 65536),
            "replicates": (replicates, LEAST_REPLICATES, 100_000),
            "workers": (workers, 1, 1024),
        }
        wrong = []
        if size.strip().isdigit() and int(size) & (int(size) - 1):
            wrong = [Problem("calibrate check sensitivity", "--size", size, "a power of two")]
        request = read_check_request("sensitivity", draws, seed, out, counts, wrong)
        asked = request.counts
        drawn = coordinates_of_draws(request.draws.frame)
        laboratory = Laboratory(
            np.median(drawn, axis=0), asked["replicates"], request.seed, cache, asked["workers"]
        )
        levers = parameter_levers(drawn)
        with progress_of("screening points", asked["paths"] * (len(levers) + 1)) as told:
            screening = screened(levers, laboratory, asked["paths"], told)
        chosen = screening.leading(asked["leading"])
        with progress_of("points for variances", asked["size"] * (len(chosen) + 2)) as told:
            shares = apportioned(chosen, laboratory, asked["size"], told)
        with progress_of("points of drivers", asked["size"] * (len(driver_levers()) + 2)) as told:
            drivers = apportioned(driver_levers(), laboratory, asked["size"], told)
        settings = {name: asked[name] for name in ("paths", "leading", "size", "replicates")}
        origin = origin_of(seed=request.seed, draws=request.draws, **settings)
        report = sensitivity_report(screening, shares, drivers, origin)
        typer.echo(f"{report.finding}\nWritten to {write_report(report, request.out)}")
