"""An answer as the tab Compare shows it: numbers, charts, and files to be taken away."""

import math

from scenarios.charts.compare import Fan, branch_names
from scenarios.charts.marks import break_of
from scenarios.comparison.output import reasons_in_words
from scenarios.comparison.reading import Comparison
from scenarios.comparison.table import QUANTITIES, SERIES_WORDS, Number, numbers_of, table_of
from scenarios.documented import DocumentedBreak
from scenarios.explain.words import pair_title
from scenarios.files import catalogue
from scenarios.page.compare.question import Answer, Part, Question
from scenarios.page.material import Material
from scenarios.page.parts.chart import Band, Line, Lines, Upright, rounded
from scenarios.page.parts.documented import break_uprights
from scenarios.page.parts.view import csv_of, program
from scenarios.page.question.own import toml_of
from simulation.countries import pair_named
from simulation.dates import FIRST_YEAR

#: Colour, line and words of the factual and of the counterfactual branch.
_STYLES = (("0", "solid"), ("1", "dashed"))


def provenance(question: Question, histories: int, material: Material) -> dict[str, str]:
    """What decides everything shown of an answer, in words, as every file of it says."""
    return {
        "program": program(),
        "factual": question.factual,
        "scenarios": ", ".join(question.scenarios),
        "histories": str(histories),
        "seed": str(question.seed),
        "draws": material.draws.id,
        "drivers": "drawn",
        "link": f"/compare?{question.query()}",
    }


def charts_of(part: Part, breaks: tuple[DocumentedBreak, ...]) -> dict[str, Lines]:
    """The survival curves; then support, strain and aid in both branches over one another."""
    comparison = part.comparison
    recorded = break_of(breaks, pair_named(comparison.pair))
    charts = {"survival": _survival(comparison, recorded)}
    return charts | {
        series: _fans(series, fans, comparison, recorded) for series, fans in part.fans.items()
    }


def _survival(comparison: Comparison, recorded: DocumentedBreak | None) -> Lines:
    """The share of histories still unbroken in both branches, with 95 % Monte Carlo bands."""
    reading = comparison.reading
    start = FIRST_YEAR + reading.first_quarter / 4
    end = start + reading.length
    curves = (comparison.factual_curve, comparison.counterfactual_curve)
    lines, bands = [], []
    for name, curve, (colour, dash) in zip(branch_names(reading), curves, _STYLES, strict=True):
        low, high = (rounded([100 * each for each in ends]) for ends in (curve.low, curve.high))
        bands.append(Band("", low, high, start, 0.25, colour, 0.25, stepped=True))
        unbroken = rounded([100 * share for share in curve.unbroken])
        lines.append(Line(name, unbroken, start, 0.25, colour, dash, 2.0, stepped=True))
    inside = [each for each in break_uprights(recorded) if start <= each.at <= end]
    return Lines(
        "Still unbroken after the change",
        pair_title(pair_named(comparison.pair)),
        "% of histories",
        math.floor(start),
        math.ceil(end),
        0.0,
        100.0,
        lines,
        bands,
        uprights=inside,
    )


def _fans(
    series: str, fans: tuple[Fan, Fan], comparison: Comparison, recorded: DocumentedBreak | None
) -> Lines:
    """The median of both branches year by year, over the range of nine histories in ten."""
    reading = comparison.reading
    words, unit = SERIES_WORDS[series]
    lines, bands = [], []
    for name, fan, (colour, dash) in zip(branch_names(reading), fans, _STYLES, strict=True):
        low, _, median, _, high = fan.quantiles
        at = fan.years[0] + 0.5
        band = f"{name}: 5–95 %"
        bands.append(Band(band, rounded(low), rounded(high), at, 1.0, colour, 0.18))
        lines.append(Line(f"{name}: median", rounded(median), at, 1.0, colour, dash, 2.0))
    first = Upright("branches part", FIRST_YEAR + reading.first_quarter / 4, None, "soft", "dotted")
    return Lines(
        words,
        pair_title(pair_named(comparison.pair)),
        unit,
        FIRST_YEAR,
        fans[0].years[-1] + 1,
        high=None if series == "delivered" else 1.0,
        lines=lines,
        bands=bands,
        uprights=[first, *break_uprights(recorded)],
    )


def number_rows(comparison: Comparison) -> list[dict[str, str]]:
    """Every number of a comparison but the yearly ones: name, meaning, value, spread, halving."""
    return [_row(number) for number in numbers_of(comparison).values()]


def reason_rows(comparison: Comparison) -> list[dict[str, str]]:
    """Who breaks within the horizon and over what, in both branches, a row a country."""
    reasons = (comparison.factual_reasons, comparison.counterfactual_reasons)
    return [
        {"id": f"{branch}-{mover}", "branch": branch, "mover": mover, "cause": cause}
        for branch, own in zip(branch_names(comparison.reading), reasons, strict=True)
        for mover, cause in reasons_in_words(own, comparison.pair)
    ]


def _row(number: Number) -> dict[str, str]:
    quantity, unit = QUANTITIES[number.quantity], number.unit
    ranges = f"; {quantity.range}: {number.range}" if number.range != "-" else ""
    return {
        "id": number.quantity,
        "name": quantity.name,
        "meaning": quantity.meaning + ranges,
        "value": "–" if number.value is None else f"{number.text} {unit.name}",
        "spread": "" if number.spread is None else unit.size(number.spread),
        "halving": number.halved_by if number.error else "",
    }


def numbers_csv(answer: Answer, material: Material) -> bytes:
    """Every number of an answer as CSV: the probabilities and dates, then the yearly ones."""
    table = table_of([part.comparison for part in answer.parts])
    meanings = {key: f"{each.name}: {each.meaning}" for key, each in QUANTITIES.items()}
    table["meaning"] = table["quantity"].map(meanings).fillna("counterfactual less factual")
    names = {"quantity": "number", "halving": "halving_histories"}
    origin = provenance(answer.question, answer.histories, material)
    return csv_of(table.rename(columns=names).assign(**_named(origin)))


def breaks_csv(answer: Answer, material: Material) -> bytes:
    """The month of the break of every history in all branches; empty where it does not break."""
    origin = provenance(answer.question, answer.histories, material)
    return csv_of(answer.breaks.assign(**_named(origin)))


def _named(origin: dict[str, str]) -> dict[str, str]:
    return {f"of_{key}": value for key, value in origin.items()}


def scenario_file(question: Question, name: str, draws_id: str) -> bytes:
    """The file of a counterfactual, headed by the commands that make the same comparison."""
    horizon = f" --horizon {question.years}" if question.years else ""
    factual, other = (
        each if each in catalogue() else f"{each}.toml" for each in (question.factual, name)
    )
    head = f"""\
# The page compared this scenario with {question.factual}, on the draws {draws_id}. \
The same numbers come from
#   lilliput batch {factual} {other} --replicates {question.histories} \
--seed {question.seed} --out twins
#   lilliput compare twins --factual {question.factual} --event {question.pair}{horizon}

"""
    return (head + toml_of(question.files[name])).encode("utf-8")
