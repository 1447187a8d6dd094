"""The report of the evidence of the rules beside that of the three nulls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from calibration.likelihood.null_likelihood import NullFit
from calibration.reports.form import CheckReport, ReportFigure, ReportTable
from scenarios.charts.look import BLUE, GREY

_HOW = (
    "The log evidence is the logarithm of the probability that an account gave the record before it was "
    "fitted: its parameters are averaged over their priors, so that every parameter that is not needed "
    "costs. All four account for the same observations: dated moves within their windows, silence in all "
    "other quarters of all six pairs, aid by plan period, answers to requests and rates of interest. A "
    "difference of 3 is worth noting, one of 5 is strong. The nulls' priors stand in `calibration/nulls.toml`. One "
    "difference remains: the rules are not compared with aid of a period in which a pair is not yet on terms (the "
    "first Chinese loans), the nulls always are."
)


@dataclass(frozen=True)
class Evidence:
    """The log evidence of an account of the record, with its standard error if that is known."""

    name: str
    says: str
    parameters: int
    log_evidence: float
    error: float | None


def evidence_of_nulls(fits: Sequence[NullFit]) -> list[Evidence]:
    """The log evidence of each null."""
    return [
        Evidence(
            fit.null.name, fit.null.says, len(fit.null.parameters), fit.log_evidence, fit.error
        )
        for fit in fits
    ]


def nulls_report(
    rules: Evidence | None, nulls: Sequence[Evidence], origin: Mapping[str, Any]
) -> CheckReport:
    """The report of the evidence of rules and nulls; ``rules`` is none where the draws do not tell theirs."""
    rows = [*([rules] if rules else []), *nulls]
    columns = (
        "account",
        "what it says",
        "parameters",
        "log evidence",
        "standard error",
        "rules minus this",
    )
    told = [
        (
            row.name,
            row.says,
            row.parameters,
            f"{row.log_evidence:.2f}",
            None if row.error is None else f"{row.error:.2f}",
            f"{rules.log_evidence - row.log_evidence:+.2f}" if rules and row is not rules else None,
        )
        for row in rows
    ]
    best = max(nulls, key=lambda row: row.log_evidence)
    return CheckReport(
        name="nulls",
        title="The rules beside three simpler accounts of the same record",
        finding=_finding(rules, best),
        reached=None if rules is None else _clearly_better(rules, best),
        origin=origin,
        parts=(
            _HOW,
            ReportTable("Log evidence", columns, told),
            ReportFigure(
                "evidence", "Log evidence with two standard errors", evidence_figure(rows)
            ),
        ),
        values={
            row.name: {
                "log_evidence": row.log_evidence,
                "error": row.error,
                "parameters": row.parameters,
            }
            for row in rows
        },
    )


def _clearly_better(rules: Evidence, best: Evidence) -> bool:
    """Whether the evidence of the rules is larger by more than two standard errors, as far as these are known."""
    error = np.hypot(rules.error or 0.0, best.error or 0.0)
    return bool(rules.log_evidence - best.log_evidence > 2 * error)


def _finding(rules: Evidence | None, best: Evidence) -> str:
    if rules is None:
        return (
            f"The best null is {best.name} ({best.says}), log evidence {best.log_evidence:.1f}. The draws "
            "do not tell the evidence of the rules, so nothing can be said of them."
        )
    gap = rules.log_evidence - best.log_evidence
    if gap > 0:
        told = f"The record is e^{gap:.1f} times as probable under the rules as under the best null"
    else:
        told = f"**The record is less probable under the rules than under a null**, by a factor of e^{-gap:.1f}: it is"
    error = "not known" if rules.error is None else f"{rules.error:.1f}"
    return (
        f"{told} {best.name} ({best.says}): log evidence {rules.log_evidence:.1f} (standard error {error}) "
        f"against {best.log_evidence:.1f} (standard error {best.error or 0:.1f})."
    )


def evidence_figure(rows: Sequence[Evidence]) -> Figure:
    """Log evidence of every account with two standard errors."""
    figure = Figure(figsize=(8, 0.6 * len(rows) + 1.2))
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for height, row in enumerate(rows):
        reach = 2 * (row.error or 0.0)
        colour = BLUE if row.name == "rules" else GREY
        axes.errorbar(row.log_evidence, height, xerr=reach, fmt="o", color=colour, capsize=3)
        axes.annotate(
            f"{row.log_evidence:.1f}",
            (row.log_evidence, height),
            (0, 7),
            textcoords="offset points",
            ha="center",
        )
    axes.set_yticks(np.arange(len(rows)), [row.name for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.7)
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("log evidence (more to the right: the record is more probable)")
    figure.tight_layout()
    return figure
