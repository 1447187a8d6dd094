"""The report of the influence of every observation: which figure of the evidence moves the results most."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from calibration.checks.influence import (
    CLEAR,
    MEDIAN,
    NOTICED,
    RESAMPLES,
    SHARE,
    Influence,
    Sample,
    headlines,
)
from calibration.checks.leave_one_out import MOST_K
from calibration.likelihood.observations import Observation
from calibration.reports.form import CheckReport, ReportFigure, ReportTable
from scenarios.charts.look import BLUE, GREEN, GREY, VERMILION
from simulation.arrays import Array
from simulation.dates import QUARTERS, date_of
from simulation.errors import listed

#: By what a shift of each kind of result is multiplied, and in what unit it is told.
_UNITS = {MEDIAN: (1.0, "quarters"), SHARE: (100.0, "points")}
_SURE, _CHANCE, _FAILING, _AGAIN = (
    "clear of chance",
    "none, or chance",
    "weights fail",
    "fitted again",
)
_MARKS = {
    _SURE: ("o", BLUE),
    _CHANCE: ("o", GREY),
    _FAILING: ("X", VERMILION),
    _AGAIN: ("s", GREEN),
}
_HOW = (
    "Every observation is taken out of the posterior in turn, and the results of free histories (nothing "
    "of the record imposed) are worked out anew: the median date of each of the five breaks and the "
    "probability that it has come by 1980 in history as documented, and two counterfactuals. A shift is "
    "the result without the observation less the result with it: plus means later, or more probable. An "
    "observation is taken out by weighting the draws with the inverse of the probability they gave it "
    f"(PSIS), and all else stays in. Where Pareto k is above {MOST_K} the row matters so much that weights "
    "cannot take it out; a fit made without it is used instead where `check leave-one-out` keeps one, and "
    f"otherwise its shifts are not to be relied on. ± is one standard error, from {RESAMPLES} samples of "
    f"the draws drawn with replacement, each draw with all its histories. A shift within {CLEAR:g} errors "
    f"is not told from chance, and one below {NOTICED[MEDIAN]:g} quarters or {100 * NOTICED[SHARE]:g} "
    "points is none to speak of. The errors take the draws as independent; draws with common ancestors "
    "are not, so true errors are larger, and those of a fit made again do not hold how far two fits of "
    "the same record differ. A median is read as if dates lay evenly within their quarter; where fewer "
    "than half of the histories break it counts as the beginning of 1981, so that a shift to or from "
    "there is the least it may be. Influence is not doubt: a row that moves much is one on which the "
    "results rest, right or wrong."
)


def influence_report(
    rows: Sequence[Influence],
    sample: Sample,
    ids: Mapping[Observation, tuple[str, ...]],
    origin: Mapping[str, Any],
) -> CheckReport:
    """The report of all influences; ``ids`` are the rows of the evidence behind every observation."""
    ordered = sorted(rows, key=lambda row: (not row.reliable, -abs(row.shifts[row.most(MEDIAN)])))
    now = sample.results(np.full(len(sample.coordinates), 1 / len(sample.coordinates)))
    return CheckReport(
        name="influence",
        title="Which figure of the evidence moves the results most",
        finding=_finding(ordered, ids),
        reached=None,
        origin=origin,
        parts=(
            _HOW,
            _result_table(ordered, now, ids),
            ReportFigure(
                "rows",
                "The largest shift of a median date (left) and of a probability (right) when an observation is taken "
                "out, with one standard error; the name says which result moves. Where weights fail (crosses, below) "
                "the shift is not to be relied on.",
                influence_figure(ordered),
            ),
            _row_table(ordered, ids),
            _shift_table(ordered, MEDIAN, "median dates, quarters"),
            _shift_table(ordered, SHARE, "probabilities by 1980, percentage points"),
        ),
        values={
            "results": {
                headline.name: {"what": headline.what, "value": now[place]}
                for place, headline in enumerate(headlines())
            },
            "observations": {
                row.observation.name: _values(row, ids[row.observation]) for row in ordered
            },
        },
    )


def _values(row: Influence, ids: tuple[str, ...]) -> dict[str, Any]:
    return {
        "kind": row.observation.kind,
        "evidence": list(ids),
        "pareto_k": row.pareto_k,
        "reliable": row.reliable,
        "refitted": row.refitted,
        "effective_size": row.effective,
        "parameter": {"name": row.moved, "shift": row.moved_by, "error": row.moved_error},
        "shifts": {
            headline.name: {
                "shift": row.shifts[place],
                "error": row.errors[place],
                "clear": row.clear(place),
            }
            for place, headline in enumerate(headlines())
        },
    }


def standing_of(row: Influence, place: int) -> str:
    """How a shift is to be taken: weights fail, fitted again, clear of chance or not."""
    if not row.reliable:
        return _FAILING
    if not row.clear(place):
        return _CHANCE
    return _AGAIN if row.refitted else _SURE


def _told(row: Influence, place: int) -> str:
    """A shift with its error, in the unit of its result."""
    scale, unit = _UNITS[headlines()[place].what]
    return f"{scale * row.shifts[place]:+.1f} ± {scale * row.errors[place]:.1f} {unit}"


def _finding(rows: Sequence[Influence], ids: Mapping[Observation, tuple[str, ...]]) -> str:
    sure = [row for row in rows if row.reliable]
    leaders = [
        _leader(sure, what, words, ids)
        for what, words in ((MEDIAN, "date"), (SHARE, "probability"))
    ]
    told = [f"Of the observations that can be taken out reliably, {' and '.join(leaders)}."]
    failing = [row for row in rows if not row.reliable]
    if failing:
        names = listed(row.observation.name for row in failing)
        told.append(
            f"For {len(failing)} of {len(rows)} observations Pareto k is above {MOST_K}: the row matters so much that "
            f"weights cannot take it out, no fit without it is kept, and its shifts are not to be relied on: {names}."
        )
    again = [row.observation.name for row in rows if row.refitted]
    if again:
        told.append(f"Fits made without them took the place of weights for: {listed(again)}.")
    still = [row for row in sure if not any(row.clear(place) for place in range(len(row.shifts)))]
    told.append(f"For {len(still)} of {len(rows)} no shift can be told from chance.")
    return " ".join(told)


def _leader(
    rows: Sequence[Influence], what: str, words: str, ids: Mapping[Observation, tuple[str, ...]]
) -> str:
    """The observation that moves a kind of result most, in half a sentence."""
    clear = [row for row in rows if row.clear(row.most(what))]
    if not clear:
        return f"none moves a {words} by more than chance"
    most = max(clear, key=lambda row: abs(row.shifts[row.most(what)]))
    place = most.most(what)
    return (
        f"{most.observation.name} moves a {words} most ({headlines()[place].name}: {_told(most, place)}; "
        f"{_traced(ids[most.observation])})"
    )


def _traced(ids: tuple[str, ...]) -> str:
    return f"evidence {_rows_of(ids)}"


def _rows_of(ids: tuple[str, ...]) -> str:
    return listed(ids) or "no row of its own"


def _result_table(
    rows: Sequence[Influence], now: Array, ids: Mapping[Observation, tuple[str, ...]]
) -> ReportTable:
    told = []
    for place, headline in enumerate(headlines()):
        cells: tuple[object, ...] = (None, None, None, None)
        clear = [row for row in rows if row.reliable and row.clear(place)]
        if clear:
            most = max(clear, key=lambda row: abs(row.shifts[place]))
            name = most.observation.name
            cells = (
                name,
                _told(most, place),
                standing_of(most, place),
                _rows_of(ids[most.observation]),
            )
        told.append((headline.name, _value(now[place], headline.what), *cells))
    columns = (
        "result",
        "with all the record",
        "moved most by taking out",
        "shift",
        "standing",
        "evidence",
    )
    title = "What moves each result most, of what can be taken out reliably (a dash: nothing clear of chance)"
    return ReportTable(title, columns, told)


def _value(value: float, what: str) -> str:
    if what == SHARE:
        return f"{value:.1%}"
    return "after 1980" if value >= QUARTERS else date_of(value - 0.5)


def _row_table(
    rows: Sequence[Influence], ids: Mapping[Observation, tuple[str, ...]]
) -> ReportTable:
    told = []
    for row in rows:
        date, share = row.most(MEDIAN), row.most(SHARE)
        told.append(
            (
                row.observation.name,
                headlines()[date].pair,
                _told(row, date),
                standing_of(row, date),
                headlines()[share].name.replace(f" {SHARE}", ""),
                _told(row, share),
                standing_of(row, share),
                f"{row.pareto_k:.2f}",
                round(row.effective),
                f"{row.moved} ({row.moved_by:+.2f} ± {row.moved_error:.2f})",
                _rows_of(ids[row.observation]),
            )
        )
    columns = (
        "taken out",
        "date moved most",
        "shift",
        "standing",
        "probability moved most",
        "shift",
        "standing",
        "Pareto k",
        "effective size left",
        "parameter moved most (prior standard deviations)",
        "evidence",
    )
    return ReportTable(
        "Every observation, the one that moves a date most first; at the end those for which weights fail",
        columns,
        told,
    )


def _shift_table(rows: Sequence[Influence], what: str, words: str) -> ReportTable:
    places = [place for place, headline in enumerate(headlines()) if headline.what == what]
    scale, _ = _UNITS[what]
    columns = ("taken out", *(headlines()[place].name.replace(f" {what}", "") for place in places))
    cells = [
        (
            row.observation.name + ("" if row.reliable else " (weights fail)"),
            *(
                f"{scale * row.shifts[place]:+.1f} ± {scale * row.errors[place]:.1f}"
                for place in places
            ),
        )
        for row in rows
    ]
    return ReportTable(f"Every shift of {words}", columns, cells)


def influence_figure(rows: Sequence[Influence]) -> Figure:
    """The largest shifts observation by observation: of a date on the left, of a probability on the right."""
    figure = Figure(figsize=(11, 0.3 * len(rows) + 1.8))
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, what in zip(panels, (MEDIAN, SHARE), strict=True):
        _panel(axes, rows, what)
    panels[0].set_yticks(np.arange(len(rows)), [row.observation.name for row in rows], fontsize=8)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    for words, (marker, colour) in _MARKS.items():
        fill = "none" if words == _CHANCE else "full"
        panels[0].plot([], [], marker, color=colour, fillstyle=fill, linestyle="", label=words)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncols=4, frameon=False, fontsize=8)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.35 / figure.get_figheight()))
    return figure


def _panel(axes: Axes, rows: Sequence[Influence], what: str) -> None:
    scale, _ = _UNITS[what]
    axes.axvline(0, color="#BBBBBB", linewidth=0.8)
    axes.grid(axis="y", color="#EEEEEE")
    axes.set_axisbelow(True)
    sure = sum(row.reliable for row in rows)
    if 0 < sure < len(rows):
        axes.axhline(sure - 0.5, color="#BBBBBB", linewidth=0.8)
    for height, row in enumerate(rows):
        place = row.most(what)
        standing = standing_of(row, place)
        marker, colour = _MARKS[standing]
        shift, error = scale * row.shifts[place], scale * row.errors[place]
        fill = "none" if standing == _CHANCE else "full"
        axes.errorbar(
            shift,
            height,
            xerr=error,
            fmt=marker,
            color=colour,
            fillstyle=fill,
            markersize=5,
            capsize=2,
        )
        right = shift >= 0
        axes.annotate(
            headlines()[place].name.replace(f" {what}", "").replace(", ", "\n"),
            (shift + (error if right else -error), height),
            xytext=(5 if right else -5, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=6,
            color=GREY,
        )
    axes.margins(x=0.45)
    axes.spines[["top", "right"]].set_visible(False)
    words = "median date, quarters" if what == MEDIAN else "probability by 1980, percentage points"
    axes.set_xlabel(f"largest shift of a {words}", fontsize=9)
