"""Whether the lead of the rules over simpler accounts hangs on how the drivers were coded.

The likelihood averages over drivers within their coded ranges. Here one set of them at a time holds
in all histories, and the log evidence that the rules then have is worked out from the draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy import special

from calibration.checks.nulls import Evidence
from calibration.checks.work import method
from calibration.diagnostics import effective_size
from calibration.fit.workers import log_likelihoods, over_processes
from calibration.likelihood.observations import Record
from calibration.prior import Coordinates
from calibration.reports.pictures import BLUE, GREY, blank, name_rows
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from scenarios.run import Progress, no_progress
from simulation.arrays import Array
from simulation.drivers.spells import SpellValues, coded_values, spell_values

#: How many sets of drivers are drawn within their coded ranges.
SETS = 20
#: Shocks averaged for a vector under one set of drivers, and under drivers spread over the ranges,
#: which vary more.
COPIES, SPREAD_COPIES = 64, 512
#: What the set is called that the settled codings give.
CODED = "as coded"


@dataclass(frozen=True)
class Held:
    """One set of drivers held in all histories.

    ``gain`` is the log evidence of the rules with it less that with drivers drawn, ``effective``
    how many of the draws tell it.
    """

    name: str
    gain: float
    effective: float


def sets_of_drivers(seed: int, number: int) -> dict[str, SpellValues]:
    """The drivers as coded, and so many sets drawn within their ranges, each as of one history."""
    drawn = spell_values("drawn", seed, number).values
    columns = {f"set {place + 1}": SpellValues(drawn[:, [place]]) for place in range(number)}
    return {CODED: coded_values(1), **columns}


def held_drivers(
    coordinates: Coordinates,
    record: Record,
    seed: int,
    sets: Mapping[str, SpellValues],
    *,
    workers: int | None = None,
    progress: Progress = no_progress,
) -> list[Held]:
    """What each set of drivers makes of the log evidence, by draws (draws, parameters).

    Formula: gain = log of the mean over draws of L_set / L, L_set being the likelihood under the
    set and L that under drivers spread over their ranges, of which the draws are the posterior.
    Source: Gelman & Meng 1998.
    """
    judged = partial(log_likelihoods, record=record, seed=seed)
    wanted = [
        partial(judged, copies=SPREAD_COPIES),
        *(partial(judged, copies=COPIES, drivers=values) for values in sets.values()),
    ]
    found: list[Array] = []
    with over_processes(wanted, workers) as likelihoods:
        for done, likelihood in enumerate(likelihoods, 1):
            found.append(likelihood(coordinates, 0))
            progress(done)
    spread, *held = found
    return [
        Held(
            name,
            float(special.logsumexp(one - spread) - np.log(len(spread))),
            float(effective_size(one - spread)),
        )
        for name, one in zip(sets, held, strict=True)
    ]


def drivers_report(
    rows: Sequence[Held], rules: Evidence, null: Evidence, origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of the lead of the rules over the best null under each set of drivers."""
    ahead = rules.log_evidence - null.log_evidence
    leads = {row.name: ahead + row.gain for row in rows}
    drawn = [lead for name, lead in leads.items() if name != CODED]
    least, most = min(drawn), max(drawn)
    together = float(special.logsumexp(drawn) - np.log(len(drawn))) - ahead
    reached = min(leads.values()) > 0
    finding = (
        f"Whichever of {len(drawn)} sets of drivers, drawn within their coded ranges, holds in all "
        f"histories, the record is e^{least:.0f} to e^{most:.0f} times as probable under the rules "
        f"as under the best null ({null.name}), and e^{leads[CODED]:.0f} times with drivers as "
        f"coded; averaged over the ranges it is e^{ahead:.1f}."
    )
    if not reached:
        finding = (
            f"**Under some drivers within their coded ranges the rules do not lead.** {finding}"
        )
    report = Report(
        check="drivers",
        title="The lead of the rules, whatever the drivers within their coded ranges",
        finding=finding,
        reached=reached,
        origin=dict(origin),
        parts=(
            method("drivers", sets=len(drawn), together=f"{together:+.1f}"),
            Picture(name="leads", caption="Lead over the best null under each set of drivers"),
            Table.of(
                "Lead over the best null under each set of drivers",
                rows,
                {
                    "drivers": lambda row: row.name,
                    "log evidence less that with drivers drawn": lambda row: f"{row.gain:+.1f}",
                    f"lead over {null.name}": lambda row: f"{leads[row.name]:+.1f}",
                    "draws that tell it": lambda row: f"{row.effective:.0f}",
                },
            ),
        ),
        goals=(
            Goal(
                name="The rules lead whatever the drivers within their coded ranges",
                goal="more probable than under any null, in every set",
                measured=f"{len(drawn)} sets; {least:+.1f} to {most:+.1f} over {null.name}",
                reached=reached,
            ),
        ),
        values={"null": null.name, "leads": leads, "together": together},
    )
    return report, {"leads": leads_figure(leads, ahead)}


def leads_figure(leads: Mapping[str, float], ahead: float) -> Figure:
    """The lead under each set of drivers, and that with drivers averaged over their ranges."""
    ordered = sorted(leads, key=lambda name: leads[name])
    figure = blank(7, 0.26 * len(ordered) + 1.2)
    axes = figure.subplots()
    for height, name in enumerate(ordered):
        axes.plot(leads[name], height, "D" if name == CODED else "o", color=BLUE)
    axes.axvline(ahead, color=GREY, linestyle=":", label="averaged over the ranges")
    axes.axvline(0, color=GREY, label="no lead")
    name_rows(axes, ordered, fontsize=8)
    axes.set_xlabel("lead over the best null, log units")
    axes.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    return figure
