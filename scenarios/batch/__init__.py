"""Batches: many scenarios simulated many times, kept on disk to resume after any interruption.

Read in this order: ``run`` (what a batch does), ``work`` (its tasks), ``store`` and ``columns`` (what
lies on disk), ``manifest`` (what it says of itself), ``processes`` and ``cluster`` (who carries tasks
out), ``lock`` and ``workers``.
"""
