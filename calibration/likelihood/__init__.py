"""How probable the record is: under the rules, by observation, and under simpler accounts.

Read in this order: ``likelihood``, ``observations``, ``pointwise``, ``particles`` (shocks averaged as the
quarters pass), ``nulls`` and ``null_likelihood`` (the rivals), ``scores``, ``rows`` (evidence of each).
"""
