"""Rows of the evidence as marks in lanes: what the page and the notebooks draw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulation.dates import LAST_YEAR

#: Up to so many marks have words beside them.
FEW = 40
#: The narrowest bar in years, so that it can be seen and clicked.
_NARROWEST = 0.22
#: Years that a letter of the words beside a mark takes up, and between a mark and its words.
_LETTER, APART = 0.24, 0.28
#: Amounts that were not handed over are drawn hollow.
HOLLOW = ("asked", "valued")
#: The kinds of evidence in words, with the place of their colour in a look (none: that of ink).
KINDS: dict[str, tuple[str, int | None]] = {
    "record": ("dated event", None),
    "support": ("act of support", 5),
    "aid": ("aid", 0),
    "statements": ("statement", 6),
    "cuts": ("cut or refusal", 1),
    "terms": ("terms", 4),
    "drivers": ("driver", 2),
    "currency": ("exchange rate", 3),
}
#: What marks of events mean, by the status that they led to.
EVENTS = {
    "allied": "alliance, mended",
    "estranged": "open dispute",
    "split": "break",
    "none": "normal relations",
    "": "other event",
}


@dataclass(frozen=True)
class EvidenceMark:
    """A row of the evidence on a time line.

    ``lane`` says in words whom it is about, ``kind`` is the file it stands in, ``shape`` the status
    an event led to or the basis of an amount, ``first`` and ``last`` are years with decimals,
    ``at`` is the date of an event, ``words`` what is written beside it, ``hint`` what is told of it
    on hovering.
    """

    id: str
    lane: str
    kind: str
    shape: str
    role: str
    first: float
    last: float
    at: float | None
    words: str
    hint: str = ""

    @property
    def end(self) -> float:
        """Where it ends as it is drawn, in years."""
        return max(self.last, self.first + _NARROWEST)

    @property
    def words_before(self) -> bool:
        """Whether its words stand before it, as there is no room for them behind it."""
        return self.end + APART + _LETTER * len(self.words) > LAST_YEAR + 1

    def extent(self, room: bool) -> tuple[float, float]:
        """The years that it takes up, with its words if there is ``room`` for them."""
        words = _LETTER * len(self.words) + APART if room else 0.0
        before = self.words_before
        return self.first - words * before, self.end + words * (not before) + APART


def decimal_of(date: str, *, end: bool = False) -> float:
    """The beginning or end of a date (a year, month or day) as a year with decimals."""
    year, month, day = (int(part) for part in [*date.split("-"), "0", "0"][:3])
    if not month:
        return year + float(end)
    start = year + (month - 1) / 12
    return start + (day - 1 + end) / 365.25 if day else start + end / 12


def packed_lanes(
    marks: Iterable[EvidenceMark], room: bool
) -> list[tuple[str, list[list[EvidenceMark]]]]:
    """Marks by lane, the fullest first, kind by kind, packed into rows without overlaps."""
    by_lane: dict[str, list[EvidenceMark]] = {}
    for mark in marks:
        by_lane.setdefault(mark.lane, []).append(mark)
    packed = []
    for title, own in sorted(by_lane.items(), key=lambda item: -len(item[1])):
        groups = [[mark for mark in own if mark.kind == kind] for kind in KINDS]
        packed.append((title, [row for group in groups for row in _packed(group, room)]))
    return packed


def _packed(marks: Sequence[EvidenceMark], room: bool) -> list[list[EvidenceMark]]:
    """Rows in which no mark overlaps another, ``room`` for words beside them counted in."""
    rows: list[list[EvidenceMark]] = []
    reach: list[float] = []
    for mark in sorted(marks, key=lambda mark: (mark.extent(room)[0], mark.id)):
        start, end = mark.extent(room)
        place = next((place for place, taken in enumerate(reach) if taken <= start), len(rows))
        if place == len(rows):
            rows.append([])
            reach.append(end)
        rows[place].append(mark)
        reach[place] = end
    return rows
