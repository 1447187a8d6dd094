"""Twin histories: what scenarios share of their past is simulated once.

Before the first quarter that it touches a counterfactual is its factual twin, bit for bit; so the
factual histories are carried out once, and each counterfactual forks from their state in that
quarter. Read in this order: ``tally`` (what is kept of histories on their way), ``branches`` (the
factual branch and what forks from it).
"""

from scenarios.twins.branches import FactualBranch, YearlyTwins, twin_outcomes

__all__ = ["FactualBranch", "YearlyTwins", "twin_outcomes"]
