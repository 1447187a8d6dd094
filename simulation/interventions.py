"""Scenarios: a question put to the model, and the closed list of changes to history it may make.

Every kind of change is a model of its own, with the keys that a scenario file gives it: ``from``
and ``to`` there are ``start`` and ``end`` here. A change that exists is sound: its names, dates
and value have been checked.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from simulation.countries import COUNTRY_KEYS, Pair, country_named
from simulation.dates import LAST_YEAR, QUARTERS, quarter_name, quarter_of
from simulation.drivers import DRIVERS, leadership_spells
from simulation.errors import MISSING, Problem, unknown
from simulation.schema import Sentence, among, one_of, refusal, validated

MOVES = ("formation", "dispute", "break", "mending")

CountryKey = Annotated[str, one_of(COUNTRY_KEYS)]


class Change(BaseModel):
    """What every dated change says: from when to when, both ends included, and why."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)

    start: str = Field(validation_alias="from")
    end: str = Field(validation_alias="to")
    reason: Sentence

    @field_validator("start", "end", mode="before")
    @classmethod
    def _date(cls, value: object, info: ValidationInfo) -> str:
        """A date of the years of the model, the last not before the first."""
        date = str(value)  # TOML has dates and years that are no text
        try:
            quarter = quarter_of(date, end=info.field_name == "end")
        except ValueError as error:
            raise refusal("a date YYYY, YYYY-MM or YYYY-MM-DD") from error
        if not 0 <= quarter < QUARTERS:
            raise refusal(f"1945-01 to {LAST_YEAR}-12")
        start = info.data.get("start")
        if info.field_name == "end" and start is not None and quarter < quarter_of(start):
            raise refusal(f"not before from = {start}")
        return date

    @property
    def first_quarter(self) -> int:
        """The first quarter in which the change is in force."""
        return quarter_of(self.start)

    @property
    def last_quarter(self) -> int:
        """The last quarter in which the change is in force."""
        return quarter_of(self.end, end=True)

    def active(self, quarter: int) -> bool:
        """Whether the change is in force in a quarter."""
        return self.first_quarter <= quarter <= self.last_quarter


class CountryChange(Change):
    """A change to one country."""

    country: CountryKey


class PairChange(Change):
    """A change to two countries, as patron and client."""

    patron: CountryKey
    client: CountryKey

    @field_validator("client")
    @classmethod
    def _other(cls, client: str, info: ValidationInfo) -> str:
        if client == info.data.get("patron"):
            raise refusal("another country than the patron")
        return client

    @property
    def pair(self) -> Pair:
        """The patron and the client."""
        return country_named(self.patron), country_named(self.client)

    @property
    def pairs(self) -> tuple[Pair, Pair]:
        """The two ordered pairs of the countries, for what holds both ways."""
        return self.pair, (self.pair[1], self.pair[0])


class Valued(Change):
    """A change by an amount, from zero to ``most``, in a ``unit``."""

    unit: ClassVar[str] = "0 to 1"
    most: ClassVar[float] = 1

    value: float

    @field_validator("value", mode="before")
    @classmethod
    def _amount(cls, value: object) -> float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number and 0 <= value <= cls.most):  # type: ignore[operator]
            raise refusal(cls.unit)
        return float(value)  # type: ignore[arg-type]


class MoveChange(PairChange):
    """A change to what may become of two countries."""

    move: Annotated[str, one_of(MOVES)]


class Leadership(CountryChange):
    """A leadership's line and demand for hierarchy stay in force."""

    kind: Literal["leadership"] = "leadership"
    spell: str

    @field_validator("spell", mode="before")
    @classmethod
    def _own(cls, spell: object, info: ValidationInfo) -> str:
        """A leadership of the very country."""
        country = info.data.get("country")
        spells = leadership_spells()
        own = [name for name in spells if country in (None, spells[name].country.key)]
        return among(own, spell)


class DriverValue(CountryChange, Valued):
    """A driver of a country has another value."""

    kind: Literal["driver"] = "driver"
    driver: Annotated[str, one_of(DRIVERS)]


class Grant(PairChange, Valued):
    """A patron grants a fixed share of what a client requests."""

    unit = "share of the request, 0 to 1"
    kind: Literal["grant"] = "grant"


class Pledge(PairChange, Valued):
    """A patron pledges an ally more than the rules say, million USD a quarter; pledges add up."""

    unit = "million USD a quarter, 0 to 1000"
    most = 1000
    kind: Literal["pledge"] = "pledge"


class Ban(MoveChange):
    """A change of status is ruled out."""

    kind: Literal["forbid"] = "forbid"


class Imposition(MoveChange):
    """A change of status happens as soon as the status of the two allows it."""

    kind: Literal["impose"] = "impose"


class Goodwill(PairChange, Valued):
    """Two leaderships are held at a fixed goodwill toward each other."""

    unit = "0 to 1, a half being neutral"
    kind: Literal["goodwill"] = "goodwill"


class Proximity(PairChange, Valued):
    """Two countries are nearer or further apart."""

    kind: Literal["proximity"] = "proximity"


class Absence(CountryChange):
    """A country keeps out of every alliance; that may be said twice."""

    kind: Literal["absence"] = "absence"


AnyKind: TypeAlias = (
    Leadership | DriverValue | Grant | Pledge | Ban | Imposition | Goodwill | Proximity | Absence
)
Intervention: TypeAlias = Annotated[AnyKind, Field(discriminator="kind")]

#: The model of each kind of change.
INTERVENTIONS: dict[str, type[AnyKind]] = {
    model.model_fields["kind"].default: model for model in get_args(AnyKind)
}

#: Keys that only some kinds of change have, as they stand empty in fingerprints and manifests of
#: the others.
_EMPTY = dict.fromkeys(("country", "patron", "client", "driver", "spell", "move"), "") | {
    "value": 0.0
}


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

    def plain(self) -> dict[str, Any]:
        """What fingerprints and manifests hold: every change has the keys of all kinds."""
        changes = [_EMPTY | change.model_dump() for change in self.interventions]
        return self.model_dump() | {"interventions": changes}


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


def _subject(change: AnyKind) -> tuple[str, ...]:
    """What a change gives one value, so that another of the same time contradicts it."""
    match change:
        case Leadership():
            return change.kind, change.country
        case DriverValue():
            return change.kind, change.country, change.driver
        case Grant():
            return change.kind, change.patron, change.client
        case Goodwill() | Proximity():
            return change.kind, *sorted((change.patron, change.client))
        case MoveChange():
            return "move", change.move, *sorted((change.patron, change.client))
        case _:
            return ()


def overlap_problems(where: str, changes: Mapping[int, AnyKind]) -> list[Problem]:
    """The changes that set what an earlier one sets in the same quarter, by their places.

    Pledges add up, and bans and absences may be said twice; everything else has one value a
    quarter, and no move is both imposed and forbidden.
    """
    problems = []
    for (earlier_number, earlier), (number, later) in combinations(sorted(changes.items()), 2):
        if isinstance(earlier, Ban) and isinstance(later, Ban):
            continue
        subject = _subject(later)
        first = max(earlier.first_quarter, later.first_quarter)
        last = min(earlier.last_quarter, later.last_quarter)
        if subject and subject == _subject(earlier) and first <= last:
            value = f"{' '.join(subject)}, {later.start} to {later.end}"
            span = " to ".join(dict.fromkeys((quarter_name(first), quarter_name(last))))
            allowed = (
                "one change of a thing at a time; "
                f"interventions[{earlier_number}] also sets it in {span}"
            )
            problems.append(Problem(where, f"interventions[{number}]", value, allowed))
    return problems


HISTORICAL = Scenario(
    name="historical",
    question="What do the rules make of the documented drivers, 1945-1980?",
    antecedent="none: drivers as documented",
    horizon=36,
)
