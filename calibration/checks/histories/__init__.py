"""What free histories bring of themselves: under the priors, and under the fitted rules.

Read in this order: ``implied`` (dates and aid of histories beside the record, which others share),
``prior`` (a whole check in one file), ``patterns`` and ``pattern_list`` (what has to come out),
``predictive`` and ``predictive_report``.
"""
