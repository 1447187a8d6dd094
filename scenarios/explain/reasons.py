"""Why a pair quarrelled or broke: what raised or lowered each chance.

What a rule adds up is found by calling the rule itself without one of its arguments: in the
exponent of a chance everything is added up, so the difference is what that argument adds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.documented import the
from scenarios.explain.history import History
from scenarios.explain.words import ARGUMENT_WORDS, BID_WORDS, RELIEF, WORTH, source_in_words
from simulation.arrays import Array, logit
from simulation.countries import Country
from simulation.parameters import Parameters
from simulation.rules import aid
from simulation.rules import status as rules
from simulation.rules import strain as feeling
from simulation.rules.strain import FatigueSources, StrainSources
from simulation.state import Status


@dataclass(frozen=True)
class Addend:
    """One of the amounts that add up to something: its name, its words, and how much it is."""

    name: str
    words: str
    amount: float


@dataclass(frozen=True)
class Hazard:
    """The chance in the quarter that one side quarrels or breaks, and what it is made of.

    The chance is as likely as not where the addends sum to zero; they are in units of strain or
    fatigue. ``open`` says whether the pair stood so that the decision could fall at all; if not,
    ``chance`` is 0.
    """

    verb: str
    mover: Country
    chance: float
    open: bool
    addends: tuple[Addend, ...]


@dataclass(frozen=True)
class Feeling:
    """Strain of a client or fatigue of a patron in a quarter, and where it is drawn (``target``).

    ``sources`` and what relieves (``relief``, negative) are in units of strain (fatigue) before
    their sum is bent into 0 to 1.
    """

    name: str
    level: float
    target: float
    sources: tuple[Addend, ...]
    relief: Addend

    @property
    def addends(self) -> tuple[Addend, ...]:
        """All that adds up to the target."""
        return (*self.sources, self.relief)

    @property
    def largest(self) -> Addend:
        """The source that adds most."""
        return max(self.sources, key=lambda addend: addend.amount)


#: For each decision its rule, the rule's slope, and what it weighs: quantity by argument.
_WEIGHED: dict[str, tuple[Callable[..., Array], str, dict[str, str]]] = {
    "dispute_by_client": (rules.dispute_by_client, "dispute_slope", {"strain": "strain"}),
    "dispute_by_patron": (rules.dispute_by_patron, "dispute_slope", {"fatigue": "fatigue"}),
    "break_by_client": (
        rules.break_by_client,
        "break_slope",
        {
            "strain": "strain",
            "option": "outside_option",
            "fear": "fear",
            "dependence": "dependence",
        },
    ),
    "break_by_patron": (rules.break_by_patron, "break_slope", {"fatigue": "fatigue"}),
}


def hazards(history: History, quarter: int, patron: Country, client: Country) -> tuple[Hazard, ...]:
    """The chances that either side of a pair quarrelled or broke, and what made them."""
    return tuple(_hazard(history, quarter, patron, client, decision) for decision in _WEIGHED)


def _hazard(
    history: History, quarter: int, patron: Country, client: Country, decision: str
) -> Hazard:
    rule, slope, quantities = _WEIGHED[decision]
    values = {
        argument: np.array([history.pair(quantity, quarter, patron, client)])
        for argument, quantity in quantities.items()
    }
    amounts = exponent_addends(rule, values, history.parameters.of(rule), slope)
    quarrels = decision.startswith("dispute")
    open_in = Status.ALLIED if quarrels else Status.ESTRANGED
    return Hazard(
        verb="quarrels" if quarrels else "breaks",
        mover=client if decision.endswith("client") else patron,
        chance=history.pair(decision, quarter, patron, client),
        open=history.status(quarter - 1, patron, client) is open_in,
        addends=tuple(
            Addend(name, ARGUMENT_WORDS[name], amount) for name, amount in amounts.items()
        ),
    )


def exponent_addends(
    rule: Callable[..., Array], values: Mapping[str, Array], named: Mapping[str, Array], slope: str
) -> dict[str, float]:
    """What each argument of a rule logistic(slope x sum) adds, and the threshold takes off.

    The rule is called with a slope of one, with all arguments zero, and with one at its value.
    """
    plain = {**named, slope: np.ones(1)}
    zeros = {argument: np.zeros(1) for argument in values}
    nothing = float(logit(rule(**zeros, **plain))[0])
    added = {
        argument: float(logit(rule(**(zeros | {argument: value}), **plain))[0]) - nothing
        for argument, value in values.items()
    }
    return added | {"threshold": nothing}


def strain_of(history: History, quarter: int, patron: Country, client: Country) -> Feeling:
    """What strained a client's tie with its patron, what relieved it, and where it was leading."""
    sources = StrainSources(*_sources(history, quarter, "strain_sources", StrainSources._fields))
    relief = history.all_pairs("relief", quarter)
    nothing = np.zeros_like(relief)
    target = feeling.strain(
        nothing,
        sources,
        relief,
        nothing + 1,
        nothing + 0.5,
        adjustment=np.ones(1),
        strain_noise=np.zeros(1),
    )
    return _feeling(history, quarter, patron, client, sources, RELIEF, -relief, target)


def fatigue_of(history: History, quarter: int, patron: Country, client: Country) -> Feeling:
    """What turned a patron against its client, what its worth spared, and where it was leading."""
    sources = FatigueSources(*_sources(history, quarter, "fatigue_sources", FatigueSources._fields))
    value = history.all_pairs("value", quarter)
    target = fatigue_drawn_to(sources, value, history.parameters)
    spared = spared_by_worth(sources, value, history.parameters)
    return _feeling(history, quarter, patron, client, sources, WORTH, spared, target)


def fatigue_drawn_to(sources: Sequence[Array], value: Array, parameters: Parameters) -> Array:
    """The fatigue that sources and the client's worth would lead to in the end, by the rule."""
    nothing = np.zeros_like(value)
    copies = FatigueSources(*(source.copy() for source in sources))
    named = {**parameters.of(feeling.fatigue), "adjustment": np.ones(1)}
    return np.asarray(feeling.fatigue(nothing, copies, value, nothing + 1, **named))


def spared_by_worth(sources: Sequence[Array], value: Array, parameters: Parameters) -> Array:
    """By how much what the client is worth lowers the sum of the sources of fatigue (negative)."""
    most = 1 - np.finfo(float).eps  # what a flood of sources leads to is one, to the last bit
    target = np.minimum(fatigue_drawn_to(sources, value, parameters), most)
    return np.asarray(np.minimum(-np.log1p(-target) - np.sum(sources, axis=0), 0))


def bid_of(history: History, quarter: int, patron: Country, client: Country) -> tuple[Addend, ...]:
    """What raised and what lowered a patron's bid for a client, chance apart.

    In units of the bid's logarithm: what the rule gives with one argument at its value, over what
    it gives for a client of no account toward whom the patron is neutral.
    """
    nothing = np.zeros_like(history.all_pairs("value", quarter))
    values = {
        "value": history.all_pairs("value", quarter),
        "goodwill": history.all_pairs("goodwill", quarter - 1),
        "fatigue": history.all_pairs("fatigue", quarter - 1),
        "defiance": history.all_pairs("defiance", quarter),
        "emergency": history.context.quarter(quarter).emergency,
    }
    plain = dict.fromkeys(values, nothing) | {
        "goodwill": nothing + 0.5,
        "emergency": np.zeros_like(values["emergency"]),
        "capacity": np.ones_like(nothing),
        "shock": nothing + 0.5,
    }
    named = history.parameters.of(aid.offer)
    return tuple(
        Addend(
            name,
            BID_WORDS[name].format(client=the(client)),
            float(np.log(aid.offer(**plain | {name: value}, **named)[patron, client, 0])),
        )
        for name, value in values.items()
    )


def _sources(history: History, quarter: int, field: str, names: Sequence[str]) -> list[Array]:
    return [history.all_pairs(f"{field}.{name}", quarter) for name in names]


def _feeling(
    history: History,
    quarter: int,
    patron: Country,
    client: Country,
    sources: StrainSources | FatigueSources,
    relieving: str,
    relief: Array,
    target: Array,
) -> Feeling:
    def addend(name: str, amount: Array) -> Addend:
        return Addend(name, source_in_words(name, client), float(amount[patron, client, 0]))

    name = "strain" if isinstance(sources, StrainSources) else "fatigue"
    return Feeling(
        name=name,
        level=history.pair(name, quarter, patron, client),
        target=float(target[patron, client, 0]),
        sources=tuple(addend(*each) for each in sources._asdict().items()),
        relief=addend(relieving, relief),
    )
