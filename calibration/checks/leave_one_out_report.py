"""The report of the leave-one-out check: what the rules foresee better or worse than the nulls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from calibration.checks.leave_one_out import MOST_K, LeftOut
from calibration.likelihood.observations import EVENT, FIGURES, KINDS
from calibration.likelihood.scores import Difference, Score, paired
from calibration.reports.pictures import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    blank,
    name_rows,
)
from calibration.reports.report import Cell, Goal, Picture, Pictures, Report, Table

#: The gain over the best null, in natural-log units an event, that is to be reached.
WANTED = 1.0
_STYLES = {"constant": ("o", GREY), "drivers": ("s", ORANGE), "persistence": ("^", GREEN)}
_HOW = (
    "Each observation is foreseen from all the others. A dated move: when does the pair move next, "
    "given its own moves before and all else on record (its later moves too, as far as they tell "
    "of the parameters)? The log score is the log of the chance given to the recorded move within "
    "its window; the Brier score goes over calendar years, the CRPS over dates in years. A "
    "silence: does the pair stay as it is to the end of 1978? Aid: the logarithm of a plan "
    "period's pledges; an answer: the share granted; interest: the mean rate of the credit agreed. "
    "The nulls are asked the same questions. An observation is taken out by weighting the draws "
    f"(PSIS); where Pareto k is above {MOST_K} weights fail and the rules are fitted again without "
    "it. Differences are rules minus null for the log score, null minus rules for Brier and CRPS, "
    "so that plus is good for the rules; ± is one standard error of the paired difference over "
    "observations. With so few, and not independent of one another, these errors are themselves "
    "rough, and a handful of breaks cannot validate a hazard model by themselves."
)


@dataclass(frozen=True)
class Measure:
    """A score as its tables show it: its name, attribute and sign, 1 if larger is better."""

    name: str
    title: str
    attribute: str
    sign: int

    def of(self, score: Score) -> float:
        """The score, turned so that larger is better."""
        return self.sign * float(getattr(score, self.attribute))

    def gain(self, rows: Sequence[LeftOut], null: str) -> Difference:
        """How much better the rules are than a null, over some observations."""
        return paired(
            [self.of(row.rules) for row in rows], [self.of(row.nulls[null]) for row in rows]
        )


LOG = Measure("log score", "log score", "log", 1)
BRIER = Measure("Brier", "Brier score", "brier", -1)
MEASURES = (
    LOG,
    BRIER,
    Measure("CRPS", "CRPS (years, log units, shares, shares a year)", "crps", -1),
)


def leave_one_out_report(
    rows: Sequence[LeftOut], origin: Mapping[str, Any], *, refits: bool
) -> tuple[Report, Pictures]:
    """The report of every observation left out.

    ``refits`` is whether fits took the place of weights that fail.
    """
    names = list(rows[0].nulls)
    events = [row for row in rows if row.observation.kind == EVENT]
    best = max(names, key=lambda name: sum(row.nulls[name].log for row in events))
    gain = LOG.gain(events, best)
    failing = sum(not (row.refitted or row.pareto_k <= MOST_K) for row in rows)
    weights = f"; weights fail for {failing}" if failing else ""
    report = Report(
        check="leave-one-out",
        title="Each event and aid window foreseen from the rest",
        finding=_finding(rows, best, gain, refits),
        reached=gain.mean >= WANTED,
        origin=dict(origin),
        parts=(
            _HOW,
            _summary_table(rows, names),
            Picture(name="events", caption="Log scores of every observation"),
            *(_score_table(rows, names, measure) for measure in MEASURES),
        ),
        goals=(
            Goal(
                name="Events left out are foreseen better than by the best null",
                goal=f"by {WANTED:g} natural-log unit on average",
                measured=f"{gain} over {best}, {gain.number} events{weights}",
                reached=gain.mean >= WANTED,
            ),
        ),
        values={
            "best_null": best,
            "gain_per_event": {"mean": gain.mean, "error": gain.error, "events": gain.number},
            "differences": {
                measure.name: {
                    kind: {name: vars(measure.gain(group, name)) for name in names}
                    for kind, group in _groups(rows).items()
                }
                for measure in MEASURES
            },
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
    return report, {"events": scores_figure(rows)}


def _groups(rows: Sequence[LeftOut]) -> dict[str, list[LeftOut]]:
    """The observations of each kind, all of them, and those that are no silences."""
    groups = {kind: [row for row in rows if row.observation.kind == kind] for kind in KINDS}
    groups |= {
        "all": list(rows),
        "events and aid": [row for row in rows if row.observation.kind in (EVENT, *FIGURES)],
    }
    return {kind: group for kind, group in groups.items() if group}


def _finding(rows: Sequence[LeftOut], best: str, gain: Difference, refits: bool) -> str:
    events = sum(row.observation.kind == EVENT for row in rows)
    text = (
        f"Over {events} events the rules gain {gain} natural-log units an event over the best "
        f"null ({best}); the goal is {WANTED:g}. Over all {len(rows)} observations they gain "
        f"{LOG.gain(rows, best)}."
    )
    gaps = {row.observation.name: row.rules.log - row.nulls[best].log for row in rows}
    worst = sorted(gaps, key=lambda name: gaps[name])[:4]
    lost = "; ".join(f"{name} ({gaps[name]:+.1f})" for name in worst if gaps[name] < 0)
    if lost:
        text += f" The rules lose most on: {lost}."
    if gain.mean < WANTED and gain.mean < 2 * gain.error:
        text += " **The agents' rules add little over the null in foreseeing single events.**"
    failing = sum(row.failing for row in rows)
    if failing and not refits:
        text += (
            f" For {failing} observations the weights fail (Pareto k above {MOST_K}) and the rules "
            "were not fitted again: their scores are not to be relied on."
        )
    return text


def _summary_table(rows: Sequence[LeftOut], names: Sequence[str]) -> Table:
    cells: list[tuple[Cell, ...]] = []
    for measure in MEASURES:
        groups = {kind: group for kind, group in _groups(rows).items() if kind in KINDS}
        if measure is LOG:
            groups["all"] = list(rows)
        for kind, group in groups.items():
            gains = [measure.gain(group, name) for name in names]
            if gains[0].number:
                cells.append((measure.name, kind, gains[0].number, *map(str, gains)))
    columns = ("score", "observations", "number", *(f"gain over {name}" for name in names))
    title = "Mean gain an observation (plus: the rules are better)"
    return Table(title=title, columns=columns, rows=cells)


def _score_table(rows: Sequence[LeftOut], names: Sequence[str], measure: Measure) -> Table:
    better = "larger is better" if measure.sign > 0 else "smaller is better"
    scored = [row for row in rows if measure is not BRIER or not np.isnan(row.rules.brier)]

    def score(row: LeftOut, name: str) -> float:
        return float(getattr(row.nulls.get(name, row.rules), measure.attribute))

    return Table.of(
        f"{measure.title} of every observation left out ({better})",
        scored,
        {
            "observation": lambda row: row.observation.name,
            **{name: partial(score, name=name) for name in ("rules", *names)},
            "Pareto k": lambda row: row.pareto_k,
            "fitted again": lambda row: row.refitted,
        },
    )


def scores_figure(rows: Sequence[LeftOut]) -> Figure:
    """The log scores of the rules and of every null, observation by observation."""
    figure = blank(9, 0.27 * len(rows) + 1.6)
    axes = figure.subplots()
    for height, row in enumerate(rows):
        for name, score in row.nulls.items():
            marker, colour = _STYLES[name]
            axes.plot(score.log, height, marker, color=colour, markersize=5, fillstyle="none")
        colour = VERMILION if row.failing else BLUE
        axes.plot(row.rules.log, height, "D", color=colour, markersize=5)
    name_rows(axes, [row.observation.name for row in rows], fontsize=8)
    axes.grid(axis="y", color="#EEEEEE")
    axes.set_axisbelow(True)
    axes.set_xlabel("log score (more to the right: better foreseen)")
    axes.plot([], [], "D", color=BLUE, label="rules")
    if any(row.failing for row in rows):
        axes.plot([], [], "D", color=VERMILION, label="rules, weights fail")
    for name in rows[0].nulls:
        marker, colour = _STYLES[name]
        axes.plot([], [], marker, color=colour, fillstyle="none", label=name)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=5, frameon=False, fontsize=8)
    figure.tight_layout()
    return figure
