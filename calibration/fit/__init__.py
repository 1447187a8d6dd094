"""Draws of the parameters that fit the record.

Read in this order: ``population`` (what is worked on, and how hard), ``sampler`` (the method),
``evidence`` (what independent runs tell together), ``workers`` (the likelihood over processes),
``posterior`` (what is left on disk), ``refit`` (fits without an observation or a mechanism, and of
nulls).
"""
