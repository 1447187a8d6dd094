"""The history that made a record, kept among the copies by which its parameters are judged.

The parameters that made a simulated record are a draw from its posterior, but an estimate of their
likelihood by any copies is not the one that a chain of steps would hold: such a chain has come
where it stands by estimates that were rather high. With the very history among the copies, never
dropped when they are renewed, it is. Source: Andrieu, Doucet & Holenstein 2010 (conditional
sequential Monte Carlo); Chopin & Singh 2015 (systematic renewal).
"""

from dataclasses import dataclass, field

import numpy as np

from calibration.likelihood.figures import Doubt
from simulation.arrays import Array
from simulation.shocks import BLOCK, Shocks
from simulation.trajectory import MoveTable

#: Uniform numbers by which a move that is due in some quarters falls at once, or not yet.
_NOW, _LATER = 0.0, float(np.nextafter(1, 0))
#: Rounding shall not put a number at the end of the first copy's share into that of the second.
_INSIDE = 1 - 1e-9


@dataclass(frozen=True)
class Witness:
    """A history of which all is known, as the first copy of a single vector.

    ``seed`` is that of its shocks, ``moves`` are all that it made, and ``errors`` those of exchange
    rates with which its figures were put on record, shape (1,) each.
    """

    seed: int
    moves: MoveTable
    errors: Doubt

    def doubt(self, others: Doubt) -> Doubt:
        """The errors of all copies (copies,), the first with its own."""
        own = {about: others[about].copy() for about in self.errors}
        for about, error in self.errors.items():
            own[about][0] = error[0]
        return {**others, **own}

    def chance(self, weights: Array, chance: Array) -> Array:
        """The uniform number of a renewal in which the first copy has a successor, shape (1,).

        ``weights`` are log weights (1, copies), ``chance`` (1,) is a uniform number. Of n expected
        successors the first copy has k = floor(n), or k + 1 if the number of the renewal lies below
        n - k. Formula: its density is proportional to how many successors there are.
        """
        plain = np.exp(weights[0] - weights[0].max())
        expected = len(plain) * plain[0] / plain.sum()
        if not expected:
            return np.zeros(1)
        least = np.floor(expected)
        more = expected - least
        below = (least + 1) * more / expected
        if chance[0] < below:
            return np.asarray(chance / below * more * _INSIDE)
        return np.asarray(more + (chance - below) / (1 - below) * (1 - more))


@dataclass
class WitnessShocks:
    """The shocks of all copies, the first being a witness."""

    witness: Witness
    others: Shocks
    own: Shocks = field(init=False)

    def __post_init__(self) -> None:
        """Begin the shocks of the witness."""
        self.own = Shocks(self.witness.seed, 1, ahead=BLOCK)

    def quarter(self, quarter: int) -> dict[str, Array]:
        """The uniforms in [0, 1) by decision, each (P, C, R); a later call may overwrite them.

        Those by which moves on record fall let the witness move when it did.
        """
        uniforms = self.others.quarter(quarter)
        for decision, alone in self.own.quarter(quarter).items():
            uniforms[decision][..., 0] = alone[..., 0]
        falls, moves = uniforms["mending"], self.witness.moves
        falls[..., 0] = _LATER
        now = moves.quarter == quarter
        one, other = moves.patron[now], moves.client[now]
        falls[one, other, 0] = falls[other, one, 0] = _NOW
        return uniforms
