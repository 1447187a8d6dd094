"""Each observation foreseen from all the others, by the fitted rules and by the three nulls.

For a dated move the question is: when, if at all, does the pair move next, given its moves before and all
else on record? For a silence: does it not move again? For aid, answers and interest: how much? An observation is taken
out of the draws by weighting them with the inverse of the probability they gave it, smoothed (PSIS); where
that fails (Pareto k above 0.7) the rules are fitted again without it. Source: Vehtari, Gelman & Gabry 2017.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.diagnostics import arviz
from calibration.likelihood.likelihood import mean_weight
from calibration.likelihood.null_likelihood import (
    NullFit,
    Spell,
    pointwise,
    spells_of,
)
from calibration.likelihood.observations import (
    EVENT,
    FIGURES,
    Observation,
    Record,
    moves_of,
    observations_of,
)
from calibration.likelihood.pointwise import Pointwise, foreseen, pointwise_of
from calibration.likelihood.scores import (
    AmountForecast,
    DateForecast,
    Score,
    amount_score,
    date_score,
)
from calibration.prior import Coordinates
from scenarios.documented import Pair
from simulation.arrays import Array
from simulation.conditioning import RecordedMove
from simulation.state import Move

#: Above this Pareto k importance weights are not to be relied on.
MOST_K = 0.7
#: Draws of a null that are used, evenly spaced.
NULL_DRAWS = 2000


@dataclass(frozen=True)
class LeftOut:
    """The scores of one observation left out: of the rules and of each null.

    ``pareto_k`` tells how far the draws can be weighted; ``refitted`` whether the rules were fitted again
    instead; ``fitted_log`` is the log score when the observation is not left out: the loss measures its
    influence.
    """

    observation: Observation
    rules: Score
    nulls: Mapping[str, Score]
    pareto_k: float
    refitted: bool
    fitted_log: float


@dataclass(frozen=True)
class Asked:
    """What is left out and foreseen: the record, preferred dates of moves, seed, copies of each draw."""

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


def smoothed(log_likelihood: Array) -> tuple[Array, Array]:
    """Weights (observations, draws) that take each observation out, summing to 1, and the Pareto k of each."""
    logs, found = arviz().psislw(-log_likelihood)
    return np.exp(np.asarray(logs)), np.asarray(found, dtype=float)


def left_out(
    coordinates: Coordinates,
    nulls: tuple[NullFit, ...],
    asked: Asked,
    *,
    refit: Callable[[int, Coordinates], Coordinates] | None = None,
    population: int = 0,
    told: Callable[[int], None] | None = None,
) -> list[LeftOut]:
    """Every observation left out in turn.

    ``coordinates`` are draws of the rules fitted to the whole record; ``refit`` fits them without the
    observation of a place where weighting fails (none: never), beginning with a ``population`` of the draws
    chosen by the weights all the same. ``told`` hears how many observations are done.
    """
    whole = pointwise_of(coordinates, asked.record, seed=asked.seed, copies=asked.copies)
    log_likelihood = whole.log_likelihood
    weights, pareto = smoothed(log_likelihood)
    scored = {fit.null.name: null_scores(fit, asked) for fit in nulls}
    rows = []
    for place, row in enumerate(asked.observations):
        again = refit is not None and pareto[place] > MOST_K
        drawn, held, weight = coordinates, whole, weights[place]
        if again and refit is not None:
            drawn = refit(place, coordinates[systematic(weights[place], population)])
            held = pointwise_of(drawn, asked.record, seed=asked.seed, copies=asked.copies)
            weight = np.full(len(drawn), 1 / len(drawn))
        score = rules_score(drawn, held, weight, place, asked)
        fitted = float(mean_weight(log_likelihood[place]))
        others = {name: scores[place] for name, scores in scored.items()}
        rows.append(LeftOut(row, score, others, float(pareto[place]), again, fitted))
        if told is not None:
            told(place + 1)
    return rows


def systematic(weights: Array, number: int) -> NDArray[np.int64]:
    """Which of some draws with weights (draws,) that sum to 1 make an evenly weighted sample of a number of them."""
    ranks = (np.arange(number) + 0.5) / number
    return np.minimum(np.searchsorted(np.cumsum(weights), ranks), len(weights) - 1)


def rules_score(
    coordinates: Coordinates, held: Pointwise, weight: Array, place: int, asked: Asked
) -> Score:
    """The scores of the rules for one observation, for draws with weights (draws,) that leave it out."""
    row = asked.observations[place]
    weights = (weight[:, np.newaxis] * held.weights_without(place)).ravel()
    if row.kind in FIGURES:
        return _figure_score(row, held, weights, asked)
    chances = foreseen(coordinates, asked.record, row, seed=asked.seed, copies=asked.copies)
    return _date_score(row, {move: chance @ weights for move, chance in chances.items()}, asked)


def _figure_score(row: Observation, held: Pointwise, weights: Array, asked: Asked) -> Score:
    figure = asked.record.figures[row.place]
    centres = held.amounts[row.place].ravel()
    known = ~np.isnan(centres)
    centres = np.maximum(centres[known], np.log(np.finfo(float).tiny))
    spreads = np.full(centres.shape, figure.whole_spread)
    return amount_score(
        AmountForecast(weights[known], centres, spreads), figure.compared, _generator(row, asked)
    )


def _date_score(row: Observation, chances: Mapping[Move, Array], asked: Asked) -> Score:
    event = asked.event(row)
    moving = np.sum(list(chances.values()), axis=0)
    if event is None:
        return date_score(DateForecast(moving, np.zeros_like(moving)), None, None)
    forecast = DateForecast(moving, chances[event.move])
    return date_score(forecast, (event.first_quarter, event.last_quarter), asked.quarters[event])


def null_scores(fit: NullFit, asked: Asked) -> list[Score]:
    """The scores of a null for every observation, each left out of its draws by smoothed weights."""
    step = max(1, len(fit.coordinates) // NULL_DRAWS)
    values = fit.null.values(fit.coordinates[::step])
    weights, _ = smoothed(pointwise(fit.null, values, asked.record))
    spells: dict[Pair, list[Spell]] = {}
    scores = []
    for row, weight in zip(asked.observations, weights, strict=True):
        if row.kind not in FIGURES:
            if row.pair not in spells:
                moves = moves_of(asked.record.moves, row.pair)
                spells[row.pair] = spells_of(fit.null.chances(values, row.pair), row.pair, moves)
            leaving = spells[row.pair][row.place].leaving
            scores.append(
                _date_score(row, {move: mass @ weight for move, mass in leaving.items()}, asked)
            )
            continue
        figure = asked.record.figures[row.place]
        forecast = AmountForecast(weight, *fit.null.forecast(values, asked.record, figure))
        scores.append(amount_score(forecast, figure.compared, _generator(row, asked)))
    return scores


def _generator(row: Observation, asked: Asked) -> np.random.Generator:
    """Numbers for the ensemble of a figure, the same for the rules and for every null."""
    place = asked.observations.index(row)
    return np.random.Generator(np.random.Philox(key=[asked.seed, place]))
