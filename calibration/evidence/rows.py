"""The documented evidence: one class for each kind of row; amounts are in the unit of the row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from calibration.evidence.columns import (
    ACTS,
    ARENAS,
    BASES,
    CHANGE_KINDS,
    COUNT_UNITS,
    CUT_KINDS,
    CUT_UNITS,
    DIRECTIONS,
    MONEY_UNITS,
    STATEMENT_BASES,
    STATEMENT_UNITS,
    TERM_KINDS,
    TERM_UNITS,
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
    Role,
    Text,
    one_of,
)
from calibration.evidence.declarations import Comparison, Occasion, Row, Unused
from calibration.evidence.problems import COMPARED
from simulation.countries import COUNTRY_KEYS


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
    def compared_change(self) -> bool:
        """Whether it is a preferred change of status, with which the rules are compared."""
        changed = self.from_status or self.to_status
        return bool(changed) and self.role in COMPARED and not self.reading_of


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
