"""What histories show of the figures on record, as the likelihood compares them."""

import numpy as np
from numpy.typing import NDArray

from calibration.likelihood.likelihood import (
    InterestAgreed,
    PeriodAid,
    ShareGranted,
    interest_charged,
    mean_interest,
)
from scenarios.documented import Pair
from simulation.arrays import Array, PerReplicate
from simulation.state import Status
from simulation.trajectory import Trajectory


def of_pair(trajectory: Trajectory, name: str, pair: Pair) -> Array:
    """A kept quantity of one pair over time, shape (T, R)."""
    return np.asarray(trajectory.arrays[name][:, pair[0], pair[1]])


def on_terms(trajectory: Trajectory, pair: Pair) -> NDArray[np.bool_]:
    """Whether a pair was allied or in open dispute at the end of each quarter, shape (T, R)."""
    status = of_pair(trajectory, "status", pair)
    return np.asarray((status == Status.ALLIED) | (status == Status.ESTRANGED))


def aid_rate(trajectory: Trajectory, observed: PeriodAid) -> PerReplicate:
    """Pledges of a plan period as if the pair had been on terms throughout, million US dollars.

    Formula: sum of pledges / share of the period's quarters on terms, as the likelihood compares
    them; undefined in histories without an alliance in the period.
    """
    first, end = observed.first_quarter, observed.last_quarter + 1
    pair = observed.patron, observed.client
    # A status counts from the next quarter.
    share = on_terms(trajectory, pair)[first - 1 : end - 1].sum(axis=0) / (end - first)
    pledged = of_pair(trajectory, "newly_pledged", pair)[first:end].sum(axis=0)
    return np.where(share > 0, pledged / np.where(share > 0, share, 1.0), np.nan)


def share_granted(trajectory: Trajectory, observed: ShareGranted) -> PerReplicate:
    """Pledges over requests in the quarters of a documented answer.

    Undefined where nothing is requested.
    """
    span = slice(observed.first_quarter, observed.last_quarter + 1)
    pair = observed.patron, observed.client
    requested, granted = (
        of_pair(trajectory, name, pair)[span].sum(axis=0) for name in ("requested", "newly_pledged")
    )
    return np.where(requested > 0, granted / np.where(requested > 0, requested, 1.0), np.nan)


def interest_agreed(trajectory: Trajectory, observed: InterestAgreed) -> PerReplicate:
    """The mean rate of the credit agreed in the quarters of a documented rate.

    Undefined where nothing is pledged.
    """
    return mean_interest(*interest_charged(trajectory, observed))
