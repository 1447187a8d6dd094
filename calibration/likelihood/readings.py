"""What is read of a figure, the errors of observation, and the numbers that both rest on."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from calibration.evidence.lines import read_entries
from simulation.arrays import Array

_TINY = np.finfo(float).tiny


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
    """The numbers of ``calibration/observation.toml`` by name."""
    path = Path(str(files("calibration").joinpath("observation.toml")))
    entries = read_entries(path, ObservationSetting, "the spreads of observations cannot be used")
    return {name: entry.value for name, entry in entries.items()}


def log_density(residual: Array, spread: Array | float) -> Array:
    """The logarithm of the density of an error of observation with a standard deviation.

    Formula: Student's t with four degrees of freedom, scale spread / sqrt(2), so that one figure
    far off does not outweigh all others.
    """
    scale = np.asarray(spread) / np.sqrt(2)
    standard = np.asarray(residual) / scale
    return np.asarray(np.log(0.375) - 2.5 * np.log1p(standard**2 / 4) - np.log(scale))


def below(residual: Array | float, spread: Array | float) -> Array:
    """The chance of an error of observation below a residual; see ``log_density``."""
    square = (np.asarray(residual) / np.asarray(spread)) ** 2 * 2
    ratio = 4 - 16 / (4 + square)  # square / (1 + square / 4), infinite residuals included
    half = 0.375 * np.sign(residual) * np.sqrt(ratio) * (1 - ratio / 12)
    return np.asarray(0.5 + half)


@dataclass(frozen=True)
class Reading:
    """What is read of a figure: a value with its own spread, or an interval, on the scale compared.

    ``spread`` is the standard deviation of the value as documented. An interval without ``low`` or
    ``high`` is open on that side. ``absent`` says that there was nothing to read.
    """

    value: float | None = None
    spread: float = 0.0
    low: float = -np.inf
    high: float = np.inf
    absent: bool = False

    def log_chance(self, centre: Array, spread: Array | float) -> Array:
        """The log-probability (a density for a value) about a centre, given the whole spread."""
        if self.value is not None:
            return log_density(self.value - centre, spread)
        chance = below(self.high - centre, spread) - below(self.low - centre, spread)
        return np.asarray(np.log(np.maximum(chance, _TINY)))

    def holds(self, centre: Array) -> NDArray[np.bool_]:
        """Whether simulated values lie within the documented range, read as its 90 % range."""
        if self.value is None:
            return np.asarray((centre >= self.low) & (centre <= self.high))
        reach = self.spread * observation_settings()["range_width"] / 2
        return np.asarray(np.abs(centre - self.value) <= reach)
