"""Settings of the tab Explore: scenario, draw, seed and every parameter within its bounds."""

from collections.abc import Callable

import reacton.ipyvuetify as v
import solara

from scenarios.files import antecedents, catalogue
from scenarios.page.history import MEDIAN, MOST_SEED, HistoryView, drawn_values
from scenarios.page.material import Material, use_material
from scenarios.page.parts.fields import Slider, Sliders
from scenarios.page.parts.refusal import use_guard
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
_NO_GROUP = {"none shown": "none"}
#: Steps of a slider from one bound of a parameter to the other.
_STEPS = 200

#: Takes what is changed of a view.
Change = Callable[..., None]


@solara.component
def Choice(label: str, words: dict[str, str], value: str, on_value: Callable[[str], None]) -> None:
    """A list of words; what they stand for is handed on when they are chosen."""
    by_words = {text: key for key, text in words.items()}
    solara.Select(
        label,
        list(by_words),
        value=words[value],
        on_value=use_guard()(lambda text: on_value(by_words[text])),
    )


@solara.component
def Settings(view: HistoryView, change: Change) -> None:
    """Scenario, draw, seed and parameters; each change begins the history in January 1945 again."""
    material, guard = use_material(), use_guard()
    with v.Html(tag="section", class_="lp-settings", attributes={"aria-label": "Settings"}):
        names = {name: name for name in catalogue()}
        Choice("Scenario", names, view.scenario, lambda name: change(scenario=name))
        scenario = catalogue()[view.scenario].scenario
        solara.Text(scenario.question, classes=["lp-note"])
        for antecedent in antecedents(scenario) if scenario.interventions else ():
            solara.Text(antecedent, classes=["lp-note"])
        median = view.draw == MEDIAN
        solara.Checkbox(
            label="Median of all draws",
            value=median,
            on_value=guard(lambda chosen: change(draw=MEDIAN if chosen else 0)),
        )
        most, draws = len(material.draws) - 1, material.draws
        of = f"One of {len(draws):,} draws {draws.id}; draw r has the shocks of replicate r."
        draw = Slider("draw", "Draw of the parameters", 0, most, 1, view.replicate, hint=of)
        same = "The same seed gives the same."
        seed = Slider("seed", "Seed of the shocks", 0, MOST_SEED, 1, view.seed, hint=same)
        Sliders(
            [seed] if median else [draw, seed], lambda name, value: change(**{name: int(value)})
        )
        ParameterSettings(view, change)


@solara.component
def ParameterSettings(view: HistoryView, change: Change) -> None:
    """The parameters, one part of the rules at a time; hovering gives meaning, rule and source."""
    material = use_material()
    group, set_group = solara.use_state(next(iter(_NO_GROUP)))
    values = solara.use_memo(lambda: drawn_values(view.draw, material.draws), [view.draw])
    guard = use_guard()

    def set_parameter(name: str, value: float) -> None:
        changes = {key: each for key, each in view.changes.items() if key != name}
        change(changes=changes if value == values[name] else changes | {name: value})

    Choice("Parameters of", _NO_GROUP | GROUPS, group, set_group)
    if view.changes:
        number = len(view.changes)
        count = f"{number} parameter{'s' if number > 1 else ''} changed by hand"
        solara.Text(count, classes=["lp-note"])
        back = guard(lambda: change(changes={}))
        solara.Button("Back to drawn values", on_click=back, small=True, outlined=True)
    parameters = [each for each in parameter_table().values() if each.rule.startswith(f"{group}.")]
    if parameters:
        solara.Text(
            "A change tells the history anew from January 1945 up to the quarter reached.",
            classes=["lp-note"],
        )
        with solara.Div(classes=["lp-parameters"]):
            sliders = [
                _slider(each, view.changes, values[each.name], material) for each in parameters
            ]
            Sliders(sliders, set_parameter)


def _slider(
    parameter: Parameter, changes: dict[str, float], drawn: float, material: Material
) -> Slider:
    source = material.sources.get(parameter.source, {}).get("title", parameter.source)
    hints = [
        f"{parameter.name}: {parameter.meaning}.",
        f"Rule: {parameter.rule}. Unit: {parameter.unit}.",
        f"From {parameter.low:g} to {parameter.high:g}; drawn {drawn:.4g}.",
        f"Source: {source}" + (f", lines {parameter.lines}." if parameter.lines else "."),
        parameter.note,
    ]
    return Slider(
        name=parameter.name,
        label=parameter.meaning[0].upper() + parameter.meaning[1:],
        least=parameter.low,
        most=parameter.high,
        step=(parameter.high - parameter.low) / _STEPS,
        value=changes.get(parameter.name, drawn),
        hint="\n".join(filter(None, hints)),
        unit=parameter.unit,
        start=drawn,
    )
