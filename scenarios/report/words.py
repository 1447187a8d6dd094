"""The words of a report: dates, shares with their errors, pairs, changes and citations as a historian reads them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.comparison.compare import Causation, Shift
from scenarios.comparison.estimates import Estimate
from scenarios.comparison.reading import Reading
from scenarios.comparison.tables import first_month, in_years, last_month, per_cent
from scenarios.explain.words import in_words, the
from simulation.countries import COUNTRY_KEYS, country_named, pair_named
from simulation.interventions import Intervention, Scenario

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


#: A space at which no line is broken.
FIRM_SPACE = "\N{NO-BREAK SPACE}"


_COUNTRY = re.compile(rf"(?<!-)\b({'|'.join(COUNTRY_KEYS)})\b(?!-)")


_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def month_in_words(date: str) -> str:
    """A date ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` in words: ``August 1979``; other text is left as it is."""
    match = _DATE.fullmatch(date)
    if match is None:
        return date
    year, month, day = match.groups()
    return " ".join(
        [*([str(int(day))] if day else []), *([MONTHS[int(month) - 1]] if month else []), year]
    )


def dates_in_words(text: str) -> str:
    """A text with its dates ``YYYY-MM`` in words."""
    return re.sub(
        r"\b(19\d\d-(?:0[1-9]|1[0-2])(?:-\d\d)?)\b", lambda match: month_in_words(match[1]), text
    )


def typeset(number: str) -> str:
    """A number as printed: a proper minus sign, a dash for what is missing, and spans with a dash."""
    return "–" if number == "-" else number.replace("-", "−")


def both(pair: str) -> str:
    """The two countries of a pair: ``Albania and the USSR``."""
    patron, client = pair_named(pair)
    return f"{the(client)} and {the(patron)}"


def share(estimate: Estimate) -> str:
    """A share with its Monte Carlo error: ``64.2 ± 1.5 %``."""
    return (
        "no history"
        if estimate.value is None
        else f"{per_cent(estimate)} %".replace(" ", FIRM_SPACE)
    )


def years(value: float | None) -> str:
    """A shift in years, or what an infinite one means."""
    return typeset(in_years(Estimate(value)))


def shift_range(shift: Shift) -> str:
    """The range of shifts that holds nine histories in ten."""
    if shift.low is None or shift.low == shift.high:
        return years(shift.low)
    return f"{years(shift.low)} to {years(shift.high)}"


def bounds(causation: Causation) -> str:
    """The bounds of a probability of causation in per cent, or a dash."""
    if causation.low is None or causation.high is None:
        return "–"
    return f"{100 * causation.low:.0f}–{100 * causation.high:.0f}"


def cited(scenario: Scenario, page: str, sources: Mapping[str, Mapping[str, Any]]) -> str:
    """Where an alternative is documented: ``Ylber Marku 2017, p. 47 (lines 1433–1437)``; empty if nowhere."""
    if not scenario.source:
        return ""
    source = sources.get(scenario.source, {})
    year = f" {source['year']}" if source.get("year") else ""
    told = f"{source['author']}{year}" if source else scenario.source
    pages = f", {'pp.' if re.search(r'[-;,]', page) else 'p.'} {_spans(page)}" if page else ""
    lines = f"lines {_spans(scenario.lines)}" if scenario.lines else ""
    return (
        f"{told}{pages} ({lines})"
        if lines and pages
        else told + pages + (f", {lines}" if lines else "")
    )


def _spans(text: str) -> str:
    """Pages or lines as printed: ``236–239, 241``."""
    return re.sub(r"[;,]\s*", ", ", text).replace("-", "–")


def source_in_full(source: Mapping[str, Any]) -> str:
    """An entry of the list of sources."""
    year = f" ({source['year']})" if source.get("year") else ""
    return f"{source['author']}{year}: {source['title']}. {source['kind'][:1].upper()}{source['kind'][1:]}."


def change_in_words(change: Intervention) -> str:
    """A dated change and its reason, with dates in words and countries by their names."""
    told = dates_in_words(in_words(change))
    return _COUNTRY.sub(lambda match: the(country_named(match[1])), told)


def span_in_words(reading: Reading) -> str:
    """The months that are read, and how many years these are."""
    first, last = (month_in_words(date) for date in (first_month(reading), last_month(reading)))
    return f"{first} to {last} ({reading.length:g} years)"


def sentence_of(text: str) -> str:
    """A text with a capital letter and a full stop."""
    return f"{text[0].upper()}{text[1:]}."


def flags_in_words(flags: Sequence[str]) -> list[str]:
    """The flags of a reading as sentences."""
    return [sentence_of(dates_in_words(flag)) for flag in flags]
