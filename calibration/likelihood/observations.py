"""The record that the rules are fitted to, and as single observations with the rows behind them.

An observation is a dated move, the silence after a pair's last move, or a documented figure.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from calibration.errors import CalibrationError
from calibration.evidence.columns import OBSERVATION_KINDS
from calibration.evidence.reading import overlaid_evidence, read_evidence, unusable
from calibration.evidence.record import LAST_FITTED, TARGET, record_problems, recorded_moves
from calibration.evidence.rows import Evidence, RecordedChange
from calibration.likelihood.declared import SUPPORT, figures_on_record
from calibration.likelihood.figures import Figure
from calibration.likelihood.readings import observation_settings
from scenarios.documented import Pair
from simulation.conditioning import RecordedMove
from simulation.countries import Country, country_named, pair_name
from simulation.dates import quarter_name, quarter_of
from simulation.errors import Problem, raise_if_any
from simulation.state import WAYS, Move
from simulation.trajectory import PAIRS

#: Quarters on record: 1945 Q1 to the last that is fitted.
QUARTERS = quarter_of(LAST_FITTED) + 1
EVENT, SILENCE = "event", "silence"
#: The kinds of observation that are figures, and all kinds.
FIGURES = (*OBSERVATION_KINDS, SUPPORT)
KINDS = (EVENT, SILENCE, *FIGURES)
#: The status that each move leads to.
STATUS_AFTER = {way.move: way.after for way in WAYS.values()}
_WORDS = {
    Move.FORMED: "ally",
    Move.ESTRANGED: "quarrel",
    Move.SPLIT: "break",
    Move.MENDED: "make up",
    Move.RECONCILED: "reconcile",
}


@dataclass(frozen=True)
class Record:
    """All that the rules are fitted to: moves with their windows, and figures.

    ``until`` is the quarter after the last that counts. Of a move whose window is open then no more
    is known than that it has not been made outside that window.
    """

    moves: tuple[RecordedMove, ...]
    figures: tuple[Figure, ...]
    #: Not in the text that the fingerprint of a whole record is made of.
    until: int = field(default=QUARTERS, repr=False)

    @property
    def fingerprint(self) -> str:
        """A fingerprint of every move and figure, and of the spreads they are compared with."""
        text = repr((self, sorted(observation_settings().items())))
        if self.until < QUARTERS:
            text += f" until {self.until}"
        return hashlib.sha256(text.encode()).hexdigest()

    def before(self, quarter: int) -> "Record":
        """What was on record by the beginning of a quarter.

        Moves whose window had opened, and figures of which every quarter had passed.
        """
        moves = tuple(move for move in self.moves if move.first_quarter < quarter)
        figures = tuple(figure for figure in self.figures if figure.end < quarter)
        return Record(moves, figures, quarter)

    def of_kind(self, *kinds: str) -> tuple[Figure, ...]:
        """The figures of some kinds."""
        return tuple(figure for figure in self.figures if figure.kind in kinds)


def fitted_record(evidence: Evidence) -> Record:
    """Everything that calibration conditions on: dated moves, and every figure."""
    figures = tuple(figure for figure, _ in figures_on_record(evidence))
    return Record(recorded_moves(evidence, (TARGET,)), figures)


def fit_evidence(overlay: Path | None) -> Evidence:
    """The evidence of a fit: the shipped one, with an overlay over it if there is one.

    Raises ``CalibrationError`` that lists every problem of the overlay, or of the evidence with it.
    """
    if overlay is None:
        return read_evidence()
    evidence, ids = overlaid_evidence(overlay)
    problems = record_problems(evidence) + target_problems(evidence, ids)
    raise_if_any(unusable(overlay), problems, CalibrationError)
    return evidence


def overlaid_record(overlay: Path | None) -> Record:
    """What the rules are fitted to with an overlay; raises what ``fit_evidence`` does."""
    return fitted_record(fit_evidence(overlay))


def fitted_ids(evidence: Evidence) -> set[str]:
    """The ids of the rows that enter an observation: changes of status, and those of figures."""
    return {
        *(row.id for row in evidence.record if row.role == TARGET and row.compared_change),
        *(name for _, ids in figures_on_record(evidence) for name in ids),
    }


def target_problems(evidence: Evidence, among: Collection[str] | None = None) -> list[Problem]:
    """The rows, all or those ``among`` some ids, that are targets and yet enter no observation.

    And the observations that reach beyond the fitted years.
    """
    used = fitted_ids(evidence)
    late = [
        Problem(f"observations.csv ({figure.name})", "to, over", figure.period, f"to {LAST_FITTED}")
        for figure, _ in figures_on_record(evidence)
        if figure.end >= QUARTERS and (among is None or figure.name in among)
    ]
    allowed = "held out or context, as no observation is made of it"
    return late + [
        Problem(f"{kind}.csv ({row.id})", "role", TARGET, allowed)
        for kind, row in evidence.rows()
        if getattr(row, "role", "") == TARGET
        and row.id not in used
        and (among is None or row.id in among)
    ]


@dataclass(frozen=True)
class Observation:
    """One thing on record: its name, its kind, whose it is, and its place.

    For an event ``place`` counts the moves of its pair before it, for a silence all of them; of a
    figure it is the place among the figures of the record.
    """

    name: str
    kind: str
    pair: Pair
    place: int


def moves_of(record_moves: Sequence[RecordedMove], pair: Pair) -> list[RecordedMove]:
    """The recorded moves of a pair, in order."""
    return [move for move in record_moves if set(move.pair) == set(pair)]


def observations_of(record: Record) -> tuple[Observation, ...]:
    """Everything on record, one observation each: events pair by pair, silences, figures."""
    events, silences = [], []
    for pair in PAIRS:
        moves, name = moves_of(record.moves, pair), pair_name(*pair)
        for place, move in enumerate(moves):
            event = f"{name} {_WORDS[move.move]} {quarter_name(move.last_quarter)}"
            events.append(Observation(event, EVENT, pair, place))
        silence = f"{name} silent after {len(moves)} moves"
        silences.append(Observation(silence, SILENCE, pair, len(moves)))
    figures = [
        Observation(figure.name, figure.kind, figure.pair, place)
        for place, figure in enumerate(record.figures)
    ]
    return (*events, *silences, *figures)


def rows_of_moves(evidence: Evidence, record: Record) -> dict[RecordedMove, RecordedChange]:
    """The row of ``record.csv`` that each move comes from; none for one the evidence lacks."""
    rows: dict[tuple[frozenset[Country], int, int], RecordedChange] = {}
    for row in evidence.record:
        if row.compared_change:
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


def evidence_ids(evidence: Evidence, record: Record) -> dict[Observation, tuple[str, ...]]:
    """The ids of the rows behind every observation, so that a reader can look them up.

    A dated move comes from one row, a figure from those that ``observations.csv`` names, an act of
    support from its own. A silence has no row: it is traced to the last move before it, if any.
    """
    figures = {figure.name: ids for figure, ids in figures_on_record(evidence)}
    rows = rows_of_moves(evidence, record)

    def ids_of(row: Observation) -> tuple[str, ...]:
        if row.kind in FIGURES:
            return figures.get(record.figures[row.place].name, ())
        moves = moves_of(record.moves, row.pair)
        place = row.place if row.kind == EVENT else row.place - 1
        return (rows[moves[place]].id,) if place >= 0 and moves[place] in rows else ()

    return {row: ids_of(row) for row in observations_of(record)}
