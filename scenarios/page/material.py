"""What the page is given when it starts: draws, evidence, documented figures, and reports."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
import solara
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from scenarios.documented import Documented, DocumentedEvent
from scenarios.draws import Draws
from scenarios.explain.history import History
from scenarios.manifest import scenario_hash
from scenarios.page.blocks import FEW, table_of
from scenarios.page.explore.crowd import Crowd, crowd_of, nearest_draw
from scenarios.page.parts.table import Column
from scenarios.page.simulated import Simulated
from simulation.interventions import Scenario

#: The seed of the shocks with which the page opens.
OPENING_SEED = 1
#: Histories of a crowd, and the most crowds that are remembered: 8 MB.
CROWD_SIZE, MOST_CROWDS = FEW, 40
#: Single histories kept for all visitors, a class that opens one link: 1.5 MB each.
TOLD = 16

Value = TypeVar("Value")


class Standing(BaseModel):
    """How far the record informs a parameter: in a word, and as contraction of the prior."""

    word: str = Field(alias="class")
    contraction: float


class Share(BaseModel):
    """The share of histories that show a pattern, with its 95 % interval, and whether it passes.

    ``factual_share`` is the same in history as documented, where the two are compared.
    """

    share: float
    low: float
    high: float
    passed: bool
    factual_share: float | None = None


class Account(BaseModel):
    """The log evidence of an account of the record, and its standard error if it is known."""

    log_evidence: float
    error: float | None = None


@dataclass(frozen=True)
class EvidenceEntry:
    """A row of the evidence as a plain record: its columns and its file.

    ``beside`` names the rows beside it by how they are related: conflicting readings, parts and
    the like.
    """

    record: Mapping[str, Any]
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name of the row."""
        return str(self.record["id"])


@dataclass(frozen=True)
class ReportTable:
    """A table of a report: its rows have an ``id`` and a text for every column."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class CheckReport:
    """A published report of a check of the calibration.

    ``reached`` is none where there is no goal. Every reader is shown ``tables``;
    ``appendix`` holds the method and the other tables. ``shares`` and ``accounts`` are what the
    check's picture shows, if it has one. ``content`` is the report as a JSON file.
    """

    check: str
    title: str
    finding: str
    reached: bool | None
    origin: Mapping[str, Any]
    tables: tuple[ReportTable, ...] = ()
    appendix: tuple[str | ReportTable, ...] = ()
    shares: Mapping[str, Share] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    content: bytes = b""


#: The cells of a row of the evidence that a visitor may read otherwise.
DISPUTED = ("value", "low", "high", "unit", "from", "to", "documented", "earliest", "latest")


@dataclass(frozen=True)
class Moved:
    """An observation that a row enters, before and after the row is read otherwise."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Disputed:
    """What follows from another reading of a row: the overlay that says it, and what moves.

    ``weights`` are those of the first draws, which sum to 1; none where nothing moves. ``sound``
    tells whether enough of them carry the weight to be relied on.
    """

    file: str
    overlay: str
    moved: tuple[Moved, ...]
    weights: tuple[float, ...] = ()
    sound: bool = True

    @property
    def effective(self) -> float:
        """How many equally weighted draws are left: 1 / sum of squared weights."""
        return 1 / sum(weight**2 for weight in self.weights)


class Kept(Generic[Value]):
    """What was worked out lately, for all visitors: whoever asks for the same gets it.

    At most so many values are kept; beyond that the one used longest ago is let go.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, work: Callable[[], Value]) -> Value:
        """The value of a key: the one that is kept, else what the work comes to."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = work()  # without the lock: nobody waits for somebody else's work
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True)
class Material:
    """All that every visitor of the page is shown from; it is read once and never changes.

    ``prior`` holds values of every parameter, evenly spread over the probability of its prior;
    ``reports`` the published reports of the checks by their names; ``standings`` how far the
    record informs each parameter. They are empty where there are none. ``dispute`` tells what
    follows if cells of a row of the evidence are read otherwise.
    """

    draws: Draws
    documented: Documented = field(default_factory=Documented)
    events: tuple[DocumentedEvent, ...] = ()
    evidence: tuple[EvidenceEntry, ...] = ()
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    prior: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    reports: Mapping[str, CheckReport] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    dispute: Callable[[str, Mapping[str, str]], Disputed] | None = None

    @cached_property
    def simulated(self) -> Simulated:
        """What simulates histories for all visitors, and remembers them."""
        return Simulated(self.draws)

    @cached_property
    def _crowds(self) -> Kept[Crowd]:
        return Kept(MOST_CROWDS)

    def crowd(self, scenario: Scenario, seed: int) -> Crowd:
        """The first thousand histories of a scenario, each with its own draw."""

        def work() -> Crowd:
            histories = self.simulated.histories((scenario,), CROWD_SIZE, seed)
            blocks = [block for _, (block,) in histories]
            return crowd_of(table_of(blocks), self.documented.breaks)

        return self._crowds.of((scenario_hash(scenario), seed), work)

    @cached_property
    def told(self) -> Kept[tuple[History, str]]:
        """The histories told last, by their views, and what the browser is sent of each."""
        return Kept(TOLD)

    @cached_property
    def reasons(self) -> Kept[str]:
        """What the browser was sent last of why a pair broke, by view and pair."""
        return Kept(TOLD)

    @cached_property
    def opening(self) -> tuple[int, dict[str, int]]:
        """The draw with which the page opens, whose history is near the record, and its breaks."""
        return nearest_draw(self.draws, self.documented.breaks, OPENING_SEED)


material_context = solara.create_context(None)


def use_material() -> Material:
    """The material of the page, for any component in it."""
    material = solara.use_context(material_context)
    assert isinstance(material, Material), "a tab stands inside the page's layout"
    return material
