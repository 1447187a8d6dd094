"""The report of the leave-one-out check: what the rules foresee better or worse than the nulls."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from calibration.checks.leave_one_out import (
    AID,
    ALL,
    ANSWER,
    LOG,
    MOST_K,
    Block,
    LeftOut,
    Measure,
    blocks_of,
    groups_of,
)
from calibration.checks.work import method
from calibration.fit.evidence import LEAST_FAMILIES
from calibration.likelihood.declared import SUPPORT
from calibration.likelihood.observations import EVENT, KINDS
from calibration.likelihood.scores import Difference
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

#: The gain over the best null, in log units an event, that is to be reached.
WANTED = 1.0
#: The blocks that are to be foreseen better than by the best null of each, by how much in all.
EXCHANGE, BLOCK_WANTED = (AID, ANSWER, SUPPORT), 3.0
_STYLES = {
    "constant": ("o", GREY),
    "drivers": ("s", ORANGE),
    "persistence": ("^", GREEN),
    "allied": ("v", GREY),
    "regression": ("p", ORANGE),
}


BRIER = Measure("Brier", "Brier score", "brier", -1)
MEASURES = (
    LOG,
    BRIER,
    Measure("CRPS", "CRPS (years, log units, shares, shares a year)", "crps", -1),
)


def _block_goal(blocks: Mapping[str, Block], families: int | None) -> Goal:
    """Whether aid, answers and support are each foreseen better than by their best null."""
    known = [f"{kind} {blocks[kind]}" for kind in EXCHANGE if kind in blocks]
    enough = families is not None and families >= LEAST_FAMILIES
    better = all(kind in blocks and blocks[kind].sum >= BLOCK_WANTED for kind in EXCHANGE)
    told = "families of the draws not known" if families is None else f"{families} families"
    return Goal(
        name="Aid, answers and support left out are foreseen better than by the best null of each",
        goal=f"each by {BLOCK_WANTED:g} log units in all, with {LEAST_FAMILIES} families",
        measured=f"{'; '.join(known) or 'none on record'}; {told}",
        reached=better and enough,
    )


def leave_one_out_report(
    rows: Sequence[LeftOut],
    origin: Mapping[str, Any],
    *,
    refits: bool,
    families: int | None = None,
) -> tuple[Report, Pictures]:
    """The report of every observation left out.

    ``refits`` is whether fits took the place of weights that fail; ``families`` how many draws of
    the prior have descendants among the draws, if their manifest says.
    """
    blocks = blocks_of(rows)
    names = list(rows[0].nulls)
    events = [row for row in rows if row.observation.kind == EVENT]
    best = max(names, key=lambda name: sum(row.nulls[name].log for row in events))
    gain = LOG.gain(events, best)
    failing = sum(row.failing for row in rows)
    goals = [
        Goal(
            name="Events left out are foreseen better than by the best null",
            goal=f"by {WANTED:g} log unit on average",
            measured=f"{gain} over {best}, {gain.number} events"
            + (f"; weights fail for {failing}" if failing else ""),
            reached=gain.mean >= WANTED,
        )
    ]
    if any(kind in blocks for kind in EXCHANGE):
        goals.append(_block_goal(blocks, families))
    report = Report(
        check="leave-one-out",
        title="Each event and aid window foreseen from the rest",
        finding=_finding(rows, best, gain, blocks[ALL], refits),
        reached=all(goal.reached for goal in goals),
        origin=dict(origin),
        parts=(
            method("leave-one-out", most_k=MOST_K),
            _summary_table(rows, names),
            _block_table(blocks),
            Picture(name="events", caption="Log scores of every observation"),
            *(_score_table(rows, names, measure) for measure in MEASURES),
        ),
        goals=goals,
        values={
            "best_null": best,
            "families": families,
            "blocks": {kind: block.values for kind, block in blocks.items()},
            "gain_per_event": {"mean": gain.mean, "error": gain.error, "events": gain.number},
            "differences": {
                measure.name: {
                    kind: {name: vars(measure.gain(group, name)) for name in names}
                    for kind, group in groups_of(rows).items()
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


def _finding(
    rows: Sequence[LeftOut], best: str, gain: Difference, whole: Block, refits: bool
) -> str:
    events = sum(row.observation.kind == EVENT for row in rows)
    text = (
        f"Over {events} events the rules gain {gain} log units an event over the best "
        f"null ({best}); the goal is {WANTED:g}. Over all {len(rows)} observations they gain "
        f"{whole.gain} an observation over the best null of all ({whole.null})."
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
        groups = {kind: group for kind, group in groups_of(rows).items() if kind in KINDS}
        if measure is LOG:
            groups[ALL] = list(rows)
        for kind, group in groups.items():
            gains = [measure.gain(group, name) for name in names]
            if gains[0].number:
                cells.append((measure.name, kind, gains[0].number, *map(str, gains)))
    columns = ("score", "observations", "number", *(f"gain over {name}" for name in names))
    title = "Mean gain an observation (plus: the rules are better)"
    return Table(title=title, columns=columns, rows=cells)


def _block_table(blocks: Mapping[str, Block]) -> Table:
    return Table.of(
        "Each block of observations against the null that foresees it best (sum of log scores)",
        blocks.items(),
        {
            "block": lambda each: each[0],
            "number": lambda each: each[1].gain.number,
            "rules minus best null, in all": lambda each: str(each[1]),
            "an observation": lambda each: str(each[1].gain),
            "weights fail": lambda each: each[1].failing,
        },
    )


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
