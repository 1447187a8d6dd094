"""Explanations: one history told in words, and why its pairs quarrelled and broke.

Read in this order: ``history`` (one history with every quantity), ``reasons`` (what raised or
lowered each chance), ``words`` (the vocabulary), ``chronicle`` (the quarters in words),
``grievances`` (sources of strain over many histories).
"""
