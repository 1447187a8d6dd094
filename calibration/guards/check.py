"""Keeps drivers and targets apart: nothing the model is judged by may be fed into it.

Ids of evidence, dates and rates of interest are looked for in the drivers and the parameter table
here, and what no cell shows in ``meetings`` and ``implied``. A meeting that is no leak is listed,
with its reason, in ``calibration/evidence/allowed_coincidences.csv``; there ``country`` and
``from`` name the driver row or, for ``parameters.toml``, the parameter (or ``implied``) and the row
or observation that it meets.
"""

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from calibration.evidence.columns import written
from calibration.evidence.declarations import Row
from calibration.evidence.lines import CsvLine, read_lines, rows_of
from calibration.evidence.problems import COMPARED
from calibration.evidence.reading import FOLDER
from calibration.evidence.record import interest_terms
from calibration.evidence.rows import Evidence
from calibration.guards.implied import IMPLIED, implied_meetings
from calibration.guards.meetings import (
    COINCIDENCES_FILE,
    PARAMETERS_FILE,
    Coincidence,
    line_meetings,
    month_meetings,
)
from simulation.dates import FIRST_YEAR, LAST_YEAR
from simulation.errors import Problem

COINCIDENCES = FOLDER / COINCIDENCES_FILE
#: Numbers nearer than this share of themselves count as one.
_SAME = 1e-9


class AllowedCoincidence(Row):
    """A driver or parameter that may equal a target, and why that is no leak."""

    file: str
    country: str
    first: str = Field(alias="from")
    reason: Annotated[str, written("why this is no leak")]


@dataclass(frozen=True)
class Inputs:
    """What is fed into the model: the folder of the drivers and the file of the parameter table."""

    drivers: Path
    parameters: Path

    @cached_property
    def driver_lines(self) -> list[CsvLine]:
        """Every row of every driver file."""
        return [line for path in sorted(self.drivers.glob("*.csv")) for line in read_lines(path)[0]]

    @cached_property
    def parameter_table(self) -> dict[str, Any]:
        """The parameter table as it stands in its file."""
        return tomllib.loads(self.parameters.read_text(encoding="utf-8"))


def shipped_inputs() -> Inputs:
    """The drivers and the parameter table that ship with lilliput."""
    folder = Path(str(files("simulation")))
    return Inputs(folder / "drivers", folder / PARAMETERS_FILE)


def check_disjoint(
    evidence: Evidence, inputs: Inputs | None = None, coincidences: Path | None = None
) -> list[Problem]:
    """Every place where something the model is judged by is fed into it without a reason allowed.

    Refused are: an id of evidence in a driver or the name of a parameter; a spell of a driver that
    begins or ends in the month of a compared event or of an end of its window; centres of priors
    that imply a documented sum, share or date; a prior that rests on the lines of a target; the
    default of a parameter in shares a year that equals a compared rate of interest; a default or
    bound that is a date from 1945 to 1980; and an allowed coincidence without a reason, or of a
    month or line where nothing meets.
    """
    inputs = shipped_inputs() if inputs is None else inputs
    lines, problems = read_lines(coincidences or COINCIDENCES, AllowedCoincidence.columns())
    rows, refused = rows_of(lines, AllowedCoincidence)
    allowed = {(row.file, row.country, row.first) for row in rows}
    met = (
        *month_meetings(evidence, inputs.driver_lines),
        *implied_meetings(evidence, inputs.parameter_table),
        *line_meetings(evidence, inputs.parameter_table),
        *_rates(evidence, inputs),
    )
    problems += [meeting.problem for meeting in met if meeting.key not in allowed]
    problems += _idle(allowed - {meeting.key for meeting in met})
    return problems + _ids(evidence, inputs) + _dates_among_numbers(inputs) + refused


def _idle(keys: set[tuple[str, str, str]]) -> list[Problem]:
    """Allowed coincidences that meet nothing; what priors imply moves with every rule, and may."""
    return [
        Problem(
            COINCIDENCES_FILE, f"{file}, {country}", first, "a spell or prior that meets a target"
        )
        for file, country, first in sorted(keys)
        if country != IMPLIED
    ]


def _rates(evidence: Evidence, inputs: Inputs) -> Iterator[Coincidence]:
    """Defaults in shares a year that equal a rate of interest the rules are compared with."""
    for row in interest_terms(evidence, COMPARED):
        for name, entry in inputs.parameter_table.items():
            default = float(entry["default"])
            same = math.isclose(default, row.value / 100, rel_tol=_SAME)
            if entry.get("unit") == "share a year" and row.value > 0 and same:
                number = f"another number than the {row.value:g} {row.unit} of {row.id}"
                rule = f"{number}, or a line in {COINCIDENCES.name}"
                problem = Problem(PARAMETERS_FILE, f"{name}.default", default, rule)
                yield Coincidence((PARAMETERS_FILE, name, row.id), problem)


def _ids(evidence: Evidence, inputs: Inputs) -> list[Problem]:
    """Ids of evidence that stand in a driver row or name a parameter."""
    ids = {row.id for kind, row in evidence.rows() if kind != "currency"}
    rule = "anything but the id of a row of evidence"
    problems = [
        Problem(f"drivers/{line.file} line {line.number}", column, word, rule)
        for line in inputs.driver_lines
        for column, cell in line.cells.items()
        for word in cell.replace(";", " ").replace(",", " ").split()
        if word in ids
    ]
    named = {name.replace("_", "-"): name for name in inputs.parameter_table}
    return problems + [
        Problem(PARAMETERS_FILE, "parameter", named[i], rule) for i in sorted(ids & named.keys())
    ]


def _dates_among_numbers(inputs: Inputs) -> list[Problem]:
    """Defaults and bounds that are years: a date may not be a parameter."""
    return [
        Problem(
            PARAMETERS_FILE,
            f"{name}.{key}",
            number,
            f"no date: none of {FIRST_YEAR} to {LAST_YEAR}",
        )
        for name, entry in inputs.parameter_table.items()
        for key, number in _numbers(entry)
        if FIRST_YEAR <= number < LAST_YEAR + 1
    ]


def _numbers(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield "default", float(entry.get("default", 0))
    for number in entry.get("bounds", ()):
        yield "bounds", float(number)
