"""What is documented, as charts show it: sums of aid beside what a history has in the same years.

A sum is shown only where like is compared with like. Pledged credits are set beside what is pledged
in the same plan period. Of deliveries only arms of single years are documented: they are set beside
the arms of the same years, and are no part of any other total.
"""

from scenarios.charts.marks import decimal_year, documented_amounts
from scenarios.documented import Documented, DocumentedBreak, Pair, Window
from scenarios.page.parts.chart import Span, Upright
from simulation.arrays import Array
from simulation.dates import FIRST_YEAR, quarter_name, quarter_of


def aid_spans(documented: Documented, pair: Pair, pledged: Array) -> list[Span]:
    """Documented pledges by plan period, and those of a history (T,) in the same quarters."""
    spans = []
    for window, low, middle, high in documented_amounts(documented, pair, "pledged"):
        first, last = window.first_quarter, window.last_quarter + 1
        own = float(pledged[first:last].sum())
        ranged = "" if low == high else f", {low:,.0f} to {high:,.0f}"
        record = f"agreed in {window.name}, documented: {middle:,.0f} million US$ in all{ranged}"
        spans.append(_span(window, "pledged, documented", (low, middle, high), "ink", record))
        here = f"agreed in {window.name} in this history: {own:,.0f} million US$ in all"
        spans.append(_span(window, "pledged, this history", (own,) * 3, "1", here))
    return spans


def arms_spans(documented: Documented, pair: Pair, arms: Array) -> list[Span]:
    """Documented deliveries of arms in the years they are of, and a history's (T,) in the same."""
    spans = []
    for figure in documented.aid:
        if (figure.pair, figure.form, figure.basis) != (pair, "arms", "delivered"):
            continue
        first, last = figure.first_quarter, figure.last_quarter + 1
        years = f"{quarter_name(first)} to {quarter_name(last - 1)}"
        own = float(arms[first:last].sum())
        note = (
            f"arms delivered {years}, documented: {figure.usd:,.0f} million US$, {figure.low:,.0f} "
            f"to {figure.high:,.0f}; in this history {own:,.0f}"
        )
        amounts = (figure.low, figure.usd, figure.high)
        window = Window(years, first, last - 1)
        spans.append(_span(window, "arms delivered in a year, documented", amounts, "ink", note))
    return spans


def _span(
    window: Window, words: str, amounts: tuple[float, float, float], colour: str, note: str
) -> Span:
    start = FIRST_YEAR + window.first_quarter / 4
    low, middle, high = (amount / window.years for amount in amounts)
    return Span(words, start, start + window.years, low, middle, high, colour, note)


def break_uprights(recorded: DocumentedBreak | None) -> list[Upright]:
    """A line at a documented break, and the ground from its earliest to its latest date."""
    if recorded is None:
        return []
    at, early, late = (
        decimal_year(quarter_of(date))
        for date in (recorded.date, recorded.earliest, recorded.latest)
    )
    line = Upright("documented break", at)
    return [line, Upright("its defensible dates", early, late)] if late > early else [line]
