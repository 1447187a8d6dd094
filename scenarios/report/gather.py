"""A report on a batch, gathered: every counterfactual beside its factual twins.

What is drawn and told for each scenario is the pair that its question is about; the tables hold
every pair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from scenarios.batch.integrity import draws_problems
from scenarios.batch.manifest import drivers_of
from scenarios.charts.compare import Fan, fan_of
from scenarios.charts.report import SHOWN
from scenarios.columns import stem_of
from scenarios.comparison.answer import pair_asked
from scenarios.comparison.batch import (
    BatchComparison,
    Histories,
    compare_request,
    question_of,
    read_histories,
)
from scenarios.comparison.histories import (
    abduced,
    conditional_histories,
    record_end,
)
from scenarios.comparison.output import by_reading
from scenarios.comparison.reading import Comparison, Reading
from scenarios.comparison.request import TITLE, BatchRequest
from scenarios.comparison.table import Number, yearly_numbers
from scenarios.console import WorkProgress
from scenarios.documented import Documented
from scenarios.draws import Draws
from scenarios.errors import ScenarioError
from scenarios.explain.grievances import HISTORIES, Grievances, grievances
from scenarios.files import catalogue_file_of
from scenarios.outcomes import SERIES_REPLICATES, YEARS
from simulation.conditioning import RecordedMove
from simulation.ensemble import Course
from simulation.errors import raise_if_any
from simulation.interventions import Scenario


@dataclass(frozen=True)
class ReportMaterial:
    """What a report needs besides the batch: draws, documented figures, sources, recorded moves.

    ``sources`` are those of ``simulation/sources.toml`` by key; ``moves`` are needed for histories
    given the record.
    """

    draws: Draws
    documented: Documented = field(default_factory=Documented)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    moves: Sequence[RecordedMove] = ()


class ReportRequest(BatchRequest):
    """What is asked of a batch, for a report."""


@dataclass(frozen=True)
class Chapter:
    """One counterfactual: its comparisons, and what is shown of the pair that it is about.

    ``page`` is that of the documented alternative (empty if unknown); ``fans`` are those of the
    factual and of the counterfactual branch by series.
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

    @property
    def last_year(self) -> dict[str, Number]:
        """The differences of the pair in the last year of the horizon, by series."""
        rows = yearly_numbers(self.chosen)
        return {row.quantity.removesuffix("_difference"): row for row in rows}


@dataclass(frozen=True)
class Report:
    """All counterfactuals of a batch, and what they are set beside."""

    compared: BatchComparison
    chapters: tuple[Chapter, ...]
    material: ReportMaterial


def report_on(
    folder: Path,
    material: ReportMaterial,
    request: BatchRequest | None = None,
    progress: WorkProgress | None = None,
) -> Report:
    """All that a report on the batch in a folder says.

    The histories that the decomposition needs are simulated anew, with the draws, seed and
    scenarios of the batch. Raises ``ScenarioError`` that lists what is wrong with the request, the
    batch or the draws (see ``compare_batch`` and ``compare_given``).
    """
    request, progress = request or BatchRequest(), progress or (lambda *_: None)
    _, manifest, readings = question_of(folder, request.model_dump())
    raise_if_any(TITLE, draws_problems(manifest, material.draws), ScenarioError)
    compared = compare_request(
        folder,
        request,
        breaks=material.documented.breaks,
        moves=material.moves,
        draws=material.draws,
        progress=progress,
    )
    end = None if request.until is None else record_end(request.until, [])
    histories = _histories(folder, compared, material, readings, end)
    groups = [(reading, tuple(group)) for reading, group in by_reading(compared.comparisons)]
    chosen = [pair_asked(group) for _, group in groups]
    drives = _grievances(compared, material, chosen, end, progress)
    chapters = (
        Chapter(reading, group, own, page_of(reading.scenario), _fans(own, histories), grievance)
        for (reading, group), own, grievance in zip(groups, chosen, drives, strict=True)
    )
    return Report(compared, tuple(chapters), material)


def page_of(scenario: Scenario) -> str:
    """The page that documents a scenario's alternative, if the catalogue holds that scenario."""
    file = catalogue_file_of(scenario)
    return file.page if file is not None else ""


def _histories(
    folder: Path,
    compared: BatchComparison,
    material: ReportMaterial,
    readings: Sequence[Reading],
    end: int | None,
) -> Histories:
    """The histories of the fans: those of the batch, or some given the record up to ``end``."""
    if end is None:
        return partial(read_histories, folder)
    tables, _ = conditional_histories(
        [compared.factual, *(reading.scenario for reading in readings)],
        material.draws,
        min(int(compared.manifest["replicates"]), SERIES_REPLICATES),
        int(compared.manifest["seed"]),
        material.moves,
        end,
        drivers=drivers_of(compared.manifest),
    )
    return lambda name, columns: tables[name][columns]


def _fans(comparison: Comparison, histories: Histories) -> dict[str, tuple[Fan, Fan]]:
    stem = stem_of(comparison.pair)
    columns = ["replicate", *(f"{stem}_{series}_{year}" for series in SHOWN for year in YEARS)]
    reading = comparison.reading
    one, other = (histories(each.name, columns) for each in (reading.factual, reading.scenario))
    return {
        series: (fan_of(one, comparison.pair, series), fan_of(other, comparison.pair, series))
        for series in SHOWN
    }


def _grievances(
    compared: BatchComparison,
    material: ReportMaterial,
    chosen: Sequence[Comparison],
    end: int | None,
    progress: WorkProgress,
) -> list[Grievances]:
    """What drives the differences, in the first histories of the batch, simulated anew."""
    seed, record = int(compared.manifest["seed"]), compared.given_record
    drivers = drivers_of(compared.manifest)

    def past(first: int, count: int) -> Course:
        assert end is not None
        assert record is not None
        course, _ = abduced(
            material.draws,
            material.moves,
            end,
            seed=seed,
            first_replicate=first,
            replicates=count,
            candidates=record.candidates,
            drivers=drivers,
        )
        return course

    return grievances(
        [(own.reading, own.pair) for own in chosen],
        material.draws,
        min(int(compared.manifest["replicates"]), HISTORIES),
        seed,
        past=None if end is None else past,
        drivers=drivers,
        progress=partial(progress, "looking for what drives the differences"),
    )
