"""Draws of the parameters that fit the record.

Read in this order: ``sampler`` (the method), ``moves`` and ``population`` (its steps), ``checkpoint``,
``efforts``, ``posterior`` (what is written), ``agreement`` (of several fits), ``refit``, ``workers``.
"""
