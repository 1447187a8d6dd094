"""The reports of recovery and rank checks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from calibration.checks.recovery.coverage import (
    MOST_ERRORS,
    Coverage,
    band_points,
    coverage_of,
    even_band,
    most_outside,
    most_wide,
    outside_band,
    places_table,
    uniformity,
)
from calibration.checks.recovery.record_fits import RecordFits, quantity_names
from calibration.origin import origin_of
from calibration.reports.form import CheckReport, ReportFigure, ReportTable
from scenarios.charts.look import BLUE, GREY, VERMILION
from simulation.arrays import Array
from simulation.parameters import parameter_table

Flags = NDArray[np.bool_]
RANK_LEVELS = (0.5, 0.8, 0.9, 0.95)
RECOVERY_LEVELS = (0.5, 0.9)
#: In recovery, 90 % intervals are to cover between these shares of the true values.
RECOVERY_GOAL = (0.80, 0.97)
#: Ranks so uneven that any of all quantities would show them with this chance are held to be wrong.
SUSPICIOUS = 0.01
#: Fits are told apart by the correlation of their vectors with those before the last moves: they have forgotten their
#: beginning below the first of these, and remember it above the second.
MEMORIES = (0.25, 0.5)
_COLUMNS = 4


def rank_report(fits: RecordFits, results: Sequence[Mapping[str, Any]], wanted: int) -> CheckReport:
    """The report of simulation-based calibration: ranks of every quantity and coverage of intervals."""
    names = quantity_names()
    places = places_table(results, names)
    outside = outside_band(places)
    coverages = [coverage_of(places, level) for level in RANK_LEVELS]
    allowed = most_outside(len(names))
    wide = sum(int((np.abs(coverage.distance) > MOST_ERRORS).sum()) for coverage in coverages)
    cases = len(names) * len(coverages)
    allowed_wide = most_wide(cases)
    chances = uniformity(places)
    uneven = int((chances < SUSPICIOUS / len(names)).sum())
    reached = bool(
        len(results) >= wanted and outside.sum() <= allowed and wide <= allowed_wide and not uneven
    )
    finding = (
        f"{_of(results, wanted, 'walked from')} "
        f"Ranks of {int(outside.sum())} of {len(names)} quantities leave their 95 % simultaneous band (up to {allowed} "
        f"would by chance, but for one case in a hundred); {wide} of {cases} "
        f"coverages lie more than {MOST_ERRORS} binomial standard errors from their level (up to {allowed_wide}); "
        f"{uneven} quantities are so uneven that any of them would be once in a hundred such checks (none may be). "
        + (
            "Likelihood and steps keep the posterior of what the rules make."
            if reached
            else _shape_of(places, names, outside)
        )
    )
    parts = (
        _about(results),
        ReportTable(
            "Coverage, all quantities together", _COVERAGE_HEADS, _coverage_rows(coverages)
        ),
        ReportFigure(
            "ecdf",
            "Places of true values among the ends of chains, less the even distribution; the grey band holds a whole "
            "line with 95 % chance. Red lines leave it.",
            ecdf_figure(places, names, outside),
        ),
        _worst_table(places, names, outside, coverages),
    )
    return CheckReport(
        "ranks",
        "Ranks: simulation-based calibration",
        finding,
        reached,
        _origin(fits, results, wanted),
        parts,
        _values(places, names, outside, coverages),
    )


def recovery_report(
    fits: RecordFits, results: Sequence[Mapping[str, Any]], wanted: int
) -> CheckReport:
    """The report of parameter recovery: do intervals cover, and how much of a parameter does a record tell."""
    names = tuple(parameter_table())
    places = places_table(results, names)
    coverages = [coverage_of(places, level) for level in RECOVERY_LEVELS]
    shares = [float(coverage.share.mean()) for coverage in coverages]
    low, high = RECOVERY_GOAL
    reached = bool(len(results) >= wanted and low <= shares[1] <= high)
    spread = np.array([result["spread"][: len(names)] for result in results])
    contraction = 1 - (spread**2).mean(axis=0)
    strongest = np.argsort(-contraction)
    told, untold = int((contraction >= 0.5).sum()), int((contraction < 0.1).sum())
    finding = (
        f"{_of(results, wanted, 'fitted')} Over all parameters, 50 % intervals held the true value in "
        f"{shares[0]:.1%} of cases "
        f"and 90 % intervals in {shares[1]:.1%} (goal: {low:.0%} to {high:.0%}). One record narrows {told} of "
        f"{len(names)} parameters by half or more of the prior's variance, {untold} by less than a tenth."
    )
    memories = _memory_rows(results, coverages)
    finding += "".join(
        f" In the {number} records whose fits {how}, 90 % intervals cover {ninety:.1%}."
        for how, number, _, _, ninety in (memories[0], memories[-1])
        if number
    )
    rows = [
        (
            names[place],
            float(contraction[place]),
            float(np.corrcoef(_truths(results)[:, place], _means(results)[:, place])[0, 1]),
            float(coverages[0].share[place]),
            float(coverages[1].share[place]),
        )
        for place in strongest
    ]
    heads = (
        "parameter",
        "contraction",
        "correlation of true value and mean",
        "50 % covers",
        "90 % covers",
    )
    parts = (
        _about(results),
        ReportTable(
            "Coverage, all parameters together", _COVERAGE_HEADS, _coverage_rows(coverages)
        ),
        ReportTable(
            "Coverage, by whether fits had forgotten their beginning (correlation of their vectors with those before "
            "the last moves)",
            ("fits", "records", "dated moves", "50 % covers", "90 % covers"),
            memories,
        ),
        ReportFigure(
            "recovered",
            "True values and posterior means of the parameters that a record tells most about, in standard "
            "deviations of the prior; the lines are 50 % intervals.",
            recovery_figure(results, strongest[:12], names),
        ),
        ReportTable("Parameters, the best told first", heads, rows),
    )
    values = {"coverage": {str(c.level): dict(zip(names, c.share, strict=True)) for c in coverages}}
    values["contraction"] = dict(zip(names, contraction, strict=True))
    return CheckReport(
        "recovery",
        "Recovery of known parameters from simulated records",
        finding,
        reached,
        _origin(fits, results, wanted),
        parts,
        values | {"covered": dict(zip(map(str, RECOVERY_LEVELS), shares, strict=True))},
    )


def _memory_rows(
    results: Sequence[Mapping[str, Any]], coverages: Sequence[Coverage]
) -> list[tuple[str, int, float, float, float]]:
    """Fits in three groups by memory: how many, of how many dated moves on average, and what their intervals cover."""
    low, high = MEMORIES
    groups = np.digitize([result["memory"] for result in results], MEMORIES)
    told = (
        f"had forgotten (below {low})",
        f"remembered a little ({low} to {high})",
        f"still remembered ({high} and above)",
    )
    moves = np.array([result["moves"] for result in results], dtype=float)
    rows = []
    for group, how in enumerate(told):
        of = groups == group
        counted, fifty, ninety = (
            float(held[of].mean()) if of.any() else np.nan
            for held in (moves, *(coverage.held for coverage in coverages))
        )
        rows.append((how, int(of.sum()), counted, fifty, ninety))
    return rows


def ecdf_figure(places: Array, names: Sequence[str], outside: Flags) -> Figure:
    """How the places of every quantity are spread, less the even spread: one panel for each part of the rules."""
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(_group_of(name), []).append(place)
    figure = Figure(figsize=(13, 2.5 * -(-len(groups) // _COLUMNS) + 0.4))
    FigureCanvasAgg(figure)
    panels = figure.subplots(
        -(-len(groups) // _COLUMNS), _COLUMNS, sharex=True, sharey=True, squeeze=False
    )
    points = band_points(len(places))
    low, high = even_band(len(places))
    for axes in panels.flat:
        axes.set_axis_off()
    for axes, (group, members) in zip(panels.flat, groups.items(), strict=False):
        axes.set_axis_on()
        axes.fill_between(points, low - points, high - points, color="#DDDDDD", linewidth=0)
        axes.axhline(0, color=GREY, linewidth=0.5)
        axes.set_title(f"{group} ({len(members)})", fontsize=9, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        for place in members:
            line = (places[:, place, np.newaxis] <= points).mean(axis=0) - points
            axes.plot(points, line, color=VERMILION if outside[place] else BLUE, linewidth=0.9)
            if outside[place]:
                peak = int(np.argmax(np.maximum(line + points - high, low - points - line)))
                axes.annotate(
                    names[place],
                    (points[peak], line[peak]),
                    fontsize=6,
                    color=VERMILION,
                    ha="left" if points[peak] < 0.5 else "right",
                )
    figure.supxlabel("place of the true value among the draws", fontsize=9)
    figure.supylabel("share of records up to there, less the even share", fontsize=9)
    figure.tight_layout(pad=0.6, rect=(0.02, 0.01, 1, 1))
    return figure


def _group_of(name: str) -> str:
    """The part of the rules a parameter belongs to, or what kind of quantity it is."""
    table = parameter_table()
    if name in table:
        return table[name].rule.split(".")[0]
    return "breaks in free histories" if name.startswith("break of") else name


def recovery_figure(
    results: Sequence[Mapping[str, Any]], chosen: NDArray[np.int64], names: Sequence[str]
) -> Figure:
    """True values against posterior means for some parameters."""
    figure = Figure(figsize=(12, 8.4))
    FigureCanvasAgg(figure)
    panels = figure.subplots(3, 4, sharex=True, sharey=True)
    truths, means = _truths(results), _means(results)
    spreads = np.array([result["spread"] for result in results], dtype=float)
    for axes, place in zip(panels.flat, chosen, strict=True):
        _recovered(axes, truths[:, place], means[:, place], spreads[:, place], names[place])
    figure.supxlabel("true value (standard deviations of the prior)")
    figure.supylabel("posterior mean")
    figure.tight_layout()
    return figure


def _recovered(axes: Axes, truth: Array, mean: Array, spread: Array, name: str) -> None:
    axes.plot([-3, 3], [-3, 3], color=GREY, linewidth=0.8)
    axes.errorbar(
        truth, mean, yerr=0.674 * spread, fmt="o", markersize=3, color=BLUE, elinewidth=0.7
    )
    axes.set_title(name, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)


_COVERAGE_HEADS = (
    "interval",
    "covers",
    "least of any quantity",
    "most of any quantity",
    "further than allowed",
)


def _coverage_rows(coverages: Sequence[Coverage]) -> list[tuple[object, ...]]:
    return [
        (
            f"{coverage.level:.0%}",
            float(coverage.share.mean()),
            float(coverage.share.min()),
            float(coverage.share.max()),
            int((np.abs(coverage.distance) > MOST_ERRORS).sum()),
        )
        for coverage in coverages
    ]


def _worst_table(
    places: Array, names: Sequence[str], outside: Flags, coverages: Sequence[Coverage]
) -> ReportTable:
    chances = uniformity(places)
    rows = [
        (names[k], bool(not outside[k]), float(chances[k]), *(float(c.share[k]) for c in coverages))
        for k in np.argsort(chances)
    ]
    levels = tuple(f"{c.level:.0%} covers" for c in coverages)
    heads = ("quantity", "inside the band", "chance of so uneven ranks", *levels)
    return ReportTable("Every quantity, the least even first", heads, rows)


def _shape_of(places: Array, names: Sequence[str], outside: Flags) -> str:
    """In words, what is wrong with places that are not even."""
    ends = float((np.abs(2 * places - 1) > 0.9).mean())
    told = (
        "too narrow"
        if ends > 0.12
        else "too wide"
        if ends < 0.08
        else "neither too narrow nor too wide as a whole"
    )
    uneven = [name for name, left in zip(names, outside, strict=True) if left][:8]
    listed = (
        f" Outside: {', '.join(uneven)}{' and others' if outside.sum() > len(uneven) else ''}."
        if uneven
        else ""
    )
    return f"True values lie in the outermost tenth of the draws in {ends:.1%} of cases: posteriors are {told}.{listed}"


def _of(results: Sequence[Mapping[str, Any]], wanted: int, done: str) -> str:
    if len(results) >= wanted:
        return f"{len(results)} records were simulated with parameters drawn from the prior, and {done}."
    return f"Only {len(results)} of {wanted} simulated records have been {done} so far; this is no verdict."


def _about(results: Sequence[Mapping[str, Any]]) -> str:
    """What the simulated records were like, and how the draws from their posteriors were made."""

    def middle(name: str) -> float:
        return float(np.median([result[name] for result in results]))

    silent = sum(bool(result["degenerate"]) for result in results)
    records = (
        f"The middle record holds {middle('moves'):.0f} dated moves, {middle('aid'):.0f} sums of aid, "
        f"{middle('shares'):.0f} answers to requests and {middle('interest'):.0f} rates of interest; {silent} hold "
        "nothing but silence. "
    )
    if "accepted" in results[0]:
        spread = np.median(
            [np.mean(result["spread"][: len(parameter_table())]) for result in results]
        )
        return (
            f"{records}The parameters that made a record are a draw from its posterior. The sampler's steps lead from "
            "them to a common origin, and from there many chains lead as many steps away; truth and ends are alike in "
            "all but name if likelihood and steps are right (Besag and Clifford 1989; Gandy and Scott 2020). Nothing "
            "has to converge for this; whether fits converge is what recovery and agreement tell. In the middle "
            f"record {middle('accepted'):.0%} of the steps were accepted and the ends spread over {spread:.2f} of the "
            f"prior's standard deviation; it took {middle('seconds'):.0f} seconds. The less the ends "
            "spread, the less would a fault show; what they leave open is for recovery to prove."
        )
    return (
        f"{records}Its fit took {middle('seconds'):.0f} seconds and {middle('bridges'):.0f} bridges, and ended with "
        f"{middle('families'):.0f} families; vectors kept a correlation of {middle('memory'):.2f} with those before "
        "the last moves."
    )


def _truths(results: Sequence[Mapping[str, Any]]) -> Array:
    return np.array([result["truth"] for result in results], dtype=float)


def _means(results: Sequence[Mapping[str, Any]]) -> Array:
    return np.array([result["mean"] for result in results], dtype=float)


def _origin(fits: RecordFits, results: Sequence[Mapping[str, Any]], wanted: int) -> dict[str, Any]:
    told = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in asdict(fits.effort).items()
    )
    return origin_of(seed=fits.seed, records=len(results), records_wanted=wanted, effort=told)


def _values(
    places: Array, names: Sequence[str], outside: Flags, coverages: Sequence[Coverage]
) -> dict[str, Any]:
    return {
        "fits": len(places),
        "outside_band": [name for name, left in zip(names, outside, strict=True) if left],
        "coverage": {str(c.level): dict(zip(names, c.share, strict=True)) for c in coverages},
        "uniformity": dict(zip(names, uniformity(places), strict=True)),
    }
