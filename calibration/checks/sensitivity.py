"""On which parameters and drivers the five breaks depend: global sensitivity, by SALib.

Parameters in history as documented: first a screening of all (Morris), then variances of the few that matter
(Sobol). Drivers as switches, parameters in the middle: variances at once. All look at means over replicates,
not at single histories, whose chance would hide everything else. Dummy levers that do nothing show how large
an effect chance alone gives. Sources: Morris 1991; Saltelli et al. 2010; Campolongo et al. 2007.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.checks.laboratory import DUMMY, Laboratory, Lever
from simulation.arrays import Array

#: Values of each lever in a Morris grid.
GRID = 4
#: An effect counts if it is above the mean of the dummies by so many of their standard deviations.
CLEAR = 3.0


def problem_of(levers: Sequence[Lever]) -> dict[str, Any]:
    """The levers as SALib wants them."""
    return {
        "num_vars": len(levers),
        "names": [lever.name for lever in levers],
        "bounds": [[lever.low, lever.high] for lever in levers],
    }


@dataclass(frozen=True)
class Screened:
    """The screening: mean absolute effects (levers, outcomes) with half-widths of their 95 % intervals.

    An elementary effect is the change along one step, scaled to the whole range of a lever.
    """

    levers: tuple[Lever, ...]
    effects: Array
    errors: Array

    @property
    def floor(self) -> Array:
        """What chance alone gives on each outcome: mean + 3 standard deviations over the dummies, (outcomes,)."""
        held = self.effects[[lever.name.startswith(DUMMY) for lever in self.levers]]
        return np.asarray(held.mean(axis=0) + CLEAR * held.std(axis=0, ddof=1))

    @property
    def felt(self) -> Array:
        """Whether each lever moves each outcome more than chance does, (levers, outcomes)."""
        return np.asarray(self.effects > self.floor)

    def leading(self, number: int) -> tuple[Lever, ...]:
        """The levers with the largest effects beside the largest on the same outcome, and one dummy."""
        most = np.maximum(self.effects.max(axis=0), np.finfo(float).tiny)
        rank = np.argsort(-np.max(self.effects / most, axis=1), kind="stable")
        ranked = [self.levers[place] for place in rank]
        chosen = [lever for lever in ranked if not lever.name.startswith(DUMMY)]
        return (*chosen[:number], Lever(DUMMY))


def screened(
    levers: tuple[Lever, ...],
    laboratory: Laboratory,
    paths: int,
    told: Callable[[int], None] | None = None,
) -> Screened:
    """Screen all levers along so many random paths through the grid, each throwing every lever once."""
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    problem = problem_of(levers)
    points = sampling.sample(problem, paths, num_levels=GRID, seed=laboratory.seed)
    found = laboratory.outcomes(levers, points, len(levers) + 1, told)
    effects, errors = [], []
    for outcome in found.T:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an outcome that is the same along a path is no fault
            told_of = analysis.analyze(
                problem, points, outcome, num_levels=GRID, seed=laboratory.seed
            )
        effects.append(np.asarray(told_of["mu_star"], dtype=float))
        errors.append(np.asarray(told_of["mu_star_conf"], dtype=float))
    return Screened(levers, np.stack(effects, axis=1), np.stack(errors, axis=1))


@dataclass(frozen=True)
class Apportioned:
    """The variance of each outcome apportioned: first and total indices (levers, outcomes), 95 % half-widths.

    NaN for an outcome that does not vary.
    """

    levers: tuple[Lever, ...]
    first: Array
    first_errors: Array
    total: Array
    total_errors: Array


#: Points worked out and kept together.
_BLOCK = 512


def apportioned(
    levers: tuple[Lever, ...],
    laboratory: Laboratory,
    size: int,
    told: Callable[[int], None] | None = None,
) -> Apportioned:
    """Apportion the variance of each outcome among some levers, from size x (levers + 2) points."""
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    problem = problem_of(levers)
    points = sampling.sample(problem, size, calc_second_order=False, seed=laboratory.seed)
    found = laboratory.outcomes(levers, points, _BLOCK, told)
    tables: dict[str, list[Array]] = {name: [] for name in ("S1", "S1_conf", "ST", "ST_conf")}
    for outcome in found.T:
        told_of = dict.fromkeys(tables, np.full(len(levers), np.nan))
        if np.ptp(outcome) > 0:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter(
                    "ignore"
                )  # an outcome that is the same at many points is no fault
                told_of = analysis.analyze(
                    problem, outcome, calc_second_order=False, seed=laboratory.seed
                )
        for name, columns in tables.items():
            columns.append(np.asarray(told_of[name], dtype=float))
    return Apportioned(levers, *(np.stack(columns, axis=1) for columns in tables.values()))
