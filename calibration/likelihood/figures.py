"""What a documented figure is: what it needs of a history, and how probable it is given that.

A figure adds up comparable quantities over spans of quarters (its parts). Its measure
(``measures.py``, ``acts.py``) says what the sums amount to and how probable the reading on record
is given that: a value with its range, an interval, or a word. Trajectories, the particle filter,
single observations, nulls and simulated records all ask the figure and know no measures.

Nothing is skipped: where the rules agree on nothing, that nothing was agreed counts against them.
Amounts, ratios and rates are compared in logarithms, so no probability depends on a unit.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calibration.likelihood.quantities import Part, noticed, sum_in
from calibration.likelihood.readings import Reading, observation_settings
from scenarios.documented import Pair
from simulation.arrays import Array, PerReplicate
from simulation.countries import Country
from simulation.parameters import Parameters, default_parameters
from simulation.rules import record
from simulation.trajectory import Trajectory

#: What is added up toward a figure, one array (R,) for each of its parts.
Sums = Sequence[PerReplicate]
#: Standard normal errors of exchange rates by currency, and the standard deviations of what no rule
#: explains by measure, (R,) each.
Doubt = Mapping[str, PerReplicate]


def discrepancy_of(parameters: Parameters) -> Doubt:
    """The standard deviation of what no rule explains, by measure."""
    return record.discrepancy(**parameters.of(record.discrepancy))


@dataclass(frozen=True)
class Figure(ABC):
    """A documented figure of a patron and its client, and the quarters it is compared over.

    The first of ``parts`` is what is measured, the others what it is set against. ``currency`` is
    that of an amount, whose rate is uncertain by ``rate_spread`` log units for all its figures
    alike.
    """

    name: str
    kind: str
    patron: Country
    client: Country
    parts: tuple[Part, ...]
    reading: Reading
    other: Reading | None = None
    currency: str = ""
    rate_spread: float = 0.0

    #: The measure in names of settings and of the nulls' parameters, the unit of ``simulated``, and
    #: whether there is something to read whatever happened: nothing, and silence, are answers too.
    measure: ClassVar[str]
    unit: ClassVar[str]
    certain: ClassVar[bool] = False

    @property
    def pair(self) -> Pair:
        """Patron and client."""
        return self.patron, self.client

    @property
    def first_quarter(self) -> int:
        """The first quarter of what is measured."""
        return self.parts[0].first_quarter

    @property
    def end(self) -> int:
        """The last quarter that it takes to be told, of all its parts."""
        return max(part.last_quarter for part in self.parts)

    @property
    def last_quarter(self) -> int:
        """The last quarter of what is measured."""
        return self.parts[0].last_quarter

    @property
    def quarters(self) -> int:
        """Over how many quarters it is measured."""
        return self.parts[0].quarters

    @property
    def period(self) -> str:
        """When it is measured, for a reader."""
        return self.parts[0].period

    @property
    def strand(self) -> str:
        """What a null takes to be alike: amounts and shares of a kind, or all of a measure."""
        return (
            f"{self.kind}_{self.measure}" if self.measure in ("amount", "share") else self.measure
        )

    @property
    def words(self) -> str:
        """What is compared, and what is on record, as a reader is told."""
        first, *rest = self.parts
        alike = all(part.period == first.period for part in rest)
        said = first.quantity if alike else f"{first.quantity} in {first.period}"
        if rest:
            said += f" against {' and '.join(dict.fromkeys(map(self._beside, rest)))}"
        return f"{said}{f', {first.period}' if alike else ''}: {self.read_words}"

    def _beside(self, part: Part) -> str:
        """A quantity that it is set against; whose and when, where that is another."""
        whose = f" from {part.pair[0].title}" if part.pair != self.pair else ""
        return part.quantity + whose + (f" in {part.period}" if part.period != self.period else "")

    @property
    def read_words(self) -> str:
        """What is on record, as a reader is told."""
        reading = self.reading
        if reading.value is not None:
            reach = reading.spread * observation_settings()["range_width"] / 2
            value, low, high = (reading.value + step for step in (0.0, -reach, reach))
            return f"{self._told(value)} ({self._told(low)} to {self._told(high)})"
        if reading.high == np.inf:
            return f"at least {self._told(reading.low)}"
        if reading.low == -np.inf:
            return f"at most {self._told(reading.high)}"
        return f"from {self._told(reading.low)} to {self._told(reading.high)}"

    def _told(self, compared: float) -> str:
        return self.told(float(self.plain(compared)))

    @staticmethod
    def told(value: float) -> str:
        """A value in its unit, as a reader is told."""
        return f"{value:.3g}"

    @property
    def value(self) -> float:
        """The value on record in its unit, or the middle of an interval."""
        return float(self.plain(self._middle))

    @property
    def observed(self) -> float | None:
        """The value on record on the scale compared; none for an interval or a word."""
        return self.reading.value

    @property
    def _middle(self) -> float:
        """The middle of the reading on the scale compared; the bound that an open one has."""
        reading = self.reading
        if reading.value is not None:
            return reading.value
        bounds = [bound for bound in (reading.low, reading.high) if np.isfinite(bound)]
        return float(np.mean(bounds)) if bounds else 0.0

    def whole_spread(self, doubt: Doubt | None = None) -> Array:
        """The standard deviation about a history: the figure's own, and what no rule explains."""
        discrepancy = (doubt or discrepancy_of(default_parameters()))[self.measure]
        return np.hypot(self.reading.spread, discrepancy)

    @staticmethod
    def scaled(values: Array | float) -> Array:
        """Values in their unit on the scale on which they are compared."""
        return np.asarray(values)

    @staticmethod
    def plain(values: Array | float) -> Array:
        """Values on the scale compared in their unit."""
        return np.asarray(values)

    @abstractmethod
    def simulated(self, sums: Sums) -> PerReplicate:
        """What sums amount to, in the unit of the measure; NaN where there is nothing."""

    @abstractmethod
    def centre(self, sums: Sums) -> PerReplicate:
        """About what the reading is expected, on the scale compared; never NaN."""

    def whole(self, sums: Sums) -> PerReplicate:
        """All that is set against what is measured; that itself if nothing is."""
        return sum(sums[1:], np.zeros(1)) if len(sums) > 1 else sums[0]

    def presence(self, sums: Sums) -> PerReplicate:
        """The chance that there is anything to read, given the sums, (R,): 1 where ``certain``."""
        return np.ones_like(sums[0]) if self.certain else self.seen(self.whole(sums))

    def seen(self, amount: PerReplicate) -> PerReplicate:
        """The chance that an amount is noticed, (R,).

        Formula: e + (1 - 2 e) s / (s + h), s the amount, h the least that is noticed,
        ``noticed_share`` of the client's product, e ``miscoding``.
        """
        error = observation_settings()["miscoding"]
        least = noticed(self.parts[-1])
        return np.asarray(error + (1 - 2 * error) * amount / (amount + least))

    def log_chance(self, centre: Array, spread: Array | float) -> Array:
        """The log-probability of what is on record about a centre, given that there is something.

        With a second reading it is a mixture: the other has the chance ``second_reading``.
        """
        chance = self.reading.log_chance(centre, spread)
        if self.other is None:
            return chance
        second = observation_settings()["second_reading"]
        other = self.other.log_chance(centre, spread)
        return np.asarray(np.logaddexp(np.log1p(-second) + chance, np.log(second) + other))

    def density(self, sums: Sums, doubt: Doubt | None = None) -> PerReplicate:
        """The log-probability of what is on record given the sums (R,).

        Formula: log presence + log_chance(centre - rate_spread x error of the currency's rate).
        """
        presence = self.presence(sums)
        if self.reading.absent:
            return np.asarray(np.log1p(-presence))
        centre = self.centre(sums)
        if doubt and self.currency:
            centre = centre - self.rate_spread * doubt[self.currency]
        return np.asarray(np.log(presence) + self.log_chance(centre, self.whole_spread(doubt)))

    def sums_in(self, history: Trajectory) -> Sums:
        """What a history that keeps the quantities needed adds up to, per replicate."""
        return tuple(
            sum_in(history, part.pair, part.quantity, part.first_quarter, part.last_quarter)
            for part in self.parts
        )

    def simulated_in(self, history: Trajectory) -> PerReplicate:
        """What a history amounts to, per replicate, in the figure's unit."""
        return self.simulated(self.sums_in(history))

    def density_in(self, history: Trajectory, doubt: Doubt | None = None) -> PerReplicate:
        """The log-probability of the figure given a history, per replicate."""
        return self.density(self.sums_in(history), doubt)

    def in_range(self, history: Trajectory) -> NDArray[np.bool_]:
        """Whether what histories amount to lies within the documented range, per replicate."""
        amount = self.simulated_in(history)
        found = ~np.isnan(amount)
        return found & self.reading.holds(self.scaled(np.where(found, amount, 1.0)))

    def recorded(
        self, history: Trajectory, chance: float, doubt: Doubt, earlier: Sequence["Figure"]
    ) -> "Figure":
        """The figure as a history of one replicate would be documented.

        ``chance`` is one uniform number: it decides first whether there is anything to read, then
        the error of observation. An interval becomes the one of its cells in which the value with
        its error falls: below, within or above. ``earlier`` are figures already on record.
        """
        sums = self.sums_in(history)
        presence = float(self.presence(sums)[0])
        if chance >= presence:
            return replace(self, reading=replace(self.reading, absent=True), other=None)
        spread = float(np.ravel(self.whole_spread(doubt))[0])
        error = float(stats.t.ppf(chance / presence, 4)) * spread / np.sqrt(2)
        value = float(self.centre(sums)[0]) + error
        if self.currency:
            value -= self.rate_spread * float(doubt[self.currency][0])
        reading = self.reading
        if reading.value is not None:
            return replace(self, reading=replace(reading, value=value), other=None)
        edges = (-np.inf, reading.low, reading.high, np.inf)
        low, high = next(
            (low, high) for low, high in pairwise(edges) if low < high and low <= value <= high
        )
        return replace(self, reading=replace(reading, low=low, high=high), other=None)

    def usual(self, level: Array) -> Array:
        """What a null foresees that knows but the ``level`` of the strand, as compared (S,)."""
        return level

    def after(self, earlier: "Figure") -> float:
        """What a null foresees that expects an earlier figure of the strand again."""
        return earlier._middle

    @abstractmethod
    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """What a null foresees by the line gap of the pair, on the scale compared (S,)."""
