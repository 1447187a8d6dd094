"""Keeps drivers and targets apart: nothing the model is judged by may be fed into it.

Three things are looked for in the drivers and the parameter table: ids of evidence, the months of
the five breaks, and the amounts of aid and rates of interest that the rules are compared with. A
meeting that is no leak is listed, with its reason, in
``calibration/evidence/allowed_coincidences.csv``; there ``country`` and ``from`` name the driver
row or, for ``parameters.toml``, the parameter and the row of evidence it happens to equal.
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
from calibration.evidence.lines import CsvLine, read_lines, rows_of
from calibration.evidence.problems import COMPARED
from calibration.evidence.reading import FOLDER
from calibration.evidence.record import headline_breaks, interest_terms, usd_of
from calibration.evidence.rows import AidFigure, Evidence, Row
from simulation.dates import FIRST_YEAR, LAST_YEAR, quarter_of
from simulation.errors import Problem

COINCIDENCES = FOLDER / "allowed_coincidences.csv"
_PARAMETERS = "parameters.toml"
#: Numbers nearer than this share of themselves count as one.
_SAME = 1e-9


class AllowedCoincidence(Row):
    """A driver or parameter that may equal a target, and why that is no leak."""

    file: str
    country: str
    first: str = Field(alias="from")
    reason: Annotated[str, written("why this is no leak")]


@dataclass(frozen=True)
class Coincidence:
    """A meeting of a driver or parameter with a target, and the problem it is unless allowed."""

    key: tuple[str, str, str]
    problem: Problem


@dataclass(frozen=True)
class TypedNumber:
    """A number that somebody typed into a driver or the parameter table, and where."""

    key: tuple[str, str, str]
    where: str
    name: str
    number: float


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
    return Inputs(folder / "drivers", folder / _PARAMETERS)


def compared_figures(evidence: Evidence) -> tuple[AidFigure, ...]:
    """The aid figures that the rules are compared with: targets and those held out."""
    return tuple(figure for figure in evidence.aid if figure.role in COMPARED)


def check_disjoint(
    evidence: Evidence, inputs: Inputs | None = None, coincidences: Path | None = None
) -> list[Problem]:
    """Every place where something the model is judged by is fed into it without a reason allowed.

    Refused are: an id of evidence in a driver or the name of a parameter; a driver row that begins
    or ends in the month of one of the five breaks, or ends in the month before; a driver value or
    the default of a parameter in dollars that equals a compared aid figure (in its unit, in
    dollars, or in dollars a quarter); the default of a parameter in shares a year that equals a
    compared rate of interest; a default or bound that is a date from 1945 to 1980; and an allowed
    coincidence without a reason.
    """
    inputs = shipped_inputs() if inputs is None else inputs
    lines, problems = read_lines(coincidences or COINCIDENCES, AllowedCoincidence.columns())
    rows, refused = rows_of(lines, AllowedCoincidence)
    allowed = {(row.file, row.country, row.first) for row in rows}
    met = [*_break_months(evidence, inputs), *_amounts(evidence, inputs), *_rates(evidence, inputs)]
    problems += [meeting.problem for meeting in met if meeting.key not in allowed]
    return problems + _ids(evidence, inputs) + _dates_among_numbers(inputs) + refused


def _month_number(date: str) -> int:
    year, month = date[:7].split("-")
    return int(year) * 12 + int(month) - 1


def _break_months(evidence: Evidence, inputs: Inputs) -> Iterator[Coincidence]:
    breaks = {
        _month_number(headline.documented): pair
        for pair, headline in headline_breaks(evidence).items()
    }
    for line in inputs.driver_lines:
        for column, later in (("from", 0), ("to", 0), ("to", 1)):
            if len(line[column]) < 7:
                continue
            pair = breaks.get(_month_number(line[column]) + later)
            if pair is not None:
                place = "the month before" if later else "the month of"
                month = f"a month other than {place} the break of {pair}"
                rule = f"{month}, or a line in {COINCIDENCES.name}"
                where = f"drivers/{line.file} line {line.number} ({line['country']})"
                key = (line.file, line["country"], line["from"])
                yield Coincidence(key, Problem(where, column, line[column], rule))


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_SAME, abs_tol=0.0)


def _amounts_of(figure: AidFigure, evidence: Evidence) -> dict[str, float]:
    """A figure as it could be typed in: in its unit, in dollars, in dollars a quarter; never 0."""
    amounts = {figure.unit: figure.value}
    converted = usd_of(figure, evidence.currency)
    if converted is not None:
        quarters = quarter_of(figure.last, end=True) - quarter_of(figure.first) + 1
        amounts["million USD"] = converted.value
        amounts["million USD a quarter"] = converted.value / quarters
    return {unit: amount for unit, amount in amounts.items() if amount > 0}


def _typed_numbers(inputs: Inputs) -> Iterator[TypedNumber]:
    """Driver values above 1 (others are codings) and the defaults of parameters in dollars."""
    for line in inputs.driver_lines:
        value = line.number_in("value")
        if value is not None and 1 < value < math.inf:
            key = (line.file, line["country"], line["from"])
            yield TypedNumber(key, f"drivers/{line.file} line {line.number}", "value", value)
    for name, entry in inputs.parameter_table.items():
        if "USD" in str(entry.get("unit")):
            key = (_PARAMETERS, name, "")
            yield TypedNumber(key, _PARAMETERS, f"{name}.default", float(entry["default"]))


def _amounts(evidence: Evidence, inputs: Inputs) -> Iterator[Coincidence]:
    """Numbers fed into the model that equal an aid figure it is compared with."""
    numbers = list(_typed_numbers(inputs))
    for figure in compared_figures(evidence):
        amounts = _amounts_of(figure, evidence)
        for typed in numbers:
            unit = next(
                (unit for unit, amount in amounts.items() if _same(typed.number, amount)), None
            )
            if unit is not None:
                met = f"{amounts[unit]:g} {unit} of {figure.id}"
                rule = f"another number than the {met}, or a line in {COINCIDENCES.name}"
                file, subject, since = typed.key
                key = (file, subject, since or figure.id)
                yield Coincidence(key, Problem(typed.where, typed.name, typed.number, rule))


def _rates(evidence: Evidence, inputs: Inputs) -> Iterator[Coincidence]:
    """Defaults in shares a year that equal a rate of interest the rules are compared with."""
    for row in interest_terms(evidence, COMPARED):
        for name, entry in inputs.parameter_table.items():
            default = float(entry["default"])
            if (
                entry.get("unit") == "share a year"
                and row.value > 0
                and _same(default, row.value / 100)
            ):
                number = f"another number than the {row.value:g} {row.unit} of {row.id}"
                rule = f"{number}, or a line in {COINCIDENCES.name}"
                problem = Problem(_PARAMETERS, f"{name}.default", default, rule)
                yield Coincidence((_PARAMETERS, name, row.id), problem)


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
        Problem(_PARAMETERS, "parameter", named[i], rule) for i in sorted(ids & named.keys())
    ]


def _dates_among_numbers(inputs: Inputs) -> list[Problem]:
    """Defaults and bounds that are years: a date may not be a parameter."""
    return [
        Problem(
            _PARAMETERS, f"{name}.{key}", number, f"no date: none of {FIRST_YEAR} to {LAST_YEAR}"
        )
        for name, entry in inputs.parameter_table.items()
        for key, number in _numbers(entry)
        if FIRST_YEAR <= number < LAST_YEAR + 1
    ]


def _numbers(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield "default", float(entry.get("default", 0))
    for number in entry.get("bounds", ()):
        yield "bounds", float(number)
