"""Which parameters the record informs: how far it narrows each prior, and how much each prior still weighs.

Sources: contraction and its classes after Carrella 2021; power-scaling after Kallioinen, Paananen, Burkner &
Vehtari 2023, by ArviZ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from calibration.diagnostics import arviz
from calibration.fit.workers import log_likelihoods
from calibration.likelihood.observations import Record
from calibration.prior import values_of
from simulation.arrays import Array
from simulation.parameters import Parameter, parameter_table

#: A parameter whose prior variance the record narrows by at least so much is informed; below the other, not identified.
INFORMED, WEAK = 0.5, 0.1
CLASSES = ("informed", "weak", "not identified")
#: Power-scaling sensitivity above which an influence counts (Kallioinen et al. 2023).
NOTICED = 0.05
#: Coordinates beyond this are not told apart from it.
_FARTHEST = 8.0
#: Vectors whose likelihood is estimated together.
_TASK = 256
_SHUFFLES = 5
#: No rule but their own reads what these rules book, nor does the record, so it cannot inform their parameters.
UNREAD = ("credit.credit_drawn", "credit.repaid")


@dataclass(frozen=True)
class Identified:
    """What the record says about one parameter, in coordinates in which its prior is standard normal.

    ``contraction`` is 1 - variance of the draws, ``error`` its standard error as if the draws were
    independent, ``shift`` the mean of the draws. ``prior_weight`` and ``record_weight`` are power-scaling
    sensitivities to its own prior and to the likelihood.
    """

    name: str
    contraction: float
    error: float
    shift: float
    prior_weight: float
    record_weight: float

    @property
    def standing(self) -> str:
        """Informed, weak, or not identified."""
        if self.contraction >= INFORMED:
            return CLASSES[0]
        return CLASSES[1] if self.contraction >= WEAK else CLASSES[2]


def coordinates_of(parameter: Parameter, values: Array) -> Array:
    """The standard normal coordinates of parameter values: the inverse of ``calibration.prior.values_of``.

    Found by bisection of that function, so that there is one formula for the prior; values at a bound are put
    at eight standard deviations.
    """
    low, high = np.full(values.shape, -_FARTHEST), np.full(values.shape, _FARTHEST)
    for _ in range(60):
        middle = (low + high) / 2
        above = values_of(parameter, middle) < values
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray((low + high) / 2)


def coordinates_of_draws(frame: pd.DataFrame) -> Array:
    """The coordinates (draws, parameters) of a table of draws."""
    table = parameter_table()
    return np.stack([coordinates_of(table[name], frame[name].to_numpy()) for name in table], axis=1)


def likelihood_of_draws(
    coordinates: Array,
    record: Record,
    *,
    seed: int,
    copies: int,
    told: Callable[[int], None] | None = None,
) -> Array:
    """The log-likelihood of each draw, averaged over ``copies`` replicates, shape (draws,)."""
    parts = []
    for start in range(0, len(coordinates), _TASK):
        some = coordinates[start : start + _TASK]
        parts.append(log_likelihoods(some, record, seed, copies, start))
        if told is not None:
            told(start + len(some))
    return np.concatenate(parts)


def contraction(coordinates: Array) -> tuple[Array, Array]:
    """How far draws are narrower than the prior, 1 - variance, and its standard error, both (parameters,).

    Error: square root of (fourth moment - variance squared) / draws.
    """
    centred = coordinates - coordinates.mean(axis=0)
    variance = coordinates.var(axis=0, ddof=1)
    error = np.sqrt(np.maximum((centred**4).mean(axis=0) - variance**2, 0) / len(coordinates))
    return 1 - variance, error


def power_scaling(posterior: Array, component: Array) -> Array:
    """How much each column of draws moves when a component of the posterior is raised to a power near one.

    ``posterior`` is (draws, columns); ``component`` the log prior or log likelihood, (draws,) or (draws,
    columns) for one a column. The measure is a gradient of the cumulative Jensen-Shannon distance, by
    ``arviz.psens``.
    """
    library = arviz()

    columns = [f"x{number}" for number in range(posterior.shape[1])]
    per_column = np.broadcast_to(component.T, posterior.T.shape) if component.ndim > 1 else None
    found = []
    for number, name in enumerate(columns):
        told = component if per_column is None else per_column[number]
        held = library.from_dict(posterior={name: posterior[np.newaxis, :, number]})
        held.add_groups({"log_prior": {"prior": told[np.newaxis]}})
        found.append(float(library.psens(held, component="prior")[name]))
    return np.array(found)


def shuffled_scaling(posterior: Array, component: Array, generator: np.random.Generator) -> float:
    """The sensitivity that draws show to a component that has nothing to do with them: the floor of chance (95 %)."""
    found = [
        power_scaling(posterior[:, :1], generator.permutation(component)) for _ in range(_SHUFFLES)
    ]
    return float(np.quantile(np.concatenate(found), 0.95))


def identified(coordinates: Array, log_likelihoods: Array) -> tuple[Identified, ...]:
    """What the record says about every parameter, in the order of the parameter table."""
    narrowed, error = contraction(coordinates)
    own_prior = power_scaling(coordinates, -0.5 * coordinates**2)
    record = power_scaling(coordinates, log_likelihoods)
    rows = zip(
        parameter_table(), narrowed, error, coordinates.mean(axis=0), own_prior, record, strict=True
    )
    return tuple(Identified(name, *map(float, numbers)) for name, *numbers in rows)


def controls() -> tuple[str, ...]:
    """The parameters that the record cannot inform, as no other rule reads what theirs books: a check of the draws."""
    return tuple(name for name, held in parameter_table().items() if held.rule in UNREAD)


def error_of_draws(rows: Sequence[Identified]) -> float:
    """The error of contraction as the draws themselves show it: the root mean square where it should be zero."""
    known = controls()
    return float(np.sqrt(np.mean([row.contraction**2 for row in rows if row.name in known])))
