"""The report of the global sensitivity: what the breaks depend on, and what matters to none."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from calibration.checks.sensitivity.indices import CLEAR, Apportioned, Screened
from calibration.checks.sensitivity.laboratory import DATE, DUMMIES, DUMMY, RANGE, outcome_names
from calibration.checks.work import method
from calibration.reports.pictures import blank
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from scenarios.outcomes import PAIR_NAMES
from simulation.arrays import Array
from simulation.errors import listed
from simulation.parameters import parameter_table

#: The places of the shares by 1980 and of the median dates among the outcomes.
_SHARES = range(len(PAIR_NAMES))
_DATES = range(len(PAIR_NAMES), 2 * len(PAIR_NAMES))
#: Levers that count as leading on a date, and how many of them are named in the finding.
_LEADING, _NAMED = 2, 3
#: Total index that is worth naming.
_WORTH = 0.1
#: Levers in a table of the screening.
_SHOWN = 20


def sensitivity_report(
    screening: Screened, shares: Apportioned, drivers: Apportioned, origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of a screening, and of the variances among leading parameters and drivers."""
    idle, real = _idle(screening), _real(screening)
    report = Report(
        check="sensitivity",
        title="On which parameters and drivers the breaks depend",
        finding=_finding(screening, shares, drivers),
        reached=None,
        origin=dict(origin),
        parts=(
            method("sensitivity", low=RANGE[0], high=RANGE[1], dummies=DUMMIES, clear=CLEAR),
            Picture(name="drivers", caption="Total indices of the drivers"),
            _index_table(drivers, _DATES, "the median date among drivers"),
            _index_table(drivers, _SHARES, "the share broken by 1980 among drivers"),
            Picture(name="parameters", caption="Total indices of the leading parameters"),
            _index_table(shares, _DATES, "the median date among parameters"),
            _index_table(shares, _SHARES, "the share broken by 1980 among parameters"),
            _effect_table(screening, _DATES, "median date, quarters", 1),
            _effect_table(screening, _SHARES, "share by 1980, percentage points", 100),
            f"**No break depends on these** ({len(idle)} of {len(real)} parameters; effects no "
            f"larger than chance on every share and date): {listed(idle) or 'none'}.",
        ),
        goals=(
            Goal(
                name="On which parameters and drivers the dates depend",
                goal="",
                measured=f"{len(idle)} parameters move no break more than chance does",
                reached=None,
            ),
        ),
        values={
            "no_effect": idle,
            "screening": _by_lever(screening, screening.effects),
            "floor": dict(zip(outcome_names(), screening.floor, strict=True)),
            **{
                name: {"total": _by_lever(of, of.total), "first": _by_lever(of, of.first)}
                for name, of in (("parameters", shares), ("drivers", drivers))
            },
        },
    )
    return report, {"drivers": total_figure(drivers), "parameters": total_figure(shares)}


def _by_lever(measured: Screened | Apportioned, table: Array) -> dict[str, dict[str, float]]:
    return {
        lever.name: dict(zip(outcome_names(), row, strict=True))
        for lever, row in zip(measured.levers, table, strict=True)
    }


def _real(screening: Screened) -> list[int]:
    """The places of the levers that are no dummies."""
    levers = enumerate(screening.levers)
    return [place for place, lever in levers if not lever.name.startswith(DUMMY)]


def _idle(screening: Screened) -> list[str]:
    """The levers that move no outcome more than chance does."""
    felt = np.any(screening.felt, axis=1).tolist()
    return [screening.levers[place].name for place in _real(screening) if not felt[place]]


def _finding(screening: Screened, shares: Apportioned, drivers: Apportioned) -> str:
    return (
        f"Of drivers the median dates depend most on {_leading(drivers)}; of parameters on "
        f"{_leading(shares)}. In brackets: on how many of the {len(_DATES)} dates a lever is among "
        f"the first {_LEADING}, and the largest part of a date's variance in which it has a share. "
        f"{len(_idle(screening))} of {len(_real(screening))} parameters move no break more than "
        "chance does."
    )


def _leading(shares: Apportioned) -> str:
    """The levers with the largest total indices on any date, in words, the most frequent first."""
    total = np.nan_to_num(shares.total, nan=-1.0)
    real = [place for place, lever in enumerate(shares.levers) if lever.name != DUMMY]
    felt: dict[int, list[float]] = {}
    for date in _DATES:
        for place in sorted(real, key=lambda place: -total[place, date])[:_LEADING]:
            if total[place, date] > _WORTH:
                felt.setdefault(place, []).append(total[place, date])
    order = sorted(felt, key=lambda place: (-len(felt[place]), -max(felt[place])))
    meanings = {name: parameter.meaning for name, parameter in parameter_table().items()}
    named = (
        f"{meanings.get(name := shares.levers[place].name, name)} "
        f"({len(felt[place])}; {max(felt[place]):.0%})"
        for place in order[:_NAMED]
    )
    return listed(named) or "nothing in particular"


def _index_table(shares: Apportioned, outcomes: range, what: str) -> Table:
    def indices(column: int, place: int) -> str:
        first = _index(shares.first[place, column], shares.first_errors[place, column])
        total = _index(shares.total[place, column], shares.total_errors[place, column])
        return f"{first} / {total}"

    return Table.of(
        f"Variance of {what}: first-order / total index",
        np.argsort(-np.nan_to_num(shares.total[:, list(outcomes)]).max(axis=1)),
        {
            "lever": lambda place: shares.levers[place].name,
            **_by_pair(outcomes, indices),
        },
    )


def _by_pair(outcomes: range, cell: Callable[[int, Any], str]) -> dict[str, Callable[[Any], str]]:
    """A column for the outcome of each pair, its cells made from outcome and lever."""
    columns = zip(PAIR_NAMES, outcomes, strict=True)
    return {name: partial(cell, column) for name, column in columns}


def _index(value: float, error: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f} ± {error:.2f}"


def _effect_table(screening: Screened, outcomes: range, what: str, scale: float) -> Table:
    effects = screening.effects[:, list(outcomes)]
    most = np.maximum(effects.max(axis=0), np.finfo(float).tiny)
    real = set(_real(screening))
    order = [place for place in np.argsort(-(effects / most).max(axis=1)) if place in real]

    def effect(column: int, place: int | None) -> str:
        if place is None:
            return f"{scale * screening.floor[column]:.1f}"
        felt = "" if screening.felt[place, column] else " (chance)"
        return f"{scale * screening.effects[place, column]:.1f}{felt}"

    return Table.of(
        f"Screening, mean absolute effect on {what}",
        [*order[:_SHOWN], None],
        {
            "lever": lambda place: (
                "chance alone" if place is None else screening.levers[place].name
            ),
            **_by_pair(outcomes, effect),
        },
    )


def total_figure(shares: Apportioned) -> Figure:
    """Total indices of the levers on the median date of every break, darker for larger."""
    columns = [place for place, name in enumerate(outcome_names()) if name.endswith(DATE)]
    values = shares.total[:, columns]
    order = np.argsort(-np.nan_to_num(values).max(axis=1))
    figure = blank(9, 0.36 * len(order) + 1.6)
    axes = figure.subplots()
    picture = axes.imshow(np.nan_to_num(values[order]), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(values[order]):
        text = "–" if np.isnan(value) else f"{value:.2f}"
        colour = "white" if value > 0.6 else "black"
        axes.text(column, row, text, ha="center", va="center", color=colour)
    axes.set_xticks(range(len(columns)), [name.replace("-", "-\n") for name in PAIR_NAMES])
    axes.set_yticks(range(len(order)), [shares.levers[place].name for place in order])
    axes.tick_params(length=0)
    title = "Part of the variance of the median date in which a lever has a share"
    axes.set_title(title, loc="left", fontsize=10)
    figure.colorbar(picture, ax=axes, label="total index", fraction=0.03)
    figure.tight_layout()
    return figure
