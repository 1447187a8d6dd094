"""How far a sampling has come, kept on disk after every step, so that whatever cuts it short costs a step at most."""

import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import BadZipFile

import numpy as np

from calibration.fit.sampler import Population, Sampling, Stage
from simulation.errors import MISSING, Problem

_OF_POPULATION = ("coordinates", "log_likelihood", "ancestor", "base")


def checkpoint_path(out: Path) -> Path:
    """Where the checkpoint of a fit is kept: beside the file that it will write."""
    return out.with_name(f"{out.name}.checkpoint")


def write_checkpoint(sampling: Sampling, settings: Mapping[str, Any], path: Path) -> None:
    """Keep a sampling and the settings it is made under; the file is complete or the one before it stays."""
    population = sampling.population
    told = {
        "settings": dict(settings),
        "power": population.power,
        "log_evidence": population.log_evidence,
        "evaluated": population.evaluated,
        "steps": sampling.steps,
        "left": sampling.left,
        "lengths": sampling.lengths,
        "stages": [asdict(stage) for stage in sampling.stages],
    }
    arrays = {name: getattr(population, name) for name in _OF_POPULATION} | {
        "before": sampling.before
    }
    buffer = io.BytesIO()
    np.savez(buffer, told=np.array(json.dumps(told)), **arrays)
    made = path.with_name(f".{path.name}-{uuid4().hex}")
    try:
        with made.open("wb") as file:
            file.write(buffer.getvalue())
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def read_checkpoint(path: Path) -> tuple[Sampling, dict[str, Any]] | None:
    """The sampling that was kept and the settings it was made under; none if the file is no whole checkpoint."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            told = json.loads(str(held["told"]))
            arrays = {name: held[name] for name in _OF_POPULATION}
            before = held["before"]
        population = Population(
            **arrays,
            power=told["power"],
            log_evidence=told["log_evidence"],
            evaluated=told["evaluated"],
        )
        stages = tuple(Stage(**_tuples(stage)) for stage in told["stages"])
        lengths = tuple(told["lengths"])
        return Sampling(population, told["steps"], told["left"], before, lengths, stages), told[
            "settings"
        ]
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        return None


def setting_differences(asked: Mapping[str, Any], held: Mapping[str, Any]) -> list[Problem]:
    """In what the settings of a fit asked for differ from those under which a checkpoint was made."""
    return [
        Problem(
            "checkpoint",
            name,
            asked.get(name, MISSING),
            f"{held.get(name, '(missing)')!r}, as begun",
        )
        for name in sorted({*asked, *held})
        if asked.get(name) != held.get(name)
    ]


def _tuples(stage: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in stage.items()
    }
