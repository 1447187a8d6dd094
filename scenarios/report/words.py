"""The words of a report: dates, pairs, changes and citations as a historian reads them.

Its sentences stand in ``sentences.txt.j2``; what is written there comes from here.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment

from scenarios.charts.report import SEEN, moved, words_of
from scenarios.comparison.answer import both, month_in_words
from scenarios.comparison.table import AVOIDED, BROUGHT_ABOUT, SERIES_WORDS, Number
from scenarios.comparison.text import paragraphs, templates
from scenarios.documented import the
from scenarios.explain.grievances import Grievances, SourceMean
from scenarios.explain.words import in_words
from simulation.countries import COUNTRY_KEYS
from simulation.interventions import Intervention, Scenario

#: A space at which no line is broken.
FIRM_SPACE = "\N{NO-BREAK SPACE}"
_COUNTRY = re.compile(rf"(?<!-)\b({'|'.join(COUNTRY_KEYS)})\b(?!-)")
_DATE_IN_TEXT = re.compile(r"\b(19\d\d-(?:0[1-9]|1[0-2])(?:-\d\d)?)\b")


@cache
def environment() -> Environment:
    """Where the templates of a report are, and the filters that they use."""
    own = templates("scenarios.report")
    own.globals.update(SEEN=SEEN, SERIES_WORDS=SERIES_WORDS)
    own.tests["moved"] = moved
    own.filters.update(
        both=both,
        cited=cited,
        change=change_in_words,
        differences=differences_of,
        in_full=source_in_full,
        month=month_in_words,
        quoted=quoted,
        sentence=sentence_of,
        dates=dates_in_words,
        share=share,
        the=the,
        typeset=typeset,
        words_of=words_of,
    )
    return own


def sentences(name: str, *subjects: Any) -> list[str]:
    """The paragraphs of a macro of ``sentences.txt.j2``, each beginning with a capital letter."""
    macro = getattr(environment().get_template("sentences.txt.j2").module, name)
    return [text[0].upper() + text[1:] for text in paragraphs(macro(*subjects))]


def dates_in_words(text: str) -> str:
    """A text with its dates ``YYYY-MM`` in words."""
    return _DATE_IN_TEXT.sub(lambda match: month_in_words(match[1]), text)


def typeset(number: str) -> str:
    """A number as printed: a proper minus sign, and a dash for what is missing."""
    return "–" if number == "-" else number.replace("-", "−")


def quoted(span: str) -> str:
    """A range as printed, with the words that stand for infinite shifts in quotation marks."""
    words = f"{AVOIDED}|{BROUGHT_ABOUT}"
    return re.sub(words, lambda match: f"“{match[0]}”", typeset(span))


def share(number: Number) -> str:
    """A share with its Monte Carlo error: ``64.2 ± 1.5 %``."""
    if number.value is None:
        return "no history"
    return f"{number.text} %".replace(" ", FIRM_SPACE)


def differences_of(grievances: Grievances, feeling: str) -> list[SourceMean]:
    """The sources of strain or fatigue that differ enough to be shown, the greatest first."""
    means = [mean for mean in grievances.whole if mean.feeling == feeling and moved(mean)]
    return sorted(means, key=lambda mean: -abs(mean.difference.value or 0.0))


def cited(scenario: Scenario, page: str, sources: Mapping[str, Mapping[str, Any]]) -> str:
    """Where an alternative is documented: ``Ylber Marku 2017, p. 47 (lines 1433–1437)``."""
    if not scenario.source:
        return ""
    source = sources.get(scenario.source, {})
    year = f" {source['year']}" if source.get("year") else ""
    named = f"{source['author']}{year}" if source else scenario.source
    pages = f", {'pp.' if re.search(r'[-;,]', page) else 'p.'} {_spans(page)}" if page else ""
    lines = f"lines {_spans(scenario.lines)}" if scenario.lines else ""
    if lines and pages:
        return f"{named}{pages} ({lines})"
    return named + pages + (f", {lines}" if lines else "")


def _spans(text: str) -> str:
    """Pages or lines as printed: ``236–239, 241``."""
    return re.sub(r"[;,]\s*", ", ", text).replace("-", "–")


def source_in_full(source: Mapping[str, Any]) -> str:
    """An entry of the list of sources."""
    year = f" ({source['year']})" if source.get("year") else ""
    return f"{source['author']}{year}: {source['title']}. {sentence_of(source['kind'])}"


def change_in_words(change: Intervention) -> str:
    """A dated change and its reason, with dates in words."""
    return dates_in_words(in_words(change))


def sentence_of(text: str) -> str:
    """A text with a capital letter and a full stop."""
    return f"{text[0].upper()}{text[1:]}."
