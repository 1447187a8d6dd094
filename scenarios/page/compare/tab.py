"""The tab Compare: two scenarios on the same shocks, side by side."""

from collections.abc import Callable
from typing import Any

import reacton.ipyvuetify as v
import solara

from scenarios.files import LONGEST_HORIZON, catalogue
from scenarios.outcomes import PAIR_NAMES
from scenarios.page.compare.answering import Standing, use_answering
from scenarios.page.compare.question import (
    NUMBERS,
    Answer,
    Question,
)
from scenarios.page.compare.view import (
    AnswerPicture,
    breaks_csv,
    number_rows,
    numbers_csv,
    pictures_of,
    scenario_file,
)
from scenarios.page.history import MOST_SEED, SHOWN_PAIRS
from scenarios.page.material import use_material
from scenarios.page.parts.fields import Field, Fields, choices_of
from scenarios.page.parts.picture import Picture, drawn_together, use_look
from scenarios.page.parts.refusal import Refusal, lines_of
from scenarios.page.parts.table import Column, Table
from scenarios.page.parts.view import Download, TakeAway, use_view
from scenarios.report.words import cited
from simulation.errors import LilliputError

_COLUMNS = (
    Column("name", "Of the histories in which the break is still to come"),
    Column("meaning", "What it means"),
    Column("value", "Value ± Monte Carlo error", numeric=True),
    Column("spread", "Spread over draws", numeric=True),
    Column("halving", "Histories that would halve the error", numeric=True),
)


@solara.component
def Compare() -> None:
    """Two scenarios on the same shocks: what is asked, how far the answer is, and the answer."""
    question = use_view("/compare", Question)
    standing, answering = use_answering()
    solara.use_effect(lambda: answering.ask(question.value), [])

    def choose(name: str, value: str | int) -> None:
        question.set(chosen(question.value, name, value))

    with solara.Div(classes=["lp-compare"]):
        v.Html(tag="h1", children=["Compare two scenarios on the same shocks"])
        Asking(
            question.value,
            choose,
            lambda: answering.ask(question.value),
            answering.cancel,
            standing,
        )
        with solara.Div():
            if standing.trouble is not None:
                Refusal(*lines_of(standing.trouble))
        if standing.answer is not None:
            Shown(standing.answer, asked_now=standing.answer.question == question.value)
        elif not standing.running:
            solara.Text("Press Compare to simulate both.")
        Takeaway(question.value, standing.answer)


@solara.component
def Takeaway(question: Question, answer: Answer | None) -> None:
    """Everything shown, to take away."""
    draws = use_material().draws.id
    files = [
        Download(
            "Scenario (TOML)",
            f"{question.scenario}.toml",
            lambda: scenario_file(question, draws),
            "the scenario file, with the commands that repeat the comparison",
        )
    ]
    if answer is not None:
        name = f"{answer.question.scenario}-{answer.question.pair}"
        files += [
            Download("Numbers (CSV)", f"{name}.csv", lambda: numbers_csv(answer.comparison)),
            Download(
                "Breaks (CSV)",
                f"{name}-breaks.csv",
                lambda: breaks_csv(answer),
                "the month of the break in every history of both branches",
            ),
        ]
    TakeAway(files, question)


def chosen(question: Question, name: str, value: str | int) -> Question:
    """The question with something chosen; another scenario is read over its own horizon again."""
    changes: dict[str, Any] = {name: int(value) if name == "histories" else value}
    if name in ("scenario", "factual"):
        changes["years"] = None
    return question.model_copy(update=changes)


@solara.component
def Asking(
    question: Question,
    choose: Callable[[str, str | int], None],
    ask: Callable[[], None],
    cancel: Callable[[], None],
    standing: Standing,
) -> None:
    """The pickers, the buttons, and how far the answer has come."""
    scenarios = choices_of(list(catalogue()))
    try:
        years, wrong = question.reading().years, None
    except LilliputError as error:
        years, wrong = 1, error
    with v.Html(tag="section", class_="lp-filters", attributes={"aria-label": "What is compared"}):
        Fields(
            [
                Field("factual", "History as", question.factual, scenarios),
                Field("scenario", "Set beside it", question.scenario, scenarios),
                Field(
                    "pair",
                    "Break of, client first",
                    question.pair,
                    choices_of({name: SHOWN_PAIRS[name] for name in PAIR_NAMES}),
                ),
                Field(
                    "years",
                    "Horizon (years)",
                    years,
                    least=1,
                    most=LONGEST_HORIZON,
                    hint="Counted from the first intervention; "
                    "the scenario's own horizon unless changed",
                ),
                Field(
                    "histories",
                    "Histories of each",
                    str(question.histories),
                    choices_of({str(number): f"{number:,}" for number in NUMBERS}),
                ),
                Field("seed", "Seed of the shocks", question.seed, least=0, most=MOST_SEED),
            ],
            choose,
        )
        with solara.Div(classes=["lp-buttons"]):
            solara.Button(
                "Compare",
                on_click=ask,
                disabled=wrong is not None or standing.running == question,
                color="primary",
                small=True,
            )
            solara.Button(
                "Cancel",
                on_click=cancel,
                disabled=standing.running is None,
                small=True,
                outlined=True,
            )
    with solara.Div():
        if wrong is not None:
            Refusal(*lines_of(wrong))
    Progress(standing)


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


@solara.component
def Shown(answer: Answer, asked_now: bool) -> None:
    """An answer: the scenario, the survival curves, the numbers and the fans."""
    comparison, question = answer.comparison, answer.question
    material, look = use_material(), use_look()
    version = [question, comparison.histories]
    pictures = solara.use_memo(lambda: pictures_of(answer, material.documented), version)
    svgs = solara.use_memo(
        lambda: drawn_together([each.drawing for each in pictures], look, material.simulated),
        [*version, look.name],
    )
    with solara.Div(classes=["lp-two"]):
        About(answer, asked_now)
        ReadyPicture(pictures[0], svgs[0], question)
    Table(
        f"{SHOWN_PAIRS[question.pair]}: {comparison.histories:,} histories of each, "
        f"{comparison.draws:,} draws, seed {question.seed}",
        _COLUMNS,
        number_rows(comparison),
    )
    with v.Html(
        tag="section", class_="lp-two", attributes={"aria-label": "Both branches year by year"}
    ):
        for picture, svg in zip(pictures[1:], svgs[1:], strict=True):
            ReadyPicture(picture, svg, question)


@solara.component
def ReadyPicture(picture: AnswerPicture, svg: str, question: Question) -> None:
    """A picture of an answer that has been drawn with its neighbours."""
    link = f"/compare?{question.query()}"
    settings = {"draws": use_material().draws.id, "drivers": "drawn", "link": link}
    Picture(picture.name, picture.words, picture.drawing, [picture], ready=svg, settings=settings)


@solara.component
def About(answer: Answer, asked_now: bool) -> None:
    """The scenario: its antecedent and source, how it is read, and what must be known."""
    material = use_material()
    question, reading = answer.question, answer.comparison.reading
    read = f"{reading.first_month} to {reading.last_month}, a horizon of {reading.years} years"
    page = catalogue()[question.scenario].page
    facts = [
        *(("Changed", text) for text in reading.antecedents),
        ("Source", cited(reading.scenario, page, material.sources)),
        ("Read", read),
        ("Left out", reading.scenario.left_out),
        ("Draws", f"{material.draws.id} ({material.draws.kind})"),
    ]
    with v.Html(tag="section", class_="lp-about", attributes={"aria-label": "The scenario"}):
        v.Html(tag="h2", children=[f"{question.scenario} beside {question.factual}"])
        if not asked_now:
            solara.Text(
                "These are the numbers of the choices before; press Compare for those above.",
                classes=["lp-stale"],
            )
        if not answer.finished:
            solara.Text(
                f"The first {answer.comparison.histories:,} histories; "
                f"{question.histories:,} were asked for.",
                classes=["lp-stale"],
            )
        v.Html(tag="p", children=[reading.scenario.question])
        with v.Html(tag="dl", class_="lp-facts"):
            for name, text in facts:
                if text:
                    v.Html(tag="dt", children=[name])
                    v.Html(tag="dd", children=[text])
            for flag in reading.flags:
                v.Html(tag="dt", class_="lp-flag", children=["Take care"])
                v.Html(tag="dd", class_="lp-flag", children=[flag])
