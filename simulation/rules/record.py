"""The record: how far what is documented may stand from what the rules say."""

from simulation.arrays import PerReplicate


def discrepancy(
    *,
    amount_discrepancy: PerReplicate,
    share_discrepancy: PerReplicate,
    ratio_discrepancy: PerReplicate,
    pace_discrepancy: PerReplicate,
    rate_discrepancy: PerReplicate,
) -> dict[str, PerReplicate]:
    """The standard deviation of documented figures about the rules, by measure.

    Amounts, ratios, paces and rates are compared in logarithms, shares as they are. It is part of
    the fit and moves no history. Source: assumption (the rules leave out most of what was
    bargained about).
    """
    return {
        "amount": amount_discrepancy,
        "share": share_discrepancy,
        "ratio": ratio_discrepancy,
        "pace": pace_discrepancy,
        "rate": rate_discrepancy,
    }
