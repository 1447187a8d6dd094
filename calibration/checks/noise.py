"""How far the estimate of the likelihood varies with the number of shocks that are averaged."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from calibration.fit.population import EFFORTS
from calibration.fit.workers import log_likelihoods
from calibration.likelihood.likelihood import mean_weight
from calibration.likelihood.observations import Record
from calibration.prior import Coordinates
from calibration.reports.pictures import BLUE, GREY, ORANGE, blank, open_frame
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from simulation.arrays import Array

#: How many shocks were averaged for the draws that ship.
COPIES = EFFORTS["full"].copies
#: How many shocks are averaged, in turn.
TRIED = (1, 4, 8, 16, 32, COPIES)
#: The variance of a log-likelihood estimate at which moves do best for their cost
#: (Sherlock et al. 2015).
ACCEPTABLE = (0.3, 3.3)
#: The variances (vectors,) of the estimates by the number of shocks averaged.
Variances = Mapping[int, Array]


def best_draws(coordinates: Coordinates, record: Record, seed: int, number: int) -> Coordinates:
    """The draws under which the record is most probable, shape (number, parameters).

    Their likelihood is estimated apart from the estimates whose variance is measured.
    """
    estimates = log_likelihoods(coordinates, 0, record=record, seed=seed, copies=COPIES)
    return coordinates[np.argsort(-estimates, kind="stable")[:number]]


def variances(
    vectors: Coordinates, record: Record, seed: int, copies: int, times: int
) -> tuple[Array, Array]:
    """The variance of the log-likelihood estimate of each vector: filtered, and plainly averaged.

    ``copies`` shocks are averaged in each of ``times`` estimates. Plain averages are those of as
    many single estimates. Both have shape (vectors,).
    """
    estimates = partial(log_likelihoods, first_vector=0, record=record, seed=seed)
    filtered = estimates(np.repeat(vectors, times, axis=0), copies=copies)
    single = estimates(np.repeat(vectors, times * copies, axis=0), copies=1)
    averaged = mean_weight(single.reshape(-1, copies))
    return (
        filtered.reshape(-1, times).var(axis=1, ddof=1),
        averaged.reshape(-1, times).var(axis=1, ddof=1),
    )


def noise_report(
    filtered: Variances, averaged: Variances, origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of the variances by the particle filter and by plain averages."""
    chosen, plain = (float(np.median(by[COPIES])) for by in (filtered, averaged))
    low, high = ACCEPTABLE
    finding = (
        f"With {COPIES} shocks a vector, as in full fits, the estimated log-likelihood has a "
        f"variance of {chosen:.2f} (median of the draws under which the record is most probable; "
        f"mean {float(filtered[COPIES].mean()):.2f}); {low} to {high} is acceptable, below about "
        f"1 the aim. A plain average of as many has {plain:.2f}."
    )
    summaries: dict[str, Callable[[Array], Any]] = {
        "median": np.median,
        "mean": np.mean,
        "most": np.max,
    }
    caption = (
        "Variance of the estimated log-likelihood (median over the best draws) by the number of "
        "shocks averaged; the band is acceptable."
    )
    report = Report(
        check="noise",
        title="Noise of the likelihood estimate by the number of shocks averaged",
        finding=finding,
        reached=chosen <= high,
        origin=dict(origin),
        parts=(
            Table(
                title="Variance of the estimated log-likelihood",
                columns=(
                    "shocks averaged",
                    *(f"{by}, {what}" for by in ("filter", "plain") for what in summaries),
                ),
                rows=[
                    (
                        copies,
                        *(float(of(filtered[copies])) for of in summaries.values()),
                        *(float(of(averaged[copies])) for of in summaries.values()),
                    )
                    for copies in TRIED
                ],
            ),
            Picture(name="variance", caption=caption),
        ),
        goals=(
            Goal(
                name="Variance of the estimated log-likelihood",
                goal=f"at most {high:g}",
                measured=f"median variance {chosen:.2f}",
                reached=chosen <= high,
            ),
        ),
        values={"copies": COPIES, "filtered": filtered, "averaged": averaged},
    )
    return report, {"variance": noise_figure(filtered, averaged)}


def noise_figure(filtered: Variances, averaged: Variances) -> Figure:
    """Variance against the number of shocks averaged, both axes logarithmic."""
    figure = blank(7, 4.5)
    axes = figure.subplots()
    axes.axhspan(*ACCEPTABLE, color="#DDDDDD", linewidth=0)
    for by, colour, words in (
        (filtered, BLUE, "particle filter"),
        (averaged, ORANGE, "plain average"),
    ):
        axes.loglog(TRIED, [np.median(by[c]) for c in TRIED], "o-", color=colour, label=words)
    axes.axvline(COPIES, color=GREY, linestyle=":")
    axes.set_xticks(TRIED, [str(copies) for copies in TRIED])
    axes.minorticks_off()
    axes.set_xlabel("shocks averaged a vector (dotted: as in full fits)")
    axes.set_ylabel("variance of the log-likelihood")
    open_frame(axes)
    axes.legend(frameon=False)
    figure.tight_layout()
    return figure
