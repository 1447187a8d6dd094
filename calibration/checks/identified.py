"""Which parameters the record informs: how far it narrows each prior, how much each still weighs.

Sources: contraction and its classes after Carrella 2021; power-scaling after Kallioinen, Paananen,
Burkner & Vehtari 2023, by ArviZ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from calibration.checks.work import method
from calibration.diagnostics import arviz
from calibration.fit.workers import log_likelihoods
from calibration.likelihood.observations import Record
from calibration.reports.pictures import BLUE, GREY, ORANGE, PALE, blank, open_frame
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from scenarios.run import Progress, no_progress
from simulation.arrays import Array
from simulation.errors import listed
from simulation.parameters import parameter_table

#: A parameter whose prior variance the record narrows by at least the first of these is informed;
#: below the second it is not identified.
INFORMED, WEAK = 0.5, 0.1
CLASSES = ("informed", "weak", "not identified")
#: Power-scaling sensitivity above which an influence counts (Kallioinen et al. 2023).
NOTICED = 0.05
#: Vectors whose likelihood is estimated together.
_TASK = 256
_SHUFFLES = 5
#: Parameters named in the finding.
_NAMED = 3

_STYLES = dict(zip(CLASSES, ((BLUE, "o"), (ORANGE, "s"), (GREY, "x")), strict=True))
_PANELS = 3


@dataclass(frozen=True)
class Identified:
    """What the record says of one parameter, in coordinates with a standard normal prior.

    ``contraction`` is 1 - variance of the draws, ``error`` its standard error as if the draws were
    independent, ``shift`` the mean of the draws. ``prior_weight`` and ``record_weight`` are
    power-scaling sensitivities to its own prior and to the likelihood.
    """

    name: str
    contraction: float
    error: float
    shift: float
    prior_weight: float
    record_weight: float

    @property
    def standing(self) -> str:
        """Informed, weak, or not identified."""
        if self.contraction >= INFORMED:
            return CLASSES[0]
        return CLASSES[1] if self.contraction >= WEAK else CLASSES[2]


def likelihood_of_draws(
    coordinates: Array,
    record: Record,
    *,
    seed: int,
    copies: int,
    progress: Progress = no_progress,
) -> Array:
    """The log-likelihood of each draw, averaged over ``copies`` replicates, shape (draws,)."""
    parts = []
    for start in range(0, len(coordinates), _TASK):
        part = coordinates[start : start + _TASK]
        parts.append(log_likelihoods(part, start, record=record, seed=seed, copies=copies))
        progress(start + len(part))
    return np.concatenate(parts)


def contraction(coordinates: Array) -> tuple[Array, Array]:
    """How far draws are narrower than the prior, and its standard error, both (parameters,).

    Formula: 1 - variance; error: square root of (fourth moment - variance squared) / draws.
    """
    centred = coordinates - coordinates.mean(axis=0)
    variance = coordinates.var(axis=0, ddof=1)
    error = np.sqrt(np.maximum((centred**4).mean(axis=0) - variance**2, 0) / len(coordinates))
    return 1 - variance, error


def power_scaling(posterior: Array, component: Array) -> Array:
    """How much each column of draws moves as a part of the posterior is raised to a power near one.

    ``posterior`` is (draws, columns); ``component`` the log prior or log likelihood, (draws,) or
    (draws, columns) for one a column. The measure is a gradient of the cumulative Jensen-Shannon
    distance, by ``arviz.psens``.
    """
    library = arviz()
    columns = component if component.ndim > 1 else component[:, np.newaxis]
    weights = []
    components = np.broadcast_to(columns.T, posterior.T.shape)
    for draws, log_part in zip(posterior.T, components, strict=True):
        data = library.from_dict(posterior={"x": draws[np.newaxis]})
        data.add_groups({"log_prior": {"prior": log_part[np.newaxis]}})
        weights.append(float(library.psens(data, component="prior")["x"]))
    return np.array(weights)


def shuffled_scaling(posterior: Array, component: Array, generator: np.random.Generator) -> float:
    """The sensitivity of draws to a component unrelated to them: the floor of chance (95 %)."""
    weights = [
        power_scaling(posterior[:, :1], generator.permutation(component)) for _ in range(_SHUFFLES)
    ]
    return float(np.quantile(np.concatenate(weights), 0.95))


def identified(coordinates: Array, log_likelihoods: Array) -> tuple[Identified, ...]:
    """What the record says about every parameter, in the order of the parameter table."""
    narrowed, error = contraction(coordinates)
    prior = power_scaling(coordinates, -0.5 * coordinates**2)
    record = power_scaling(coordinates, log_likelihoods)
    numbers = zip(narrowed, error, coordinates.mean(axis=0), prior, record, strict=True)
    return tuple(
        Identified(name, *map(float, row))
        for name, row in zip(parameter_table(), numbers, strict=True)
    )


def identified_report(
    rows: Sequence[Identified], floor: float, origin: Mapping[str, Any]
) -> tuple[Report, Pictures]:
    """The report of what the record says of each parameter.

    ``floor`` is the record weight that chance alone gives.
    """
    ordered = sorted(rows, key=lambda row: -row.contraction)
    meanings = parameter_table()
    numbers = {
        "contraction": attrgetter("contraction"),
        "error": attrgetter("error"),
        "class": attrgetter("standing"),
        "shift": attrgetter("shift"),
        "prior_weight": attrgetter("prior_weight"),
        "record_weight": attrgetter("record_weight"),
    }
    table = Table.of(
        "Every parameter, the best informed first",
        ordered,
        {
            "parameter": attrgetter("name"),
            **{name.replace("_", " "): number for name, number in numbers.items()},
            "meaning": lambda row: meanings[row.name].meaning,
        },
    )
    classes = {name: [row.name for row in ordered if row.standing == name] for name in CLASSES}
    report = Report(
        check="identified",
        title="Which parameters the record informs",
        finding=_finding(ordered, classes),
        reached=None,
        origin=dict(origin),
        parts=(
            method("identified", informed=INFORMED, weak=WEAK, noticed=NOTICED),
            f"Chance alone gives a record weight up to {floor:.2f} (likelihoods shuffled among the "
            "draws).",
            Picture(name="contraction", caption="Contraction of every parameter"),
            table,
        ),
        goals=(
            Goal(
                name="Which parameters the record informs",
                goal="",
                measured=listed(f"{len(names)} {name}" for name, names in classes.items()),
                reached=None,
            ),
        ),
        values={
            "classes": classes,
            "parameters": {
                row.name: {name: number(row) for name, number in numbers.items()} for row in ordered
            },
        },
    )
    return report, {"contraction": contraction_figure(ordered)}


def _finding(ordered: Sequence[Identified], classes: Mapping[str, Sequence[str]]) -> str:
    informed, weak, unknown = classes.values()
    opposed = [row for row in ordered if min(row.prior_weight, row.record_weight) > NOTICED]
    best = (parameter_table()[name].meaning for name in informed[:_NAMED])
    return (
        f"Of {len(ordered)} parameters the record informs {len(informed)}, says a little about "
        f"{len(weak)} and nothing about {len(unknown)}. "
        f"Best informed: {'; '.join(best) or 'none'}. "
        f"In {len(opposed)} prior and record pull against each other enough to count."
    )


def contraction_figure(ordered: Sequence[Identified]) -> Figure:
    """The contraction of every parameter with two standard errors, in columns."""
    figure = blank(13, 10)
    height = -(-len(ordered) // _PANELS)
    lowest = min(-0.1, min(row.contraction - 2 * row.error for row in ordered))
    for panel, axes in enumerate(figure.subplots(1, _PANELS, sharex=True)):
        part = ordered[panel * height : (panel + 1) * height]
        for place, row in enumerate(part):
            (colour, marker), reach = _STYLES[row.standing], 2 * row.error
            ends = [row.contraction - reach, row.contraction + reach]
            axes.plot(ends, [place, place], color=colour)
            axes.plot(row.contraction, place, marker, color=colour, markersize=5)
        axes.set_yticks(np.arange(len(part)), [row.name for row in part], fontsize=8)
        axes.set_ylim(height - 0.5, -0.5)
        axes.set_xlim(lowest, 1)
        for threshold in (WEAK, INFORMED):
            axes.axvline(threshold, color=PALE, linewidth=0.8, linestyle=":")
        open_frame(axes)
        axes.set_xlabel("contraction")
    for name, (colour, marker) in _STYLES.items():
        axes.plot([], [], marker, color=colour, label=name)
    figure.legend(loc="lower center", ncols=len(CLASSES), frameon=False)
    title = "How far the record narrows each prior"
    figure.suptitle(title, fontweight="bold", x=0.02, ha="left")
    figure.tight_layout(rect=(0, 0.04, 1, 0.98))
    return figure
