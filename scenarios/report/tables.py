"""The tables of a report: as CSV files, and as they stand in its page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from scenarios.batch.manifest import flat
from scenarios.charts.report import words_of
from scenarios.comparison.answer import both, month_in_words
from scenarios.comparison.output import reading_entry
from scenarios.comparison.reading import Comparison
from scenarios.comparison.table import (
    QUANTITIES,
    SERIES_WORDS,
    UNITS,
    YEARLY_HEADS,
    Number,
    halving_of,
    numbers_of,
    plain,
    table_of,
    yearly_numbers,
)
from scenarios.disk import csv_text
from scenarios.explain.grievances import Grievances, SourceMean
from scenarios.report.gather import Chapter, Report
from scenarios.report.words import typeset

Row = dict[str, Any]
#: Branches in the order in which they are always shown.
BRANCHES = ("factual", "counterfactual")
_QUANTILES = ("q05", "q25", "median", "q75", "q95")
#: What stands in a table of one row a pair.
_OVERVIEW = [quantity for quantity in QUANTITIES.values() if quantity.table]
#: Where a line may break a long word of a head.
_SOFT = {
    "counterfactual": "counter\N{SOFT HYPHEN}factual",
    "redirecting": "redirec\N{SOFT HYPHEN}ting",
}


def csv_files(report: Report) -> dict[str, str]:
    """Every table of a report as the text of a CSV file, by its name."""
    chapters = report.chapters
    comparisons = [each for chapter in chapters for each in chapter.comparisons]
    numbers = table_of(comparisons)
    tables: dict[str, list[Row] | pd.DataFrame] = {
        "scenarios": [scenario_row(chapter) for chapter in chapters],
        "breaks": [break_row(each) for each in comparisons],
        "numbers": numbers,
        "yearly": yearly_part(numbers),
        "survival": [row for each in comparisons for row in survival_rows(each)],
        "fans": [row for chapter in chapters for row in fan_rows(chapter)],
        "grievances": [row for each in chapters for row in grievance_rows(each.grievances)],
    }
    return {
        name: csv_text(pd.DataFrame(rows, dtype=object) if isinstance(rows, list) else rows)
        for name, rows in tables.items()
    }


def scenario_row(chapter: Chapter) -> Row:
    """What a scenario asks, changes, cites and leaves out, and how it is read."""
    entry = reading_entry(chapter.reading)
    joined = {key: "; ".join(each) for key, each in entry.items() if isinstance(each, list)}
    own = {"factual": chapter.reading.factual.name, "page": chapter.page}
    return entry | joined | own | {"pair_shown": chapter.chosen.pair}


def break_row(comparison: Comparison) -> Row:
    """All that is said of the break of one pair: each number with its error, spread and halving."""
    row: Row = {
        "scenario": comparison.reading.scenario.name,
        **{key: getattr(comparison, key) for key in ("pair", "histories", "draws")},
        **{key: getattr(comparison, key) for key in ("factual_median", "counterfactual_median")},
    }
    for key, number in numbers_of(comparison).items():
        quantity = QUANTITIES[key]
        row |= _cells(quantity.column, number)
        if quantity.range:
            name = quantity.place.partition(".")[0]
            row |= {f"{name}_low": plain(number.low), f"{name}_high": plain(number.high)}
    return row


def _cells(name: str, number: Any) -> Row:
    """A number or estimate as cells: its value, error, spread and halving."""
    parts = {f"{name}_{part}": getattr(number, part) for part in ("error", "spread", "halving")}
    return {name: plain(number.value), **parts}


def yearly_part(numbers: pd.DataFrame) -> pd.DataFrame:
    """Aid, support and strain of each pair, year by year, of the table of all numbers."""
    yearly = numbers[numbers["year"].notna()]
    named = {part: f"difference_{part}" for part in ("error", "spread", "halving")}
    series = yearly["quantity"].str.removesuffix("_difference")
    table = yearly.assign(quantity=series).rename(columns={"quantity": "series", **named})
    return table.rename(columns={"value": "difference"})


def survival_rows(comparison: Comparison) -> Iterator[Row]:
    """The survival curves of both branches of a pair, quarter by quarter."""
    for branch in BRANCHES:
        curve = vars(getattr(comparison, f"{branch}_curve"))
        for values in zip(*curve.values(), strict=True):
            yield {
                "scenario": comparison.reading.scenario.name,
                "pair": comparison.pair,
                "branch": branch,
                **dict(zip(curve, values, strict=True)),
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
                **_cells("difference", mean.difference),
            }


@dataclass(frozen=True)
class Table:
    """A table of a page: heads, rows of text, and the places of columns that hold words."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: tuple[int, ...] = (0,)


def overview_table(report: Report) -> Table:
    """One row a scenario, for the pair that it is about."""
    rows = []
    for chapter in report.chapters:
        shown = _shown(chapter.chosen)
        question = Markup('<a href="#{0}">{1}</a>{2}<br><small>{3}, read to {4}</small>').format(
            chapter.name,
            chapter.reading.scenario.question,
            " †" if chapter.reading.flags else "",
            both(chapter.chosen.pair),
            month_in_words(chapter.reading.last_month),
        )
        rows.append([question, *map(_stacked, shown), _halving(shown)])
    return Table(("question and pair", *_heads(), "histories to halve errors"), rows)


def pairs_table(comparisons: Sequence[Comparison]) -> Table:
    """One row a pair."""
    rows = [[both(each.pair), *map(_stacked, _shown(each))] for each in comparisons]
    return Table(("pair", *_heads()), rows)


def _shown(comparison: Comparison) -> list[Number]:
    numbers = numbers_of(comparison)
    return [numbers[quantity.key] for quantity in _OVERVIEW]


def _heads() -> Iterator[str]:
    for quantity in _OVERVIEW:
        head = quantity.head
        for word, parted in _SOFT.items():
            head = head.replace(word, parted)
        yield head


def _stacked(number: Number) -> Markup:
    """A number with its error, and a range if there is one, beneath it."""
    if number.value is None:
        return Markup("–")
    value, sign, error = typeset(number.text).partition(" ± ")
    small = [f"±\N{NO-BREAK SPACE}{error}"] if sign else []
    if QUANTITIES[number.quantity].range:
        small.append(f"[{typeset(number.range)}]")
    beneath = Markup("").join(Markup(" <small>{0}</small>").format(text) for text in small)
    return Markup(value) + beneath


def _halving(numbers: Sequence[Number]) -> str:
    """How many histories would halve the errors of a row, and how many take more draws."""
    halving = halving_of(numbers)
    if not halving.errors:
        return "–"
    most = f"{halving.histories:,}" if halving.histories else ""
    more = Markup(" <small>{0} of {1} need more draws</small>")
    return Markup("{0}{1}").format(
        most, more.format(halving.lacking, halving.errors) if halving.lacking else ""
    )


def certainty_table(comparison: Comparison) -> Table:
    """Every number of a pair: what it means, its error, its spread, and what halves the error."""
    rows = []
    for number in numbers_of(comparison).values():
        quantity, unit = QUANTITIES[number.quantity], number.unit
        cells = (
            unit.write(number.value),
            unit.size(number.error),
            unit.size(number.spread),
            number.halved_by,
        )
        rows.append([quantity.name, quantity.meaning, unit.name, *map(typeset, cells)])
    heads = (
        "number",
        "what it means",
        "unit",
        "value",
        "Monte Carlo error",
        "spread over the draws",
        "histories that would halve the error",
    )
    return Table(heads, rows, (0, 1, 2))


def yearly_table(comparison: Comparison) -> Table:
    """Aid, support and strain, year by year, in both branches."""
    rows = [
        [
            SERIES_WORDS[number.quantity.removesuffix("_difference")][0],
            number.unit.name,
            *map(typeset, number.yearly_cells),
        ]
        for number in yearly_numbers(comparison)
    ]
    return Table(("quantity", "unit", *YEARLY_HEADS), rows, (0, 1))


def sources_table(found: Grievances) -> Table:
    """The sources of strain and fatigue in both branches, and the difference of the twins."""
    heads = ("source", "of", "factual", "counterfactual", "difference")
    return Table(heads, [_source_cells(mean, found.pair) for mean in found.whole], (0, 1))


def _source_cells(mean: SourceMean, pair: str) -> list[str]:
    unit, difference = UNITS["strain"], mean.difference
    error = f" ± {unit.size(difference.error)}" if difference.error else ""
    cells = (
        unit.write(mean.factual, sign=""),
        unit.write(mean.counterfactual, sign=""),
        unit.write(difference.value) + error,
    )
    return [words_of(mean, pair), mean.feeling, *map(typeset, cells)]


def manifest_table(origin: Mapping[str, Any]) -> Table:
    """What a report was made from."""
    rows = [
        [key, str(value)]
        for key, value in flat(origin).items()
        if value is not None and not key.startswith("scenarios")
    ]
    return Table(("key", "value"), rows, (0, 1))
