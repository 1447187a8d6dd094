"""The evidence of the rules beside that of simpler accounts of the same record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from calibration.checks.work import method
from calibration.fit.refit import fitted_null
from calibration.likelihood.observations import Record
from calibration.nulls.accounts import all_nulls
from calibration.nulls.likelihood import NullFit
from calibration.reports.pictures import BLUE, GREY, blank, name_rows
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from scenarios.draws import Draws
from scenarios.run import Progress, no_progress, progress_after
from simulation.parameters import parameter_table


@dataclass(frozen=True)
class Evidence:
    """The log evidence of an account of the record, with its standard error if that is known."""

    name: str
    says: str
    parameters: int
    log_evidence: float
    error: float | None


def fitted_nulls(
    record: Record, seed: int, runs: int, progress: Progress = no_progress
) -> tuple[NullFit, ...]:
    """All nulls fitted to the record, each so many times."""
    return tuple(
        fitted_null(
            null, record, seed=seed, runs=runs, progress=progress_after(progress, place * runs)
        )
        for place, null in enumerate(all_nulls())
    )


def evidence_of_nulls(fits: Sequence[NullFit]) -> list[Evidence]:
    """The log evidence of each null."""
    return [
        Evidence(
            fit.null.name, fit.null.says, len(fit.null.parameters), fit.log_evidence, fit.error
        )
        for fit in fits
    ]


def evidence_of_rules(draws: Draws) -> Evidence | None:
    """The log evidence of the rules by the manifest of some draws; none if that does not say."""
    manifest = draws.manifest
    if manifest.get("log_evidence") is None:
        return None
    error = manifest.get("log_evidence_error")
    return Evidence(
        "rules",
        "the agents' rules of this model",
        len(parameter_table()),
        float(manifest["log_evidence"]),
        None if error is None else float(error),
    )


def nulls_report(
    rules: Evidence | None, nulls: Sequence[Evidence], origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of the evidence of rules and nulls; ``rules`` is none where it is not known."""
    rows = [*([rules] if rules else []), *nulls]
    best = max(nulls, key=lambda row: row.log_evidence)
    goal = _goal(rules, best)
    table = Table.of(
        "Log evidence",
        rows,
        {
            "account": lambda row: row.name,
            "what it says": lambda row: row.says,
            "parameters": lambda row: row.parameters,
            "log evidence": lambda row: f"{row.log_evidence:.2f}",
            "standard error": lambda row: None if row.error is None else f"{row.error:.2f}",
            "rules minus this": lambda row: (
                f"{rules.log_evidence - row.log_evidence:+.2f}"
                if rules and row is not rules
                else None
            ),
        },
    )
    report = Report(
        check="nulls",
        title="The rules beside simpler accounts of the same record",
        finding=_finding(rules, best),
        reached=goal.reached,
        origin=dict(origin),
        parts=(
            method("nulls"),
            table,
            Picture(name="evidence", caption="Log evidence with two standard errors"),
        ),
        goals=(goal,),
        values={
            row.name: {name: getattr(row, name) for name in ("log_evidence", "error", "parameters")}
            for row in rows
        },
    )
    return report, {"evidence": evidence_figure(rows)}


def _goal(rules: Evidence | None, best: Evidence) -> Goal:
    """Whether the evidence of the rules is larger by more than two standard errors.

    An error that is not known counts as none.
    """
    reached, measured = None, "the draws do not tell their evidence"
    if rules is not None:
        error = np.hypot(rules.error or 0.0, best.error or 0.0)
        gap = rules.log_evidence - best.log_evidence
        reached, measured = bool(gap > 2 * error), f"{gap:+.1f} ± {error:.1f} over {best.name}"
    return Goal(
        name="The record under the rules and under the nulls",
        goal="more probable under the rules than under any null",
        measured=measured,
        reached=reached,
    )


def _finding(rules: Evidence | None, best: Evidence) -> str:
    if rules is None:
        return (
            f"The best null is {best.name} ({best.says}), log evidence {best.log_evidence:.1f}. "
            "The draws do not tell the evidence of the rules, so nothing can be said of them."
        )
    gap = rules.log_evidence - best.log_evidence
    text = f"The record is e^{gap:.1f} times as probable under the rules as under the best null"
    if gap <= 0:
        text = (
            "**The record is less probable under the rules than under a null**, by a factor of "
            f"e^{-gap:.1f}: it is"
        )
    error = "not known" if rules.error is None else f"{rules.error:.1f}"
    return (
        f"{text} {best.name} ({best.says}): log evidence {rules.log_evidence:.1f} (standard error "
        f"{error}) against {best.log_evidence:.1f} (standard error {best.error or 0:.1f})."
    )


def evidence_figure(rows: Sequence[Evidence]) -> Figure:
    """Log evidence of every account with two standard errors."""
    figure = blank(8, 0.6 * len(rows) + 1.2)
    axes = figure.subplots()
    for height, row in enumerate(rows):
        reach = 2 * (row.error or 0.0)
        colour = BLUE if row.name == "rules" else GREY
        axes.errorbar(row.log_evidence, height, xerr=reach, fmt="o", color=colour, capsize=3)
        place = (row.log_evidence, height)
        text = f"{row.log_evidence:.1f}"
        axes.annotate(text, place, (0, 7), textcoords="offset points", ha="center")
    name_rows(axes, [row.name for row in rows], top=-0.7)
    axes.margins(x=0.15)
    axes.set_xlabel("log evidence (more to the right: the record is more probable)")
    figure.tight_layout()
    return figure
