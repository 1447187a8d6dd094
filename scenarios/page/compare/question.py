"""A comparison that a visitor asks for, and the answers to it as histories come in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import pandas as pd
from pydantic import BeforeValidator

from scenarios.charts.compare import Fan, fan_of
from scenarios.columns import stem_of
from scenarios.comparison.compare import compare
from scenarios.comparison.reading import Comparison, Reading, columns_of, reading_of
from scenarios.comparison.table import SERIES_WORDS
from scenarios.documented import DocumentedBreak
from scenarios.files import LONGEST_HORIZON, catalogue
from scenarios.outcomes import PAIR_NAMES, YEARS
from scenarios.page.history import MOST_SEED
from scenarios.page.material import Material
from scenarios.page.parts.view import View, one_of, read_whole, whole, written_as
from scenarios.page.simulated import Block, Simulated, part_of, table_of
from simulation.dates import date_of, year_of
from simulation.errors import LilliputError, Problem
from simulation.interventions import HISTORICAL

#: How many histories may be asked for.
NUMBERS = (1_000, 10_000, 50_000)
#: What a link may say in place of a horizon: the scenario's own.
OWN = "own"
#: After how many histories an answer is given although more are on their way.
_STAGES = (10_000,)


def _read_years(value: object) -> int | None:
    return None if value in (OWN, None) else read_whole(value, 1, LONGEST_HORIZON)


class Question(View):
    """Two scenarios, the pair whose break is asked about (client first), and which histories.

    ``years`` is the horizon after the first intervention; none means the scenario's own.
    """

    factual: Annotated[str, one_of(lambda _: catalogue())] = HISTORICAL.name
    scenario: Annotated[str, one_of(lambda _: catalogue())] = "no-new-line-1956"
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
            question.reading()
        except LilliputError as error:
            return cls(), [*problems, *error.problems]
        return question, problems

    def reading(self) -> Reading:
        """How the counterfactual is read; raises ``ScenarioError`` if that cannot be."""
        factual, scenario = (catalogue()[name].scenario for name in (self.factual, self.scenario))
        return reading_of(scenario, factual, self.years)


@dataclass(frozen=True)
class Answer:
    """A comparison over the histories that have come in, with the fans of both branches by series.

    ``breaks`` has one row a history: replicate, draw, and the month of the break within the horizon
    in both branches.
    """

    question: Question
    comparison: Comparison
    fans: dict[str, tuple[Fan, Fan]]
    breaks: pd.DataFrame

    @property
    def finished(self) -> bool:
        """Whether all histories asked for have come in."""
        return self.comparison.histories == self.question.histories


def answers_to(
    question: Question,
    simulated: Simulated,
    breaks: Sequence[DocumentedBreak] = (),
    progress: Callable[[int], None] = lambda done: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Answer]:
    """Answers to a question: one over the first thousand histories, the last over all of them.

    ``progress`` takes how many histories have come in. Raises ``ScenarioError`` if the scenarios
    cannot be compared, ``Stopped`` when the visitor has had enough.
    """
    reading = question.reading()
    columns = shown_columns(question.pair, reading)
    branches: tuple[list[Block], list[Block]] = ([], [])
    stages = [stage for stage in _STAGES if stage < question.histories]
    done = 0
    last_year = year_of(reading.last_quarter)
    scenarios = (reading.factual, reading.scenario)
    for _, blocks in simulated.histories(
        scenarios, question.histories, question.seed, last_year, stopped
    ):
        for branch, block in zip(branches, blocks, strict=True):
            branch.append(part_of(block, columns))
        done += len(blocks[0])
        progress(done)
        if stages and done >= stages[0]:
            stages.pop(0)
            yield answer_of(question, reading, branches, columns, breaks)
    yield answer_of(question, reading, branches, columns, breaks)


def shown_columns(pair: str, reading: Reading) -> list[str]:
    """The columns that a comparison reads, and the years before it for the fans."""
    stem = stem_of(pair)
    years = range(YEARS[0], year_of(reading.last_quarter) + 1)
    before = [f"{stem}_{series}_{year}" for series in SERIES_WORDS for year in years]
    return list(dict.fromkeys([*columns_of(reading, (pair,)), *before]))


def answer_of(
    question: Question,
    reading: Reading,
    branches: tuple[Sequence[Block], Sequence[Block]],
    columns: Sequence[str],
    breaks: Sequence[DocumentedBreak],
) -> Answer:
    """The answer over some histories of both branches."""
    one, other = (table_of(blocks, columns) for blocks in branches)
    pair = question.pair
    (comparison,) = compare(reading, one, other, (pair,), breaks)
    fans = {name: (fan_of(one, pair, name), fan_of(other, pair, name)) for name in SERIES_WORDS}
    quarter = f"{stem_of(pair)}_quarter"
    months = {each: date_of(each) for each in range(reading.last_quarter + 1)}
    dates = {
        scenario.name: table[quarter].map(months).fillna("")
        for scenario, table in ((reading.factual, one), (reading.scenario, other))
    }
    histories = one[["replicate", "draw"]].assign(**dates)
    return Answer(question, comparison, fans, histories.sort_values("replicate", ignore_index=True))
