"""Checks of free histories: what priors imply, what the fitted rules bring out, what moves it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import field_validator

from calibration.cli.check.options import (
    SEED,
    CheckRequest,
    DrawsRequest,
    ShocksSeed,
    check_command,
)
from calibration.cli.requests import MOST_WORKERS, option, whole
from scenarios.console import progress_of
from simulation.schema import refusal

if TYPE_CHECKING:
    from calibration.reports.report import Pictures, Report


#: Indices of single histories or of means over few are wrong.
LEAST_REPLICATES = 50


class PriorRequest(CheckRequest):
    """Histories under the priors alone."""

    command = "calibrate check prior"

    replicates: Annotated[int, whole(20, 100_000), option("How many histories, one draw each.")] = (
        2000
    )
    seed: Annotated[int, SEED, option("The seed of draws and shocks.", "S")] = 1


class PredictiveRequest(DrawsRequest):
    """Free histories with fitted parameters."""

    command = "calibrate check predictive"

    replicates: Annotated[
        int, whole(20, 1_000_000), option("How many histories of each scenario.")
    ] = 4000
    seed: ShocksSeed = 1


class SensitivityRequest(DrawsRequest):
    """Points at which parameters and drivers are tried."""

    command = "calibrate check sensitivity"
    needs = ("SALib",)

    paths: Annotated[int, whole(2, 1000), option("Random paths of the screening.")] = 20
    leading: Annotated[
        int, whole(1, 200), option("Parameters whose variances are apportioned.")
    ] = 14
    size: Annotated[
        int, whole(2, 65536), option("Base points of the apportioning, a power of two.")
    ] = 256
    replicates: Annotated[
        int,
        whole(LEAST_REPLICATES, 100_000),
        option(f"Histories a point, at least {LEAST_REPLICATES}."),
    ] = 50
    workers: Annotated[
        int, whole(1, MOST_WORKERS), option("Worker processes; results do not depend on it.")
    ] = 2
    cache: Annotated[
        Path, option("Where points are kept; what is there is not made again.", "DIR")
    ] = Path("results/sensitivity")
    seed: Annotated[int, SEED, option("The seed of points and shocks.", "S")] = 1

    @field_validator("size")
    @classmethod
    def _power_of_two(cls, size: int) -> int:
        if size & (size - 1):
            raise refusal("a power of two")
        return size


@check_command
def check_prior(request: PriorRequest) -> "tuple[Report, Pictures]":
    """What the priors alone imply: dates and shares of each break, aid by window.

    None may be centred on the record.
    """
    from calibration.checks.histories.prior import checked_prior, prior_report

    with progress_of("simulating histories", request.replicates) as progress:
        check = checked_prior(request.replicates, request.seed, progress)
    return prior_report(check, request.origin(histories=request.replicates))


@check_command
def check_predictive(request: PredictiveRequest) -> "tuple[Report, Pictures]":
    """Every pattern that must come out of the rules.

    How many histories show it, and whether it passes.
    """
    from calibration.checks.histories.pattern_list import all_patterns
    from calibration.checks.histories.predictive import checked_predictions, scenarios_of
    from calibration.checks.histories.predictive_report import predictive_report
    from calibration.evidence.reading import read_evidence
    from calibration.evidence.record import documented_record
    from calibration.likelihood.observations import fitted_record

    evidence, documented = read_evidence(), documented_record()
    patterns = all_patterns(evidence, fitted_record(evidence))
    histories, seed, draws = request.replicates, request.seed, request.draws
    whole = histories * len(scenarios_of(patterns))
    with progress_of("simulating histories", whole) as progress:
        check = checked_predictions(draws, patterns, documented, histories, seed, progress)
    return predictive_report(check, documented, request.origin(histories=histories))


@check_command
def check_sensitivity(request: SensitivityRequest) -> "tuple[Report, Pictures]":
    """On which parameters and drivers the dates depend.

    All are screened, and the variances of the leading ones apportioned.
    """
    import numpy as np

    from calibration.checks.sensitivity.indices import apportioned, screened
    from calibration.checks.sensitivity.laboratory import (
        Laboratory,
        driver_levers,
        parameter_levers,
    )
    from calibration.checks.sensitivity.report import sensitivity_report
    from calibration.prior import coordinates_of_draws

    coordinates = coordinates_of_draws(request.draws.frame)
    laboratory = Laboratory(
        np.median(coordinates, axis=0),
        request.replicates,
        request.seed,
        request.cache,
        request.workers,
    )
    paths, size, levers = request.paths, request.size, parameter_levers(coordinates)
    with progress_of("screening points", paths * (len(levers) + 1)) as progress:
        screening = screened(levers, laboratory, paths, progress)
    chosen, switches = screening.leading(request.leading), driver_levers()
    with progress_of("points for variances", size * (len(chosen) + 2)) as progress:
        shares = apportioned(chosen, laboratory, size, progress)
    with progress_of("points of drivers", size * (len(switches) + 2)) as progress:
        drivers = apportioned(switches, laboratory, size, progress)
    settings = request.model_dump(include={"paths", "leading", "size", "replicates"})
    return sensitivity_report(screening, shares, drivers, request.origin(**settings))
