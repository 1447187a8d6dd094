"""What the columns of the evidence may hold: words of closed lists, dates, numbers, lines.

Dates are ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; lines are those of the source held.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from simulation.countries import COUNTRY_KEYS
from simulation.dates import FIRST_YEAR
from simulation.errors import listed, nearest
from simulation.schema import refusal

OTHER_COUNTRIES = (
    "czechoslovakia",
    "east-germany",
    "eastern-europe",
    "greece",
    "nato",
    "north-korea",
    "poland",
    "romania",
    "united-states",
    "vietnam",
    "world",
)
MONEY_UNITS = tuple(
    f"million {money}" for money in ("old rubles", "new rubles", "yuan", "USD", "dinars")
)
COUNT_UNITS = ("thousand tons", "projects", "pieces", "million pieces", "people", "ships")
TERM_UNITS = ("percent a year", "years", *MONEY_UNITS)
CUT_UNITS = (*MONEY_UNITS, *COUNT_UNITS, "years", "percent of the year's goods delivered")
FORMS = (
    "credit",
    "grant",
    "grain",
    "arms",
    "projects",
    "specialists",
    "cash",
    "trade",
    "goods",
    "total",
)
BASES = ("asked", "pledged", "delivered", "valued")
STATEMENT_BASES = (
    *(f"{part} share" for part in ("granted", "kept", "delivered", "lent", "given")),
    "agreed",
    "asked",
    "pledged",
    "delivered",
    "repaid",
    "price",
)
STATEMENT_UNITS = (
    "share",
    "ratio",
    "more or less",
    "yes/no",
    "percent of the debt a year",
    "million yuan per thousand tons",
    "million new rubles",
    "million USD",
)
#: Why a row enters no observation: part of one, a less good reading, nothing to meet it, a test.
UNUSED_GROUPS = ("part", "reading", "no quantity", "held out")
OBSERVATION_KINDS = ("aid", "request", "answer", "delivery", "cut", "arms", "terms")
#: The units of each measure.
UNITS_OF = {
    "amount": MONEY_UNITS,
    "share": ("share",),
    "ratio": ("ratio",),
    "pace": ("ratio of paces",),
    "rate": ("percent a year",),
    "agreement": ("yes or no",),
}
MEASURES = tuple(UNITS_OF)
OBSERVATION_UNITS = tuple(unit for units in UNITS_OF.values() for unit in units)
#: What observations compare: aid in all, its lent part (credit) and its given part (arms).
_FORMS_COMPARED = ("", "credit ", "arms ")
QUANTITIES = (
    *(
        f"{form}{step}"
        for form in _FORMS_COMPARED
        for step in ("requested", "pledged", "delivered")
    ),
    *(f"{form}open" for form in _FORMS_COMPARED),
    "due",
    "interest agreed",
    "repaid",
    "outstanding",
)
#: Countries that a country of the model stands for.
BLOC = {"eastern-europe": "ussr"}
ROLES = ("target", "held out", "context")
TERM_KINDS = ("interest", "deferral", "grace", "term", "forgiven")
CUT_KINDS = ("cut", "refusal", "suspension", "withdrawal", "delay")
CHANGE_KINDS = (
    "formation",
    "dispute",
    "aid stop",
    "arms stop",
    "party split",
    "diplomatic break",
    "pact exit",
    "reconciliation",
    "mended quarrel",
)
ACTS = (
    "vote",
    "resolution",
    "statement",
    "press",
    "treaty",
    "communique",
    "attendance",
    "boycott",
    "endorsement of doctrine",
    "criticism",
    "silence",
    "refusal",
    "letter",
    "private talk",
    "mediation",
    "party work",
    "inner-party speech",
)
ARENAS = (
    "united nations",
    "world communist meeting",
    "bloc",
    "bilateral public",
    "press",
    "secret",
)
DIRECTIONS = ("for", "against", "silent")
STATUSES = ("none", "allied", "estranged", "split")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_LINES = re.compile(r"\d+(-\d+)?(;\d+(-\d+)?)*")


def first_day(text: str) -> date:
    """The first day that a date may mean; ``ValueError`` if it is no date."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))


def last_day(text: str) -> date:
    """The last day that a date may mean; ``ValueError`` if it is no date."""
    start = first_day(text)
    month = 12 if len(text) == 4 else start.month
    return start if len(text) == 10 else date(start.year, month, monthrange(start.year, month)[1])


def month_number(date: str) -> int:
    """The months from January 1945 to that of a date ``YYYY-MM``."""
    return (int(date[:4]) - FIRST_YEAR) * 12 + int(date[5:7]) - 1


def checked(fits: Callable[[str], bool], allowed: str, names: Sequence[str] = ()) -> AfterValidator:
    """A validator of texts: what fits, the same in words, and names to look for a match in."""

    def check(value: str) -> str:
        if not fits(value):
            raise refusal(allowed, nearest(value, names))
        return value

    return AfterValidator(check)


def one_of(*names: str) -> AfterValidator:
    """A validator of words from a closed list."""
    return checked(names.__contains__, listed(names), names)


def written(allowed: str) -> AfterValidator:
    """A validator of texts that may not be empty; ``allowed`` says what belongs there."""
    return checked(lambda text: bool(text.strip()), allowed)


def _is_date(text: str) -> bool:
    try:
        first_day(text)
    except ValueError:
        return False
    return True


def _are_lines(text: str) -> bool:
    if not _LINES.fullmatch(text):
        return not text
    spans = [[int(number) for number in span.split("-")] for span in text.split(";")]
    return all(1 <= span[0] <= span[-1] for span in spans)


_DATE_FORMS = "a date YYYY, YYYY-MM or YYYY-MM-DD"
Quantity = Annotated[str, one_of(*QUANTITIES)]
Text = Annotated[str, written("a text; it may not be empty")]
Date = Annotated[str, checked(_is_date, _DATE_FORMS)]
MaybeDate = Annotated[str, checked(lambda text: not text or _is_date(text), _DATE_FORMS)]
Lines = Annotated[str, checked(_are_lines, "line numbers such as 925, 925-927 or 925;1104-1105")]
Number = Annotated[float, Field(allow_inf_nan=False)]
MaybeNumber = Annotated[Number | None, BeforeValidator(lambda cell: None if cell == "" else cell)]
AnyCountry = Annotated[str, one_of(*COUNTRY_KEYS, *OTHER_COUNTRIES)]
ModelCountry = Annotated[str, one_of(*COUNTRY_KEYS)]
MaybeStatus = Annotated[str, one_of("", *STATUSES)]
Role = Annotated[str, one_of(*ROLES)]
Form = Annotated[str, one_of(*FORMS)]
MaybeForm = Annotated[str, one_of("", *FORMS)]
