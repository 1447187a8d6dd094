"""The tab Calibration: what the record has made of every parameter, and the checks of the fit."""

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import reacton.ipyvuetify as v
import solara

from scenarios.documented import number
from scenarios.page.calibration.charts import RANGE, posterior_chart
from scenarios.page.calibration.checks import Checks
from scenarios.page.explore.settings import GROUPS
from scenarios.page.material import Material, use_material
from scenarios.page.parts.chart import Drawn
from scenarios.page.parts.fields import LONGEST_TEXT, Field, Fields, SmallButton
from scenarios.page.parts.terms import Terms
from scenarios.page.parts.view import (
    Download,
    TakeAway,
    View,
    csv_of,
    keys,
    one_of,
    program,
    short_text,
    use_view,
)
from simulation.parameters import Parameter, parameter_table
from simulation.schema import whole

#: Parameters on one page.
PAGE = 12
#: What draws are, by their kind.
KINDS = {
    "prior": "drawn from the prior alone; nothing has been learnt from the record",
    "provisional": "from a fit that has not been published; its numbers may still change",
    "published": "the published posterior",
}


class CalibrationView(View):
    """Which parameters are shown: a part of the rules, words that must all occur, and the page."""

    model_config = keys(group="rules")

    group: Annotated[str, one_of(lambda _: GROUPS)] = ""
    text: Annotated[str, short_text(LONGEST_TEXT)] = ""
    page: Annotated[int, whole(1, 99)] = 1


def parameters_shown(view: CalibrationView, material: Material) -> list[Parameter]:
    """The parameters that a view lets through, in the order of the table."""
    words = view.text.casefold().split()
    return [
        parameter
        for parameter in parameter_table().values()
        if (not view.group or parameter.rule.startswith(f"{view.group}."))
        and all(word in _searched(parameter, material) for word in words)
    ]


def _searched(parameter: Parameter, material: Material) -> str:
    """Every text of a parameter in which words are searched for."""
    texts = (parameter.name, parameter.meaning, parameter.rule, parameter.unit, parameter.note)
    return " ".join([*texts, source_words(parameter, material)]).casefold()


def source_words(parameter: Parameter, material: Material) -> str:
    """Where a parameter's prior comes from."""
    title = str(material.sources.get(parameter.source, {}).get("title", parameter.source))
    return f"{title}, lines {parameter.lines.replace(';', '; ')}" if parameter.lines else title


@solara.component
def Calibration() -> None:
    """Posterior against prior, and the checks; all that is shown follows from the view."""
    material = use_material()
    state = use_view("/calibration", CalibrationView)

    def change(**changes: Any) -> None:
        state.set(state.value.model_copy(update=changes))

    with solara.Div(classes=["lp-calibration"]):
        v.Html(tag="h1", children=["Calibration"])
        v.Html(tag="p", children=[draws_in_words(material)])
        Terms("parameter", "prior, posterior", "draw", "log evidence", "log unit", "null")
        Posteriors(state.value, change)
        Checks(material.reports)
        hint = "prior and posterior of all parameters, with meaning, unit and source"
        table = Download(
            "Parameters (CSV)", "parameters.csv", lambda: parameters_csv(material), hint
        )
        TakeAway([table], state.value)


def draws_in_words(material: Material) -> str:
    """What the draws on the page are."""
    draws = material.draws
    words = f"{len(draws):,} draws, {draws.id}: {KINDS[draws.kind]}."
    if draws.outdated:
        words += " The parameter table has changed since they were made."
    return words


@solara.component
def Posteriors(view: CalibrationView, change: Callable[..., None]) -> None:
    """The parameters, a page at a time, each with its prior and its draws."""
    material = use_material()
    shown = parameters_shown(view, material)
    pages = max(1, -(-len(shown) // PAGE))
    page = min(view.page, pages)

    def choose(name: str, value: str | int) -> None:
        change(**{name: value}, page=1)

    with v.Html(tag="section", attributes={"aria-label": "Parameters"}):
        v.Html(tag="h2", children=["Posterior against prior"])
        with solara.Div(classes=["lp-filters"]):
            hint = "All words must occur in name, meaning, unit or source"
            groups = (("", "all"), *GROUPS.items())
            group = Field("group", "Part of the rules", view.group, groups)
            Fields([group, Field("text", "Words", view.text, hint=hint)], choose)
            solara.Text(f"{len(shown)} of {len(parameter_table())} parameters", classes=["lp-note"])
            key = "Filled: posterior draws, with median and nine in ten; dashed: prior"
            solara.Text(key, classes=["lp-note"])
        if not shown:
            solara.Text("No parameter has all these words; fewer or shorter ones may find some.")
        with solara.Div(classes=["lp-cards"]):
            for parameter in shown[(page - 1) * PAGE : page * PAGE]:
                ParameterCard(parameter).key(parameter.name)
        if pages > 1:
            Turning(page, pages, lambda wanted: change(page=wanted))


@solara.component
def Turning(page: int, pages: int, turn: Callable[[int], None]) -> None:
    """The buttons that turn the pages of parameters, and which page this is."""
    with v.Html(tag="nav", class_="lp-turning", attributes={"aria-label": "Pages of parameters"}):
        SmallButton("Previous", on_click=lambda: turn(page - 1), disabled=page == 1)
        words = f"Page {page} of {pages}"
        v.Html(tag="span", attributes={"aria-live": "polite"}, children=[words])
        SmallButton("Next", on_click=lambda: turn(page + 1), disabled=page == pages)


@solara.component
def ParameterCard(parameter: Parameter) -> None:
    """One parameter: what it means, its prior and draws, its rule and its source."""
    material = use_material()
    draws = material.draws.frame[parameter.name].to_numpy()
    prior = material.prior[parameter.name]
    standing = material.standings.get(parameter.name)
    then, now = (ranged(values) for values in (prior, draws))
    facts = [
        ("Draws", f"{now} {parameter.unit}"),
        (
            "Prior",
            f"{then}, {parameter.family}, from {number(parameter.low)} to {number(parameter.high)}",
        ),
        ("Record", f"{standing.word} (contraction {standing.contraction:.2f})" if standing else ""),
        ("Rule", parameter.rule),
        ("Source", source_words(parameter, material)),
        ("Note", parameter.note),
    ]
    with v.Html(tag="article", class_="lp-parameter", attributes={"aria-label": parameter.name}):
        v.Html(tag="h3", children=[parameter.meaning[0].upper() + parameter.meaning[1:]])
        v.Html(tag="code", children=[parameter.name])
        chart = solara.use_memo(lambda: posterior_chart(parameter, prior, draws), [parameter.name])
        caption = f"{parameter.name}: draws {now}, prior {then} {parameter.unit}"
        Drawn(parameter.name, caption, chart, draws_settings(material))
        with v.Html(tag="dl", class_="lp-facts"):
            for name, text in facts:
                if text:
                    v.Html(tag="dt", children=[name])
                    v.Html(tag="dd", children=[text])


def draws_settings(material: Material) -> dict[str, str]:
    """Of which draws something is told, as every file of it says."""
    return {"program": program(), "draws": material.draws.id}


def ranged(values: Any) -> str:
    """The median of some values and the range of nine in ten, in words."""
    ends = np.quantile(values, RANGE).round(9) + 0.0  # no -0
    low, median, high = (number(float(f"{end:.3g}")) for end in ends)
    return f"{median} ({low} to {high})"


def parameters_csv(material: Material) -> bytes:
    """Every parameter as CSV: meaning, source, quantiles of prior and posterior, and standing."""
    columns = ("meaning", "rule", "unit", "family", "low", "high", "source", "lines")
    shares = ("q05", "median", "q95")
    rows = []
    for name, parameter in parameter_table().items():
        row = {"parameter": name} | {column: getattr(parameter, column) for column in columns}
        for of, values in (("prior", material.prior), ("posterior", material.draws.frame)):
            quantiles = np.quantile(np.asarray(values[name]), RANGE).tolist()
            row |= {f"{of}_{share}": end for share, end in zip(shares, quantiles, strict=True)}
        standing = material.standings.get(name)
        row["standing"] = standing.word if standing else ""
        row["contraction"] = standing.contraction if standing else ""
        rows.append(row)
    return csv_of(rows)
