"""The mechanisms of the rules that can be switched off, one at a time."""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError

from calibration.errors import CalibrationError
from simulation.errors import Problem, raise_if_any, unknown
from simulation.parameters import parameter_problems, source_keys
from simulation.schema import validated


class Mechanism(BaseModel):
    """A mechanism of the rules: its claim, the parameters that switch it off, and who claims it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    meaning: str
    off: dict[str, float]
    source: str
    lines: str
    note: str

    @field_validator("off")
    @classmethod
    def _something(cls, off: dict[str, float]) -> dict[str, float]:
        if not off:
            raise PydanticCustomError("off", "nothing", {"allowed": "at least one parameter"})
        return off


def read_mechanisms(path: Path) -> tuple[Mechanism, ...]:
    """The mechanisms of a TOML file; every problem is reported at once.

    Raises ``CalibrationError`` for broken TOML, missing or unknown keys, unknown sources, and
    parameters that are unknown or out of bounds.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CalibrationError(f"{path}: broken TOML: {error}") from error
    problems: list[Problem] = []
    mechanisms = []
    for name, entry in tables.items():
        where = f"{path.name} ({name})"
        mechanism, wrong = validated(Mechanism, {"name": name, **entry}, where)
        problems += wrong
        if mechanism is not None:
            mechanisms.append(mechanism)
            problems += parameter_problems(where, mechanism.off)
            if mechanism.source not in source_keys():
                problems.append(unknown(where, "source", mechanism.source, source_keys()))
    raise_if_any(f"{path}: the mechanisms cannot be used", problems, CalibrationError)
    return tuple(mechanisms)


@cache
def shipped_mechanisms() -> tuple[Mechanism, ...]:
    """The mechanisms of ``calibration/mechanisms.toml``."""
    return read_mechanisms(Path(str(files("calibration").joinpath("mechanisms.toml"))))
