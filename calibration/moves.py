"""The steps by which the members of a population move, in coordinates in which the prior is a standard normal cloud.

*plain*: a little toward the prior's centre and away by a fresh normal vector (preconditioned Crank-Nicolson). It keeps
the prior unchanged, so that the likelihood alone decides. *shaped*: the same about the mean and with the spreads of the
other half of the population. Sources: Cotter et al. 2013; Pinski et al. 2015. Others were measured and left out
(``docs/decisions.md``).
"""

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import Array

Coordinates = NDArray[np.float64]
#: The kinds of step, in the order in which they take turns.
KINDS = ("plain", "shaped")


def proposed(
    kind: str, coordinates: Coordinates, others: Coordinates, length: float, generator: np.random.Generator
) -> tuple[Coordinates, Array]:
    """Where every member would step, and what the prior and the way of stepping add to the log odds of accepting it.

    ``others`` are the half of the population that stands still meanwhile; ``length`` runs from 0 (no step) to 1
    (nothing is left of where the member stood). Returns trial coordinates (members, dimensions) and log gains
    (members,). Formula: with x = centre + spread y the trial is y' = sqrt(1 - length ** 2) y + length xi, xi
    standard normal; the log gain is (|x| ** 2 - |x'| ** 2 + |y'| ** 2 - |y| ** 2) / 2, zero for a plain step.
    """
    centre, spread = (0.0, 1.0) if kind == "plain" else shape_of(others)
    here = (coordinates - centre) / spread
    there = np.sqrt(1 - length**2) * here + length * generator.standard_normal(here.shape)
    trial = centre + spread * there
    gain = _squares(coordinates) - _squares(trial) + _squares(there) - _squares(here)
    return trial, gain / 2


def shape_of(others: Coordinates) -> tuple[Array, Array]:
    """The mean and the spread of each coordinate in some vectors, drawn toward the prior's by as much as chance allows.

    Formula: over n vectors with mean m and variance s, the mean is m n / (n + 1), the variance (n s + 1) / (n + 1).
    """
    members = len(others)
    centre = others.mean(axis=0) * members / (members + 1)
    variance = (members * others.var(axis=0) + 1) / (members + 1)
    return centre, np.sqrt(variance)


def _squares(coordinates: Coordinates) -> Array:
    return np.asarray((coordinates**2).sum(axis=1))
