"""A report on a batch: every counterfactual beside its factual twins, gathered for page, tables and figures.

What is drawn and told for each scenario is the pair that its question is about; the tables hold every pair.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from scenarios.charts.compare import Fan, fan_of
from scenarios.comparison.batch import (
    TITLE,
    BatchComparison,
    compare_batch,
    read_histories,
    readings_of,
)
from scenarios.comparison.compare import Comparison
from scenarios.comparison.conditional import abduced, conditional_histories, record_end
from scenarios.comparison.conditional_compare import compare_given, draws_problems
from scenarios.comparison.reading import Reading
from scenarios.comparison.tables import by_reading
from scenarios.console import Told
from scenarios.documented import Documented
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.explain.grievances import HISTORIES, Grievances, grievances
from scenarios.files import catalogue
from scenarios.outcomes import PAIR_NAMES, SERIES_REPLICATES, YEARS
from simulation.conditioning import RecordedMove
from simulation.countries import Country, pair_named
from simulation.ensemble import Course
from simulation.errors import raise_if_any
from simulation.interventions import HISTORICAL, Scenario

#: The quantities whose fans are shown, in this order.
SHOWN = ("delivered", "support", "strain")
#: A pair is told of if it has not yet broken in at least this share of the histories.
_ALIVE = 0.05
#: By what names a question speaks of each country.
_NAMES = {
    Country.ALBANIA: r"Albania|Tirana|Hoxha",
    Country.CHINA: r"China|Chinese|Peking|Beijing|Mao\b",
    Country.USSR: r"USSR|Soviet|Moscow|Stalin|Khrushchev|Brezhnev",
    Country.YUGOSLAVIA: r"Yugoslav|Belgrade|Tito\b",
}


@dataclass(frozen=True)
class ReportMaterial:
    """What a report needs besides the batch: draws, documented figures, sources, and the recorded moves.

    ``sources`` are those of ``simulation/sources.toml`` by key; ``moves`` are needed for histories given the record.
    """

    draws: Draws
    documented: Documented = field(default_factory=Documented)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    moves: Sequence[RecordedMove] = ()


@dataclass(frozen=True)
class ReportRequest:
    """What is asked of a batch: beside which factual scenario, for which pairs, and over how many years.

    ``years`` is the horizon (none: each scenario's own); ``until`` the month up to which both branches are given the
    record (none: they are not); ``only`` some of the counterfactuals (none: all).
    """

    factual: str = HISTORICAL.name
    only: tuple[str, ...] = ()
    pairs: tuple[str, ...] = PAIR_NAMES
    years: int | None = None
    until: str | None = None


@dataclass(frozen=True)
class Chapter:
    """One counterfactual: its comparisons pair by pair, and what is shown of the pair that it is about.

    ``page`` is that of the documented alternative (empty if unknown); ``fans`` are those of the factual and of the
    counterfactual branch by series.
    """

    reading: Reading
    comparisons: tuple[Comparison, ...]
    chosen: Comparison
    page: str
    fans: Mapping[str, tuple[Fan, Fan]]
    grievances: Grievances

    @property
    def name(self) -> str:
        """The name of the scenario."""
        return self.reading.scenario.name


@dataclass(frozen=True)
class Report:
    """All counterfactuals of a batch, and what they are set beside."""

    compared: BatchComparison
    chapters: tuple[Chapter, ...]
    material: ReportMaterial


def report_on(
    folder: Path,
    material: ReportMaterial,
    request: ReportRequest | None = None,
    told: Told | None = None,
) -> Report:
    """All that a report on the batch in a folder tells.

    The histories that the decomposition needs are simulated anew, with the draws, seed and scenarios of the batch.
    Raises ``ScenarioError`` that lists what is wrong with the request, the batch or the draws (see ``compare_batch``
    and ``compare_given``).
    """
    request, told = request or ReportRequest(), told or _nothing
    asked: dict[str, Any] = {
        "factual": request.factual,
        "only": request.only,
        "pairs": request.pairs,
        "years": request.years,
    }
    manifest, readings = readings_of(folder, **asked)
    raise_if_any(TITLE, draws_problems(manifest, material.draws), ScenarioError)
    breaks = material.documented.breaks
    if request.until is None:
        compared = compare_batch(
            folder, **asked, breaks=breaks, progress=partial(told, "comparing")
        )
    else:
        compared = compare_given(
            folder,
            request.until,
            material.moves,
            material.draws,
            **asked,
            breaks=breaks,
            progress=partial(told, "simulating"),
        )
    histories = _histories(folder, compared, material, request, readings)
    groups = [(reading, tuple(group)) for reading, group in by_reading(compared.comparisons)]
    chosen = [pair_asked(group) for _, group in groups]
    found = _grievances(compared, material, request, chosen, told)
    return Report(
        compared,
        tuple(
            Chapter(
                reading, group, own, page_of(reading.scenario), _fans(own, histories), grievance
            )
            for (reading, group), own, grievance in zip(groups, chosen, found, strict=True)
        ),
        material,
    )


def _nothing(_doing: str, _done: int, _whole: int) -> None:
    """Nobody is told."""


def pair_asked(comparisons: Sequence[Comparison]) -> Comparison:
    """The pair that a scenario is about.

    Of the pairs that have not all broken when history is changed, those whose two countries the question names, or else
    those of Albania with one that it names, or else all; of several the one whose time to the break changes most.
    """
    question = comparisons[0].reading.scenario.question
    named = {country for country, words in _NAMES.items() if re.search(words, question)}
    alive = [each for each in comparisons if (each.at_risk.value or 0) >= _ALIVE] or list(
        comparisons
    )
    for subject in (named, named | {Country.ALBANIA}):
        held = [each for each in alive if subject.issuperset(pair_named(each.pair))]
        if held:
            return max(held, key=_moved)
    return max(alive, key=_moved)


def _moved(comparison: Comparison) -> tuple[float, float]:
    alive = comparison.at_risk.value or 0.0
    unchanged = comparison.fates.unchanged.value
    return (
        abs(comparison.restricted_mean.difference.value or 0.0) * alive,
        (1 - (1.0 if unchanged is None else unchanged)) * alive,
    )


def page_of(scenario: Scenario) -> str:
    """The page that documents a scenario's alternative, where the catalogue holds the very same scenario."""
    held = catalogue().get(scenario.name)
    return held.page if held is not None and held.scenario == scenario else ""


def _histories(
    folder: Path,
    compared: BatchComparison,
    material: ReportMaterial,
    request: ReportRequest,
    readings: Sequence[Reading],
) -> Callable[[str, list[str]], pd.DataFrame]:
    """What gives some columns of the histories of a scenario: those of the batch, or some given the record."""
    if request.until is None:
        return partial(read_histories, folder)
    scenarios = [compared.factual, *(reading.scenario for reading in readings)]
    tables, _ = conditional_histories(
        scenarios,
        material.draws,
        min(int(compared.manifest["replicates"]), SERIES_REPLICATES),
        int(compared.manifest["seed"]),
        material.moves,
        record_end(request.until, scenarios),
    )
    return lambda name, columns: tables[name][columns]


def _fans(
    comparison: Comparison, histories: Callable[[str, list[str]], pd.DataFrame]
) -> dict[str, tuple[Fan, Fan]]:
    stem = comparison.pair.replace("-", "_")
    columns = [f"{stem}_{series}_{year}" for series in SHOWN for year in YEARS]
    reading = comparison.reading
    one, other = (
        histories(scenario.name, ["replicate", *columns])
        for scenario in (reading.factual, reading.scenario)
    )
    return {
        series: (fan_of(one, comparison.pair, series), fan_of(other, comparison.pair, series))
        for series in SHOWN
    }


def _grievances(
    compared: BatchComparison,
    material: ReportMaterial,
    request: ReportRequest,
    chosen: Sequence[Comparison],
    told: Told,
) -> list[Grievances]:
    """What drives the difference of each pair that is shown, in the first histories of the batch simulated anew."""
    seed = int(compared.manifest["seed"])
    given = compared.given
    past = None
    if given is not None and request.until is not None:
        end = record_end(
            request.until, [compared.factual, *(own.reading.scenario for own in chosen)]
        )

        def past(first: int, count: int) -> Course:
            return abduced(
                material.draws,
                material.moves,
                end,
                seed=seed,
                first_replicate=first,
                replicates=count,
                candidates=given.candidates,
            ).course

    return grievances(
        [(own.reading, own.pair) for own in chosen],
        material.draws,
        min(int(compared.manifest["replicates"]), HISTORIES),
        seed,
        past=past,
        progress=partial(told, "looking for what drives the differences"),
    )
