"""Every scenario of the catalogue beside history as documented, in one table for one break."""

from collections.abc import Callable

import reacton.ipyvuetify as v
import solara

from scenarios.comparison.answer import FEW, Answer, answer_of, both
from scenarios.comparison.compare import compare
from scenarios.comparison.reading import reading_of
from scenarios.files import catalogue
from scenarios.page.blocks import FEW as HISTORIES
from scenarios.page.blocks import table_of
from scenarios.page.material import Material, use_material
from scenarios.page.parts.background import use_background
from scenarios.page.parts.fields import SmallButton
from scenarios.page.parts.table import Column, Table
from scenarios.page.question.choices import words_of
from simulation.interventions import HISTORICAL

#: Scenarios simulated in one task: whoever asks for something else meanwhile comes in between.
TOGETHER = 3
_COLUMNS = (
    Column("name", "Scenario"),
    Column("read", "Read"),
    Column("breaking", "Histories with the break, nothing changed", numeric=True),
    Column("avoided", "Of 100 of these: no break", numeric=True),
    Column("later", "Later", numeric=True),
    Column("sooner", "Sooner", numeric=True),
)


def answers(pair: str, seed: int, material: Material) -> dict[str, Answer]:
    """What becomes of the break of a pair in every scenario of the catalogue, by its name."""
    scenarios = [each.scenario for each in catalogue().values() if each.scenario.interventions]
    found: dict[str, Answer] = {}
    for first in range(0, len(scenarios), TOGETHER):
        own = scenarios[first : first + TOGETHER]
        ((_, branches),) = material.simulated.histories((HISTORICAL, *own), HISTORIES, seed)
        factual, *others = (table_of([block]) for block in branches)
        for scenario, other in zip(own, others, strict=True):
            reading = reading_of(scenario, HISTORICAL)
            found[scenario.name] = answer_of(compare(reading, factual, other, (pair,))[0])
    return found


def row_of(answer: Answer) -> dict[str, str]:
    """A scenario's row: of fewer than thirty breaks nothing is said."""
    comparison = answer.comparison
    reading, spared = comparison.reading, comparison.necessity.value
    avoided = later = sooner = "–"
    if answer.breaking >= FEW and spared.value is not None:
        later, sooner = (
            f"{100 * each / answer.breaking:.0f}" for each in (answer.later, answer.sooner)
        )
        avoided = f"{100 * spared.value:.0f} ± {100 * (spared.error or 0.0):.0f}"
    return {
        "id": reading.scenario.name,
        "name": words_of(catalogue()[reading.scenario.name]),
        "read": f"{reading.first_month} to {reading.last_month}",
        "breaking": f"{answer.breaking:,} of {comparison.histories:,}",
        "avoided": avoided,
        "later": later,
        "sooner": sooner,
    }


def _share(answer: Answer) -> float:
    return answer.avoided / answer.breaking if answer.breaking else 0.0


@solara.component
def Every(pair: str, seed: int, on_open: Callable[[str], None]) -> None:
    """The table, once it is asked for; a row that is opened is set beside history."""
    material = use_material()
    asked, set_asked = solara.use_state(False)
    found = use_background(
        lambda: answers(pair, seed, material) if asked else None, [asked, pair, seed]
    )
    with v.Html(tag="section", attributes={"aria-label": "Every scenario"}):
        v.Html(tag="h2", children=[f"Every scenario, and the break of {both(pair)}"])
        if not asked:
            SmallButton("Show all scenarios", on_click=lambda: set_asked(True))
        with v.Html(tag="div", attributes={"role": "status"}):
            if asked and found is None:
                solara.Text("All scenarios are being simulated.", classes=["lp-note"])
        if found is not None:
            ordered = sorted(found.values(), key=lambda each: (each.breaking < FEW, -_share(each)))
            Table(
                f"{HISTORIES:,} histories of each, over its own years; ± is the Monte Carlo error. "
                "A row sets its scenario beside history.",
                _COLUMNS,
                [row_of(each) for each in ordered],
                on_open=lambda name: on_open(name) if name else None,
            )
