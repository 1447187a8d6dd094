"""What is declared of the evidence: what its rows are compared with, and why others are not."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from calibration.evidence.columns import (
    DIRECTIONS,
    MEASURES,
    OBSERVATION_KINDS,
    OBSERVATION_UNITS,
    UNUSED_GROUPS,
    Date,
    MaybeNumber,
    ModelCountry,
    Number,
    Quantity,
    Text,
    one_of,
)
from simulation.schema import names_of


class Row(BaseModel):
    """A row of evidence as it stands in its file; nothing is changed on the way in."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The columns of the file, in order."""
        return tuple(names_of(cls))


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
