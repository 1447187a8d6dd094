"""The closed list of changes to history: every kind is a model of its own.

Its keys are those that a scenario file gives it: ``from`` and ``to`` there are ``start`` and
``end`` here. A change that exists is sound: its names, dates and value have been checked.
"""

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field, ValidationInfo, field_validator

from simulation.interventions.changes import Change, Subject, amount
from simulation.interventions.of_countries import (
    Absence,
    Course,
    DriverValue,
    Economy,
    Leadership,
)
from simulation.interventions.of_pairs import (
    Ban,
    Cut,
    Goodwill,
    Grant,
    Imposition,
    Pledge,
    Proximity,
    SolePatron,
    Sum,
)
from simulation.parameters import number_table, parameter_problems
from simulation.schema import among, refusal


class ParameterValue(Change):
    """A number of the rules has another value, the same in every history and from the start.

    It has no dates: rules do not change in the course of a history.
    """

    kind: Literal["parameter"] = "parameter"
    start: Literal["1945-01"] = Field(default="1945-01", validation_alias="from")
    end: Literal["1980-12"] = Field(default="1980-12", validation_alias="to")
    parameter: str
    value: float

    @field_validator("parameter", mode="before")
    @classmethod
    def _known(cls, parameter: object) -> str:
        return among(tuple(number_table()), parameter)

    @field_validator("value", mode="before")
    @classmethod
    def _within(cls, value: object, info: ValidationInfo) -> float:
        known = info.data.get("parameter")
        for problem in [] if known is None else parameter_problems("", {known: value}):  # type: ignore[dict-item]
            raise refusal(problem.allowed)
        return amount(value, float("-inf"), float("inf"), "a number")

    @property
    def unit(self) -> str:
        """The unit of the number."""
        return number_table()[self.parameter].unit

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The number."""
        return ((self.kind, self.parameter),)


AnyKind: TypeAlias = (
    Leadership
    | Course
    | DriverValue
    | Economy
    | Grant
    | Cut
    | Sum
    | Pledge
    | Ban
    | SolePatron
    | Imposition
    | Goodwill
    | Proximity
    | Absence
    | ParameterValue
)
Intervention: TypeAlias = Annotated[AnyKind, Field(discriminator="kind")]

#: The model of each kind of change.
INTERVENTIONS: dict[str, type[AnyKind]] = {
    model.model_fields["kind"].default: model for model in get_args(AnyKind)
}

#: Keys that fingerprints and manifests hold of every change, empty where a kind has none.
_EMPTY = dict.fromkeys(("country", "patron", "client", "driver", "spell", "move"), "") | {
    "value": 0.0
}


def plain(change: AnyKind) -> dict[str, Any]:
    """What fingerprints and manifests hold of a change: its keys, and those of ``_EMPTY``.

    Other keys that stand at their defaults are left out, so that a new one changes no fingerprint.
    """
    fields = type(change).model_fields
    own = {
        key: value
        for key, value in change.model_dump().items()
        if key in ("kind", "start", "end", *_EMPTY) or value != fields[key].default
    }
    return _EMPTY | own
