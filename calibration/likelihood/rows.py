"""Which rows of the evidence every observation is made of, so that a reader can look them up."""

from calibration.evidence.rows import Evidence
from calibration.evidence.targets import fitted_sums, fitted_terms, interest_of, share_rows
from calibration.likelihood.likelihood import Record
from calibration.likelihood.observations import (
    AID,
    EVENT,
    INTEREST,
    SHARE,
    Observation,
    moves_of,
    observations_of,
    rows_of_moves,
)
from simulation.dates import quarter_of


def evidence_ids(evidence: Evidence, record: Record) -> dict[Observation, tuple[str, ...]]:
    """The ids of the rows behind every observation of the record.

    A dated move comes from one row, a sum of aid from the loans added, an answer from its row of ``shares.csv`` and
    the figures asked and granted, a rate of interest from its row of ``terms.csv``. A silence has no row of its own:
    it is traced to the last move before it, if any.
    """
    return {row: _ids(row, evidence, record) for row in observations_of(record)}


def _ids(row: Observation, evidence: Evidence, record: Record) -> tuple[str, ...]:
    if row.kind == AID:
        held = record.aid[row.place]
        wanted = (held.patron, held.client), held.first_quarter
        return next(
            (
                total.ids
                for pair, window, total in fitted_sums(evidence)
                if (pair, window.first_quarter) == wanted
            ),
            (),
        )
    if row.kind == SHARE:
        answer = record.shares[row.place]
        return next(
            (
                (told["id"], told["asked"], told["granted"])
                for told in share_rows()
                if (told["patron"], told["client"]) == (answer.patron.key, answer.client.key)
                and quarter_of(told["from"]) == answer.first_quarter
            ),
            (),
        )
    if row.kind == INTEREST:
        rate = record.interest[row.place]
        return next(
            ((term.id,) for term in fitted_terms(evidence) if interest_of(term) == rate), ()
        )
    rows = rows_of_moves(evidence, record)
    moves = moves_of(record.moves, row.pair)
    place = row.place if row.kind == EVENT else row.place - 1
    return (rows[moves[place]].id,) if place >= 0 and moves[place] in rows else ()
