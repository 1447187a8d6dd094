"""What a documented figure is: what it needs of a history, and how probable it is given that.

A kind of figure is a class of ``kinds.py``. It says which quantities of a quarter it adds up
(``collect``), what the sums amount to (``simulated``), and, where its density is not normal about
that, the density. Trajectories, the particle filter, single observations, nulls and simulated
records all ask the class and know no kinds.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from calibration.evidence.lines import read_entries
from calibration.evidence.record import TARGET
from calibration.evidence.rows import Evidence
from scenarios.documented import Pair
from simulation.arrays import Array, PerReplicate
from simulation.countries import Country, pair_name
from simulation.dates import year_of
from simulation.trajectory import Trajectory

#: A quantity of the pair by name, of one quarter (R,) or of several (T, R); ``status`` is that at
#: the beginning of the quarter, as a status counts from the quarter after it is reached.
Quantities = Callable[[str], Array]
#: What is added up toward a figure over its quarters, (R,) each.
Sums = Sequence[PerReplicate]


class ObservationSetting(BaseModel):
    """A number of ``observation.toml``: how far observations may stand from the model."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    meaning: str
    unit: str
    value: float
    source: str
    note: str


@cache
def observation_settings() -> dict[str, float]:
    """The spreads of ``calibration/observation.toml`` by name."""
    path = Path(str(files("calibration").joinpath("observation.toml")))
    entries = read_entries(path, ObservationSetting, "the spreads of observations cannot be used")
    return {name: entry.value for name, entry in entries.items()}


def log_normal_density(residual: Array, spread: float) -> Array:
    """The logarithm of a normal density at a residual with the given standard deviation."""
    return np.asarray(-0.5 * (residual / spread) ** 2 - np.log(spread * np.sqrt(2 * np.pi)))


@dataclass(frozen=True)
class Figure(ABC):
    """A documented figure of a patron and its client, and the quarters it is compared over.

    ``value`` is in the ``unit`` of the kind; ``spread`` its own standard deviation, on the scale on
    which figures of the kind are compared.
    """

    patron: Country
    client: Country
    first_quarter: int
    last_quarter: int
    value: float
    spread: float

    #: The word for the kind in names of observations, settings and parameters of nulls.
    kind: ClassVar[str]
    unit: ClassVar[str]
    #: The quantities of a history that figures of the kind need.
    needed: ClassVar[tuple[str, ...]]

    @classmethod
    @abstractmethod
    def documented(
        cls, evidence: Evidence, roles: Collection[str] = (TARGET,)
    ) -> "list[tuple[Figure, tuple[str, ...]]]":
        """Every figure of the kind that the evidence gives, with the ids of the rows behind it."""

    @property
    def pair(self) -> Pair:
        """Patron and client."""
        return self.patron, self.client

    @property
    def quarters(self) -> int:
        """How many quarters it is compared over."""
        return self.last_quarter - self.first_quarter + 1

    @property
    def name(self) -> str:
        """What it is called among the observations: pair, kind, and when."""
        return f"{pair_name(*self.pair)} {self.kind} {self.period}"

    @property
    def period(self) -> str:
        """When it is documented, for its name."""
        return str(year_of(self.first_quarter))

    @property
    @abstractmethod
    def words(self) -> str:
        """What is compared, with its own spread, as a reader is told."""

    @property
    def compared(self) -> float:
        """The value on the scale on which it is compared."""
        return float(self.scaled(self.value))

    @property
    def whole_spread(self) -> float:
        """The standard deviation about a history: the figure's own, and what no rule explains."""
        return float(np.hypot(self.spread, observation_settings()[f"{self.kind}_discrepancy"]))

    @staticmethod
    def scaled(values: Array | float) -> Array:
        """Values on the scale on which they are compared."""
        return np.asarray(values)

    @abstractmethod
    def collect(self, of: Quantities) -> Sums:
        """What each quarter adds toward the figure; see ``simulated``."""

    @abstractmethod
    def simulated(self, sums: Sums) -> PerReplicate:
        """What sums over all quarters amount to, in the figure's unit; NaN where nothing."""

    def density(self, sums: Sums) -> PerReplicate:
        """The log-probability of the figure given the sums (R,): 0 where there is nothing.

        Formula: normal density at simulated - value, standard deviation ``whole_spread``.
        """
        simulated = self.simulated(sums)
        density = log_normal_density(simulated - self.value, self.whole_spread)
        return np.where(np.isnan(simulated), 0.0, density)

    def sums_in(self, history: Trajectory) -> Sums:
        """What a history that keeps the quantities needed adds up to, per replicate."""
        during = slice(self.first_quarter, self.last_quarter + 1)
        before = slice(self.first_quarter - 1, self.last_quarter)

        def of(name: str) -> Array:
            quarters = before if name == "status" else during
            return np.asarray(history.arrays[name][quarters, self.patron, self.client])

        return tuple(added.sum(axis=0) for added in self.collect(of))

    def simulated_in(self, history: Trajectory) -> PerReplicate:
        """What a history amounts to, per replicate, in the figure's unit."""
        return self.simulated(self.sums_in(history))

    def density_in(self, history: Trajectory) -> PerReplicate:
        """The log-probability of the figure given a history, per replicate."""
        return self.density(self.sums_in(history))

    def in_range(self, simulated: PerReplicate) -> NDArray[np.bool_]:
        """Whether simulated values lie within the documented range, read as its 90 % range."""
        reach = self.spread * observation_settings()["range_width"] / 2
        return np.asarray(np.abs(simulated - self.value) <= reach)

    def recorded(self, history: Trajectory, error: float) -> "Figure | None":
        """The figure as a history of one replicate would be documented; none if there is none.

        Formula: simulated + whole_spread x error, ``error`` being a standard normal number.
        """
        simulated = float(self.simulated_in(history)[0])
        if np.isnan(simulated):
            return None
        return replace(self, value=simulated + self.whole_spread * error)

    def usual(self, level: Array) -> Array:
        """What a null foresees that knows but the ``level`` of the kind, as compared (S,)."""
        return level

    def after(self, earlier: "Figure") -> float:
        """What a null foresees that expects an earlier figure of the pair again, on that scale."""
        return earlier.compared

    @abstractmethod
    def by_gap(self, level: Array, slope: Array, gap: Array) -> Array:
        """What a null foresees by the line gap of the pair, on that scale (S,)."""
