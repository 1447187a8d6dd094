"""What the page is shown from: draws, documented figures and events, and their evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import solara
from numpy.typing import NDArray

from scenarios.documented import Documented, DocumentedEvent
from scenarios.draws import Draws
from scenarios.page.simulated import Simulated


@dataclass(frozen=True)
class EvidenceEntry:
    """A row of the evidence as a plain record (its columns and its file), with rows beside it.

    ``beside`` names conflicting readings, parts and the like by their ids: how they are related,
    and which rows they are.
    """

    record: Mapping[str, Any]
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name of the row."""
        return str(self.record["id"])


@dataclass(frozen=True)
class Material:
    """All that every visitor of the page is shown from; it is read once and never changes.

    ``prior`` holds values of every parameter, evenly spread over the probability of its prior;
    ``reports`` the published reports of the calibration's checks, by their names, as objects; both
    are empty where there are none.
    """

    draws: Draws
    documented: Documented = field(default_factory=Documented)
    events: tuple[DocumentedEvent, ...] = ()
    evidence: tuple[EvidenceEntry, ...] = ()
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    prior: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    reports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def simulated(self) -> Simulated:
        """What simulates histories for all visitors, and remembers them."""
        return Simulated(self.draws)


material_context = solara.create_context(None)


def use_material() -> Material:
    """The material of the page, for any component in it."""
    material = solara.use_context(material_context)
    assert isinstance(material, Material), "a tab stands inside the page's layout"
    return material
