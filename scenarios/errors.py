"""What is wrong with a scenario file, with parameter draws, or with a run asked for."""

from simulation.errors import LilliputError


class ScenarioError(LilliputError):
    """Scenarios, draws, settings or folders that a run cannot use; ``problems`` lists them all."""


class CutShortError(Exception):
    """Work on a batch that ended before it was done; its message says why."""
