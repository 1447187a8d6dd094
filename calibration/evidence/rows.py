"""The documented evidence: one class for each kind of row, and the words that its columns may hold.

Dates are ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; lines are those of the source held; amounts are in the unit
of the row.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from simulation.countries import COUNTRY_KEYS
from simulation.errors import listed, nearest

OTHER_COUNTRIES = (
    "czechoslovakia",
    "east-germany",
    "eastern-europe",
    "greece",
    "nato",
    "north-korea",
    "poland",
    "romania",
    "united-states",
    "vietnam",
    "world",
)
MONEY_UNITS = (
    "million old rubles",
    "million new rubles",
    "million yuan",
    "million USD",
    "million dinars",
)
COUNT_UNITS = ("thousand tons", "projects", "pieces", "million pieces", "people", "ships")
TERM_UNITS = ("percent a year", "years", *MONEY_UNITS)
CUT_UNITS = (*MONEY_UNITS, *COUNT_UNITS, "years", "percent of the year's goods delivered")
FORMS = (
    "credit",
    "grant",
    "grain",
    "arms",
    "projects",
    "specialists",
    "cash",
    "trade",
    "goods",
    "total",
)
BASES = ("asked", "pledged", "delivered", "valued")
ROLES = ("target", "held out", "context")
TERM_KINDS = ("interest", "deferral", "grace", "term", "forgiven")
CUT_KINDS = ("cut", "refusal", "suspension", "withdrawal", "delay")
CHANGE_KINDS = (
    "formation",
    "dispute",
    "aid stop",
    "arms stop",
    "party split",
    "diplomatic break",
    "pact exit",
    "reconciliation",
    "mended quarrel",
)
STATUSES = ("none", "allied", "estranged", "split")
#: The pairs, client first, whose break the model is judged by: one headline row of the record each.
HEADLINE_PAIRS = (
    "albania-yugoslavia",
    "yugoslavia-ussr",
    "albania-ussr",
    "china-ussr",
    "albania-china",
)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_LINES = re.compile(r"\d+(-\d+)?(;\d+(-\d+)?)*")


def first_day(text: str) -> date:
    """The first day that a date may mean; ``ValueError`` if it is no date."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))


def last_day(text: str) -> date:
    """The last day that a date may mean; ``ValueError`` if it is no date."""
    start = first_day(text)
    month = 12 if len(text) == 4 else start.month
    return start if len(text) == 10 else date(start.year, month, monthrange(start.year, month)[1])


def _refuse(allowed: str, near: str = "") -> PydanticCustomError:
    return PydanticCustomError("refused", "{allowed}", {"allowed": allowed, "near": near})


def _one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    def checked(value: str) -> str:
        if value not in names:
            raise _refuse(listed(names), nearest(value, names))
        return value

    return checked


def _dated(value: str) -> str:
    try:
        first_day(value)
    except ValueError:
        raise _refuse("a date YYYY, YYYY-MM or YYYY-MM-DD") from None
    return value


def _line_numbers(value: str) -> str:
    formed = _LINES.fullmatch(value) is not None
    spans = [[int(n) for n in span.split("-")] for span in value.split(";")] if formed else [[0]]
    if value and any(span[0] < 1 or span[0] > span[-1] for span in spans):
        raise _refuse("line numbers such as 925, 925-927 or 925;1104-1105")
    return value


def _written(value: str) -> str:
    if not value.strip():
        raise _refuse("a text; it may not be empty")
    return value


def _blank_to_none(value: object) -> object:
    return None if value == "" else value


Text = Annotated[str, AfterValidator(_written)]
Date = Annotated[str, AfterValidator(_dated)]
Lines = Annotated[str, AfterValidator(_line_numbers)]
Number = Annotated[float, Field(allow_inf_nan=False)]
MaybeNumber = Annotated[Number | None, BeforeValidator(_blank_to_none)]
MaybeDate = Annotated[str, AfterValidator(lambda value: _dated(value) if value else value)]
AnyCountry = Annotated[str, AfterValidator(_one_of((*COUNTRY_KEYS, *OTHER_COUNTRIES)))]
ModelCountry = Annotated[str, AfterValidator(_one_of(COUNTRY_KEYS))]
MaybeStatus = Annotated[str, AfterValidator(_one_of(("", *STATUSES)))]
Role = Annotated[str, AfterValidator(_one_of(ROLES))]
Form = Annotated[str, AfterValidator(_one_of(FORMS))]
MaybeForm = Annotated[str, AfterValidator(_one_of(("", *FORMS)))]


class Row(BaseModel):
    """A row of evidence as it stands in its file; nothing is changed on the way in."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The columns of the file, in order."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


class AidFigure(Row):
    """An amount that a source gives: asked, pledged, delivered or valued, in its own unit, with its range."""

    id: Text
    patron: AnyCountry
    client: AnyCountry
    agreed: MaybeDate
    first: Date = Field(alias="from")
    last: Date = Field(alias="to")
    form: Form
    basis: Annotated[str, AfterValidator(_one_of(BASES))]
    value: Number
    low: Number
    high: Number
    unit: Annotated[str, AfterValidator(_one_of((*MONEY_UNITS, *COUNT_UNITS)))]
    source: str
    lines: Lines
    page: str
    role: Role
    reading_of: str
    part_of: str
    description: Text
    note: str


class Term(Row):
    """A condition of aid: interest, years of grace, a deferral, a length of commitment, or debt forgiven."""

    id: Text
    patron: AnyCountry
    client: AnyCountry
    first: Date = Field(alias="from")
    last: Date = Field(alias="to")
    kind: Annotated[str, AfterValidator(_one_of(TERM_KINDS))]
    value: Number
    unit: Annotated[str, AfterValidator(_one_of(TERM_UNITS))]
    source: str
    lines: Lines
    page: str
    role: Role
    description: Text
    note: str


class Cut(Row):
    """A cut, refusal, suspension, withdrawal or delay of aid; many are documented without a number."""

    id: Text
    patron: AnyCountry
    client: AnyCountry
    first: Date = Field(alias="from")
    last: Date = Field(alias="to")
    kind: Annotated[str, AfterValidator(_one_of(CUT_KINDS))]
    form: MaybeForm
    value: MaybeNumber
    unit: Annotated[str, AfterValidator(_one_of(("", *CUT_UNITS)))]
    source: str
    lines: Lines
    page: str
    role: Role
    description: Text
    note: str


class RecordedChange(Row):
    """A dated event between two countries, and the change of status it made, if it made one."""

    id: Text
    client: ModelCountry
    patron: ModelCountry
    kind: Annotated[str, AfterValidator(_one_of(CHANGE_KINDS))]
    from_status: MaybeStatus
    to_status: MaybeStatus
    documented: Date
    earliest: Date
    latest: Date
    moved_by: Annotated[str, AfterValidator(_one_of((*COUNTRY_KEYS, "both")))]
    headline: Annotated[str, AfterValidator(_one_of(("yes", "no")))]
    source: str
    lines: Lines
    page: str
    role: Role
    reading_of: str
    description: Text
    note: str

    @property
    def first(self) -> str:
        """The earliest defensible date."""
        return self.earliest

    @property
    def last(self) -> str:
        """The latest defensible date."""
        return self.latest


class ExchangeRate(Row):
    """What one unit of a currency was worth in US dollars over some months, with its uncertainty."""

    unit: Annotated[str, AfterValidator(_one_of(MONEY_UNITS))]
    first: Date = Field(alias="from")
    last: Date = Field(alias="to")
    usd_per_unit: Number
    low: Number
    high: Number
    source: str
    lines: Lines
    page: str
    note: str

    @property
    def id(self) -> str:
        """A name for the rate, such as ``million-yuan-1955-03``."""
        return f"{self.unit.replace(' ', '-')}-{self.first}"


AnyRow = AidFigure | Term | Cut | RecordedChange | ExchangeRate


@dataclass(frozen=True)
class Evidence:
    """All that is documented: aid figures, terms, cuts, the record of dated events, and exchange rates."""

    aid: tuple[AidFigure, ...]
    terms: tuple[Term, ...]
    cuts: tuple[Cut, ...]
    record: tuple[RecordedChange, ...]
    currency: tuple[ExchangeRate, ...]

    def rows(self) -> Iterator[tuple[str, AnyRow]]:
        """Every row with the name of its file: ``aid``, ``terms``, ``cuts``, ``record`` or ``currency``."""
        for kind in ROW_CLASSES:
            for row in getattr(self, kind):
                yield kind, row


#: The class of the rows of each file, by the file's name without its ending.
ROW_CLASSES: dict[str, type[AnyRow]] = {
    "aid": AidFigure,
    "terms": Term,
    "cuts": Cut,
    "record": RecordedChange,
    "currency": ExchangeRate,
}
