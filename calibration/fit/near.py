"""A nearer start still: the draws of a fit, from which the last moves alone are made.

Where draws of the same posterior are at hand, nothing has to be carried to it. Each vector begins
with one of them and with drivers that fit it, and moves at the record's full weight until it has
forgotten where it stood. The log evidence is that of the fit gone on with.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, FiniteFloat, PositiveInt

from calibration.errors import CalibrationError
from calibration.evidence.record import LAST_FITTED
from calibration.likelihood.observations import Record
from calibration.origin import rules_hash
from calibration.prior import Coordinates, coordinates_of_draws
from scenarios.draws import Draws
from simulation.arrays import Array
from simulation.errors import MISSING, Problem, raise_if_any
from simulation.parameters import parameter_table
from simulation.schema import validated


class EarlierFit(BaseModel):
    """What the manifest of a fit says of its log evidence, its families and what it is worth."""

    log_evidence: FiniteFloat
    log_evidence_error: Annotated[FiniteFloat, Field(gt=0)]
    families: PositiveInt
    effective_size_of: dict[str, Annotated[FiniteFloat, Field(gt=0)]]


@dataclass(frozen=True)
class Near:
    """Draws of a fit: their ``name``, ``coordinates`` (draws, parameters), and what it ``told``."""

    name: str
    coordinates: Coordinates
    told: EarlierFit

    @property
    def evidence(self) -> dict[str, float]:
        """The log evidence, its error and the families, as the fit told them."""
        return self.told.model_dump(exclude={"effective_size_of"})

    def worth(self, sizes: Array, memory: Array) -> Array:
        """How many independent draws those are worth that began with these, (parameters,).

        ``sizes`` (parameters,) is what they are worth by themselves, ``memory`` their correlation
        with those they began with. Formula: 1 / (1 / size + memory ** 2 / size of the earlier
        fit), since the mean of the earlier fit has that part in theirs.
        """
        earlier = np.array([self.told.effective_size_of[name] for name in parameter_table()])
        return np.asarray(1 / (1 / sizes + memory**2 / earlier))

    def places(self, vectors: int) -> NDArray[np.int64]:
        """Which of the draws each of so many vectors begins with, in rising order."""
        return np.arange(vectors) * len(self.coordinates) // vectors


def near_of(draws: Draws, record: Record) -> Near:
    """Draws to begin with, which must have been fitted to the same record under the same rules.

    Raises ``CalibrationError`` that lists everything in which they differ or that they do not tell.
    """
    where = f"manifest of {draws.id}"
    alike = {"rules": rules_hash(), "record": record.fingerprint, "fitted_to": LAST_FITTED}
    problems = [
        Problem(where, name, draws.manifest.get(name, MISSING), f"{value}, as here")
        for name, value in alike.items()
        if draws.manifest.get(name) != value
    ]
    told, untold = validated(EarlierFit, draws.manifest, where)
    raise_if_any("these draws are not near the posterior", problems + untold, CalibrationError)
    assert told is not None
    return Near(draws.id, coordinates_of_draws(draws.frame), told)
