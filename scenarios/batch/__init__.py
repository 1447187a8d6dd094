"""Batches: many scenarios simulated many times, kept on disk to resume after any interruption.

Read in this order: ``run`` (what a batch does), ``manifest`` (what it is, and what it says of
itself), ``store`` (what lies on disk), ``work`` (its tasks), ``workers`` and ``cluster`` (who
carries them out).
"""
