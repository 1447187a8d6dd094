"""What each mechanism adds: the rules fitted again without it, one at a time, and compared with the whole.

A mechanism is off when its parameters are held at the values of ``calibration/mechanisms.toml``, at which it
says nothing. All else is fitted anew, so that the rest may take its place: draws fitted to the whole rules are
carried to those of the rest, which gives the ratio of their evidence directly. Source: Gelman & Meng 1998.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from scipy import special

from calibration.errors import CalibrationError
from calibration.leave_one_out import MOST_K, smoothed
from calibration.likelihood import Record
from calibration.moves import Coordinates
from calibration.pointwise import pointwise_of
from calibration.refit import Refit, refitted
from calibration.sampler import Effort, Population
from calibration.scores import Difference, paired
from simulation.arrays import Array
from simulation.errors import MISSING, Problem, raise_if_any, unknown
from simulation.parameters import parameter_problems, source_keys

_KEYS = ("meaning", "off", "source", "lines", "note")


@dataclass(frozen=True)
class Mechanism:
    """A mechanism of the rules: what it claims, the parameters that switch it off, and who claims it."""

    name: str
    meaning: str
    off: Mapping[str, float]
    source: str
    lines: str
    note: str


@dataclass(frozen=True)
class LeftOutLogs:
    """The log score of each observation left out, (observations,), and for how many of them weights fail."""

    logs: Array
    failing: int


@dataclass(frozen=True)
class Added:
    """What a mechanism adds: the whole minus the rules without it, in log evidence and in left-out log score.

    ``failing`` counts the observations for which the weights of the fit without it fail; ``families`` the draws of
    the whole rules that its population descends from.
    """

    mechanism: Mechanism
    evidence: float
    error: float
    left_out: Difference
    failing: int
    families: int


def read_mechanisms(path: Path) -> tuple[Mechanism, ...]:
    """The mechanisms of a TOML file; every problem is reported at once.

    Raises ``CalibrationError`` for broken TOML, missing or unknown keys, unknown sources, and parameters that
    are unknown or out of bounds.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CalibrationError(f"{path}: broken TOML: {error}") from error
    problems: list[Problem] = []
    found = []
    for name, entry in tables.items():
        where = f"{path.name} ({name})"
        wrong = [Problem(where, key, MISSING, "required") for key in _KEYS if key not in entry]
        wrong += [unknown(where, "key", key, _KEYS) for key in entry if key not in _KEYS]
        if not wrong:
            wrong = parameter_problems(where, entry["off"])
            if not entry["off"]:
                wrong.append(Problem(where, "off", entry["off"], "at least one parameter"))
            if entry["source"] not in source_keys():
                wrong.append(unknown(where, "source", entry["source"], source_keys()))
        problems += wrong
        if not wrong:
            found.append(Mechanism(name, **entry))
    raise_if_any(f"{path}: the mechanisms cannot be used", problems, CalibrationError)
    return tuple(found)


@cache
def shipped_mechanisms() -> tuple[Mechanism, ...]:
    """The mechanisms of ``calibration/mechanisms.toml``."""
    return read_mechanisms(Path(str(files("calibration").joinpath("mechanisms.toml"))))


def added(
    mechanism: Mechanism,
    whole: LeftOutLogs,
    record: Record,
    effort: Effort,
    seed: int,
    folder: Path,
    start: Coordinates,
    near: str,
    *,
    workers: int | None = None,
    told: Callable[[Population], None] | None = None,
) -> Added:
    """What a mechanism adds to the rest, going on from what is kept in ``folder``.

    ``start`` (population, parameters) are draws fitted to the whole rules, ``near`` their name, ``whole`` their
    left-out scores.
    """
    refit = Refit(f"without-{mechanism.name}", record, near, fixed=dict(mechanism.off))
    population = refitted(refit, effort, seed, folder, start, workers=workers, told=told)
    rest = left_out_logs(population.coordinates, record, seed, effort.copies, refit.fixed)
    return Added(
        mechanism,
        -population.log_evidence,
        population.evidence_error,
        paired(list(whole.logs), list(rest.logs)),
        rest.failing,
        population.families,
    )


def left_out_logs(
    coordinates: Coordinates, record: Record, seed: int, copies: int, fixed: Mapping[str, float] | None = None
) -> LeftOutLogs:
    """The log score of each observation of the record, taken out of draws (draws, parameters) by weighting them."""
    held = pointwise_of(coordinates, record, seed=seed, copies=copies, fixed=fixed or {})
    weights, pareto = smoothed(held.log_likelihood)
    return LeftOutLogs(weighted_logs(held.log_likelihood, weights), int((pareto > MOST_K).sum()))


def weighted_logs(log_likelihood: Array, weights: Array) -> Array:
    """The log of the weighted mean of likelihoods (observations, draws), one an observation."""
    return np.asarray(special.logsumexp(log_likelihood, axis=1, b=weights))
