"""What can be asked of a batch, and how it is said that it cannot be answered."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from scenarios.files import LONGEST_HORIZON
from scenarios.outcomes import PAIR_NAMES
from simulation.interventions import HISTORICAL
from simulation.schema import one_of, whole

TITLE = "this batch cannot be compared"
_Pair = Annotated[str, one_of(PAIR_NAMES)]
_Years = Annotated[int, whole(1, LONGEST_HORIZON)]


class BatchRequest(BaseModel):
    """What is asked of a batch: which scenarios, which pairs, over how many years.

    ``only`` names some of the counterfactuals (none: all), ``years`` is the horizon after the first
    intervention (none: each scenario's own), ``until`` the month up to which both branches are
    given the record (none: they are not). Whether the batch holds the scenarios is for
    ``question_of``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    factual: str = HISTORICAL.name
    only: tuple[str, ...] = ()
    pairs: tuple[_Pair, ...] = Field(default=PAIR_NAMES, validation_alias="--event")
    years: _Years | None = Field(default=None, validation_alias="--horizon")
    until: str | None = None
