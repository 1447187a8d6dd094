"""The figures of a chapter of a report, each with a caption and with words for those who do not see it."""

from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.figure import Figure

from scenarios.charts.compare import SERIES_WORDS, Fan, fan_figure, survival_figure
from scenarios.charts.report import (
    changes_figure,
    difference_figure,
    moved,
    sources_figure,
    words_of,
)
from scenarios.comparison.survival import SurvivalCurve
from scenarios.comparison.tables import first_month, last_month
from scenarios.documented import Documented
from scenarios.explain.grievances import STRAIN
from scenarios.explain.words import the
from scenarios.report.gather import Chapter
from scenarios.report.words import both, month_in_words, typeset
from simulation.countries import pair_named
from simulation.dates import year_of


@dataclass(frozen=True)
class Picture:
    """A figure: its name, the part of the chapter it belongs to, a caption, and what it shows in words."""

    name: str
    part: str
    caption: str
    words: str
    figure: Figure


#: The parts of a chapter that hold figures.
TIMELINE, SURVIVAL, DIFFERENCES, DRIVES = "timeline", "survival", "differences", "drives"


def pictures(chapter: Chapter, documented: Documented) -> Iterator[Picture]:
    """The figures of a chapter in reading order, drawn one by one."""
    yield from _fans(chapter, documented)
    chosen = chapter.chosen
    if chosen.factual_curve.years:
        yield Picture(
            "survival",
            SURVIVAL,
            "Share of the histories in which the pair is still unbroken, of those in which it was so when history is "
            "changed.",
            _survival_words(chapter),
            survival_figure(chosen, breaks=documented.breaks),
        )
    if any(row.low or row.high for row in chosen.yearly):
        yield Picture(
            "differences",
            DIFFERENCES,
            "Differences of twins by year. The line is the mean, its whiskers the Monte Carlo error; the band is where "
            "nine in ten pairs of twins lie, and does not shrink with more histories.",
            _difference_words(chapter),
            difference_figure(chosen),
        )
    if chapter.grievances.share:
        yield Picture(
            "sources",
            DRIVES,
            "Mean of each source of strain by year, in units of strain before the sum is bent into 0 to 1; what "
            "relieves stands below zero.",
            _source_words(chapter),
            sources_figure(chapter.grievances),
        )
    if any(moved(mean) for mean in chapter.grievances.whole):
        yield Picture(
            "changes",
            DRIVES,
            "Counterfactual less factual, mean over the whole horizon. More relief, or more worth, makes a bar to the "
            "left.",
            _change_words(chapter),
            changes_figure(chapter.grievances),
        )


def _fans(chapter: Chapter, documented: Documented) -> Iterator[Picture]:
    """The fans of both branches, quantity by quantity and on one scale."""
    reading, pair = chapter.reading, chapter.chosen.pair
    for series, fans in chapter.fans.items():
        top = max(fan.top for fan in fans)
        for branch, fan in zip(("factual", "counterfactual"), fans, strict=True):
            words, unit = SERIES_WORDS[series]
            yield Picture(
                f"{series}-{branch}",
                TIMELINE,
                f"{words} ({unit}), {branch} branch.",
                _fan_words(chapter, fan, f"{words} ({unit}), {branch} branch", documented),
                fan_figure(
                    fan,
                    pair,
                    series,
                    reading,
                    counterfactual=branch == "counterfactual",
                    top=top,
                    documented=documented,
                ),
            )


def _fan_words(chapter: Chapter, fan: Fan, title: str, documented: Documented) -> str:
    first, last = (
        year_of(q) for q in (chapter.reading.first_quarter, chapter.reading.last_quarter)
    )
    known = next((k for k in documented.breaks if k.pair == pair_named(chapter.chosen.pair)), None)
    record = f" A line marks the documented break, {month_in_words(known.date)}." if known else ""
    return (
        f"{title}, {both(chapter.chosen.pair)}, 1945 to 1980, {fan.histories:,} histories. {_fan_at(fan, first)}; "
        f"{_fan_at(fan, last)}.{record}"
    )


def _fan_at(fan: Fan, year: int) -> str:
    low, _, middle, _, high = fan.quantiles[:, fan.years.index(year)]
    return f"{year}: median {middle:.2f}, nine in ten from {low:.2f} to {high:.2f}"


def _survival_words(chapter: Chapter) -> str:
    chosen, reading = chapter.chosen, chapter.reading
    span = f"{month_in_words(first_month(reading))} to {month_in_words(last_month(reading))}"
    ends = [
        f"{branch} {100 * curve.unbroken[-1]:.1f} %"
        for branch, curve in (
            ("factual", chosen.factual_curve),
            ("counterfactual", chosen.counterfactual_curve),
        )
    ]
    return (
        f"Survival curves of {both(chosen.pair)}, {span}. Both begin at 100 %; unbroken at the end: {', '.join(ends)}. "
        f"{_parting(chosen.factual_curve, chosen.counterfactual_curve)}"
    )


def _parting(one: SurvivalCurve, other: SurvivalCurve) -> str:
    gaps = [abs(a - b) for a, b in zip(one.unbroken, other.unbroken, strict=True)]
    widest = max(gaps)
    if not widest:
        return "The two curves are the same."
    return f"They are furthest apart {one.years[gaps.index(widest)]:g} years on, by {100 * widest:.1f} points."


def _difference_words(chapter: Chapter) -> str:
    told = []
    for series, (words, unit) in SERIES_WORDS.items():
        rows = [row for row in chapter.chosen.yearly if row.series == series]
        last = rows[-1]
        told.append(
            f"{words} ({unit}) in {last.year}: mean {typeset(f'{last.difference.value or 0:+.2f}')}, nine in ten from "
            f"{typeset(f'{last.low:+.2f}')} to {typeset(f'{last.high:+.2f}')}"
        )
    return f"Counterfactual less factual of {both(chapter.chosen.pair)}. {'; '.join(told)}."


def _source_words(chapter: Chapter) -> str:
    found = chapter.grievances
    _, client = pair_named(found.pair)
    held = [
        f"{words_of(mean, found.pair)} {typeset(f'{mean.factual:.2f}')} and {typeset(f'{mean.counterfactual:.2f}')}"
        for mean in found.whole
        if mean.feeling == STRAIN and mean.factual is not None and mean.counterfactual is not None
    ]
    return (
        f"Stacked bars of what strains {the(client)}, year by year, both branches. Means over the horizon, factual and "
        f"counterfactual: {'; '.join(held)}."
    )


def _change_words(chapter: Chapter) -> str:
    found = chapter.grievances
    held = [
        f"{mean.feeling}, {words_of(mean, found.pair)} {typeset(f'{mean.difference.value:+.2f}')}"
        for mean in found.whole
        if moved(mean)
    ]
    return f"Bars, one a source. {'; '.join(held) or 'No source changes by enough to be shown'}."
