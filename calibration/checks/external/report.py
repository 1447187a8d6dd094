"""The report of series that nobody fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from calibration.checks.external.accounts import FITTED_NUMBERS
from calibration.checks.external.beside import (
    CLEAR,
    CONDITIONED,
    FREE,
    Beside,
)
from calibration.checks.external.series import Series
from calibration.checks.work import method
from calibration.reports.pictures import BLUE, GREY, ORANGE, VERMILION, blank, open_frame
from calibration.reports.report import Cell, Picture, Pictures, Report, Table
from simulation.arrays import Array
from simulation.dates import FIRST_YEAR
from simulation.errors import listed

_COLOURS = {FREE: BLUE, CONDITIONED: ORANGE}


def external_report(
    rows: Sequence[Beside], histories: Sequence[Mapping[str, Array]], origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of series beside histories and accounts.

    ``histories`` (years, R) by kind stand in the order of the series.
    """
    series = list(dict.fromkeys(row.series.name for row in rows))
    report = Report(
        check="external",
        title="Series that nobody fitted",
        finding=" ".join(map(_sentence, rows)),
        reached=None,
        origin=dict(origin),
        parts=(
            method("external", numbers=FITTED_NUMBERS, clear=CLEAR),
            Picture(name="series", caption="Series, histories (5 to 95 %, mean) year by year"),
            _order_table(rows),
            _account_table(rows),
            _level_table(rows),
        ),
        values={
            name: {row.span: _values(row) for row in rows if row.series.name == name}
            for name in series
        },
    )
    each = {row.series.name: row.series for row in rows}
    return report, {"series": series_figure(list(each.values()), histories)}


def _sentence(row: Beside) -> str:
    if row.best is None:
        return f"{row.series.name}, {row.span}: no account of it varies."
    verdicts = listed(
        f"{kind} histories {row.verdict(kind)} ({difference:+.2f} ± {error:.2f})"
        for kind, (difference, error) in row.differences.items()
    )
    return (
        f"{row.series.name}, {row.span} ({row.years}): in the order of the years "
        f"{verdicts} than the best account, {row.best.name} ({row.best.order:.2f})."
    )


def _order_table(rows: Sequence[Beside]) -> Table:
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        for kind, likeness in row.histories.items():
            difference = row.differences.get(kind)
            cells.append(
                (
                    row.series.name,
                    row.span,
                    row.years,
                    kind,
                    str(likeness.order),
                    likeness.mean_order,
                    None if row.best is None else f"{row.best.name} {row.best.order:.2f}",
                    None if difference is None else f"{difference[0]:+.2f} ± {difference[1]:.2f}",
                    row.verdict(kind),
                )
            )
    return Table(
        title="Order of the years: rank correlation with the series",
        columns=(
            *("series", "over", "years", "histories", "single histories, median (5 to 95 %)"),
            *("their mean", "best account", "mean minus best account", "histories are"),
        ),
        rows=cells,
    )


def _account_table(rows: Sequence[Beside]) -> Table:
    cells = [
        (row.series.name, row.span, each.name, FITTED_NUMBERS, each.order, each.peak)
        for row in rows
        for each in row.accounts
    ]
    columns = (
        "series",
        "over",
        "account",
        "numbers fitted",
        "rank correlation",
        "peak, years after",
    )
    return Table(title="Accounts fitted to the series itself", columns=columns, rows=cells)


def _level_table(rows: Sequence[Beside]) -> Table:
    cells = [
        (
            row.series.name,
            row.span,
            kind,
            None if likeness.level is None else str(likeness.level),
            str(likeness.peak),
        )
        for row in rows
        for kind, likeness in row.histories.items()
    ]
    columns = ("series", "over", "histories", "level over that of the series", "peak, years after")
    return Table(title="Level and peak, median (5 to 95 %)", columns=columns, rows=cells)


def _values(row: Beside) -> dict[str, Any]:
    return {
        "years": row.years,
        "histories": {
            kind: asdict(likeness) | {"verdict": row.verdict(kind)}
            for kind, likeness in row.histories.items()
        },
        "accounts": {
            each.name: {"order": each.order, "peak": each.peak, "numbers": FITTED_NUMBERS}
            for each in row.accounts
        },
        "best_account": row.best and row.best.name,
        "differences": {kind: list(both) for kind, both in row.differences.items()},
    }


def series_figure(series: Sequence[Series], histories: Sequence[Mapping[str, Array]]) -> Figure:
    """Each series with the ranges and means of histories, as far as it goes."""
    figure = blank(8, 2.6 * len(series) + 0.4)
    panels = figure.subplots(len(series), squeeze=False)[:, 0]
    for axes, each, own in zip(panels, series, histories, strict=True):
        _panel(axes, each, own)
    panels[0].legend(frameon=False, fontsize=8)
    figure.tight_layout()
    return figure


def _panel(axes: Axes, series: Series, histories: Mapping[str, Array]) -> None:
    """One series; where units differ it is drawn on an axis of its own."""
    years = np.arange(series.years[0], series.years[-1] + 1)
    for kind, values in histories.items():
        own = values[years - FIRST_YEAR]
        low, high = np.quantile(own, (0.05, 0.95), axis=1)
        axes.fill_between(years, low, high, color=_COLOURS[kind], alpha=0.2, linewidth=0)
        axes.plot(years, own.mean(axis=1), color=_COLOURS[kind], label=f"{kind} histories")
    axes.plot([], [], "o", color=VERMILION, label="series")
    beside = axes if series.comparable else axes.twinx()
    beside.plot(series.years, series.yearly, "o", color=VERMILION, markersize=4)
    axes.set_title(series.name, fontsize=9, loc="left")
    axes.tick_params(colors=GREY)
    open_frame(axes)
