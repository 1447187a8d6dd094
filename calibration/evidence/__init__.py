"""The documented evidence: CSV tables, read and checked, in the terms of the model.

Read in this order: ``columns`` and ``rows`` (what a row is), ``lines`` (files as text),
``problems`` (of lines that do not fit together), ``reading`` (with or without an overlay of one's
own), ``record`` (dated moves and aid in dollars), ``tables``. What a row needs is in the two
codebooks, here and in ``simulation/drivers``; what becomes of a target is in
``calibration.likelihood.declared``, and that none is fed in, in ``calibration.guards``.
"""
