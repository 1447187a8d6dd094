"""Scenarios: a question put to the model, and the changes to history that it asks for."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from simulation.dates import QUARTERS, quarter_name
from simulation.errors import MISSING, Problem, unknown
from simulation.interventions.changes import Subject
from simulation.interventions.kinds import (
    INTERVENTIONS,
    AnyKind,
    Intervention,
    ParameterValue,
    plain,
)
from simulation.interventions.of_pairs import Ban, SolePatron
from simulation.parameters import Parameters
from simulation.schema import validated


class Scenario(BaseModel):
    """A question, the antecedent that had to be different, and the changes that make it so.

    ``horizon`` is in years from the first intervention; beyond it answers are flagged. The
    historical scenario has no interventions.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    name: str
    question: str
    antecedent: str = ""
    source: str = ""
    lines: str = ""
    left_out: str = ""
    horizon: int = 5
    interventions: tuple[Intervention, ...] = Field(default=(), strict=False)

    @property
    def first_quarter_touched(self) -> int:
        """The quarter from which on histories may differ from their factual twins.

        Before it they are the same, bit for bit; ``QUARTERS``, the end, if nothing is changed.
        """
        return min((change.first_quarter for change in self.interventions), default=QUARTERS)

    def parameters(self, drawn: Parameters) -> Parameters:
        """The parameters of histories under the scenario: as drawn, but for those that it sets."""
        changes = [each for each in self.interventions if isinstance(each, ParameterValue)]
        if not changes:
            return drawn
        values = {each.parameter: np.full(drawn.replicates, each.value) for each in changes}
        return Parameters({**drawn, **values})

    def plain(self) -> dict[str, Any]:
        """What fingerprints and manifests hold: every change has the keys of all kinds."""
        return self.model_dump() | {"interventions": [plain(each) for each in self.interventions]}


def scenario_from(plain: Mapping[str, Any]) -> Scenario | None:
    """The scenario that ``Scenario.plain`` gave, or nothing if it is none any more."""
    changes = []
    for change in plain.get("interventions", ()):
        model = INTERVENTIONS.get(change.get("kind"))
        own = {*model.model_fields} if model else {*change}
        changes.append({key: value for key, value in change.items() if key in own})
    return validated(Scenario, {**plain, "interventions": changes}, "manifest")[0]


def read_changes(where: str, entries: object) -> tuple[tuple[Intervention, ...], list[Problem]]:
    """The sound changes of a scenario file, and what is wrong with the others."""
    if not isinstance(entries, list):
        return (), [Problem(where, "interventions", entries, "tables [[interventions]]")]
    sound: dict[int, AnyKind] = {}
    problems: list[Problem] = []
    for position, entry in enumerate(entries, 1):
        at = f"interventions[{position}]"
        kind = entry.get("kind", MISSING) if isinstance(entry, dict) else ""
        if not isinstance(entry, dict):
            problems.append(Problem(where, at, entry, "a table"))
        elif kind not in tuple(INTERVENTIONS):
            problems.append(unknown(where, f"{at}.kind", kind, tuple(INTERVENTIONS)))
        else:
            change, wrong = validated(INTERVENTIONS[kind], entry, where, at)
            problems += wrong
            sound |= {} if change is None else {position: change}
    problems += overlap_problems(where, sound)
    return tuple(sound.values()), problems


#: Kinds of change of which several may set the same thing, as they say the same of it.
_SAYING_THE_SAME = (Ban, SolePatron)


def overlap_problems(where: str, changes: Mapping[int, AnyKind]) -> list[Problem]:
    """The changes that set what an earlier one sets in the same quarter, by their places.

    Pledges add up, and bans and absences may be said twice; everything else has one value a
    quarter, and no move is both imposed and forbidden.
    """
    problems = []
    setting: dict[Subject, list[tuple[int, AnyKind] | None]] = {}
    for number, change in sorted(changes.items()):
        for subject in change.subjects:
            quarters = setting.setdefault(subject, [None] * QUARTERS)
            own = range(change.first_quarter, change.last_quarter + 1)
            others = [other for other in quarters[own.start : own.stop] if other is not None]
            wrong = [other for other in others if not _say_the_same(change, other[1])]
            if wrong:
                problems.append(_overlap(where, number, change, subject, wrong[0]))
                break
            for quarter in own:
                quarters[quarter] = quarters[quarter] or (number, change)
    return problems


def _say_the_same(change: AnyKind, other: AnyKind) -> bool:
    return isinstance(change, _SAYING_THE_SAME) and isinstance(other, _SAYING_THE_SAME)


def _overlap(
    where: str, number: int, change: AnyKind, subject: Subject, earlier: tuple[int, AnyKind]
) -> Problem:
    """A change that sets what an earlier one sets, and in which quarters both do."""
    first = max(change.first_quarter, earlier[1].first_quarter)
    last = min(change.last_quarter, earlier[1].last_quarter)
    value = f"{' '.join(subject)}, {change.start} to {change.end}"
    span = " to ".join(dict.fromkeys((quarter_name(first), quarter_name(last))))
    allowed = f"one change of a thing at a time; interventions[{earlier[0]}] also sets it in {span}"
    return Problem(where, f"interventions[{number}]", value, allowed)


HISTORICAL = Scenario(
    name="historical",
    question="What do the rules make of the documented drivers, 1945-1980?",
    antecedent="none: drivers as documented",
    horizon=36,
)
