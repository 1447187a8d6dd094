"""The measures of figures: amounts, shares, ratios, paces, rates, and whether anything was agreed.

To add a measure, write its class here and name it in ``MEASURES``; its discrepancy goes into
``calibration/observation.toml``, its parameters under the nulls into ``calibration/nulls.toml``,
its word into ``calibration/evidence/columns.py``.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.likelihood.figures import Doubt, Figure, Sums
from calibration.likelihood.quantities import noticed, product
from calibration.likelihood.readings import observation_settings
from simulation.arrays import Array, PerReplicate, logistic
from simulation.trajectory import Trajectory

_TINY = np.finfo(float).tiny


def _over(one: Array, other: Array) -> Array:
    """One amount over another; NaN where the other is nought."""
    return np.where(other > 0, one / np.where(other > 0, other, 1.0), np.nan)


class _Logarithmic(Figure):
    """A figure that is compared in logarithms."""

    @staticmethod
    def scaled(values: Array | float) -> Array:
        """The logarithm."""
        return np.asarray(np.log(np.maximum(values, _TINY)))

    @staticmethod
    def plain(values: Array | float) -> Array:
        """The exponential."""
        return np.asarray(np.exp(values))


@dataclass(frozen=True)
class Amount(_Logarithmic):
    """What was asked, agreed or came, in million US dollars of the day, compared in logarithms."""

    measure = "amount"
    unit = "million USD"

    @staticmethod
    def told(value: float) -> str:
        """With its unit, to three digits."""
        return f"{float(f'{value:.3g}'):,g} million USD"

    def simulated(self, sums: Sums) -> PerReplicate:
        """The sum."""
        return sums[0]

    def centre(self, sums: Sums) -> PerReplicate:
        """The logarithm of the sum, or of the least amount that is noticed if that is more."""
        return np.asarray(np.log(np.maximum(sums[0], noticed(self.parts[0]))))

    def usual(self, level: Array) -> Array:
        """The logarithm of a share of the client's product over the quarters."""
        own = product(self.client, self.first_quarter, self.last_quarter)
        return np.asarray(np.log(level * own))

    def after(self, earlier: Figure) -> float:
        """The logarithm of an earlier amount, a quarter, over the quarters of this one."""
        return float(earlier.scaled(earlier.value * self.quarters / earlier.quarters))

    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """A share of the client's product, less the wider the gap."""
        return self.usual(level) - slope * gap


@dataclass(frozen=True)
class Share(Figure):
    """A share, from nought to one: granted of what was asked, delivered of what was agreed."""

    measure = "share"
    unit = "share"

    @staticmethod
    def told(value: float) -> str:
        """In per cent."""
        return f"{value:.0%}"

    def simulated(self, sums: Sums) -> PerReplicate:
        """What is measured over what it is set against, at most 1; NaN where that is nought."""
        return np.minimum(_over(sums[0], self.whole(sums)), 1.0)

    def centre(self, sums: Sums) -> PerReplicate:
        """The share; ``unknown_share`` where there is none."""
        return np.nan_to_num(self.simulated(sums), nan=observation_settings()["unknown_share"])

    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """Lower the wider the gap: logistic(level - slope x gap)."""
        return logistic(level - slope * gap)


@dataclass(frozen=True)
class Ratio(_Logarithmic):
    """One sum over another, compared in logarithms: free of prices and of the rate of exchange."""

    measure = "ratio"
    unit = "ratio"

    def simulated(self, sums: Sums) -> PerReplicate:
        """What is measured over what it is set against; NaN where that is nought."""
        return _over(sums[0], self.whole(sums))

    def centre(self, sums: Sums) -> PerReplicate:
        """The logarithm of the ratio, either sum being at least the least that is noticed."""
        least = noticed(self.parts[0])
        whole = np.maximum(self.whole(sums), least)
        return np.asarray(np.log(np.maximum(sums[0], least) / whole))

    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """Lower the wider the gap."""
        return level - slope * gap


@dataclass(frozen=True)
class Pace(Ratio):
    """A quantity a quarter over that of another span: more or less than then, in logarithms.

    Set against several spans, it is compared with that to which it stands worst: ``above`` all of
    them, or below all.
    """

    above: bool = True

    measure = "pace"
    unit = "ratio of paces"
    certain = True

    @property
    def words(self) -> str:
        """More or less of what, when, and than when."""
        reading = self.reading
        others = [part.period for part in self.parts[1:]]
        than = others[0] if len(others) == 1 else f"{others[0]} ... {others[-1]}"
        said = f"{self.parts[0].quantity} a quarter in {self.period}"
        other = self.parts[1]
        beside = f"{other.quantity} " if other.quantity != self.parts[0].quantity else ""
        if other.pair != self.pair:
            beside += f"from {other.pair[0].title} "
        if np.isfinite(reading.low):
            factor = "" if reading.low == 0 else f"{self.plain(reading.low):.2g} times "
            return f"{said}: more than {factor}{beside}in {than}"
        factor = "" if reading.high == 0 else f"{self.plain(reading.high):.2g} times "
        return f"{said}: less than {factor}{beside}in {than}"

    def _paces(self, sums: Sums, least: bool) -> list[Array]:
        return [
            (amount + least * noticed(part)) / part.quarters
            for amount, part in zip(sums, self.parts, strict=True)
        ]

    def _worst(self, paces: list[Array]) -> Array:
        others = paces[1:]
        return np.asarray(np.max(others, axis=0) if self.above else np.min(others, axis=0))

    def simulated(self, sums: Sums) -> PerReplicate:
        """The ratio of the paces; NaN where the other is nought."""
        paces = self._paces(sums, least=False)
        return _over(paces[0], self._worst(paces))

    def centre(self, sums: Sums) -> PerReplicate:
        """The logarithm of the ratio, the least amount that is noticed being added to each."""
        paces = self._paces(sums, least=True)
        return np.asarray(np.log(paces[0] / self._worst(paces)))

    def after(self, earlier: Figure) -> float:
        """The same pace as before."""
        return 0.0


@dataclass(frozen=True)
class Rate(_Logarithmic):
    """A rate a year, of interest or repayment, compared in logarithms."""

    measure = "rate"
    unit = "share a year"

    @staticmethod
    def told(value: float) -> str:
        """In per cent a year."""
        return f"{100 * value:.3g} per cent a year"

    @property
    def _a_year(self) -> float:
        """Interest agreed is a rate a year already; repayments are sums of quarters."""
        return 1.0 if self.parts[0].quantity == "interest agreed" else 4.0

    def simulated(self, sums: Sums) -> PerReplicate:
        """The mean rate; NaN where nothing is agreed or owed."""
        measured, whole = sums
        return _over(self._a_year * measured, whole)

    def whole(self, sums: Sums) -> PerReplicate:
        """What was agreed in all; of a debt its mean."""
        return sums[1] / (self.parts[1].quarters if self._a_year > 1 else 1)

    def centre(self, sums: Sums) -> PerReplicate:
        """The logarithm of the rate; that of ``unknown_rate`` where there is none."""
        unknown = observation_settings()["unknown_rate"]
        return self.scaled(np.nan_to_num(self.simulated(sums), nan=unknown))

    def usual(self, level: Array) -> Array:
        """The logarithm of the level."""
        return np.asarray(np.log(level))

    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """Softer the narrower the gap: that at no gap x exp(slope x gap)."""
        return np.asarray(np.log(level) + slope * gap)


class Word(Figure):
    """A figure of which a word is on record: it is there whatever happened."""

    certain = True

    @property
    def observed(self) -> None:
        """None, since no value is on record."""

    def whole_spread(self, doubt: Doubt | None = None) -> Array:
        """One: a word has no spread of its own (1,)."""
        return np.ones(1)

    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """Less often the wider the gap: logistic(level - slope x gap)."""
        return logistic(level - slope * gap)


@dataclass(frozen=True)
class Agreement(Word):
    """Whether anything was agreed, or came, in some quarters: 1 or 0."""

    measure = "agreement"
    unit = "yes or no"

    @property
    def read_words(self) -> str:
        """Something, or nothing."""
        return "something" if self.reading.value else "nothing"

    def simulated(self, sums: Sums) -> PerReplicate:
        """1 where more than the least that is noticed was agreed, else 0."""
        return np.asarray((sums[0] > noticed(self.parts[0])).astype(float))

    def centre(self, sums: Sums) -> PerReplicate:
        """The chance that something is on record."""
        return self.seen(sums[0])

    def log_chance(self, centre: Array, spread: Array | float) -> Array:
        """The logarithm of the chance of something, or of nothing."""
        return np.asarray(np.log(centre if self.reading.value else 1 - centre))

    def in_range(self, history: Trajectory) -> NDArray[np.bool_]:
        """Whether histories agree on something, or on nothing, as the record says."""
        return np.asarray(self.simulated_in(history) == self.reading.value)

    def recorded(self, history: Trajectory, chance: float, doubt: Doubt, earlier: object) -> Figure:
        """Something by the chance that it is on record."""
        some = chance < float(self.centre(self.sums_in(history))[0])
        return replace(self, reading=replace(self.reading, value=float(some)), other=None)

    def after(self, earlier: Figure) -> float:
        """As before by the chance ``null_repeat``."""
        again = observation_settings()["null_repeat"]
        return again if earlier.reading.value else 1 - again


#: Every measure by its word in ``observations.csv``.
MEASURES: dict[str, type[Figure]] = {
    of.measure: of for of in (Amount, Share, Ratio, Pace, Rate, Agreement)
}
