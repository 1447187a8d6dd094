"""What is kept of simulated records, read again."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, FiniteFloat

from scenarios.reader import read_json
from simulation.errors import Problem
from simulation.schema import validated


class KeptSettings(BaseModel):
    """What lies beside the results at least."""

    seed: int


class KeptResult(BaseModel):
    """What is kept of a record that was fitted, at least."""

    number: int
    places: dict[str, FiniteFloat]
    truth: list[float]
    mean: list[float]
    spread: list[float]
    moves: int
    figures: int
    degenerate: bool


def read_kept(path: Path, model: type[BaseModel]) -> tuple[dict[str, Any], list[Problem]]:
    """What a file of the folder says, and what is wrong with it."""
    try:
        entry = read_json(path)
    except (OSError, ValueError) as error:
        allowed = f"as it was written ({error}); remove it, and --resume makes it anew"
        return {}, [Problem(str(path), "file", "damaged", allowed)]
    return entry, validated(model, entry, str(path))[1]
