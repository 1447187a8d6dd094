"""The simulated quantities that the record is compared with, of a pair and a quarter.

Documented loans, works and goods are set beside economic aid, which is lent, and arms beside arms,
which came nearly always free of charge (marku2017 4108-4117).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from calibration.evidence.columns import QUANTITIES
from calibration.likelihood.readings import observation_settings
from scenarios.documented import Pair
from simulation.arrays import Array
from simulation.context import Context
from simulation.countries import Country
from simulation.dates import quarter_name, year_of
from simulation.interventions import HISTORICAL
from simulation.parameters import default_parameters
from simulation.trajectory import Trajectory

#: A quantity of the rules by name, of one pair.
_Of = Callable[[str], Array]
#: Quantities that count once, as they stand when their span begins.
STOCKS = ("open", "credit open", "arms open")
#: Quantities that count as they stand when a quarter begins.
_CARRIED_IN = ("support",)
#: The willingness of a client: its support over what its size lets it give.
WILLINGNESS = "willingness"


def _open(pledged: Array, newly_pledged: Array, delivered: Array) -> Array:
    begun = pledged + delivered - newly_pledged
    return np.maximum(begun, 0.0)  # a break leaves nothing open


_STEPS: dict[str, Callable[[_Of], Array]] = {
    "requested": lambda of: of("requested"),
    "pledged": lambda of: of("newly_pledged"),
    "delivered": lambda of: of("delivered"),
    "open": lambda of: _open(of("pledged"), of("newly_pledged"), of("delivered")),
}


def _arms(step: str) -> Callable[[_Of], Array]:
    return lambda of: _STEPS[step](lambda name: of(f"arms_{name}"))


def _credit(step: str) -> Callable[[_Of], Array]:
    return lambda of: np.asarray(_STEPS[step](of) - _arms(step)(of))


def _due(of: _Of) -> Array:
    """An even part of what is open, as a plan's loans are for five years."""
    whole = of("pledged") + of("delivered")
    return np.asarray(whole / observation_settings()["due_quarters"])


#: How each quantity of an observation follows from those of the rules.
COMPARABLE: dict[str, Callable[[_Of], Array]] = {
    **_STEPS,
    **{f"credit {step}": _credit(step) for step in _STEPS},
    **{f"arms {step}": _arms(step) for step in _STEPS},
    "due": _due,
    "interest agreed": lambda of: np.asarray(of("interest") * _credit("pledged")(of)),
    "repaid": lambda of: of("repaid"),
    "outstanding": lambda of: of("outstanding"),
    WILLINGNESS: lambda of: np.asarray(of("support") / of("attention")),
}
assert set(COMPARABLE) == {*QUANTITIES, WILLINGNESS}
#: The quantities of a history that the record is compared with.
COMPARED_ARRAYS = (
    "status",
    "requested",
    "newly_pledged",
    "pledged",
    "delivered",
    "arms_requested",
    "arms_newly_pledged",
    "arms_pledged",
    "arms_delivered",
    "interest",
    "repaid",
    "outstanding",
    "support",
    "attention",
)


@dataclass
class QuarterQuantities:
    """The comparable quantities of one quarter, each worked out once, shape (R,).

    ``arrays`` hold the quantities of the rules by name, [patron, client, replicate], those carried
    in as they stood before.
    """

    arrays: Mapping[str, Any]
    _known: dict[tuple[Pair, str], Array] = field(default_factory=dict)

    def of(self, pair: Pair, quantity: str) -> Array:
        """A comparable quantity of a patron and its client."""
        key = pair, quantity
        if key not in self._known:
            formula = COMPARABLE[quantity]
            self._known[key] = formula(lambda name: np.asarray(self.arrays[name][pair]))
        return self._known[key]


def sum_in(history: Trajectory, pair: Pair, quantity: str, first: int, last: int) -> Array:
    """What a quantity adds up to in a history over some quarters, the last included, (R,)."""

    def of(name: str) -> Array:
        back = int(name in _CARRIED_IN)
        quarters = slice(first - back, last + 1 - back)
        return np.asarray(history.arrays[name][quarters, *pair])

    return np.asarray(COMPARABLE[quantity](of).sum(axis=0))


@dataclass(frozen=True)
class Part:
    """A comparable quantity of a pair, added up over some quarters, the last included."""

    quantity: str
    pair: Pair
    first_quarter: int
    last_quarter: int

    @property
    def quarters(self) -> int:
        """Over how many quarters."""
        return self.last_quarter - self.first_quarter + 1

    @property
    def period(self) -> str:
        """When, for a reader: a quarter, a year, or from one year to another."""
        first, last = year_of(self.first_quarter), year_of(self.last_quarter)
        if self.first_quarter == self.last_quarter:
            return quarter_name(self.first_quarter)
        return str(first) if first == last else f"{first}-{last}"


@cache
def product(country: Country, first_quarter: int, last_quarter: int) -> float:
    """A country's product over some quarters, million US dollars of the day."""
    context = Context(HISTORICAL, default_parameters())
    quarters = range(first_quarter, last_quarter + 1)
    return sum(float(context.quarter(q).income[country, 0]) for q in quarters) / 4


def noticed(part: Part) -> float:
    """The least amount that the record notices over the quarters of a part, million US dollars."""
    share = observation_settings()["noticed_share"]
    return share * product(part.pair[1], part.first_quarter, part.last_quarter)
