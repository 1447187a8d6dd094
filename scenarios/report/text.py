"""The sentences of a report: what becomes of a break, how sure that is, and what the difference works through.

The numbers are those of the comparison; none is reckoned anew.
"""

import math
import re
from collections.abc import Iterator

from scenarios.charts.report import SEEN, moved, words_of
from scenarios.comparison.batch import BatchComparison
from scenarios.comparison.compare import Comparison, YearlyDifference
from scenarios.comparison.estimates import Estimate
from scenarios.comparison.tables import AVOIDED, BROUGHT_ABOUT, first_month, in_years, last_month
from scenarios.explain.grievances import FATIGUE, STRAIN, Grievances
from scenarios.explain.words import the
from scenarios.report.words import (
    FIRM_SPACE,
    both,
    bounds,
    month_in_words,
    sentence_of,
    share,
    shift_range,
    typeset,
)
from simulation.countries import pair_named

#: What is said of draws of each kind, in place of a claim about history.
KINDS_OF_DRAWS = {
    "prior": "The parameters were drawn from the prior alone: nothing of the record has narrowed them. Shares and "
    "dates say what the rules could do, not what history was likely to do.",
    "provisional": "The parameter draws are provisional: it has not been shown that the fit behind them recovers known "
    "parameters or predicts what was left out. Shares and dates are what these rules make of these drivers, not "
    "probabilities of history.",
    "published": "The parameters were fitted to the record. Every share holds on condition that the rules, the drivers "
    "and that fit do; none is a probability of history as such.",
}


def summary(comparison: Comparison) -> list[str]:
    """What becomes of a break when history is changed, in a few sentences."""
    reading, pair = comparison.reading, both(comparison.pair)
    start = month_in_words(first_month(reading))
    if not comparison.at_risk.value:
        return [
            sentence_of(
                f"{pair} have broken in every history before {start}, when history is changed: of this break the "
                "scenario can say nothing"
            )
        ]
    end = month_in_words(last_month(reading))
    told = [
        f"{pair} have not yet broken in {share(comparison.at_risk)} of the histories when history is changed, in "
        f"{start}. Of these, {share(comparison.factual_broken)} break by {end} in the factual branch, and "
        f"{share(comparison.counterfactual_broken)} in the counterfactual one",
        _fates(comparison),
        *_times(comparison),
        *_causes(comparison),
    ]
    return [sentence_of(sentence) for sentence in told]


def _fates(comparison: Comparison) -> str:
    fates = comparison.fates
    if fates.unchanged.value == 1:
        return "in no history does the change move the break by as much as a quarter within the horizon"
    return (
        f"twin beside twin, the break is avoided within the horizon in {share(fates.avoided)} of them, brought "
        f"forward in {share(fates.brought_forward)}, delayed in {share(fates.delayed)}, and unchanged in "
        f"{share(fates.unchanged)}"
    )


def _times(comparison: Comparison) -> Iterator[str]:
    """When half have broken, by how much the break moves, and how much longer the pair lasts."""
    yield _medians(comparison)
    shift = comparison.shift
    if shift.median.value is not None and comparison.fates.unchanged.value != 1:
        yield (
            "among pairs of twins of which one or both break, the median shift is "
            f"{_shift(shift.median)}; nine in ten shifts lie in the range {_quoted(shift_range(shift))}"
        )
    gained = comparison.restricted_mean
    if gained.difference.value is not None:
        longer = "longer" if gained.difference.value >= 0 else "shorter"
        error = f" ± {gained.difference.error:.2f}" if gained.difference.error else ""
        yield (
            f"on average the pair stays unbroken for {abs(gained.difference.value):.2f}{error} years {longer}: "
            f"{gained.counterfactual.value:.2f} instead of {gained.factual.value:.2f} of the "
            f"{comparison.reading.length:g} years that are read"
        )


def _quoted(span: str) -> str:
    """A range with the words that stand for infinite shifts in quotation marks."""
    return re.sub("|".join((AVOIDED, BROUGHT_ABOUT)), lambda match: f"“{match[0]}”", span)


def _medians(comparison: Comparison) -> str:
    dates = (comparison.factual_median, comparison.counterfactual_median)
    factual, counterfactual = (date and month_in_words(date) for date in dates)
    if factual == counterfactual:
        return (
            f"half of the histories have broken by {factual} in both branches"
            if factual
            else "in neither branch does half of the histories break within the horizon"
        )
    first = f"half of the factual histories have broken by {factual}"
    second = f"half of the counterfactual ones by {counterfactual}"
    return (
        f"{first if factual else 'fewer than half of the factual histories break within the horizon'}, "
        f"{second if counterfactual else 'fewer than half of the counterfactual ones within the horizon'}"
    )


def _shift(estimate: Estimate) -> str:
    value = estimate.value
    if value is not None and math.isinf(value):
        return {
            AVOIDED: f"that the break does not come within the horizon any more ({AVOIDED})",
            BROUGHT_ABOUT: f"that a break comes which the twin does not have within the horizon ({BROUGHT_ABOUT})",
        }[AVOIDED if value > 0 else BROUGHT_ABOUT]
    return f"{typeset(in_years(estimate))} years"


def _causes(comparison: Comparison) -> Iterator[str]:
    """How far the documented course was necessary and sufficient, and how often history returns to its path."""
    need, enough = comparison.necessity, comparison.sufficiency
    if need.value.value is not None:
        yield (
            f"necessity: of the factual histories that break within the horizon, {share(need.value)} do not in the "
            f"counterfactual branch (bounds {bounds(need)} %, whichever way chance is shared between the two branches)"
        )
    if enough.value.value is not None:
        yield (
            "sufficiency: of the histories that do not break in the counterfactual branch, "
            f"{share(enough.value)} break in the factual one (bounds {bounds(enough)} %)"
        )
    back = comparison.redirecting
    if back.to_twin.value is not None:
        yield (
            f"redirecting: of the histories whose factual twin breaks within the horizon, {share(back.to_twin)} break "
            "all the same no more than a year from the twin's date"
        )
    if back.to_record is not None and back.factual_to_record is not None:
        yield (
            f"within a year of the documented dates fall the breaks of {share(back.to_record)} of the counterfactual "
            f"and of {share(back.factual_to_record)} of the factual histories"
        )


def regard(comparison: Comparison) -> str:
    """By how much aid, support and strain differ in the last year of the horizon, in a sentence."""
    patron, client = pair_named(comparison.pair)
    last = {row.series: row for row in comparison.yearly}
    words = {
        "delivered": f"aid from {the(patron)} to {the(client)}",
        "support": f"political support of {the(client)} for {the(patron)}",
        "strain": f"strain of {the(client)}",
    }
    told = [f"{name} {_differs(last[series])}" for series, name in words.items()]
    return sentence_of(f"over all histories, in {comparison.yearly[-1].year} {'; '.join(told)}")


def _differs(row: YearlyDifference) -> str:
    """By how much a quantity of a year is higher or lower than in the factual branch."""
    places, unit = (1, " million US dollars") if row.series == "delivered" else (3, "")
    value, error = row.difference.value or 0.0, row.difference.error or 0.0
    if not (round(value, places) or round(error, places)):
        return f"is the same in both branches ({row.factual:.{places}f}{unit})"
    shown = f"{abs(value):.{places}f}" + (f" ± {error:.{places}f}" if error else "")
    return (
        f"is {'higher' if value >= 0 else 'lower'} by {shown.replace(' ', FIRM_SPACE)}{unit} than in the "
        f"factual branch ({row.factual:.{places}f})"
    )


def drives(found: Grievances) -> list[str]:
    """What the difference comes from, in a few sentences."""
    patron, client = pair_named(found.pair)
    if not found.share:
        return [
            sentence_of(
                f"{both(found.pair)} are never tied in both branches within the horizon: nothing can be compared"
            )
        ]
    counted = (
        f"compared are the quarters that both twins begin allied or in open dispute, {100 * found.share:.0f} % of all "
        f"quarters read, in the first {found.histories:,} histories"
    )
    told = []
    for feeling, subject in (
        (STRAIN, f"strain of {the(client)}"),
        (FATIGUE, f"fatigue of {the(patron)}"),
    ):
        means = [mean for mean in found.whole if mean.feeling == feeling and moved(mean)]
        means.sort(key=lambda mean: -abs(mean.difference.value or 0.0))
        if means:
            parts = ", ".join(
                f"{words_of(mean, found.pair)} ({typeset(f'{mean.difference.value:+.2f}')})"
                for mean in means[:3]
            )
            told.append(f"the {subject} changes most through {parts}")
    if not told:
        told.append(
            f"no source of the strain of {the(client)} or the fatigue of {the(patron)} changes by {SEEN:g} or more "
            "while both twins stand: if their fates differ, it is by a move that the scenario rules out or brings "
            "about, or by what happens to other pairs"
        )
    return [sentence_of(sentence) for sentence in (counted, *told)]


def precision(comparison: Comparison) -> str:
    """Monte Carlo error and spread over the draws, kept apart, in two sentences for the share that is avoided."""
    avoided = comparison.fates.avoided
    if avoided.value is None:
        return ""
    if not avoided.error:
        return sentence_of(
            "whether the break is avoided all histories agree, so that no Monte Carlo error can be estimated; a rarer "
            "course of events may still have been missed"
        )
    told = (
        f"the Monte Carlo error of the share avoided is {100 * avoided.error:.1f} percentage points"
    )
    if avoided.halving is None:
        told += "; more histories alone would not halve it, it takes more parameter draws"
    else:
        told += f"; {avoided.halving:,} histories of each scenario would halve it"
    if avoided.spread is None:
        spread = "with fewer than two histories a draw, the spread over the draws cannot be told apart from chance"
    else:
        spread = (
            f"from one parameter draw to another the share itself differs with a standard deviation of "
            f"{100 * avoided.spread:.1f} percentage points, which is what the fit leaves open and no number of "
            "histories makes smaller"
        )
    return f"{sentence_of(told)} {sentence_of(spread)}"


def limits(compared: BatchComparison) -> list[str]:
    """What must be said of the draws, and of how both branches begin."""
    kind = compared.manifest["draws"]["kind"]
    given = compared.given
    start = (
        "Both branches begin in 1945 and nothing of the record is imposed on them: where a simulated history has taken "
        "another course by the time history is changed, the scenario meets another world than that of the documents. "
        "Histories in which the pair has broken already are left out of the shares."
        if given is None
        else f"Both branches are given the recorded moves up to {month_in_words(given.until)}, and run freely from "
        f"there. Of {given.candidates} candidates for each history one was chosen by how well it fits the record; the "
        f"effective share of the candidates is {100 * given.effective_share:.0f} %."
    )
    return [KINDS_OF_DRAWS[kind], start]
