"""What is wrong with a scenario file, with parameter draws, or with a run asked for."""

from simulation.errors import LilliputError


class ScenarioError(LilliputError):
    """A scenario, draws, a setting or a folder that a run cannot use; ``problems`` lists them all."""


class CutShortError(Exception):
    """Work on a batch that ended before it was done; its message says why, in the words of ``run_batch``."""
