"""Where sensitivity is measured: levers, and the outcomes of points, which are kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

from calibration.checks.histories.implied import first_breaks
from calibration.fit.workers import carried_out
from calibration.origin import rules_hash
from calibration.prior import Coordinates, parameters_at
from scenarios.disk import write_whole
from scenarios.draws import table_hash
from scenarios.explain.words import DRIVER_WORDS
from scenarios.outcomes import PAIR_NAMES
from scenarios.reader import read_arrays
from scenarios.run import Progress, no_progress
from simulation.arrays import Array
from simulation.countries import COUNTRY_KEYS, Country
from simulation.dates import FIRST_YEAR, LAST_YEAR, QUARTERS
from simulation.drivers import DRIVERS, leadership_spells
from simulation.interventions import DriverValue, Intervention, Leadership, Scenario
from simulation.parameters import parameter_table

#: Levers that do nothing, and how many of them.
DUMMY, DUMMIES = "dummy", 10
#: What is looked at, for each break.
SHARE, DATE = "share by 1980", "median date"
#: What is switched off is so throughout.
FIRST, LAST = f"{FIRST_YEAR}-01", f"{LAST_YEAR}-12"
#: The range of a parameter: between these quantiles of its draws.
RANGE = (0.05, 0.95)


@dataclass(frozen=True)
class Lever:
    """What may matter: a parameter's coordinate in a range, a driver's switch, or a dummy."""

    name: str
    low: float = 0.0
    high: float = 1.0
    changes: tuple[Intervention, ...] = ()


@cache
def outcome_names() -> tuple[str, ...]:
    """What each point gives: for every break the share by 1980 and the median date."""
    return tuple(f"{name}, {what}" for what in (SHARE, DATE) for name in PAIR_NAMES)


@cache
def switches() -> tuple[Lever, ...]:
    """The drivers as switches.

    Below a half a driver is zero throughout, or a country keeps its first leadership.
    """
    levers = [
        Lever(
            DRIVER_WORDS[driver].format("a country"),
            changes=tuple(
                DriverValue(
                    country=country,
                    driver=driver,
                    value=0,
                    start=FIRST,
                    end=LAST,
                    reason="switched off",
                )
                for country in COUNTRY_KEYS
            ),
        )
        for driver in DRIVERS
    ]
    for country in Country:
        spells = sorted(
            (spell for spell in leadership_spells().values() if spell.country is country),
            key=lambda spell: spell.first_month,
        )
        if len(spells) > 1:
            kept = Leadership(
                country=country.key,
                spell=spells[0].name,
                start=FIRST,
                end=LAST,
                reason="switched off",
            )
            levers.append(Lever(f"leaderships of {country.title}", changes=(kept,)))
    return tuple(levers)


def driver_levers() -> tuple[Lever, ...]:
    """Every driver as a switch, and a dummy."""
    return (*switches(), Lever(DUMMY))


def parameter_levers(coordinates: Coordinates) -> tuple[Lever, ...]:
    """Every parameter between quantiles of its draws, and the dummies."""
    low, high = np.quantile(coordinates, RANGE, axis=0)
    parameters = [
        Lever(name, float(least), float(most))
        for name, least, most in zip(parameter_table(), low, high, strict=True)
    ]
    return (*parameters, *(Lever(f"{DUMMY} {number}") for number in range(DUMMIES)))


def scenario_of(off: Sequence[Lever]) -> Scenario:
    """History with some drivers switched off."""
    changes = tuple(change for lever in off for change in lever.changes)
    return Scenario(
        name="switched", question="What if some drivers had been silent?", interventions=changes
    )


@dataclass(frozen=True)
class Laboratory:
    """Where points are worked out, and kept.

    Parameters that are no levers stay in the ``middle`` (parameters,); every point has so many
    ``replicates``.
    """

    middle: Array
    replicates: int
    seed: int
    folder: Path
    workers: int

    def outcomes(
        self, levers: Sequence[Lever], points: Array, block: int, progress: Progress = no_progress
    ) -> Array:
        """The outcomes (points, outcomes) of points (points, levers), a block of points at a time.

        A block that is kept in the folder is read; every other is worked out and kept.
        """
        blocks = {start: points[start : start + block] for start in range(0, len(points), block)}
        paths = {start: self._path(levers, part, start) for start, part in blocks.items()}
        kept = {start: _kept(paths[start], len(part)) for start, part in blocks.items()}
        missing = [start for start in blocks if kept[start] is None]
        done = len(points) - sum(len(blocks[start]) for start in missing)
        self.folder.mkdir(parents=True, exist_ok=True)
        tasks = {
            start: (levers, blocks[start], self.middle, self.replicates, self.seed, start)
            for start in missing
        }
        for start, outcomes in carried_out(outcomes_at, tasks, self.workers):
            content = BytesIO()
            np.savez(content, outcomes=outcomes)
            write_whole(paths[start], content.getvalue())
            kept[start] = outcomes
            done += len(outcomes)
            progress(done)
        return np.concatenate([each for each in kept.values() if each is not None])

    def _path(self, levers: Sequence[Lever], points: Array, start: int) -> Path:
        digest = hashlib.sha256(repr((levers, self.replicates, self.seed, start)).encode())
        for array in (points, self.middle):
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update((rules_hash() + table_hash()).encode())
        return self.folder / f"points-{digest.hexdigest()[:20]}.npz"


def _kept(path: Path, points: int) -> Array | None:
    """The outcomes of so many points as they were kept; none if they are not there, or damaged."""
    try:
        kept = read_arrays(path)["outcomes"]
    except (OSError, ValueError, KeyError):
        return None
    return kept if kept.shape == (points, len(outcome_names())) else None


def outcomes_at(
    levers: Sequence[Lever],
    points: Array,
    middle: Array,
    replicates: int,
    seed: int,
    first_point: int,
) -> Array:
    """The outcomes (points, outcomes) of some points (points, levers).

    Each point has ``replicates`` histories with shocks of its own. Points with the same drivers are
    simulated together.
    """
    names = list(parameter_table())
    coordinates = np.tile(middle, (len(points), 1))
    for column, lever in enumerate(levers):
        if lever.name in names:
            coordinates[:, names.index(lever.name)] = points[:, column]
    switches = [lever for lever in levers if lever.changes]
    places = [column for column, lever in enumerate(levers) if lever.changes]
    off = points[:, places] < 0.5
    outcomes = np.empty((len(points), len(outcome_names())))
    for pattern in np.unique(off, axis=0):
        rows = np.flatnonzero((off == pattern).all(axis=1))
        scenario = scenario_of(
            [lever for lever, silent in zip(switches, pattern, strict=True) if silent]
        )
        first = (first_point + int(rows[0])) * replicates
        outcomes[rows] = _simulated(coordinates[rows], scenario, replicates, seed, first)
    return outcomes


def _simulated(
    coordinates: Coordinates, scenario: Scenario, replicates: int, seed: int, first_replicate: int
) -> Array:
    """Share broken by 1980 and median date of every break, (points, outcomes).

    A pair that never breaks counts as breaking after 1980.
    """
    parameters = parameters_at(coordinates, replicates)
    dates = first_breaks(parameters, scenario, seed=seed, first_replicate=first_replicate)
    by_point = dates.reshape(len(dates), -1, replicates)
    outcomes = [*(by_point < QUARTERS).mean(axis=2), *np.median(by_point, axis=2)]
    return np.stack(outcomes, axis=1)
