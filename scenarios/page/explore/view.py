"""Which history a visitor looks at, and where: all that a link of the tab Explore holds."""

from typing import Annotated, Any
from zlib import crc32

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo

from scenarios.draws import Draws, parameters_for
from scenarios.explain.words import pair_title
from scenarios.files import ScenarioFile
from scenarios.outcomes import PAIR_NAMES
from scenarios.page.material import OPENING_SEED, Material
from scenarios.page.parts.view import WHERE, View, keys, one_of, refused
from scenarios.page.question.own import Own, check_names, files_of, own_files
from simulation.countries import pair_name, pair_named
from simulation.dates import QUARTERS, quarter_name
from simulation.errors import Problem, raise_if_any, unknown
from simulation.interventions import HISTORICAL
from simulation.parameters import Parameters, parameter_problems, parameter_table
from simulation.schema import whole, whole_number
from simulation.trajectory import PAIRS

#: In place of the number of a draw: the median of every parameter, and how a link says so.
MEDIAN, MEDIAN_WORD = -1, "median"
MOST_SEED = 9_999
#: The pairs that can be looked at, client first; those whose break is documented come first.
SHOWN_PAIRS = {
    name: pair_title(pair_named(name))
    for name in (*sorted(PAIR_NAMES), *(pair_name(*pair) for pair in PAIRS))
}
_LINK_NAMES = {quarter_name(quarter).replace(" ", ""): quarter for quarter in range(QUARTERS)}


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


def _check_scenario(name: str, info: ValidationInfo) -> str:
    if info.context is not None:
        check_names([name], info.data.get("own", ""))
    return name


#: A quarter, which links write ``1961Q3``.
Quarter = Annotated[
    int,
    BeforeValidator(_read_quarter),
    PlainSerializer(lambda quarter: quarter_name(quarter).replace(" ", "")),
]


class HistoryView(View):
    """A history, and the quarter and the pair looked at.

    ``own`` are the visitor's own questions, of which the scenario may be one. ``draw`` numbers the
    draw of the parameters or means their median, ``changes`` are parameters set by hand; ``pair``
    is named client first. With draw r the history is replicate r of ``lilliput run`` with the same
    seed; the median has the shocks of replicate 0.
    """

    model_config = keys(changes="set")

    own: Own = ""
    scenario: Annotated[str, AfterValidator(_check_scenario)] = HISTORICAL.name
    draw: Annotated[
        int,
        BeforeValidator(_read_draw),
        PlainSerializer(lambda draw: MEDIAN_WORD if draw == MEDIAN else draw),
    ] = MEDIAN
    seed: Annotated[int, whole(0, MOST_SEED)] = OPENING_SEED
    changes: Annotated[
        dict[str, float],
        PlainSerializer(lambda changes: ",".join(f"{k}:{v!r}" for k, v in sorted(changes.items()))),
    ] = Field(default_factory=dict)
    quarter: Quarter = 0
    pair: Annotated[str, one_of(lambda _: SHOWN_PAIRS)] = "albania-ussr"

    @property
    def file(self) -> ScenarioFile:
        """The scenario of the history, as its file has it."""
        return files_of(self.own)[self.scenario]

    @property
    def replicate(self) -> int:
        """The number of the replicate whose shocks the history has."""
        return max(self.draw, 0)

    @property
    def history(self) -> "HistoryView":
        """The same history, whatever is looked at."""
        return self.model_copy(update={"quarter": 0, "pair": "albania-ussr"})

    @property
    def name(self) -> str:
        """What files of this history are called; no two histories share a name."""
        draw = MEDIAN_WORD if self.draw == MEDIAN else f"draw{self.draw}"
        scenario = f"{self.scenario}{marked('own', self.own_asked)}"
        return f"{scenario}-{draw}-seed{self.seed}{marked('changed', sorted(self.changes.items()))}"

    @property
    def own_asked(self) -> str:
        """The visitor's own questions if the scenario is one of them, else nothing."""
        return self.own if self.scenario in own_files(self.own) else ""

    def query(self, material: Material | None = None) -> str:
        """The view as the query of a link; it names the draws, as others make another history."""
        query = super().query(material)
        named = [query] if "draw=" in f"&{query}" else [f"draw={MEDIAN_WORD}", query]
        if material is not None:
            named.append(f"draws={material.draws.id}")
        return "&".join(filter(None, named))

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


def marked(word: str, what: object) -> str:
    """What the name of a file adds for something that no two files share; nothing for nothing."""
    return f"-{word}-{crc32(repr(what).encode()):08x}" if what else ""


def opening_view(material: Material) -> HistoryView:
    """What the page opens with: a history near the record, when Albania and the USSR break in it.

    Nobody begins with a freak.
    """
    draw, breaks = material.opening
    quarter = max(breaks["albania-ussr"], 0)
    return HistoryView(draw=draw, seed=OPENING_SEED, quarter=quarter)


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
