"""The report of the influence of every observation on the results."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

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
from calibration.checks.influence_figure import (
    KINDS,
    SHOWN,
    influence_figure,
    short_name,
    standing_of,
)
from calibration.checks.leave_one_out import MOST_K
from calibration.checks.work import method
from calibration.likelihood.observations import Observation
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from simulation.arrays import Array
from simulation.dates import QUARTERS, date_of
from simulation.errors import listed

#: The rows of the evidence behind each observation.
Ids = Mapping[Observation, tuple[str, ...]]


def influence_report(
    influences: Sequence[Influence], sample: Sample, ids: Ids, origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of all influences."""
    rows = sorted(
        influences, key=lambda row: (not row.reliable, -abs(row.shifts[row.most(MEDIAN)]))
    )
    now = sample.results(np.full(len(sample.coordinates), 1 / len(sample.coordinates)))
    failing = sum(not row.reliable for row in rows)
    report = Report(
        check="influence",
        title="Which figure of the evidence moves the results most",
        finding=_finding(rows, ids),
        reached=None,
        origin=dict(origin),
        parts=(
            method(
                "influence",
                most_k=MOST_K,
                resamples=RESAMPLES,
                clear=CLEAR,
                quarters=NOTICED[MEDIAN],
                points=100 * NOTICED[SHARE],
            ),
            _result_table(rows, now, ids),
            Picture(
                name="rows",
                caption="The largest shift of a median date (left) and of a probability (right) "
                "when an observation is taken out, with one standard error; the name says which "
                f"result moves. The {SHOWN} that move a date most are drawn; the table has all. "
                "Where weights fail (crosses, below) the shift is not to be relied on.",
            ),
            _row_table(rows, ids),
            *(_shift_table(rows, what) for what in KINDS),
        ),
        goals=(
            Goal(
                name="Which figure of the evidence moves the results most",
                goal="",
                measured=f"{len(rows)} observations taken out in turn; weights fail for {failing}",
                reached=None,
            ),
        ),
        values={
            "results": {
                headline.name: {"what": headline.what, "value": now[place]}
                for place, headline in enumerate(headlines())
            },
            "observations": {
                row.observation.name: _values(row, ids[row.observation]) for row in rows
            },
        },
    )
    return report, {"rows": influence_figure(rows)}


def _values(row: Influence, ids: tuple[str, ...]) -> dict[str, Any]:
    return {
        "kind": row.observation.kind,
        "evidence": ids,
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


def _shift(row: Influence, place: int) -> str:
    """A shift with its error, by the factor of its kind."""
    scale = KINDS[headlines()[place].what].scale
    return f"{scale * row.shifts[place]:+.1f} ± {scale * row.errors[place]:.1f}"


def _with_unit(row: Influence, place: int) -> str:
    return f"{_shift(row, place)} {KINDS[headlines()[place].what].unit}"


def _finding(rows: Sequence[Influence], ids: Ids) -> str:
    sure = [row for row in rows if row.reliable]
    leaders = " and ".join(_leader(sure, what, ids) for what in KINDS)
    sentences = [f"Of the observations that can be taken out reliably, {leaders}."]
    failing = [row.observation.name for row in rows if not row.reliable]
    if failing:
        sentences.append(
            f"For {len(failing)} of {len(rows)} observations Pareto k is above {MOST_K}: the row "
            "matters so much that weights cannot take it out, no fit without it is kept, and its "
            f"shifts are not to be relied on: {listed(failing)}."
        )
    again = sum(row.refitted for row in rows)
    if again:
        fits = "a fit made without it" if again == 1 else "fits made without them"
        plural = "s" * (again != 1)
        sentences.append(f"For {again} observation{plural} {fits} took the place of weights.")
    still = [row for row in sure if not any(row.clear(place) for place in range(len(row.shifts)))]
    sentences.append(f"For {len(still)} of {len(rows)} no shift can be told from chance.")
    return " ".join(sentences)


def _leader(rows: Sequence[Influence], what: str, ids: Ids) -> str:
    """The observation that moves a kind of result most, in half a sentence."""
    word = KINDS[what].word
    clear = [row for row in rows if row.clear(row.most(what))]
    if not clear:
        return f"none moves a {word} by more than chance"
    most = max(clear, key=lambda row: abs(row.shifts[row.most(what)]))
    place = most.most(what)
    return (
        f"{most.observation.name} moves a {word} most ({headlines()[place].name}: "
        f"{_with_unit(most, place)}; evidence {_rows_of(ids[most.observation])})"
    )


def _rows_of(ids: tuple[str, ...]) -> str:
    return listed(ids) or "no row of its own"


def _result_table(rows: Sequence[Influence], now: Array, ids: Ids) -> Table:
    leaders: list[Influence | None] = []
    for place in range(len(now)):
        clear = [row for row in rows if row.reliable and row.clear(place)]
        leaders.append(max(clear, key=lambda row: abs(row.shifts[place]), default=None))
    entries = [(place, most) for place, most in enumerate(leaders)]

    def of_leader(cell: Callable[[Influence, int], str]) -> Callable[[Any], str | None]:
        return lambda entry: None if entry[1] is None else cell(entry[1], entry[0])

    return Table.of(
        "What moves each result most, of what can be taken out reliably (a dash: nothing clear of "
        "chance)",
        entries,
        {
            "result": lambda entry: headlines()[entry[0]].name,
            "with all the record": lambda entry: _value(now[entry[0]], headlines()[entry[0]].what),
            "moved most by taking out": of_leader(lambda row, _: row.observation.name),
            "shift": of_leader(_with_unit),
            "standing": of_leader(standing_of),
            "evidence": of_leader(lambda row, _: _rows_of(ids[row.observation])),
        },
    )


def _value(value: float, what: str) -> str:
    if what == SHARE:
        return f"{value:.1%}"
    return "after 1980" if value >= QUARTERS else date_of(value - 0.5)


def _row_table(rows: Sequence[Influence], ids: Ids) -> Table:
    cells = []
    for row in rows:
        date, share = row.most(MEDIAN), row.most(SHARE)
        cells.append(
            (
                row.observation.name,
                headlines()[date].pair,
                _with_unit(row, date),
                standing_of(row, date),
                short_name(share),
                _with_unit(row, share),
                standing_of(row, share),
                f"{row.pareto_k:.2f}",
                round(row.effective),
                f"{row.moved} ({row.moved_by:+.2f} ± {row.moved_error:.2f})",
                _rows_of(ids[row.observation]),
            )
        )
    moved = ("shift", "standing")
    return Table(
        title="Every observation, the one that moves a date most first; at the end those for which "
        "weights fail",
        columns=(
            "taken out",
            "date moved most",
            *moved,
            "probability moved most",
            *moved,
            "Pareto k",
            "effective size left",
            "parameter moved most (prior standard deviations)",
            "evidence",
        ),
        rows=cells,
    )


def _shift_table(rows: Sequence[Influence], what: str) -> Table:
    places = [place for place, headline in enumerate(headlines()) if headline.what == what]
    return Table(
        title=f"Every shift of {KINDS[what].table}",
        columns=("taken out", *map(short_name, places)),
        rows=[
            (
                row.observation.name + ("" if row.reliable else " (weights fail)"),
                *(_shift(row, place) for place in places),
            )
            for row in rows
        ],
    )
