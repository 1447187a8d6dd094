"""The outcomes that are expected of the catalogue, and where simulated breaks depart from them."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter
from scipy.stats import fisher_exact, norm

from scenarios.expected import EXPECTED, HISTORIES, ExpectedBreak, summarised
from scenarios.outcomes import PAIRS, Quarters, quantile_quarter
from simulation.dates import QUARTERS, date_of, quarter_of
from simulation.interventions import Scenario


def read_expected(name: str, folder: Path = EXPECTED) -> tuple[ExpectedBreak, ...]:
    """The expected outcomes of a scenario of the catalogue, a pair each."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return TypeAdapter(tuple[ExpectedBreak, ...]).validate_python(list(csv.DictReader(file)))


def comparisons(scenarios: int) -> int:
    """How many comparisons ``departures`` makes at most: for each pair two shares and a median."""
    return 3 * len(PAIRS) * scenarios


def departures(
    scenario: Scenario, breaks: Quarters, expected: Sequence[ExpectedBreak], *, false_alarm: float
) -> list[str]:
    """Where simulated breaks differ from the expected ones by more than chance allows, in words.

    Each comparison raises a false alarm with at most the probability ``false_alarm`` when nothing
    has changed and the histories are independent of the expected ones: exactly so for shares
    (Fisher's test), nearly so for medians (the expected one must lie between two quantiles of the
    simulated dates, a binomial distance either side of the middle).
    """
    count = breaks.shape[1]
    spread = 0.5 * np.sqrt(1 / count + 1 / HISTORIES) * norm.isf(false_alarm / 2)
    lines = []
    simulated = summarised(scenario, breaks, breaks)
    for own, found, row in zip(breaks, simulated, expected, strict=True):
        start = f"{scenario.name}: {row.pair}"
        shares = {
            found.horizon_end: (found.by_horizon, row.by_horizon),
            date_of(QUARTERS - 1): (found.by_1980, row.by_1980),
        }
        for date, (share, before) in shares.items():
            table = [
                [round(count * share), round(count * (1 - share))],
                [round(HISTORIES * before), round(HISTORIES * (1 - before))],
            ]
            if fisher_exact(table).pvalue < false_alarm:
                lines.append(f"{start} broken by {date} in {share:.3f}, not {before:.3f}")
        low, high = (_date_of_share(own, 0.5 + way * spread) for way in (-1, 1))
        middle = QUARTERS if row.median == "never" else quarter_of(row.median)
        if not low <= middle <= high:
            lines.append(f"{start} median {found.median}, not {row.median}")
    return lines


def _date_of_share(breaks: Quarters, share: float) -> int:
    """The quarter by which a share of the histories has broken, after 1980 if so many never do."""
    quarter = quantile_quarter(breaks, share)
    return QUARTERS if quarter is None else quarter
