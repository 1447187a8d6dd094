"""How probable the record is: under the rules, by observation, and under simpler accounts.

Read in this order: ``figures`` (what a documented figure is), ``kinds`` (a class for each kind, the
one place to add another), ``observations`` (the record that is fitted), ``likelihood`` (plain
averages and the particle filter), ``pointwise`` (observation by observation), ``nulls`` and
``null_likelihood`` (the rivals), ``scores`` (of forecasts).
"""
