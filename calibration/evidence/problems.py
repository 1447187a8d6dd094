"""What is wrong with lines of the evidence beyond single cells: order, pointers, shares."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from calibration.evidence.columns import BLOC, MONEY_UNITS, first_day, last_day
from calibration.evidence.comparisons import comparison_problems
from calibration.evidence.lines import CsvLine, sources
from simulation.countries import COUNTRY_KEYS
from simulation.errors import MISSING, Problem, listed, nearest, unknown

#: The pairs, client first, whose break the model is judged by: one headline row of the record each.
#: Tables may tell of more pairs (``scenarios.outcomes``), of which nothing need be documented.
HEADLINE_PAIRS = (
    "albania-yugoslavia",
    "yugoslavia-ussr",
    "albania-ussr",
    "china-ussr",
    "albania-china",
)
#: Rows in these roles speak for themselves: the rules are compared with them.
COMPARED = ("target", "held out")
#: Columns whose dates must not run backwards.
_IN_ORDER = (
    ("from", "to"),
    ("earliest", "documented"),
    ("documented", "latest"),
    ("earliest", "latest"),
)
#: Files that say what rows are compared with, and are no evidence of their own.
DECLARED = ("observations", "occasions", "unused")
#: A share may be rounded by this much.
_SHARE_ROUNDING = 0.01


def line_problems(lines: Mapping[str, Sequence[CsvLine]]) -> Iterator[Problem]:
    """What is wrong with the lines of all files, by the file's name, as they stand together."""
    for kind, rows in lines.items():
        for line in rows:
            yield from _order_problems(line)
            yield from _source_problems(line)
            yield from _role_problems(line)
            if kind not in ("currency", *DECLARED):
                yield from _pair_problems(line)
        yield from _pointer_problems(rows)
    documented = [
        line for kind, rows in lines.items() for line in rows if kind not in ("occasions", "unused")
    ]
    yield from _id_problems(documented)
    yield from _headline_problems(lines["record"])
    yield from _rate_problems(lines["currency"])
    yield from _share_problems(lines["statements"], lines["aid"])
    yield from comparison_problems(lines)


def _order_problems(line: CsvLine) -> list[Problem]:
    """Dates that run backwards, values outside their range; no dates or numbers are skipped."""
    problems = []
    for earlier, later in _IN_ORDER:
        try:
            backwards = first_day(line[earlier]) > last_day(line[later])
        except ValueError:
            continue
        if backwards:
            problems.append(line.problem(earlier, f"not after {later} = {line[later]}"))
    column = next((name for name in ("usd_per_unit", "cost") if line.has(name)), "value")
    value, low, high = (line.number_in(name) for name in (column, "low", "high"))
    if value is not None and (
        (low is not None and not low <= value) or (high is not None and not value <= high)
    ):
        problems.append(line.problem(column, f"from low = {line['low']} to high = {line['high']}"))
    if column == "usd_per_unit" and low is not None and not low > 0:
        problems.append(line.problem("low", "above 0"))
    return problems


def _source_problems(line: CsvLine) -> list[Problem]:
    if "source" not in line.cells:
        return []
    if line["source"] not in sources():
        return [unknown(line.where, "source", line["source"], tuple(sources()))]
    if sources()[line["source"]].get("held") and not line["lines"]:
        return [Problem(line.where, "lines", MISSING, f"the lines of {line['source']} that say so")]
    if line["source"] == "assumption" and not line["note"].strip():
        return [Problem(line.where, "note", MISSING, "a reason, as the source is an assumption")]
    return []


def _role_problems(line: CsvLine) -> list[Problem]:
    """Rows compared must be preferred, sums of money whole, and about the four countries.

    What other states of the bloc gave counts with what the USSR gave.
    """
    if line["role"] not in COMPARED:
        return []
    pointers = ["reading_of"] + ["part_of"] * (line["unit"] in MONEY_UNITS)
    problems = [
        line.problem("role", f"context, as the row has {pointer} = {line[pointer]}")
        for pointer in pointers
        if line[pointer]
    ]
    allowed = f"{listed(COUNTRY_KEYS)} in a row whose role is {line['role']}"
    return problems + [
        line.problem(side, allowed)
        for side in ("patron", "client")
        if line.has(side) and BLOC.get(line[side], line[side]) not in COUNTRY_KEYS
    ]


def _pair_problems(line: CsvLine) -> list[Problem]:
    problems = []
    one, other = ("patron", "client") if line.has("patron") else ("supporter", "supported")
    if line[one] and line[one] == line[other]:
        problems.append(line.problem(other, f"another country than the {one}"))
    start = f"{line[one]}-{line[other]}-"
    if line["id"] and not line["id"].startswith(start):
        problems.append(line.problem("id", f"beginning with {one} and {other}: {start}"))
    return problems


def _id_problems(lines: Iterable[CsvLine]) -> list[Problem]:
    seen: dict[str, CsvLine] = {}
    problems = []
    for line in lines:
        other = seen.setdefault(line["id"], line)
        if line["id"] and other is not line:
            allowed = f"an id of its own; {other.file} line {other.number} has it already"
            problems.append(line.problem("id", allowed))
    return problems


def _pointer_problems(lines: Sequence[CsvLine]) -> list[Problem]:
    """Readings and parts must point to another row of the same file, and not in a circle."""
    problems = []
    by_id = {line["id"]: line for line in lines}
    for pointer in ("reading_of", "part_of"):
        for line in lines:
            aim = line[pointer]
            if aim and aim not in by_id:
                allowed = f"the id of a row of {line.file}"
                near = nearest(aim, tuple(by_id))
                problems.append(Problem(line.where, pointer, aim, allowed, near))
            elif aim and _circular(line, pointer, by_id):
                allowed = "a row that does not lead back here"
                problems.append(Problem(line.where, pointer, aim, allowed))
    return problems


def _circular(line: CsvLine, pointer: str, by_id: Mapping[str, CsvLine]) -> bool:
    at: CsvLine | None = line
    for _ in by_id:
        at = by_id.get(at[pointer]) if at else None
        if at is line:
            return True
    return False


def _headline_problems(lines: Sequence[CsvLine]) -> list[Problem]:
    """Each of the five pairs has exactly one headline: the break that the model is judged by."""
    if not lines:
        return []
    headlines = [
        (f"{line['client']}-{line['patron']}", line) for line in lines if line["headline"] == "yes"
    ]
    names = [name for name, _ in headlines]
    problems = [
        Problem(
            lines[0].file,
            f"headlines of {pair}",
            names.count(pair),
            "exactly one row with headline = yes",
        )
        for pair in HEADLINE_PAIRS
        if names.count(pair) != 1
    ]
    for name, line in headlines:
        if name not in HEADLINE_PAIRS:
            problems.append(unknown(line.where, "headline pair", name, HEADLINE_PAIRS))
        elif line["to_status"] != "split" or line["role"] not in COMPARED:
            change = f"{line['role']}, {line['to_status']}"
            allowed = "a target or held out row whose to_status is split"
            problems.append(Problem(line.where, "headline", change, allowed))
    return problems


def _rate_problems(lines: Iterable[CsvLine]) -> list[Problem]:
    """Two rates of one currency may not hold on the same day."""
    spans = []
    for line in lines:
        try:
            spans.append((line["unit"], first_day(line["from"]), last_day(line["to"]), line))
        except ValueError:
            continue
    spans.sort(key=lambda span: span[:3])
    return [
        after.problem("from", f"after {before['to']}, when the rate before ends")
        for (unit, _, end, before), (other, start, _, after) in pairwise(spans)
        if unit == other and start <= end
    ]


def _share_problems(answers: Iterable[CsvLine], figures: Iterable[CsvLine]) -> list[Problem]:
    """Answers that name two figures of their pair must give the share granted / asked."""
    by_id = {figure["id"]: figure for figure in figures}
    problems = []
    for line in answers:
        named = [key for key in ("asked", "granted") if line[key]]
        for key in named:
            figure = by_id.get(line[key])
            if figure is None:
                problems.append(unknown(line.where, key, line[key], tuple(by_id)))
            elif (figure["patron"], figure["client"]) != (line["patron"], line["client"]):
                problems.append(line.problem(key, f"a figure of {line['client']}-{line['patron']}"))
        asked, granted = (
            by_id[line[key]].number_in("value") if line[key] in by_id else None
            for key in ("asked", "granted")
        )
        share = line.number_in("value")
        if not asked or granted is None or share is None:
            continue
        if abs(granted / asked - share) > _SHARE_ROUNDING:
            problems.append(line.problem("value", f"{granted:g} / {asked:g}"))
    return problems
