"""Where sensitivity is measured: levers, points, and the outcomes of points, kept so that no point is made twice."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import numpy as np

from calibration.fit.workers import worker_processes
from calibration.origin import rules_hash
from calibration.prior import Coordinates, parameters_at
from scenarios.draws import table_hash
from scenarios.outcomes import PAIR_NAMES, PAIRS
from simulation.arrays import Array
from simulation.context import leadership_spells
from simulation.countries import COUNTRY_KEYS, Country
from simulation.dates import FIRST_YEAR, LAST_YEAR, QUARTERS
from simulation.ensemble import simulate_in_chunks
from simulation.interventions import DRIVERS, Intervention
from simulation.parameters import parameter_table
from simulation.scenario import Scenario
from simulation.state import Move

#: Levers that do nothing, and how many of them.
DUMMY, DUMMIES = "dummy", 10
#: What is looked at, for each break.
SHARE, DATE = "share by 1980", "median date"
#: The range of a parameter: between these quantiles of its draws.
RANGE = (0.05, 0.95)


@dataclass(frozen=True)
class Lever:
    """Something that may matter: a parameter with the range of its coordinate, a switch of a driver, or the dummy."""

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
    """The drivers as switches: below a half a driver is zero throughout, or a country keeps its first leadership."""
    found = [
        Lever(
            f"driver: {driver}",
            changes=tuple(
                _throughout("driver", country, driver=driver) for country in COUNTRY_KEYS
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
            kept = _throughout("leadership", country.key, spell=spells[0].name)
            found.append(Lever(f"driver: leaderships of {country.title}", changes=(kept,)))
    return tuple(found)


def _throughout(kind: str, country: str, *, driver: str = "", spell: str = "") -> Intervention:
    start, end = f"{FIRST_YEAR}-01", f"{LAST_YEAR}-12"
    return Intervention(
        kind, start, end, "switched off", country=country, driver=driver, spell=spell
    )


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
    return Scenario("switched", "What if some drivers had been silent?", interventions=changes)


@dataclass(frozen=True)
class Laboratory:
    """Where points are worked out: other parameters stay in the middle, so many replicates a point, results kept."""

    middle: Array
    replicates: int
    seed: int
    folder: Path
    workers: int

    def outcomes(
        self,
        levers: Sequence[Lever],
        points: Array,
        block: int,
        told: Callable[[int], None] | None = None,
    ) -> Array:
        """The outcomes (points, outcomes) of points (points, levers), a block of points at a time.

        A block that is kept in the folder is read; every other is worked out and kept.
        """
        starts = list(range(0, len(points), block))
        paths = {
            start: self._path(levers, points[start : start + block], start) for start in starts
        }
        missing = [start for start in starts if not paths[start].is_file()]
        done = sum(len(points[start : start + block]) for start in starts if start not in missing)
        self.folder.mkdir(parents=True, exist_ok=True)

        def finished(start: int, found: Array) -> None:
            nonlocal done
            _write(paths[start], found)
            done += len(found)
            if told is not None:
                told(done)

        tasks = {
            start: (
                levers,
                points[start : start + block],
                self.middle,
                self.replicates,
                self.seed,
                start,
            )
            for start in missing
        }
        if self.workers == 1:
            for start, task in tasks.items():
                finished(start, outcomes_at(*task))
        elif tasks:
            with worker_processes(self.workers) as pool:
                handed_out = {
                    start: pool.submit(outcomes_at, *task) for start, task in tasks.items()
                }
                for start, future in handed_out.items():
                    finished(start, future.result())
        return np.concatenate([np.load(paths[start]) for start in starts])

    def _path(self, levers: Sequence[Lever], points: Array, start: int) -> Path:
        digest = hashlib.sha256(repr((levers, self.replicates, self.seed, start)).encode())
        for array in (points, self.middle):
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update((rules_hash() + table_hash()).encode())
        return self.folder / f"points-{digest.hexdigest()[:20]}.npy"


def _write(path: Path, array: Array) -> None:
    """Keep an array, complete or not at all."""
    made = path.with_name(f".{path.name}-{uuid4().hex}.npy")
    try:
        np.save(made, array)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def outcomes_at(
    levers: Sequence[Lever],
    points: Array,
    middle: Array,
    replicates: int,
    seed: int,
    first_point: int,
) -> Array:
    """The outcomes (points, outcomes) of some points (points, levers).

    Each point has ``replicates`` histories with shocks of its own. Points with the same drivers are simulated
    together.
    """
    names = list(parameter_table())
    coordinates = np.tile(middle, (len(points), 1))
    for column, lever in enumerate(levers):
        if lever.name in names:
            coordinates[:, names.index(lever.name)] = points[:, column]
    held = [lever for lever in levers if lever.changes]
    places = [column for column, lever in enumerate(levers) if lever.changes]
    off = points[:, places] < 0.5
    found = np.empty((len(points), len(outcome_names())))
    for pattern in np.unique(off, axis=0):
        rows = np.flatnonzero((off == pattern).all(axis=1))
        scenario = scenario_of(
            [lever for lever, silent in zip(held, pattern, strict=True) if silent]
        )
        first = (first_point + int(rows[0])) * replicates
        found[rows] = _simulated(coordinates[rows], scenario, replicates, seed, first)
    return found


def _simulated(
    coordinates: Coordinates, scenario: Scenario, replicates: int, seed: int, first_replicate: int
) -> Array:
    """Share broken by 1980 and median date of every break, (points, outcomes); never counts as after 1980."""
    parameters = parameters_at(coordinates, replicates)
    dates: list[list[Array]] = [[] for _ in PAIRS]
    for trajectory in simulate_in_chunks(
        parameters, scenario, seed=seed, first_replicate=first_replicate, keep=()
    ):
        for held, pair in zip(dates, PAIRS, strict=True):
            held.append(np.nan_to_num(trajectory.first_date(*pair, Move.SPLIT), nan=QUARTERS))
    by_point = [np.concatenate(held).reshape(-1, replicates) for held in dates]
    shares = [(held < QUARTERS).mean(axis=1) for held in by_point]
    return np.stack([*shares, *(np.median(held, axis=1) for held in by_point)], axis=1)
