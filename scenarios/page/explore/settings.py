"""Settings of the tab Explore: scenario, draw, seed and every parameter within its bounds."""

from collections.abc import Callable
from dataclasses import replace

import reacton.ipyvuetify as v
import solara

from scenarios.files import antecedents, catalogue
from scenarios.page.explore.stepper import drawn_values
from scenarios.page.explore.view import MEDIAN, MOST_SEED, Choice, View
from scenarios.page.material import Material, use_material
from scenarios.page.parts.refusal import use_guard
from scenarios.page.parts.sliders import Slider, Sliders
from simulation.parameters import Parameter, parameter_table

#: The parts of the rules, by the file that a parameter's rule stands in.
GROUPS = {
    "perception": "Perception",
    "aid": "Need and aid",
    "credit": "Credit",
    "support": "Political support",
    "strain": "Strain and fatigue",
    "goodwill": "Goodwill",
    "status": "Quarrels, breaks, alliances",
    "drivers": "Leaderships: line and hierarchy",
    "state": "January 1945",
}
NO_GROUP = "none shown"
_STEPS = 200


@solara.component
def Settings(view: View, show: Callable[[View], None]) -> None:
    """What may be chosen; every change tells the history anew from January 1945 up to the quarter reached."""
    material = use_material()
    guard = use_guard()
    choice = view.choice

    def choose(**changes: object) -> None:
        show(replace(view, choice=replace(choice, **changes)))  # type: ignore[arg-type]

    with v.Html(tag="section", class_="lp-settings", attributes={"aria-label": "Settings"}):
        scenarios = list(catalogue())
        solara.Select(
            "Scenario",
            scenarios,
            value=choice.scenario,
            on_value=guard(lambda name: choose(scenario=name)),
        )
        for told in _scenario_in_words(choice.scenario):
            solara.Text(told, classes=["lp-note"])
        solara.Checkbox(
            label="Median of all draws",
            value=choice.draw == MEDIAN,
            on_value=guard(lambda median: choose(draw=MEDIAN if median else 0)),
        )
        most = len(material.draws) - 1
        draw = Slider(
            "draw",
            "Draw of the parameters",
            0,
            most,
            1,
            max(choice.draw, 0),
            hint=_draw_hint(material),
        )
        seed = Slider(
            "seed",
            "Seed of the shocks",
            0,
            MOST_SEED,
            1,
            choice.seed,
            hint="The same seed gives the same.",
        )
        Sliders(
            [seed] if choice.draw == MEDIAN else [draw, seed],
            lambda name, value: choose(**{name: int(value)}),
        )
        ParameterSettings(choice, material, choose)


def _draw_hint(material: Material) -> str:
    return f"One of {len(material.draws):,} draws {material.draws.id}; draw r has the shocks of replicate r."


def _scenario_in_words(name: str) -> list[str]:
    scenario = catalogue()[name].scenario
    changed = antecedents(scenario) if scenario.interventions else ()
    return [scenario.question, *changed]


@solara.component
def ParameterSettings(choice: Choice, material: Material, choose: Callable[..., None]) -> None:
    """The parameters, one part of the rules at a time; hovering tells meaning, rule, bounds and source."""
    group, set_group = solara.use_state(NO_GROUP)
    drawn = solara.use_memo(lambda: drawn_values(choice.draw, material.draws), [choice.draw])
    changes = dict(choice.changes)
    guard = use_guard()

    def change(name: str, value: float) -> None:
        kept = {**changes, name: value}
        if value == drawn[name]:
            del kept[name]
        choose(changes=tuple(sorted(kept.items())))

    words = {NO_GROUP: "none", **GROUPS}
    solara.Select(
        "Parameters of",
        list(words.values()),
        value=words[group],
        on_value=lambda chosen: set_group(
            next(key for key, title in words.items() if title == chosen)
        ),
    )
    if changes:
        count = f"{len(changes)} parameter{'s' if len(changes) > 1 else ''} changed by hand"
        solara.Text(count, classes=["lp-note"])
        solara.Button(
            "Back to drawn values",
            on_click=guard(lambda: choose(changes=())),
            small=True,
            outlined=True,
        )
    shown = [
        parameter
        for parameter in parameter_table().values()
        if parameter.rule.startswith(f"{group}.")
    ]
    if shown:
        solara.Text(
            "A change tells the history anew from January 1945 up to the quarter reached.",
            classes=["lp-note"],
        )
        sliders = [_slider(parameter, changes, drawn, material) for parameter in shown]
        with solara.Div(classes=["lp-parameters"]):
            Sliders(sliders, change)


def _slider(
    parameter: Parameter, changes: dict[str, float], drawn: dict[str, float], material: Material
) -> Slider:
    source = material.sources.get(parameter.source, {}).get("title", parameter.source)
    told = [
        f"{parameter.name}: {parameter.meaning}.",
        f"Rule: {parameter.rule}. Unit: {parameter.unit}.",
        f"From {parameter.low:g} to {parameter.high:g}; drawn {drawn[parameter.name]:.4g}.",
        f"Source: {source}" + (f", lines {parameter.lines}." if parameter.lines else "."),
        parameter.note,
    ]
    return Slider(
        name=parameter.name,
        label=parameter.meaning[0].upper() + parameter.meaning[1:],
        least=parameter.low,
        most=parameter.high,
        step=(parameter.high - parameter.low) / _STEPS,
        value=changes.get(parameter.name, drawn[parameter.name]),
        hint="\n".join(filter(None, told)),
        unit=parameter.unit,
        start=drawn[parameter.name],
    )
