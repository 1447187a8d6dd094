"""Nulls: simpler accounts of the same record, without agents, which the rules must beat.

Read in this order: ``regressors`` (what a null may look at), ``accounts`` (the five nulls; their
priors are in ``calibration/nulls.toml``), ``likelihood`` (of the record under a null).
"""
