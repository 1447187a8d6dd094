"""The documented evidence: CSV tables, read and checked, in the terms of the model.

Read in this order: ``columns`` and ``rows`` (what a row is), ``lines`` (files as text),
``problems`` (of lines that do not fit together), ``reading`` (with or without an overlay of one's
own), ``record`` (dated moves and aid in dollars), ``check`` (nothing is fed in that the model is
judged by), ``tables``.
"""
