"""Guards against the record being fed into the model where no cell of a table shows it.

Three leaks need more than a look at one number. Free histories at the centres of the priors may
give a documented sum, share or date by themselves; a spell of a driver may begin or end in the
month of an event that the rules are to explain; and a prior may rest on the very lines that tell
what it is to explain. Every meeting is refused unless ``allowed_coincidences.csv`` gives a reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from calibration.evidence.columns import month_number
from calibration.evidence.lines import CsvLine
from calibration.evidence.problems import COMPARED
from calibration.evidence.record import TARGET, aid_observations, headline_breaks
from calibration.evidence.rows import Evidence
from scenarios.documented import Pair
from simulation.countries import country_named
from simulation.dates import FIRST_YEAR, LAST_YEAR, QUARTERS, date_of, quarter_of
from simulation.drivers import CHINA_ENTERS
from simulation.ensemble import simulate
from simulation.errors import Problem
from simulation.parameters import Parameters
from simulation.state import Move
from simulation.trajectory import Trajectory

COINCIDENCES_FILE = "allowed_coincidences.csv"
PARAMETERS_FILE = "parameters.toml"
#: A documented sum or share is met by what the priors imply if they differ by at most this part of
#: it, and a date if it falls into the same quarter.
NEAR = 0.01
#: Free histories at the centres of the priors, and the seed of their shocks.
HISTORIES, SEED = 1024, 1
#: What is simulated of each basis of an aid figure.
_SIMULATED = {"asked": "requested", "pledged": "newly_pledged", "delivered": "delivered"}
#: A span of lines: ``859-862``, or one line.
_SPAN = re.compile(r"(\d+)(?:-(\d+))?")
#: The months in which the series of a country may begin, and the last month of the model.
_FIRST = (f"{FIRST_YEAR}-01", date_of(CHINA_ENTERS - 1 / 3))
_END = f"{LAST_YEAR}-12"


class Coincidence(NamedTuple):
    """A meeting of an input with a target: what allows it, and the problem it is otherwise."""

    key: tuple[str, str, str]
    problem: Problem


@dataclass(frozen=True)
class Implied:
    """A documented quantity, by the id of its row, and what the centres of the priors imply."""

    id: str
    what: str
    documented: float
    implied: float

    @property
    def met(self) -> bool:
        """Whether the two are the same, as far as that can be told."""
        reach = 0.5 if self.what == "date" else NEAR * abs(self.documented)
        return abs(self.implied - self.documented) <= reach


def implied_quantities(evidence: Evidence, table: dict[str, Any]) -> tuple[Implied, ...]:
    """Sums of aid, granted shares and dates of breaks, documented and in free histories.

    ``table`` is the parameter table, whose defaults are the centres of the priors. Formula: the
    median over the histories, drivers being as coded; sums in million US dollars, dates in quarters
    since the beginning of 1945.
    """
    centres = {name: np.full(HISTORIES, float(entry["default"])) for name, entry in table.items()}
    free = simulate(
        Parameters(centres), seed=SEED, keep=tuple(_SIMULATED.values()), drivers="coded"
    )
    return (*_sums(evidence, free), *_shares(evidence, free), *_dates(evidence, free))


def _sums(evidence: Evidence, free: Trajectory) -> Iterator[Implied]:
    for figure in aid_observations(evidence):
        simulated = _summed(
            free, _SIMULATED[figure.basis], figure.pair, figure.first_quarter, figure.last_quarter
        )
        yield Implied(figure.id, figure.basis, figure.usd, float(np.median(simulated)))


def _shares(evidence: Evidence, free: Trajectory) -> Iterator[Implied]:
    for row in evidence.statements:
        if row.basis != "granted share" or row.role not in COMPARED:
            continue
        pair = (country_named(row.patron), country_named(row.client))
        span = (quarter_of(row.first), quarter_of(row.last, end=True))
        asked, pledged = (
            _summed(free, name, pair, *span) for name in ("requested", "newly_pledged")
        )
        share = np.divide(pledged, asked, out=np.zeros_like(asked), where=asked > 0)
        yield Implied(row.id, "share", row.value, float(np.median(share)))


def _dates(evidence: Evidence, free: Trajectory) -> Iterator[Implied]:
    for headline in headline_breaks(evidence).values():
        dates = np.nan_to_num(free.first_date(*headline.pair, Move.SPLIT), nan=QUARTERS)
        documented = quarter_of(headline.documented)
        yield Implied(headline.id, "date", documented, float(np.median(dates)))


def _summed(free: Trajectory, name: str, pair: Pair, first: int, last: int) -> Any:
    return free.arrays[name][first : last + 1, pair[0], pair[1]].sum(axis=0)


def implied_meetings(evidence: Evidence, table: dict[str, Any]) -> Iterator[Coincidence]:
    """Documented quantities that the centres of the priors give by themselves."""
    for each in implied_quantities(evidence, table):
        if each.met and each.documented:
            value: object = each.implied
            if each.what == "date":
                value = date_of(int(each.implied))
            allowed = f"priors whose centres imply another {each.what} than {each.id} documents"
            problem = Problem(PARAMETERS_FILE, f"implied {each.what}", value, _unless(allowed))
            yield Coincidence((PARAMETERS_FILE, "implied", each.id), problem)


def _unless(allowed: str) -> str:
    return f"{allowed}, or a line in {COINCIDENCES_FILE}"


def event_months(evidence: Evidence) -> dict[int, list[str]]:
    """The months in which an event that is compared falls, or its window begins or ends, by id."""
    months: dict[int, list[str]] = {}
    for row in evidence.record:
        if row.role in COMPARED and not row.reading_of and (row.from_status or row.to_status):
            for date in dict.fromkeys((row.documented[:7], row.earliest[:7], row.latest[:7])):
                months.setdefault(month_number(date), []).append(row.id)
    return months


def boundaries(lines: list[CsvLine]) -> Iterator[tuple[CsvLine, str, int]]:
    """Every month in which a spell begins, or that follows a spell, but for the ends of a series.

    With the row that begins there, or else the one that has ended, and the column that says so.
    """
    series: dict[tuple[str, str], list[CsvLine]] = {}
    for line in lines:
        if len(line["from"]) >= 7 and len(line["to"]) >= 7:
            series.setdefault((line.file, line["country"]), []).append(line)
    for rows in series.values():
        rows.sort(key=lambda line: line["from"])
        for place, line in enumerate(rows):
            after = rows[place + 1] if place + 1 < len(rows) else None
            end = month_number(line["to"]) + 1
            if place or line["from"] not in _FIRST:
                yield line, "from", month_number(line["from"])
            if line["to"] != _END and (after is None or month_number(after["from"]) != end):
                yield line, "to", end


def month_meetings(evidence: Evidence, lines: list[CsvLine]) -> Iterator[Coincidence]:
    """Spells of drivers that begin or end in the month of an event or of the end of its window.

    A spell that begins in the month after has had its predecessor end in the month itself.
    """
    months = event_months(evidence)
    for line, column, boundary in boundaries(lines):
        met = dict.fromkeys((*months.get(boundary, ()), *months.get(boundary - 1, ())))
        if met:
            where = f"drivers/{line.file} line {line.number} ({line['country']})"
            allowed = _unless(f"a month that is not one of {', '.join(met)}")
            key = (line.file, line["country"], line["from"])
            yield Coincidence(key, Problem(where, column, line[column], allowed))


def spans_of(lines: str) -> list[tuple[int, int]]:
    """The first and last line of each span in a cell such as ``859-862;1104``."""
    return [(int(first), int(last or first)) for first, last in _SPAN.findall(lines)]


def line_meetings(evidence: Evidence, table: dict[str, Any]) -> Iterator[Coincidence]:
    """Parameters whose prior rests on lines that a target rests on, whatever they are of."""
    targets = [
        (row.id, row.source, spans_of(row.lines))
        for kind, row in evidence.rows()
        if kind != "currency" and getattr(row, "role", "") == TARGET
    ]
    for name, entry in table.items():
        own = spans_of(str(entry.get("lines", "")))
        met = [
            target
            for target, source, spans in targets
            if source == entry.get("source") and any(_overlap(a, b) for a in own for b in spans)
        ]
        for target in met:
            allowed = _unless(f"lines other than those that tell {target}, or an assumption")
            problem = Problem(PARAMETERS_FILE, f"{name}.lines", entry["lines"], allowed)
            yield Coincidence((PARAMETERS_FILE, name, target), problem)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
