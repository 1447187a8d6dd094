"""A time line of the evidence: events as marks, amounts as bars, one lane a pair or country."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scenarios.charts.lanes import EVENTS, FEW, HOLLOW, KINDS, EvidenceMark, packed_lanes
from simulation.dates import FIRST_YEAR, LAST_YEAR

#: Pixels: a row of marks where there are many, and where there are few, with words beside them;
#: and above every lane, where its name stands on a narrow screen.
_LOW, _HIGH, _GAP = 10, 18, 18


@dataclass(frozen=True)
class Lanes:
    """Marks in lanes; ``lanes`` have a title and a place from the top, marks their middle."""

    title: str
    about: str
    lanes: list[dict[str, object]]
    marks: list[dict[str, object]]
    key: list[dict[str, str]]
    depth: int
    step: int
    words: bool
    first: float = FIRST_YEAR
    last: float = LAST_YEAR + 1
    kind: str = "lanes"


def lanes_of(marks: Sequence[EvidenceMark]) -> Lanes:
    """The time line of some rows of the evidence, 1945-1980, one lane for each pair or country."""
    few = len(marks) <= FEW
    step = _HIGH if few else _LOW
    lanes: list[dict[str, object]] = []
    drawn: list[dict[str, object]] = []
    depth = 0
    for title, rows in packed_lanes(marks, few):
        lanes.append({"title": title, "top": depth})
        depth += _GAP
        for row in rows:
            drawn += [_drawn(mark, depth + step / 2) for mark in row]
            depth += step
    count = f"{len(marks)} rows" if marks else "no row of the evidence matches"
    return Lanes("The record", count, lanes, drawn, _key(marks), depth, step, few)


def _drawn(mark: EvidenceMark, middle: float) -> dict[str, object]:
    return {
        "id": mark.id,
        "first": mark.first,
        "end": mark.end,
        "at": mark.at,
        "middle": middle,
        "shape": mark.shape,
        "hollow": mark.shape in HOLLOW,
        "role": mark.role,
        "colour": _colour_of(mark.kind),
        "words": mark.words,
        "before": mark.words_before,
        "hint": mark.hint,
    }


def _colour_of(kind: str) -> str:
    """The name of the colour of a kind, as charts of the page name them."""
    place = KINDS[kind][1]
    return "ink" if place is None else str(place)


def _key(marks: Iterable[EvidenceMark]) -> list[dict[str, str]]:
    """What colours and signs mean, as far as there are any."""
    kinds = {mark.kind for mark in marks}
    key = [
        {"words": words, "colour": _colour_of(kind), "shape": "bar"}
        for kind, (words, _) in KINDS.items()
        if kind in kinds and kind != "record"
    ]
    if "record" in kinds:
        key += [
            {"words": words, "colour": "ink", "shape": shape} for shape, words in EVENTS.items()
        ]
    return key
