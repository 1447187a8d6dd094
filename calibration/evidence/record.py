"""The record in the model's own terms: moves of status by quarter, the five breaks, aid in dollars.

Amounts of money become US dollars of the day, with the uncertainty of amount and rate.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from operator import attrgetter

from calibration.errors import CalibrationError
from calibration.evidence.columns import BLOC, MONEY_UNITS, first_day, last_day
from calibration.evidence.problems import COMPARED
from calibration.evidence.reading import read_evidence
from calibration.evidence.rows import AidFigure, Evidence, ExchangeRate, RecordedChange, Term
from scenarios.documented import BASES, Documented, DocumentedAid, DocumentedBreak, Pair
from simulation.conditioning import RecordedMove
from simulation.countries import COUNTRY_KEYS, country_named, pair_name
from simulation.dates import quarter_name, quarter_of
from simulation.errors import Problem, listed, raise_if_any
from simulation.state import MOVE_OF_STATUSES, STARTING_ALLIANCES, Status

#: Calibration ends here; later quarters are simulated but not fitted.
LAST_FITTED = "1978-12"
#: The role of the rows that the rules are fitted to.
TARGET = "target"
#: The unit of a rate of interest.
_RATE = "percent a year"


@dataclass(frozen=True)
class HeadlineBreak:
    """A documented break that the model is judged by; dates are months ``YYYY-MM``."""

    id: str
    pair: Pair
    documented: str
    earliest: str
    latest: str


def _pair(row: RecordedChange) -> Pair:
    return country_named(row.patron), country_named(row.client)


def _changes(evidence: Evidence) -> dict[Pair, list[RecordedChange]]:
    """The preferred changes of status by pair (patron, client), in the order of their dates."""
    by_pair: dict[Pair, list[RecordedChange]] = {}
    for row in sorted(evidence.record, key=lambda row: first_day(row.documented)):
        if row.compared_change:
            by_pair.setdefault(_pair(row), []).append(row)
    return by_pair


def first_status(pair: Pair) -> Status:
    """The status in which a pair enters 1945."""
    allied = any(set(pair) == set(start) for start in STARTING_ALLIANCES)
    return Status.ALLIED if allied else Status.NONE


def _status(name: str) -> Status | None:
    return Status[name.upper()] if name else None


def record_problems(evidence: Evidence) -> list[Problem]:
    """What keeps the record from being a history the model could have.

    Every change of status must start where the one before it ended, be a move the model knows, and
    have a window that ends in a later quarter than the one before it.
    """
    problems = []
    for row in evidence.record:
        if (row.from_status or row.to_status) and not row.compared_change:
            allowed = "empty, as the row is context or a reading of another"
            problems.append(Problem(f"record.csv ({row.id})", "to_status", row.to_status, allowed))
    for pair, rows in _changes(evidence).items():
        problems += _chain_problems(pair, rows) + _window_problems(rows)
    return problems


def _chain_problems(pair: Pair, rows: Sequence[RecordedChange]) -> list[Problem]:
    status: Status | None = first_status(pair)
    problems = []
    for row in rows:
        where = f"record.csv ({row.id})"
        before, after = _status(row.from_status), _status(row.to_status)
        if before is not status:
            expected = status.name.lower() if status else "a status"
            allowed = f"{expected}, the status of {pair_name(*pair)} before {row.documented}"
            problems.append(Problem(where, "from_status", row.from_status, allowed))
        if before is None or after is None or (before, after) not in MOVE_OF_STATUSES:
            moves = listed(f"{one.name} to {other.name}".lower() for one, other in MOVE_OF_STATUSES)
            change = f"{row.from_status} to {row.to_status}"
            problems.append(Problem(where, "from_status, to_status", change, moves))
        status = after
    return problems


def _window_problems(rows: Sequence[RecordedChange]) -> list[Problem]:
    return [
        Problem(
            f"record.csv ({after.id})",
            "latest",
            after.latest,
            f"after {quarter_name(quarter_of(before.latest, end=True))}, "
            f"the last quarter of {before.id}",
        )
        for before, after in pairwise(rows)
        if quarter_of(after.latest, end=True) <= quarter_of(before.latest, end=True)
    ]


def recorded_moves(
    evidence: Evidence, roles: Collection[str] = COMPARED
) -> tuple[RecordedMove, ...]:
    """Every change of status on record with the quarters it may have fallen in, pair by pair.

    ``roles`` says which rows: those that are held out of a fit can be left out. Raises
    ``CalibrationError`` listing every change that does not follow from the one before it.
    """
    raise_if_any(
        "record.csv: the record contradicts itself", record_problems(evidence), CalibrationError
    )
    return tuple(
        RecordedMove(
            pair,
            MOVE_OF_STATUSES[Status[row.from_status.upper()], Status[row.to_status.upper()]],
            quarter_of(row.earliest),
            quarter_of(row.latest, end=True),
        )
        for pair, rows in _changes(evidence).items()
        for row in rows
        if row.role in roles
    )


def headline_breaks(evidence: Evidence) -> dict[str, HeadlineBreak]:
    """The five breaks that the model is judged by, by pair name, client first: ``albania-ussr``."""
    rows = sorted(
        (row for row in evidence.record if row.headline == "yes"), key=attrgetter("documented")
    )
    return {
        pair_name(*_pair(row)): HeadlineBreak(
            row.id, _pair(row), row.documented[:7], row.earliest[:7], row.latest[:7]
        )
        for row in rows
    }


def aid_observations(evidence: Evidence) -> tuple[DocumentedAid, ...]:
    """The money asked, pledged or delivered among the four countries, targets and held out.

    What was asked or pledged stands on the day it was agreed, as in the model and in the fit, and
    not in the years that it was for. What other states of the bloc gave counts as given by the
    USSR.
    """
    observed = []
    for figure in evidence.aid:
        converted = usd_of(figure, evidence.currency)
        patron = BLOC.get(figure.patron, figure.patron)
        among_four = patron in COUNTRY_KEYS and figure.client in COUNTRY_KEYS
        compared = figure.role in COMPARED and figure.basis in BASES
        if converted is None or not converted.value > 0 or not among_four or not compared:
            continue
        agreed = figure.agreed if figure.basis != "delivered" else ""
        observed.append(
            DocumentedAid(
                figure.id,
                (country_named(patron), country_named(figure.client)),
                figure.form,
                figure.basis,
                quarter_of(agreed or figure.first),
                quarter_of(agreed or figure.last, end=True),
                converted.value,
                converted.low,
                converted.high,
            )
        )
    return tuple(observed)


def documented_record() -> Documented:
    """The documented breaks and amounts of aid, as plain figures for runs and charts."""
    evidence = read_evidence()
    breaks = (
        DocumentedBreak(headline.pair, headline.documented, headline.earliest, headline.latest)
        for headline in headline_breaks(evidence).values()
    )
    return Documented(tuple(breaks), aid_observations(evidence))


def interest_terms(evidence: Evidence, roles: Collection[str] = (TARGET,)) -> list[Term]:
    """The rates of interest with one of some ``roles`` that begin in fitted years."""
    return [
        row
        for row in evidence.terms
        if row.role in roles
        and row.kind == "interest"
        and row.unit == _RATE
        and quarter_of(row.first) <= quarter_of(LAST_FITTED)
    ]


@dataclass(frozen=True)
class Converted:
    """An amount in million US dollars of the day, its range, and the rate it was converted at."""

    value: float
    low: float
    high: float
    rate: ExchangeRate


def rate_day(figure: AidFigure) -> date:
    """The day whose exchange rate applies: the agreement's, or else the middle of the period."""
    start = first_day(figure.agreed or figure.first)
    end = last_day(figure.agreed or figure.last)
    return start + (end - start) / 2


def rate_on(unit: str, day: date, rates: Iterable[ExchangeRate]) -> ExchangeRate | None:
    """The exchange rate of a currency on a day, or none if no rate is held for it."""
    return next(
        (r for r in rates if r.unit == unit and first_day(r.first) <= day <= last_day(r.last)), None
    )


def usd_of(figure: AidFigure, rates: Iterable[ExchangeRate]) -> Converted | None:
    """An amount in million US dollars of the day; none if it is no money or has no rate.

    Formula: value x rate; low and high lie sqrt(a ** 2 + b ** 2) away in logarithms, a and b being
    the distances in logarithms of the amount's and of the rate's own low (or high). A low of 0
    stays 0; a value of 0 takes the amount's range at the rate's own low and high.
    """
    rate = rate_on(figure.unit, rate_day(figure), rates) if figure.unit in MONEY_UNITS else None
    if rate is None:
        return None
    if figure.value <= 0:
        return Converted(
            figure.value * rate.usd_per_unit, figure.low * rate.low, figure.high * rate.high, rate
        )
    value = figure.value * rate.usd_per_unit
    high = value * math.exp(_distance(figure.high / figure.value, rate.high / rate.usd_per_unit))
    if figure.low <= 0:
        return Converted(value, figure.low * rate.low, high, rate)
    low = value * math.exp(-_distance(figure.value / figure.low, rate.usd_per_unit / rate.low))
    return Converted(value, low, high, rate)


def _distance(amount: float, rate: float) -> float:
    """Two ratios' distances from 1 in logarithms, combined as independent errors are."""
    return math.hypot(math.log(amount), math.log(rate))


def rate_problems(evidence: Evidence) -> list[Problem]:
    """The amounts of money compared with the model for whose date no exchange rate is held."""
    return [
        Problem(
            f"aid.csv ({figure.id})",
            "unit",
            figure.unit,
            f"a currency with a rate on {rate_day(figure)}",
        )
        for figure in evidence.aid
        if figure.role != "context" and figure.unit in MONEY_UNITS
        if usd_of(figure, evidence.currency) is None
    ]
