"""The outcomes known of the catalogue: small text files, written anew only with a reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import fill

import numpy as np
import pandas as pd

from scenarios.disk import write_whole
from scenarios.draws import Draws, parameters_for, read_draws, table_hash
from scenarios.errors import ScenarioError
from scenarios.files import CATALOGUE, catalogue
from scenarios.outcomes import (
    NEVER,
    PAIR_NAMES,
    Quarters,
    first_breaks,
    quantile_date,
)
from scenarios.reader import read_text
from simulation.dates import QUARTERS, date_of
from simulation.ensemble import simulate_in_chunks
from simulation.errors import Problem
from simulation.interventions import HISTORICAL, Scenario

EXPECTED = CATALOGUE / "expected"
REASONS = "REASONS.md"
#: How many histories the expected outcomes are counted in, and the seed of their shocks.
HISTORIES = 2000
SEED = 1
_HEADING = """\
# Why the expected outcomes are what they are

Each entry records one run of `lilliput scenarios expect`: date, reason, parameter draws, parameter
table.
"""


@dataclass(frozen=True)
class ExpectedBreak:
    """How often and when a pair breaks in a scenario.

    ``by_horizon`` is the share of histories in which the pair has broken by the end of the
    scenario's horizon, ``historical_by_horizon`` that of the historical scenario on the same date,
    ``by_1980`` the share by the end of 1980; ``median`` is the month by which half of all histories
    have broken, ``never`` if fewer do by 1980.
    """

    pair: str
    horizon_end: str
    by_horizon: float
    historical_by_horizon: float
    by_1980: float
    median: str


def horizon_quarter(scenario: Scenario) -> int:
    """The last quarter within a scenario's horizon, that of 1980 if nothing is changed."""
    return min(scenario.first_quarter_touched + 4 * scenario.horizon, QUARTERS) - 1


def simulated_breaks(
    scenario: Scenario, draws: Draws, replicates: int, *, seed: int = SEED, first_replicate: int = 0
) -> Quarters:
    """The quarter of each documented pair's first break in each history, (pairs, R); -1: never."""
    parameters = parameters_for(draws, first_replicate, replicates)
    chunks = simulate_in_chunks(
        parameters, scenario, seed=seed, first_replicate=first_replicate, keep=()
    )
    return np.concatenate([first_breaks(chunk)[0] for chunk in chunks], axis=1)


def _broken_by(breaks: Quarters, quarter: int) -> int:
    """In how many histories a pair has broken by the end of a quarter."""
    return int(((breaks != NEVER) & (breaks <= quarter)).sum())


def summarised(
    scenario: Scenario, breaks: Quarters, historical: Quarters
) -> tuple[ExpectedBreak, ...]:
    """The breaks of a scenario in a few numbers a pair, beside those of the historical scenario."""
    end, histories = horizon_quarter(scenario), breaks.shape[1]
    return tuple(
        ExpectedBreak(
            pair=name,
            horizon_end=date_of(end),
            by_horizon=_broken_by(own, end) / histories,
            historical_by_horizon=_broken_by(twin, end) / histories,
            by_1980=_broken_by(own, QUARTERS - 1) / histories,
            median=quantile_date(own, 0.5) or "never",
        )
        for name, own, twin in zip(PAIR_NAMES, breaks, historical, strict=True)
    )


def write_expectations(
    reason: str, folder: Path = EXPECTED, *, histories: int = HISTORIES, draws: Draws | None = None
) -> Iterator[Path]:
    """Simulate every scenario of the catalogue, write its outcomes, and then record why.

    Yields each file as it is written. Raises ``ScenarioError`` if there is no reason or a file
    cannot be written.
    """
    if not reason.strip():
        problem = Problem("--reason", "reason", reason, "a sentence")
        raise ScenarioError("the expected outcomes stay as they are", [problem])
    draws = read_draws() if draws is None else draws
    historical = simulated_breaks(HISTORICAL, draws, histories)
    for name, file in catalogue().items():
        breaks = historical
        if file.scenario.interventions:
            breaks = simulated_breaks(file.scenario, draws, histories)
        rows = pd.DataFrame(summarised(file.scenario, breaks, historical))
        text = rows.to_csv(index=False, float_format="%.4f", lineterminator="\n")
        yield _written(folder / f"{name}.csv", text)
    path = folder / REASONS
    before = read_text(path) if path.is_file() else _HEADING
    told = f"- {datetime.now(UTC):%Y-%m-%d}: {' '.join(reason.split())}"
    why = fill(told, 100, subsequent_indent="  ")
    entry = (
        f"\n{why}\n"
        f"  Draws {draws.id}, parameter table {table_hash()[:16]}, "
        f"{histories:,} histories, seed {SEED}.\n"
    )
    yield _written(path, before + entry)


def _written(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        problem = Problem(path.name, "file", str(path), f"a file that can be written ({error})")
        raise ScenarioError("the expected outcomes could not be written", [problem]) from error
    return path
