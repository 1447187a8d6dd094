"""``lilliput calibrate check noise``: how far the likelihood estimate varies with the number of shocks averaged."""

from typing import Annotated

import numpy as np
import typer
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from calibration.cli.check.request import DrawsFile, ReportFolder, read_check_request
from calibration.evidence.reading import read_evidence
from calibration.fit.agreement import normal_scale
from calibration.fit.population import COPIES
from calibration.fit.workers import TOGETHER
from calibration.likelihood.likelihood import mean_weight
from calibration.likelihood.observations import Record, fitted_record
from calibration.likelihood.particles import filtered_log_likelihood
from calibration.origin import origin_of
from calibration.prior import Coordinates, parameters_at
from calibration.reports.form import REPORTS, CheckReport, ReportFigure, ReportTable, write_report
from scenarios.charts.run import BLUE, GREY, ORANGE
from scenarios.console import progress_of, reporting_errors
from scenarios.draws import Draws
from simulation.arrays import Array

#: How many shocks are averaged, in turn.
TRIED = (1, 2, 4, 8, 16, 32)
#: The variance of a log-likelihood estimate at which moves do best for their cost (Sherlock et al. 2015).
ACCEPTABLE = (0.3, 3.3)


def check_noise(
    draws: DrawsFile = None,
    vectors: Annotated[
        str, typer.Option(metavar="N", help="Draws tried, the best of the file.")
    ] = "16",
    repeats: Annotated[str, typer.Option(metavar="K", help="Estimates of each.")] = "24",
    seed: Annotated[str, typer.Option(metavar="S", help="Number that fixes all chance.")] = "1",
    out: ReportFolder = REPORTS,
) -> None:
    """Show the variance of the log-likelihood estimate where the record fits best, by the number of shocks averaged."""
    with reporting_errors():
        counts = {"vectors": (vectors, 2, 1000), "repeats": (repeats, 4, 10_000)}
        asked = read_check_request("noise", draws, seed, out, counts)
        record = fitted_record(read_evidence())
        number, times = asked.counts["vectors"], asked.counts["repeats"]
        with progress_of("estimating likelihoods", len(TRIED)) as told:
            best = best_draws(normal_scale(asked.draws.frame), record, asked.seed, number)
            filtered, averaged = {}, {}
            for done, copies in enumerate(TRIED, 1):
                filtered[copies], averaged[copies] = variances(
                    best, record, asked.seed + done, copies, times
                )
                told(done)
        report = noise_report(asked.draws, filtered, averaged, asked.seed, times)
        path = write_report(report, asked.out)
        typer.echo(f"{report.finding}\nWritten to {path}")


def best_draws(coordinates: Coordinates, record: Record, seed: int, number: int) -> Coordinates:
    """The draws under which the record is most probable, by an estimate of its own: shape (number, parameters)."""
    found = [
        filtered_log_likelihood(
            parameters_at(some, COPIES), record, seed=seed, copies=COPIES, first_vector=start
        )
        for start, some in _parts(coordinates, COPIES)
    ]
    return coordinates[np.argsort(-np.concatenate(found), kind="stable")[:number]]


def variances(
    vectors: Coordinates, record: Record, seed: int, copies: int, times: int
) -> tuple[Array, Array]:
    """The variance of the log-likelihood estimate of each vector: by the particle filter, and by plain averaging.

    ``copies`` shocks are averaged in each of ``times`` estimates. Plain averages are those of as many single estimates.
    """
    every = np.repeat(vectors, times, axis=0)
    filtered = [
        filtered_log_likelihood(
            parameters_at(some, copies), record, seed=seed, copies=copies, first_vector=start
        )
        for start, some in _parts(every, copies)
    ]
    alone = np.repeat(vectors, times * copies, axis=0)
    single = [
        filtered_log_likelihood(
            parameters_at(some), record, seed=seed, copies=1, first_vector=start
        )
        for start, some in _parts(alone, 1)
    ]
    averaged = mean_weight(np.concatenate(single).reshape(-1, copies))
    return (
        np.concatenate(filtered).reshape(-1, times).var(axis=1, ddof=1),
        averaged.reshape(-1, times).var(axis=1, ddof=1),
    )


def noise_report(
    draws: Draws, filtered: dict[int, Array], averaged: dict[int, Array], seed: int, times: int
) -> CheckReport:
    """The report of the noise check."""
    chosen = float(np.median(filtered[COPIES]))
    low, high = ACCEPTABLE
    reached = bool(chosen <= high)
    plain = float(np.median(averaged[COPIES]))
    finding = (
        f"With the {COPIES} shocks a vector that fits average, the estimated log-likelihood has a variance of "
        f"{chosen:.2f} (median of the draws under which the record is most probable; mean "
        f"{float(filtered[COPIES].mean()):.2f}); {low} to {high} is acceptable, below about 1 the aim. "
        f"A plain average of as many has {plain:.2f}."
    )
    rows = [
        (
            copies,
            *(float(f(filtered[copies])) for f in (np.median, np.mean, np.max)),
            *(float(f(averaged[copies])) for f in (np.median, np.mean, np.max)),
        )
        for copies in TRIED
    ]
    heads = (
        "shocks averaged",
        *(f"{by}, {what}" for by in ("filter", "plain") for what in ("median", "mean", "most")),
    )
    return CheckReport(
        "noise",
        "Noise of the likelihood estimate by the number of shocks averaged",
        finding,
        reached,
        origin_of(seed=seed, draws=draws, vectors=len(filtered[COPIES]), repeats=times),
        (
            ReportTable("Variance of the estimated log-likelihood", heads, rows),
            ReportFigure(
                "variance",
                "Variance of the estimated log-likelihood (median over the best draws) by the number of shocks "
                "averaged; the band is acceptable.",
                noise_figure(filtered, averaged),
            ),
        ),
        {
            "copies": COPIES,
            "filtered": {str(copies): found for copies, found in filtered.items()},
            "averaged": {str(copies): found for copies, found in averaged.items()},
        },
    )


def noise_figure(filtered: dict[int, Array], averaged: dict[int, Array]) -> Figure:
    """Variance against the number of shocks averaged, both axes logarithmic."""
    figure = Figure(figsize=(7, 4.5))
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.axhspan(*ACCEPTABLE, color="#DDDDDD", linewidth=0)
    for found, colour, words in (
        (filtered, BLUE, "particle filter"),
        (averaged, ORANGE, "plain average"),
    ):
        axes.loglog(TRIED, [np.median(found[c]) for c in TRIED], "o-", color=colour, label=words)
    axes.axvline(COPIES, color=GREY, linestyle=":")
    axes.set_xticks(TRIED, [str(copies) for copies in TRIED])
    axes.minorticks_off()
    axes.set_xlabel("shocks averaged a vector (dotted: as fitted)")
    axes.set_ylabel("variance of the log-likelihood")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.tight_layout()
    return figure


def _parts(vectors: Coordinates, copies: int) -> list[tuple[int, Coordinates]]:
    size = max(1, TOGETHER // copies)
    return [(start, vectors[start : start + size]) for start in range(0, len(vectors), size)]
