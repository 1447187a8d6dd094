"""What theories of unequal alliances expect of the four, beside what histories show."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from calibration.checks.histories.predictive import PatternResult
from calibration.errors import CalibrationError
from calibration.evidence.columns import Lines, Text, one_of
from calibration.evidence.declarations import Row
from calibration.evidence.lines import read_lines, rows_of
from calibration.reports.report import Table
from simulation.errors import raise_if_any
from simulation.parameters import SourceKey

FOR, AGAINST = "for", "against"


class Theory(Row):
    """What an author's theory expects: the claim, and the pattern that it is for or against.

    ``named`` is whether the source names the author; where not, its lines tell the same claim.
    ``doubt`` is what the source itself says against applying it.
    """

    author: Text
    named: Annotated[str, one_of("yes", "no")]
    claim: Text
    pattern: Text
    expects: Annotated[str, one_of(FOR, AGAINST)]
    source: SourceKey
    lines: Lines
    doubt: str


def read_theories(path: Path) -> tuple[Theory, ...]:
    """The theories of a CSV file. Raises ``CalibrationError`` that lists every problem of it."""
    lines, problems = read_lines(path, Theory.columns())
    rows, refused = rows_of(lines, Theory)
    raise_if_any("the theories cannot be used", [*problems, *refused], CalibrationError)
    return tuple(rows)


@cache
def theories() -> tuple[Theory, ...]:
    """The theories of ``theories.csv`` in this folder."""
    return read_theories(Path(__file__).with_name("theories.csv"))


def borne_out(theory: Theory, result: PatternResult) -> bool:
    """Whether histories show what a theory expects: its pattern, or the contrary of it."""
    return result.passed == (theory.expects == FOR)


def _beside_patterns(results: Sequence[PatternResult]) -> list[tuple[Theory, PatternResult]]:
    """Every theory with the pattern that it is for or against, where that was looked for."""
    known = {result.pattern.number: result for result in results}
    return [(theory, known[theory.pattern]) for theory in theories() if theory.pattern in known]


def theory_table(results: Sequence[PatternResult]) -> Table:
    """Every theory beside its pattern."""
    return Table.of(
        "What theories of unequal alliances expect",
        _beside_patterns(results),
        {
            "author": lambda row: row[0].author,
            "named in the source": lambda row: row[0].named == "yes",
            "claim": lambda row: row[0].claim,
            "expects": lambda row: f"{'' if row[0].expects == FOR else 'not '}{row[0].pattern}",
            "histories that show the pattern": lambda row: str(row[1].frequency),
            "borne out": lambda row: borne_out(*row),
            "source": lambda row: f"{row[0].source} {row[0].lines}",
            "doubt": lambda row: row[0].doubt,
        },
    )


def theory_values(results: Sequence[PatternResult]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        theory.model_dump() | {"borne_out": borne_out(theory, result)}
        for theory, result in _beside_patterns(results)
    ]
