"""What a scenario's question comes to: the pair it asks about, and one plain sentence about it."""

import re
from calendar import month_name
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from scenarios.comparison.reading import Comparison
from scenarios.comparison.text import paragraphs, templates
from scenarios.documented import both as both_countries
from scenarios.files import catalogue_file_of
from simulation.countries import Country, pair_named

#: Of fewer histories than these no sentence says what becomes of a break.
FEW = 30
#: The sentence speaks of so many histories, so that its numbers are per cent.
_BASE = 100
#: Breaks that only the change brings about are named from this share of unbroken histories on.
_WORTH_SAYING = 0.05
#: A pair is told of if it has not yet broken in at least this share of the histories.
_ALIVE = 0.05
#: By what names a question speaks of each country.
_NAMES = {
    Country.ALBANIA: r"Albania|Tirana|Hoxha",
    Country.CHINA: r"China|Chinese|Peking|Beijing|Mao\b",
    Country.USSR: r"USSR|Soviet|Moscow|Stalin|Khrushchev|Brezhnev",
    Country.YUGOSLAVIA: r"Yugoslav|Belgrade|Tito\b",
}
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(frozen=True)
class Answer:
    """How many histories stand behind the sentence about a pair, and what becomes of its break.

    ``before`` histories had broken before history is changed, ``open`` ones had not. Of the open
    ones ``breaking`` break within the horizon in the factual branch; of these the counterfactual
    avoids ``avoided``, and ``later`` and ``sooner`` break within the horizon at another date.
    ``brought_about`` break within it in the counterfactual branch only. ``change`` says in a few
    words what is changed.
    """

    comparison: Comparison
    change: str
    before: int
    open: int
    breaking: int
    avoided: int
    later: int
    sooner: int
    brought_about: int

    @property
    def unmoved(self) -> bool:
        """Whether every break stays in its quarter."""
        return not (self.avoided or self.later or self.sooner)

    @property
    def base(self) -> int:
        """Of how many breaks the sentence speaks: a hundred, or all if there are fewer."""
        return min(self.breaking, _BASE)

    @property
    def shares(self) -> tuple[int, ...]:
        """Of so many breaks, those avoided, later and sooner, to the nearest whole number."""
        counts = (self.avoided, self.later, self.sooner)
        return tuple(round(self.base * count / self.breaking) for count in counts)

    @property
    def new_base(self) -> int:
        """Of how many histories without a break the sentence speaks."""
        return min(self.open - self.breaking, _BASE)

    @property
    def new_breaks(self) -> int:
        """Of so many, those that have a break; 0 where the histories or the breaks are few."""
        unbroken = self.open - self.breaking
        if unbroken < FEW or self.brought_about < _WORTH_SAYING * unbroken:
            return 0
        return round(self.new_base * self.brought_about / unbroken)


def answer_of(comparison: Comparison) -> Answer:
    """The numbers of a comparison as whole histories."""
    scenario, fates = comparison.reading.scenario, comparison.fates
    still_open = round((comparison.at_risk.value or 0.0) * comparison.histories)
    breaking, avoided, forward, later, brought_about = (
        round((share.value or 0.0) * still_open)
        for share in (
            comparison.factual_broken,
            fates.avoided,
            fates.brought_forward,
            fates.delayed,
            fates.brought_about,
        )
    )
    file = catalogue_file_of(scenario)
    return Answer(
        comparison,
        change=(file.change if file is not None else "") or f"in the scenario {scenario.name}",
        before=comparison.histories - still_open,
        open=still_open,
        breaking=breaking,
        avoided=avoided,
        later=later,
        sooner=forward - brought_about,
        brought_about=brought_about,
    )


def sentence_of(comparison: Comparison) -> str:
    """What becomes of the break of a pair, in one sentence without errors or technical terms."""
    (sentence,) = paragraphs(_sentences().answer(answer_of(comparison)))
    return sentence


@cache
def _sentences() -> Any:
    environment = templates("scenarios.comparison")
    environment.filters.update(both=both, month=month_in_words)
    environment.globals["FEW"] = FEW
    return environment.get_template("answer.txt.j2").module


def pair_asked(comparisons: Sequence[Comparison]) -> Comparison:
    """The pair that a scenario is about.

    It is the one that its file in the catalogue names. Otherwise, of the pairs that have not all
    broken when history is changed, those whose two countries the question names, or else those of
    Albania with one that it names, or else all; of several the one whose time to the break changes
    most.
    """
    scenario = comparisons[0].reading.scenario
    file = catalogue_file_of(scenario)
    for each in comparisons:
        if file is not None and each.pair == file.asks_about:
            return each
    named = {country for country, words in _NAMES.items() if re.search(words, scenario.question)}
    alive = [each for each in comparisons if (each.at_risk.value or 0) >= _ALIVE] or list(
        comparisons
    )
    for subject in (named, named | {Country.ALBANIA}):
        own = [each for each in alive if subject.issuperset(pair_named(each.pair))]
        if own:
            return max(own, key=_moved)
    return max(alive, key=_moved)


def _moved(comparison: Comparison) -> tuple[float, float]:
    alive = comparison.at_risk.value or 0.0
    unchanged = comparison.fates.unchanged.value
    return (
        abs(comparison.restricted_mean.difference.value or 0.0) * alive,
        (1 - (1.0 if unchanged is None else unchanged)) * alive,
    )


def both(pair: str) -> str:
    """The two countries of a pair: ``Albania and the USSR``."""
    return both_countries(*pair_named(pair))


def month_in_words(date: str) -> str:
    """A date ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` in words: ``August 1979``; else as it is."""
    match = _DATE.fullmatch(date)
    if match is None:
        return date
    year, month, day = match.groups()
    words = (str(int(day)) if day else "", month_name[int(month or 0)], year)
    return " ".join(word for word in words if word)
