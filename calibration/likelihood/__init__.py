"""How probable the record is under the rules, as a whole and observation by observation.

Read in this order: ``readings`` (what is read of a figure, with which errors), ``quantities`` (of
the rules), ``figures``, ``measures`` and ``acts`` (what a figure is; the place to add a measure),
``declared`` (the figures of the evidence), ``observations`` (the record that is fitted), ``use``
(what enters it), ``likelihood`` (the particle filter), ``witness`` (a history that is kept among
the copies), ``pointwise`` (observation by observation), ``scores`` (of forecasts).
"""
