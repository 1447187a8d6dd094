"""The alliance model: four countries, twelve ordered pairs, one function for one quarter.

Start at :mod:`simulation.transition`, which puts the rules in order; the rules themselves are in
:mod:`simulation.rules` and their numbers in ``simulation/parameters.toml``.
"""
