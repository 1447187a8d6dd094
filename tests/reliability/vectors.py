"""Parameter vectors over the whole box, its corners included, and what must hold in any history."""

from itertools import count, repeat

import numpy as np

from simulation.ensemble import simulate
from simulation.parameters import Parameters, number_table
from simulation.state import Move, Status
from simulation.trajectory import Trajectory
from tests.reliability.findings import Times

#: Quantities between 0 and 1, and quantities of money, which are never negative.
SHARES = (
    *("goodwill", "support", "strain", "fatigue", "refused", "dependence", "tie"),
    *("grant_share", "arms_grant_share"),
)
MONEY = (
    *("pledged", "outstanding", "newly_pledged", "delivered", "repaid"),
    *("arms_pledged", "arms_newly_pledged", "arms_delivered"),
)
KEEP = (*SHARES, *MONEY, "status", "move")
#: Vectors that are simulated together, and the seed of them and of their shocks.
TOGETHER, SEED = 1_024, 1


def vectors_of(size: int, generator: np.random.Generator) -> Parameters:
    """Vectors evenly over the box of all bounds; in every eighth each value is a bound."""
    corner = np.arange(size) % 8 == 0
    values = {}
    for name, row in number_table().items():
        even = generator.random(size)
        values[name] = row.low + (row.high - row.low) * np.where(corner, np.rint(even), even)
    return Parameters(values)


def broken(history: Trajectory) -> list[str]:
    """The invariants that some histories break."""
    arrays = history.arrays
    holds = {f"{name} is finite": bool(np.isfinite(array).all()) for name, array in arrays.items()}
    holds |= {f"0 <= {n} <= 1": bool(((arrays[n] >= 0) & (arrays[n] <= 1)).all()) for n in SHARES}
    holds |= {f"{name} >= 0": bool((arrays[name] >= 0).all()) for name in MONEY}
    for name in ("status", "move"):
        both_ways = arrays[name].swapaxes(1, 2)
        holds[f"{name} is the same both ways"] = np.array_equal(arrays[name], both_ways)
    itself = range(arrays["status"].shape[1])
    for name in ("status", "delivered", "pledged"):
        holds[f"no {name} of a country with itself"] = not arrays[name][:, itself, itself].any()
    holds["every status is one"] = set(np.unique(arrays["status"])) <= set(map(int, Status))
    holds["every move is one"] = set(np.unique(arrays["move"])) <= set(map(int, Move))
    for name in ("pledged", "newly_pledged", "delivered"):
        arms, whole = arrays[f"arms_{name}"], arrays[name]
        holds[f"arms are within all aid {name}"] = bool((arms <= whole * (1 + 1e-9) + 1e-9).all())
    before, after = arrays["status"][:-1], arrays["status"][1:]
    still = arrays["move"][1:] == 0
    holds["no status changes without a move"] = bool((before[still] == after[still]).all())
    return [what for what, whether in holds.items() if not whether]


def vectors(first: int = 0, together: int = TOGETHER) -> Times:
    """The faults of the history of one vector after the other; those of a few come at once."""
    for start in count(first, together):
        some = vectors_of(together, np.random.Generator(np.random.Philox(key=[SEED, start])))
        history = simulate(
            some, seed=SEED, first_replicate=start, keep=(*SHARES, *MONEY, "status", "move")
        )
        yield broken(history)
        yield from repeat([], together - 1)
