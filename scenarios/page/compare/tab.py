"""The tab Compare: one scenario and up to five others on the same shocks."""

from functools import partial

import reacton.core
import reacton.ipyvuetify as v
import solara

from scenarios.comparison.answer import sentence_of
from scenarios.page.compare.answering import use_answering
from scenarios.page.compare.asking import Asking, chosen, with_built
from scenarios.page.compare.every import Every
from scenarios.page.compare.question import Answer, Part, Question
from scenarios.page.compare.report import MOST as MOST_REPORTED
from scenarios.page.compare.report import report_of
from scenarios.page.compare.view import (
    breaks_csv,
    charts_of,
    number_rows,
    numbers_csv,
    provenance,
    reason_rows,
    scenario_file,
)
from scenarios.page.explore.view import SHOWN_PAIRS, HistoryView
from scenarios.page.material import use_material
from scenarios.page.parts.chart import Drawn
from scenarios.page.parts.refusal import Trouble
from scenarios.page.parts.table import Column, Table
from scenarios.page.parts.terms import Terms
from scenarios.page.parts.view import Download, TakeAway, use_view
from scenarios.page.question.builder import Builder
from scenarios.page.question.choices import words_of
from scenarios.page.question.own import use_own
from scenarios.report.words import cited
from simulation.interventions import HISTORICAL

_COLUMNS = (
    Column("name", "Of the histories in which the break is still to come"),
    Column("meaning", "What it means"),
    Column("value", "Value ± Monte Carlo error", numeric=True),
    Column("spread", "Spread over draws", numeric=True),
    Column("halving", "Histories that would halve the error", numeric=True),
)
_REASONS = (
    Column("branch", "Histories"),
    Column("mover", "Moved by (share of the breaks)"),
    Column("cause", "Over what most of all (share of its breaks)"),
)
#: How many histories without the break are named.
SHOWN = 5


@solara.component
def Compare() -> None:
    """What is asked, how far the answer is, and the answer."""
    built, _ = use_own()
    question = use_view(
        "/compare", Question, lambda view: view.model_copy(update={"own": view.own or built})
    )
    standing, answering = use_answering()
    solara.use_effect(lambda: answering.ask(question.value), [])
    rendering = reacton.core.get_render_context()

    def choose(name: str, value: str | int) -> None:
        before, after = question.value, chosen(question.value, name, value)
        answer = standing.answer
        with rendering:  # the choice, and that it is being answered, are drawn together
            question.set(after)
            if name == "pair" and answer is not None and before.same_histories(after):
                answering.ask(after)
            else:
                answering.prepare(after)

    def build(own: str, name: str) -> None:
        with rendering:
            question.set(with_built(question.value, own, name))
            answering.ask(question.value)

    def set_beside(name: str) -> None:
        changes = {"factual": HISTORICAL.name, "scenarios": (name,), "years": None}
        with rendering:
            question.set(question.value.model_copy(update=changes))
            answering.ask(question.value)

    with solara.Div(classes=["lp-compare"]):
        v.Html(tag="h1", children=["What if? Scenarios on the same shocks"])
        Terms("factual, counterfactual", "antecedent", "horizon", "replicate, history", "draw")
        Builder(question.value.own, question.value.scenarios[0], "Compare it", build)
        Asking(
            question.value,
            choose,
            lambda: answering.ask(question.value),
            answering.cancel,
            standing,
        )
        Trouble(standing.trouble)
        if standing.answer is not None:
            Shown(standing.answer, asked_now=standing.answer.question == question.value)
        elif not standing.running:
            solara.Text("Press Compare to simulate them.")
        # By its key the table stays, opened or not, when the answer comes in above it.
        Every(question.value.pair, question.value.seed, set_beside).key("every")
        Takeaway(question.value, standing.answer).key("takeaway")


@solara.component
def Takeaway(question: Question, answer: Answer | None) -> None:
    """Everything shown, to take away."""
    material = use_material()
    draws = material.draws.id
    hint = "the scenario file, with the commands that repeat the comparison"
    files = [
        Download(
            f"{name} (TOML)", f"{name}.toml", partial(scenario_file, question, name, draws), hint
        )
        for name in question.scenarios
    ]
    about = f"one page on these scenarios, to read offline; {MOST_REPORTED:,} histories at most"
    files.append(
        Download(
            "Report (HTML)",
            f"lilliput-{question.name}.html",
            lambda: report_of(question, material),
            about,
        )
    )
    if answer is not None:
        name = f"lilliput-{answer.question.name}"
        months = "the month of the break in every history of all branches"
        numbers = "every number shown, and those year by year"
        files += [
            Download(
                "Numbers (CSV)", f"{name}.csv", lambda: numbers_csv(answer, material), numbers
            ),
            Download(
                "Breaks (CSV)", f"{name}-breaks.csv", lambda: breaks_csv(answer, material), months
            ),
        ]
    TakeAway(files, question)


@solara.component
def Shown(answer: Answer, asked_now: bool) -> None:
    """An answer: what became of the break in one sentence each, then each scenario by itself."""
    question = answer.question
    with v.Html(tag="section", class_="lp-answer", attributes={"aria-label": "The answer"}):
        title = f"The break of {SHOWN_PAIRS[question.pair]}"
        v.Html(tag="h2", children=[title])
        if not asked_now:
            solara.Text(
                "These are the numbers of the choices before; press Compare for those above.",
                classes=["lp-stale"],
            )
        if not answer.finished:
            solara.Text(
                f"The first {answer.histories:,} histories; {question.histories:,} were asked for.",
                classes=["lp-stale"],
            )
        for part in answer.parts:
            v.Html(tag="p", class_="lp-sentence", children=[sentence_of(part.comparison)])
    for part in answer.parts:
        Scenario(answer, part).key(part.comparison.reading.scenario.name)


@solara.component
def Scenario(answer: Answer, part: Part) -> None:
    """One counterfactual: what is changed, the charts, and the numbers for those who want them."""
    material, question = use_material(), answer.question
    comparison = part.comparison
    name = comparison.reading.scenario.name
    version = [question, comparison.histories, name]
    charts = solara.use_memo(lambda: charts_of(part, material.documented.breaks), version)
    rows = solara.use_memo(lambda: number_rows(comparison), version)
    reasons = solara.use_memo(lambda: reason_rows(comparison), version)
    settings = provenance(question, comparison.histories, material)
    with v.Html(tag="section", class_="lp-scenario", attributes={"aria-label": name}):
        one, other = (words_of(question.files[each]) for each in (name, question.factual))
        v.Html(tag="h2", children=[f"{one}, beside {other[0].lower()}{other[1:]}"])
        About(part, question)
        with solara.Div(classes=["lp-two"]):
            for place, chart in charts.items():
                words = f"{chart.title}, {chart.about}: {name} beside {question.factual}"
                Drawn(f"{question.name}-{name}-{place}", words, chart, settings)
        with v.Html(tag="details"):
            v.Html(tag="summary", children=["All numbers with their errors, and who breaks"])
            Table(
                f"{SHOWN_PAIRS[question.pair]}: {comparison.histories:,} histories of each, "
                f"{comparison.draws:,} draws, seed {question.seed}",
                _COLUMNS,
                rows,
            )
            Table("Who breaks within the horizon, and over what", _REASONS, reasons)


@solara.component
def About(part: Part, question: Question) -> None:
    """The scenario: its antecedent and source, how it is read, and what must be known."""
    material = use_material()
    comparison = part.comparison
    reading = comparison.reading
    read = f"{reading.first_month} to {reading.last_month}, a horizon of {reading.years} years"
    file = question.files[reading.scenario.name]
    facts = [
        ("Scenario", f"{reading.scenario.name}, beside {question.factual}"),
        ("Asked", reading.scenario.question),
        *(("Changed", text) for text in reading.antecedents),
        ("Source", cited(reading.scenario, file.page, material.sources)),
        ("Read", read),
        ("Horizon", file.horizon_note),
        ("Left out", reading.scenario.left_out),
        *(("Take care", flag) for flag in reading.flags),
    ]
    with v.Html(tag="dl", class_="lp-facts"):
        for name, text in facts:
            if text:
                flag = "lp-flag" if name == "Take care" else ""
                v.Html(tag="dt", class_=flag, children=[name])
                v.Html(tag="dd", class_=flag, children=[text])
        without = [each for each in part.avoided if each < len(material.draws)][:SHOWN]
        if without:
            v.Html(tag="dt", children=["See one"])
            with v.Html(tag="dd"):
                solara.Text("Histories without the break, by their numbers: ")
                for replicate in without:
                    view = HistoryView(
                        scenario=reading.scenario.name,
                        draw=replicate,
                        seed=question.seed,
                        own=question.own,
                        quarter=reading.last_quarter,
                        pair=comparison.pair,
                    )
                    link = {"href": f"/?{view.query(material)}"}
                    v.Html(tag="a", attributes=link, children=[f"{replicate} "])
