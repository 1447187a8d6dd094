"""What is asked on the tab Compare: the pickers, the buttons, and how far the answer has come."""

from collections.abc import Callable, Iterator
from typing import Any

import reacton.ipyvuetify as v
import solara

from scenarios.files import LONGEST_HORIZON
from scenarios.outcomes import PAIR_NAMES
from scenarios.page.compare.answering import Standing
from scenarios.page.compare.question import MOST, NUMBERS, Question
from scenarios.page.explore.view import MOST_SEED, SHOWN_PAIRS
from scenarios.page.parts.fields import Field, Fields, SmallButton
from scenarios.page.parts.refusal import Trouble
from scenarios.page.question.choices import scenario_field
from scenarios.page.question.own import files_of, own_files
from simulation.errors import LilliputError

#: In place of a scenario: none.
_NONE = ""
_BESIDE = "beside-"


def chosen(question: Question, name: str, value: str | int) -> Question:
    """The question with something chosen; other scenarios are read over their own horizons."""
    if name.startswith(_BESIDE):
        place = int(name.removeprefix(_BESIDE))
        names = list(question.scenarios)
        names[place : place + 1] = [str(value)] if value != _NONE else []
        return question.model_copy(update={"scenarios": tuple(names), "years": None})
    changes: dict[str, Any] = {name: int(value) if name == "histories" else value}
    if name == "factual":
        changes["years"] = None
    return question.model_copy(update=changes)


def with_built(question: Question, own: str, name: str) -> Question:
    """The question with one that its visitor has built beside the others, or in their place.

    It takes the place of a single scenario of the catalogue, and of the last where there is no
    room; the break that it asks about is the one that is told.
    """
    names = [each for each in question.scenarios if each in own_files(own) and each != name]
    if len(question.scenarios) > 1:
        names = [each for each in question.scenarios if each != name][: MOST - 1]
    pair = files_of(own)[name].asks_about or question.pair
    changes = {"own": own, "scenarios": (name, *names), "years": None, "pair": pair}
    return question.model_copy(update=changes)


def beside_fields(question: Question) -> Iterator[Field]:
    """The scenarios set beside the factual one, and room for another; none can be chosen twice."""
    for place, name in enumerate((*question.scenarios, _NONE)[:MOST]):
        taken = {question.factual, *question.scenarios} - {name}
        label, none = ("and", "none") if place else ("Set beside it", "")
        yield scenario_field(f"{_BESIDE}{place}", label, name, question.own, taken=taken, none=none)


@solara.component
def Asking(
    question: Question,
    choose: Callable[[str, str | int], None],
    ask: Callable[[], None],
    cancel: Callable[[], None],
    standing: Standing,
) -> None:
    """The pickers, the buttons, and how far the answer has come."""
    history = scenario_field(
        "factual", "History as", question.factual, question.own, taken=question.scenarios
    )
    try:
        years, wrong = question.readings()[0].years, None
    except LilliputError as error:
        years, wrong = 1, error
    pairs = tuple((name, SHOWN_PAIRS[name]) for name in PAIR_NAMES)
    horizon = "Counted from the first change; each scenario's own horizon unless changed"
    numbers = tuple((str(number), f"{number:,}") for number in NUMBERS)
    with v.Html(tag="section", class_="lp-filters", attributes={"aria-label": "What is compared"}):
        Fields(
            [
                history,
                *beside_fields(question),
                Field("pair", "Break of, client first", question.pair, pairs),
                Field("years", "Horizon (years)", years, (), 1, LONGEST_HORIZON, horizon),
                Field("histories", "Histories of each", str(question.histories), numbers),
                Field("seed", "Seed of the shocks", question.seed, (), 0, MOST_SEED),
            ],
            choose,
        )
        with solara.Div(classes=["lp-buttons"]):
            solara.Button(
                "Compare",
                on_click=ask,
                disabled=wrong is not None or standing.running == question,
                color="#00568a",
                dark=True,
                small=True,
            )
            SmallButton("Cancel", on_click=cancel, disabled=standing.running is None)
            Progress(standing)
    Trouble(wrong)


@solara.component
def Progress(standing: Standing) -> None:
    """How many histories have come in, of how many."""
    with v.Html(
        tag="div", class_="lp-progress", attributes={"role": "status", "aria-live": "polite"}
    ):
        if standing.running is not None:
            whole = standing.running.histories
            v.ProgressLinear(
                value=100 * standing.done / whole,
                height=6,
                attributes={"aria-label": "Histories simulated"},
            )
            solara.Text(
                f"{standing.done:,} of {whole:,} histories of each scenario", classes=["lp-note"]
            )
