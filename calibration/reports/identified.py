"""The report of which parameters the record informs: classes, prior sensitivity, a picture of all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from calibration.checks.identified import (
    CLASSES,
    INFORMED,
    NOTICED,
    WEAK,
    Identified,
    controls,
    error_of_draws,
)
from calibration.reports.form import CheckReport, ReportFigure, ReportTable
from scenarios.charts.look import BLUE, GREY, ORANGE
from simulation.errors import listed
from simulation.parameters import parameter_table

_COLOURS = dict(zip(CLASSES, (BLUE, ORANGE, GREY), strict=True))
_MARKERS = dict(zip(CLASSES, ("o", "s", "x"), strict=True))
_PANELS = 3

_HOW = (
    "Contraction is 1 - (variance of the draws) / (variance of the prior), in coordinates in which every "
    f"prior is standard normal: {INFORMED} and above is *informed*, {WEAK} to {INFORMED} *weak*, below "
    f"{WEAK} *not identified*, and then the prior is all there is. *Shift* is how far the mean has moved, "
    "in prior standard deviations. *Prior weight* and *record weight* say how much the draws of a "
    "parameter would move were its own prior, or the whole likelihood, taken a little more or less "
    f"seriously (power-scaling); above {NOTICED} an influence counts. Both high: prior and record pull "
    "against each other."
)


def identified_report(
    rows: Sequence[Identified], floor: float, origin: Mapping[str, Any]
) -> CheckReport:
    """The report of what the record says of each parameter; ``floor`` is the record weight of chance alone."""
    ordered = sorted(rows, key=lambda row: -row.contraction)
    table = parameter_table()
    columns = (
        "parameter",
        "contraction",
        "error",
        "class",
        "shift",
        "prior weight",
        "record weight",
        "meaning",
    )
    told = [
        (
            row.name,
            row.contraction,
            row.error,
            row.standing,
            row.shift,
            row.prior_weight,
            row.record_weight,
            table[row.name].meaning,
        )
        for row in ordered
    ]
    return CheckReport(
        name="identified",
        title="Which parameters the record informs",
        finding=_finding(ordered),
        reached=None,
        origin=origin,
        parts=(
            _HOW,
            _control_text(ordered),
            f"Chance alone gives a record weight up to {floor:.2f} (likelihoods shuffled among the draws).",
            ReportFigure(
                "contraction", "Contraction of every parameter", contraction_figure(ordered)
            ),
            ReportTable("Every parameter, the best informed first", columns, told),
        ),
        values={
            "error_of_draws": error_of_draws(rows),
            "controls": list(controls()),
            "classes": {
                name: [row.name for row in ordered if row.standing == name] for name in CLASSES
            },
            "parameters": {
                row.name: {
                    "contraction": row.contraction,
                    "error": row.error,
                    "class": row.standing,
                    "shift": row.shift,
                    "prior_weight": row.prior_weight,
                    "record_weight": row.record_weight,
                }
                for row in ordered
            },
        },
    )


def _finding(ordered: Sequence[Identified]) -> str:
    by_class = {name: [row.name for row in ordered if row.standing == name] for name in CLASSES}
    against = [row.name for row in ordered if min(row.prior_weight, row.record_weight) > NOTICED]
    told = (
        f"Of {len(ordered)} parameters the record informs {len(by_class['informed'])}, says a little about "
        f"{len(by_class['weak'])} and nothing about {len(by_class['not identified'])}. "
        f"Best informed: {listed(by_class['informed'][:6]) or 'none'}. "
        f"In {len(against)} prior and record pull against each other enough to count."
    )
    error = error_of_draws(ordered)
    if error <= WEAK:
        return told
    return (
        f"**The draws have not settled, and the classes cannot be trusted yet:** parameters that the record cannot "
        f"inform show a contraction of {error:.2f} (root mean square; it should be near 0), so that no contraction is "
        f"known better than that. Taken at their word: {told[0].lower()}{told[1:]}"
    )


def _control_text(ordered: Sequence[Identified]) -> str:
    known = controls()
    shown = ", ".join(f"{row.name} {row.contraction:+.2f}" for row in ordered if row.name in known)
    return (
        "A check of the draws: no rule reads the debts that the rules of credit book, and none is on record, so the "
        f"record cannot inform their parameters and their contraction should be 0. It is: {shown}."
    )


def contraction_figure(ordered: Sequence[Identified]) -> Figure:
    """The contraction of every parameter with two standard errors, in columns, the best informed first."""
    figure = Figure(figsize=(13, 10))
    FigureCanvasAgg(figure)
    rows_each = -(-len(ordered) // _PANELS)
    lowest = min(-0.1, min(row.contraction - 2 * row.error for row in ordered))
    for panel, axes in enumerate(figure.subplots(1, _PANELS, sharex=True)):
        part = ordered[panel * rows_each : (panel + 1) * rows_each]
        for height, row in enumerate(part):
            colour, reach = _COLOURS[row.standing], 2 * row.error
            axes.plot(
                [row.contraction - reach, row.contraction + reach], [height, height], color=colour
            )
            axes.plot(row.contraction, height, _MARKERS[row.standing], color=colour, markersize=5)
        marked = controls()
        names = [f"{row.name} *" if row.name in marked else row.name for row in part]
        axes.set_yticks(np.arange(len(part)), names, fontsize=8)
        axes.set_ylim(rows_each - 0.5, -0.5)
        axes.set_xlim(lowest, 1)
        for threshold in (WEAK, INFORMED):
            axes.axvline(threshold, color="#BBBBBB", linewidth=0.8, linestyle=":")
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xlabel("contraction")
    for name in CLASSES:
        axes.plot([], [], _MARKERS[name], color=_COLOURS[name], label=name)
    figure.legend(loc="lower center", ncols=len(CLASSES), frameon=False)
    figure.suptitle(
        "How far the record narrows each prior (* cannot be informed)",
        fontweight="bold",
        x=0.02,
        ha="left",
    )
    figure.tight_layout(rect=(0, 0.04, 1, 0.98))
    return figure
