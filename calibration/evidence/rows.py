"""The documented evidence: one class for each kind of row; amounts are in the unit of the row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from calibration.evidence.columns import (
    ACTS,
    ARENAS,
    BASES,
    CHANGE_KINDS,
    COUNT_UNITS,
    CUT_KINDS,
    CUT_UNITS,
    DIRECTIONS,
    MEASURES,
    MONEY_UNITS,
    OBSERVATION_KINDS,
    OBSERVATION_UNITS,
    STATEMENT_BASES,
    STATEMENT_UNITS,
    TERM_KINDS,
    TERM_UNITS,
    UNUSED_GROUPS,
    AnyCountry,
    Date,
    Form,
    Lines,
    MaybeDate,
    MaybeForm,
    MaybeNumber,
    MaybeStatus,
    ModelCountry,
    Number,
    Quantity,
    Role,
    Text,
    one_of,
)
from simulation.countries import COUNTRY_KEYS
from simulation.schema import names_of


class Row(BaseModel):
    """A row of evidence as it stands in its file; nothing is changed on the way in."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The columns of the file, in order."""
        return tuple(names_of(cls))


class _Between(Row):
    """A row about a patron and a client, among the four countries or not."""

    id: Text
    patron: AnyCountry
    client: AnyCountry


class _Period(_Between):
    """The same about some span of time."""

    first: Date = Field(alias="from")
    last: Date = Field(alias="to")


class AidFigure(_Between):
    """An amount that a source gives: asked, pledged, delivered or valued, with unit and range."""

    agreed: MaybeDate
    first: Date = Field(alias="from")
    last: Date = Field(alias="to")
    form: Form
    basis: Annotated[str, one_of(*BASES)]
    value: Number
    low: Number
    high: Number
    unit: Annotated[str, one_of(*MONEY_UNITS, *COUNT_UNITS)]
    source: str
    lines: Lines
    page: str
    role: Role
    reading_of: str
    part_of: str
    description: Text
    note: str


class Term(_Period):
    """A condition of aid: interest, years of grace, deferral, commitment, debt forgiven."""

    kind: Annotated[str, one_of(*TERM_KINDS)]
    value: Number
    unit: Annotated[str, one_of(*TERM_UNITS)]
    source: str
    lines: Lines
    page: str
    role: Role
    description: Text
    note: str


class Cut(_Period):
    """A cut, refusal, suspension, withdrawal or delay of aid; many are known without a number."""

    kind: Annotated[str, one_of(*CUT_KINDS)]
    form: MaybeForm
    value: MaybeNumber
    unit: Annotated[str, one_of("", *CUT_UNITS)]
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
    kind: Annotated[str, one_of(*CHANGE_KINDS)]
    from_status: MaybeStatus
    to_status: MaybeStatus
    documented: Date
    earliest: Date
    latest: Date
    moved_by: Annotated[str, one_of(*COUNTRY_KEYS, "both")]
    headline: Annotated[str, one_of("yes", "no")]
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


class Act(Row):
    """A dated act by which a country stood up for another, or against it, and what it risked.

    ``cost`` runs from 0 (what any ally says or does) to 1 (gives up the only source of aid at
    hand); its anchors are in ``CODEBOOK.md``.
    """

    id: Text
    supporter: ModelCountry
    supported: ModelCountry
    first: Date = Field(alias="from")
    last: Date = Field(alias="to")
    act: Annotated[str, one_of(*ACTS)]
    arena: Annotated[str, one_of(*ARENAS)]
    direction: Annotated[str, one_of(*DIRECTIONS)]
    public: Annotated[str, one_of("yes", "no")]
    cost: Number
    low: Number
    high: Number
    source: str
    lines: Lines
    page: str
    role: Role
    description: Text
    note: str

    @property
    def client(self) -> str:
        """Who acts; a patron stands here too where it speaks for its client."""
        return self.supporter

    @property
    def patron(self) -> str:
        """For or against whom."""
        return self.supported


class ExchangeRate(Row):
    """What one unit of a currency was worth in US dollars over some months, with its range."""

    unit: Annotated[str, one_of(*MONEY_UNITS)]
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


class Statement(_Period):
    """What a source says of aid in words or as a share: an answer, a delivery, more or less."""

    form: MaybeForm
    basis: Annotated[str, one_of(*STATEMENT_BASES)]
    value: Number
    low: Number
    high: Number
    unit: Annotated[str, one_of(*STATEMENT_UNITS)]
    asked: str
    granted: str
    source: str
    lines: Lines
    page: str
    role: Role
    description: Text
    note: str


class Comparison(Row):
    """An observation: rows of the evidence, and the simulated quantity they are compared with.

    ``quantity`` from ``from`` to ``to`` is set ``against`` another one ``over`` its own spans,
    where the measure is a share, a ratio, a pace or a rate. ``value`` with ``low`` and ``high`` is
    a figure with its range, ``low`` and ``high`` alone an interval; an amount without any is the
    sum of its rows. ``other`` is a second reading.
    """

    id: Text
    kind: Annotated[str, one_of(*OBSERVATION_KINDS)]
    patron: ModelCountry
    client: ModelCountry
    measure: Annotated[str, one_of(*MEASURES)]
    quantity: Quantity
    first: Date = Field(alias="from")
    last: Date = Field(alias="to")
    against: str
    over: str
    value: MaybeNumber
    low: MaybeNumber
    high: MaybeNumber
    other: MaybeNumber
    unit: Annotated[str, one_of(*OBSERVATION_UNITS)]
    rows: Text
    note: str

    @property
    def row_ids(self) -> tuple[str, ...]:
        """The ids of its rows."""
        return tuple(self.rows.split(";"))


class Occasion(Row):
    """An occasion on which a client could stand by its patron, and which way it went.

    The prices of standing by and of opposing are those before the choice, from 0 to 1; ``series``
    names occasions that recur. The act itself is the row of ``support.csv`` with the same id.
    """

    id: Text
    client: ModelCountry
    patron: ModelCountry
    first: Date = Field(alias="from")
    last: Date = Field(alias="to")
    basis: Annotated[str, one_of("asked", "expected", "recurring")]
    series: str
    observed: Annotated[str, one_of(*DIRECTIONS)]
    other: Annotated[str, one_of("", *DIRECTIONS)]
    price_for: Number
    price_against: Number
    note: str


class Unused(Row):
    """A row of evidence that enters no observation, and why."""

    id: Text
    group: Annotated[str, one_of(*UNUSED_GROUPS)]
    reason: Text


AnyRow = AidFigure | Statement | Term | Cut | RecordedChange | Act | ExchangeRate


@dataclass(frozen=True)
class Evidence:
    """All that is documented, and the comparisons that the rules are fitted by."""

    aid: tuple[AidFigure, ...]
    statements: tuple[Statement, ...]
    terms: tuple[Term, ...]
    cuts: tuple[Cut, ...]
    record: tuple[RecordedChange, ...]
    currency: tuple[ExchangeRate, ...]
    support: tuple[Act, ...] = ()
    observations: tuple[Comparison, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    unused: tuple[Unused, ...] = ()

    def rows(self) -> Iterator[tuple[str, AnyRow]]:
        """Every row with the name of its file without its ending.

        Observations and occasions compare rows and are none of their own.
        """
        for kind in ROW_CLASSES:
            for row in getattr(self, kind):
                yield kind, row


#: The class of the rows of each file, by the file's name without its ending.
ROW_CLASSES: dict[str, type[AnyRow]] = {
    "aid": AidFigure,
    "statements": Statement,
    "terms": Term,
    "cuts": Cut,
    "record": RecordedChange,
    "support": Act,
    "currency": ExchangeRate,
}
