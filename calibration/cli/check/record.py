"""Checks of what the record says: of single parameters, and of the rules beside nulls."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from calibration.cli.check.options import (
    Copies,
    DrawsRequest,
    FitsSeed,
    FitWorkers,
    ShocksSeed,
    check_command,
)
from calibration.cli.requests import Reader, as_typed, option, whole
from calibration.errors import CalibrationError
from scenarios.console import progress_of
from scenarios.draws import Draws, read_draws
from simulation.errors import Problem

if TYPE_CHECKING:
    from calibration.nulls.likelihood import NullFit
    from calibration.reports.report import Pictures, Report


class IdentifiedRequest(DrawsRequest):
    """Draws that are set beside their priors."""

    command = "calibrate check identified"
    needs = ("arviz",)

    copies: Copies = 8
    seed: ShocksSeed = 1


class NullsRequest(DrawsRequest):
    """Nulls to be fitted, beside the rules."""

    command = "calibrate check nulls"

    draws: Annotated[
        Draws,
        Reader(read_draws, Path),
        option(
            "Parameter draws whose manifest tells the evidence of the rules.",
            "FILE",
            default="those that ship",
        ),
    ] = as_typed(None)
    runs: Annotated[
        int, whole(2, 100), option("Fits of each null; their scatter gives the error.")
    ] = 4
    seed: FitsSeed = 1


class HeldDriversRequest(NullsRequest):
    """Sets of drivers that are held in all histories, one at a time."""

    command = "calibrate check drivers"

    workers: FitWorkers = 2


@check_command
def check_drivers(request: HeldDriversRequest) -> "tuple[Report, Pictures]":
    """Whether the lead over the nulls hangs on how the drivers were coded."""
    from calibration.checks.drivers import SETS, drivers_report, held_drivers, sets_of_drivers
    from calibration.checks.nulls import evidence_of_nulls, evidence_of_rules
    from calibration.evidence.reading import read_evidence
    from calibration.likelihood.observations import fitted_record
    from calibration.prior import coordinates_of_draws

    rules = evidence_of_rules(request.draws)
    if rules is None:
        allowed = "draws whose manifest tells the evidence of the rules"
        raise CalibrationError(
            request.title, [Problem(request.command, "--draws", request.draws.id, allowed)]
        )
    nulls = evidence_of_nulls(nulls_of_record(request.seed, request.runs))
    sets = sets_of_drivers(request.seed, SETS)
    with progress_of("likelihood under sets of drivers", len(sets) + 1) as progress:
        rows = held_drivers(
            coordinates_of_draws(request.draws.frame),
            fitted_record(read_evidence()),
            request.seed,
            sets,
            workers=request.workers,
            progress=progress,
        )
    best = max(nulls, key=lambda null: null.log_evidence)
    return drivers_report(rows, rules, best, request.origin(runs=request.runs))


@check_command
def check_identified(request: IdentifiedRequest) -> "tuple[Report, Pictures]":
    """Contraction of every parameter, sensitivity to its prior, and which are informed.

    Parameters are informed, weak or not identified.
    """
    import numpy as np

    from calibration.checks.identified import (
        identified,
        identified_report,
        likelihood_of_draws,
        shuffled_scaling,
    )
    from calibration.evidence.reading import read_evidence
    from calibration.likelihood.observations import fitted_record
    from calibration.prior import coordinates_of_draws

    record, seed, copies = fitted_record(read_evidence()), request.seed, request.copies
    coordinates = coordinates_of_draws(request.draws.frame)
    with progress_of("likelihood of the draws", len(coordinates)) as progress:
        log_likelihood = likelihood_of_draws(
            coordinates, record, seed=seed, copies=copies, progress=progress
        )
    generator = np.random.Generator(np.random.Philox(key=seed))
    rows = identified(coordinates, log_likelihood)
    floor = shuffled_scaling(coordinates, log_likelihood, generator)
    return identified_report(rows, floor, request.origin(copies=copies))


@check_command
def check_nulls(request: NullsRequest) -> "tuple[Report, Pictures]":
    """Log evidence of the rules and of the nulls, which all account for the same record.

    Nulls: a constant hazard, drivers alone, persistence, allied or not, a regression on drivers.
    """
    from calibration.checks.nulls import evidence_of_nulls, evidence_of_rules, nulls_report

    nulls = evidence_of_nulls(nulls_of_record(request.seed, request.runs))
    return nulls_report(evidence_of_rules(request.draws), nulls, request.origin(runs=request.runs))


def nulls_of_record(seed: int, runs: int) -> "tuple[NullFit, ...]":
    """All nulls fitted to the record, each so many times, with progress."""
    from calibration.checks.nulls import fitted_nulls
    from calibration.evidence.reading import read_evidence
    from calibration.likelihood.observations import fitted_record
    from calibration.nulls.accounts import all_nulls

    with progress_of("fitting the nulls", runs * len(all_nulls())) as progress:
        return fitted_nulls(fitted_record(read_evidence()), seed, runs, progress)
