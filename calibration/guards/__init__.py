"""Guards: nothing that the model is judged by may be fed into it.

Begin with ``check``, which refuses every leak that the others find; ``meetings`` looks at months
and lines, ``implied`` at what the priors give by themselves. A meeting that is no leak is listed
with its reason in ``calibration/evidence/allowed_coincidences.csv``.
"""
