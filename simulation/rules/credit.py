"""Credit: the debts that aid leaves behind and their terms."""

import numpy as np

from simulation.arrays import PerPair, PerReplicate
from simulation.fusion import fused

#: Quarters in a year: turns yearly interest into quarterly.
QUARTERS_A_YEAR = 4


@fused
def interest(
    value: PerPair, *, interest_base: PerReplicate, interest_softening: PerReplicate
) -> PerPair:
    """The yearly interest a patron charges, softer the more it prizes the client.

    Formula: interest_base x exp(-interest_softening x value), a share a year. Source: marku2017
    1104-1110, 5885.
    """
    curve: PerPair = np.exp(-interest_softening * value)
    return interest_base * curve


@fused
def repaid(
    outstanding: PerPair,
    value: PerPair,
    tie: PerPair,
    *,
    repayment_rate: PerReplicate,
    interest_softening: PerReplicate,
) -> PerPair:
    """What the client pays back in a quarter, million US dollars: a prized client is not pressed.

    Formula: repayment_rate x exp(-interest_softening x value) x tie x outstanding. Source:
    marku2017 1847-1848, 4108-4110.
    """
    return repayment_rate * np.exp(-interest_softening * value) * tie * outstanding


@fused
def interest_accrued(outstanding: PerPair, interest: PerPair) -> PerPair:
    """The interest a quarter adds to the debt, million US dollars: outstanding x interest / 4.

    ``interest`` is a share a year. Source: marku2017 1104-1110.
    """
    return outstanding * interest / QUARTERS_A_YEAR
