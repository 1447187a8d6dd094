"""Settings of the tab Explore: scenario, draw, seed and every parameter within its bounds."""

from collections.abc import Callable

import reacton.ipyvuetify as v
import solara

from scenarios.files import antecedents
from scenarios.page.explore.crowd import Crowd
from scenarios.page.explore.view import MEDIAN, MEDIAN_WORD, MOST_SEED, HistoryView, drawn_values
from scenarios.page.material import Material, use_material
from scenarios.page.parts.fields import Field, Fields, Slider, Sliders, SmallButton
from scenarios.page.parts.refusal import use_guard
from scenarios.page.question.choices import scenario_field
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
    "record": "What no rule explains (moves no history)",
}
#: Steps of a slider from one bound of a parameter to the other.
_STEPS = 200

#: Takes what is changed of a view.
Change = Callable[..., None]


@solara.component
def Settings(view: HistoryView, change: Change, crowd: Crowd | None) -> None:
    """Scenario, draw, seed and parameters; each change tells the history anew."""
    material, guard = use_material(), use_guard()
    median = view.draw == MEDIAN

    def choose(name: str, value: str | int) -> None:
        if name == "parameters":
            change(draw=MEDIAN if value == MEDIAN_WORD else 0)
        else:
            change(scenario=str(value))

    def draw_of(draw: int) -> Callable[[], None]:
        return guard(lambda: change(draw=draw, changes={}))

    with v.Html(tag="section", class_="lp-settings", attributes={"aria-label": "Settings"}):
        scenarios = scenario_field("scenario", "Scenario", view.scenario, view.own)
        drawn = Field(
            "parameters",
            "Parameters",
            MEDIAN_WORD if median else "draw",
            (("draw", "one of the draws"), (MEDIAN_WORD, "median of all draws")),
        )
        Fields([scenarios], choose)
        scenario = view.file.scenario
        solara.Text(scenario.question, classes=["lp-note"])
        for antecedent in antecedents(scenario) if scenario.interventions else ():
            solara.Text(antecedent, classes=["lp-note"])
        Fields([drawn], choose)
        most, draws = len(material.draws) - 1, material.draws
        of = f"One of {len(draws):,} draws {draws.id}; draw r has the shocks of replicate r."
        draw = Slider("draw", "Draw of the parameters", 0, most, 1, view.replicate, hint=of)
        same = "The same seed gives the same."
        seed = Slider("seed", "Seed of the shocks", 0, MOST_SEED, 1, view.seed, hint=same)
        Sliders(
            [seed] if median else [draw, seed], lambda name, value: change(**{name: int(value)})
        ).key("chance")
        if crowd is not None:
            with solara.Div(classes=["lp-buttons"]):
                following = (view.replicate + 1) % crowd.histories
                for words, wanted in (
                    ("Most like the record", crowd.nearest()),
                    ("Least like it", crowd.farthest()),
                    ("Another", following),
                ):
                    SmallButton(
                        words,
                        on_click=draw_of(wanted),
                        disabled=view.draw == wanted and not view.changes,
                    )
        ParameterSettings(view, change).key("parameters")  # whatever stands above it


@solara.component
def ParameterSettings(view: HistoryView, change: Change) -> None:
    """The parameters, one part of the rules at a time; hovering gives meaning, rule and source."""
    material, guard = use_material(), use_guard()
    group, set_group = solara.use_state("")
    values = solara.use_memo(lambda: drawn_values(view.draw, material.draws), [view.draw])

    def set_parameter(name: str, value: float) -> None:
        changes = {key: each for key, each in view.changes.items() if key != name}
        change(changes=changes if value == values[name] else changes | {name: value})

    groups = Field("group", "Parameters of", group, (("", "none shown"), *GROUPS.items()))
    Fields([groups], lambda _, chosen: set_group(str(chosen)))
    if view.changes:
        number = len(view.changes)
        count = f"{number} parameter{'s' if number > 1 else ''} changed by hand"
        solara.Text(count, classes=["lp-note"])
        back = guard(lambda: change(changes={}))
        SmallButton("Back to drawn values", on_click=back)
    parameters = [each for each in parameter_table().values() if each.rule.startswith(f"{group}.")]
    if group and parameters:
        # By its key a slider stays in hand when its first move brings the count in above it.
        with solara.Div(classes=["lp-parameters"]).key("sliders"):
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
