"""The data dictionary: every column of every file that is read or written, with its words."""

import re
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from calibration.checks.histories.prior import prior_draws
from calibration.evidence.record import documented_record
from docs.tables.markdown import table
from scenarios.batch.run import run_batch
from scenarios.comparison.table import QUANTITIES, UNITS
from scenarios.documented import PLAN_PERIODS, windows_of
from scenarios.files import scenario_named
from scenarios.outcomes import PAIR_NAMES, SERIES
from scenarios.run import manifest_of, run_scenario, write_result

#: What braces in the names of columns stand for.
_PLACES = {
    "pair": "|".join(name.replace("-", "_") for name in PAIR_NAMES),
    "period": "|".join(period.name.replace("-", "_") for period in PLAN_PERIODS),
    "series": "|".join(SERIES),
    "year": r"\d{4}",
}
ROOT = Path(__file__).parents[2]
_WORDS = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class File:
    """A file by name: what it is, the words of its columns, and the columns that it has."""

    name: str
    title: str
    words: dict[str, str]
    columns: tuple[str, ...]

    def words_of(self, column: str) -> str | None:
        """The name under which a column is described; none if it is not."""
        return next((name for name in self.words if _pattern(name).fullmatch(column)), None)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", lambda place: f"({_PLACES[place[1]]})", name))


@cache
def files() -> tuple[File, ...]:
    """Every file, its columns read from one that was written or stands in the checkout."""
    found = {**_of_a_run(), "part-NNNNN.parquet": _of_a_batch()}
    for name in _WORDS["file"]:
        path = ROOT / "calibration" / name
        if name not in found:
            found[name] = tuple(pd.read_csv(path, nrows=1).columns)
    return tuple(
        File(name, _WORDS["file"][name], _WORDS["common"] | _WORDS.get(name, {}), columns)
        for name, columns in found.items()
    )


def _of_a_run() -> dict[str, tuple[str, ...]]:
    # What a fit found does not change columns: a few draws of the prior will do.
    documented, scenario = documented_record(), scenario_named("historical")
    windows = windows_of(documented.aid)
    result = run_scenario(scenario, prior_draws(4, 1), 8, 1, windows=windows)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        write_result(result, documented, manifest_of(result, {}), folder, lambda _: None)
        tables = {path.name: path for path in sorted(folder.glob("*.*"))}
        return {
            name: tuple(
                pq.read_schema(path).names
                if path.suffix == ".parquet"
                else pd.read_csv(path, nrows=1).columns
            )
            for name, path in tables.items()
            if path.suffix in (".parquet", ".csv")
        }


def _of_a_batch() -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "batch"
        run_batch([scenario_named("historical")], prior_draws(4, 1), 8, 1, folder, workers=1)
        (part,) = folder.rglob("*.parquet")
        return ("scenario", *pq.read_schema(part).names)


def page() -> Iterator[str]:
    """Every column of every file, those that differ only in pair, plan or year in one row."""
    for file in files():
        yield from (f"## {file.name}", "", file.title, "")
        counts: dict[str, int] = {}
        for column in file.columns:
            name = file.words_of(column) or column
            counts[name] = counts.get(name, 0) + 1
        rows = (
            (f"`{name}`", "" if count == 1 else count, *_meaning(file.words.get(name, "")))
            for name, count in counts.items()
        )
        yield from table(("column", "number", "what it is", "unit or values"), rows)
    yield from _of_a_comparison()


def _meaning(words: str) -> tuple[str, str]:
    meaning, _, unit = words.partition(" | ")
    return meaning, unit


def _of_a_comparison() -> Iterator[str]:
    yield from ("## lilliput compare --json", "", "Each number of a comparison of a pair, by its")
    yield "place in the object; each holds `value`, `error`, `spread` and `halving`"
    yield from ("([what they are](/docs/comparing.md)).", "")
    rows = (
        (f"`{each.place}`", f"{each.name}: {each.meaning}", UNITS[each.unit].name)
        for each in QUANTITIES.values()
    )
    yield from table(("place", "what it is", "unit"), rows)
