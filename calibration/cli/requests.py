"""Requests: what a command is to do, read from the command line and checked in full.

A request is a pydantic model. Each of its fields is an option: its type and bounds, its default,
and what ``--help`` says of it. ``command`` makes a command of a function that carries a request
out.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar

import typer
from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema
from typer.models import OptionInfo, ParameterInfo

from calibration.errors import require
from scenarios.console import reporting_errors
from scenarios.draws import Draws, read_draws
from scenarios.errors import ScenarioError
from simulation.drivers.spells import DRIVER_CHOICES, DriverChoice
from simulation.errors import LilliputError, Problem, raise_if_any
from simulation.parameters import parameter_problems
from simulation.schema import among, refuse, validated, whole_number

if TYPE_CHECKING:
    from calibration.fit.reference import Reference

#: The most worker processes that a command takes.
MOST_WORKERS = 1_024
RequestModel = TypeVar("RequestModel", bound="Request")
Value = TypeVar("Value")


class Request(BaseModel):
    """What a command is to do; a field without an option is worked out from the others."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True, extra="forbid", frozen=True, validate_default=True
    )

    #: The command as it is typed, and what is said when it cannot be carried out.
    command: ClassVar[str]
    title: ClassVar[str]
    #: Modules of the extra ``calibration`` without which the command cannot be carried out.
    needs: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def read(cls, **typed: object) -> Self:
        """The request that has been typed.

        Raises ``CalibrationError`` if the command needs an extra that is not installed,
        ``ScenarioError`` that lists all problems of what has been typed.
        """
        require("calibration", *cls.needs)
        request, problems = validated(cls, typed, cls.command)
        options = {name: _flag(name, _option(field)) for name, field in cls.model_fields.items()}
        named = [
            replace(problem, key=options.get(problem.key, problem.key))
            if problem.where == cls.command
            else problem
            for problem in problems
        ]
        raise_if_any(cls.title, named, ScenarioError)
        assert request is not None
        return request

    def kept(self) -> str:
        """What is kept when the command is broken off and how to go on; empty if nothing is."""
        return ""


@dataclass(frozen=True)
class Reader:
    """How the value of an option is read from what is typed: text, unless ``typed`` says else.

    The problems of a ``LilliputError`` that ``read`` raises become problems of the request.
    """

    read: Callable[[Any], Any]
    typed: Any = str

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        """What pydantic is to do with the option: call ``read``, whatever the type of its value."""
        return core_schema.no_info_plain_validator_function(self._value)

    def _value(self, typed: Any) -> Any:
        return read_or_refuse(lambda: self.read(typed))


def read_or_refuse(read: Callable[[], Value]) -> Value:
    """What a reader returns; within a validator its problems become those of the request."""
    try:
        return read()
    except LilliputError as error:
        refuse(error.problems)
        raise


def whole(least: int, most: int) -> Reader:
    """Reads a whole number from ``least`` to ``most``; what is left out stays ``None``."""
    return Reader(lambda typed: None if typed is None else whole_number(typed, least, most))


def option(
    text: str, metavar: str | None = "N", *flags: str, default: str | None = None
) -> OptionInfo:
    """An option of typer's: what ``--help`` says of it, of its value, and of its default."""
    shown = True if default is None else default
    info: OptionInfo = typer.Option(*flags, metavar=metavar, help=text, show_default=shown)
    return info


def flag(name: str, text: str) -> OptionInfo:
    """An option that takes no value, and what ``--help`` says of it."""
    info: OptionInfo = typer.Option(name, help=text)
    return info


def as_typed(default: object) -> Any:
    """The default of an option as it would be typed; it is read like anything else that is."""
    return default


def parameter_changes(settings: Iterable[str] | None) -> dict[str, float]:
    """Parameters that are set by hand, each as ``name=value``.

    Raises ``ScenarioError`` for what is not of this form, a parameter unknown or named twice, and a
    value out of bounds.
    """
    changes: dict[str, float] = {}
    problems = []
    for setting in settings or ():
        name, _, text = (part.strip() for part in setting.partition("="))
        try:
            value = float(text)
        except ValueError:
            problems.append(Problem("--set", "name=value", setting, "a parameter, = and a number"))
            continue
        if name in changes:
            problems.append(Problem("--set", name, setting, "each parameter once"))
        changes[name] = value
    problems += parameter_problems("--set", changes)
    raise_if_any("these parameters cannot be used", problems, ScenarioError)
    return changes


def scenario_names(beginning: str = "") -> list[str]:
    """The names of the catalogue that begin so, for a shell that completes what is typed."""
    from scenarios.files import CATALOGUE

    names = (path.stem for path in CATALOGUE.glob("*.toml"))
    return sorted(name for name in names if name.startswith(beginning))


#: Whether the drivers of each history are drawn.
Drivers = Annotated[
    DriverChoice,
    Reader(partial(among, DRIVER_CHOICES)),
    option("Drivers of each history: drawn within their coded ranges, or coded.", "CHOICE"),
]
#: The parameter draws that a command uses.
DrawsFile = Annotated[
    Draws,
    Reader(read_draws, Path),
    option("Parameter draws (Parquet).", "FILE", default="those that ship"),
]


def command(carry_out: Callable[[RequestModel], None]) -> Callable[..., None]:
    """The command whose options are the fields of the request that a function carries out.

    Typer reads the options from the signature; a mistake is told with all others, and ends the
    command with exit status 2.
    """
    (argument,) = inspect.signature(carry_out).parameters.values()
    model: type[RequestModel] = argument.annotation

    @wraps(carry_out)
    def called(**typed: object) -> None:
        with reporting_errors():
            request = model.read(**typed)
            with reporting_errors(request.kept):
                carry_out(request)

    parameters = [
        _parameter(name, field, option)
        for name, field in model.model_fields.items()
        if (option := _option(field)) is not None
    ]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {each.name: each.annotation for each in parameters}
    return called


def _option(field: FieldInfo) -> ParameterInfo | None:
    """What typer knows of a field; nothing of one that is not typed."""
    return next((each for each in field.metadata if isinstance(each, ParameterInfo)), None)


def _flag(name: str, option: ParameterInfo | None) -> str:
    """An option or argument as a user knows it: ``--given-record-until``, ``NAME``."""
    if not isinstance(option, OptionInfo):
        return name if option is None else str(option.metavar or name.upper())
    return option.default if isinstance(option.default, str) else f"--{name.replace('_', '-')}"


def _parameter(name: str, field: FieldInfo, option: ParameterInfo) -> inspect.Parameter:
    """A field as typer is to read it: as text, unless its reader takes something else."""
    readers = [each for each in field.metadata if isinstance(each, Reader)]
    kind: Any = readers[0].typed if readers else field.annotation
    default: Any = inspect.Parameter.empty if field.is_required() else field.default
    if kind is str and default not in (None, inspect.Parameter.empty):
        default = str(default)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind | None if default is None else kind, option],
    )


def draws_in(path: Path | None) -> "Draws | None":
    """The draws in a file; none if no file is named."""
    return None if path is None else read_draws(path)


def reference_in(path: Path | None) -> "Reference | None":
    """The reference of the draws in a file; none if no file is named."""
    from calibration.fit.reference import reference_of

    return None if path is None else reference_of(read_draws(path))
