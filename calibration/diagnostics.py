"""How far draws can be trusted: effective sizes, resampling, agreement of chains.

Only this module imports ArviZ.

A fit's population stands in the order of descent: members that share an ancestor are neighbours.
Read as one chain, it shows every doubling that resampling made and the moves have not yet undone as
correlation of neighbours, so that ArviZ's effective size counts it. Source: Vehtari et al. 2021.
"""

import warnings
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from simulation.arrays import Array


def arviz() -> ModuleType:
    """ArviZ; raises ``CalibrationError`` if it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import arviz as library
    except ImportError as error:
        raise CalibrationError("this needs ArviZ: pip install 'lilliput[calibration]'") from error
    return library


def effective_size(log_weights: Array) -> Array:
    """How many equal draws weighted samples are worth, over the last axis.

    Formula: (sum w) ** 2 / sum w ** 2.
    """
    weights = np.exp(log_weights - log_weights.max(axis=-1, keepdims=True))
    return np.asarray(weights.sum(axis=-1) ** 2 / (weights**2).sum(axis=-1))


def systematic(weights: Array, offset: Array | float, number: int) -> NDArray[np.int64]:
    """Which members make an evenly weighted sample of so many, by systematic resampling.

    ``weights`` (samples, members) need not sum to 1; ``offset`` (samples,), within 0 to 1, is where
    the first of the evenly spaced positions stands; of a single sample both lack that axis. Returns
    places of members, shape (samples, number).
    """
    summed = np.cumsum(weights, axis=-1)
    summed = summed / summed[..., -1:]
    positions = (np.asarray(offset)[..., np.newaxis] + np.arange(number)) / number
    samples = zip(np.atleast_2d(summed), np.atleast_2d(positions), strict=True)
    chosen = np.stack([np.searchsorted(members, places) for members, places in samples])
    return np.asarray(np.minimum(chosen, weights.shape[-1] - 1).reshape(positions.shape))


def effective_sizes(chains: Array, kind: str = "bulk") -> Array:
    """How many independent draws the chains are worth, for each quantity.

    ``chains`` has the shape (chains, draws, quantities); ``kind`` is ``bulk`` (for means) or
    ``tail`` (for the ends of 90 % intervals). Returns shape (quantities,).
    """
    library = arviz()
    sizes = library.ess(library.convert_to_dataset({"x": chains}), method=kind)
    return np.asarray(sizes["x"].to_numpy(), dtype=float)


def rank_rhats(chains: Array) -> Array:
    """How much chains differ among and within themselves, 1 when not at all.

    ``chains`` has the shape (chains, draws, quantities); returns shape (quantities,). Formula:
    rank-normalised split R-hat, the larger of bulk and folded.
    """
    library = arviz()
    rhats = library.rhat(library.convert_to_dataset({"x": chains}), method="rank")
    return np.asarray(rhats["x"].to_numpy(), dtype=float)


def simultaneous_band(
    count: int, points: NDArray[np.float64], share: float = 0.95
) -> tuple[Array, Array]:
    """The band in which a whole empirical distribution of uniform numbers lies with a chance.

    ``count`` numbers are compared at ``points`` (points,) in (0, 1); ``share`` is the chance.
    Returns the lower and upper ends of the band. Source: Säilynoja, Bürkner & Vehtari 2022.
    """
    arviz()
    from arviz.stats.ecdf_utils import ecdf_confidence_band

    low, high = ecdf_confidence_band(count, points, points, prob=share, method="optimized")
    return np.asarray(low), np.asarray(high)
