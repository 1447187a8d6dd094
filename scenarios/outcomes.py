"""Outcomes of simulated histories: when each pair broke and why, and what aid there was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.documented import PLAN_PERIODS, Pair, Window
from simulation.arrays import Array
from simulation.countries import pair_named
from simulation.dates import FIRST_YEAR, LAST_YEAR, QUARTERS, date_of
from simulation.state import Move, Status
from simulation.trajectory import Trajectory

#: The five pairs, client first, whose break is documented, and as (patron, client).
PAIR_NAMES = (
    "albania-yugoslavia",
    "yugoslavia-ussr",
    "albania-ussr",
    "china-ussr",
    "albania-china",
)
PAIRS: tuple[Pair, ...] = tuple(pair_named(name) for name in PAIR_NAMES)
YEARS = tuple(range(FIRST_YEAR, LAST_YEAR + 1))
#: Quantities kept year by year for fans, and for how many histories: the first ones of a run.
SERIES = ("support", "strain", "delivered")
SERIES_REPLICATES = 2_000
_ARRAYS = {"asked": "requested", "pledged": "newly_pledged", "delivered": "delivered"}
#: The quantity of the model that belongs to each amount of aid: to all of each basis of documented
#: aid, then to the arms in it.
AMOUNTS = _ARRAYS | {f"arms_{basis}": f"arms_{name}" for basis, name in _ARRAYS.items()}
#: What a trajectory must keep for its outcomes.
KEPT = ("status", "support", "strain", *AMOUNTS.values())
NEVER = -1

Codes = NDArray[np.int8]
Quarters = NDArray[np.int16]
Compact = NDArray[np.float32]
StatusCounts = NDArray[np.int64]

_PATRONS, _CLIENTS = np.array(PAIRS).T


@dataclass(frozen=True)
class Outcomes:
    """What is kept of some histories; pairs are in the order of ``PAIRS``.

    ``split`` is the quarter of a pair's first break (-1: never by 1980), ``initiator`` the country
    that moved and ``cause`` the place of the largest grievance in ``simulation.trajectory.CAUSES``
    (-1: none), all (pairs, R). ``aid`` is in million US dollars, (``AMOUNTS``, windows, pairs, R).
    ``status_counts`` counts the histories in each status at the end of each quarter, (T, pairs,
    statuses). ``series`` holds yearly values for at most 2,000 histories, (years, pairs, R): means
    of support and strain, sums of aid delivered.
    """

    first_replicate: int
    windows: tuple[Window, ...]
    split: Quarters
    initiator: Codes
    cause: Codes
    aid: Compact
    status_counts: StatusCounts
    series: dict[str, Compact]

    @property
    def replicates(self) -> int:
        """How many histories these are."""
        return int(self.split.shape[1])

    def aid_of(self, basis: str, form: str = "") -> Compact:
        """Aid of a basis, (windows, pairs, R): all of it, or what is economic aid or arms of it."""
        names = list(AMOUNTS)
        whole, arms = self.aid[names.index(basis)], self.aid[names.index(f"arms_{basis}")]
        economic: Compact = np.maximum(whole - arms, 0)
        parts: dict[str, Compact] = {"": whole, "arms": arms, "economic": economic}
        return parts[form]

    @classmethod
    def joined(cls, parts: Sequence["Outcomes"]) -> "Outcomes":
        """The outcomes of several runs of neighbouring replicates as those of one."""
        arrays: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in parts], axis=-1)
            for name in ("split", "initiator", "cause", "aid")
        }
        series = {
            name: np.concatenate([part.series[name] for part in parts], axis=-1) for name in SERIES
        }
        counts = np.sum([part.status_counts for part in parts], axis=0)
        return replace(parts[0], **arrays, status_counts=counts, series=series)


def outcomes_of(
    trajectory: Trajectory, windows: Sequence[Window] = PLAN_PERIODS, kept: int = 0
) -> Outcomes:
    """The outcomes of some histories, with the yearly series of the first ``kept`` of them.

    The trajectory must keep ``KEPT``.
    """
    split, initiator, cause = first_breaks(trajectory)
    aid = np.zeros((len(AMOUNTS), len(windows), len(PAIRS), trajectory.replicates))
    for sums, name in zip(aid, AMOUNTS.values(), strict=True):
        add_aid(sums, of_pairs(trajectory.arrays[name]), windows)
    return Outcomes(
        first_replicate=trajectory.first_replicate,
        windows=tuple(windows),
        split=split,
        initiator=initiator,
        cause=cause,
        aid=aid.astype(np.float32),
        status_counts=status_counts(of_pairs(trajectory.arrays["status"])),
        series={
            name: yearly_values(of_pairs(trajectory.arrays[name][..., :kept]), name)
            for name in SERIES
        },
    )


def collected(
    trajectories: Iterable[Trajectory], windows: Sequence[Window] = PLAN_PERIODS
) -> Outcomes:
    """The outcomes of many histories that come a chunk at a time, of which no more is kept."""
    parts: list[Outcomes] = []
    kept = 0
    for trajectory in trajectories:
        here = min(trajectory.replicates, SERIES_REPLICATES - kept)
        parts.append(outcomes_of(trajectory, windows, here))
        kept += here
    return Outcomes.joined(parts)


def of_pairs(quarters: Iterable[Array]) -> Array:
    """The five documented pairs of some quarters, each (P, C, R), as (quarters, pairs, R)."""
    return np.stack([quarter[_PATRONS, _CLIENTS] for quarter in quarters])


def status_counts(statuses: Array) -> StatusCounts:
    """Histories in each status, (quarters, pairs, statuses), of statuses (quarters, pairs, R)."""
    counts = [(statuses == status).sum(axis=-1, dtype=np.int64) for status in Status]
    return np.stack(counts, axis=-1)


def add_aid(sums: Array, quarterly: Array, windows: Sequence[Window], first: int = 0) -> None:
    """Add aid (quarters, pairs, R), the first quarter being ``first``, to its windows' sums.

    ``sums`` has the shape (windows, pairs, R). Quarters are added one by one, so that a history's
    sum is the same among any others, and in however many steps.
    """
    for total, window in zip(sums, windows, strict=True):
        for quarter in range(window.first_quarter - first, window.last_quarter - first + 1):
            if 0 <= quarter < len(quarterly):
                total += quarterly[quarter]


def yearly_values(quarterly: Array, name: str) -> Compact:
    """A quantity year by year, the first axis being time: sums of aid, means of feelings."""
    years = np.zeros((-(-len(quarterly) // 4), *quarterly.shape[1:]))
    for quarter, values in enumerate(quarterly):
        years[quarter // 4] += values
    return (years if name == "delivered" else years / 4).astype(np.float32)


def first_breaks(trajectory: Trajectory) -> tuple[Quarters, Codes, Codes]:
    """Each documented pair's first break in each history: quarter, mover and largest grievance."""
    shape = (len(PAIRS), trajectory.replicates)
    split = np.full(shape, NEVER, dtype=np.int16)
    initiator, cause = np.full(shape, NEVER, dtype=np.int8), np.full(shape, NEVER, dtype=np.int8)
    moves = trajectory.moves
    for place, (patron, client) in enumerate(PAIRS):
        first = trajectory.first_date(patron, client, Move.SPLIT)
        split[place] = np.where(np.isnan(first), NEVER, first)
        rows = np.flatnonzero(
            (moves.patron == patron) & (moves.client == client) & (moves.move == Move.SPLIT)
        )
        own = moves.replicate[rows] - trajectory.first_replicate
        rows, own = rows[moves.quarter[rows] == first[own]], own[moves.quarter[rows] == first[own]]
        initiator[place, own] = moves.initiator[rows]
        cause[place, own] = moves.cause[rows]
    return split, initiator, cause


def quantile_quarter(quarters: NDArray[np.integer], share: float) -> int | None:
    """The quarter by which a share of the histories has had its event, if so many ever have it.

    A history without the event counts as later than 1980. The quantile is the smallest date that at
    least the share of histories has reached (no averaging between dates).
    """
    if not quarters.size:
        return None
    later = np.where(quarters == NEVER, QUARTERS, quarters)
    quarter = int(np.quantile(later, share, method="inverted_cdf"))
    return None if quarter == QUARTERS else quarter


def quantile_date(quarters: NDArray[np.integer], share: float) -> str | None:
    """The month ``YYYY-MM`` of ``quantile_quarter``, if there is one."""
    quarter = quantile_quarter(quarters, share)
    return None if quarter is None else date_of(quarter)
