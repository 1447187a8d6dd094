"""A nearer start than the prior: a normal distribution with the place and shape of other draws.

What was fitted before tells about where the posterior lies. A fit may begin there instead of with
the prior. Its density is known, so that the log evidence comes out as from the prior and the draws
are of the same posterior; only the way is shorter, and more families are left at its end. Source:
Fan et al. 2011 (evidence by way of a reference distribution).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from pydantic import BaseModel, PositiveInt

from calibration.errors import CalibrationError
from calibration.fit.population import Likelihood, Sampling
from calibration.fit.sampler import root_of, shape_of, solved
from calibration.prior import Coordinates, coordinates_of_draws
from scenarios.draws import Draws
from simulation.arrays import Array
from simulation.errors import raise_if_any
from simulation.schema import validated

#: How many times as wide as the draws: what they have missed shall be reached too.
WIDER = 1.1
#: Keeps the vectors with which a fit begins apart from all other chance.
_START = 5


@dataclass(frozen=True)
class Reference:
    """The normal distribution of x = centre + root y, y standard normal, in coordinates.

    ``centre`` has the shape (parameters,), the triangular ``root`` (parameters, parameters);
    ``name`` is that of the draws from which both come, with the fingerprint of what came of them.
    """

    name: str
    centre: Array
    root: Array

    @classmethod
    def of_prior(cls, dimensions: int) -> "Reference":
        """The prior itself."""
        return cls("the prior", np.zeros(dimensions), np.eye(dimensions))

    def standard(self, population: int, seed: int) -> Coordinates:
        """Standard normal vectors, which ``placed`` come from the distribution."""
        generator = np.random.Generator(np.random.Philox(key=[seed, _START]))
        return generator.standard_normal((population, len(self.centre)))

    def placed(self, within: Array) -> Coordinates:
        """The vectors x = centre + root y of standard normal ones y, (population, coordinates).

        What coordinates there are beyond those of the reference stays as it is.
        """
        known = len(self.centre)
        placed = self.centre + np.einsum("md,ed->me", within[:, :known], self.root)
        return np.concatenate([placed, within[:, known:]], axis=1)

    def within(self, coordinates: Coordinates) -> Array:
        """The vectors y of which these are ``placed``, (population, coordinates)."""
        known = len(self.centre)
        return np.concatenate(
            [solved(self.root, coordinates[:, :known] - self.centre), coordinates[:, known:]],
            axis=1,
        )

    @property
    def spread(self) -> Array:
        """The standard deviation of each coordinate, shape (parameters,)."""
        return np.asarray(np.sqrt((self.root**2).sum(axis=1)))

    def gain(self, coordinates: Coordinates) -> Array:
        """By how much the log density of vectors exceeds that of the prior, shape (population,).

        It is the log-likelihood under which the prior would become this distribution; of drivers
        the reference says nothing. Formula: (|x| ** 2 - |y| ** 2) / 2 - the sum of log root_ii.
        """
        parameters = coordinates[:, : len(self.centre)]
        within = self.within(parameters)
        squares = (parameters**2).sum(axis=1) - (within**2).sum(axis=1)
        return np.asarray(squares / 2 - np.log(np.diag(self.root)).sum())

    def freed(self, places: Sequence[int]) -> "Reference":
        """The reference but for some coordinates, which have their prior and go with no other.

        So begins a fit in which parameters are fixed: what no longer counts must not have to find
        back to its prior on the way.
        """
        centre, covariance = self.centre.copy(), self.root @ self.root.T
        free = list(places)
        centre[free] = 0.0
        covariance[free] = covariance[:, free] = 0.0
        covariance[free, free] = 1.0
        return replace(self, centre=centre, root=root_of(covariance))

    def likelihood(self, likelihood: Likelihood) -> Likelihood:
        """A likelihood as that of standard normal vectors y before they are ``placed``.

        With it a sampling has the reference where it would have the prior. Formula: log-likelihood
        of x, less by how much the density of the reference exceeds the prior's there.
        """
        return partial(_likelihood_within, self, likelihood)

    def returned(self, sampling: Sampling) -> Sampling:
        """A sampling of vectors y by such a ``likelihood`` as one of x by the likelihood itself."""
        population = sampling.population
        placed = self.placed(population.coordinates)
        likelihood = population.log_likelihood + self.gain(placed)
        return replace(
            sampling,
            population=replace(population, coordinates=placed, log_likelihood=likelihood),
            before=self.placed(sampling.before),
        )


def _likelihood_within(
    reference: Reference, likelihood: Likelihood, within: Coordinates, evaluated: int
) -> Array:
    placed = reference.placed(within)
    return likelihood(placed, evaluated) - reference.gain(placed)


class _Manifest(BaseModel):
    """What draws say of their families; those of pooled draws are the fewest of any fit."""

    families: PositiveInt = 1
    pooled: list[str] = [""]


def reference_of(draws: Draws) -> Reference:
    """The reference of some draws, whatever they were fitted to.

    Correlations count as far as the families of the draws tell them; draws that do not tell how
    many there are count as one. Raises ``CalibrationError`` if what they tell cannot be read.
    """
    said, problems = validated(_Manifest, draws.manifest, f"manifest of {draws.id}")
    raise_if_any("these draws cannot be a reference", problems, CalibrationError)
    assert said is not None
    families = said.families * len(said.pooled)
    centre, root = shape_of(coordinates_of_draws(draws.frame), families)
    root = WIDER * root
    digest = hashlib.sha256(centre.tobytes() + root.tobytes()).hexdigest()
    return Reference(f"{draws.id} ({digest[:8]})", centre, root)
