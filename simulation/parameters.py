"""The parameter table: every number of the rules with its meaning, unit, bounds, prior and source."""

import inspect
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from simulation.arrays import Array, PerReplicate
from simulation.errors import MISSING, Problem, SimulationError, raise_if_any, unknown

UNITS = (
    "accord",
    "exponent",
    "fatigue",
    "fatigue per unit of worth",
    "goodwill",
    "hierarchy",
    "line",
    "log odds",
    "log odds per unit",
    "per unit of worth",
    "share",
    "share a quarter",
    "share of GDP a quarter",
    "share a year",
    "strain",
    "support",
)
FAMILIES = ("normal", "lognormal")
_KEYS = ("meaning", "rule", "unit", "default", "bounds", "prior", "source", "lines", "note")


@dataclass(frozen=True)
class Parameter:
    """One number of the rules: what it means, where it is used, its unit, range, prior and source."""

    name: str
    meaning: str
    rule: str
    unit: str
    default: float
    low: float
    high: float
    family: str
    spread: float
    source: str
    lines: str
    note: str


def read_parameter_table(path: Path, source_keys: tuple[str, ...]) -> dict[str, Parameter]:
    """Read and check a table of parameters; every problem is reported at once.

    Raises ``SimulationError`` for broken TOML, a missing or unknown key, an unknown unit, prior family or
    source, a default outside its bounds, a spread that is not positive, or an assumption without a note.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SimulationError(f"{path}: broken TOML: {error}") from error
    problems: list[Problem] = []
    table: dict[str, Parameter] = {}
    for name, entry in tables.items():
        found = _entry_problems(path.name, name, entry, source_keys)
        problems.extend(found)
        if not found:
            table[name] = Parameter(
                name,
                entry["meaning"],
                entry["rule"],
                entry["unit"],
                float(entry["default"]),
                float(entry["bounds"][0]),
                float(entry["bounds"][1]),
                entry["prior"]["family"],
                float(entry["prior"]["spread"]),
                entry["source"],
                entry["lines"],
                entry["note"],
            )
    raise_if_any(f"{path}: the parameter table cannot be used", problems)
    return table


def _is_number(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))
    )


def _entry_problems(
    where: str, name: str, entry: object, source_keys: tuple[str, ...]
) -> list[Problem]:
    if not isinstance(entry, dict):
        return [Problem(where, name, entry, "a table with the keys " + ", ".join(_KEYS))]
    problems = [
        Problem(where, f"{name}.{key}", MISSING, "required") for key in _KEYS if key not in entry
    ]
    problems += [unknown(where, f"{name} key", key, _KEYS) for key in entry if key not in _KEYS]
    if problems:
        return problems
    if entry["unit"] not in UNITS:
        problems.append(unknown(where, f"{name}.unit", entry["unit"], UNITS))
    if entry["source"] not in source_keys:
        problems.append(unknown(where, f"{name}.source", entry["source"], source_keys))
    if entry["source"] == "assumption" and not str(entry["note"]).strip():
        problems.append(
            Problem(
                where, f"{name}.note", entry["note"], "a reason, as the source is an assumption"
            )
        )
    prior = entry["prior"] if isinstance(entry["prior"], dict) else {}
    if prior.get("family") not in FAMILIES:
        problems.append(unknown(where, f"{name}.prior.family", prior.get("family"), FAMILIES))
    if not _is_number(prior.get("spread")) or prior["spread"] <= 0:
        problems.append(
            Problem(where, f"{name}.prior.spread", prior.get("spread"), "a number above 0")
        )
    return problems + _range_problems(
        where, name, entry["default"], entry["bounds"], prior.get("family")
    )


def _range_problems(
    where: str, name: str, default: Any, bounds: Any, family: object
) -> list[Problem]:
    if not (
        isinstance(bounds, list)
        and len(bounds) == 2
        and all(map(_is_number, bounds))
        and bounds[0] < bounds[1]
    ):
        return [Problem(where, f"{name}.bounds", bounds, "[least, most] with least < most")]
    if not _is_number(default) or not bounds[0] <= default <= bounds[1]:
        return [Problem(where, f"{name}.default", default, f"{bounds[0]} to {bounds[1]}")]
    if family == "lognormal" and (bounds[0] < 0 or default <= 0):
        return [Problem(where, f"{name}.bounds", bounds, "no value below 0 with a lognormal prior")]
    return []


@cache
def source_keys() -> tuple[str, ...]:
    """The keys of ``simulation/sources.toml``, which every number must cite."""
    text = files("simulation").joinpath("sources.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text))


@cache
def parameter_table() -> dict[str, Parameter]:
    """The parameter table that ships with lilliput."""
    return read_parameter_table(
        Path(str(files("simulation").joinpath("parameters.toml"))), source_keys()
    )


@cache
def keywords_of(rule: Callable[..., Any]) -> tuple[str, ...]:
    """The keyword-only arguments of a rule: the parameters it uses."""
    kinds = inspect.signature(rule).parameters
    return tuple(
        name for name, kind in kinds.items() if kind.kind is inspect.Parameter.KEYWORD_ONLY
    )


class Parameters(Mapping[str, PerReplicate]):
    """One value of every parameter for every replicate: arrays of shape (R,) by name."""

    def __init__(self, values: Mapping[str, Array]) -> None:
        self._values = dict(values)
        self._of: dict[Callable[..., Any], dict[str, PerReplicate]] = {}

    def __getitem__(self, name: str) -> PerReplicate:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def replicates(self) -> int:
        """How many replicates the arrays hold."""
        return int(next(iter(self._values.values())).shape[0])

    def of(self, rule: Callable[..., Any]) -> dict[str, PerReplicate]:
        """The keyword arguments that a rule needs, picked by the names in its signature."""
        chosen = self._of.get(rule)
        if chosen is None:
            chosen = self._of[rule] = {name: self._values[name] for name in keywords_of(rule)}
        return chosen

    def replicate(self, rows: slice | Array) -> "Parameters":
        """The same parameters for some of the replicates."""
        return Parameters(
            {name: np.ascontiguousarray(values[rows]) for name, values in self._values.items()}
        )


def parameter_problems(where: str, values: Mapping[str, float]) -> list[Problem]:
    """What is wrong with a set of parameter values: unknown names, values out of bounds."""
    table = parameter_table()
    problems = []
    for name, value in values.items():
        if name not in table:
            problems.append(unknown(where, "parameter", name, tuple(table)))
        elif not _is_number(value) or not table[name].low <= value <= table[name].high:
            unit = table[name].unit
            problems.append(
                Problem(where, name, value, f"{table[name].low:g} to {table[name].high:g} ({unit})")
            )
    return problems


def default_parameters(replicates: int = 1, **changes: float) -> Parameters:
    """The table's defaults for so many replicates, with the given changes.

    Raises ``SimulationError`` if a changed parameter is unknown or out of bounds.
    """
    raise_if_any("these parameters cannot be used", parameter_problems("parameters", changes))
    return Parameters(
        {
            name: np.full(replicates, float(changes.get(name, parameter.default)))
            for name, parameter in parameter_table().items()
        }
    )
