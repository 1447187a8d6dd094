"""The four stages of a quarter, one file each, and the account that they leave of it.

Read them in this order: ``perception``, ``exchange``, ``response``, ``decision``. Within a stage
all countries act at once. The order itself is in :mod:`simulation.transition`.
"""

from collections.abc import Iterator
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


def _names_of(quantities: type) -> Iterator[str]:
    """The names of the arrays of a state, an account or a stage of it."""
    for name, kind in get_type_hints(quantities).items():
        if kind in (StrainSources, FatigueSources):
            yield from (f"{name}.{source}" for source in kind._fields)
        elif hasattr(kind, "_fields"):
            yield from _names_of(kind)
        elif kind is not AllianceState:
            yield name


#: Every quantity of state and account; a source is named ``strain_sources.ideology``.
QUANTITIES = tuple(dict.fromkeys((*_names_of(AllianceState), *_names_of(QuarterAccount))))


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
