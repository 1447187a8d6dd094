"""Converts documented amounts of money to US dollars of the day, with the uncertainty of amount and rate."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from calibration.evidence.rows import (
    MONEY_UNITS,
    AidFigure,
    Evidence,
    ExchangeRate,
    first_day,
    last_day,
)
from simulation.errors import Problem


@dataclass(frozen=True)
class Converted:
    """An amount in million US dollars of the day, its range, and the rate it was converted at."""

    value: float
    low: float
    high: float
    rate: ExchangeRate


def rate_day(figure: AidFigure) -> date:
    """The day whose exchange rate applies to an amount: the agreement's, or else the middle of its period."""
    start = first_day(figure.agreed or figure.first)
    end = last_day(figure.agreed or figure.last)
    return start + (end - start) / 2


def rate_on(unit: str, day: date, rates: Iterable[ExchangeRate]) -> ExchangeRate | None:
    """The exchange rate of a currency on a day, or none if no rate is held for it."""
    return next(
        (r for r in rates if r.unit == unit and first_day(r.first) <= day <= last_day(r.last)), None
    )


def usd_of(figure: AidFigure, rates: Iterable[ExchangeRate]) -> Converted | None:
    """An amount in million US dollars of the day; none if it is no money or no rate is held for its date.

    Formula: value x rate; low and high lie sqrt(a ** 2 + b ** 2) away in logarithms, a and b being the
    distances in logarithms of the amount's and of the rate's own low (or high). A low of 0 stays 0; a
    value of 0 takes the amount's range at the rate's own low and high.
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
