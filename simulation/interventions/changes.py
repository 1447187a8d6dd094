"""What dated changes to history have in common: when, why, to whom, and by how much."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from simulation.countries import COUNTRY_KEYS, Pair, country_named
from simulation.dates import LAST_YEAR, QUARTERS, quarter_of
from simulation.schema import Sentence, one_of, refusal

MOVES = ("formation", "dispute", "break", "mending", "reconciliation")
#: What a change gives a value: its parts name one thing, such as the line of a country.
Subject = tuple[str, ...]

CountryKey = Annotated[str, one_of(COUNTRY_KEYS)]


class Change(BaseModel):
    """What every dated change says: from when to when, both ends included, and why."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)

    start: str = Field(validation_alias="from")
    end: str = Field(validation_alias="to")
    reason: Sentence

    @field_validator("start", "end", mode="before")
    @classmethod
    def _date(cls, value: object, info: ValidationInfo) -> str:
        """A date of the years of the model, the last not before the first."""
        date = str(value)  # TOML has dates and years that are no text
        try:
            quarter = quarter_of(date, end=info.field_name == "end")
        except ValueError as error:
            raise refusal("a date YYYY, YYYY-MM or YYYY-MM-DD") from error
        if not 0 <= quarter < QUARTERS:
            raise refusal(f"1945-01 to {LAST_YEAR}-12")
        start = info.data.get("start")
        if info.field_name == "end" and start is not None and quarter < quarter_of(start):
            raise refusal(f"not before from = {start}")
        return date

    @property
    def first_quarter(self) -> int:
        """The first quarter in which the change is in force."""
        return quarter_of(self.start)

    @property
    def last_quarter(self) -> int:
        """The last quarter in which the change is in force."""
        return quarter_of(self.end, end=True)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What the change gives one value, so that no other may set it in the same quarter."""
        return ()

    def active(self, quarter: int) -> bool:
        """Whether the change is in force in a quarter."""
        return self.first_quarter <= quarter <= self.last_quarter


class CountryChange(Change):
    """A change to one country."""

    country: CountryKey


class PairChange(Change):
    """A change to two countries, as patron and client."""

    patron: CountryKey
    client: CountryKey

    @field_validator("client")
    @classmethod
    def _other(cls, client: str, info: ValidationInfo) -> str:
        if client == info.data.get("patron"):
            raise refusal("another country than the patron")
        return client

    @property
    def pair(self) -> Pair:
        """The patron and the client."""
        return country_named(self.patron), country_named(self.client)

    @property
    def pairs(self) -> tuple[Pair, Pair]:
        """The two ordered pairs of the countries, for what holds both ways."""
        return self.pair, (self.pair[1], self.pair[0])


class Valued(Change):
    """A change by an amount, from ``least`` to ``most``, in a ``unit``."""

    unit: ClassVar[str] = "0 to 1"
    least: ClassVar[float] = 0
    most: ClassVar[float] = 1

    value: float

    @field_validator("value", mode="before")
    @classmethod
    def _amount(cls, value: object) -> float:
        return amount(value, cls.least, cls.most, cls.unit)


def amount(value: object, least: float, most: float, unit: str) -> float:
    """A number within bounds; anything else is refused, the ``unit`` saying what is allowed."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise refusal(unit)
    return float(value)


class MoveChange(PairChange):
    """A change to what may become of two countries."""

    move: Annotated[str, one_of(MOVES)]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The move of the two countries, whichever is named first."""
        return (move_of(self.move, self.patron, self.client),)


def move_of(move: str, one: str, other: str) -> Subject:
    """The subject of a change to a move of two countries, in either order."""
    return "move", move, *sorted((one, other))
