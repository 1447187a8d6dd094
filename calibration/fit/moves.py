"""The steps by which the members of a population move, in coordinates in which the prior is a standard normal cloud.

*plain*: a little toward the prior's centre and away by a fresh normal vector (preconditioned Crank-Nicolson). It keeps
the prior unchanged, so that the likelihood alone decides. *shaped*: the same about the mean and with the spreads of the
members that stand still; *correlated*: with its correlations too. Sources: Cotter et al. 2013; Pinski et al. 2015.
Others were measured and left out (``docs/decisions/0023``).
"""

import numpy as np
from numpy.typing import NDArray

from simulation.arrays import Array

Coordinates = NDArray[np.float64]
#: The kinds of step, in the order in which they take turns.
KINDS = ("plain", "shaped", "correlated")
#: Coordinates in which all vectors are alike have no correlation.
_LEAST_SPREAD = 1e-12


def proposed(
    kind: str,
    coordinates: Coordinates,
    others: Coordinates,
    length: float,
    generator: np.random.Generator,
) -> tuple[Coordinates, Array]:
    """Where every member would step, and what the prior and the way of stepping add to the log odds of accepting it.

    ``others`` are the members that stand still meanwhile; ``length`` runs from 0 (no step) to 1
    (nothing is left of where the member stood). Returns trial coordinates (members, dimensions) and log gains
    (members,). Formula: with x = centre + root y the trial is y' = sqrt(1 - length ** 2) y + length xi, xi
    standard normal; the log gain is (|x| ** 2 - |x'| ** 2 + |y'| ** 2 - |y| ** 2) / 2, zero for a plain step.
    """
    correlated = kind == "correlated"
    if correlated:
        centre, root = correlated_shape_of(others)
        here = solved(root, coordinates - centre)
    else:
        centre, spread = (np.zeros(1), np.ones(1)) if kind == "plain" else shape_of(others)
        here = (coordinates - centre) / spread
    there = np.sqrt(1 - length**2) * here + length * generator.standard_normal(here.shape)
    trial = centre + (np.einsum("md,ed->me", there, root) if correlated else spread * there)
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


def correlated_shape_of(others: Coordinates) -> tuple[Array, Array]:
    """The mean of some vectors, and a triangular root of their covariance, drawn toward no correlation.

    Formula: root root' = covariance, its spreads those of ``shape_of``, its correlations those of n vectors in d
    dimensions times n / (n + d).
    """
    centre, spread = shape_of(others)
    members, dimensions = others.shape
    scaled = (others - others.mean(axis=0)) / np.maximum(others.std(axis=0), _LEAST_SPREAD)
    correlation = np.einsum("md,me->de", scaled, scaled) / (members + dimensions)
    np.fill_diagonal(correlation, 1.0)
    return centre, spread[:, np.newaxis] * root_of(correlation)


def root_of(matrix: Array) -> Array:
    """The lower triangular root of a positive matrix, matrix = root root' (Cholesky).

    Column by column rather than by LAPACK, whose last bits depend on how many cores it finds.
    """
    root = np.zeros_like(matrix)
    for column in range(len(matrix)):
        rest = matrix[column:, column] - (root[column:, :column] * root[column, :column]).sum(
            axis=1
        )
        root[column:, column] = rest / np.sqrt(rest[0])
    return root


def solved(root: Array, vectors: Coordinates) -> Coordinates:
    """The vectors y (members, dimensions) of which some vectors are the images: vector = root y, root triangular."""
    found = np.zeros_like(vectors)
    for place in range(len(root)):
        known = (found[:, :place] * root[place, :place]).sum(axis=1)
        found[:, place] = (vectors[:, place] - known) / root[place, place]
    return found


def _squares(coordinates: Coordinates) -> Array:
    return np.asarray((coordinates**2).sum(axis=1))
