"""Changes to one country: its leadership, the course of that, its drivers and its economy."""

from typing import Annotated, Literal

from pydantic import ValidationInfo, field_validator, model_validator

from simulation.drivers import DRIVERS, leadership_spells
from simulation.interventions.changes import CountryChange, Subject, Valued, amount
from simulation.schema import among, one_of, refusal

#: The two parts of a leadership's course, each a number between 0 and 1.
COURSES = ("line", "hierarchy")


def spell_of(country: str | None, spell: object) -> str:
    """A leadership of the very country; anything else is refused with the nearest of them."""
    spells = leadership_spells()
    return among([key for key in spells if country in (None, spells[key].country.key)], spell)


class Leadership(CountryChange):
    """A leadership's line and demand for hierarchy stay in force."""

    kind: Literal["leadership"] = "leadership"
    spell: str

    @field_validator("spell", mode="before")
    @classmethod
    def _own(cls, spell: object, info: ValidationInfo) -> str:
        return spell_of(info.data.get("country"), spell)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Both parts of the course."""
        return tuple((course, self.country) for course in COURSES)


class Course(CountryChange):
    """One part of a course, the line or the demand for hierarchy, is kept or set to a number.

    It is that of a leadership (``spell``), or a ``value`` from 0 to 1; the other part stays that of
    those in office.
    """

    kind: Literal["course"] = "course"
    course: Annotated[str, one_of(COURSES)]
    spell: str = ""
    value: float | None = None

    @field_validator("spell", mode="before")
    @classmethod
    def _own(cls, spell: object, info: ValidationInfo) -> str:
        return "" if spell == "" else spell_of(info.data.get("country"), spell)

    @field_validator("value", mode="before")
    @classmethod
    def _amount(cls, value: object) -> float | None:
        return None if value is None else amount(value, 0, 1, "0 to 1")

    @model_validator(mode="after")
    def _one(self) -> "Course":
        if bool(self.spell) == (self.value is not None):
            raise refusal("either spell, a leadership, or value, a number from 0 to 1")
        return self

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The part of the course."""
        return ((self.course, self.country),)


class DriverValue(CountryChange, Valued):
    """A driver of a country has another value."""

    kind: Literal["driver"] = "driver"
    driver: Annotated[str, one_of(DRIVERS)]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The driver of the country."""
        return ((self.kind, self.country, self.driver),)


class Economy(CountryChange, Valued):
    """A country's economy is so many times as large as documented, in every comparison of sizes."""

    unit = "times the documented economy, 0.1 to 10"
    least, most = 0.1, 10
    kind: Literal["economy"] = "economy"

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The economy of the country."""
        return ((self.kind, self.country),)


class Absence(CountryChange):
    """A country keeps out of every alliance; that may be said twice."""

    kind: Literal["absence"] = "absence"
