"""What the rules are fitted to, put together from the evidence: rows with the role of target, and no others."""

import csv
from collections.abc import Collection
from pathlib import Path

import numpy as np

from calibration.evidence.reading import FOLDER
from calibration.evidence.record import COMPARED, aid_observations, recorded_moves
from calibration.evidence.rows import ROLES, Evidence, Term, first_day
from calibration.likelihood.likelihood import (
    LAST_FITTED,
    InterestAgreed,
    PeriodAid,
    Record,
    ShareGranted,
    observation_settings,
)
from scenarios.documented import PLAN_PERIODS, DocumentedSum, Pair, Window, documented_sum
from simulation.countries import country_named
from simulation.dates import quarter_of
from simulation.errors import Problem, unknown
from simulation.trajectory import PAIRS

_FITTED = "target"
#: The unit of a rate of interest.
_RATE = "percent a year"
#: A share may be rounded by this much.
_SHARE_ROUNDING = 0.01


def period_aid(evidence: Evidence) -> tuple[PeriodAid, ...]:
    """The pledges of each patron in each plan period, added up over the documented loans that are targets.

    The spread comes from the figures' own ranges: log(high / low) / range_width.
    """
    width = observation_settings()["range_width"]
    return tuple(
        PeriodAid(
            patron,
            client,
            window.first_quarter,
            window.last_quarter,
            total.usd,
            float(np.log(total.high / total.low)) / width,
        )
        for (patron, client), window, total in fitted_sums(evidence)
    )


def fitted_sums(evidence: Evidence) -> list[tuple[Pair, Window, DocumentedSum]]:
    """What the loans that are targets add up to, by patron and client and plan period, with the rows added."""
    figures = [row for row in aid_observations(evidence) if row.role == _FITTED and row.usd > 0]
    sums = [
        (pair, window, documented_sum(figures, pair, "pledged", window))
        for pair in PAIRS
        for window in PLAN_PERIODS
        if window.first_quarter >= quarter_of("1951")
    ]
    return [(pair, window, total) for pair, window, total in sums if total is not None]


def shares_granted(folder: Path = FOLDER) -> tuple[ShareGranted, ...]:
    """The documented answers to requests, from ``shares.csv``: granted over asked, compared over about a year."""
    width = observation_settings()["range_width"]
    return tuple(
        ShareGranted(
            country_named(row["patron"]),
            country_named(row["client"]),
            quarter_of(row["from"]),
            quarter_of(row["to"], end=True),
            float(row["value"]),
            (float(row["high"]) - float(row["low"])) / width,
        )
        for row in share_rows(folder)
    )


def share_rows(folder: Path = FOLDER) -> list[dict[str, str]]:
    """The rows of ``shares.csv`` that are targets, as they stand there."""
    with (folder / "shares.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["role"] == _FITTED]


def fitted_terms(evidence: Evidence, roles: Collection[str] = (_FITTED,)) -> list[Term]:
    """The rates of interest that are targets (or have one of some ``roles``), as far as they begin in fitted years."""
    return [
        row
        for row in evidence.terms
        if row.role in roles
        and row.kind == "interest"
        and row.unit == _RATE
        and quarter_of(row.first) <= quarter_of(LAST_FITTED)
    ]


def interest_of(row: Term) -> InterestAgreed:
    """A documented rate of interest as it is compared, a share a year.

    The source gives no range. The spread is that of the rounding: 2 x interest_rounding / range_width.
    """
    settings = observation_settings()
    return InterestAgreed(
        country_named(row.patron),
        country_named(row.client),
        quarter_of(row.first),
        quarter_of(row.last, end=True),
        row.value / 100,
        2 * settings["interest_rounding"] / settings["range_width"],
    )


def compared_interest(evidence: Evidence) -> tuple[InterestAgreed, ...]:
    """Every documented rate of interest the rules are judged by, fitted or held out."""
    return tuple(interest_of(row) for row in fitted_terms(evidence, COMPARED))


def fitted_ids(evidence: Evidence, folder: Path = FOLDER) -> set[str]:
    """The ids of the targets that enter an observation: changes of status, loans added, answers, and interest."""
    changes = [row for row in evidence.record if row.role == _FITTED and not row.reading_of]
    return {
        *(row.id for row in changes if row.from_status or row.to_status),
        *(name for _, _, total in fitted_sums(evidence) for name in total.ids),
        *(row[column] for row in share_rows(folder) for column in ("asked", "granted")),
        *(row.id for row in fitted_terms(evidence)),
    }


def target_problems(
    evidence: Evidence, folder: Path = FOLDER, among: Collection[str] | None = None
) -> list[Problem]:
    """The rows, all or those ``among`` some ids, that have the role of target and yet enter no observation."""
    used = fitted_ids(evidence, folder)
    return [
        Problem(
            f"{kind}.csv ({row.id})",
            "role",
            _FITTED,
            "held out or context, as no observation is made of it",
        )
        for kind, row in evidence.rows()
        if getattr(row, "role", "") == _FITTED
        and row.id not in used
        and (among is None or row.id in among)
    ]


def share_problems(evidence: Evidence, folder: Path = FOLDER) -> list[Problem]:
    """What is wrong with the answers to requests: figures that do not exist or do not give the share, ranges, roles."""
    figures = {figure.id: figure for figure in evidence.aid}
    with (folder / "shares.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    problems = []
    for row in rows:
        where = f"shares.csv ({row['id']})"
        asked, granted = figures.get(row["asked"]), figures.get(row["granted"])
        for key, figure in (("asked", asked), ("granted", granted)):
            if figure is None:
                problems.append(unknown(where, key, row[key], tuple(figures)))
            elif (figure.patron, figure.client) != (row["patron"], row["client"]):
                problems.append(
                    Problem(where, key, row[key], f"a figure of {row['client']}-{row['patron']}")
                )
        if row["role"] not in ROLES:
            problems.append(unknown(where, "role", row["role"], ROLES))
        numbers = [_number(row[column]) for column in ("low", "value", "high")]
        problems += [
            Problem(where, column, row[column], "a number")
            for column, number in zip(("low", "value", "high"), numbers, strict=True)
            if np.isnan(number)
        ]
        low, value, high = numbers
        if value < low or value > high:
            problems.append(Problem(where, "value", row["value"], f"{row['low']} to {row['high']}"))
        if asked and granted and abs(granted.value / asked.value - value) > _SHARE_ROUNDING:
            problems.append(
                Problem(where, "value", row["value"], f"{granted.value:g} / {asked.value:g}")
            )
        problems += [
            Problem(where, column, row[column], "a date YYYY, YYYY-MM or YYYY-MM-DD")
            for column in ("from", "to")
            if not _is_date(row[column])
        ]
    return problems


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _is_date(text: str) -> bool:
    try:
        first_day(text)
    except ValueError:
        return False
    return True


def fitted_record(evidence: Evidence, folder: Path = FOLDER) -> Record:
    """Everything that calibration conditions on: dated moves, plan-period pledges, shares granted, and interest.

    ``folder`` holds the answers to requests (``shares.csv``).
    """
    return Record(
        recorded_moves(evidence, (_FITTED,)),
        period_aid(evidence),
        shares_granted(folder),
        tuple(interest_of(row) for row in fitted_terms(evidence)),
    )
