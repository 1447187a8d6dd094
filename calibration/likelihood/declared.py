"""The figures of the record: what ``observations.csv`` and ``occasions.csv`` declare."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from math import hypot

import numpy as np

from calibration.evidence.columns import first_day, last_day
from calibration.evidence.comparisons import RELATIVE, Span, quantities_of, quarter_spans
from calibration.evidence.declarations import Comparison, Occasion
from calibration.evidence.record import TARGET, Converted, usd_of
from calibration.evidence.rows import AidFigure, Evidence, ExchangeRate
from calibration.likelihood.acts import ANSWERS, Act
from calibration.likelihood.figures import Figure
from calibration.likelihood.measures import MEASURES, Pace
from calibration.likelihood.quantities import STOCKS, WILLINGNESS, Part
from calibration.likelihood.readings import Reading, observation_settings
from scenarios.documented import Pair
from simulation.countries import country_named
from simulation.dates import quarter_of

#: The word for acts of support among the kinds of figure.
SUPPORT = "support"


def figures_on_record(
    evidence: Evidence, roles: Collection[str] = (TARGET,)
) -> list[tuple[Figure, tuple[str, ...]]]:
    """Every figure that rests on a row with one of some ``roles``, with the ids of its rows."""
    role = {row.id: getattr(row, "role", "") for _, row in evidence.rows()}
    figures = [
        (_figure(row, evidence), row.row_ids)
        for row in evidence.observations
        if any(role.get(name) in roles for name in row.row_ids)
    ]
    acts = [row for row in evidence.occasions if role.get(row.id) in roles]
    return [*figures, *((_act(row, acts), (row.id,)) for row in acts)]


def _figure(row: Comparison, evidence: Evidence) -> Figure:
    measure = MEASURES[row.measure]
    patron, client = country_named(row.patron), country_named(row.client)
    span = quarter_of(row.first), quarter_of(row.last, end=True)
    parts = [_part(row.quantity, (patron, client), span)]
    if row.measure in RELATIVE:
        named, spans = quantities_of(row.against, row.patron), quarter_spans(row.over)
        if len(named) == 1:
            named = named * len(spans)
        if len(spans) == 1:
            spans = spans * len(named)
        parts += [
            _part(quantity, (country_named(other), client), over)
            for (other, quantity), over in zip(named, spans, strict=True)
        ]
    amount = _amount(row, evidence)
    figure = measure(
        name=row.id,
        kind=row.kind,
        patron=patron,
        client=client,
        parts=tuple(parts),
        reading=_reading(row, amount, measure),
        other=_other(row, amount, measure),
        currency=amount.currency,
        rate_spread=amount.rate_spread,
    )
    return replace(figure, above=row.low is not None) if isinstance(figure, Pace) else figure


def _part(quantity: str, pair: Pair, span: Span) -> Part:
    """A quantity over a span; what is open counts as it stands when the span begins."""
    first, last = span
    return Part(quantity, pair, first, first if quantity in STOCKS else last)


@dataclass(frozen=True)
class _Amount:
    """An amount as compared with its own range, the worth of one unit, its currency's doubt."""

    value: float | None
    low: float | None
    high: float | None
    worth: float = 1.0
    currency: str = ""
    rate_spread: float = 0.0


def _amount(row: Comparison, evidence: Evidence) -> _Amount:
    """What is on record in the unit compared: of an amount in dollars, and its currency's doubt."""
    if row.measure != "amount":
        scale = 100.0 if row.measure == "rate" else 1.0
        value, low, high = (
            None if number is None else number / scale for number in (row.value, row.low, row.high)
        )
        return _Amount(value, low, high, 1 / scale)
    given = row.value is not None or row.low is not None or row.high is not None
    if not given:
        return _sum_of_rows(row, evidence)
    rate = _rate_nearest(row, evidence.currency)
    dollars = rate.usd_per_unit
    value, low, high = (
        None if number is None else number * dollars for number in (row.value, row.low, row.high)
    )
    return _Amount(value, low, high, dollars, *_doubt(rate))


def _rate_nearest(row: Comparison, rates: Collection[ExchangeRate]) -> ExchangeRate:
    """The rate of the middle of the span, or else the nearest: new rubles are told of 1960 too."""
    day = first_day(row.first) + (last_day(row.last) - first_day(row.first)) / 2

    def distance(rate: ExchangeRate) -> timedelta:
        return max(first_day(rate.first) - day, day - last_day(rate.last), timedelta(0))

    return min((rate for rate in rates if rate.unit == row.unit), key=distance)


def _sum_of_rows(row: Comparison, evidence: Evidence) -> _Amount:
    """The target amounts of money among the rows of an observation, added up.

    Their own ranges add as independent errors do; the doubt about the rate is that of the largest.
    """
    figures = {figure.id: figure for figure in evidence.aid}
    chosen: list[tuple[AidFigure, Converted]] = []
    for name in row.row_ids:
        figure = figures.get(name)
        converted = usd_of(figure, evidence.currency) if figure else None
        if figure and converted and figure.role == TARGET:
            chosen.append((figure, converted))
    value = sum(converted.value for _, converted in chosen)
    below = hypot(*((f.value - f.low) * c.rate.usd_per_unit for f, c in chosen))
    above = hypot(*((f.high - f.value) * c.rate.usd_per_unit for f, c in chosen))
    largest = max(chosen, key=lambda pair: pair[1].value)[1].rate if chosen else None
    return _Amount(value, value - below, value + above, 1.0, *_doubt(largest))


def _doubt(rate: ExchangeRate | None) -> tuple[str, float]:
    """The currency whose rate is uncertain, and by how much (log units, one standard deviation)."""
    if rate is None or rate.low == rate.high:
        return "", 0.0
    return rate.unit, float(np.log(rate.high / rate.low)) / observation_settings()["range_width"]


def _reading(row: Comparison, amount: _Amount, measure: type[Figure]) -> Reading:
    """The reading on the scale compared. A share of nought or one bounds nothing."""
    width = observation_settings()["range_width"]
    if row.measure == "agreement":
        return Reading(value=amount.value)
    low, high = (
        None if bound is None else float(measure.scaled(bound))
        for bound in (amount.low, amount.high)
    )
    if amount.value is not None:
        value = float(measure.scaled(amount.value))
        assert low is not None
        assert high is not None
        return Reading(value=value, spread=(high - low) / width)
    unbounded = row.measure == "share"
    return Reading(
        low=-np.inf if low is None or (unbounded and low <= 0) or amount.low == 0 else low,
        high=np.inf if high is None or (unbounded and high >= 1) else high,
    )


def _other(row: Comparison, amount: _Amount, measure: type[Figure]) -> Reading | None:
    """A second reading, with the range of the first; its unit is that of the row."""
    if row.other is None:
        return None
    value = float(measure.scaled(row.other * amount.worth))
    return Reading(value=value, spread=_reading(row, amount, measure).spread)


def _act(row: Occasion, acts: Collection[Occasion]) -> Act:
    patron, client = country_named(row.patron), country_named(row.client)
    span = quarter_of(row.first), quarter_of(row.last, end=True)
    before = [
        act
        for act in acts
        if row.series
        and (act.series, act.client, act.patron) == (row.series, row.client, row.patron)
        and first_day(act.first) < first_day(row.first)
    ]
    previous = max(before, key=lambda act: first_day(act.first)).observed if before else None
    return Act(
        name=row.id,
        kind=SUPPORT,
        patron=patron,
        client=client,
        parts=(Part(WILLINGNESS, (patron, client), *span),),
        reading=Reading(value=ANSWERS[row.observed]),
        other=Reading(value=ANSWERS[row.other]) if row.other else None,
        price_for=row.price_for,
        price_against=row.price_against,
        series=row.series,
        previous=None if previous is None else ANSWERS[previous],
    )
