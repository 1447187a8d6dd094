"""The record as single observations: dated moves, the silence after the last, aid by plan period, answers, interest."""

from collections.abc import Sequence
from dataclasses import dataclass

from calibration.evidence.record import COMPARED
from calibration.evidence.rows import Evidence, RecordedChange
from calibration.likelihood.likelihood import Figure, Record
from scenarios.documented import PLAN_PERIODS, Pair
from simulation.conditioning import RecordedMove
from simulation.countries import Country, country_named, pair_name
from simulation.dates import quarter_name, quarter_of, year_of
from simulation.state import STARTING_ALLIANCES, Move, Status
from simulation.trajectory import PAIRS

EVENT, SILENCE, AID, SHARE, INTEREST = "event", "silence", "aid", "share", "interest"
KINDS = (EVENT, SILENCE, AID, SHARE, INTEREST)
#: Where in a record the figures of each kind stand; the order is that of ``Record.figures``.
FIGURES = {AID: "aid", SHARE: "shares", INTEREST: "interest"}
#: The status that each move leads to.
STATUS_AFTER = {
    Move.FORMED: Status.ALLIED,
    Move.ESTRANGED: Status.ESTRANGED,
    Move.SPLIT: Status.SPLIT,
    Move.MENDED: Status.ALLIED,
}
_WORDS = {
    Move.FORMED: "ally",
    Move.ESTRANGED: "quarrel",
    Move.SPLIT: "break",
    Move.MENDED: "make up",
}


@dataclass(frozen=True)
class Observation:
    """One thing on record: its name, its kind, whose it is, and its place among those of its kind.

    For an event ``place`` counts the moves of its pair before it, for a silence all of them; for aid, shares and
    interest it is the place in the record.
    """

    name: str
    kind: str
    pair: Pair
    place: int


def moves_of(record_moves: Sequence[RecordedMove], pair: Pair) -> list[RecordedMove]:
    """The recorded moves of a pair, in order."""
    return [move for move in record_moves if set(move.pair) == set(pair)]


def first_status(pair: Pair) -> Status:
    """The status in which a pair enters 1945."""
    allied = any(set(pair) == set(start) for start in STARTING_ALLIANCES)
    return Status.ALLIED if allied else Status.NONE


def observations_of(record: Record) -> tuple[Observation, ...]:
    """Everything on record, one observation each: events pair by pair, silences, aid, answers to requests, interest."""
    events, silences = [], []
    for pair in PAIRS:
        held = moves_of(record.moves, pair)
        name = pair_name(*pair)
        for place, move in enumerate(held):
            told = f"{name} {_WORDS[move.move]} {quarter_name(move.last_quarter)}"
            events.append(Observation(told, EVENT, pair, place))
        silences.append(
            Observation(f"{name} silent after {len(held)} moves", SILENCE, pair, len(held))
        )
    names = {window.first_quarter: window.name for window in PLAN_PERIODS}

    def when(kind: str, first: int) -> str | int:
        return names.get(first, first) if kind == AID else year_of(first)

    figures = [
        Observation(
            f"{pair_name(row.patron, row.client)} {kind} {when(kind, row.first_quarter)}",
            kind,
            (row.patron, row.client),
            place,
        )
        for kind, field in FIGURES.items()
        for place, row in enumerate(getattr(record, field))
    ]
    return (*events, *silences, *figures)


def figure_of(record: Record, row: Observation) -> Figure:
    """The figure of the record that an observation of aid, of a share or of interest is."""
    figure: Figure = getattr(record, FIGURES[row.kind])[row.place]
    return figure


def rows_of_moves(evidence: Evidence, record: Record) -> dict[RecordedMove, RecordedChange]:
    """The row of ``record.csv`` that each recorded move comes from; none for a move that the evidence does not hold."""
    rows: dict[tuple[frozenset[Country], int, int], RecordedChange] = {}
    for row in evidence.record:
        if row.role in COMPARED and not row.reading_of and (row.from_status or row.to_status):
            countries = frozenset((country_named(row.patron), country_named(row.client)))
            window = quarter_of(row.earliest), quarter_of(row.latest, end=True)
            rows[countries, *window] = row
    windows = {
        move: (frozenset(move.pair), move.first_quarter, move.last_quarter) for move in record.moves
    }
    return {move: rows[window] for move, window in windows.items() if window in rows}


def documented_quarters(evidence: Evidence, record: Record) -> dict[RecordedMove, int]:
    """The quarter of the preferred date of each recorded move, within its window."""
    rows = rows_of_moves(evidence, record)
    return {
        move: quarter_of(rows[move].documented) if move in rows else move.last_quarter
        for move in record.moves
    }
