"""The columns of histories on disk: one row a history, with the break of each pair, and aid."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from scenarios.documented import PLAN_PERIODS
from scenarios.outcomes import AMOUNTS, NEVER, PAIR_NAMES, PAIRS, SERIES, YEARS, Outcomes
from simulation.countries import COUNTRY_KEYS
from simulation.dates import QUARTERS, date_of
from simulation.trajectory import CAUSES

#: What is known of the break of each pair, with the type of its column.
BREAK_COLUMNS = {
    "quarter": pa.int16(),
    "break": pa.string(),
    "initiator": pa.string(),
    "cause": pa.string(),
}
#: What the numbers stand for in which outcomes hold who breaks and over what; -1 for nothing.
CODED = {"initiator": COUNTRY_KEYS, "cause": CAUSES}
_MONEY = "million US dollars of the day"
#: What the columns mean, and their units, by what they hold.
_MEANINGS = {
    "replicate": ("number of the history; histories of one number are twins", "number"),
    "draw": ("row of the parameter draws that the history has", "number from 0"),
    "quarter": ("quarter of the break; -1: none by 1980", "quarters since 1945 Q1"),
    "break": ("month in the middle of the quarter of the break; null: none by 1980", "YYYY-MM"),
    "initiator": ("country that broke; null: both, or none by 1980", "country"),
    "cause": ("largest grievance at the break; null: none by 1980", "source of strain or fatigue"),
    "pledged": ("aid that the patron promised the client in the plan period", _MONEY),
    "arms_pledged": ("arms in what the patron promised in the plan period", _MONEY),
    "support_year": ("political support of the client for the patron, mean of the year", "0 to 1"),
    "strain_year": ("strain of the client toward the patron, mean of the year", "0 to 1"),
    "delivered_year": ("aid that reached the client in the year", _MONEY),
    "patron": ("country that gives", "country"),
    "client": ("country that receives", "country"),
    "period": ("plan period, or the years of a documented figure", "years"),
    "asked_aid": ("aid that the client asked of the patron in the period", _MONEY),
    "pledged_aid": ("aid that the patron promised the client in the period", _MONEY),
    "delivered_aid": ("aid that reached the client in the period", _MONEY),
    "arms_asked_aid": ("arms in what was asked", _MONEY),
    "arms_pledged_aid": ("arms in what was promised", _MONEY),
    "arms_delivered_aid": ("arms in what arrived", _MONEY),
}
#: The amounts that a batch holds by plan period, with the form of aid.
_PLEDGED = {"pledged": "", "arms_pledged": "arms"}
_DATES = tuple(date_of(quarter) for quarter in range(QUARTERS))


def stem_of(name: str) -> str:
    """How the names of a pair's columns begin: ``albania_china`` for ``albania-china``."""
    return name.replace("-", "_")


def _fields() -> Iterator[pa.Field]:
    """The columns of every file of a batch, in order, with their types, meanings and units."""
    yield _field("replicate", pa.int64())
    yield _field("draw", pa.int32())
    stems = [stem_of(name) for name in PAIR_NAMES]
    for stem in stems:
        for name, kind in BREAK_COLUMNS.items():
            yield _field(f"{stem}_{name}", kind, name)
    for stem in stems:
        for name in _PLEDGED:
            for period in PLAN_PERIODS:
                yield _field(f"{stem}_{name}_{stem_of(period.name)}", pa.float32(), name)
    for stem in stems:
        for series in SERIES:
            for year in YEARS:
                yield _field(f"{stem}_{series}_{year}", pa.float32(), f"{series}_year")


def _field(name: str, kind: pa.DataType, what: str | None = None) -> pa.Field:
    """A column with its meaning and unit, which every reader of Parquet finds beside its type."""
    meaning, unit = _MEANINGS[what or name]
    return pa.field(name, kind, metadata={"meaning": meaning, "unit": unit})


#: The columns of a batch: breaks, aid pledged by plan period, and yearly values of each pair.
SCHEMA = pa.schema(list(_fields()))
#: Those that hold few different texts.
TEXTS = [field.name for field in SCHEMA if field.type == pa.string()]


def batch_table(outcomes: Outcomes, draws: int) -> pa.Table:
    """One row a history: number, draw, and each pair's break, aid pledged and yearly values.

    ``draws`` is the number of parameter draws; yearly values must be kept for every history.
    """
    columns = list(_break_columns(outcomes, draws, slice(None)).values())
    pledged = [outcomes.aid_of("pledged", form) for form in _PLEDGED.values()]
    for place in range(len(PAIRS)):
        for amounts in pledged:
            columns.extend(map(pa.array, amounts[: len(PLAN_PERIODS), place]))
    for place in range(len(PAIRS)):
        for series in SERIES:
            columns.extend(map(pa.array, outcomes.series[series][:, place]))
    typed = [column.cast(field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.table(typed, schema=SCHEMA)


def histories_table(outcomes: Outcomes, draws: int, rows: slice) -> pa.Table:
    """One row a history: number, draw, and each pair's break: its date, who moved and why."""
    columns = _break_columns(outcomes, draws, rows)
    kept = {name: each for name, each in columns.items() if not name.endswith("_quarter")}
    fields = [SCHEMA.field(name).with_type(each.type) for name, each in kept.items()]
    return pa.table(list(kept.values()), schema=pa.schema(fields))


def _break_columns(outcomes: Outcomes, draws: int, rows: slice) -> dict[str, pa.Array]:
    """The number and draw of some histories, and what ``BREAK_COLUMNS`` names of each pair."""
    numbers = outcomes.first_replicate + np.arange(outcomes.replicates)[rows]
    columns = {"replicate": pa.array(numbers), "draw": pa.array(numbers % draws)}
    for place, name in enumerate(PAIR_NAMES):
        split = outcomes.split[place, rows]
        values = (
            pa.array(split),
            _named(split, _DATES),
            *(_named(getattr(outcomes, head)[place, rows], CODED[head]) for head in CODED),
        )
        heads = [f"{stem_of(name)}_{head}" for head in BREAK_COLUMNS]
        columns |= dict(zip(heads, values, strict=True))
    return columns


def aid_table(outcomes: Outcomes, rows: slice) -> pa.Table:
    """One row a history, pair and window: aid asked, pledged and delivered, and the arms in it."""
    numbers = outcomes.first_replicate + np.arange(outcomes.replicates)[rows]
    shape = (len(outcomes.windows), len(PAIRS), numbers.size)
    window, pair, row = (axis.ravel() for axis in np.indices(shape, dtype=np.int16))
    patrons, clients = np.array(PAIRS, dtype=np.int16).T
    columns: dict[str, Any] = {
        "replicate": numbers[row],
        "patron": _named(patrons[pair], COUNTRY_KEYS),
        "client": _named(clients[pair], COUNTRY_KEYS),
        "period": _named(window, [each.name for each in outcomes.windows]),
    }
    columns |= {name: outcomes.aid[which, ..., rows].ravel() for which, name in enumerate(AMOUNTS)}
    table = pa.table(columns)
    fields = [
        _field(each.name, each.type, f"{each.name}_aid" if each.name in AMOUNTS else None)
        for each in table.schema
    ]
    return table.cast(pa.schema(fields))


def _named(codes: Any, names: Sequence[str]) -> pa.DictionaryArray:
    """Codes as text, with nothing where the code is -1."""
    places = pa.array(codes.astype(np.int16), mask=codes == NEVER)
    return pa.DictionaryArray.from_arrays(places, pa.array(names))
