"""Histories on their way, of which only sums are kept: aid by window, years, statuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from scenarios.documented import Window
from scenarios.outcomes import (
    AMOUNTS,
    PAIRS,
    SERIES,
    Compact,
    Outcomes,
    StatusCounts,
    add_aid,
    first_breaks,
    of_pairs,
    status_counts,
    yearly_values,
)
from simulation.arrays import Array
from simulation.ensemble import Branch, Course
from simulation.trajectory import Trajectory

_YEAR = 4


@dataclass(frozen=True)
class Tally:
    """Histories on their way: a course with the quarters of the current year, and earlier sums.

    ``aid`` is what has been asked, pledged and delivered in each of the ``windows`` so far, as in
    ``Outcomes``; ``statuses`` and ``series`` are those of ``Outcomes``, in pieces. Without windows
    only the yearly series are kept, and breaks.
    """

    course: Course
    aid: Array
    windows: tuple[Window, ...] = ()
    statuses: tuple[StatusCounts, ...] = ()
    series: Mapping[str, tuple[Compact, ...]] = field(
        default_factory=lambda: dict.fromkeys(SERIES, ())
    )

    @classmethod
    def of(cls, course: Course, windows: Sequence[Window] = ()) -> "Tally":
        """The same of a course, which keeps ``outcomes.KEPT``, or ``SERIES`` without windows."""
        replicates = course.state.strain.shape[-1]
        aid = np.zeros((len(AMOUNTS), len(windows), len(PAIRS), replicates))
        return cls(course, aid, tuple(windows)).with_whole_years()

    @property
    def quarter(self) -> int:
        """The quarter at whose beginning the histories stand."""
        return self.course.quarter

    def with_whole_years(self) -> "Tally":
        """The same, with the quarters of the years that have ended taken together."""
        kept = self.course.kept
        quarters = len(kept[SERIES[0]])
        whole = quarters // _YEAR * _YEAR
        if not whole:
            return self
        ended = {name: of_pairs(quarterly[:whole]) for name, quarterly in kept.items()}
        aid, statuses = self.aid, self.statuses
        if self.windows:
            aid = aid.copy()
            for sums, name in zip(aid, AMOUNTS.values(), strict=True):
                add_aid(sums, ended[name], self.windows, self.quarter - quarters)
            statuses = (*statuses, status_counts(ended["status"]))
        return replace(
            self,
            course=replace(self.course, kept={name: kept[name][whole:] for name in kept}),
            aid=aid,
            statuses=statuses,
            series={
                name: (*self.series[name], yearly_values(ended[name], name)) for name in SERIES
            },
        )

    def carried_on(self, branch: Branch, until: int) -> "Tally":
        """The same histories under a branch, at the beginning of a later quarter."""
        if until <= self.quarter:
            return self
        course = branch.continued(self.course, until)
        return replace(self, course=course).with_whole_years()

    def whole_series(self) -> dict[str, Compact]:
        """The yearly values of the years that have ended, (years, pairs, R)."""
        return {name: np.concatenate(self.series[name]) for name in SERIES}

    def outcomes(self, first_replicate: int) -> Outcomes:
        """What is kept of histories that have come to their end, at the end of a year."""
        trajectory = self.without_quarters(first_replicate)
        split, initiator, cause = first_breaks(trajectory)
        return Outcomes(
            first_replicate=first_replicate,
            windows=self.windows,
            split=split,
            initiator=initiator,
            cause=cause,
            aid=self.aid.astype(np.float32),
            status_counts=np.concatenate(self.statuses),
            series=self.whole_series(),
        )

    def without_quarters(self, first_replicate: int) -> Trajectory:
        """The moves and the last state of the histories, without any quarterly quantity."""
        return replace(self.course, kept={}).trajectory(first_replicate)
