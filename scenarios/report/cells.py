"""The tables of the page of a report, cell by cell: numbers with their errors beneath, and in what unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from scenarios.charts.compare import SERIES_WORDS
from scenarios.charts.report import words_of
from scenarios.comparison.compare import Comparison, YearlyDifference
from scenarios.comparison.estimates import Estimate
from scenarios.comparison.tables import in_years, last_month, per_cent
from scenarios.explain.grievances import SourceMean
from scenarios.report.gather import Report
from scenarios.report.words import both, bounds, month_in_words, shift_range, typeset

#: What stands above the numbers of a pair.
HEADS = (
    "not yet broken (%)",
    "breaks, factual (%)",
    "breaks, counter\N{SOFT HYPHEN}factual (%)",
    "avoided (%)",
    "brought forward (%)",
    "delayed (%)",
    "median shift (years) [nine in ten]",
    "gained unbroken (years)",
    "necessity (%) [bounds]",
    "sufficiency (%) [bounds]",
    "redirec\N{SOFT HYPHEN}ting (%)",
)


@dataclass(frozen=True)
class Table:
    """A table of the page: heads, rows of text, and the places of columns that hold words."""

    heads: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    words: tuple[int, ...] = (0,)


def overview_table(report: Report) -> Table:
    """One row a scenario, for the pair that it is about."""
    rows = []
    for chapter in report.chapters:
        chosen = chapter.chosen
        question = Markup('<a href="#{0}">{1}</a>{2}<br><small>{3}, read to {4}</small>').format(
            chapter.name,
            chapter.reading.scenario.question,
            " †" if chapter.reading.flags else "",
            both(chosen.pair),
            month_in_words(last_month(chapter.reading)),
        )
        rows.append([question, *numbers(chosen), _halving(chosen)])
    return Table(("question and pair", *HEADS, "histories to halve errors"), rows)


def numbers(comparison: Comparison) -> list[str]:
    """The numbers of a pair as they stand in the tables, in the order of the heads."""
    fates, shift = comparison.fates, comparison.shift
    shares = (
        comparison.at_risk,
        comparison.factual_broken,
        comparison.counterfactual_broken,
        fates.avoided,
        fates.brought_forward,
        fates.delayed,
    )
    return [
        *(_stacked(per_cent(estimate)) for estimate in shares),
        _stacked(in_years(shift.median), shift_range(shift)),
        _stacked(in_years(comparison.restricted_mean.difference)),
        _stacked(per_cent(comparison.necessity.value), bounds(comparison.necessity)),
        _stacked(per_cent(comparison.sufficiency.value), bounds(comparison.sufficiency)),
        _stacked(per_cent(comparison.redirecting.to_twin)),
    ]


def _stacked(number: str, span: str = "") -> Markup:
    """A number with its error, and a range if there is one, beneath it."""
    if number == "-":
        return Markup("–")
    value, sign, error = typeset(number).partition(" ± ")
    beneath = [f"±\N{NO-BREAK SPACE}{error}"] * bool(sign) + [f"[{span}]"] * bool(span)
    return Markup(value) + Markup("").join(
        Markup(" <small>{0}</small>").format(text) for text in beneath
    )


def _halving(comparison: Comparison) -> str:
    """How many histories would halve the Monte Carlo errors of a row, and for how many numbers it takes more draws."""
    fates = comparison.fates
    held = (
        comparison.at_risk,
        comparison.factual_broken,
        comparison.counterfactual_broken,
        fates.avoided,
        fates.brought_forward,
        fates.delayed,
        comparison.shift.median,
        comparison.restricted_mean.difference,
        comparison.necessity.value,
        comparison.sufficiency.value,
        comparison.redirecting.to_twin,
    )
    shown = [each for each in held if each.error]
    enough = [each.halving for each in shown if each.halving is not None]
    if not shown:
        return "–"
    lacking = len(shown) - len(enough)
    more = (
        Markup(" <small>{0} of {1} need more draws</small>").format(lacking, len(shown))
        if lacking
        else ""
    )
    return Markup("{0}{1}").format(f"{max(enough):,}" if enough else "", more)


def certainty_table(comparison: Comparison) -> Table:
    """Every estimate of a pair: value, Monte Carlo error, spread over the draws, histories that halve the error."""
    shares: Iterable[tuple[str, Estimate]] = (
        ("not yet broken when history is changed", comparison.at_risk),
        ("breaks within the horizon, factual", comparison.factual_broken),
        ("breaks within the horizon, counterfactual", comparison.counterfactual_broken),
        ("avoided", comparison.fates.avoided),
        ("brought forward", comparison.fates.brought_forward),
        ("of these, brought about", comparison.fates.brought_about),
        ("delayed", comparison.fates.delayed),
        ("unchanged", comparison.fates.unchanged),
        ("necessity", comparison.necessity.value),
        ("sufficiency", comparison.sufficiency.value),
        ("redirecting to the twin", comparison.redirecting.to_twin),
        *(
            (name, held)
            for name, held in (
                ("within a year of the record, counterfactual", comparison.redirecting.to_record),
                ("within a year of the record, factual", comparison.redirecting.factual_to_record),
            )
            if held is not None
        ),
    )
    times = (
        ("mean time unbroken, factual", comparison.restricted_mean.factual),
        ("mean time unbroken, counterfactual", comparison.restricted_mean.counterfactual),
    )
    moves = (
        ("mean time unbroken, gained", comparison.restricted_mean.difference),
        ("median shift", comparison.shift.median),
    )
    rows = [
        [name, "%", per_cent(Estimate(held.value)), *_errors(held, 100, 1)] for name, held in shares
    ]
    rows += [
        [name, "years", "-" if held.value is None else f"{held.value:.2f}", *_errors(held, 1, 2)]
        for name, held in times
    ]
    rows += [
        [name, "years", in_years(Estimate(held.value)), *_errors(held, 1, 2)]
        for name, held in moves
    ]
    return Table(
        (
            "number",
            "unit",
            "value",
            "Monte Carlo error",
            "spread over the draws",
            "histories that would halve the error",
        ),
        [[name, unit, *map(typeset, cells)] for name, unit, *cells in rows],
        (0, 1),
    )


def _errors(held: Estimate, times: float, places: int) -> list[str]:
    error, spread = (
        "-" if value is None else f"{times * value:.{places}f}"
        for value in (held.error, held.spread)
    )
    if not held.error:
        return [error, spread, "-"]
    return [error, spread, "more draws needed" if held.halving is None else f"{held.halving:,}"]


def yearly_cells(row: YearlyDifference) -> list[str]:
    """A quantity of one year: its factual mean, the difference of the twins, their range and correlation."""
    words, unit = SERIES_WORDS[row.series]
    places = 1 if row.series == "delivered" else 3
    error = f" ± {row.difference.error:.{places}f}" if row.difference.error is not None else ""
    return [
        words,
        unit,
        str(row.year),
        f"{row.factual:.{places}f}",
        typeset(f"{row.difference.value:+.{places}f}") + error,
        typeset(f"{row.low:+.{places}f}") + " to " + typeset(f"{row.high:+.{places}f}"),
        "–" if row.correlation is None else typeset(f"{row.correlation:.2f}"),
    ]


def source_cells(mean: SourceMean, pair: str) -> list[str]:
    """A source of strain or fatigue: its mean in both branches, and the difference of the twins."""
    cells = [words_of(mean, pair), mean.feeling]
    if mean.factual is None or mean.counterfactual is None or mean.difference.value is None:
        return [*cells, "–", "–", "–"]
    error = f" ± {mean.difference.error:.3f}" if mean.difference.error else ""
    return [
        *cells,
        typeset(f"{mean.factual:.3f}"),
        typeset(f"{mean.counterfactual:.3f}"),
        typeset(f"{mean.difference.value:+.3f}") + error,
    ]
