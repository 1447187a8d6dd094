"""Observations and occasions: which rows they rest on, and what keeps them from being compared."""

from collections.abc import Iterator, Mapping, Sequence

from calibration.evidence.columns import BLOC, QUANTITIES
from calibration.evidence.lines import CsvLine
from simulation.countries import COUNTRY_KEYS
from simulation.dates import quarter_of
from simulation.errors import MISSING, Problem, unknown

#: Measures that set one quantity against another.
RELATIVE = ("share", "ratio", "pace", "rate")
Span = tuple[int, int]


def spans_of(text: str) -> list[Span]:
    """The quarters, first and last, of spans such as ``1961-01 to 1965-12;1975-01 to 1978-06``.

    Raises ``ValueError`` where a date is none.
    """
    spans = []
    for span in text.split(";"):
        first, _, last = span.partition(" to ")
        spans.append((quarter_of(first), quarter_of(last, end=True)))
    return spans


def quantities_of(text: str, patron: str) -> list[tuple[str, str]]:
    """Patron and quantity of names such as ``arms open;arms pledged`` or ``ussr: requested``."""
    named = []
    for name in text.split(";"):
        other, colon, quantity = name.rpartition(": ")
        named.append((other if colon else patron, quantity))
    return named


def comparison_problems(lines: Mapping[str, Sequence[CsvLine]]) -> Iterator[Problem]:
    """Rows, quantities and spans of observations, and acts of occasions, that do not fit."""
    declared = ("observations", "occasions", "unused", "currency")
    documented = {
        line["id"]: line for kind, rows in lines.items() if kind not in declared for line in rows
    }
    for line in lines["observations"]:
        yield from _row_problems(line, documented)
        yield from _against_problems(line)
        yield from _value_problems(line)
    for line in lines["unused"]:
        if line["id"] not in documented:
            yield unknown(line.where, "id", line["id"], tuple(documented))
    acts = {line["id"]: line for line in lines["support"]}
    for line in lines["occasions"]:
        yield from _act_problems(line, acts)


def _row_problems(line: CsvLine, documented: Mapping[str, CsvLine]) -> Iterator[Problem]:
    for row in line["rows"].split(";"):
        if row not in documented:
            yield unknown(line.where, "rows", row, tuple(documented))
        elif documented[row].has("patron"):
            yield from _pair_problems(line, documented[row])


def _act_problems(line: CsvLine, acts: Mapping[str, CsvLine]) -> list[Problem]:
    act = acts.get(line["id"])
    if act is None:
        return [unknown(line.where, "id", line["id"], tuple(acts))]
    same = {"client": "supporter", "patron": "supported", "observed": "direction"}
    return [
        Problem(line.where, column, line[column], f"{act[own]}, as in {act.where}")
        for column, own in same.items()
        if line[column] != act[own]
    ]


def _pair_problems(line: CsvLine, row: CsvLine) -> list[Problem]:
    patron = BLOC.get(row["patron"], row["patron"])
    if {patron, row["client"]} == {line["patron"], line["client"]}:
        return []
    allowed = f"a row of {line['client']}-{line['patron']}; {row['id']} is of another pair"
    return [Problem(line.where, "rows", row["id"], allowed)]


def _against_problems(line: CsvLine) -> list[Problem]:
    if line["measure"] not in RELATIVE:
        return [
            Problem(line.where, column, line[column], f"empty for measure = {line['measure']}")
            for column in ("against", "over")
            if line[column]
        ]
    problems = []
    if not line["against"]:
        allowed = f"a quantity, as measure = {line['measure']}"
        problems.append(Problem(line.where, "against", MISSING, allowed))
    for patron, quantity in quantities_of(line["against"], line["patron"]):
        if quantity not in QUANTITIES and line["against"]:
            problems.append(unknown(line.where, "against", quantity, QUANTITIES))
        if patron not in COUNTRY_KEYS and line["patron"] in COUNTRY_KEYS:
            problems.append(unknown(line.where, "against", patron, COUNTRY_KEYS))
    try:
        backwards = any(first > last for first, last in spans_of(line["over"]))
    except ValueError:
        backwards = True
    if backwards:
        allowed = "spans of dates such as 1961-01 to 1965-12;1975-01 to 1978-06"
        problems.append(Problem(line.where, "over", line["over"], allowed))
    return problems


def _value_problems(line: CsvLine) -> list[Problem]:
    """A value or at least one bound, but for amounts, which may be the sum of their rows."""
    if line["measure"] == "amount" or any(line[key] for key in ("value", "low", "high")):
        return []
    return [Problem(line.where, "value", MISSING, "a value, or low or high, or both")]
