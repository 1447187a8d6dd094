"""Blocks of histories as a worker process of the page simulates them, and as tables.

A worker keeps the factual branches that it has carried out, so that the next counterfactual forks
from them at its first change. They belong to all visitors alike: a session keeps none. Beyond what
is kept, the branch used longest ago is let go, and simulated anew when somebody asks for it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from scenarios.columns import CODED, SCHEMA, stem_of
from scenarios.outcomes import PAIR_NAMES, SERIES, YEARS
from scenarios.twins import FactualBranch, YearlyTwins
from simulation.dates import LAST_YEAR
from simulation.ensemble import CHUNK, simulate
from simulation.interventions import Scenario
from simulation.parameters import Parameters, default_parameters

#: Histories that a worker carries out at a time: few are there soon, as a crowd should be; of many
#: ten thousand are four tasks without a remainder.
FEW, MANY = CHUNK, 2_500
#: Factual branches that all workers together keep, and the quarters from one of their states that
#: is kept to the next. A branch of ``MANY`` histories takes 52 MB by 1980, so that these take 310;
#: with four workers, which keep two each, 415.
BRANCHES, EVERY = 6, 12
#: Of histories beyond the first so many no branch is kept: a question about more of them would
#: drive out those of all others, and its own.
KEPT = 10_000
#: Columns of a batch that are kept: breaks and yearly values, not what was pledged.
COLUMNS = tuple(
    name for name in SCHEMA.names if not name.endswith("_break") and "_pledged_" not in name
)
_PLACES = {name: place for place, name in enumerate(COLUMNS)}
#: What each column of text holds, of which a block has the numbers.
_CODED = {
    f"{stem_of(pair)}_{head}": pd.Index(names)
    for pair in PAIR_NAMES
    for head, names in CODED.items()
}
_WHOLE = tuple(name for name in COLUMNS if pa.types.is_integer(SCHEMA.field(name).type))

#: One block of histories of a scenario: a row a history, the columns of ``COLUMNS``.
Block = NDArray[np.float32]


def simulated_block(
    parameters: Parameters,
    scenarios: Sequence[Scenario],
    seed: int,
    first_replicate: int,
    draws: int,
    last_year: int = LAST_YEAR,
    branches: int = BRANCHES,
) -> list[Block]:
    """Some replicates of every scenario up to the end of a year, as numbers, one row a history.

    Of the factual branches this process keeps at most so many.
    """
    branch = _branch_of(parameters, seed, first_replicate, branches)
    # the factual histories on their own, as far as they go: the others fork from what is kept
    factual = [each for each in scenarios if not each.interventions]
    others = [each for each in scenarios if each.interventions]
    twins = [each for part in (factual, others) for each in branch.yearly(part, last_year)]
    replicates = first_replicate + np.arange(parameters.replicates)
    blocks = [_as_block(each, replicates, draws) for each in twins]
    return [blocks[(*factual, *others).index(each)] for each in scenarios]


#: The factual branches that this process has carried out, the one used last at the end.
_branches: OrderedDict[tuple[int, int, bytes], FactualBranch] = OrderedDict()


def _branch_of(parameters: Parameters, seed: int, first_replicate: int, most: int) -> FactualBranch:
    """The factual branch of some replicates, with the states that are kept of it."""
    digest = sha256()
    for name in sorted(parameters):
        digest.update(parameters[name].tobytes())
    key = (seed, first_replicate, digest.digest())
    branch = _branches.pop(key, None) or FactualBranch(
        parameters, seed=seed, first_replicate=first_replicate, every=EVERY
    )
    if first_replicate < KEPT:
        _branches[key] = branch
        while len(_branches) > most:
            _branches.popitem(last=False)
    return branch


def _as_block(twins: YearlyTwins, replicates: NDArray[np.int64], draws: int) -> Block:
    """Histories in the columns of ``COLUMNS``: breaks, then by pair and series each year."""
    pairs = len(PAIR_NAMES)
    block = np.zeros((len(COLUMNS), replicates.size), dtype=np.float32)
    block[0], block[1] = replicates, replicates % draws
    breaks = np.stack((twins.split, twins.initiator, twins.cause), axis=1)
    yearly = block[2 + 3 * pairs :].reshape(pairs, len(SERIES), len(YEARS), replicates.size)
    block[2 : 2 + 3 * pairs] = breaks.reshape(3 * pairs, replicates.size)
    for place, name in enumerate(SERIES):
        values = twins.series[name]
        yearly[:, place, : len(values)] = values.swapaxes(0, 1)
    return np.ascontiguousarray(block.T)


def table_of(blocks: Sequence[Block], columns: Sequence[str] = COLUMNS) -> pd.DataFrame:
    """Blocks that hold these columns as one table, as a batch has it."""
    table = pd.DataFrame(np.concatenate(blocks), columns=list(columns))
    whole = [name for name in columns if name in _WHOLE]
    coded = [name for name in columns if name in _CODED]
    named = {
        name: pd.Categorical.from_codes(table[name].astype(np.int8).tolist(), _CODED[name])
        for name in coded
    }
    rest = table.drop(columns=[*whole, *coded])
    return pd.concat([table[whole].astype(np.int64), pd.DataFrame(named), rest], axis=1)


def part_of(block: Block, columns: Sequence[str]) -> Block:
    """Some columns of a block, as a copy."""
    return block[:, [_PLACES[name] for name in columns]]


def stand_ready() -> None:
    """A few quarters: after them a worker has loaded all that it needs."""
    for histories in (FEW, MANY):
        simulate(default_parameters(histories), seed=1, quarters=2, keep=())
