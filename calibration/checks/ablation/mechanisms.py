"""The mechanisms of the rules that can be switched off, singly and in groups."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from calibration.evidence.lines import read_entries
from simulation.errors import Problem, unknown
from simulation.parameters import parameter_problems, source_keys
from simulation.schema import refusal


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
            raise refusal("at least one parameter")
        return off


class Group(BaseModel):
    """Mechanisms that are switched off together: what they claim, and why they belong together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    meaning: str
    mechanisms: tuple[str, ...] = Field(min_length=2)
    note: str

    @property
    def off(self) -> dict[str, float]:
        """The parameters that switch off all of its mechanisms."""
        known = {mechanism.name: mechanism for mechanism in shipped_mechanisms()}
        return {name: off for each in self.mechanisms for name, off in known[each].off.items()}


def read_mechanisms(path: Path) -> tuple[Mechanism, ...]:
    """The mechanisms of a TOML file; every problem is reported at once.

    Raises ``CalibrationError`` for broken TOML, missing or unknown keys, unknown sources, and
    parameters that are unknown or out of bounds.
    """
    title = "the mechanisms cannot be used"
    return tuple(read_entries(path, Mechanism, title, _mechanism_problems).values())


def read_groups(path: Path) -> tuple[Group, ...]:
    """The groups of mechanisms of a TOML file; every problem is reported at once.

    Raises ``CalibrationError`` for broken TOML, missing or unknown keys, unknown mechanisms, and
    names that a mechanism has.
    """
    title = "the groups of mechanisms cannot be used"
    return tuple(read_entries(path, Group, title, _group_problems).values())


def _mechanism_problems(where: str, mechanism: Mechanism) -> list[Problem]:
    problems = parameter_problems(where, mechanism.off)
    if mechanism.source not in source_keys():
        problems.append(unknown(where, "source", mechanism.source, source_keys()))
    return problems


def _group_problems(where: str, group: Group) -> list[Problem]:
    known = [mechanism.name for mechanism in shipped_mechanisms()]
    problems = [
        unknown(where, "mechanisms", name, known) for name in group.mechanisms if name not in known
    ]
    if group.name in known:
        problems.append(Problem(where, "name", group.name, "a name that no mechanism has"))
    return problems


@cache
def shipped_mechanisms() -> tuple[Mechanism, ...]:
    """The mechanisms of ``calibration/mechanisms.toml``."""
    return read_mechanisms(Path(str(files("calibration").joinpath("mechanisms.toml"))))


@cache
def shipped_groups() -> tuple[Group, ...]:
    """The groups of ``calibration/groups.toml``."""
    return read_groups(Path(str(files("calibration").joinpath("groups.toml"))))
