"""Five nulls: simpler accounts of the same record, each with priors and a likelihood of its own.

*Constant hazard*: every kind of move has one chance a quarter, aid is one share of the client's
product, shares granted and rates of interest scatter about one mean each. *Persistence*: hardly
anything changes; aid, answers and rates repeat the last ones known of the pair. *Drivers only*:
chances depend on the line gap and on whether a leadership is new, aid, answers and rates on the
line gap; no aid, support or strain feeds back. *Allied*: moves as under a constant hazard, figures
by whether the pair is allied. *Regression*: moves as under drivers only; figures by the line gap,
by whether the pair is allied, by the danger to the client and by its product. Priors stand in
``calibration/nulls.toml``; where a null has none of its own, those of drivers only are its own too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

import numpy as np

from calibration.likelihood.figures import Figure
from calibration.likelihood.observations import QUARTERS, Record
from calibration.likelihood.readings import observation_settings
from calibration.nulls.regressors import Values, gap_of, line_gaps, new_leadership, regressors
from calibration.prior import values_of
from scenarios.documented import Pair
from simulation.arrays import Array, logistic
from simulation.countries import Country
from simulation.drivers import CHINA_ENTERS, leadership_spells
from simulation.parameters import (
    Parameter,
    parameter_table,
    read_parameter_table,
)
from simulation.state import Move

#: What a null may regress figures on; see ``regressors``.
REGRESSORS = ("gap", "apart", "safety", "smallness")
#: What the parameters of a null's moves are about.
MOVING = (
    *("dispute", "break", "mending", "forming"),
    *("parting_gap", "parting_leader", "joining_gap", "joining_leader"),
)
#: Chances (T, S) or (1, S) of each kind of move in a quarter, where the status allows it.
Chances = dict[Move, Array]


@dataclass(frozen=True)
class Null:
    """A simpler account of the record: its parameters, and what it says of moves and of figures.

    ``centre`` is that of a figure on the scale compared, (S,) or one value. A null has parameters
    for the level of every strand of figures and for the scatter of every measure, such as
    ``constant_aid_amount`` and ``constant_amount_scatter``.
    """

    name: str
    says: str
    parameters: tuple[Parameter, ...]
    chances: Callable[[Values, Pair], Chances]
    centre: Callable[[Values, Record, Figure], Array | float]

    def values(self, coordinates: Array) -> dict[str, Array]:
        """Parameter values (S,) by name at standard normal coordinates (S, parameters)."""
        return {
            parameter.name: values_of(parameter, coordinates[:, place])
            for place, parameter in enumerate(self.parameters)
        }

    def forecast(self, values: Values, record: Record, figure: Figure) -> tuple[Array, Array]:
        """How a figure is foreseen, given the ones before it: centre and standard deviation, (S,).

        The figure's own range is included; words have none.
        """
        scatter = values.get(f"{self.name}_{figure.measure}_scatter", np.ones(1))
        centre = np.asarray(self.centre(values, record, figure))
        spread = np.hypot(scatter, figure.reading.spread)
        whole = np.broadcast_shapes(centre.shape, spread.shape, next(iter(values.values())).shape)
        return np.broadcast_to(centre, whole), np.broadcast_to(spread, whole)

    def log_chance(self, values: Values, record: Record, figure: Figure) -> Array:
        """The log-probability of a figure, given the ones before it, (S,).

        A null is sure that there is something to read, but for miscoding.
        """
        centre, spread = self.forecast(values, record, figure)
        error = observation_settings()["miscoding"]
        if figure.reading.absent:
            return np.full(centre.shape, np.log(error))
        certain = 0.0 if figure.certain else np.log1p(-error)
        return np.asarray(certain + figure.log_chance(centre, spread))


@cache
def null_table() -> dict[str, Parameter]:
    """The parameters of the nulls by name, from ``calibration/nulls.toml``."""
    return read_parameter_table(Path(str(files("calibration").joinpath("nulls.toml"))))


def _present(pair: Pair) -> Array:
    """Whether a pair can move at all, 0 or 1, shape (T, 1): China enters late in 1949."""
    quarter = np.arange(QUARTERS)[:, np.newaxis]
    return np.asarray((quarter >= (CHINA_ENTERS if Country.CHINA in pair else 0)).astype(float))


def constant_chances(values: Values, pair: Pair) -> Chances:
    """The same chances at all times; a quarrel is broken off before it can be made up.

    A break is got over by the same chance as a quarrel.
    """
    present = _present(pair)
    breaking = values["constant_break"]
    return {
        Move.FORMED: present * values["constant_forming"],
        Move.ESTRANGED: present * values["constant_dispute"],
        Move.SPLIT: present * breaking,
        Move.MENDED: present * ((1 - breaking) * values["constant_mending"]),
        Move.RECONCILED: present * values["constant_mending"],
    }


def constant_centre(values: Values, record: Record, figure: Figure) -> Array:
    """Figures of a strand scatter about one level: amounts about a share of the product."""
    return figure.usual(values[f"constant_{figure.strand}"])


def persistent_chances(values: Values, pair: Pair) -> Chances:
    """One small chance that anything changes; a quarrel is broken off or made up, even odds.

    A break is got over by the whole of it.
    """
    moving = _present(pair) * values["persistence_move"]
    return {
        Move.FORMED: moving,
        Move.ESTRANGED: moving,
        Move.SPLIT: moving / 2,
        Move.MENDED: moving / 2,
        Move.RECONCILED: moving,
    }


def persistent_centre(values: Values, record: Record, figure: Figure) -> Array | float:
    """A figure repeats the last of its strand known of the pair; the first is as usual.

    What began earlier and goes on longer is not known yet.
    """
    earlier = [
        other
        for other in record.figures
        if (other.strand, other.pair) == (figure.strand, figure.pair)
        and other.first_quarter < figure.first_quarter
        and other.end <= figure.end
        and not other.reading.absent
    ]
    if not earlier:
        return figure.usual(values[f"persistence_{figure.strand}"])
    return figure.after(max(earlier, key=lambda other: other.first_quarter))


def driven_chances(values: Values, pair: Pair) -> Chances:
    """Chances by line gap and new leaderships.

    Formula: logistic(own leaning +- slope x gap + effect x new leadership), the gap against
    alliances, mendings and reconciliations and for quarrels and breaks. The last two share a
    leaning.
    """
    gap, new, present = line_gaps(values, pair), new_leadership(pair), _present(pair)
    parting = values["drivers_parting_gap"] * gap + values["drivers_parting_leader"] * new
    joining = values["drivers_joining_leader"] * new - values["drivers_joining_gap"] * gap
    breaking = logistic(values["drivers_break"] + parting)
    mending = logistic(values["drivers_mending"] + joining)
    return {
        Move.FORMED: present * logistic(values["drivers_forming"] + joining),
        Move.ESTRANGED: present * logistic(values["drivers_dispute"] + parting),
        Move.SPLIT: present * breaking,
        Move.MENDED: present * ((1 - breaking) * mending),
        Move.RECONCILED: present * mending,
    }


def driven_centre(values: Values, record: Record, figure: Figure) -> Array:
    """Figures go by the line gap, on average over their quarters on record."""
    name = f"drivers_{figure.strand}"
    return figure.by_gap(values[name], values[f"{name}_gap"], gap_of(values, figure))


def regression_centre(null: str, values: Values, record: Record, figure: Figure) -> Array:
    """A figure by the regressors of which a null has coefficients, those of its strand."""
    name = f"{null}_{figure.strand}"
    distance = np.zeros(1)
    for key, known in regressors(record.moves, figure).items():
        if f"{name}_{key}" in values:
            distance = distance + values[f"{name}_{key}"] * known
    if f"{name}_gap" in values:
        distance = distance + values[f"{name}_gap"] * gap_of(values, figure)
    return figure.by_gap(values[name], np.ones(1), distance)


def _coefficients(null: str) -> tuple[Parameter, ...]:
    """Levels and scatters as those of drivers only, and for each strand its coefficients."""
    table = null_table()
    levels = [table[f"drivers_{strand}"] for strand in strands()]
    scatters = [
        each
        for name, each in table.items()
        if name.startswith("drivers_") and name.endswith("_scatter")
    ]
    shared = [
        replace(each, name=each.name.replace("drivers", null, 1), rule=null)
        for each in (*levels, *scatters)
    ]
    return (
        *shared,
        *(
            replace(each, name=f"{null}_{strand}_{key}")
            for strand in strands()
            for key in REGRESSORS
            if (each := table.get(f"{null}_{key}")) is not None
        ),
    )


def strands() -> tuple[str, ...]:
    """What the nulls take to be alike: amounts and shares of a kind, or all of a measure."""
    names = [name.removeprefix("drivers_") for name in null_table() if name.startswith("drivers_")]
    return tuple(
        name.removesuffix("_gap")
        for name in names
        if name.endswith("_gap") and name.removesuffix("_gap") in names
    )


def all_nulls() -> tuple[Null, ...]:
    """The five nulls."""
    table = null_table()

    def own(rule: str) -> tuple[Parameter, ...]:
        return tuple(parameter for parameter in table.values() if parameter.rule == rule)

    def of_moves(rule: str) -> tuple[Parameter, ...]:
        return tuple(each for each in own(rule) if each.name.removeprefix(f"{rule}_") in MOVING)

    named = {spell.line for spell in leadership_spells().values()}
    lines = tuple(parameter for name, parameter in parameter_table().items() if name in named)
    return (
        Null(
            "constant",
            "the same chances at all times",
            own("constant"),
            constant_chances,
            constant_centre,
        ),
        Null(
            "drivers",
            "line gaps and new leaderships only",
            (*own("drivers"), *lines),
            driven_chances,
            driven_centre,
        ),
        Null(
            "persistence",
            "all stays as it was",
            own("persistence"),
            persistent_chances,
            persistent_centre,
        ),
        Null(
            "allied",
            "allied or not",
            (*of_moves("constant"), *_coefficients("allied")),
            constant_chances,
            partial(regression_centre, "allied"),
        ),
        Null(
            "regression",
            "line gaps, alliance, danger and product together",
            (*of_moves("drivers"), *_coefficients("regression"), *lines),
            driven_chances,
            partial(regression_centre, "regression"),
        ),
    )
