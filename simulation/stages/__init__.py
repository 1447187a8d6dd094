"""The four stages of a quarter, one file each, and the account that they leave of it.

Read them in this order: ``perception``, ``exchange``, ``response``, ``decision``. Within a stage
all countries act at once. The order itself is in :mod:`simulation.transition`.
"""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import NamedTuple, get_type_hints

import numpy as np

from simulation.arrays import Array, PerCountry
from simulation.rules.strain import FatigueSources, StrainSources
from simulation.stages.decision import Decision, Settlement
from simulation.stages.exchange import Exchange
from simulation.stages.perception import Perception
from simulation.stages.response import Response
from simulation.state import AllianceState

Stage = Perception | Exchange | Response | Decision | Settlement


class QuarterAccount(NamedTuple):
    """Every quantity of one quarter: what was perceived, asked, given, felt and decided.

    Amounts are million US dollars in the quarter; probabilities are for the quarter. ``line`` is
    that of the leaderships in office, shape (C, R).
    """

    line: PerCountry
    perception: Perception
    exchange: Exchange
    response: Response
    decision: Decision
    settlement: Settlement


def _places_of(quantities: type, place: str = "") -> Iterator[tuple[str, str]]:
    """The names of the arrays of an account or a part of it, and where in it each is."""
    for name, kind in get_type_hints(quantities).items():
        if kind in (StrainSources, FatigueSources):
            yield from ((f"{name}.{part}", f"{place}{name}.{part}") for part in kind._fields)
        elif kind is AllianceState or hasattr(kind, "_fields"):
            yield from _places_of(kind, f"{place}{name}.")
        else:
            yield name, f"{place}{name}"


#: How every quantity of state and account is read from an account, which holds the state that it
#: led to; a source is named ``strain_sources.ideology``.
READERS: dict[str, Callable[[QuarterAccount], Array]] = {
    name: attrgetter(place) for name, place in _places_of(QuarterAccount)
}
QUANTITIES = tuple(READERS)


def array_fields(quantities: AllianceState | QuarterAccount) -> dict[str, Array]:
    """Every array of a state or account by name (see ``QUANTITIES``)."""
    if isinstance(quantities, AllianceState):
        return dict(vars(quantities))
    arrays = {"line": quantities.line}
    stages: tuple[Stage, ...] = quantities[1:]
    for stage in stages:
        for name, value in zip(stage._fields, stage, strict=True):
            if isinstance(value, StrainSources | FatigueSources):
                arrays |= {f"{name}.{source}": part for source, part in value._asdict().items()}
            elif isinstance(value, np.ndarray):
                arrays[name] = value
    return arrays
