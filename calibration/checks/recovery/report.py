"""The reports of recovery and rank checks: where true values stand among draws from posteriors."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from calibration.checks.identified import INFORMED, WEAK
from calibration.checks.recovery.coverage import (
    MOST_ERRORS,
    Coverage,
    Flags,
    Results,
    coverage_of,
    coverage_table,
    coverage_values,
    most_outside,
    most_wide,
    outside_band,
    pooled,
    uniformity,
    wide,
)
from calibration.checks.recovery.folder import MOST_VARIANCE, RecordFits, quantity_names
from calibration.checks.recovery.pictures import ecdf_figure, recovery_figure
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from simulation.parameters import parameter_table

RANK_LEVELS = (0.5, 0.8, 0.9, 0.95)
RECOVERY_LEVELS = (0.5, 0.9)
#: In recovery, 90 % intervals are to cover between these shares of the true values.
RECOVERY_GOAL = (0.87, 0.93)
#: Ranks so uneven that any of all quantities would show them with this chance count as wrong.
SUSPICIOUS = 0.01
#: Fits are told apart by the correlation of their vectors with those before the last moves: they
#: have forgotten their beginning below the first of these, and remember it above the second.
MEMORIES = (0.25, 0.5)
#: The level of which the coverage of all quantities together is told, and how many errors it may
#: lie away, which it does by chance in one case of a hundred.
_POOLED, _CLEAR = 0.9, 2.58
#: Quantities outside their band that the finding names.
_NAMED = 8
#: Parameters whose recovery is pictured.
_PICTURED = 12


def rank_report(
    fits: RecordFits, rows: Sequence[Mapping[str, Any]], wanted: int
) -> tuple[Report, Pictures]:
    """The report of simulation-based calibration: ranks of every quantity, and coverage."""
    results = Results(fits, rows, wanted, quantity_names())
    names, places = results.names, results.places
    outside, chances = outside_band(places), uniformity(places)
    coverages = [coverage_of(places, level) for level in RANK_LEVELS]
    number, distant = int(outside.sum()), sum(wide(coverage) for coverage in coverages)
    cases = len(names) * len(coverages)
    allowed, allowed_distant = most_outside(len(names)), most_wide(cases)
    uneven = int((chances < SUSPICIOUS / len(names)).sum())
    held, error = pooled(coverages[RANK_LEVELS.index(_POOLED)])
    shape = _shape_of(held, error)
    even = number <= allowed and distant <= allowed_distant and not uneven and not shape
    reached = len(rows) >= wanted and even
    finding = (
        f"{results.number('walked from')} Ranks of {number} of {len(names)} quantities leave their "
        f"95 % simultaneous band (up to {allowed} would by chance, but for one case in a hundred); "
        f"{distant} of {cases} coverages lie more than {MOST_ERRORS} binomial standard errors "
        f"from their level (up to {allowed_distant}); {uneven} quantities are so uneven that any "
        "of them would be once in a hundred such checks (none may be). Of all true values "
        f"{100 * held:.1f} ± {100 * error:.1f} % lie in intervals of {_POOLED:.0%}{shape}. "
    )
    finding += (
        "Likelihood and steps keep the posterior of what the rules make."
        if reached
        else _those_outside(names, outside)
    )
    caption = (
        "Places of true values among the ends of chains, less the even distribution; the grey band "
        "holds a whole line with 95 % chance. Red lines leave it."
    )
    report = Report(
        check="ranks",
        title="Ranks: simulation-based calibration",
        finding=finding,
        reached=reached,
        origin=results.origin,
        parts=(
            results.description() + _how_walked(results),
            coverage_table("quantities", coverages),
            Picture(name="ecdf", caption=caption),
            Table(
                title="Every quantity, the least even first",
                columns=(
                    "quantity",
                    "inside the band",
                    "chance of so uneven ranks",
                    *(f"{coverage.level:.0%} covers" for coverage in coverages),
                ),
                rows=[
                    (names[k], bool(~outside[k]), chances[k], *(c.share[k] for c in coverages))
                    for k in np.argsort(chances)
                ],
            ),
        ),
        goals=(
            Goal(
                name="True values among the draws",
                goal="evenly, for every quantity",
                measured=f"{len(rows)} records; {number} of {len(names)} quantities leave their "
                "band",
                reached=reached,
            ),
        ),
        values={
            "fits": len(places),
            "outside_band": [name for name, left in zip(names, outside, strict=True) if left],
            "coverage": coverage_values(names, coverages),
            "uniformity": dict(zip(names, chances, strict=True)),
        },
    )
    return report, {"ecdf": ecdf_figure(places, names, outside)}


def recovery_report(
    fits: RecordFits, rows: Sequence[Mapping[str, Any]], wanted: int
) -> tuple[Report, Pictures]:
    """The report of recovery: do intervals cover, and how much does a record say of a parameter."""
    results = Results(fits, rows, wanted, tuple(parameter_table()))
    names = results.names
    coverages = [coverage_of(results.places, level) for level in RECOVERY_LEVELS]
    (fifty, of_fifty), (ninety, of_ninety) = map(pooled, coverages)
    low, high = RECOVERY_GOAL
    reached = len(rows) >= wanted and low <= ninety <= high
    contraction = results.contraction
    informed, unknown = int((contraction >= INFORMED).sum()), int((contraction < WEAK).sum())
    memories = _memory_rows(results, coverages)
    finding = (
        f"{results.number('fitted')} Over all parameters, 50 % intervals held the true value in "
        f"{100 * fifty:.1f} ± {100 * of_fifty:.1f} % of cases and 90 % intervals in "
        f"{100 * ninety:.1f} ± {100 * of_ninety:.1f} % (goal: {low:.0%} to {high:.0%}; ± is the "
        "standard error that so few records leave). "
        f"One record narrows {informed} of {len(names)} parameters by half or more of their "
        f"variance before, {unknown} by less than a tenth."
    )
    finding += "".join(
        f" In the {number} records whose fits {how}, 90 % intervals cover {covered:.1%}."
        for how, number, _, _, covered in (memories[0], memories[-1])
        if number
    )
    truths, means = results.table("truth"), results.table("mean")
    strongest = np.argsort(-contraction)
    caption = (
        "True values and posterior means of the parameters that a record tells most about, in "
        "standard deviations of the prior; the lines are 50 % intervals."
    )
    report = Report(
        check="recovery",
        title="Recovery of known parameters from simulated records",
        finding=finding,
        reached=reached,
        origin=results.origin,
        parts=(
            results.description() + _how_fitted(results),
            coverage_table("parameters", coverages),
            Table(
                title="Coverage, by whether fits had forgotten their beginning (correlation of "
                "their vectors with those before the last moves)",
                columns=("fits", "records", "dated moves", "50 % covers", "90 % covers"),
                rows=memories,
            ),
            Picture(name="recovered", caption=caption),
            Table.of(
                "Parameters, the best told first",
                strongest,
                {
                    "parameter": lambda k: names[k],
                    "contraction": lambda k: contraction[k],
                    "correlation of true value and mean": lambda k: np.corrcoef(
                        truths[:, k], means[:, k]
                    )[0, 1],
                    "50 % covers": lambda k: coverages[0].share[k],
                    "90 % covers": lambda k: coverages[1].share[k],
                },
            ),
        ),
        goals=(
            Goal(
                name="In recovery 90 % intervals cover",
                goal=f"{100 * low:.0f} to {100 * high:.0f} % of true values",
                measured=f"{len(rows)} records; 90 % intervals cover {100 * ninety:.1f} ± "
                f"{100 * of_ninety:.1f} %",
                reached=reached,
            ),
        ),
        values={
            "coverage": coverage_values(names, coverages),
            "contraction": dict(zip(names, contraction, strict=True)),
            "covered": dict(zip(map(str, RECOVERY_LEVELS), (fifty, ninety), strict=True)),
        },
    )
    chosen = strongest[:_PICTURED]
    spreads = results.table("spread")
    panels = {names[k]: (truths[:, k], means[:, k], spreads[:, k]) for k in chosen}
    return report, {"recovered": recovery_figure(panels)}


def _memory_rows(
    results: Results, coverages: Sequence[Coverage]
) -> list[tuple[str, int, float, float, float]]:
    """Fits in three groups by memory: number, mean of dated moves, and what intervals cover."""
    low, high = MEMORIES
    groups = np.digitize([row["memory"] for row in results.rows], MEMORIES)
    words = (
        f"had forgotten (below {low})",
        f"remembered a little ({low} to {high})",
        f"still remembered ({high} and above)",
    )
    moves = np.array([row["moves"] for row in results.rows], dtype=float)
    rows = []
    for group, how in enumerate(words):
        members = groups == group
        counted, fifty, ninety = (
            float(of[members].mean()) if members.any() else np.nan
            for of in (moves, *(coverage.inside for coverage in coverages))
        )
        rows.append((how, int(members.sum()), counted, fifty, ninety))
    return rows


def _shape_of(held: float, error: float) -> str:
    """In words, what is wrong with intervals as a whole; nothing if chance can explain it."""
    if abs(held - _POOLED) <= _CLEAR * error:
        return ""
    return f": they are too {'narrow' if held < _POOLED else 'wide'}"


def _those_outside(names: Sequence[str], outside: Flags) -> str:
    """The quantities that leave their band, the first of them by name."""
    uneven = ", ".join(np.array(names)[outside][:_NAMED])
    others = " and others" if outside.sum() > _NAMED else ""
    return f"Outside: {uneven}{others}." if uneven else "No quantity leaves its band."


def _how_walked(results: Results) -> str:
    """How ends of chains were made, and how far they spread."""
    spread = np.median(results.table("spread")[:, : len(parameter_table())].mean(axis=1))
    return (
        "The parameters that made a record are a draw from its posterior. The sampler's steps lead "
        "from them to a common origin, and from there many chains lead as many steps away; truth "
        "and ends are alike in all but name if likelihood and steps are right (Besag and Clifford "
        "1989; Gandy and Scott 2020). Nothing has to converge for this; whether fits converge is "
        "what recovery and agreement tell. In the middle record "
        f"{results.median('accepted'):.0%} of the steps were accepted and the ends spread over "
        f"{spread:.2f} of the prior's standard deviation; it took {results.median('seconds'):.0f} "
        "seconds. The less the ends spread, the less would a fault show; what they leave open is "
        "for recovery to prove."
    )


def _how_fitted(results: Results) -> str:
    return (
        f"Its fit took {results.median('seconds'):.0f} seconds and "
        f"{results.median('bridges'):.0f} bridges, and ended with "
        f"{results.median('families'):.0f} families; vectors kept a correlation of "
        f"{results.median('memory'):.2f} with those before the last moves. "
        + _how_many_copies(results)
    )


def _how_many_copies(results: Results) -> str:
    copies = [row["copies"] for row in results.rows]
    least, most = min(copies), max(copies)
    noisy = sum(each > least for each in copies)
    return (
        f"Each vector had {least} copies, in {noisy} of {len(copies)} records more (up to {most}): "
        "where with fewer the estimated log-likelihood of the true values varied by more than "
        f"{MOST_VARIANCE:g}, about the variance of the real record's where it fits best."
    )
