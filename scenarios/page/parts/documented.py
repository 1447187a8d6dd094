"""What is documented, as charts show it: sums of aid beside what a history has in the same years.

A sum is shown only where like is compared with like. Pledged credits are set beside what is pledged
in the same plan period; weapons of a single year, which are all that is documented of deliveries,
are no total of any years and stand on the tab Record alone.
"""

from scenarios.charts.marks import decimal_year, documented_amounts
from scenarios.documented import Documented, DocumentedBreak, Pair, Window
from scenarios.page.parts.chart import Span, Upright
from simulation.arrays import Array
from simulation.dates import FIRST_YEAR, quarter_of


def aid_spans(documented: Documented, pair: Pair, pledged: Array) -> list[Span]:
    """Documented pledges by plan period, and those of a history (T,) in the same quarters."""
    spans = []
    for window, low, middle, high in documented_amounts(documented, pair, "pledged"):
        first, last = window.first_quarter, window.last_quarter + 1
        own = float(pledged[first:last].sum())
        ranged = "" if low == high else f", {low:,.0f} to {high:,.0f}"
        record = f"documented pledges of {window.name}: {middle:,.0f} million US$ in all{ranged}"
        spans.append(_span(window, "pledged, documented", (low, middle, high), "ink", record))
        here = f"pledges of {window.name} in this history: {own:,.0f} million US$ in all"
        spans.append(_span(window, "pledged, this history", (own,) * 3, "1", here))
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
