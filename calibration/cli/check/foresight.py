"""The check of what came later, foreseen from a fit to what was on record by a date."""

from typing import TYPE_CHECKING, Annotated

from calibration.cli.check.options import (
    REFITS,
    DrawsRequest,
    FitEffort,
    FitsSeed,
    FitWorkers,
    RefitFolder,
    check_command,
)
from calibration.cli.requests import Reader, as_typed, option, whole
from calibration.fit.population import ABLATION_EFFORTS
from scenarios.console import progress_of
from scenarios.draws import Draws
from simulation.errors import Problem

if TYPE_CHECKING:
    from calibration.reports.report import Pictures, Report

_COMMAND = "calibrate check foresight"
#: Fits of each null, to the whole record and to the early one.
_NULL_RUNS = 2


def quarter_after(date: str) -> int:
    """The quarter after the one that holds a month; something must be on record before and after.

    Raises ``CalibrationError`` for any other text.
    """
    from calibration.errors import CalibrationError
    from calibration.likelihood.observations import QUARTERS
    from simulation.dates import quarter_of, year_of

    try:
        until = quarter_of(date, end=True) + 1
    except ValueError:
        until = 0
    if not quarter_of("1946") < until < QUARTERS:
        last = QUARTERS - 2  # a quarter of the record is left to be foreseen
        allowed = f"a month YYYY-MM, 1946-01 to {year_of(last)}-{3 * (last % 4) + 3:02d}"
        problem = Problem(_COMMAND, "--until", date, allowed)
        raise CalibrationError("nothing can be foreseen from there", [problem])
    return until


class ForesightRequest(DrawsRequest):
    """A date up to which the record is known, and how hard to fit to it and to the whole.

    The draws shape the reference with which both fits begin.
    """

    command = _COMMAND
    needs = ("arviz",)

    until: Annotated[
        int,
        Reader(quarter_after),
        option("The record is known to the end of the quarter of this month.", "YYYY-MM"),
    ] = as_typed("1961-12")
    effort: FitEffort = "quick"
    runs: Annotated[
        int,
        whole(2, 20),
        option("Independent runs of each fit of the rules.", "R"),
    ] = 2
    replicates: Annotated[
        int, whole(20, 100_000), option("Histories that go on from the early record.")
    ] = 2000
    workers: FitWorkers = 2
    cache: RefitFolder = REFITS
    seed: FitsSeed = 1


@check_command
def check_foresight(request: ForesightRequest) -> "tuple[Report, Pictures]":
    """What came after a date, foreseen from a fit to what had happened by then.

    Rules and nulls are fitted to the early record and to the whole; the evidence of the whole less
    that of the early is what each gave to the rest. The dates of later breaks are foreseen too.
    """
    import numpy as np

    from calibration.checks.ablation.added import carried, runs_from
    from calibration.checks.foresight import (
        Account,
        Foresight,
        foreseen_breaks,
        foresight_report,
        later_breaks,
    )
    from calibration.checks.nulls import fitted_nulls
    from calibration.evidence.reading import read_evidence
    from calibration.evidence.record import documented_record
    from calibration.fit.evidence import evidence_of
    from calibration.fit.reference import reference_of
    from calibration.fit.refit import Refit
    from calibration.likelihood.observations import fitted_record
    from calibration.nulls.accounts import all_nulls
    from calibration.prior import parameters_at
    from scenarios.draws import columns_of

    draws, until, seed = request.draws, request.until, request.seed
    record = fitted_record(read_evidence())
    early, effort = record.before(until), ABLATION_EFFORTS[request.effort]
    runs = runs_from(reference_of(draws), seed, request.runs)
    whole_fits, early_fits = (
        carried(Refit(name, known, ""), runs, effort, request.cache, workers=request.workers)
        for name, known in (("whole", record), ("early", early))
    )
    told, known_by_then = evidence_of(whole_fits), evidence_of(early_fits)
    rules = Account("rules", told.value, told.error, known_by_then.value, known_by_then.error)
    number = _NULL_RUNS * len(all_nulls())
    with progress_of("fitting the nulls", 2 * number) as progress:
        whole_nulls = fitted_nulls(record, seed, _NULL_RUNS, progress)
        early_nulls = fitted_nulls(early, seed, _NULL_RUNS, lambda done: progress(number + done))
    nulls = tuple(
        Account(one.null.name, one.log_evidence, one.error, other.log_evidence, other.error)
        for one, other in zip(whole_nulls, early_nulls, strict=True)
    )
    own = np.concatenate([fit.coordinates for fit in early_fits])
    order = np.random.Generator(np.random.Philox(key=seed)).permutation(len(own))
    taught = Draws(columns_of(parameters_at(own[order])), "early", "provisional")
    breaks = later_breaks(documented_record(), until)
    dates = []
    with progress_of("foreseeing breaks", 2 * request.replicates) as progress:
        for place, some in enumerate((taught, draws)):

            def so_far(done: int, whole: int, before: int = place) -> None:
                progress(before * request.replicates + done * request.replicates // whole)

            dates.append(foreseen_breaks(breaks, some, early, request.replicates, seed, so_far))
    known = len(early.figures) + sum(move.last_quarter < until for move in early.moves)
    seen = Foresight(
        until,
        known,
        len(record.figures) + len(record.moves) - known,
        rules,
        nulls,
        min(fit.families for fit in (*whole_fits, *early_fits)),
        breaks,
        *dates,
    )
    origin = request.origin(
        until=seen.last, effort=request.effort, runs=request.runs, histories=request.replicates
    )
    return foresight_report(seen, origin)
