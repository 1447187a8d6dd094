"""Each observation foreseen from all the others, by the fitted rules and by the nulls.

For a dated move the question is: when, if at all, does the pair move next, given its moves before
and all else on record? For a silence: does it not move again? For aid, answers and interest: how
much? An observation is taken out of the draws by weighting them with the inverse of the probability
they gave it, smoothed (PSIS); where that fails (Pareto k above 0.7) the rules are fitted again
without it. Source: Vehtari, Gelman & Gabry 2017.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.diagnostics import arviz, systematic
from calibration.likelihood.figures import Doubt, discrepancy_of
from calibration.likelihood.likelihood import mean_weight
from calibration.likelihood.observations import (
    EVENT,
    FIGURES,
    KINDS,
    Observation,
    Record,
    moves_of,
    observations_of,
)
from calibration.likelihood.pointwise import Pointwise, foreseen, pointwise_of
from calibration.likelihood.scores import (
    DateForecast,
    Difference,
    FigureForecast,
    Score,
    date_score,
    figure_score,
    paired,
)
from calibration.nulls.likelihood import NullFit, Spell, pointwise, spells_of
from calibration.prior import Coordinates, parameters_at
from scenarios.documented import Pair
from scenarios.run import Progress, no_progress
from simulation.arrays import Array
from simulation.conditioning import RecordedMove
from simulation.state import Move

#: Above this Pareto k importance weights are not to be relied on.
MOST_K = 0.7
#: Kinds of observation that are looked at together.
AID, ANSWER, ALL = "aid", "answer", "all"
#: Draws of a null that are used, evenly spaced.
NULL_DRAWS = 2000


@dataclass(frozen=True)
class LeftOut:
    """The scores of one observation left out: of the rules and of each null.

    ``pareto_k`` tells how far the draws can be weighted; ``refitted`` whether the rules were fitted
    again instead; ``fitted_log`` is the log score when the observation is not left out: the loss
    measures its influence.
    """

    observation: Observation
    rules: Score
    nulls: Mapping[str, Score]
    pareto_k: float
    refitted: bool
    fitted_log: float

    @property
    def failing(self) -> bool:
        """Whether the weights fail and no fit took their place."""
        return self.pareto_k > MOST_K and not self.refitted


@dataclass(frozen=True)
class Question:
    """What is left out and foreseen: the record, dates of its moves, seed, copies of each draw."""

    record: Record
    quarters: Mapping[RecordedMove, int]
    seed: int
    copies: int

    @property
    def observations(self) -> tuple[Observation, ...]:
        """Everything on record."""
        return observations_of(self.record)

    def event(self, row: Observation) -> RecordedMove | None:
        """The move on record that an observation is; none for a silence."""
        return moves_of(self.record.moves, row.pair)[row.place] if row.kind == EVENT else None

    def generator(self, row: Observation) -> np.random.Generator:
        """Numbers for the ensemble of a figure, the same for the rules and for every null."""
        place = self.observations.index(row)
        return np.random.Generator(np.random.Philox(key=[self.seed, place]))

    def date_score(self, row: Observation, chances: Mapping[Move, Array]) -> Score:
        """The score for a move or a silence of the chances of each move by quarter, (quarters,)."""
        event = self.event(row)
        moving = np.sum(list(chances.values()), axis=0)
        if event is None:
            return date_score(DateForecast(moving, np.zeros_like(moving)), None, None)
        forecast = DateForecast(moving, chances[event.move])
        window = (event.first_quarter, event.last_quarter)
        return date_score(forecast, window, self.quarters[event])


def smoothed(log_likelihood: Array) -> tuple[Array, Array]:
    """Weights that take each observation out, and the Pareto k of each.

    ``log_likelihood`` is (observations, draws), as are the weights, which sum to 1.
    """
    logs, pareto = arviz().psislw(-log_likelihood)
    return np.exp(np.asarray(logs)), np.asarray(pareto, dtype=float)


def left_out(
    coordinates: Coordinates,
    nulls: tuple[NullFit, ...],
    question: Question,
    *,
    refit: Callable[[int, Coordinates], Coordinates] | None = None,
    population: int = 0,
    progress: Progress = no_progress,
) -> list[LeftOut]:
    """Every observation left out in turn.

    ``coordinates`` are draws of the rules fitted to the whole record; ``refit`` fits them without
    the observation of a place where weighting fails (none: never), beginning with a ``population``
    of the draws chosen by the weights all the same.
    """
    record, seed, copies = question.record, question.seed, question.copies
    whole = pointwise_of(coordinates, record, seed=seed, copies=copies)
    log_likelihood = whole.log_likelihood
    weights, pareto = smoothed(log_likelihood)
    scores = {fit.null.name: null_scores(fit, question) for fit in nulls}
    rows = []
    for place, row in enumerate(question.observations):
        draws, parts, weight, again = coordinates, whole, weights[place], False
        if refit is not None and pareto[place] > MOST_K:
            again = True
            draws = refit(place, coordinates[systematic(weights[place], 0.5, population)])
            parts = pointwise_of(draws, record, seed=seed, copies=copies)
            weight = np.full(len(draws), 1 / len(draws))
        score = rules_score(draws, parts, weight, place, question)
        others = {name: by_row[place] for name, by_row in scores.items()}
        fitted = float(mean_weight(log_likelihood[place]))
        rows.append(LeftOut(row, score, others, float(pareto[place]), again, fitted))
        progress(place + 1)
    return rows


def rules_score(
    coordinates: Coordinates, parts: Pointwise, weight: Array, place: int, question: Question
) -> Score:
    """The scores of the rules for one observation, for weights (draws,) that leave it out."""
    row = question.observations[place]
    weights = (weight[:, np.newaxis] * parts.weights_without(place)).ravel()
    if row.kind in FIGURES:
        discrepancy = discrepancy_of(parameters_at(coordinates, parts.amounts.shape[2]))
        return _figure_score(row, parts, weights, question, discrepancy)
    seed, copies = question.seed, question.copies
    chances = foreseen(coordinates, question.record, row, seed=seed, copies=copies)
    return question.date_score(row, {move: chance @ weights for move, chance in chances.items()})


def _figure_score(
    row: Observation, parts: Pointwise, weights: Array, question: Question, discrepancy: Doubt
) -> Score:
    figure = question.record.figures[row.place]
    place = question.observations.index(row)
    centres = parts.amounts[row.place].ravel()
    forecast = FigureForecast(
        weights,
        parts.log_weights[place].ravel(),
        centres,
        np.broadcast_to(figure.whole_spread(discrepancy), centres.shape),
    )
    return figure_score(forecast, figure.observed, question.generator(row))


def null_scores(fit: NullFit, question: Question) -> list[Score]:
    """The scores of a null for every observation, each left out of its draws by weights."""
    step = max(1, len(fit.coordinates) // NULL_DRAWS)
    values = fit.null.values(fit.coordinates[::step])
    weights, _ = smoothed(pointwise(fit.null, values, question.record))
    spells: dict[Pair, list[Spell]] = {}
    scores = []
    for row, weight in zip(question.observations, weights, strict=True):
        if row.kind in FIGURES:
            figure = question.record.figures[row.place]
            forecast = FigureForecast(
                weight,
                fit.null.log_chance(values, question.record, figure),
                *fit.null.forecast(values, question.record, figure),
            )
            scores.append(figure_score(forecast, figure.observed, question.generator(row)))
            continue
        if row.pair not in spells:
            moves = moves_of(question.record.moves, row.pair)
            spells[row.pair] = spells_of(fit.null.chances(values, row.pair), row.pair, moves)
        leaving = spells[row.pair][row.place].leaving
        chances = {move: mass @ weight for move, mass in leaving.items()}
        scores.append(question.date_score(row, chances))
    return scores


@dataclass(frozen=True)
class Measure:
    """A score as its tables show it: its name, attribute and sign, 1 if larger is better."""

    name: str
    title: str
    attribute: str
    sign: int

    def of(self, score: Score) -> float:
        """The score, turned so that larger is better."""
        return self.sign * float(getattr(score, self.attribute))

    def gain(self, rows: Sequence[LeftOut], null: str) -> Difference:
        """How much better the rules are than a null, over some observations."""
        return paired(
            [self.of(row.rules) for row in rows], [self.of(row.nulls[null]) for row in rows]
        )


LOG = Measure("log score", "log score", "log", 1)


def groups_of(rows: Sequence[LeftOut]) -> dict[str, list[LeftOut]]:
    """The observations of each kind, all of them, and those of several kinds."""
    groups = {kind: [row for row in rows if row.observation.kind == kind] for kind in KINDS}
    groups |= {
        ALL: list(rows),
        "events and aid": [row for row in rows if row.observation.kind in (EVENT, *FIGURES)],
        "aid and answers": [row for row in rows if row.observation.kind in (AID, ANSWER)],
    }
    return {kind: group for kind, group in groups.items() if group}


@dataclass(frozen=True)
class Block:
    """A block of observations beside the null that foresees it best: the one hardest to beat."""

    null: str
    gain: Difference
    failing: int

    @property
    def sum(self) -> float:
        """The log scores of the rules less those of the null, added up."""
        return self.gain.mean * self.gain.number

    @property
    def error(self) -> float:
        """The standard error of the sum: that of the mean times the number of observations."""
        return self.gain.error * self.gain.number

    @property
    def values(self) -> dict[str, Any]:
        """The numbers for programs: the best null, and the sum with its error."""
        return {
            "best_null": self.null,
            "sum": self.sum,
            "sum_error": self.error,
            "number": self.gain.number,
            "failing": self.failing,
        }

    def __str__(self) -> str:
        error = "?" if np.isnan(self.error) else f"{self.error:.1f}"
        return f"{self.sum:+.1f} ± {error} over {self.null}"


def blocks_of(rows: Sequence[LeftOut]) -> dict[str, Block]:
    """Every kind of observation, and those of several, as a block beside its own best null."""
    blocks = {}
    for kind, group in groups_of(rows).items():
        gains = {name: LOG.gain(group, name) for name in group[0].nulls}
        best = min(gains, key=lambda name: gains[name].mean)
        blocks[kind] = Block(best, gains[best], sum(row.failing for row in group))
    return blocks
