"""The tables of a report as rows of plain values, for the page and for CSV files."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from scenarios.charts.compare import SERIES_WORDS
from scenarios.charts.report import words_of
from scenarios.comparison.compare import Comparison
from scenarios.comparison.estimates import Estimate
from scenarios.comparison.survival import SurvivalCurve
from scenarios.comparison.tables import first_month, last_month, plain
from scenarios.explain.grievances import Grievances
from scenarios.report.gather import Chapter, Report

Row = dict[str, Any]
#: Branches in the order in which they are always shown.
BRANCHES = ("factual", "counterfactual")
_QUANTILES = ("q05", "q25", "median", "q75", "q95")


def tables_of(report: Report) -> dict[str, list[Row]]:
    """Every table of a report by the name of its CSV file."""
    chapters = report.chapters
    return {
        "scenarios": [scenario_row(chapter) for chapter in chapters],
        "breaks": [break_row(each) for chapter in chapters for each in chapter.comparisons],
        "yearly": [
            row for chapter in chapters for each in chapter.comparisons for row in yearly_rows(each)
        ],
        "survival": [
            row
            for chapter in chapters
            for each in chapter.comparisons
            for row in survival_rows(each)
        ],
        "fans": [row for chapter in chapters for row in fan_rows(chapter)],
        "grievances": [row for chapter in chapters for row in grievance_rows(chapter.grievances)],
    }


def write_csv(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write rows as a CSV file, the columns being those of the first."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def scenario_row(chapter: Chapter) -> Row:
    """What a scenario asks, changes, cites and leaves out, and how it is read."""
    reading = chapter.reading
    scenario = reading.scenario
    return {
        "scenario": scenario.name,
        "factual": reading.factual.name,
        "question": scenario.question,
        "antecedents": "; ".join(reading.antecedents),
        "source": scenario.source,
        "page": chapter.page,
        "lines": scenario.lines,
        "left_out": scenario.left_out,
        "from": first_month(reading),
        "to": last_month(reading),
        "horizon_years": reading.years,
        "years_read": reading.length,
        "flags": "; ".join(reading.flags),
        "pair_shown": chapter.chosen.pair,
    }


def break_row(comparison: Comparison) -> Row:
    """All that is told of the break of one pair: each number with its error, spread and halving."""
    row: Row = {"scenario": comparison.reading.scenario.name, "pair": comparison.pair}
    for held in fields(comparison):
        if held.name not in ("reading", "pair", "yearly", "factual_curve", "counterfactual_curve"):
            row |= dict(_flat(held.name, getattr(comparison, held.name)))
    return row


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A value as cells: an estimate as its value, error, spread and halving."""
    if isinstance(value, Estimate):
        yield name, plain(value.value)
        yield from (
            (f"{name}_{part}", getattr(value, part)) for part in ("error", "spread", "halving")
        )
    elif is_dataclass(value) and not isinstance(value, type):
        for held in fields(value):
            inner = f"{name}_{held.name}" if name != "fates" else held.name
            yield from _flat(inner, getattr(value, held.name))
    elif value is None and name in ("redirecting_to_record", "redirecting_factual_to_record"):
        yield from _flat(name, Estimate(None))
    else:
        yield name, plain(value)


def yearly_rows(comparison: Comparison) -> Iterator[Row]:
    """Aid, support and strain of a pair, year by year."""
    for row in comparison.yearly:
        yield {
            "scenario": comparison.reading.scenario.name,
            "pair": comparison.pair,
            "series": row.series,
            "unit": SERIES_WORDS[row.series][1],
            "year": row.year,
            "factual": row.factual,
            "counterfactual": row.counterfactual,
            **dict(_flat("difference", row.difference)),
            "low": row.low,
            "high": row.high,
            "correlation": row.correlation,
        }


def survival_rows(comparison: Comparison) -> Iterator[Row]:
    """The survival curves of both branches of a pair, quarter by quarter."""
    curves: tuple[SurvivalCurve, ...] = (comparison.factual_curve, comparison.counterfactual_curve)
    for branch, curve in zip(BRANCHES, curves, strict=True):
        for time, unbroken, low, high in zip(
            curve.years, curve.unbroken, curve.low, curve.high, strict=True
        ):
            yield {
                "scenario": comparison.reading.scenario.name,
                "pair": comparison.pair,
                "branch": branch,
                "years": time,
                "unbroken": unbroken,
                "low": low,
                "high": high,
            }


def fan_rows(chapter: Chapter) -> Iterator[Row]:
    """The fans of both branches of the pair that is shown, year by year."""
    for series, fans in chapter.fans.items():
        for branch, fan in zip(BRANCHES, fans, strict=True):
            for place, year in enumerate(fan.years):
                yield {
                    "scenario": chapter.name,
                    "pair": chapter.chosen.pair,
                    "series": series,
                    "unit": SERIES_WORDS[series][1],
                    "branch": branch,
                    "year": year,
                    **dict(zip(_QUANTILES, fan.quantiles[:, place].tolist(), strict=True)),
                }


def grievance_rows(found: Grievances) -> Iterator[Row]:
    """What strains the client and tires the patron, year by year and over the whole horizon."""
    for span, means in (*found.yearly.items(), ("all", found.whole)):
        for mean in means:
            yield {
                "scenario": found.reading.scenario.name,
                "pair": found.pair,
                "year": span,
                "feeling": mean.feeling,
                "source": mean.source,
                "words": words_of(mean, found.pair),
                "factual": mean.factual,
                "counterfactual": mean.counterfactual,
                **dict(_flat("difference", mean.difference)),
            }
