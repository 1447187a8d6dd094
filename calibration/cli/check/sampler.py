"""Checks of the sampler: the noise of its likelihood, recovery of known parameters, ranks."""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from calibration.cli.check.options import CheckRequest, DrawsRequest, check_command
from calibration.cli.requests import MOST_WORKERS, Reader, flag, option, reference_in, whole
from calibration.errors import CalibrationError
from calibration.fit.population import RECORD_EFFORTS
from scenarios.console import progress_of
from simulation.errors import raise_if_any
from simulation.schema import one_of

if TYPE_CHECKING:
    from calibration.checks.recovery.folder import RecordFits
    from calibration.fit.population import Chains, Effort
    from calibration.reports.report import Pictures, Report


Records = Annotated[int, whole(2, 100_000), option("How many simulated records.")]
RecordEffort = Annotated[
    str,
    one_of(tuple(RECORD_EFFORTS)),
    option(f"How hard for each record: {', '.join(RECORD_EFFORTS)}.", metavar=None),
]
RecordWorkers = Annotated[
    int | None, whole(1, MOST_WORKERS), option("Processes, one a record.", "W", default="all cores")
]
Around = Annotated[
    Any,
    Reader(reference_in, Path),
    option(
        "Draw the parameters around these draws; what they are drawn from is then the prior.",
        "DRAWS",
        default="the prior",
    ),
]
RecordFolder = Annotated[Path, option("Where what is done is kept, one file a record.", "DIR")]
Resume = Annotated[bool, flag("--resume", "Go on with what is there.")]


class NoiseRequest(DrawsRequest):
    """Draws whose likelihood is estimated many times."""

    command = "calibrate check noise"

    vectors: Annotated[int, whole(2, 1000), option("Draws tried, the best of the file.")] = 16
    repeats: Annotated[int, whole(4, 10_000), option("Estimates of each.", "K")] = 24


class RecoveryRequest(CheckRequest):
    """Records to be simulated and fitted, and where their parameters come from."""

    command = "calibrate check recovery"
    needs = ("arviz",)

    records: Records = 50
    effort: RecordEffort = "usual"
    workers: RecordWorkers = None
    around: Around = None
    fits: RecordFolder = Path("results/simulated-records")
    resume: Resume = False


class RanksRequest(RecoveryRequest):
    """Records to be simulated, and to be walked from."""

    command = "calibrate check ranks"

    records: Records = 500
    fits: RecordFolder = Path("results/simulated-chains")


@check_command
def check_noise(request: NoiseRequest) -> "tuple[Report, Pictures]":
    """Show the variance of the log-likelihood estimate where the record fits best.

    It is shown by the number of shocks averaged.
    """
    from calibration.checks.noise import (
        COPIES,
        SETS,
        TRIED,
        best_draws,
        estimates,
        noise_report,
    )
    from calibration.evidence.reading import read_evidence
    from calibration.fit.drivers import with_likely_drivers
    from calibration.fit.workers import log_likelihoods
    from calibration.likelihood.observations import fitted_record
    from calibration.prior import coordinates_of_draws

    record, seed = fitted_record(read_evidence()), request.seed
    with progress_of("estimating likelihoods", len(TRIED)) as progress:
        coordinates = coordinates_of_draws(request.draws.frame)
        best = best_draws(coordinates, record, seed, request.vectors)
        likelihood = partial(log_likelihoods, record=record, seed=seed, copies=COPIES)
        own = with_likely_drivers(best, likelihood, seed, SETS)
        filtered, averaged, shared = {}, {}, {}
        for done, copies in enumerate(TRIED, 1):
            how = (record, seed + done, copies, request.repeats)
            filtered[copies] = estimates(own, *how)
            averaged[copies] = estimates(own, *how, renewing=False)
            shared[copies] = estimates(best, *how)
            progress(done)
    origin = request.origin(vectors=len(best), repeats=request.repeats)
    return noise_report(filtered, averaged, shared, origin)


@check_command
def check_recovery(request: RecoveryRequest) -> "tuple[Report, Pictures]":
    """Simulate records with known parameters, fit them, and see whether intervals cover the truth.

    Killed at any moment, the same command with --resume goes on.
    """
    from calibration.checks.recovery.report import recovery_report

    fits = _fitted(request, RECORD_EFFORTS, "fitting simulated records")
    return recovery_report(fits, fits.results(request.records), request.records)


@check_command
def check_ranks(request: RanksRequest) -> "tuple[Report, Pictures]":
    """Simulation-based calibration: whether the truth stands evenly among posterior draws.

    Every quantity is looked at. The draws are ends of chains that the sampler's steps make from the
    truth over a common origin. It may run for hours: killed at any moment, the same command with
    --resume goes on.
    """
    from calibration.checks.recovery.report import rank_report
    from calibration.fit.population import RANK_EFFORTS

    fits = _fitted(request, RANK_EFFORTS, "walking from simulated records")
    return rank_report(fits, fits.results(request.records), request.records)


def _fitted(
    request: RecoveryRequest, efforts: "Mapping[str, Effort | Chains]", doing: str
) -> "RecordFits":
    """The simulated records of a request, each with draws from its posterior."""
    from calibration.checks.recovery.folder import RecordFits, setting_problems
    from calibration.checks.recovery.record_fits import fit_records
    from calibration.evidence.reading import read_evidence
    from calibration.likelihood.observations import fitted_record

    record = fitted_record(read_evidence())
    effort = efforts[request.effort]
    fits = RecordFits(request.fits, record, effort, request.seed, request.around)
    raise_if_any(request.title, setting_problems(fits, request.resume), CalibrationError)
    workers = request.workers or os.cpu_count() or 1
    with progress_of(doing, request.records) as progress:
        fit_records(fits, request.records, workers=workers, progress=progress)
    return fits
