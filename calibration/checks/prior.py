"""The prior check: what histories the priors alone imply, and that no prior is centred on a date or a total."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from calibration.checks.implied import (
    NEAR_YEARS,
    ImpliedBreak,
    Share,
    aid_report_table,
    all_near,
    break_values,
    breaks_report_table,
    implied_breaks,
)
from calibration.cli.run_request import documented_record
from calibration.evidence.check import check_disjoint
from calibration.evidence.reading import read_evidence
from calibration.origin import origin_of
from calibration.prior import draw_coordinates, parameters_at
from calibration.reports.form import CheckReport, ReportFigure
from scenarios.charts.run import aid_figure, breaks_figure
from scenarios.documented import windows_of
from scenarios.draws import Draws, table_hash
from scenarios.run import RunResult, run_scenario
from simulation.errors import Problem
from simulation.interventions import HISTORICAL


@dataclass(frozen=True)
class PriorCheck:
    """Histories that the priors alone imply, and every place where a prior is centred on what it must not know."""

    result: RunResult
    breaks: tuple[ImpliedBreak, ...]
    together: Share
    problems: list[Problem]


def prior_draws(draws: int, seed: int) -> Draws:
    """Draws of the parameters from their priors, nothing of the record being used."""
    drawn = parameters_at(draw_coordinates(draws, seed))
    return Draws(pd.DataFrame(dict(drawn)), f"prior-{seed}", "prior", table=table_hash())


def checked_prior(
    replicates: int, seed: int, told: Callable[[int], None] | None = None
) -> PriorCheck:
    """Simulate histories with parameters drawn from the priors, one draw a history, and look for leaks."""
    documented = documented_record()
    draws = prior_draws(replicates, seed)
    result = run_scenario(
        HISTORICAL, draws, replicates, seed, told, windows=windows_of(documented.aid)
    )
    return PriorCheck(
        result,
        implied_breaks(result.outcomes, documented),
        all_near(result.outcomes, documented),
        check_disjoint(read_evidence()),
    )


def prior_report(check: PriorCheck, **settings: Any) -> CheckReport:
    """The report of a prior check."""
    documented = documented_record()
    return CheckReport(
        name="prior",
        title="What the priors alone imply",
        finding=_finding(check),
        reached=not check.problems,
        origin=origin_of(seed=check.result.seed, histories=check.result.replicates, **settings),
        parts=(
            "Each history has parameters drawn from the priors of `simulation/parameters.toml`; the record "
            "plays no part. A prior that already told the dates or amounts would leave the fit nothing to "
            "earn.",
            breaks_report_table(check.breaks),
            ReportFigure(
                "breaks",
                "Dates of the breaks under the priors alone, with the documented ones",
                breaks_figure(check.result, documented),
            ),
            aid_report_table(check.result.outcomes, documented),
            ReportFigure(
                "aid",
                "Aid pledged by plan period under the priors alone, with the documented sums",
                aid_figure(check.result, documented),
            ),
            "Not centred on the record: the drivers and the parameter table are searched for documented "
            "dates, amounts (in their unit, in dollars, in dollars a quarter) and ids of evidence, as "
            "`lilliput evidence check` does. "
            + (" ".join(f"{problem}." for problem in check.problems) or "None is found."),
        ),
        values={
            "breaks": break_values(check.breaks),
            "all_five_near": check.together.share,
            "leaks": [str(problem) for problem in check.problems],
        },
    )


def _finding(check: PriorCheck) -> str:
    near = [row.near.share for row in check.breaks]
    told = (
        f"Under the priors alone a break falls within {NEAR_YEARS} years of its documented date in "
        f"{min(near):.0%} to {max(near):.0%} of histories, and all five together do in {check.together}."
    )
    inside = [row.summary.name for row in check.breaks if row.inside]
    if len(inside) == len(check.breaks):
        told += (
            " The priors leave room for every documented date (all lie inside the 5–95 % range)."
        )
    else:
        outside = ", ".join(row.summary.name for row in check.breaks if not row.inside)
        told += f" Outside the 5–95 % range that the priors allow lies the documented date of: {outside}."
    centred = [row.summary.name for row in check.breaks if row.median_near]
    if centred:
        told += (
            f" The middle of the implied dates already lies within {NEAR_YEARS} years of the record for "
            f"{', '.join(centred)}: there the rules and drivers say much of it before any fit, and "
            "agreement after the fit proves little."
        )
    if check.problems:
        return f"{len(check.problems)} priors or drivers meet a documented date or amount. {told}"
    return f"No prior is centred on a documented date or amount. {told}"
