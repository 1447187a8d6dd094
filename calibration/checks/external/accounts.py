"""Simple accounts of a series of years: regressions on one thing each, fitted to the series.

They are fitted to the very years that they are judged by, two numbers each (level and slope), so
that they look a little better than they are: what is to beat them is not fitted at all.
"""

from dataclasses import dataclass

import numpy as np

from calibration.checks.external.series import Chosen, Series
from calibration.likelihood.observations import Record
from calibration.likelihood.quantities import product
from calibration.nulls.regressors import allied, danger, lines
from scenarios.documented import Pair
from simulation.arrays import Array
from simulation.dates import FIRST_YEAR, LAST_YEAR, QUARTERS

#: Level and slope.
FITTED_NUMBERS = 2
_LEAST_VARIATION = 1e-9


@dataclass(frozen=True)
class Account:
    """What might explain a series without the rules: ``yearly``, one number a year, (years,)."""

    name: str
    yearly: Array

    def fitted(self, series: Series, chosen: Chosen) -> Array | None:
        """The series as a straight line in the account over some years; none if it is constant.

        Formula: least squares, a + b z.
        """
        known = self.yearly[series.years[chosen] - FIRST_YEAR]
        if np.ptp(known) < _LEAST_VARIATION:
            return None
        slope, level = np.polyfit(known, series.yearly[chosen], 1)
        return np.asarray(level + slope * known)


def accounts_of(pair: Pair, record: Record) -> tuple[Account, ...]:
    """The accounts of a pair: alliance, the client's product, the years, danger, the line gap."""
    patron, client = pair
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    size = np.array([product(client, 4 * n, 4 * n + 3) for n in range(len(years))])
    gap = np.abs(lines()[:, patron] - lines()[:, client])
    return (
        Account("allied", allied_years(pair, record)),
        Account("product", size),
        Account("trend", np.array(years, dtype=float)),
        Account("danger", _yearly(danger(client))),
        Account("line", _yearly(gap)),
    )


def allied_years(pair: Pair, record: Record) -> Array:
    """The share of each year in which a pair is allied without an open quarrel, (years,)."""
    return _yearly(allied(record.moves, pair))


def _yearly(quarters: Array) -> Array:
    """Means over years; after the last quarter known all stays as it was."""
    whole = np.pad(quarters, (0, QUARTERS - len(quarters)), mode="edge")
    return np.asarray(whole.reshape(-1, 4).mean(axis=1))
