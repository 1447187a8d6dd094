"""Arguments as typed on a command line: read, or the problems for which they are refused."""

import re
from collections.abc import Callable
from typing import TypeVar

from simulation.errors import LilliputError, Problem

#: The largest seed of the shocks, and the most worker processes that a command takes.
MOST_SEED = 2**63 - 1
MOST_WORKERS = 1_024
_NUMBER = re.compile(r"[+-]?\d{1,30}")
Whatever = TypeVar("Whatever")


def whole_number(
    option: str, text: str, least: int, most: int, *, command: str = "lilliput run"
) -> tuple[int, list[Problem]]:
    """A whole number as typed, and what is wrong with it."""
    number = int(text) if _NUMBER.fullmatch(text.strip()) else None
    if number is None or not least <= number <= most:
        return least, [Problem(command, option, text, f"a whole number from {least} to {most}")]
    return number, []


def read_or_problems(read: Callable[[], Whatever]) -> tuple[Whatever | None, list[Problem]]:
    """What a reader returns, or the problems for which it refuses."""
    try:
        return read(), []
    except LilliputError as error:
        return None, list(error.problems)
