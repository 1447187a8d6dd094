"""Random numbers by address: (seed, decision, replicate, quarter, pair), never by order of use.

Each named decision has a Philox key of its own. Its 256-bit counter is laid out in words: the
lowest counts draws within a block of 12 quarters of one tile of 64 neighbouring replicates, the
second is the block, the third the tile. So replicate 17 of a batch has the shocks of replicate 17
alone, and a new decision leaves all others as they were. Each row of the tables of drivers has a
key of its own too. Source: Salmon et al. 2011 (counter-based
generators).
"""

import hashlib

import numpy as np

from simulation.arrays import Array, off_diagonal
from simulation.countries import COUNTRIES

#: The named decisions of a quarter; each draws one uniform number a pair.
DECISIONS = (
    "grant",
    "perception",
    "dispute_by_client",
    "dispute_by_patron",
    "break_by_client",
    "break_by_patron",
    "mending",
    "alliance_forming",
)
TILE = 64
BLOCK = 12
_PAIRS = COUNTRIES * (COUNTRIES - 1)
_COUNTS_A_QUARTER = _PAIRS * TILE // 4  # a Philox counter yields four 64-bit numbers


def decision_key(seed: int, decision: str) -> list[int]:
    """The two 64-bit words of a decision's generator key: a stable hash of seed and name."""
    digest = hashlib.blake2b(f"lilliput/{decision}/{seed}".encode(), digest_size=16).digest()
    return [int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")]


def row_uniforms(seed: int, row: str, replicates: int, first_replicate: int = 0) -> Array:
    """One uniform number in [0, 1) for each replicate (R,), addressed by seed, row and replicate.

    ``row`` names a row of a table of drivers; each has a key of its own, as decisions have, and
    replicate r its r-th number.
    """
    counter, within = divmod(first_replicate, 4)  # a Philox counter yields four numbers
    key = np.array(decision_key(seed, f"driver/{row}"), dtype=np.uint64)
    bits = np.random.Philox(key=key, counter=[counter, 0, 0, 0])
    return np.random.Generator(bits).random(within + replicates)[within:]


class DecisionStream:
    """The uniform numbers of one named decision, addressed by quarter, pair and replicate."""

    def __init__(self, seed: int, decision: str) -> None:
        key = np.array(decision_key(seed, decision), dtype=np.uint64)
        self._bits = np.random.Philox(key=key, counter=[0, 0, 0, 0])
        self._generator = np.random.Generator(self._bits)
        self._state = self._bits.state

    def _seek(self, quarter: int, tile: int) -> None:
        block, within = divmod(quarter, BLOCK)
        state = self._state
        state["state"]["counter"][:] = (within * _COUNTS_A_QUARTER, block, tile, 0)
        state["buffer_pos"] = 4
        state["has_uint32"] = 0
        self._bits.state = state

    def fill(self, uniforms: Array, quarter: int, first_replicate: int) -> None:
        """Write the uniforms of some quarters into (quarters, P, C, R), but for self pairs.

        ``quarter`` is the first of them and ``first_replicate`` the number of the first replicate;
        the quarters must lie within one block of 12.
        """
        pairs = off_diagonal(uniforms)
        draws = np.empty((uniforms.shape[0], 3, 4, TILE))
        replicates = uniforms.shape[-1]
        done = 0
        while done < replicates:
            tile, lane = divmod(first_replicate + done, TILE)
            count = min(TILE - lane, replicates - done)
            self._seek(quarter, tile)
            self._generator.random(out=draws)
            pairs[..., done : done + count] = draws[..., lane : lane + count]
            done += count


class Shocks:
    """The uniform numbers of every decision, quarter by quarter, for a range of replicates.

    ``ahead`` quarters are drawn at a time (1, or a divisor of 12); the numbers are the same
    whatever it is.
    """

    def __init__(
        self, seed: int, replicates: int, first_replicate: int = 0, *, ahead: int = 1
    ) -> None:
        if BLOCK % ahead:
            raise ValueError(f"ahead = {ahead} does not divide {BLOCK}")
        self._streams = {decision: DecisionStream(seed, decision) for decision in DECISIONS}
        self._first = first_replicate
        self._ahead = ahead
        self._drawn = -1
        shape = (ahead, COUNTRIES, COUNTRIES, replicates)
        self._uniforms = {decision: np.empty(shape) for decision in DECISIONS}
        for uniforms in self._uniforms.values():
            for country in range(COUNTRIES):
                uniforms[:, country, country] = 0.5

    def quarter(self, quarter: int) -> dict[str, Array]:
        """The uniforms in [0, 1) by decision, each (P, C, R); a later call may overwrite them."""
        start, within = quarter - quarter % self._ahead, quarter % self._ahead
        if start != self._drawn:
            for decision, stream in self._streams.items():
                stream.fill(self._uniforms[decision], start, self._first)
            self._drawn = start
        return {decision: uniforms[within] for decision, uniforms in self._uniforms.items()}
