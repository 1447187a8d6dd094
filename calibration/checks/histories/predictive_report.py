"""The report of the posterior predictive check: goals, dates, every pattern, documented values."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from calibration.checks.histories.implied import NEAR_YEARS, break_values, breaks_report_table
from calibration.checks.histories.predictive import MAJORITY, PatternResult, PredictiveCheck
from calibration.checks.histories.theories import theory_table, theory_values
from calibration.checks.work import method
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from scenarios.charts.run import aid_figure, breaks_figure
from scenarios.documented import Documented
from simulation.dates import date_of

#: The title of the table of patterns that fail.
_FAILURES = "What does not come out"


def predictive_report(
    check: PredictiveCheck, documented: Documented, origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of a posterior predictive check."""
    results = check.patterns
    report = Report(
        check="predictive",
        title="Posterior predictive check: what the fitted rules bring out of themselves",
        finding=_finding(check),
        reached=check.dates_reached and all(row.passed for row in results),
        origin=dict(origin),
        parts=(
            method("predictive", majority=MAJORITY),
            Table.of(
                "The goal for the dates",
                check.breaks,
                {
                    "pair": lambda row: row.summary.name,
                    "documented date in the 5–95 % range": lambda row: row.inside,
                    f"median within {NEAR_YEARS} years": lambda row: row.median_near,
                },
            ),
            breaks_report_table(check.breaks),
            Picture(
                name="breaks", caption="Dates of the breaks in free runs, with the documented ones"
            ),
            *_failure_table([row for row in results if not row.passed]),
            _pattern_table(results),
            _value_table(results),
            theory_table(results),
            Picture(name="aid", caption="Aid in free runs, with the documented sums"),
            *(
                f"On {row.pattern.number}: {row.pattern.note}"
                for row in results
                if row.pattern.note
            ),
        ),
        goals=(
            _goal(
                "Documented breaks inside the 90 % predictive interval",
                {row.summary.name: row.inside for row in check.breaks},
            ),
            _goal(
                f"Median dates within {NEAR_YEARS} years of the record",
                {row.summary.name: row.median_near for row in check.breaks},
            ),
            _goal(
                "Patterns of the model's description that come out",
                {row.pattern.number: row.passed for row in results},
            ),
        ),
        values={
            "breaks": break_values(check.breaks),
            "dates_reached": check.dates_reached,
            "patterns": {row.pattern.number: _values(row) for row in results},
            "theories": theory_values(results),
        },
    )
    return report, {
        "breaks": breaks_figure(check.result, documented),
        "aid": aid_figure(check.result, documented),
    }


def _goal(name: str, passed: Mapping[str, bool]) -> Goal:
    """A goal that every one of some rows must pass, with the names of those that do not."""
    missed = [row for row, reached in passed.items() if not reached]
    measured = f"{len(passed) - len(missed)} of {len(passed)}"
    measured += f"; not {', '.join(missed)}" if missed else ""
    return Goal(name=name, goal="every one", measured=measured, reached=not missed)


def _finding(check: PredictiveCheck) -> str:
    failed = [row for row in check.patterns if not row.passed]
    text = f"{len(check.patterns) - len(failed)} of {len(check.patterns)} patterns come out."
    if failed:
        text += f" What does not is listed under *{_FAILURES}*."
    if check.dates_reached:
        return (
            f"{text} Every documented date lies in the 5–95 % range, with the median within "
            f"{NEAR_YEARS} years."
        )
    late = [row.summary for row in check.breaks if not row.median_near]
    outside = [row.summary.name for row in check.breaks if not row.inside]
    if late:
        names = ", ".join(f"{row.name} ({row.median or 'never'})" for row in late)
        text += f" The median date is more than {NEAR_YEARS} years from the record for: {names}."
    if outside:
        names = ", ".join(outside)
        text += f" The documented date lies outside the 5–95 % range for: {names}."
    return text


def _failure_table(failed: Sequence[PatternResult]) -> Iterator[Table]:
    """A table of the patterns that fail, if there are any."""
    if failed:
        yield Table.of(
            _FAILURES,
            failed,
            {
                "no.": lambda row: row.pattern.number,
                "pattern": lambda row: row.pattern.says,
                "what comes out": _why,
            },
        )


def _why(row: PatternResult) -> str:
    place = row.place
    if place is None or place.inside:
        against = f", {row.factual.share:.0%} as documented" if row.factual else ""
        return f"{row.frequency.share:.0%} of histories{against}"
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


def _pattern_table(results: Sequence[PatternResult]) -> Table:
    return Table.of(
        "Every pattern (“as documented”: the share in history as it was)",
        results,
        {
            "no.": lambda row: row.pattern.number,
            "pattern": lambda row: row.pattern.says,
            "histories that show it": lambda row: str(row.frequency),
            "as documented": lambda row: str(row.factual or ""),
            "passed": lambda row: row.passed,
        },
    )


def _value_table(results: Sequence[PatternResult]) -> Table:
    rows = [
        (row.pattern, row.pattern.measure.unit, row.place)
        for row in results
        if row.place is not None and row.pattern.measure is not None
    ]
    return Table.of(
        "Documented values among the simulated ones (“below”: share of simulated values "
        "under the documented one)",
        rows,
        {
            "no.": lambda row: row[0].number,
            "pattern": lambda row: row[0].says,
            "unit": lambda row: row[1],
            "documented": lambda row: _value(row[2].documented, row[1]),
            "median": lambda row: _value(row[2].median, row[1]),
            "5–95 %": lambda row: f"{_value(row[2].q05, row[1])} to {_value(row[2].q95, row[1])}",
            "below": lambda row: None if np.isnan(row[2].below) else f"{row[2].below:.0%}",
            "exists in": lambda row: f"{row[2].known:.0%}",
            "inside": lambda row: row[2].inside,
        },
    )


def _values(row: PatternResult) -> dict[str, object]:
    values: dict[str, object] = {
        "says": row.pattern.says,
        **vars(row.frequency),
        "passed": row.passed,
    }
    if row.factual is not None:
        values["factual_share"] = row.factual.share
    if row.place is not None:
        values |= {name: value for name, value in vars(row.place).items() if name != "inside"}
    return values
