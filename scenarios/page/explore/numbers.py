"""A history as numbers and words for the browser, which steps, scrubs and draws by itself."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from scenarios.charts.explore import (
    LEAST_STRAIN,
    STATUS_OF_MOVE,
    moves_of,
    reason_sets,
    status_changes,
    tied_quarters,
)
from scenarios.charts.marks import decimal_year
from scenarios.documented import Documented, DocumentedEvent, Pair
from scenarios.explain.chronicle import happenings, reasons_in_words
from scenarios.explain.history import History
from scenarios.explain.words import RELIEF, leader_of, pair_title, source_in_words
from scenarios.outcomes import PAIR_NAMES
from scenarios.page.explore.view import SHOWN_PAIRS
from scenarios.page.parts.chart import Line, Lines, Mark, Upright, record_of, rounded
from scenarios.page.parts.documented import aid_spans, arms_spans
from simulation.arrays import Array
from simulation.countries import ORDERED_PAIRS, Country, pair_name, pair_named
from simulation.dates import FIRST_YEAR, LAST_YEAR, QUARTERS, quarter_name, quarter_of
from simulation.rules.strain import StrainSources
from simulation.state import Move, Status
from simulation.trajectory import PAIRS

#: The rows of marks above a time line.
ROWS = ("record", "this history")
#: What a move is called above a time line.
_MOVED = {
    Move.FORMED: "alliance",
    Move.ESTRANGED: "open dispute",
    Move.SPLIT: "break",
    Move.MENDED: "quarrel made up",
    Move.RECONCILED: "normal relations",
}


def frame_of(events: Sequence[DocumentedEvent]) -> dict[str, Any]:
    """What no history changes: quarters, countries, pairs, and what the record has in each."""
    recorded: list[list[str]] = [[] for _ in range(QUARTERS)]
    for event in events:
        quarter = quarter_of(event.date)
        if 0 <= quarter < QUARTERS:
            recorded[quarter].append(
                f"{pair_title(event.pair)}, {event.date}: {event.words} ({event.cited})"
            )
    return {
        "quarters": [quarter_name(quarter) for quarter in range(QUARTERS)],
        "countries": {country.key: country.title for country in Country},
        "pairs": SHOWN_PAIRS,
        "recorded": recorded,
        "first": decimal_year(0),
    }


def numbers_of(
    history: History, documented: Documented, events: Sequence[DocumentedEvent]
) -> dict[str, Any]:
    """A history: the map of every quarter, what each brought, and the time lines of every pair."""
    moves = history.trajectory.moves
    return {
        "map": _map_of(history),
        "chronicle": [
            [asdict(line) for line in happenings(history, quarter)] for quarter in range(QUARTERS)
        ],
        "charts": {
            name: {
                place: record_of(chart(history, pair_named(name), documented, events))
                for place, chart in TIME_LINES.items()
            }
            for name in SHOWN_PAIRS
        },
        "moves": sorted(set(moves.quarter.tolist())),
        "breaks": _breaks(history),
    }


def _breaks(history: History) -> list[dict[str, Any]]:
    """The pairs whose break is documented and that break here, in order, and when."""
    dates = {
        name: history.trajectory.first_date(*pair_named(name), Move.SPLIT)[0] for name in PAIR_NAMES
    }
    broken = {name: int(date) for name, date in dates.items() if not np.isnan(date)}
    return [
        {"pair": name, "quarter": quarter, "words": f"{SHOWN_PAIRS[name]}, {quarter_name(quarter)}"}
        for name, quarter in sorted(broken.items(), key=lambda item: item[1])
    ]


def _map_of(history: History) -> dict[str, Any]:
    """Status and support of every pair, aid of every ordered pair, and who leads each country."""
    arrays = history.trajectory.arrays
    ties = {
        pair_name(*pair): {
            "status": [Status(int(each)).name.lower() for each in arrays["status"][:, *pair, 0]],
            "support": rounded(arrays["support"][:, *pair, 0]),
        }
        for pair in PAIRS
    }
    aid = {
        f"{patron.key}>{client.key}": rounded(arrays["delivered"][:, patron, client, 0])
        for patron, client in ORDERED_PAIRS
    }
    quarters = [_leaders(history, quarter) for quarter in range(QUARTERS)]
    leaders = {country.key: [each[country] for each in quarters] for country in Country}
    return {"ties": ties, "aid": aid, "leaders": leaders}


def _leaders(history: History, quarter: int) -> dict[Country, str]:
    """Who leads each country; empty where it is not there or keeps out of every alliance."""
    absent = history.context.quarter(quarter).absent
    return {
        country: ""
        if sum(country in pair for pair in absent) == len(ORDERED_PAIRS) // 2
        else leader_of(history.context.spell(quarter, country), quarter).removeprefix("the ")
        for country in Country
    }


def _amount(values: Array) -> Array:
    """The sum of each quarter and the three before it."""
    return np.convolve(values, np.ones(4))[: len(values)]


def _time_line(
    history: History,
    pair: Pair,
    events: Sequence[DocumentedEvent],
    title: str,
    unit: str,
    **parts: Any,
) -> Lines:
    """The years 1945-1980 with what the record and this history have in the rows above."""
    marks = [
        Mark(0, decimal_year(quarter_of(event.date)), event.status, f"{event.date}: {event.words}")
        for event in status_changes(events, pair)
    ]
    breaks = [mark.at for mark in marks if mark.status == "split"]
    return Lines(
        title,
        pair_title(pair),
        unit,
        FIRST_YEAR,
        LAST_YEAR + 1,
        rows=ROWS,
        marks=[*marks, *(_moved(*each) for each in moves_of(history, pair))],
        uprights=[Upright("documented break", at, dash="dotted") for at in breaks],
        **parts,
    )


def _moved(quarter: int, move: Move) -> Mark:
    """A move of the history told, in its row above a time line."""
    words = f"{quarter_name(quarter)}: {_MOVED[move]}"
    return Mark(1, decimal_year(quarter), STATUS_OF_MOVE[move], words, "1")


def _line(words: str, values: Array, **style: Any) -> Line:
    return Line(words, rounded(values), decimal_year(0), **style)


def _aid(
    history: History, pair: Pair, documented: Documented, events: Sequence[DocumentedEvent]
) -> Lines:
    """Aid and arms from patron to client in the year up to each quarter; pledges by plan period."""
    delivered, arms, pledged = (
        history.series(name, *pair) for name in ("delivered", "arms_delivered", "newly_pledged")
    )
    lines = [_line("all aid delivered in the year", _amount(delivered), fill=0.3)]
    if arms.any():
        lines.append(_line("arms among it", _amount(arms), colour="3", dash="dashed"))
    return _time_line(
        history,
        pair,
        events,
        "Aid",
        "million US$ a year",
        lines=lines,
        spans=[*aid_spans(documented, pair, pledged), *arms_spans(documented, pair, arms)],
    )


def _regard(
    history: History, pair: Pair, _documented: Documented, events: Sequence[DocumentedEvent]
) -> Lines:
    """The client's political support for the patron, and the goodwill of each, from 0 to 1."""
    patron, client = pair
    both = (history.series("goodwill", *ends) for ends in ((client, patron), (patron, client)))
    support = history.series("support", patron, client)
    of_client, of_patron = both
    lines = [
        _line(f"support of {client.title}", support, fill=0.25),
        _line(f"goodwill of {client.title}", of_client, colour="2", dash="dashed"),
        _line(f"goodwill of {patron.title}", of_patron, colour="1", dash="dotted"),
    ]
    title = "Support and goodwill"
    return _time_line(history, pair, events, title, "0 to 1", lines=lines, high=1.0)


def _strain(
    history: History, pair: Pair, _documented: Documented, events: Sequence[DocumentedEvent]
) -> Lines:
    """What strains the client, source upon source, what relieves it below zero, and its strain.

    Sources are shown while the pair is allied or in open dispute: strain belongs to an alliance.
    """
    client = pair[1]
    tied = tied_quarters(history, pair)
    lines = [_line("strain (0 to 1)", history.series("strain", *pair), colour="ink", width=2.2)]
    for place, source in enumerate(StrainSources._fields):
        values = tied * history.series(f"strain_sources.{source}", *pair)
        if values.max() >= LEAST_STRAIN:
            words = source_in_words(source, client)
            style = {"colour": str(place), "fill": 0.85, "stack": "sources", "width": 0.5}
            lines.append(_line(words, values, **style))
    relief = -tied * history.series("relief", *pair)
    words = source_in_words(RELIEF, client)
    lines.append(_line(words, relief, colour="soft", fill=0.35, width=0.5))
    title = f"Strain of {client.title}, by source"
    return _time_line(history, pair, events, title, "strain", lines=lines, low=None, height=300)


TimeLine = Callable[[History, Pair, Documented, Sequence[DocumentedEvent]], Lines]
#: The time lines of a pair by the names of their files.
TIME_LINES: dict[str, TimeLine] = {"aid": _aid, "support-goodwill": _regard, "strain": _strain}


def reasons_of(history: History, name: str) -> list[dict[str, Any]]:
    """Quarter by quarter why a pair quarrelled, broke or stayed: a heading, sentences, and bars."""
    pair = pair_named(name)
    made: dict[int, set[Move]] = {}
    for quarter, move in moves_of(history, pair):
        made.setdefault(quarter, set()).add(move)
    return [
        {
            "heading": _heading(history, quarter, pair, made.get(quarter, set())),
            "sentences": reasons_in_words(history, quarter, *pair),
            "sets": _bars(history, quarter, pair) if history.tied(quarter, *pair) else [],
        }
        for quarter in range(QUARTERS)
    ]


def _bars(history: History, quarter: int, pair: Pair) -> list[tuple[str, list[tuple[str, float]]]]:
    return [
        (heading, [(bar.words, round(bar.amount, 3)) for bar in bars])
        for heading, bars in reason_sets(history, pair, quarter)
    ]


def _heading(history: History, quarter: int, pair: Pair, made: set[Move]) -> str:
    """What is asked about a quarter: why it broke only where it broke."""
    for move, question in _QUESTIONS.items():
        if move in made:
            return question
    if history.tied(quarter, *pair):
        return "What pushed, and what held back"
    before = history.status(quarter - 1, *pair)
    return "Broken already" if before is Status.SPLIT else "No alliance to break"


_QUESTIONS = {
    Move.SPLIT: "Why did it break?",
    Move.ESTRANGED: "Why did they quarrel?",
    Move.MENDED: "The quarrel is made up",
    Move.RECONCILED: "They return to normal relations",
    Move.FORMED: "An alliance begins",
}
