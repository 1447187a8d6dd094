"""Interventions: the closed list of changes to history, and the scenarios that put them together.

Read in this order: ``changes`` (what dated changes have in common), ``of_countries``, ``of_pairs``
and ``kinds`` (the list), ``scenario`` (a question with its changes, and how they are read from a
file) and ``terms`` (what changes make of the drivers of a quarter).
"""

from simulation.interventions.changes import MOVES, Change, Valued
from simulation.interventions.kinds import INTERVENTIONS, AnyKind, Intervention, ParameterValue
from simulation.interventions.of_countries import (
    COURSES,
    Absence,
    Course,
    DriverValue,
    Economy,
    Leadership,
)
from simulation.interventions.of_pairs import (
    OWN,
    Ban,
    Cut,
    Goodwill,
    Grant,
    Imposition,
    Pledge,
    Proximity,
    SolePatron,
    Sum,
)
from simulation.interventions.scenario import (
    HISTORICAL,
    Scenario,
    overlap_problems,
    read_changes,
    scenario_from,
)

__all__ = [
    "COURSES",
    "HISTORICAL",
    "INTERVENTIONS",
    "MOVES",
    "OWN",
    "Absence",
    "AnyKind",
    "Ban",
    "Change",
    "Course",
    "Cut",
    "DriverValue",
    "Economy",
    "Goodwill",
    "Grant",
    "Imposition",
    "Intervention",
    "Leadership",
    "ParameterValue",
    "Pledge",
    "Proximity",
    "Scenario",
    "SolePatron",
    "Sum",
    "Valued",
    "overlap_problems",
    "read_changes",
    "scenario_from",
]
