"""The compiler of the rules, behind one door: what rules and stages are marked with stands here, all else is inside.

Read in this order: ``marks`` (what a rule is marked with, and when it is fused), ``recording``
(what a rule does, noted down while it is done once), ``plan`` (the notes put into few loops,
compiled by Numba).
"""

from simulation.fusion.marks import FUSED_FROM, compiler_present, elementwise, fused, fusing, whole

__all__ = ["FUSED_FROM", "compiler_present", "elementwise", "fused", "fusing", "whole"]
