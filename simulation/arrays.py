"""Names for the shapes of the model, and the only reductions over a country axis.

Every array ends with the replicate axis R. A pair array is indexed ``[patron, client, replicate]``
whichever way its quantity flows. Sums are written out one country at a time, so that a column of an
ensemble equals the same history run alone to the last bit.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulation.fusion import elementwise, whole

Number = TypeVar("Number", bound=np.generic)
Array = NDArray[np.float64]
PerReplicate = Array
"""One value a replicate, shape (R,)."""
PerCountry = Array
"""One value a country and replicate, shape (C, R)."""
PerPair = Array
"""One value an ordered pair and replicate, shape (P, C, R)."""
PairFlag = NDArray[np.bool_]
"""True or false for an ordered pair and replicate, shape (P, C, R)."""
PairCode = NDArray[np.int8]
"""A small code for an ordered pair and replicate, shape (P, C, R)."""


def of_patron(values: PerCountry) -> PerPair:
    """Each pair's patron's value: a country array laid along the patron axis, shape (P, 1, R)."""
    return values[:, np.newaxis]


def of_client(values: PerCountry) -> PerPair:
    """Each pair's client's value: a country array laid along the client axis, shape (1, C, R)."""
    return values[np.newaxis]


def reversed_pair(values: NDArray[Any]) -> NDArray[Any]:
    """The same quantity of the pair seen the other way round: entry [p, c] is the old [c, p]."""
    return values.swapaxes(0, 1)


@elementwise("({0:0,j} + {0:1,j} + {0:2,j} + {0:3,j})", axes="jr")
def received_by_client(values: PerPair) -> PerCountry:
    """What each client has from all its patrons together, shape (C, R)."""
    total = values[0] + values[1]
    total += values[2]
    total += values[3]
    return np.asarray(total)


def given_by_patron(values: PerPair) -> PerCountry:
    """What each patron gives to all its clients together, shape (P, R)."""
    return received_by_client(values.swapaxes(0, 1))


#: For each ordered pair, the two countries that are neither its patron nor its client.
_THIRDS = tuple(
    (p, c, *(k for k in range(4) if k not in (p, c))) for p in range(4) for c in range(4) if p != c
)


@elementwise("(0.0 if i == j else {0:i,k} * {1:k,j} + {0:i,l} * {1:l,j})")
def through_third(patron_to_third: PerPair, third_to_client: PerPair) -> PerPair:
    """Sums of ``a[patron, k] * b[k, client]`` over third countries k; zero for self pairs."""
    replicates = max(patron_to_third.shape[-1], third_to_client.shape[-1])
    total = np.zeros((4, 4, replicates))
    for patron, client, one, other in _THIRDS:
        total[patron, client] = (
            patron_to_third[patron, one] * third_to_client[one, client]
            + patron_to_third[patron, other] * third_to_client[other, client]
        )
    return total


def off_diagonal(values: NDArray[Any]) -> NDArray[Any]:
    """The twelve pairs of distinct countries as a view of shape (..., 3, 4, R).

    In a flattened 4 x 4 table every fifth entry is a country paired with itself; dropping the
    first entry and reading the other fifteen in rows of five leaves those in the last column.
    """
    replicates = values.shape[-1]
    flat = values.reshape(*values.shape[:-3], 16, replicates)[..., 1:, :]
    return flat.reshape(*values.shape[:-3], 3, 5, replicates)[..., :4, :]


@elementwise("(0.0 if i == j else {0:i,j})", in_place=True)
def without_self_pairs(values: Array) -> Array:
    """Set the four self pairs of a pair array to zero in place, and return it."""
    for country in range(4):
        values[country, country] = 0
    return values


@whole
def zero_pairs(values: NDArray[Number], pairs: Iterable[tuple[int, int]]) -> NDArray[Number]:
    """Set the given (patron, client) pairs of a pair array to zero in place, and return it."""
    for patron, client in pairs:
        values[patron, client] = 0
    return values


@whole
def keep_pairs(values: Array, former: Array, pairs: Iterable[tuple[int, int]]) -> Array:
    """Give some (patron, client) pairs their former values in place, and return the array."""
    for pair in pairs:
        values[pair] = former[pair]
    return values


@whole
def set_pairs(values: Array, fixed: Iterable[tuple[tuple[int, int], float]]) -> Array:
    """Give some (patron, client) pairs fixed values in place, and return the array."""
    for pair, value in fixed:
        values[pair] = value
    return values


def moved_toward(values: Array, target: Array, share: PerReplicate) -> Array:
    """A quantity that has gone a share of the way to its target: x + share x (target - x)."""
    change: Array = np.subtract(target, values)
    change *= share
    change += values
    return change


def logistic(values: Array) -> Array:
    """The logistic curve 1 / (1 + exp(-x)), the one S-shape of the model."""
    result: Array = np.negative(values)
    np.exp(result, out=result)
    result += 1
    return np.divide(1, result, out=result)


#: From here on 1 - exp(x) is one to the last bit, and exponentials soon become slow: they leave
#: the normal numbers.
_ALL_BUT_REACHED = -700.0
#: Stands for nought where it would be divided by.
_LEAST = np.finfo(float).tiny


def saturating(values: Array) -> Array:
    """The part of one that is reached by an amount x >= 0 with diminishing returns: 1 - exp(-x)."""
    result: Array = np.negative(values)
    np.maximum(result, _ALL_BUT_REACHED, out=result)
    np.exp(result, out=result)
    return np.subtract(1, result, out=result)


def share_kept(excess: Array) -> Array:
    """What is left of each unit when a quantity saturates: (1 - exp(-x)) / x, 1 at nought.

    ``excess`` is how many times the quantity is that at which it saturates.
    """
    some = np.maximum(excess, _LEAST)
    left: Array = np.negative(np.expm1(np.negative(some)))
    return left / some


def logit(uniforms: Array) -> Array:
    """The logistic-distributed shock that belongs to a uniform one: log(u / (1 - u))."""
    result: Array = np.subtract(1, uniforms)
    np.divide(uniforms, result, out=result)
    return np.log(result, out=result)
