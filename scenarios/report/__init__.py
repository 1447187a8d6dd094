"""The report on a batch: gathered once, then set as one HTML page with tables and pictures beside it.

Read in this order: ``gather``, ``text`` and ``words`` (sentences), ``tables`` and ``cells``, ``pictures``
and ``svg``, ``page``, ``write``.
"""
