"""Observations and occasions: which rows they rest on, and what keeps them from being compared."""

from collections.abc import Iterator, Mapping, Sequence

from calibration.evidence.columns import (
    BLOC,
    MEASURES,
    MONEY_UNITS,
    QUANTITIES,
    UNITS_OF,
)
from calibration.evidence.lines import CsvLine
from simulation.countries import COUNTRY_KEYS
from simulation.dates import FIRST_YEAR, LAST_YEAR, QUARTERS, quarter_of
from simulation.errors import MISSING, Problem, listed, unknown

#: Measures that set one quantity against another.
RELATIVE = ("share", "ratio", "pace", "rate")
#: Measures that are compared in logarithms, so that a value of nought cannot be.
_IN_LOGARITHMS = ("amount", "ratio", "pace", "rate")
Span = tuple[int, int]


def quarter_spans(text: str) -> list[Span]:
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
        yield from _span_problems(line)
        if line["measure"] in MEASURES:
            yield from _value_problems(line)
            yield from _number_problems(line)
        if line["measure"] == "amount":
            yield from _amount_problems(line, documented, lines["currency"])
    for line in lines["unused"]:
        if line["id"] not in documented:
            yield unknown(line.where, "id", line["id"], tuple(documented))
    acts = {line["id"]: line for line in lines["support"]}
    seen: set[str] = set()
    for line in lines["occasions"]:
        if line["id"] in seen:
            yield line.problem("id", "once in the file")
        seen.add(line["id"])
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
    problems = [
        line.problem(column, f"{act[own]}, as in {act.where}")
        for column, own in same.items()
        if line[column] != act[own]
    ]
    return problems + [
        line.problem(column, "from 0 to 1")
        for column in ("price_for", "price_against")
        if not 0 <= (line.number_in(column) or 0) <= 1
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
            line.problem(column, f"empty for measure = {line['measure']}")
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
    if line["measure"] == "rate" and ";" in line["against"] + line["over"]:
        problems.append(line.problem("against", "one quantity over a span"))
    return problems


def _span_problems(line: CsvLine) -> list[Problem]:
    """Spans are dates of the years simulated, in order, one for all quantities or one for each."""
    problems = []
    years = f"{FIRST_YEAR} to {LAST_YEAR}"
    for column in ("from", "to"):
        try:
            outside = not 0 <= quarter_of(line[column]) < QUARTERS
        except ValueError:
            continue
        if outside:
            problems.append(line.problem(column, f"a date from {years}"))
    if line["measure"] not in RELATIVE:
        return problems
    try:
        spans = quarter_spans(line["over"])
    except ValueError:
        spans = []
    if not spans or any(not 0 <= first <= last < QUARTERS for first, last in spans):
        allowed = f"spans of dates of {years}, such as 1961-01 to 1965-12;1975-01 to 1978-06"
        return [*problems, line.problem("over", allowed)]
    named = len(line["against"].split(";"))
    if named > 1 and len(spans) not in (1, named):
        problems.append(line.problem("over", f"one span, or {named}, one for each quantity"))
    return problems


def _value_problems(line: CsvLine) -> Iterator[Problem]:
    """The unit, and which of value, low and high a measure must have; amounts may be a sum."""
    measure = line["measure"]
    if line["unit"] not in UNITS_OF[measure]:
        yield line.problem("unit", f"{listed(UNITS_OF[measure])}, as measure = {measure}")
    given = [column for column in ("value", "low", "high") if line[column]]
    if measure == "agreement":
        if given != ["value"] or line.number_in("value") not in (0, 1):
            yield line.problem("value", "1 or 0, without low and high")
    elif measure == "pace":
        if given not in (["low"], ["high"]):
            allowed = "one of them, without a value"
            yield Problem(line.where, "low, high", listed(given) or MISSING, allowed)
    elif "value" in given and len(given) < 3:
        yield Problem(line.where, "low, high", MISSING, "the range of the value, both ends")
    elif not given and measure != "amount":
        yield Problem(line.where, "value", MISSING, "a value, or low or high, or both")
    read_twice = measure != "agreement" and ("value" in given or not given)
    if line["other"] and not read_twice:
        yield line.problem("other", "empty, as only a value is read twice")


def _number_problems(line: CsvLine) -> Iterator[Problem]:
    """Intervals have a width, shares are at most 1, and logarithms are of more than nought."""
    value, low, high = (line.number_in(column) for column in ("value", "low", "high"))
    if value is None and low is not None and high is not None and low >= high:
        yield line.problem("low", f"below high = {line['high']}")
    for column in ("value", "low", "high", "other"):
        number = line.number_in(column)
        if number is None:
            continue
        positive = line["measure"] in _IN_LOGARITHMS and (column != "low" or value is not None)
        if number < 0 or (positive and number == 0):
            yield line.problem(column, "above 0" if positive else "at least 0")
        elif line["measure"] == "share" and number > 1:
            yield line.problem(column, "from 0 to 1")


def _amount_problems(
    line: CsvLine, documented: Mapping[str, CsvLine], rates: Sequence[CsvLine]
) -> list[Problem]:
    """An amount of its own needs a rate of its currency; a sum needs target rows of money."""
    if any(line[column] for column in ("value", "low", "high")):
        if line["unit"] not in MONEY_UNITS or line["unit"] in {rate["unit"] for rate in rates}:
            return []
        return [line.problem("unit", "a currency of currency.csv")]
    rows = [documented[name] for name in line["rows"].split(";") if name in documented]
    targets = [row for row in rows if row["role"] == "target" and row.has("basis")]
    if any(row["unit"] in MONEY_UNITS and (row.number_in("value") or 1) > 0 for row in targets):
        return []
    allowed = "a value or bounds, as no row is a target in money"
    return [Problem(line.where, "value", MISSING, allowed)]
