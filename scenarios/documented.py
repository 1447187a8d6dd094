"""What is documented, as plain figures for runs and charts: dates of breaks, and amounts of aid."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from simulation.countries import Country
from simulation.countries import Pair as Pair
from simulation.dates import FIRST_YEAR, LAST_YEAR, quarter_of
from simulation.drivers import PLAN_YEARS

#: Asked by the client, pledged by the patron, delivered: three different things, never compared
#: with one another.
BASES = ("asked", "pledged", "delivered")
#: Aid is economic or arms: the record counts them apart, and so is the model compared with it.
FORMS = ("economic", "arms")
#: The kinds of evidence by the file that they stand in.
EVIDENCE_KINDS = {
    "aid": "Aid",
    "statements": "Statements",
    "terms": "Terms of aid",
    "cuts": "Cuts and refusals",
    "record": "Dated events",
    "support": "Acts of support",
    "currency": "Exchange rates",
    "drivers": "Drivers",
}


def number(value: float | None) -> str:
    """A number as readers write it: at most four figures below a thousand, whole above."""
    return "" if value is None else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def the(country: Country) -> str:
    """A country's name as it stands within a sentence."""
    return "the USSR" if country is Country.USSR else country.title


def both(patron: Country, client: Country) -> str:
    """Both countries of a pair at the beginning of a sentence."""
    return f"{client.title} and {the(patron)}"


@dataclass(frozen=True)
class DocumentedBreak:
    """The month ``YYYY-MM`` in which a pair (patron, client) broke, at the earliest and latest."""

    pair: Pair
    date: str
    earliest: str
    latest: str


@dataclass(frozen=True)
class DocumentedAid:
    """A documented amount in million US dollars over whole quarters, counted from 1945 Q1 as 0.

    The quarters are those in which it was asked, agreed or delivered.
    """

    id: str
    pair: Pair
    form: str
    basis: str
    first_quarter: int
    last_quarter: int
    usd: float
    low: float
    high: float

    @property
    def compared_with(self) -> str:
        """Which of ``FORMS`` it is an amount of; empty if it holds both."""
        return {"arms": "arms", "total": ""}.get(self.form, "economic")


@dataclass(frozen=True)
class DocumentedEvent:
    """A dated event between two countries (patron, client); the date is ``YYYY-MM`` or finer.

    ``status`` is the status it led to (``allied``, ``estranged``, ``split``), empty where it
    changed none.
    """

    pair: Pair
    date: str
    status: str
    words: str
    cited: str


@dataclass(frozen=True)
class Documented:
    """All that simulated histories are set beside."""

    breaks: tuple[DocumentedBreak, ...] = ()
    aid: tuple[DocumentedAid, ...] = ()


@dataclass(frozen=True)
class Window:
    """Some quarters over which aid is added up, such as a plan period, the last included."""

    name: str
    first_quarter: int
    last_quarter: int

    @property
    def years(self) -> float:
        """Its length in years."""
        return (self.last_quarter - self.first_quarter + 1) / 4


def _plan_periods() -> tuple[Window, ...]:
    starts = (FIRST_YEAR + 1, *PLAN_YEARS)
    ends = (*(year - 1 for year in PLAN_YEARS), LAST_YEAR)
    return tuple(
        Window(f"{start}-{end % 100:02d}", quarter_of(str(start)), quarter_of(str(end), end=True))
        for start, end in zip(starts, ends, strict=True)
    )


#: The five-year plans, into which the years are divided. A plan's aid is agreed in the year before
#: it begins, and counts where it is agreed.
PLAN_PERIODS = _plan_periods()


def window_of(figure: DocumentedAid) -> Window:
    """The plan period in which a figure was agreed, or, where it falls into none, its own years.

    What arrived in some years says nothing of the others of their plan: it keeps its own years.
    """
    for period in PLAN_PERIODS:
        if (
            figure.basis != "delivered"
            and period.first_quarter <= figure.first_quarter
            and figure.last_quarter <= period.last_quarter
        ):
            return period
    first, last = FIRST_YEAR + figure.first_quarter // 4, FIRST_YEAR + figure.last_quarter // 4
    name = str(first) if first == last else f"{first}-{last % 100:02d}"
    return Window(name, figure.first_quarter, figure.last_quarter)


def windows_of(figures: Sequence[DocumentedAid]) -> tuple[Window, ...]:
    """The plan periods, and after them the own years of figures that fall into none."""
    return tuple(dict.fromkeys([*PLAN_PERIODS, *map(window_of, figures)]))


@dataclass(frozen=True)
class DocumentedSum:
    """What the figures of a pair, basis and window add up to, in million US dollars, with a range.

    ``forms`` says of what: a sum over some forms of aid is a floor, as what is not documented is
    not counted.
    """

    usd: float
    low: float
    high: float
    ids: tuple[str, ...]
    forms: tuple[str, ...]


def documented_sum(
    figures: Sequence[DocumentedAid], pair: Pair, basis: str, window: Window, form: str = ""
) -> DocumentedSum | None:
    """The sum of the documented figures of a pair, basis and window; none if there is no figure.

    ``form`` takes those of economic aid or of arms alone. Ranges add as independent errors do: the
    square root of the sum of squared distances.
    """
    chosen = [
        figure
        for figure in figures
        if (figure.pair, figure.basis, window_of(figure)) == (pair, basis, window)
        and form in ("", figure.compared_with)
    ]
    if not chosen:
        return None
    total = sum(figure.usd for figure in chosen)
    below = math.hypot(*(figure.usd - figure.low for figure in chosen))
    above = math.hypot(*(figure.high - figure.usd for figure in chosen))
    return DocumentedSum(
        usd=total,
        low=max(total - below, 0.0),
        high=total + above,
        ids=tuple(figure.id for figure in chosen),
        forms=tuple(sorted({figure.form for figure in chosen})),
    )
