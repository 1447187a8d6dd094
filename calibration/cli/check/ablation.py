"""``lilliput calibrate check ablation``: one mechanism off at a time, the rest fitted again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from calibration.checks.ablation import Added, added, scored, shipped_mechanisms
from calibration.checks.identified import coordinates_of_draws
from calibration.cli.check.request import (
    DrawsFile,
    FitWorkers,
    RefitFolder,
    ReportFolder,
    read_check_request,
)
from calibration.evidence.reading import read_evidence
from calibration.fit.population import ABLATION_EFFORTS, Population
from calibration.fit.refit import Refit, draws_begun_with
from calibration.likelihood.observations import fitted_record, observations_of
from calibration.origin import origin_of
from calibration.reports.form import REPORTS, CheckReport, ReportFigure, ReportTable, write_report
from scenarios.charts.run import BLUE, GREY
from scenarios.console import progress_of, reporting_errors
from simulation.arrays import Array
from simulation.errors import listed, unknown

KEPT = Path("results/refits")
#: With fewer families of draws in a fit its log evidence, and the error of it, are not to be relied on.
LEAST_FAMILIES = 10
_HOW = (
    "Each mechanism of `calibration/mechanisms.toml` is switched off by holding its parameters where it "
    "says nothing, and all else is fitted anew: draws fitted to the whole rules are carried, in bridges of equal "
    "difficulty, to those of the rules without it. *Evidence*: "
    "log evidence of the whole minus that without; plus means that the mechanism earns its place, minus "
    "that the record is more probable without it. It is the sum of two parts. *Fit*: mean log-likelihood of the draws, "
    "whole minus without. *Prior*: plus if the draws lie nearer to the prior with the mechanism, minus if other "
    "parameters have to leave the middle of their priors to make room for it; a mechanism with a better fit and the "
    "evidence against it is not contradicted by the record, but by where the priors of the rest have been put. "
    "*Left-out*: mean log score of single observations "
    "foreseen from the rest, whole minus without (by weighted draws; where weights fail this is rough). "
    "*Families*: how many of the draws at the start have descendants at the end; the error of the evidence is from "
    "them, and is too small when few are left."
)


def check_ablation(
    draws: DrawsFile = None,
    effort: Annotated[
        str, typer.Option(help=f"How hard to fit: {', '.join(ABLATION_EFFORTS)}.")
    ] = "quick",
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this mechanism; may be repeated.")
    ] = None,
    workers: FitWorkers = "2",
    cache: RefitFolder = KEPT,
    seed: Annotated[str, typer.Option(metavar="S", help="The seed of the fits.")] = "1",
    out: ReportFolder = REPORTS,
) -> None:
    """What each mechanism adds in log evidence and in left-out score: one off at a time, the rest fitted again."""
    with reporting_errors():
        command = "calibrate check ablation"
        mechanisms = {held.name: held for held in shipped_mechanisms()}
        wrong = [
            unknown(command, "--only", name, tuple(mechanisms))
            for name in only or ()
            if name not in mechanisms
        ]
        wrong += (
            []
            if effort in ABLATION_EFFORTS
            else [unknown(command, "--effort", effort, tuple(ABLATION_EFFORTS))]
        )
        request = read_check_request(
            "ablation", draws, seed, out, {"workers": (workers, 1, 1024)}, wrong
        )
        chosen = [mechanisms[name] for name in only or mechanisms]
        record, hard = fitted_record(read_evidence()), ABLATION_EFFORTS[effort]
        start = coordinates_of_draws(request.draws.frame.head(hard.population))
        near = draws_begun_with(len(start), request.draws.id, hard.copies)
        rows: list[Added] = []
        with progress_of("hundredths of fits", 100 * len(chosen)) as told:
            whole = scored(
                start, Refit("whole", record, near), request.seed, hard.copies, len(start)
            )

            def reached(population: Population) -> None:
                told(100 * len(rows) + int(99 * population.power**0.5))

            for mechanism in chosen:
                made = added(
                    mechanism,
                    whole,
                    record,
                    hard,
                    request.seed,
                    cache,
                    start,
                    near,
                    workers=request.counts["workers"],
                    told=reached,
                )
                rows.append(made)
        origin = origin_of(
            seed=request.seed,
            draws=request.draws,
            used=len(start),
            effort=effort,
            mechanisms=len(chosen),
        )
        names = [row.name for row in observations_of(record)]
        report = ablation_report(rows, whole.failing, names, origin)
        typer.echo(f"{report.finding}\nWritten to {write_report(report, request.out)}")


def ablation_report(
    found: Sequence[Added], failing: int, observations: Sequence[str], origin: dict[str, Any]
) -> CheckReport:
    """The report of what each mechanism adds; ``failing`` counts observations for which the whole's weights fail."""
    rows = sorted(found, key=lambda row: -row.evidence)
    columns = (
        "mechanism",
        "evidence",
        "error",
        "fit",
        "prior",
        "left-out",
        "families",
        "weights fail",
    )
    table = [
        (
            row.mechanism.name,
            f"{row.evidence:+.2f}",
            f"{row.error:.2f}",
            str(row.fit),
            f"{row.prior:+.2f}",
            str(row.left_out),
            str(row.families),
            str(row.failing),
        )
        for row in rows
    ]
    return CheckReport(
        name="ablation",
        title="What each mechanism adds",
        finding=_finding(rows),
        reached=None,
        origin=origin,
        parts=(
            _HOW,
            f"Of the whole rules' draws weights fail for {failing} observations.",
            ReportFigure(
                "evidence", "What each mechanism adds in log evidence", added_figure(rows)
            ),
            ReportTable("Whole minus without, the most needed first", columns, table),
            ReportTable(
                "What each mechanism claims, and which observation gains and loses most by it "
                "(mean log-probability given the others, whole minus without)",
                ("mechanism", "claims", "gains most", "loses most"),
                [
                    (
                        row.mechanism.name,
                        row.mechanism.meaning,
                        *_extremes(row.single, observations),
                    )
                    for row in rows
                ],
            ),
        ),
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
                    "off": dict(row.mechanism.off),
                }
                for row in rows
            },
        },
    )


def _extremes(single: Array, observations: Sequence[str]) -> tuple[str, str]:
    """The observations that gain and lose most, with what they do."""
    most, least = (
        f"{observations[place]} ({single[place]:+.2f})"
        for place in (int(single.argmax()), int(single.argmin()))
    )
    return most, least


def _finding(rows: Sequence[Added]) -> str:
    families = min(row.families for row in rows)
    if families < LEAST_FAMILIES:
        return (
            f"**No verdict**: a fit ended with {families} families of draws; below {LEAST_FAMILIES} neither its log "
            "evidence nor the error of it can be relied on. Fit harder (--effort usual)."
        )
    needed = [row.mechanism.name for row in rows if row.evidence > 2 * row.error]
    harmful = [row for row in rows if row.evidence < -2 * row.error]
    neither = len(rows) - len(needed) - len(harmful)
    told = f"Of {len(rows)} mechanisms {len(needed)} earn their place in log evidence by more than two standard errors"
    told += f" ({listed(needed)})" if needed else ""
    told += f"; {neither} make no difference that can be told from chance"
    if harmful:
        told += f"; **without these the record is more probable**: {listed([row.mechanism.name for row in harmful])}"
        worse = [row.mechanism.name for row in harmful if row.fit.mean < -2 * row.fit.error]
        told += (
            f" (of these {listed(worse)} make the draws fit worse"
            if worse
            else " (none makes the draws fit worse"
        )
        told += "; where the fit is no worse, priors of other parameters have to give way)"
    return told + "."


def added_figure(rows: Sequence[Added]) -> Figure:
    """What each mechanism adds in log evidence, with two standard errors."""
    figure = Figure(figsize=(8, 0.3 * len(rows) + 1.3))
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for height, row in enumerate(rows):
        colour = BLUE if abs(row.evidence) > 2 * row.error else GREY
        axes.errorbar(row.evidence, height, xerr=2 * row.error, fmt="o", color=colour, capsize=2)
    axes.axvline(0, color="#BBBBBB", linewidth=0.8)
    axes.set_yticks(
        np.arange(len(rows)), [row.mechanism.name.replace("_", " ") for row in rows], fontsize=9
    )
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("log evidence, whole minus without (bars: two standard errors)")
    figure.tight_layout()
    return figure
