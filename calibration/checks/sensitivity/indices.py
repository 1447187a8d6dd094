"""On which parameters and drivers the five breaks depend: global sensitivity, by SALib.

Parameters in history as documented: first a screening of all (Morris), then variances of the few
that matter (Sobol). Drivers as switches, parameters in the middle: variances at once. All look at
means over replicates, not at single histories, whose chance would hide everything else. Dummy
levers that do nothing show how large an effect chance alone gives. Sources: Morris 1991; Saltelli
et al. 2010; Campolongo et al. 2007.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.checks.sensitivity.laboratory import DUMMY, Laboratory, Lever
from scenarios.run import Progress, no_progress
from simulation.arrays import Array

#: Values of each lever in a Morris grid.
GRID = 4
#: An effect counts if it is above the mean of the dummies by so many of their standard deviations.
CLEAR = 3.0
#: Points worked out and kept together, for variances.
_BLOCK = 512


@dataclass(frozen=True)
class Screened:
    """The screening: mean absolute effects (levers, outcomes).

    An elementary effect is the change along one step, scaled to the whole range of a lever.
    """

    levers: tuple[Lever, ...]
    effects: Array

    @property
    def floor(self) -> Array:
        """What chance alone gives on each outcome, (outcomes,).

        Formula: mean + 3 standard deviations over the dummies.
        """
        dummies = self.effects[[lever.name.startswith(DUMMY) for lever in self.levers]]
        return np.asarray(dummies.mean(axis=0) + CLEAR * dummies.std(axis=0, ddof=1))

    @property
    def felt(self) -> Array:
        """Whether each lever moves each outcome more than chance does, (levers, outcomes)."""
        return np.asarray(self.effects > self.floor)

    def leading(self, number: int) -> tuple[Lever, ...]:
        """The levers with the largest effects beside the largest of their outcome, and a dummy."""
        most = np.maximum(self.effects.max(axis=0), np.finfo(float).tiny)
        rank = np.argsort(-np.max(self.effects / most, axis=1), kind="stable")
        ranked = [self.levers[place] for place in rank]
        chosen = [lever for lever in ranked if not lever.name.startswith(DUMMY)]
        return (*chosen[:number], Lever(DUMMY))


@dataclass(frozen=True)
class Apportioned:
    """The variance of each outcome apportioned: first and total indices (levers, outcomes).

    The errors are half-widths of 95 % intervals; NaN for an outcome that does not vary.
    """

    levers: tuple[Lever, ...]
    first: Array
    first_errors: Array
    total: Array
    total_errors: Array


def problem_of(levers: Sequence[Lever]) -> dict[str, Any]:
    """The levers as SALib wants them."""
    return {
        "num_vars": len(levers),
        "names": [lever.name for lever in levers],
        "bounds": [[lever.low, lever.high] for lever in levers],
    }


def screened(
    levers: tuple[Lever, ...],
    laboratory: Laboratory,
    paths: int,
    progress: Progress = no_progress,
) -> Screened:
    """Screen all levers along random paths through the grid, each throwing every lever once."""
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    problem = problem_of(levers)
    settings = {"num_levels": GRID, "seed": laboratory.seed}
    points = sampling.sample(problem, paths, **settings)
    outcomes = laboratory.outcomes(levers, points, len(levers) + 1, progress)

    def indices(outcome: Array) -> Any:
        return analysis.analyze(problem, points, outcome, **settings)

    return Screened(levers, *_tables(outcomes, indices, ("mu_star",)))


def apportioned(
    levers: tuple[Lever, ...],
    laboratory: Laboratory,
    size: int,
    progress: Progress = no_progress,
) -> Apportioned:
    """Apportion the variance of each outcome among levers, from size x (levers + 2) points."""
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    problem = problem_of(levers)
    settings = {"calc_second_order": False, "seed": laboratory.seed}
    points = sampling.sample(problem, size, **settings)
    outcomes = laboratory.outcomes(levers, points, _BLOCK, progress)
    names = ("S1", "S1_conf", "ST", "ST_conf")

    def indices(outcome: Array) -> Any:
        if np.ptp(outcome) == 0:
            return dict.fromkeys(names, np.full(len(levers), np.nan))
        return analysis.analyze(problem, outcome, **settings)

    return Apportioned(levers, *_tables(outcomes, indices, names))


def _tables(outcomes: Array, indices: Callable[[Array], Any], names: Sequence[str]) -> list[Array]:
    """The indices of those names, each (levers, outcomes), of outcomes (points, outcomes)."""
    columns: dict[str, list[Array]] = {name: [] for name in names}
    for outcome in outcomes.T:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            # An outcome that is the same at many points is no fault.
            warnings.simplefilter("ignore")
            values = indices(outcome)
        for name, column in columns.items():
            column.append(np.asarray(values[name], dtype=float))
    return [np.stack(column, axis=1) for column in columns.values()]
