"""How far the estimate of the likelihood varies with the number of shocks that are averaged.

Measured as fits use it, by vectors that have drivers of their own; beside it stand plain averages
under the same drivers, and vectors without, whose likelihood is averaged over drivers too.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from calibration.fit.population import EFFORTS
from calibration.fit.workers import log_likelihoods
from calibration.likelihood.observations import Record
from calibration.prior import Coordinates
from calibration.reports.pictures import BLUE, GREEN, GREY, ORANGE, blank, open_frame
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from simulation.arrays import Array

#: How many shocks full fits average.
COPIES = EFFORTS["full"].copies
#: How many shocks are averaged, in turn.
TRIED = tuple(sorted({1, 4, 8, 16, 32, 64, COPIES}))
#: From so many sets of drivers each vector has the one that is measured.
SETS = 64
#: The kinds of estimate, as columns of the table.
_KINDS = ("filter", "plain", "drivers averaged")
#: The variance of a log-likelihood estimate at which moves do best for their cost
#: (Sherlock et al. 2015).
ACCEPTABLE = (0.3, 3.3)
#: The estimated log-likelihoods (vectors, times) by the number of shocks averaged.
Estimates = Mapping[int, Array]


def best_draws(coordinates: Coordinates, record: Record, seed: int, number: int) -> Coordinates:
    """The draws under which the record is most probable, shape (number, parameters).

    Their likelihood is estimated apart from the estimates whose variance is measured.
    """
    estimates = log_likelihoods(coordinates, 0, record=record, seed=seed, copies=COPIES)
    return coordinates[np.argsort(-estimates, kind="stable")[:number]]


def estimates(
    vectors: Coordinates,
    record: Record,
    seed: int,
    copies: int,
    times: int,
    *,
    renewing: bool = True,
) -> Array:
    """The log-likelihood of each vector, estimated so many times, shape (vectors, times).

    ``copies`` shocks are averaged in each, by the particle filter or plainly.
    """
    repeated = np.repeat(vectors, times, axis=0)
    found = log_likelihoods(repeated, 0, record=record, seed=seed, copies=copies, renewing=renewing)
    return np.asarray(found.reshape(-1, times))


def noise_report(
    filtered: Estimates, averaged: Estimates, shared: Estimates, origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of how estimates vary.

    ``filtered`` and ``averaged`` are of vectors with drivers of their own, by the particle filter
    and by plain averages; ``shared`` of vectors whose likelihood is averaged over drivers too.
    """
    kinds = (filtered, averaged, shared)
    variances = [{c: by[c].var(axis=1, ddof=1) for c in TRIED} for by in kinds]
    chosen, plain, over = (float(np.median(by[COPIES])) for by in variances)
    lower = {c: float((filtered[c] - averaged[c]).mean()) for c in TRIED}
    low, high = ACCEPTABLE
    finding = (
        f"With {COPIES} shocks a vector, as in full fits, the estimated log-likelihood has a "
        f"variance of {chosen:.2f} (median of the draws under which the record is most probable, "
        f"each with drivers of its own; mean {float(variances[0][COPIES].mean()):.2f}); {low} to "
        f"{high} is acceptable, below about 1 the aim. Averaged over as many sets of drivers it "
        f"has {over:.2f}. A plain average of as many shocks has {plain:.2f}, and lies "
        f"{lower[COPIES]:.1f} lower: both are right on average, but plain averages seldom meet the "
        "histories that count."
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
                    *(f"{by}, {what}" for by in _KINDS for what in summaries),
                    "plain lower by",
                ),
                rows=[
                    (
                        copies,
                        *(float(of(by[copies])) for by in variances for of in summaries.values()),
                        lower[copies],
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
        values={
            "copies": COPIES,
            **dict(zip(("filtered", "averaged", "shared"), variances, strict=True)),
        },
    )
    return report, {"variance": noise_figure(*variances)}


def noise_figure(
    filtered: Mapping[int, Array], averaged: Mapping[int, Array], shared: Mapping[int, Array]
) -> Figure:
    """Variances (vectors,) against the number of shocks averaged, both axes logarithmic."""
    figure = blank(7, 4.5)
    axes = figure.subplots()
    axes.axhspan(*ACCEPTABLE, color="#DDDDDD", linewidth=0)
    for by, colour, words in (
        (filtered, BLUE, "particle filter"),
        (averaged, ORANGE, "plain average"),
        (shared, GREEN, "particle filter, averaged over drivers too"),
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
