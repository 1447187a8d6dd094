"""A visitor's own history: what is looked at of it, Mesa's model stepped, and its files."""

from threading import Lock
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo

from scenarios.draws import Draws, parameters_for
from scenarios.explain.history import BEFORE_THE_FIRST, History
from scenarios.explain.words import pair_title
from scenarios.files import catalogue
from scenarios.outcomes import PAIR_NAMES
from scenarios.page.material import Material
from scenarios.page.parts.view import (
    WHERE,
    View,
    csv_of,
    keys,
    one_of,
    refused,
)
from simulation.arrays import Array
from simulation.countries import ORDERED_PAIRS, pair_name, pair_named
from simulation.dates import QUARTERS, date_of, quarter_name
from simulation.errors import Problem, raise_if_any, unknown
from simulation.interventions import HISTORICAL
from simulation.model import AllianceModel
from simulation.parameters import Parameters, parameter_problems, parameter_table
from simulation.schema import whole, whole_number
from simulation.stages import array_fields
from simulation.trajectory import PAIRS, MoveTable, Trajectory, moves_of_quarter

#: In place of the number of a draw: the median of every parameter, and how a link says so.
MEDIAN, MEDIAN_WORD = -1, "median"
MOST_SEED = 9_999
#: The pairs that can be looked at, client first; those whose break is documented come first.
SHOWN_PAIRS = {
    name: pair_title(pair_named(name))
    for name in (*sorted(PAIR_NAMES), *(pair_name(*pair) for pair in PAIRS))
}
_LINK_NAMES = {quarter_name(quarter).replace(" ", ""): quarter for quarter in range(QUARTERS)}


def words_of(quarter: int) -> str:
    """A quarter in words; before the first, the month in which the model begins."""
    return quarter_name(quarter) if quarter > BEFORE_THE_FIRST else "January 1945"


def _read_quarter(value: object) -> object:
    if isinstance(value, str):
        if value not in _LINK_NAMES:
            first, *_, last = _LINK_NAMES
            raise refused(Problem(WHERE, "", value, f"a quarter from {first} to {last}"))
        return _LINK_NAMES[value]
    return value


def _read_draw(value: object, info: ValidationInfo) -> object:
    if value == MEDIAN_WORD:
        return MEDIAN
    if info.context is None:
        return value
    return whole_number(value, 0, len(info.context["material"].draws) - 1)


def _check_quarter(value: int, info: ValidationInfo) -> int:
    reached = info.data.get("reached", value)
    if value > reached:
        allowed = f"no later than the quarter reached, {words_of(reached)}"
        raise refused(Problem(WHERE, "", value, allowed))
    return value


#: A quarter, which links write ``1961Q3``.
Quarter = Annotated[
    int,
    BeforeValidator(_read_quarter),
    PlainSerializer(lambda quarter: quarter_name(quarter).replace(" ", "")),
]


class HistoryView(View):
    """A history, how far it has been carried on, the quarter looked at, and the pair looked at.

    ``draw`` numbers the draw of the parameters or means their median, ``changes`` are parameters
    set by hand; ``pair`` is named client first. With draw r the history is replicate r of
    ``lilliput run`` with the same seed; the median has the shocks of replicate 0.
    """

    model_config = keys(changes="set")

    scenario: Annotated[str, one_of(lambda _: catalogue())] = HISTORICAL.name
    draw: Annotated[int, BeforeValidator(_read_draw)] = MEDIAN
    seed: Annotated[int, whole(0, MOST_SEED)] = 1
    changes: Annotated[
        dict[str, float],
        PlainSerializer(lambda changes: ",".join(f"{k}:{v!r}" for k, v in sorted(changes.items()))),
    ] = Field(default_factory=dict)
    reached: Quarter = BEFORE_THE_FIRST
    quarter: Annotated[Quarter, AfterValidator(_check_quarter)] = Field(
        default_factory=lambda data: data.get("reached", BEFORE_THE_FIRST)
    )
    pair: Annotated[str, one_of(lambda _: SHOWN_PAIRS)] = "albania-ussr"

    @property
    def replicate(self) -> int:
        """The number of the replicate whose shocks the history has."""
        return max(self.draw, 0)

    @property
    def beginning(self) -> "HistoryView":
        """The same history in January 1945, whatever is looked at."""
        history = {name: getattr(self, name) for name in ("scenario", "draw", "seed", "changes")}
        return HistoryView(**history)

    def query(self, material: Material | None = None) -> str:
        """The view as the query of a link; it names the draws, as others make another history."""
        query = super().query(material)
        return f"{query}&draws={material.draws.id}" if query and material else query

    @classmethod
    def split_values(
        cls, values: dict[str, str], material: Material | None
    ) -> tuple[dict[str, Any], list[Problem]]:
        """The parameters set by hand, each within its bounds; draws must be those of the page."""
        ids = (material.draws.id,) if material else ()
        draws = values.pop("draws", "")
        problems = [] if draws in ("", *ids) else [unknown(WHERE, "draws", draws, ids)]
        changes: dict[str, float] = {}
        for setting in filter(None, values.pop("set", "").split(",")):
            name, _, number = setting.partition(":")
            try:
                change = {name: float(number)}
            except ValueError:
                problems.append(Problem(WHERE, "set", setting, "a parameter, : and a number"))
                continue
            wrong = parameter_problems(WHERE, change)
            problems += wrong
            changes |= {} if wrong else change
        return {**values, "set": changes}, problems


def parameters_of(view: HistoryView, draws: Draws) -> Parameters:
    """The parameters of a history: those of its draw, or their median, with the changes by hand.

    Raises ``SimulationError`` if a changed parameter is unknown or out of bounds.
    """
    problems = parameter_problems("page", view.changes)
    raise_if_any("these parameters cannot be used", problems)
    values = drawn_values(view.draw, draws) | view.changes
    return Parameters({name: np.array([value]) for name, value in values.items()})


def drawn_values(draw: int, draws: Draws) -> dict[str, float]:
    """The value of every parameter in a draw, or its median over all draws."""
    if draw == MEDIAN:
        medians = draws.frame.median()
        return {name: float(medians[name]) for name in parameter_table()}
    return {name: float(values[0]) for name, values in parameters_for(draws, draw, 1).items()}


class Stepper:
    """Mesa's model of one visitor, carried on as far as asked, and the history that it leaves.

    Every quarter takes about 8 kB; nothing is shared with other visitors.
    """

    def __init__(self, view: HistoryView, draws: Draws) -> None:
        self._view = view
        self._parameters = parameters_of(view, draws)
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        self.model = AllianceModel(
            scenario_choice=catalogue()[self._view.scenario].scenario,
            seed=self._view.seed,
            replicate=self._view.replicate,
            parameters=self._parameters,
        )
        self._opening = self.model.state
        self._arrays: dict[str, Array] = {}
        self._moves: list[MoveTable] = []

    def history(self, quarter: int) -> History:
        """The history up to a quarter; the model steps there, anew if it has come further."""
        with self._lock:
            if quarter < self.model.quarter:
                self._begin()
            while self.model.quarter < quarter and self.model.running:
                self.model.step()
                self._keep()
            return self._history()

    def _keep(self) -> None:
        """Take down every quantity of the quarter that the model has just carried out."""
        account, quarter = self.model.account, self.model.quarter
        assert account is not None, "the model has stepped"
        for name, values in (array_fields(self.model.state) | array_fields(account)).items():
            if name not in self._arrays:
                self._arrays[name] = np.empty((QUARTERS, *values.shape), dtype=values.dtype)
            self._arrays[name][quarter] = values
        if account.decision.move.any():
            self._moves.append(moves_of_quarter(quarter, account, self._view.replicate))

    def _history(self) -> History:
        passed = self.model.quarter - BEFORE_THE_FIRST
        arrays = {name: values[:passed] for name, values in self._arrays.items()}
        if not arrays:
            arrays = {"status": np.empty((0, *self._opening.status.shape))}
        moves = MoveTable.joined(self._moves)
        trajectory = Trajectory(self._view.replicate, 1, arrays, moves, self.model.state)
        model = self.model
        return History(
            trajectory, model.scenario_choice, self._parameters, model.context, self._opening
        )


def history_table(history: History) -> pd.DataFrame:
    """A history as a table: one row a quarter and ordered pair, one column a quantity.

    Quantities of single countries appear twice, as the patron's and the client's.
    """
    quarters = range(history.reached + 1)
    tables = []
    for patron, client in ORDERED_PAIRS:
        columns: dict[str, object] = {
            "quarter": [quarter_name(quarter) for quarter in quarters],
            "date": [date_of(quarter) for quarter in quarters],
            "patron": patron.key,
            "client": client.key,
        }
        for name, values in history.trajectory.arrays.items():
            if values.ndim == 4:
                columns[name] = values[:, patron, client, 0]
            else:
                columns[f"patron_{name}"] = values[:, patron, 0]
                columns[f"client_{name}"] = values[:, client, 0]
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables).sort_values(["date", "patron", "client"], ignore_index=True)


def history_csv(history: History) -> bytes:
    """The table of a history as CSV."""
    return csv_of(history_table(history))


def scenario_toml(view: HistoryView, draws: Draws) -> bytes:
    """The scenario of a view as a file that says in its first lines how to repeat the history."""
    median = view.draw == MEDIAN
    settings = (drawn_values(MEDIAN, draws) if median else {}) | view.changes
    run = f"lilliput run {view.scenario}.toml --seed {view.seed} --replicates {view.replicate + 1}"
    command = [
        run,
        "--drivers drawn",
        *(f"--set {name}={value!r}" for name, value in settings.items()),
    ]
    draw = "the median of the draws" if median else f"draw {view.draw}"
    head = [
        f"The page showed this scenario with {draw} ({draws.id}), up to {words_of(view.reached)}.",
        f"The history is replicate {view.replicate} (the first is 0) of",
        *" \\\n".join(f"  {part}" for part in command).splitlines(),
    ]
    text = catalogue()[view.scenario].path.read_text(encoding="utf-8")
    return ("".join(f"# {line}\n" for line in head) + "\n" + text).encode("utf-8")
