"""The report on a batch: one HTML page, with its tables and figures beside it.

Read in this order: ``gather``, ``words`` with the templates, ``tables``, ``pictures``, ``write``.
"""
