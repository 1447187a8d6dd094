"""A nearer start than the prior: a normal distribution with the place and shape of other draws.

What was fitted before tells about where the posterior lies. A fit may begin there instead of with
the prior. Its density is known, so that the log evidence comes out as from the prior and the draws
are of the same posterior; only the way is shorter, and more families are left at its end. Source:
Fan et al. 2011 (evidence by way of a reference distribution).
"""

from dataclasses import dataclass

import numpy as np

from calibration.fit.sampler import shape_of, solved
from calibration.prior import Coordinates, coordinates_of_draws
from scenarios.draws import Draws
from simulation.arrays import Array

#: How many times as wide as the draws: what they have missed shall be reached too.
WIDER = 1.1
#: Keeps the vectors with which a fit begins apart from all other chance.
_START = 5


@dataclass(frozen=True)
class Reference:
    """The normal distribution of x = centre + root y, y standard normal, in coordinates.

    ``centre`` has the shape (parameters,), the triangular ``root`` (parameters, parameters);
    ``name`` is that of the draws from which both come.
    """

    name: str
    centre: Array
    root: Array

    def drawn(self, population: int, seed: int) -> Coordinates:
        """Vectors from the distribution, shape (population, parameters)."""
        generator = np.random.Generator(np.random.Philox(key=[seed, _START]))
        noise = generator.standard_normal((population, len(self.centre)))
        return np.asarray(self.centre + np.einsum("md,ed->me", noise, self.root))

    def gain(self, coordinates: Coordinates, _evaluated: int) -> Array:
        """By how much the log density of vectors exceeds that of the prior, shape (population,).

        It is the log-likelihood under which the prior would become this distribution. Formula:
        (|x| ** 2 - |y| ** 2) / 2 - the sum of log root_ii.
        """
        within = solved(self.root, coordinates - self.centre)
        squares = (coordinates**2).sum(axis=1) - (within**2).sum(axis=1)
        return np.asarray(squares / 2 - np.log(np.diag(self.root)).sum())


def reference_of(draws: Draws) -> Reference:
    """The reference of some draws, whatever they were fitted to.

    Correlations count as far as the families of the draws tell them; draws that do not tell how
    many there are count as one.
    """
    fits = len(draws.manifest.get("pooled", (draws.id,)))
    families = fits * int(draws.manifest.get("families", 1))
    centre, root = shape_of(coordinates_of_draws(draws.frame), families)
    return Reference(draws.id, centre, WIDER * root)
