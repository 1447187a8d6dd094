"""The report of the leave-one-out check: what the rules foresee better or worse than the nulls."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from calibration.checks.leave_one_out import MOST_K, LeftOut
from calibration.likelihood.observations import EVENT, FIGURES, KINDS
from calibration.likelihood.scores import Difference, Score, paired
from calibration.reports.form import CheckReport, ReportFigure, ReportTable
from scenarios.charts.look import BLUE, GREEN, GREY, ORANGE, VERMILION

#: The gain over the best null, in natural-log units an event, that is to be reached.
WANTED = 1.0
_COLOURS = {"constant": GREY, "drivers": ORANGE, "persistence": GREEN}
_MARKERS = {"constant": "o", "drivers": "s", "persistence": "^"}
_HOW = (
    "Each observation is foreseen from all the others. A dated move: when does the pair move next, given "
    "its own moves before and all else on record (its later moves too, as far as they tell of the "
    "parameters)? The log score is the log of the chance given to the recorded move within its window; the "
    "Brier score goes over calendar years, the CRPS over dates in years. A silence: does the pair stay as "
    "it is to the end of 1978? Aid: the logarithm of a plan period's pledges; an answer: the share "
    "granted; interest: the mean rate of the credit agreed. The nulls are asked the same questions. An "
    "observation is taken out by weighting the draws "
    f"(PSIS); where Pareto k is above {MOST_K} weights fail and the rules are fitted again without it. "
    "Differences are rules minus null for the log score, null minus rules for Brier and CRPS, so that plus "
    "is good for the rules; ± is one standard error of the paired difference over observations. With so "
    "few, and not independent of one another, these errors are themselves rough, and a handful of breaks "
    "cannot validate a hazard model by themselves."
)


def leave_one_out_report(
    rows: Sequence[LeftOut], origin: Mapping[str, Any], *, refits: bool
) -> CheckReport:
    """The report of every observation left out; ``refits`` is whether failing weights were replaced by fits."""
    names = list(rows[0].nulls)
    events = [row for row in rows if row.observation.kind == EVENT]
    best = max(names, key=lambda name: sum(row.nulls[name].log for row in events))
    gain = _gain(events, best, _log)
    return CheckReport(
        name="leave-one-out",
        title="Each event and aid window foreseen from the rest",
        finding=_finding(rows, best, gain, refits),
        reached=gain.mean >= WANTED,
        origin=origin,
        parts=(
            _HOW,
            _summary_table(rows, names),
            ReportFigure("events", "Log scores of every observation", scores_figure(rows)),
            _score_table(rows, names, "log score", _log),
            _score_table(
                [row for row in rows if not np.isnan(row.rules.brier)], names, "Brier score", _brier
            ),
            _score_table(rows, names, "CRPS (years, log units, shares, shares a year)", _crps),
        ),
        values={
            "best_null": best,
            "gain_per_event": {"mean": gain.mean, "error": gain.error, "events": gain.number},
            "differences": _difference_values(rows, names),
            "observations": {
                row.observation.name: {
                    "kind": row.observation.kind,
                    "pareto_k": row.pareto_k,
                    "refitted": row.refitted,
                    "fitted_log": row.fitted_log,
                    "rules": vars(row.rules),
                    **{name: vars(score) for name, score in row.nulls.items()},
                }
                for row in rows
            },
        },
    )


def _log(score: Score) -> float:
    return score.log


def _brier(score: Score) -> float:
    return -score.brier


def _crps(score: Score) -> float:
    return -score.crps


_SCORES: dict[str, Callable[[Score], float]] = {"log score": _log, "Brier": _brier, "CRPS": _crps}


def _gain(rows: Sequence[LeftOut], null: str, score: Callable[[Score], float]) -> Difference:
    return paired([score(row.rules) for row in rows], [score(row.nulls[null]) for row in rows])


def _finding(rows: Sequence[LeftOut], best: str, gain: Difference, refits: bool) -> str:
    events = [row for row in rows if row.observation.kind == EVENT]
    pooled = _gain(rows, best, _log)
    told = (
        f"Over {len(events)} events the rules gain {gain} natural-log units an event over the best null "
        f"({best}); the goal is {WANTED:g}. Over all {len(rows)} observations they gain {pooled}."
    )
    worse = sorted(rows, key=lambda row: row.rules.log - row.nulls[best].log)[:4]
    lost = [row for row in worse if row.rules.log < row.nulls[best].log]
    if lost:
        shown = "; ".join(
            f"{row.observation.name} ({row.rules.log - row.nulls[best].log:+.1f})" for row in lost
        )
        told += f" The rules lose most on: {shown}."
    if gain.mean < WANTED and gain.mean < 2 * gain.error:
        told += " **The agents' rules add little over the null in foreseeing single events.**"
    failing = [row for row in rows if row.pareto_k > MOST_K and not row.refitted]
    if failing and not refits:
        told += (
            f" For {len(failing)} observations the weights fail (Pareto k above {MOST_K}) and the rules "
            "were not fitted again: their scores are not to be relied on."
        )
    return told


def _summary_table(rows: Sequence[LeftOut], names: Sequence[str]) -> ReportTable:
    columns = ("score", "observations", "number", *(f"gain over {name}" for name in names))
    told: list[tuple[object, ...]] = []
    for label, score in _SCORES.items():
        groups = {kind: [row for row in rows if row.observation.kind == kind] for kind in KINDS}
        if label == "log score":
            groups["all"] = list(rows)
        for kind, group in groups.items():
            gains = [_gain(group, name, score) for name in names]
            if group and gains[0].number:
                told.append((label, kind, gains[0].number, *map(str, gains)))
    return ReportTable("Mean gain an observation (plus: the rules are better)", columns, told)


def _score_table(
    rows: Sequence[LeftOut], names: Sequence[str], title: str, score: Callable[[Score], float]
) -> ReportTable:
    sign = 1 if score is _log else -1
    columns = ("observation", "rules", *names, "Pareto k", "fitted again")
    told = [
        (
            row.observation.name,
            round(sign * score(row.rules), 2),
            *(round(sign * score(row.nulls[name]), 2) for name in names),
            round(row.pareto_k, 2),
            row.refitted,
        )
        for row in rows
    ]
    better = "larger is better" if sign > 0 else "smaller is better"
    return ReportTable(f"{title} of every observation left out ({better})", columns, told)


def _difference_values(rows: Sequence[LeftOut], names: Sequence[str]) -> dict[str, Any]:
    groups = {kind: [row for row in rows if row.observation.kind == kind] for kind in KINDS}
    groups |= {
        "all": list(rows),
        "events and aid": [r for r in rows if r.observation.kind in (EVENT, *FIGURES)],
    }
    return {
        label: {
            kind: {name: vars(_gain(group, name, score)) for name in names}
            for kind, group in groups.items()
            if group
        }
        for label, score in _SCORES.items()
    }


def scores_figure(rows: Sequence[LeftOut]) -> Figure:
    """The log scores of the rules and of every null, observation by observation."""
    figure = Figure(figsize=(9, 0.27 * len(rows) + 1.6))
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for height, row in enumerate(rows):
        for name, score in row.nulls.items():
            axes.plot(
                score.log,
                height,
                _MARKERS[name],
                color=_COLOURS[name],
                markersize=5,
                fillstyle="none",
            )
        colour = VERMILION if row.pareto_k > MOST_K and not row.refitted else BLUE
        axes.plot(row.rules.log, height, "D", color=colour, markersize=5)
    axes.set_yticks(np.arange(len(rows)), [row.observation.name for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", color="#EEEEEE")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("log score (more to the right: better foreseen)")
    axes.plot([], [], "D", color=BLUE, label="rules")
    if any(row.pareto_k > MOST_K and not row.refitted for row in rows):
        axes.plot([], [], "D", color=VERMILION, label="rules, weights fail")
    for name in rows[0].nulls:
        axes.plot([], [], _MARKERS[name], color=_COLOURS[name], fillstyle="none", label=name)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=5, frameon=False, fontsize=8)
    figure.tight_layout()
    return figure
