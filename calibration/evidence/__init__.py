"""The documented evidence: CSV tables, read and checked, in the terms of the model.

Read in this order: ``rows`` (what a row is), ``reading``, ``currency``, ``record`` (dated moves and aid in
dollars), ``targets`` (what a fit is judged by), ``overlay`` (evidence of one's own), ``check``, ``tables``.
"""
