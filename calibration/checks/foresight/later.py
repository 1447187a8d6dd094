"""How probable the later record is given the earlier, and when pairs then break.

Source: Dawid 1984 (accounts are judged by what they foresee of what comes next).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.likelihood.observations import Record
from scenarios.columns import stem_of
from scenarios.comparison.histories import ProgressOf, conditional_histories
from scenarios.documented import Documented, DocumentedBreak
from scenarios.draws import Draws
from scenarios.outcomes import NEVER
from simulation.countries import pair_name
from simulation.dates import quarter_of
from simulation.interventions import HISTORICAL

#: The quarter of a pair's break in each history, (R,), or ``NEVER``.
Dates = NDArray[np.int64]


@dataclass(frozen=True)
class Account:
    """An account of the record: its log evidence for the whole and for what was known ``early``.

    Each has its standard error.
    """

    name: str
    whole: float
    whole_error: float
    early: float
    early_error: float

    @property
    def later(self) -> float:
        """The log-probability of the later record given the earlier.

        Formula: log p(whole) - log p(early), parameters averaged over their priors.
        """
        return self.whole - self.early

    @property
    def error(self) -> float:
        """The standard error of that, both evidences being found by fits of their own."""
        return float(np.hypot(self.whole_error, self.early_error))


def gain_over(rules: Account, null: Account) -> tuple[float, float]:
    """By how much the rules foresee the later record better than a null, and the error of that."""
    return rules.later - null.later, float(np.hypot(rules.error, null.error))


def later_breaks(documented: Documented, until: int) -> tuple[DocumentedBreak, ...]:
    """The documented breaks from the quarter ``until`` on."""
    return tuple(each for each in documented.breaks if quarter_of(each.date) >= until)


def foreseen_breaks(
    breaks: Sequence[DocumentedBreak],
    draws: Draws,
    record: Record,
    replicates: int,
    seed: int,
    progress: ProgressOf | None = None,
) -> list[Dates]:
    """When pairs break in histories on which a record is imposed as far as it goes, free from then.

    One array for each of the ``breaks``. A pair that has broken on record and made up cannot be
    told here: its first break counts.
    """
    columns = [f"{stem_of(pair_name(*each.pair))}_quarter" for each in breaks]
    tables, _ = conditional_histories(
        [HISTORICAL],
        draws,
        replicates,
        seed,
        record.moves,
        record.until,
        columns={HISTORICAL.name: columns},
        progress=progress,
    )
    return [tables[HISTORICAL.name][column].to_numpy() for column in columns]


def by_year(dates: Dates, years: Sequence[int]) -> list[float]:
    """The share of histories that have broken by the end of each year."""
    ends = [quarter_of(str(year), end=True) for year in years]
    return [float(((dates != NEVER) & (dates <= end)).mean()) for end in ends]
