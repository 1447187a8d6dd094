"""The columns of a batch: one row a history, with the breaks, the aid pledged and the yearly values of each pair."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from scenarios.documented import BASES, PLAN_PERIODS
from scenarios.outcomes import NEVER, PAIR_NAMES, SERIES, YEARS, Outcomes
from simulation.countries import Country
from simulation.dates import QUARTERS, date_of
from simulation.trajectory import CAUSES


def _fields() -> Iterator[tuple[str, pa.DataType]]:
    """The columns of every file, in order, with their types."""
    yield "replicate", pa.int64()
    yield "draw", pa.int32()
    stems = [name.replace("-", "_") for name in PAIR_NAMES]
    for stem in stems:
        yield f"{stem}_quarter", pa.int16()
        yield f"{stem}_break", pa.string()
        yield f"{stem}_initiator", pa.string()
        yield f"{stem}_cause", pa.string()
    for stem in stems:
        for period in PLAN_PERIODS:
            yield f"{stem}_pledged_{period.name.replace('-', '_')}", pa.float32()
    for stem in stems:
        for series in SERIES:
            for year in YEARS:
                yield f"{stem}_{series}_{year}", pa.float32()


#: The columns of a batch: dates and causes of breaks, aid pledged by plan period, and yearly values of each pair.
SCHEMA = pa.schema(list(_fields()))
#: Those that hold few different texts.
TEXTS = [field.name for field in SCHEMA if field.type == pa.string()]


def batch_table(outcomes: Outcomes, draws: int) -> pa.Table:
    """One row a history: its number and draw, and for each pair its break, the aid pledged and the yearly values.

    ``draws`` is the number of parameter draws; yearly values must be kept for every history.
    """
    numbers = outcomes.first_replicate + np.arange(outcomes.replicates)
    columns: list[Any] = [numbers, (numbers % draws).astype(np.int32)]
    dates = [date_of(quarter) for quarter in range(QUARTERS)]
    for place in range(len(PAIR_NAMES)):
        columns.append(outcomes.split[place])
        columns.append(_named(outcomes.split[place], dates))
        columns.append(_named(outcomes.initiator[place], [country.key for country in Country]))
        columns.append(_named(outcomes.cause[place], CAUSES))
    pledged = outcomes.aid[BASES.index("pledged")]
    for place in range(len(PAIR_NAMES)):
        columns.extend(pledged[: len(PLAN_PERIODS), place])
    for place in range(len(PAIR_NAMES)):
        for series in SERIES:
            columns.extend(outcomes.series[series][:, place])
    return pa.table([pa.array(column) for column in columns], schema=SCHEMA)


def _named(codes: Any, names: Sequence[str]) -> pa.Array:
    """Codes as text, with nothing where the code is -1."""
    known = pa.array(codes.astype(np.int16), mask=codes == NEVER)
    return pa.array(names, pa.string()).take(known)
