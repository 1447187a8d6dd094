"""Comparisons: a counterfactual beside its factual twins, with the error of every number.

Read in this order: ``reading`` (over which years), ``compare`` and ``estimates`` (the numbers),
``batch`` (a whole batch), ``conditional`` and ``conditional_compare`` (given the record up to a date),
``rows`` and ``tables`` (as they are shown).
"""
