"""What is wrong with a scenario file, with parameter draws, or with a run asked for."""

from collections.abc import Callable
from typing import TypeVar

from simulation.errors import LilliputError, Problem

Value = TypeVar("Value")


class ScenarioError(LilliputError):
    """Scenarios, draws, settings or folders that a run cannot use; ``problems`` lists them all."""


class CutShortError(Exception):
    """Work on a batch that ended before it was done; its message says why."""


def read_or_problems(read: Callable[[], Value]) -> tuple[Value | None, list[Problem]]:
    """What a reader returns, or the problems for which it refuses."""
    try:
        return read(), []
    except LilliputError as error:
        return None, list(error.problems)
