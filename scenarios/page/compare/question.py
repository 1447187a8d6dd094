"""A comparison that a visitor asks for, and the answers to it as histories come in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import pandas as pd
from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo

from scenarios.charts.compare import Fan, fan_of
from scenarios.columns import stem_of
from scenarios.comparison.compare import compare
from scenarios.comparison.reading import Comparison, Reading, columns_of, reading_of
from scenarios.comparison.table import SERIES_WORDS
from scenarios.documented import DocumentedBreak
from scenarios.errors import ScenarioError
from scenarios.files import LONGEST_HORIZON, ScenarioFile
from scenarios.outcomes import PAIR_NAMES, YEARS
from scenarios.page.blocks import Block, part_of, table_of
from scenarios.page.explore.view import MOST_SEED, marked
from scenarios.page.material import Material
from scenarios.page.parts.view import WHERE, View, keys, one_of, refused, written_as
from scenarios.page.question.own import Own, check_names, files_of, own_files
from scenarios.page.simulated import Simulated
from simulation.dates import date_of, year_of
from simulation.errors import LilliputError, Problem
from simulation.interventions import HISTORICAL
from simulation.schema import whole, whole_number

#: How many histories may be asked for.
NUMBERS = (1_000, 10_000, 50_000)
#: How many counterfactuals may be set beside one scenario, and how many histories in which the
#: break is avoided are named.
MOST, AVOIDED = 5, 12
#: What a link may say in place of a horizon: the scenario's own.
OWN = "own"
#: After how many histories an answer is given although more are on their way.
_STAGES = (10_000,)


def _read_years(value: object) -> int | None:
    return None if value in (OWN, None) else whole_number(value, 1, LONGEST_HORIZON)


def _read_scenarios(value: object) -> object:
    return tuple(value.split(",")) if isinstance(value, str) else value


def _check_factual(name: str, info: ValidationInfo) -> str:
    check_names([name], info.data.get("own", ""))
    return name


def _check_scenarios(names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    check_names(names, info.data.get("own", ""))
    if not 1 <= len(names) <= MOST or len(set(names)) < len(names):
        allowed = f"one to {MOST} different scenarios"
        raise refused(Problem(WHERE, "", ",".join(names), allowed))
    return names


class Question(View):
    """What is set beside what, the pair whose break is asked about, and over which histories.

    ``own`` are the visitor's own questions; ``scenarios`` are one to five counterfactuals of
    ``factual``; ``pair`` is named client first.
    ``years`` is the horizon after the first intervention; none means each scenario's own.
    """

    model_config = keys(scenarios="scenario")

    own: Own = ""
    factual: Annotated[str, AfterValidator(_check_factual)] = HISTORICAL.name
    scenarios: Annotated[
        tuple[str, ...],
        BeforeValidator(_read_scenarios),
        AfterValidator(_check_scenarios),
        PlainSerializer(",".join),
    ] = ("no-new-line-1956",)
    pair: Annotated[str, one_of(lambda _: PAIR_NAMES)] = "albania-ussr"
    histories: Annotated[int, written_as({str(each): each for each in NUMBERS})] = 10_000
    seed: Annotated[int, whole(0, MOST_SEED)] = 1
    years: Annotated[int | None, BeforeValidator(_read_years)] = None

    @classmethod
    def from_query(
        cls, search: str | None, material: Material | None = None
    ) -> tuple[Self, list[Problem]]:
        """The question of a link, the usual one if its scenarios cannot be compared."""
        question, problems = super().from_query(search, material)
        try:
            question.readings()
        except LilliputError as error:
            return cls(), [*problems, *error.problems]
        return question, problems

    def readings(self) -> list[Reading]:
        """How each counterfactual is read; raises ``ScenarioError`` if that cannot be."""
        if self.factual in self.scenarios:
            allowed = f"one that differs from {self.factual}"
            problem = Problem("comparison", "scenario", self.factual, allowed)
            raise ScenarioError("these scenarios cannot be compared", [problem])
        factual, *others = (file.scenario for file in self.files.values())
        return [reading_of(other, factual, self.years) for other in others]

    @property
    def files(self) -> dict[str, ScenarioFile]:
        """The factual scenario and those beside it by name, as their files have them."""
        known = files_of(self.own)
        return {name: known[name] for name in (self.factual, *self.scenarios)}

    def same_histories(self, other: "Question") -> bool:
        """Whether another question is about the same histories, if another pair of them."""
        return self.model_copy(update={"pair": other.pair}) == other

    @property
    def name(self) -> str:
        """What files of the answer are called."""
        own = self.own if own_files(self.own).keys() & self.files.keys() else ""
        beside = "-".join((self.factual, *self.scenarios)) + marked("own", own)
        return f"{beside}-{self.pair}-{self.histories}-seed{self.seed}"


@dataclass(frozen=True)
class Part:
    """One counterfactual's comparison, with the fans of both branches by series.

    ``avoided`` are replicates in which the twin breaks within the horizon and this does not.
    """

    comparison: Comparison
    fans: dict[str, tuple[Fan, Fan]]
    avoided: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """The comparisons of a question over the histories that have come in.

    ``breaks`` has one row a history: replicate, draw, and the month of the break within the horizon
    in every branch.
    """

    question: Question
    parts: tuple[Part, ...]
    breaks: pd.DataFrame

    @property
    def histories(self) -> int:
        """How many histories have come in."""
        return self.parts[0].comparison.histories

    @property
    def finished(self) -> bool:
        """Whether all histories asked for have come in."""
        return self.histories == self.question.histories


def answers_to(
    question: Question,
    simulated: Simulated,
    breaks: Sequence[DocumentedBreak] = (),
    progress: Callable[[int], None] = lambda done: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Answer]:
    """Answers to a question: of many histories one over the first, the last over all of them.

    ``progress`` takes how many histories have come in. Raises ``ScenarioError`` if the scenarios
    cannot be compared, ``Stopped`` when the visitor has had enough.
    """
    readings = question.readings()
    columns = list(
        dict.fromkeys(name for each in readings for name in shown_columns(question.pair, each))
    )
    scenarios = (readings[0].factual, *(each.scenario for each in readings))
    branches: list[list[Block]] = [[] for _ in scenarios]
    stages = [stage for stage in _STAGES if stage < question.histories]
    done = 0
    last_year = year_of(max(each.last_quarter for each in readings))
    for _, blocks in simulated.histories(
        scenarios, question.histories, question.seed, last_year, stopped
    ):
        for branch, block in zip(branches, blocks, strict=True):
            branch.append(part_of(block, columns))
        done += len(blocks[0])
        progress(done)
        if stages and done >= stages[0]:
            stages.pop(0)
            yield answer_of(question, readings, branches, columns, breaks)
    yield answer_of(question, readings, branches, columns, breaks)


def shown_columns(pair: str, reading: Reading) -> list[str]:
    """The columns that a comparison reads, and the years before it for the fans."""
    stem = stem_of(pair)
    years = range(YEARS[0], year_of(reading.last_quarter) + 1)
    before = [f"{stem}_{series}_{year}" for series in SERIES_WORDS for year in years]
    return list(dict.fromkeys([*columns_of(reading, (pair,)), *before]))


def answer_of(
    question: Question,
    readings: Sequence[Reading],
    branches: Sequence[Sequence[Block]],
    columns: Sequence[str],
    breaks: Sequence[DocumentedBreak],
) -> Answer:
    """The answer over some histories of all branches."""
    factual, *others = (
        table_of(blocks, columns).sort_values("replicate", ignore_index=True) for blocks in branches
    )
    pair = question.pair
    quarter = f"{stem_of(pair)}_quarter"
    parts = []
    factual_fans = {name: fan_of(factual, pair, name) for name in SERIES_WORDS}
    dates = {question.factual: factual[quarter]}
    for reading, other in zip(readings, others, strict=True):
        (comparison,) = compare(reading, factual, other, (pair,), breaks)
        fans = {
            name: (_until(fan, reading), _until(fan_of(other, pair, name), reading))
            for name, fan in factual_fans.items()
        }
        within = [
            each[quarter].between(reading.first_quarter, reading.last_quarter)
            for each in (factual, other)
        ]
        risk = ~factual[quarter].between(0, reading.first_quarter - 1)
        avoided = factual["replicate"][risk & within[0] & ~within[1]].head(AVOIDED)
        parts.append(Part(comparison, fans, tuple(map(int, avoided))))
        dates[reading.scenario.name] = other[quarter]
    last = max(each.last_quarter for each in readings)
    months = {each: date_of(each) for each in range(last + 1)}
    named = {name: column.map(months).fillna("") for name, column in dates.items()}
    return Answer(question, tuple(parts), factual[["replicate", "draw"]].assign(**named))


def _until(fan: Fan, reading: Reading) -> Fan:
    """A fan up to the year in which the horizon ends."""
    years = tuple(year for year in fan.years if year <= year_of(reading.last_quarter))
    return Fan(years, fan.quantiles[:, : len(years)], fan.histories)
