"""Checks by taking something away: an observation of the record, or a mechanism of the rules."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationInfo, field_validator

from calibration.cli.check.options import (
    REFITS,
    Copies,
    DrawsRequest,
    DrawsUsed,
    FitEffort,
    FitsSeed,
    FitWorkers,
    RefitFolder,
    ShocksSeed,
    check_command,
)
from calibration.cli.check.record import nulls_of_record
from calibration.cli.requests import flag, option, whole
from calibration.fit.population import ABLATION_EFFORTS, WITHOUT_EFFORTS
from calibration.prior import Coordinates, coordinates_of_draws, parameters_at
from scenarios.console import progress_of
from scenarios.draws import Draws, columns_of
from simulation.errors import Problem, unknown
from simulation.schema import one_of, refuse

if TYPE_CHECKING:
    from calibration.checks.ablation.added import Added, Run
    from calibration.checks.ablation.mechanisms import Group, Mechanism
    from calibration.checks.influence import Sample
    from calibration.fit.population import Effort
    from calibration.reports.report import Pictures, Report


#: Weights that fail are left as they are.
_NONE = "none"


class LeaveOneOutRequest(DrawsRequest):
    """Observations to be left out, and how hard to fit where weights fail."""

    command = "calibrate check leave-one-out"
    needs = ("arviz", "scoringrules")

    copies: Copies = 24
    use: DrawsUsed = 1024
    refit: Annotated[
        str,
        one_of((_NONE, *WITHOUT_EFFORTS)),
        option(
            f"How hard to fit again where weights fail: {', '.join([_NONE, *WITHOUT_EFFORTS])}.",
            metavar=None,
        ),
    ] = "quick"
    workers: FitWorkers = 2
    cache: RefitFolder = REFITS
    seed: ShocksSeed = 1


class InfluenceRequest(DrawsRequest):
    """Observations to be taken out of the results."""

    command = "calibrate check influence"
    needs = ("arviz",)

    replicates: Annotated[
        int, whole(1, 10_000), option("Free histories of each draw and scenario.")
    ] = 8
    copies: Copies = 24
    use: DrawsUsed = 1024
    refit: Annotated[
        str,
        one_of(tuple(WITHOUT_EFFORTS)),
        option(
            "Effort of the fits of leave-one-out that are used where weights fail: "
            f"{', '.join(WITHOUT_EFFORTS)}.",
            metavar=None,
        ),
    ] = "quick"
    cache: RefitFolder = REFITS
    seed: ShocksSeed = 1


class AblationRequest(DrawsRequest):
    """Mechanisms to be switched off, singly and in groups."""

    command = "calibrate check ablation"
    needs = ("arviz", "scoringrules")

    effort: FitEffort = "quick"
    only: Annotated[
        list[str] | None, option("Only this mechanism or group; may be repeated.", "NAME")
    ] = None
    runs: Annotated[
        int, whole(1, 20), option("Independent runs of each fit; one alone gives no verdict.", "R")
    ] = 2
    back: Annotated[
        bool, flag("--back", "Also go back to the prior: is the log evidence the same?")
    ] = False
    workers: FitWorkers = 2
    cache: RefitFolder = REFITS
    seed: FitsSeed = 1

    @field_validator("only")
    @classmethod
    def _mechanisms(cls, only: list[str] | None) -> list[str] | None:
        known = tuple(each.name for each in mechanisms_and_groups())
        strange = [name for name in only or () if name not in known]
        refuse([unknown(cls.command, "--only", name, known) for name in strange])
        return only

    @field_validator("back")
    @classmethod
    def _known_evidence(cls, back: bool, others: ValidationInfo) -> bool:
        from calibration.checks.nulls import evidence_of_rules

        draws = others.data.get("draws")
        if back and draws:
            up = evidence_of_rules(draws)
            if up is None or up.error is None:
                allowed = "draws whose manifest tells their log evidence and its error"
                refuse([Problem(cls.command, "--back", draws.id, allowed)])
        return back


def mechanisms_and_groups() -> "tuple[Mechanism | Group, ...]":
    """All that can be switched off, mechanisms first."""
    from calibration.checks.ablation.mechanisms import shipped_groups, shipped_mechanisms

    return (*shipped_mechanisms(), *shipped_groups())


@check_command
def check_leave_one_out(request: LeaveOneOutRequest) -> "tuple[Report, Pictures]":
    """Every dated event, silence, aid window and answer foreseen from all the others.

    The rules stand beside the nulls.
    """
    from calibration.checks.leave_one_out import Question, left_out
    from calibration.checks.leave_one_out_report import leave_one_out_report
    from calibration.evidence.reading import read_evidence
    from calibration.fit.refit import draws_begun_with, refit_without, refitted
    from calibration.likelihood.observations import documented_quarters, fitted_record

    evidence = read_evidence()
    record = fitted_record(evidence)
    quarters = documented_quarters(evidence, record)
    question = Question(record, quarters, request.seed, request.copies)
    nulls = nulls_of_record(request.seed, 2)
    coordinates = coordinates_of_draws(request.draws.frame.head(request.use))
    near = draws_begun_with(len(coordinates), request.draws.id, request.copies)
    effort = WITHOUT_EFFORTS.get(request.refit)

    def refit(place: int, start: Coordinates) -> Coordinates:
        assert effort is not None
        typer.echo(f"Fitting again without {question.observations[place].name}", err=True)
        wanted = refit_without(record, place, near)
        return refitted(
            wanted, effort, request.seed, request.cache, start, workers=request.workers
        ).coordinates

    with progress_of("leaving out observations", len(question.observations)) as progress:
        rows = left_out(
            coordinates,
            nulls,
            question,
            refit=refit if effort else None,
            population=effort.population if effort else 0,
            progress=progress,
        )
    origin = request.origin(
        used=len(coordinates), copies=request.copies, fitted_again=request.refit
    )
    families = request.draws.manifest.get("families")
    return leave_one_out_report(rows, origin, refits=effort is not None, families=families)


@check_command
def check_influence(request: InfluenceRequest) -> "tuple[Report, Pictures]":
    """Which event, silence, sum or answer moves dates and counterfactuals most when taken out.

    Nothing is fitted here: where weights fail, a fit that check leave-one-out keeps in DIR is used,
    if there is one (same draws, seed, copies and number of draws used).
    """
    from calibration.checks.influence import headlines, influences, sample_of
    from calibration.checks.influence_report import influence_report
    from calibration.evidence.reading import read_evidence
    from calibration.fit.refit import draws_begun_with, kept_population, refit_without
    from calibration.likelihood.observations import evidence_ids, fitted_record, observations_of
    from calibration.likelihood.pointwise import pointwise_of

    evidence, seed, histories = read_evidence(), request.seed, request.replicates
    record = fitted_record(evidence)
    observations = observations_of(record)
    used = replace(request.draws, frame=request.draws.frame.head(request.use))
    near = draws_begun_with(len(used), used.id, request.copies)
    scenarios = len({headline.scenario for headline in headlines()})
    with progress_of("simulating free histories", scenarios * histories * len(used)) as progress:
        sample = sample_of(used, histories, seed, progress)
    with progress_of("probability of every observation", len(used)) as progress:
        log_likelihood = pointwise_of(
            sample.coordinates, record, seed=seed, copies=request.copies, progress=progress
        ).log_likelihood

    def kept(place: int) -> "Sample | None":
        wanted, effort = refit_without(record, place, near), WITHOUT_EFFORTS[request.refit]
        population = kept_population(wanted, effort, seed, request.cache)
        if population is None:
            return None
        frame = columns_of(parameters_at(population.coordinates))
        return sample_of(Draws(frame, "", "provisional"), histories, seed)

    rows = []
    with progress_of("taking out observations", len(observations)) as progress:
        for row in influences(sample, observations, log_likelihood, seed, kept=kept):
            rows.append(row)
            progress(len(rows))
    origin = request.origin(
        used=len(used), replicates=histories, copies=request.copies, fitted_again=request.refit
    )
    return influence_report(rows, sample, evidence_ids(evidence, record), origin)


@check_command
def check_ablation(request: AblationRequest) -> "tuple[Report, Pictures]":
    """What each mechanism, and each group of them, adds in log evidence and in left-out score.

    One mechanism or group is off at a time, and the rest fitted again as the whole is, in
    independent runs, with seeds that follow one another, from a reference that the draws shape.
    What a report that is there tells of others, for the same draws and seed, is kept.
    """
    from calibration.checks.ablation.added import added, carried, fitted, runs_from
    from calibration.checks.ablation.kept import kept_of
    from calibration.checks.ablation.report import Paths, ablation_report
    from calibration.checks.nulls import evidence_of_rules
    from calibration.evidence.reading import read_evidence
    from calibration.fit.evidence import evidence_of
    from calibration.fit.reference import reference_of
    from calibration.fit.refit import Refit
    from calibration.likelihood.observations import fitted_record, observations_of
    from calibration.reports.report import earlier_report

    earlier = earlier_report("ablation", request.out)
    known = {each.name: each for each in mechanisms_and_groups()}
    off = [known[name] for name in request.only or known]
    record, effort = fitted_record(read_evidence()), ABLATION_EFFORTS[request.effort]
    cache, workers = request.cache, request.workers
    runs = runs_from(reference_of(request.draws), request.seed, request.runs)
    rows: list[Added] = []
    paths: Paths | None = None
    up = evidence_of_rules(request.draws) if request.back else None
    with progress_of("fits", 1 + len(off) + request.back) as progress:
        whole = fitted(Refit("whole", record, ""), effort, runs, cache, workers=workers)
        progress(1)
        for each in off:
            without = Refit(f"without-{each.name}", record, "", fixed=dict(each.off))
            rest = fitted(without, effort, runs, cache, workers=workers)
            rows.append(added(each, whole, rest, effort.population))
            progress(1 + len(rows))
        if up:
            assert up.error is not None
            back = Refit("to-prior", record, "", to_prior=True)
            starts = [_run(request, run, effort) for run in range(request.runs)]
            populations = carried(back, starts, effort, cache, workers=workers)
            paths = Paths(up.log_evidence, up.error, evidence_of(populations, sign=-1))
    names = [row.name for row in observations_of(record)]
    origin = request.origin(runs=request.runs, fixed_parameters="begin at their prior")
    others = [each for each in known.values() if each not in off]
    kept = kept_of(earlier, origin, names, others)
    return ablation_report(rows, whole, names, origin, paths, kept)


def _run(request: AblationRequest, run: int, effort: "Effort") -> "Run":
    """One of the runs back to the prior: it begins with rows of the draws that no other has.

    If there are too few, the rows from the top follow again.
    """
    import numpy as np

    from calibration.checks.ablation.added import Run
    from calibration.fit.refit import draws_begun_with

    coordinates = coordinates_of_draws(request.draws.frame)
    used = min(effort.population, len(coordinates))
    first = run * used % len(coordinates)
    rows = np.arange(first, first + used) % len(coordinates)
    near = draws_begun_with(used, request.draws.id, effort.copies, first)
    return Run(request.seed + run, coordinates[rows], near)
