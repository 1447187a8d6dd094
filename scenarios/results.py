"""Writes the results of a run into a folder: all of them, or nothing."""

import csv
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from scenarios.documented import BASES, Documented
from scenarios.errors import ScenarioError
from scenarios.manifest import MANIFEST, is_result
from scenarios.outcomes import NEVER, PAIR_NAMES, PAIRS, Codes, Outcomes, Quarters
from scenarios.run import RunResult
from scenarios.summary import AidSummary, BreakSummary, summarised_aid, summarised_breaks
from simulation.countries import Country, pair_name
from simulation.dates import QUARTERS, date_of
from simulation.errors import Problem, listed
from simulation.trajectory import CAUSES

HISTORIES, AID, BREAKS_TABLE, AID_TABLE, FIGURES = (
    "histories.parquet",
    "aid.parquet",
    "breaks.csv",
    "aid.csv",
    "figures",
)
_OWN = (HISTORIES, AID, BREAKS_TABLE, AID_TABLE, FIGURES, MANIFEST)
#: Histories written at a time.
_SLICE = 20_000


def folder_problems(folder: Path) -> list[Problem]:
    """What stands in the way of writing a result into a folder; nothing is left behind by looking.

    A folder that is there must be empty, or hold an earlier result of lilliput and nothing else.
    """
    where = "--out"
    try:
        folder = folder.expanduser().resolve()
        if folder.is_dir() and (held := sorted(path.name for path in folder.iterdir())):
            strange = [name for name in held if name not in _OWN]
            if strange or not is_result(folder):
                allowed = "a folder that is new, empty, or holds nothing but an earlier result of lilliput"
                shown = f"; this one holds {listed((strange or held)[:5])}"
                return [Problem(where, "folder", str(folder), allowed + shown)]
        elif folder.exists() and not folder.is_dir():
            return [Problem(where, "folder", str(folder), "a folder; this is a file")]
        parent = next(path for path in folder.parents if path.exists())
        probe = parent / f".lilliput-{uuid4().hex}"
        probe.mkdir()
        probe.rmdir()
    except (OSError, RuntimeError, ValueError) as error:
        return [Problem(where, "folder", str(folder), f"a folder that can be written to ({error})")]
    return []


def write_result(
    result: RunResult, documented: Documented, manifest: Mapping[str, Any], folder: Path
) -> Path:
    """Write tables, figures and manifest of a run, and put them in the place of an earlier result in one step.

    Everything is written into a neighbouring folder that is renamed when complete. Raises ``ScenarioError`` if the
    disk refuses; then the earlier result stands as it was.
    """
    folder = folder.expanduser().resolve()
    made = folder.with_name(f".{folder.name}-{uuid4().hex}")
    try:
        made.mkdir(parents=True)
        _write_all(result, documented, manifest, made)
        put_in_place(made, folder)
    except OSError as error:
        problem = Problem(
            "--out", "folder", str(folder), f"a folder that can be written to ({error})"
        )
        raise ScenarioError("the result could not be written", [problem]) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder


def put_in_place(made: Path, folder: Path) -> None:
    """Give a finished folder the place of an earlier one, which stays if that cannot be done."""
    old = folder.with_name(f".{folder.name}-{uuid4().hex}")
    if folder.exists():
        folder.rename(old)
    try:
        made.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_all(
    result: RunResult, documented: Documented, manifest: Mapping[str, Any], folder: Path
) -> None:
    # drawing is not needed by those who only read or count
    from scenarios.charts.look import write_figure
    from scenarios.charts.run import figures_of, settings_of

    outcomes = result.outcomes
    _write_parquet(
        folder / HISTORIES, (histories_table(result, part) for part in _slices(outcomes))
    )
    _write_parquet(folder / AID, (aid_table(outcomes, part) for part in _slices(outcomes)))
    _write_csv(
        folder / BREAKS_TABLE, [break_row(row) for row in summarised_breaks(outcomes, documented)]
    )
    _write_csv(folder / AID_TABLE, [aid_row(row) for row in summarised_aid(outcomes, documented)])
    (folder / FIGURES).mkdir()
    for name, figure in figures_of(result, documented):
        write_figure(figure, folder / FIGURES, name, settings_of(result))
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _slices(outcomes: Outcomes) -> list[slice]:
    count = outcomes.replicates
    return [slice(start, min(start + _SLICE, count)) for start in range(0, count, _SLICE)]


def _write_parquet(path: Path, tables: Iterable[pa.Table]) -> None:
    tables = iter(tables)
    first = next(tables)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _named(codes: Codes | Quarters, names: Sequence[str]) -> pa.DictionaryArray:
    """Codes as text, with nothing where the code is -1."""
    known = pa.array(codes.astype(np.int16), mask=codes == NEVER)
    return pa.DictionaryArray.from_arrays(known, pa.array(names))


def histories_table(result: RunResult, part: slice) -> pa.Table:
    """One row a history: its number, its draw, and for each pair the date of the break, who moved and why."""
    outcomes = result.outcomes
    numbers = outcomes.first_replicate + np.arange(part.start, part.stop)
    columns: dict[str, Any] = {"replicate": numbers, "draw": numbers % len(result.draws)}
    dates = [date_of(quarter) for quarter in range(QUARTERS)]
    for place, name in enumerate(PAIR_NAMES):
        stem = name.replace("-", "_")
        columns[f"{stem}_break"] = _named(outcomes.split[place, part], dates)
        columns[f"{stem}_initiator"] = _named(
            outcomes.initiator[place, part], [c.key for c in Country]
        )
        columns[f"{stem}_cause"] = _named(outcomes.cause[place, part], CAUSES)
    return pa.table(columns)


def aid_table(outcomes: Outcomes, part: slice) -> pa.Table:
    """One row a history, pair and window: aid asked, pledged and delivered in million US dollars."""
    spans, pairs = len(outcomes.windows), len(PAIRS)
    numbers = outcomes.first_replicate + np.arange(part.start, part.stop)
    span, pair, row = (
        axis.ravel() for axis in np.indices((spans, pairs, numbers.size), dtype=np.int16)
    )
    countries = [country.key for country in Country]
    patrons = np.array([patron for patron, _ in PAIRS], dtype=np.int16)
    clients = np.array([client for _, client in PAIRS], dtype=np.int16)
    columns: dict[str, Any] = {
        "replicate": numbers[row],
        "patron": _named(patrons[pair], countries),
        "client": _named(clients[pair], countries),
        "period": _named(span, [window.name for window in outcomes.windows]),
    }
    columns |= {basis: outcomes.aid[which, ..., part].ravel() for which, basis in enumerate(BASES)}
    return pa.table(columns)


def break_row(summary: BreakSummary) -> dict[str, Any]:
    """The break of a pair as one flat row."""
    known = summary.documented
    return {
        "pair": summary.name,
        "documented": known.date if known else None,
        "earliest": known.earliest if known else None,
        "latest": known.latest if known else None,
        "median": summary.median,
        "q05": summary.q05,
        "q95": summary.q95,
        "share_by_1980": round(summary.share_by_1980, 6),
        "initiator": next(iter(summary.initiators), None),
        "cause": next(iter(summary.causes), None),
    }


def aid_row(summary: AidSummary) -> dict[str, Any]:
    """The aid of a pair and window as one flat row, in million US dollars."""
    patron, client = summary.pair
    held = summary.documented
    first, last = summary.window.first_quarter, summary.window.last_quarter
    return {
        "pair": pair_name(patron, client),
        "patron": patron.key,
        "client": client.key,
        "basis": summary.basis,
        "period": summary.window.name,
        "from": date_of(first - 1 / 3),
        "to": date_of(last + 1 / 3),
        "median": round(summary.median, 3),
        "q05": round(summary.q05, 3),
        "q95": round(summary.q95, 3),
        "documented": round(held.usd, 3) if held else None,
        "low": round(held.low, 3) if held else None,
        "high": round(held.high, 3) if held else None,
        "forms": ";".join(held.forms) if held else None,
        "figures": ";".join(held.ids) if held else None,
    }
