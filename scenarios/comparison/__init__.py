"""Comparisons: a counterfactual beside its factual twins, with the error of every number.

Read in this order: ``reading`` (over which years, and what is said), ``estimates`` (a number and
its error), ``compare`` (the numbers of a pair), ``histories`` (in memory, free or given the
record), ``batch`` (a whole batch), ``table`` (the one table of all numbers), ``answer`` (one plain
sentence; ``text`` reads its template) and ``output`` (screen, JSON).
"""
