"""What strains a client, or tires its patron, more or less because history was changed.

The histories of a batch do not hold the sources of strain and fatigue, so the first of them are
simulated once more, from the same draws, seed and scenarios, over each horizon only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from scenarios.comparison.estimates import Clusters, Estimate, averaged_columns
from scenarios.comparison.histories import TOGETHER, ProgressOf
from scenarios.comparison.reading import Reading
from scenarios.draws import Draws, parameters_for
from scenarios.explain.reasons import spared_by_worth
from scenarios.explain.words import RELIEF, WORTH
from simulation.arrays import Array
from simulation.countries import pair_named
from simulation.dates import year_of
from simulation.drivers.spells import DriverChoice
from simulation.ensemble import Course, continued, opened
from simulation.interventions import HISTORICAL, Scenario
from simulation.parameters import Parameters
from simulation.rules.strain import FatigueSources, StrainSources
from simulation.state import Status

STRAIN, FATIGUE = "strain", "fatigue"
#: Every source as (feeling, name), in the order in which the rules add them up.
SOURCES = (
    *((STRAIN, source) for source in (*StrainSources._fields, RELIEF)),
    *((FATIGUE, source) for source in (*FatigueSources._fields, WORTH)),
)
_STRAIN = [f"strain_sources.{source}" for source in StrainSources._fields]
_FATIGUE = [f"fatigue_sources.{source}" for source in FatigueSources._fields]
_KEPT = ("status", *_STRAIN, "relief", *_FATIGUE, "value")
#: Histories that are simulated once more.
HISTORIES = 512


@dataclass(frozen=True)
class SourceMean:
    """A source of strain or of fatigue over some quarters: its mean in both branches.

    ``difference`` is that of the twins, counterfactual less factual. Amounts are in units of strain
    (fatigue) before their sum is bent into 0 to 1; relief and worth are negative. All are none
    where no history bears on them.
    """

    feeling: str
    source: str
    factual: float | None
    counterfactual: float | None
    difference: Estimate


@dataclass(frozen=True)
class Grievances:
    """The sources of strain and fatigue of one pair in a counterfactual and in its factual twins.

    Only quarters that the pair begins allied or in open dispute in both branches are counted, as
    strain is of an alliance: ``share`` says what part of all quarters these are. Of each history
    the mean over its own such quarters is taken: ``yearly`` over those of each calendar year that
    the horizon touches, ``whole`` over all of them.
    """

    reading: Reading
    pair: str
    histories: int
    share: float
    yearly: Mapping[int, tuple[SourceMean, ...]]
    whole: tuple[SourceMean, ...]


def grievances(
    readings: Sequence[tuple[Reading, str]],
    draws: Draws,
    replicates: int,
    seed: int,
    *,
    past: Callable[[int, int], Course] | None = None,
    progress: ProgressOf | None = None,
    drivers: DriverChoice = "drawn",
) -> list[Grievances]:
    """What strains the client and tires the patron of one pair in each counterfactual.

    Each reading has its pair, client first. Replicate r has the draw, shocks, drivers and scenario
    that it has in a batch of the same draws and seed. ``past`` gives the course from which some
    replicates (the first of them, how many) go on, for histories given the record; without it they
    begin in 1945. ``progress`` is called with the counterfactuals done, over all parts of the work,
    and with how many there are.
    """
    parts: list[list[tuple[Array, Array]]] = [[] for _ in readings]
    firsts = range(0, replicates, TOGETHER)
    for part, first in enumerate(firsts):
        parameters = parameters_for(draws, first, min(TOGETHER, replicates - first))
        simulated = _branches(readings, parameters, seed, first, past, drivers)
        for done, (place, branches) in enumerate(simulated, part * len(readings) + 1):
            parts[place].append(branches)
            if progress is not None:
                progress(done, len(firsts) * len(readings))
    clusters = Clusters(np.arange(replicates) % len(draws))
    return [
        _summed_up(
            reading,
            pair,
            [np.concatenate(each, axis=-1) for each in zip(*own, strict=True)],
            clusters,
        )
        for (reading, pair), own in zip(readings, parts, strict=True)
    ]


def _branches(
    readings: Sequence[tuple[Reading, str]],
    parameters: Parameters,
    seed: int,
    first_replicate: int,
    past: Callable[[int, int], Course] | None,
    drivers: DriverChoice,
) -> Iterator[tuple[int, tuple[Array, Array]]]:
    """The sources in both branches of each reading, those that part from history first leading."""

    def onward(course: Course, scenario: Scenario, until: int) -> Course:
        return continued(
            course,
            parameters,
            scenario,
            seed=seed,
            first_replicate=first_replicate,
            until=until,
            drivers=drivers,
        )

    def branch(start: Course | None, scenario: Scenario, pair: str, last_quarter: int) -> Array:
        begun = opened(parameters, scenario, ()) if start is None else start
        begun = replace(begun, kept=dict.fromkeys(_KEPT, ()))
        reached = onward(begun, scenario, last_quarter + 1)
        return _sources(begun, reached, pair, scenario.parameters(parameters))

    shared = None
    if past is not None:
        shared = replace(past(first_replicate, parameters.replicates), kept={})
    order = sorted(range(len(readings)), key=lambda place: readings[place][0].first_quarter)
    for start, places in groupby(order, key=lambda place: readings[place][0].first_quarter):
        if start or shared is not None:
            shared = onward(shared or opened(parameters, HISTORICAL, ()), HISTORICAL, start)
        for place in places:
            reading, pair = readings[place]
            factual, counterfactual = (
                branch(shared, scenario, pair, reading.last_quarter)
                for scenario in (reading.factual, reading.scenario)
            )
            yield place, (factual, counterfactual)


def _sources(begun: Course, reached: Course, pair: str, parameters: Parameters) -> Array:
    """Whether a pair begins each quarter tied, and ``SOURCES``: (1 + sources, quarters, R)."""
    patron, client = pair_named(pair)
    kept = {
        name: np.stack([quarterly[patron, client] for quarterly in reached.kept[name]])
        for name in _KEPT
    }
    before = np.concatenate([begun.state.status[np.newaxis, patron, client], kept["status"][:-1]])
    tied = np.isin(before, (Status.ALLIED, Status.ESTRANGED)).astype(float)
    fatigue = [kept[name] for name in _FATIGUE]
    worth = spared_by_worth(fatigue, kept["value"], parameters)
    return np.stack([tied, *(kept[name] for name in _STRAIN), -kept["relief"], *fatigue, worth])


def _summed_up(
    reading: Reading, pair: str, branches: Sequence[Array], clusters: Clusters
) -> Grievances:
    factual, counterfactual = branches
    both = factual[0] * counterfactual[0]
    sources = (factual[1:], counterfactual[1:])
    years = np.array([year_of(q) for q in range(reading.first_quarter, reading.last_quarter + 1)])
    return Grievances(
        reading=reading,
        pair=pair,
        histories=clusters.histories,
        share=float(both.mean()),
        yearly={
            int(year): _means(sources, both * (years == year)[:, np.newaxis], clusters)
            for year in np.unique(years)
        },
        whole=_means(sources, both, clusters),
    )


def _means(
    branches: tuple[Array, Array], counted: Array, clusters: Clusters
) -> tuple[SourceMean, ...]:
    """The mean of each source over the quarters of each history that count.

    Branches have the shape (sources, quarters, R), ``counted`` (quarters, R) is 1 or 0.
    """
    quarters = counted.sum(axis=0)
    among = quarters > 0
    one, other = (
        ((branch * counted).sum(axis=1) / np.maximum(quarters, 1)).T for branch in branches
    )
    differences = averaged_columns(other - one, clusters, among)

    def mean(values: Array) -> float | None:
        return float(values.mean()) if values.size else None

    return tuple(
        SourceMean(*kind, mean(one[among, place]), mean(other[among, place]), differences[place])
        for place, kind in enumerate(SOURCES)
    )
