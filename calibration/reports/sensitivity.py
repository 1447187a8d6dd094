"""The report of the global sensitivity: which parameters and drivers the breaks depend on, and which matter to none."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from calibration.checks.laboratory import DATE, DUMMIES, DUMMY, RANGE, outcome_names
from calibration.checks.sensitivity import CLEAR, Apportioned, Screened
from calibration.reports.form import CheckReport, ReportFigure, ReportTable
from scenarios.outcomes import PAIR_NAMES
from simulation.errors import listed

_PAIRS = len(PAIR_NAMES)
#: Levers named in the finding for each break.
_NAMED = 2
#: Total index that is worth naming.
_WORTH = 0.1

_HOW = (
    "What is looked at are means over replicates: the share of histories in which a pair breaks by 1980, "
    "and the median date (never counts as after 1980). Parameters vary, independently of one another, "
    f"between the {RANGE[0]:.0%} and {RANGE[1]:.0%} quantiles of their draws, in history as documented. All "
    "are screened along random paths (Morris: mean absolute effect, scaled to the whole range). An effect "
    f"counts if it exceeds what {DUMMIES} levers that do nothing show (mean + {CLEAR:g} standard "
    "deviations). Then the variance is apportioned among the leading ones, the others staying in the "
    "middle (Sobol: the first-order index is the part due to a lever alone, the total index that in which "
    "it has any share; ± half of the 95 % interval; the dummy shows what chance gives). Drivers are "
    "switches, as documented or silent throughout (leaderships: the first one stays), any number of them "
    "at a time, with the parameters in the middle."
)


def sensitivity_report(
    screening: Screened, shares: Apportioned, drivers: Apportioned, origin: Mapping[str, Any]
) -> CheckReport:
    """The report of a screening, and of the variances apportioned among the leading parameters and among drivers."""
    unfelt = _unfelt(screening)
    return CheckReport(
        name="sensitivity",
        title="On which parameters and drivers the breaks depend",
        finding=_finding(screening, shares, drivers),
        reached=None,
        origin=origin,
        parts=(
            _HOW,
            ReportFigure("drivers", "Total indices of the drivers", total_figure(drivers)),
            _index_table(drivers, range(_PAIRS, 2 * _PAIRS), "the median date among drivers"),
            _index_table(drivers, range(_PAIRS), "the share broken by 1980 among drivers"),
            ReportFigure(
                "parameters", "Total indices of the leading parameters", total_figure(shares)
            ),
            _index_table(shares, range(_PAIRS, 2 * _PAIRS), "the median date among parameters"),
            _index_table(shares, range(_PAIRS), "the share broken by 1980 among parameters"),
            _effect_table(screening, range(_PAIRS, 2 * _PAIRS), "median date, quarters", 1),
            _effect_table(screening, range(_PAIRS), "share by 1980, percentage points", 100),
            f"**No break depends on these** ({len(unfelt)} of {len(_real(screening))} parameters; effects "
            f"no larger than chance on every share and date): {listed(unfelt) or 'none'}.",
        ),
        values={
            "no_effect": unfelt,
            "screening": {
                lever.name: dict(zip(outcome_names(), screening.effects[place], strict=True))
                for place, lever in enumerate(screening.levers)
            },
            "floor": dict(zip(outcome_names(), screening.floor, strict=True)),
            "parameters": {
                "total": _by_lever(shares, shares.total),
                "first": _by_lever(shares, shares.first),
            },
            "drivers": {
                "total": _by_lever(drivers, drivers.total),
                "first": _by_lever(drivers, drivers.first),
            },
        },
    )


def _by_lever(shares: Apportioned, table: Any) -> dict[str, dict[str, float]]:
    return {
        lever.name: dict(zip(outcome_names(), table[place], strict=True))
        for place, lever in enumerate(shares.levers)
    }


def _real(screening: Screened) -> list[int]:
    return [
        place for place, lever in enumerate(screening.levers) if not lever.name.startswith(DUMMY)
    ]


def _unfelt(screening: Screened) -> list[str]:
    return [
        screening.levers[place].name
        for place in _real(screening)
        if not screening.felt[place].any()
    ]


def _finding(screening: Screened, shares: Apportioned, drivers: Apportioned) -> str:
    told = []
    for number, pair in enumerate(PAIR_NAMES):
        causes = [*_leading(drivers, number), *_leading(shares, number)]
        told.append(f"{pair}: {', '.join(causes) or 'nothing in particular'}")
    return (
        "The median dates depend most on these drivers and parameters (total share of variance): "
        f"{'; '.join(told)}. {len(_unfelt(screening))} of {len(_real(screening))} parameters move no break "
        "more than chance does."
    )


def _leading(shares: Apportioned, number: int) -> list[str]:
    """The levers with the largest total indices on the median date of a pair, in words."""
    total = np.nan_to_num(shares.total[:, _PAIRS + number], nan=-1.0)
    order = [place for place in np.argsort(-total) if shares.levers[place].name != DUMMY][:_NAMED]
    return [
        f"{shares.levers[place].name} ({total[place]:.2f})"
        for place in order
        if total[place] > _WORTH
    ]


def _index_table(shares: Apportioned, columns: range, what: str) -> ReportTable:
    rows = []
    for place in np.argsort(-np.nan_to_num(shares.total[:, list(columns)]).max(axis=1)):
        cells = [
            _index(shares.first[place, column], shares.first_errors[place, column])
            + " / "
            + _index(shares.total[place, column], shares.total_errors[place, column])
            for column in columns
        ]
        rows.append((shares.levers[place].name, *cells))
    return ReportTable(
        f"Variance of {what}: first-order / total index", ("lever", *PAIR_NAMES), rows
    )


def _index(value: float, error: float) -> str:
    if np.isnan(value):
        return "–"
    return f"{value:.2f} ± {error:.2f}"


def _effect_table(
    screening: Screened, columns: range, what: str, scale: float, number: int = 20
) -> ReportTable:
    chosen = list(columns)
    most = np.maximum(screening.effects[:, chosen].max(axis=0), np.finfo(float).tiny)
    order = np.argsort(-(screening.effects[:, chosen] / most).max(axis=1))
    rows: list[Sequence[object]] = []
    for place in [place for place in order if place in set(_real(screening))][:number]:
        cells = [
            f"{scale * screening.effects[place, column]:.1f}"
            + ("" if screening.felt[place, column] else " (chance)")
            for column in chosen
        ]
        rows.append((screening.levers[place].name, *cells))
    rows.append(("chance alone", *(f"{scale * screening.floor[column]:.1f}" for column in chosen)))
    return ReportTable(f"Screening, mean absolute effect on {what}", ("lever", *PAIR_NAMES), rows)


def total_figure(shares: Apportioned) -> Figure:
    """Total indices of the leading levers on the median date of every break, darker for larger."""
    columns = [place for place, name in enumerate(outcome_names()) if name.endswith(DATE)]
    values = shares.total[:, columns]
    order = np.argsort(-np.nan_to_num(values).max(axis=1))
    figure = Figure(figsize=(9, 0.36 * len(order) + 1.6))
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    picture = axes.imshow(np.nan_to_num(values[order]), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, place in enumerate(order):
        for column, value in enumerate(values[place]):
            shown = "–" if np.isnan(value) else f"{value:.2f}"
            axes.text(
                column,
                row,
                shown,
                ha="center",
                va="center",
                color="white" if value > 0.6 else "black",
            )
    axes.set_xticks(range(len(columns)), [name.replace("-", "-\n") for name in PAIR_NAMES])
    axes.set_yticks(range(len(order)), [shares.levers[place].name for place in order])
    axes.tick_params(length=0)
    axes.set_title(
        "Part of the variance of the median date in which a lever has a share",
        loc="left",
        fontsize=10,
    )
    figure.colorbar(picture, ax=axes, label="total index", fraction=0.03)
    figure.tight_layout()
    return figure
