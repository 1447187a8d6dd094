"""The rules of the model: small pure functions of arrays and named parameters, one file a subject.

Every function returns what it is named for and changes nothing. Arrays come first, by position;
parameters are keyword-only and named as in ``simulation/parameters.toml``. Pair arrays are
``[patron, client, replicate]``. The order in which the rules act is in
``simulation/transition.py``.
"""
