"""What each mechanism adds: the rules fitted again without it, one at a time, beside the whole.

A mechanism is off when its parameters are held at the values of ``calibration/mechanisms.toml``, at
which it says nothing. All else is fitted anew, so that the rest may take its place: draws fitted to
the whole rules are carried to those of the rest, which gives the ratio of their evidence directly.
Source: Gelman & Meng 1998.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy import special

from calibration.checks.leave_one_out import MOST_K, smoothed
from calibration.checks.mechanisms import Mechanism
from calibration.checks.work import method
from calibration.fit.population import Effort, Population
from calibration.fit.refit import Refit, refit_log_likelihoods, refitted
from calibration.likelihood.observations import Record
from calibration.likelihood.pointwise import pointwise_of
from calibration.likelihood.scores import Difference, paired
from calibration.prior import Coordinates
from calibration.reports.pictures import BLUE, GREY, PALE, blank, name_rows
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from simulation.arrays import Array
from simulation.errors import listed

#: With fewer families of draws in a fit its log evidence, and the error of it, cannot be relied on.
LEAST_FAMILIES = 10
_HOW = method("ablation")


@dataclass(frozen=True)
class Scored:
    """How well draws account for the record.

    ``fit`` is the log-likelihood of each draw, (draws,), and ``families`` how many of the draws are
    unrelated; ``single`` the mean log-probability of each observation given all others,
    ``left_out`` the log score of each left out, (observations,) both, and ``failing`` for how many
    of those weights fail.
    """

    fit: Array
    families: int
    single: Array
    left_out: Array
    failing: int


@dataclass(frozen=True)
class Added:
    """What a mechanism adds: the whole minus the rules without it.

    ``evidence`` is in log evidence, with its ``error``; ``fit`` in the mean log-likelihood of the
    draws; ``left_out`` in the log score of observations left out, of which ``failing`` have weights
    that fail in the fit without it; ``single`` (observations,) in the mean log-probability of each
    given the others. ``families`` is how many draws of the whole rules its population descends
    from.
    """

    mechanism: Mechanism
    evidence: float
    error: float
    fit: Difference
    left_out: Difference
    single: Array
    failing: int
    families: int

    @property
    def prior(self) -> float:
        """What is left of the evidence beside the fit.

        Plus if the draws lie nearer to the prior with the mechanism. Formula: log evidence = mean
        log-likelihood of the posterior - its Kullback-Leibler divergence from the prior.
        """
        return self.evidence - self.fit.mean


def added(
    mechanism: Mechanism,
    whole: Scored,
    record: Record,
    effort: Effort,
    seed: int,
    folder: Path,
    start: Coordinates,
    near: str,
    *,
    workers: int | None = None,
    reached: Callable[[Population], None] | None = None,
) -> Added:
    """What a mechanism adds to the rest, going on from what is kept in ``folder``.

    ``start`` (population, parameters) are draws fitted to the whole rules, ``near`` their name,
    ``whole`` how well they account for the record; ``reached`` is called with every population on
    the way.
    """
    refit = Refit(f"without-{mechanism.name}", record, near, fixed=dict(mechanism.off))
    population = refitted(refit, effort, seed, folder, start, workers=workers, each_step=reached)
    rest = scored(population.coordinates, refit, seed, effort.copies, population.families)
    return Added(
        mechanism,
        -population.log_evidence,
        population.evidence_error,
        fit_gained(whole, rest),
        paired(list(whole.left_out), list(rest.left_out)),
        whole.single - rest.single,
        rest.failing,
        population.families,
    )


def scored(coordinates: Coordinates, refit: Refit, seed: int, copies: int, families: int) -> Scored:
    """How well draws (draws, parameters) of so many families account for the record of a refit."""
    fit = refit_log_likelihoods(coordinates, refit, seed, copies, 0)
    parts = pointwise_of(coordinates, refit.record, seed=seed, copies=copies, fixed=refit.fixed)
    weights, pareto = smoothed(parts.log_likelihood)
    return Scored(
        fit,
        families,
        parts.log_likelihood.mean(axis=1),
        weighted_logs(parts.log_likelihood, weights),
        int((pareto > MOST_K).sum()),
    )


def fit_gained(one: Scored, other: Scored) -> Difference:
    """The difference of two mean log-likelihoods; each has the error sd / sqrt(families)."""
    errors = [each.fit.std() / np.sqrt(each.families) for each in (one, other)]
    gap = float(one.fit.mean() - other.fit.mean())
    return Difference(gap, float(np.hypot(*errors)), len(one.fit))


def weighted_logs(log_likelihood: Array, weights: Array) -> Array:
    """The log of the weighted mean of likelihoods (observations, draws), one an observation."""
    return np.asarray(special.logsumexp(log_likelihood, axis=1, b=weights))


def ablation_report(
    added: Sequence[Added], failing: int, observations: Sequence[str], origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of what each mechanism adds.

    ``failing`` counts the observations for which the weights of the whole rules fail.
    """
    rows = sorted(added, key=lambda row: -row.evidence)
    whole = Table.of(
        "Whole minus without, the most needed first",
        rows,
        {
            "mechanism": lambda row: row.mechanism.name,
            "evidence": lambda row: f"{row.evidence:+.2f}",
            "error": lambda row: f"{row.error:.2f}",
            "fit": lambda row: str(row.fit),
            "prior": lambda row: f"{row.prior:+.2f}",
            "left-out": lambda row: str(row.left_out),
            "families": lambda row: str(row.families),
            "weights fail": lambda row: str(row.failing),
        },
    )
    claims = Table.of(
        "What each mechanism claims, and which observation gains and loses most by it "
        "(mean log-probability given the others, whole minus without)",
        rows,
        {
            "mechanism": lambda row: row.mechanism.name,
            "claims": lambda row: row.mechanism.meaning,
            "gains most": lambda row: _effect(row.single, observations, int(row.single.argmax())),
            "loses most": lambda row: _effect(row.single, observations, int(row.single.argmin())),
        },
    )
    needed, harmful = _judged(rows)
    measured = (
        f"of {len(rows)} mechanisms {len(needed)} earn their place, {len(harmful)} stand in the way"
    )
    report = Report(
        check="ablation",
        title="What each mechanism adds",
        finding=_finding(rows),
        reached=None,
        origin=dict(origin),
        parts=(
            _HOW,
            f"Of the whole rules' draws weights fail for {failing} observations.",
            Picture(name="evidence", caption="What each mechanism adds in log evidence"),
            whole,
            claims,
        ),
        goals=(Goal(name="What each mechanism adds", goal="", measured=measured, reached=None),),
        values={
            "mechanisms": {
                row.mechanism.name: {
                    "evidence": row.evidence,
                    "error": row.error,
                    "fit": row.fit.mean,
                    "fit_error": row.fit.error,
                    "families": row.families,
                    "left_out": row.left_out.mean,
                    "left_out_error": row.left_out.error,
                    "single": dict(zip(observations, row.single, strict=True)),
                    "off": row.mechanism.off,
                }
                for row in rows
            },
        },
    )
    return report, {"evidence": added_figure(rows)}


def _judged(rows: Sequence[Added]) -> tuple[list[Added], list[Added]]:
    """The mechanisms that the evidence is for, and those it is against, by two standard errors."""
    return (
        [row for row in rows if row.evidence > 2 * row.error],
        [row for row in rows if row.evidence < -2 * row.error],
    )


def _effect(single: Array, observations: Sequence[str], place: int) -> str:
    return f"{observations[place]} ({single[place]:+.2f})"


def _names(rows: Sequence[Added]) -> str:
    return listed(row.mechanism.name for row in rows)


def _finding(rows: Sequence[Added]) -> str:
    families = min(row.families for row in rows)
    if families < LEAST_FAMILIES:
        return (
            f"**No verdict**: a fit ended with {families} families of draws; below "
            f"{LEAST_FAMILIES} neither its log evidence nor the error of it can be relied on. Fit "
            "harder (--effort usual)."
        )
    needed, harmful = _judged(rows)
    text = (
        f"Of {len(rows)} mechanisms {len(needed)} earn their place in log evidence by more than "
        "two standard errors"
    )
    text += f" ({_names(needed)})" if needed else ""
    neither = len(rows) - len(needed) - len(harmful)
    text += f"; {neither} make no difference that can be told from chance"
    if harmful:
        worse = [row for row in harmful if row.fit.mean < -2 * row.fit.error]
        how = f"of these {_names(worse)} make" if worse else "none makes"
        text += (
            f"; **without these the record is more probable**: {_names(harmful)} ({how} the draws "
            "fit worse; where the fit is no worse, priors of other parameters have to give way)"
        )
    return text + "."


def added_figure(rows: Sequence[Added]) -> Figure:
    """What each mechanism adds in log evidence, with two standard errors."""
    figure = blank(8, 0.3 * len(rows) + 1.3)
    axes = figure.subplots()
    for height, row in enumerate(rows):
        reach = 2 * row.error
        colour = BLUE if abs(row.evidence) > reach else GREY
        axes.errorbar(row.evidence, height, xerr=reach, fmt="o", color=colour, capsize=2)
    axes.axvline(0, color=PALE, linewidth=0.8)
    name_rows(axes, [row.mechanism.name.replace("_", " ") for row in rows], fontsize=9)
    axes.set_xlabel("log evidence, whole minus without (bars: two standard errors)")
    figure.tight_layout()
    return figure
