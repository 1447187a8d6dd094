"""Posteriors of records that the rules made themselves: whether intervals hold the true values.

``simulated`` makes a record, ``record_fits`` draws from its posterior, ``folder`` keeps what comes
of it; ``coverage`` says what true values do among draws, ``report`` and ``pictures`` tell it.
"""
