"""Changes to two countries: what is granted and pledged, what may become of them, how they feel."""

from typing import ClassVar, Literal

from pydantic import field_validator

from simulation.countries import COUNTRY_KEYS, Pair, country_named
from simulation.interventions.changes import (
    MoveChange,
    PairChange,
    Subject,
    Valued,
    amount,
    move_of,
)

#: In place of a value of goodwill: that which each history has at the eve of the change.
OWN = "own"
#: The forms of aid, each with requests, grants, pledges and deliveries of its own.
FORMS = ("economic", "arms")


class _OfAid(PairChange, Valued):
    """A change to the aid that a patron gives a client: to both forms of it, or to one."""

    form: Literal["economic", "arms", "both"] = "both"

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of aid that it changes."""
        return FORMS if self.form == "both" else (self.form,)


class _Granted(_OfAid):
    """A change to what a patron grants a client of its requests."""

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What the patron grants the client, form by form."""
        return tuple(("grant", form, self.patron, self.client) for form in self.forms)


class Grant(_Granted):
    """A patron grants a fixed share of what a client requests."""

    unit = "share of the request, 0 to 1"
    kind: Literal["grant"] = "grant"


class Cut(_Granted):
    """A patron grants only a part of the share of requests that the rules say."""

    unit = "part of the share that the rules say, 0 to 1"
    kind: Literal["cut"] = "cut"


class Sum(_Granted):
    """A patron pledges a client a fixed sum, million USD a quarter, in place of what rules say.

    The client takes it as the share of its request that it is, and as all of it if it is more.
    """

    form: Literal["economic", "arms"] = "economic"

    unit = "million USD a quarter, 0 to 1000"
    most = 1000
    kind: Literal["sum"] = "sum"


class Pledge(_OfAid):
    """A patron pledges a client more than the rules say, million USD a quarter; pledges add up."""

    unit = "million USD a quarter, 0 to 1000"
    most = 1000
    kind: Literal["pledge"] = "pledge"
    form: Literal["economic", "arms"] = "economic"


class Ban(MoveChange):
    """A change of status is ruled out."""

    kind: Literal["forbid"] = "forbid"


class SolePatron(PairChange):
    """A client finds no second patron: it forms no alliance with any country but this patron.

    Alliances that it has already go on.
    """

    kind: Literal["sole-patron"] = "sole-patron"

    @property
    def others(self) -> tuple[str, ...]:
        """The countries with which the client forms no alliance."""
        return tuple(key for key in COUNTRY_KEYS if key not in (self.patron, self.client))

    @property
    def closed(self) -> tuple[Pair, ...]:
        """The pairs that form no alliance, both ways."""
        client = country_named(self.client)
        thirds = [country_named(key) for key in self.others]
        return (*((third, client) for third in thirds), *((client, third) for third in thirds))

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The formation of an alliance with each other country."""
        return tuple(move_of("formation", self.client, other) for other in self.others)


class Imposition(MoveChange):
    """A change of status happens as soon as the status of the two allows it."""

    kind: Literal["impose"] = "impose"


class Goodwill(PairChange):
    """Two leaderships are held at a goodwill toward each other: one number, or each history's own.

    ``own`` holds every history at the goodwill that it has when the change begins. ``one_way``
    holds only that of the one named as patron toward the other.
    """

    unit: ClassVar[str] = f'0 to 1, a half being neutral, or "{OWN}"'
    kind: Literal["goodwill"] = "goodwill"
    value: float | Literal["own"]
    one_way: bool = False

    @field_validator("value", mode="before")
    @classmethod
    def _amount(cls, value: object) -> float | str:
        return OWN if value == OWN else amount(value, 0, 1, cls.unit)

    @property
    def held(self) -> tuple[Pair, ...]:
        """The ordered pairs whose goodwill is held."""
        return (self.pair,) if self.one_way else self.pairs

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The goodwill of each side that is held."""
        toward = (self.kind, self.patron, self.client), (self.kind, self.client, self.patron)
        return toward[:1] if self.one_way else toward


class Proximity(PairChange, Valued):
    """Two countries are nearer or further apart."""

    kind: Literal["proximity"] = "proximity"

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The proximity of the two, whichever is named first."""
        return ((self.kind, *sorted((self.patron, self.client))),)
