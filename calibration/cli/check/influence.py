"""``lilliput calibrate check influence``: which figure of the evidence moves the results most."""

from dataclasses import replace
from typing import Annotated

import pandas as pd
import typer

from calibration.checks.influence import Sample, headlines, influences, sample_of
from calibration.cli.check.leave_one_out import KEPT
from calibration.cli.check.request import (
    Copies,
    DrawsFile,
    DrawsUsed,
    RefitFolder,
    ReportFolder,
    ShocksSeed,
    read_check_request,
)
from calibration.evidence.reading import read_evidence
from calibration.fit.population import WITHOUT_EFFORTS
from calibration.fit.refit import draws_begun_with, kept_population, refit_without
from calibration.likelihood.observations import evidence_ids, fitted_record, observations_of
from calibration.likelihood.pointwise import pointwise_of
from calibration.origin import origin_of
from calibration.prior import parameters_at
from calibration.reports.form import REPORTS, write_report
from calibration.reports.influence import influence_report
from scenarios.console import progress_of, reporting_errors, waiting
from scenarios.draws import Draws
from simulation.errors import unknown


def check_influence(
    draws: DrawsFile = None,
    replicates: Annotated[
        str, typer.Option(metavar="N", help="Free histories of each draw and scenario.")
    ] = "8",
    copies: Copies = "24",
    use: DrawsUsed = "1024",
    refit: Annotated[
        str,
        typer.Option(
            help=f"Effort of the fits of leave-one-out that are used where weights fail: {', '.join(WITHOUT_EFFORTS)}."
        ),
    ] = "quick",
    cache: RefitFolder = KEPT,
    seed: ShocksSeed = "1",
    out: ReportFolder = REPORTS,
) -> None:
    """Which dated event, silence, aid sum or answer moves the dates and counterfactuals most when it is taken out.

    Nothing is fitted here: where weights fail, a fit that check leave-one-out keeps in DIR is used, if there is one
    (same draws, seed, copies and number of draws used).
    """
    with reporting_errors():
        counts = {
            "replicates": (replicates, 1, 10_000),
            "copies": (copies, 1, 1000),
            "use": (use, 2, 1_000_000),
        }
        wrong = (
            []
            if refit in WITHOUT_EFFORTS
            else [unknown("calibrate check influence", "--refit", refit, tuple(WITHOUT_EFFORTS))]
        )
        request = read_check_request("influence", draws, seed, out, counts, wrong)
        histories, averaged = request.counts["replicates"], request.counts["copies"]
        evidence = read_evidence()
        record = fitted_record(evidence)
        observations = observations_of(record)
        used = replace(request.draws, frame=request.draws.frame.head(request.counts["use"]))
        near = draws_begun_with(len(used), used.id, averaged)
        scenarios = len({headline.scenario for headline in headlines()})
        with progress_of("simulating free histories", scenarios * histories * len(used)) as told:
            sample = sample_of(used, histories, request.seed, told)
        with progress_of("probability of every observation", len(used)) as told:
            found = pointwise_of(
                sample.coordinates, record, seed=request.seed, copies=averaged, progress=told
            ).log_likelihood

        def kept(place: int) -> Sample | None:
            wanted = refit_without(record, place, near)
            population = kept_population(wanted, WITHOUT_EFFORTS[refit], request.seed, cache)
            if population is None:
                return None
            frame = pd.DataFrame(dict(parameters_at(population.coordinates)))
            return sample_of(Draws(frame, "", "provisional"), histories, request.seed)

        rows = []
        with waiting() as shown:
            for row in influences(sample, observations, found, request.seed, kept=kept):
                rows.append(row)
                shown("taking out observations", len(rows), len(observations))
        settings = {
            "used": len(used),
            "replicates": histories,
            "copies": averaged,
            "fitted_again": refit,
        }
        origin = origin_of(seed=request.seed, draws=request.draws, **settings)
        report = influence_report(rows, sample, evidence_ids(evidence, record), origin)
        typer.echo(f"{report.finding}\nWritten to {write_report(report, request.out)}")
