"""Why a pair quarrelled or broke: what raised or lowered each chance, taken from the account and the rules themselves.

Nothing is reckoned here a second time. What a rule adds up is found by asking the rule itself without one of its
arguments: in the exponent of a chance everything is added up, so the difference is what that argument adds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.explain.history import History
from simulation.arrays import Array, logit
from simulation.countries import Country
from simulation.rules import status as rules
from simulation.rules import strain as feeling
from simulation.rules.strain import FatigueSources, StrainSources
from simulation.state import Status

#: What each source of strain (of the client) and of fatigue (of the patron) is, in words.
_SOURCE_WORDS = {
    "ideology": "doctrines that part",
    "hierarchy": "being ordered about",
    "rival_courted": "the courting of its rivals",
    "enemy_courted": "the courting of the United States",
    "friend_opposed": "quarrels with its friends",
    "refusal": "requests refused",
    "unconsulted": "a change of line unasked",
    "cost": "what {client} costs",
    "deviation": "the other doctrine of {client}",
    "insubordination": "{client} going its own way",
    "encroachment": "followers that {client} gathers",
    "defiance": "the defiance of {client}",
}
RELIEF_WORDS = "relief by aid and protection"
WORTH_WORDS = "what {client} is worth"


def the(country: Country) -> str:
    """A country's name as it stands within a sentence."""
    return "the USSR" if country is Country.USSR else country.title


def source_in_words(source: str, client: Country) -> str:
    """A source of a client's strain, or of its patron's fatigue, in words."""
    return _SOURCE_WORDS[source].format(client=the(client))


@dataclass(frozen=True)
class Addend:
    """One of the amounts that add up to something: its name, what it is in words, and how much it is."""

    name: str
    words: str
    amount: float


@dataclass(frozen=True)
class Hazard:
    """The chance in the quarter that one side quarrels or breaks, and what it is made of.

    The chance is as likely as not where the addends sum to zero; they are in units of strain or fatigue. ``open`` says
    whether the pair stood so that the decision could fall at all; if not, ``chance`` is 0.
    """

    decision: str
    verb: str
    mover: Country
    chance: float
    open: bool
    addends: tuple[Addend, ...]

    @property
    def total(self) -> float:
        """The sum of the addends."""
        return sum(addend.amount for addend in self.addends)


@dataclass(frozen=True)
class Feeling:
    """Strain of a client or fatigue of a patron in a quarter: what it was, what it is, and what it is drawn towards.

    ``addends`` are in units of strain (fatigue) before they are bent into 0 to 1; what relieves is negative.
    """

    name: str
    before: float
    level: float
    target: float
    addends: tuple[Addend, ...]


#: The status before the quarter that leaves each decision open.
_OPEN_IN = {
    "dispute_by_client": Status.ALLIED,
    "dispute_by_patron": Status.ALLIED,
    "break_by_client": Status.ESTRANGED,
    "break_by_patron": Status.ESTRANGED,
}
#: For each decision its rule, the rule's slope, and what it weighs: quantity by argument.
_WEIGHED: dict[str, tuple[Callable[..., Array], str, dict[str, str]]] = {
    "dispute_by_client": (
        rules.dispute_by_client,
        "dispute_slope",
        {"strain": "strain"},
    ),
    "dispute_by_patron": (
        rules.dispute_by_patron,
        "dispute_slope",
        {"fatigue": "fatigue"},
    ),
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
    "break_by_patron": (
        rules.break_by_patron,
        "break_slope",
        {"fatigue": "fatigue"},
    ),
}
_ARGUMENT_WORDS = {
    "strain": "strain",
    "fatigue": "fatigue",
    "option": "other friends to turn to",
    "fear": "fear of the patron",
    "dependence": "dependence on its aid",
    "threshold": "what it takes to act",
}


def hazards(history: History, quarter: int, patron: Country, client: Country) -> tuple[Hazard, ...]:
    """The chances that the client or the patron of a pair quarrelled or broke in a quarter, and what made them."""
    return tuple(_hazard(history, quarter, patron, client, decision) for decision in _WEIGHED)


def _hazard(
    history: History, quarter: int, patron: Country, client: Country, decision: str
) -> Hazard:
    rule, slope, quantities = _WEIGHED[decision]
    named = history.parameters.of(rule)
    values = {
        argument: np.array([history.pair(quantity, quarter, patron, client)])
        for argument, quantity in quantities.items()
    }
    mover = client if decision.endswith("client") else patron
    verb = "quarrels" if decision.startswith("dispute") else "breaks"
    amounts = exponent_addends(rule, values, named, slope)
    return Hazard(
        decision=decision,
        verb=verb,
        mover=mover,
        chance=history.pair(decision, quarter, patron, client),
        open=history.status(quarter - 1, patron, client) is _OPEN_IN[decision],
        addends=tuple(
            Addend(name, _ARGUMENT_WORDS[name], amount) for name, amount in amounts.items()
        ),
    )


def exponent_addends(
    rule: Callable[..., Array], values: Mapping[str, Array], named: Mapping[str, Array], slope: str
) -> dict[str, float]:
    """What each argument of a rule logistic(slope x sum) adds to the sum, and what its threshold takes off.

    The rule is asked with a slope of one, with all arguments zero and with one of them at its value.
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
    """What strained a client's tie with its patron in a quarter, what relieved it, and where that was leading."""
    sources = StrainSources(*_sources(history, quarter, "strain_sources", StrainSources))
    relief = history.all_pairs("relief", quarter)
    level = history.all_pairs("strain", quarter)
    parameters = {"strain_adjustment": np.ones(1), "strain_noise": np.zeros(1)}
    target = feeling.strain(
        level, sources, relief, np.ones_like(level), np.full_like(level, 0.5), **parameters
    )
    eased = Addend("relief", RELIEF_WORDS, -float(relief[patron, client, 0]))
    return _feeling(history, "strain", quarter, patron, client, sources, eased, target)


def fatigue_of(history: History, quarter: int, patron: Country, client: Country) -> Feeling:
    """What turned a patron against its client in a quarter, what the client's worth spared, and where it was leading.

    What is spared is what keeps the sum of the sources from being reached; it cannot be more than that sum.
    """
    sources = FatigueSources(*_sources(history, quarter, "fatigue_sources", FatigueSources))
    level = history.all_pairs("fatigue", quarter)
    value = history.all_pairs("value", quarter)
    parameters = {**history.parameters.of(feeling.fatigue), "fatigue_adjustment": np.ones(1)}
    target = feeling.fatigue(level, sources, value, np.ones_like(level), **parameters)
    at = (patron, client, 0)
    spared = float(-np.log1p(-target[at])) - sum(float(source[at]) for source in sources)
    return _feeling(
        history,
        "fatigue",
        quarter,
        patron,
        client,
        sources,
        Addend("worth", WORTH_WORDS.format(client=the(client)), min(spared, 0.0)),
        target,
    )


def _sources(history: History, quarter: int, field: str, kind: Any) -> list[Array]:
    return [history.all_pairs(f"{field}.{source}", quarter) for source in kind._fields]


def _feeling(
    history: History,
    name: str,
    quarter: int,
    patron: Country,
    client: Country,
    sources: StrainSources | FatigueSources,
    eased: Addend,
    target: Array,
) -> Feeling:
    at = (patron, client, 0)
    raised = (
        Addend(source, source_in_words(source, client), float(amount[at]))
        for source, amount in sources._asdict().items()
    )
    return Feeling(
        name=name,
        before=history.pair(name, quarter - 1, patron, client),
        level=history.pair(name, quarter, patron, client),
        target=float(target[at]),
        addends=(*raised, eased),
    )
