"""The report of the posterior predictive check: goal, dates, every pattern, documented values, pictures."""

from collections.abc import Sequence

import numpy as np

from calibration.checks.implied import NEAR_YEARS, break_values, breaks_report_table
from calibration.checks.predictive import MAJORITY, PatternResult, PredictiveCheck
from calibration.origin import origin_of
from calibration.reports.form import CheckReport, ReportFigure, ReportTable
from scenarios.charts.run import aid_figure, breaks_figure
from scenarios.documented import Documented
from simulation.dates import date_of

_HOW = (
    "Free runs: parameters from the draws, drivers as documented, nothing of the record imposed. Patterns "
    "1b to 3 and rates of interest above nought, single dates and figures, pass if the documented value lies "
    f"in the 5–95 % range of the simulated values. The others pass if more than {MAJORITY:.0%} of the histories show "
    "them (and a documented value, where there is one, lies in the range); one about a counterfactual also only if it "
    "is commoner there than in history as documented. Brackets hold 95 % intervals for the finite number "
    "of histories; the spread of the parameters is inside the shares. The dates, the pledges and the "
    "shares granted were fitted, so to pass them shows that the rules *can* make them; patterns 4 to 9, "
    "and 10 where the evidence holds its row out, were not fitted."
)


def predictive_report(check: PredictiveCheck, documented: Documented) -> CheckReport:
    """The report of a posterior predictive check."""
    results = check.patterns
    return CheckReport(
        name="predictive",
        title="Posterior predictive check: what the fitted rules bring out of themselves",
        finding=_finding(check),
        reached=check.dates_reached and all(row.passed for row in results),
        origin=origin_of(
            seed=check.result.seed, draws=check.result.draws, histories=check.result.replicates
        ),
        parts=(
            _HOW,
            _goal_table(check),
            breaks_report_table(check.breaks),
            ReportFigure(
                "breaks",
                "Dates of the breaks in free runs, with the documented ones",
                breaks_figure(check.result, documented),
            ),
            _pattern_table(results),
            _value_table(results),
            ReportFigure(
                "aid",
                "Aid in free runs, with the documented sums",
                aid_figure(check.result, documented),
            ),
            *(
                f"On {row.pattern.number}: {row.pattern.note}"
                for row in results
                if row.pattern.note
            ),
        ),
        values={
            "breaks": break_values(check.breaks),
            "dates_reached": check.dates_reached,
            "patterns": {row.pattern.number: _values(row) for row in results},
        },
    )


def _finding(check: PredictiveCheck) -> str:
    passed = [row for row in check.patterns if row.passed]
    failed = [row for row in check.patterns if not row.passed]
    told = f"{len(passed)} of {len(check.patterns)} patterns come out."
    if failed:
        told += (
            " These do not: " + "; ".join(f"{_named(row)} ({_why(row)})" for row in failed) + "."
        )
    late = [row for row in check.breaks if not row.median_near]
    outside = [row for row in check.breaks if not row.inside]
    if check.dates_reached:
        return f"{told} Every documented date lies in the 5–95 % range, with the median within {NEAR_YEARS} years."
    if late:
        names = ", ".join(f"{row.summary.name} ({row.summary.median or 'never'})" for row in late)
        told += f" The median date is more than {NEAR_YEARS} years from the record for: {names}."
    if outside:
        names = ", ".join(row.summary.name for row in outside)
        told += f" The documented date lies outside the 5–95 % range for: {names}."
    return told


def _named(row: PatternResult) -> str:
    return f"{row.pattern.number} {row.pattern.says}"


def _why(row: PatternResult) -> str:
    place = row.place
    if place is None or place.inside:
        against = f", {row.factual.share:.0%} as documented" if row.factual else ""
        return f"{row.shown.share:.0%} of histories{against}"
    if np.isnan(place.median):
        return "the quantity exists in no history"
    unit = row.pattern.measure.unit if row.pattern.measure else ""
    span = f"{_value(place.q05, unit)} to {_value(place.q95, unit)}"
    return f"documented {_value(place.documented, unit)}, simulated {span}"


def _value(value: float, unit: str) -> str:
    """A quantity in words: a date for a quarter, percent for a share, otherwise three figures."""
    if np.isnan(value):
        return "–"
    if unit == "quarter":
        return "never" if np.isinf(value) else date_of(value)
    return f"{value:.0%}" if unit == "share" else f"{value:.3g}"


def _goal_table(check: PredictiveCheck) -> ReportTable:
    columns = ("pair", "documented date in the 5–95 % range", f"median within {NEAR_YEARS} years")
    rows = [(row.summary.name, row.inside, row.median_near) for row in check.breaks]
    return ReportTable("The goal for the dates", columns, rows)


def _pattern_table(results: Sequence[PatternResult]) -> ReportTable:
    columns = ("no.", "pattern", "histories that show it", "as documented", "passed")
    rows = [
        (
            row.pattern.number,
            row.pattern.says,
            str(row.shown),
            str(row.factual) if row.factual else "",
            row.passed,
        )
        for row in results
    ]
    return ReportTable(
        "Every pattern (“as documented”: the share in history as it was)", columns, rows
    )


def _value_table(results: Sequence[PatternResult]) -> ReportTable:
    columns = (
        "no.",
        "pattern",
        "unit",
        "documented",
        "median",
        "5–95 %",
        "below",
        "exists in",
        "inside",
    )
    rows = []
    for row in results:
        place, measure = row.place, row.pattern.measure
        if place is None or measure is None:
            continue
        low, median, high, known = (
            _value(value, measure.unit)
            for value in (place.q05, place.median, place.q95, place.documented)
        )
        below = None if np.isnan(place.below) else f"{place.below:.0%}"
        span = f"{low} to {high}"
        number, says = row.pattern.number, row.pattern.says
        rows.append(
            (
                number,
                says,
                measure.unit,
                known,
                median,
                span,
                below,
                f"{place.known:.0%}",
                place.inside,
            )
        )
    title = "Documented values among the simulated ones (“below”: share of simulated values under the documented one)"
    return ReportTable(title, columns, rows)


def _values(row: PatternResult) -> dict[str, object]:
    told: dict[str, object] = {
        "says": row.pattern.says,
        "share": row.shown.share,
        "low": row.shown.low,
        "high": row.shown.high,
        "passed": row.passed,
    }
    if row.factual is not None:
        told["factual_share"] = row.factual.share
    if row.place is not None:
        told |= {
            name: getattr(row.place, name)
            for name in ("documented", "q05", "median", "q95", "below", "known")
        }
    return told
