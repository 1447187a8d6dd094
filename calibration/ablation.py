"""What each mechanism adds: the rules fitted again without it, one at a time, and compared with the whole.

A mechanism is off when its parameters are held at the values of ``calibration/mechanisms.toml``, at which it
says nothing. All else is fitted anew, so that the rest may take its place.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from scipy import special

from calibration.errors import CalibrationError
from calibration.leave_one_out import MOST_K, smoothed
from calibration.likelihood import Record
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
class Ablated:
    """A fit without a mechanism (the whole rules if none): evidence, its error, and left-out log scores.

    ``logs`` (observations,) are foreseen by weighting the draws; ``failing`` counts those for which weights
    fail; ``families`` is how many prior draws the population descends from.
    """

    mechanism: Mechanism | None
    log_evidence: float
    error: float
    logs: Array
    failing: int
    families: int


@dataclass(frozen=True)
class Added:
    """What a mechanism adds: the whole minus the rules without it, in log evidence and in left-out log score."""

    mechanism: Mechanism
    evidence: float
    error: float
    left_out: Difference


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


def ablated(
    mechanism: Mechanism | None,
    record: Record,
    effort: Effort,
    seed: int,
    folder: Path,
    *,
    workers: int | None = None,
    told: Callable[[Population], None] | None = None,
) -> Ablated:
    """The rules fitted without a mechanism (whole if none), going on from what is kept in ``folder``."""
    off = {} if mechanism is None else dict(mechanism.off)
    name = "whole" if mechanism is None else f"without-{mechanism.name}"
    refit = Refit(name, record, fixed=off)
    population = refitted(refit, effort, seed, folder, workers=workers, told=told)
    held = pointwise_of(population.coordinates, record, seed=seed, copies=effort.copies, fixed=off)
    logs, pareto = left_out_logs(held.log_likelihood)
    return Ablated(
        mechanism,
        population.log_evidence,
        population.evidence_error,
        logs,
        int((pareto > MOST_K).sum()),
        population.families,
    )


def left_out_logs(log_likelihood: Array) -> tuple[Array, Array]:
    """The log score of each observation left out of weighted draws, (observations,), and the Pareto k of each."""
    weights, pareto = smoothed(log_likelihood)
    return np.asarray(special.logsumexp(log_likelihood, axis=1, b=weights)), pareto


def added(whole: Ablated, parts: Sequence[Ablated]) -> tuple[Added, ...]:
    """What each mechanism adds to the rest, the one that adds most evidence first."""
    rows = [
        Added(
            part.mechanism,
            whole.log_evidence - part.log_evidence,
            float(np.hypot(whole.error, part.error)),
            paired(list(whole.logs), list(part.logs)),
        )
        for part in parts
        if part.mechanism is not None
    ]
    return tuple(sorted(rows, key=lambda row: -row.evidence))
