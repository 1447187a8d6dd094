"""The parameter table: every number of the rules with its meaning, unit, prior and source."""

import inspect
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from simulation.arrays import Array, PerReplicate
from simulation.errors import Problem, SimulationError, raise_if_any, unknown
from simulation.schema import among, one_of, refusal, validated

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
    "log units",
    "per unit of worth",
    "share",
    "share a quarter",
    "share of GDP a quarter",
    "share a year",
    "strain",
    "support",
)
#: Priors: half-normal weights may come to nought; what the record cannot tell is held.
FAMILIES = ("normal", "lognormal", "halfnormal", "held")


@dataclass(frozen=True)
class Parameter:
    """One number of the rules: what it means, where it is used, unit, range, prior and source."""

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


@cache
def source_keys() -> tuple[str, ...]:
    """The keys of ``simulation/sources.toml``, which every number must cite."""
    text = files("simulation").joinpath("sources.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text))


SourceKey = Annotated[str, BeforeValidator(lambda key: among(source_keys(), key))]
"""One of the keys of ``simulation/sources.toml``."""


class _Prior(BaseModel):
    model_config = ConfigDict(strict=True)

    family: Annotated[str, one_of(FAMILIES)]
    spread: float = Field(default=0.0, ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _spread(self) -> "_Prior":
        if (self.spread > 0) == (self.family == "held"):
            raise refusal("a spread above 0, and none if it is held")
        return self


class _Entry(BaseModel):
    """A parameter as it stands in the table."""

    model_config = ConfigDict(strict=True, extra="forbid")

    meaning: str
    rule: str
    unit: Annotated[str, one_of(UNITS)]
    prior: _Prior
    bounds: list[float]
    default: float
    source: SourceKey
    lines: str
    note: str

    @field_validator("bounds", mode="before")
    @classmethod
    def _range(cls, bounds: object, info: ValidationInfo) -> object:
        sound = isinstance(bounds, list) and len(bounds) == 2 and all(map(_is_number, bounds))
        if not isinstance(bounds, list) or not sound or bounds[0] >= bounds[1]:
            raise refusal("[least, most] with least < most")
        if _is_lognormal(info) and bounds[0] < 0:
            raise refusal("no value below 0 with a lognormal prior")
        return bounds

    @field_validator("default")
    @classmethod
    def _within(cls, default: float, info: ValidationInfo) -> float:
        low, high = info.data.get("bounds", (-math.inf, math.inf))
        if not low <= default <= high:
            raise refusal(f"{low} to {high}")
        if _is_lognormal(info) and default <= 0:
            raise refusal("more than 0 with a lognormal prior")
        return default

    @field_validator("note")
    @classmethod
    def _reason(cls, note: str, info: ValidationInfo) -> str:
        if info.data.get("source") == "assumption" and not note.strip():
            raise refusal("a reason, as the source is an assumption")
        return note


def _is_lognormal(info: ValidationInfo) -> bool:
    return "prior" in info.data and info.data["prior"].family == "lognormal"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and math.isfinite(value)


def read_parameter_table(path: Path) -> dict[str, Parameter]:
    """Read and check a table of parameters; every problem is reported at once.

    Raises ``SimulationError`` for broken TOML, a missing or unknown key, an unknown unit, prior
    family or source, a default outside its bounds, a spread that is not positive, or an assumption
    without a note.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SimulationError(f"{path}: broken TOML: {error}") from error
    problems: list[Problem] = []
    table: dict[str, Parameter] = {}
    for name, text in tables.items():
        entry, wrong = validated(_Entry, text, path.name, name)
        problems += wrong
        if entry is not None:
            plain = entry.model_dump(exclude={"bounds", "prior"})
            low, high = entry.bounds
            table[name] = Parameter(name, **plain, low=low, high=high, **entry.prior.model_dump())
    raise_if_any(f"{path}: the parameter table cannot be used", problems)
    return table


@cache
def number_table() -> dict[str, Parameter]:
    """Every number of the rules that ship with lilliput, those that are held too."""
    return read_parameter_table(Path(str(files("simulation").joinpath("parameters.toml"))))


@cache
def parameter_table() -> dict[str, Parameter]:
    """The parameters that ship with lilliput: the numbers that are fitted."""
    return {name: each for name, each in number_table().items() if each.family != "held"}


@cache
def held_numbers() -> dict[str, float]:
    """The numbers that the record cannot tell, at the values at which they are held."""
    table = number_table()
    return {name: each.default for name, each in table.items() if each.family == "held"}


@cache
def keywords_of(rule: Callable[..., Any]) -> tuple[str, ...]:
    """The keyword-only arguments of a rule: the parameters it uses."""
    kinds = inspect.signature(rule).parameters
    return tuple(
        name for name, kind in kinds.items() if kind.kind is inspect.Parameter.KEYWORD_ONLY
    )


class Parameters(Mapping[str, PerReplicate]):
    """One value of every number for every replicate: arrays of shape (R,) by name."""

    def __init__(self, values: Mapping[str, Array]) -> None:
        self._values = dict(values)
        for name, value in held_numbers().items():
            self._values.setdefault(name, np.full(self.replicates, value))
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
    table = number_table()
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
            for name, parameter in number_table().items()
        }
    )
