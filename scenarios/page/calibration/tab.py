"""The tab Calibration: what the record has made of every parameter, and how the fitted rules stood the checks."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import reacton.ipyvuetify as v
import solara

from scenarios.charts.posterior import RANGE, posterior_figure, posterior_key
from scenarios.page.calibration.checks import Checks
from scenarios.page.explore.settings import GROUPS
from scenarios.page.material import Material, use_material
from scenarios.page.parts.downloads import Download, DownloadBar
from scenarios.page.parts.fields import LONGEST_TEXT, Field, Fields, choices_of
from scenarios.page.parts.link import CopyLink, LinkReader, query_of, use_link
from scenarios.page.parts.picture import Picture
from scenarios.page.parts.refusal import LinkRefusal
from scenarios.page.record.words import number
from simulation.errors import Problem
from simulation.parameters import Parameter, parameter_table

#: Parameters on one page.
PAGE = 12
#: What draws are, by their kind.
KINDS = {
    "prior": "drawn from the prior alone; nothing has been learnt from the record",
    "provisional": "from a fit that has not been published; its numbers may still change",
    "published": "the published posterior",
}


@dataclass(frozen=True)
class CalibrationView:
    """Which parameters are shown: those of a part of the rules, those in which all words occur, and which page."""

    group: str = ""
    text: str = ""
    page: int = 1

    @property
    def query(self) -> str:
        """The view as the query of a link."""
        page = "" if self.page == 1 else str(self.page)
        return query_of([("rules", self.group), ("text", self.text), ("page", page)])


def read_calibration_view(search: str | None) -> tuple[CalibrationView, list[Problem]]:
    """The view that a link asks for, and what is wrong with the link; what is wrong is replaced by the default."""
    link = LinkReader(search)
    view = CalibrationView(
        link.name("rules", tuple(GROUPS), ""),
        link.text("text", LONGEST_TEXT),
        link.whole("page", 1, 99, 1),
    )
    return view, link.problems()


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
    told = (parameter.name, parameter.meaning, parameter.rule, parameter.unit, parameter.note)
    return " ".join([*told, source_words(parameter, material)]).casefold()


def source_words(parameter: Parameter, material: Material) -> str:
    """Where a parameter's prior comes from."""
    title = str(material.sources.get(parameter.source, {}).get("title", parameter.source))
    return f"{title}, lines {parameter.lines.replace(';', '; ')}" if parameter.lines else title


@solara.component
def Calibration() -> None:
    """Posterior against prior of every parameter, and the checks; all that is shown follows from the view."""
    material = use_material()
    search = solara.use_router().search
    asked, problems = solara.use_memo(lambda: read_calibration_view(search), [])
    held = solara.use_reactive(asked)
    refused, set_refused = solara.use_state(problems)
    view: CalibrationView = held.value
    use_link("/calibration", view.query)
    LinkRefusal(refused, lambda: set_refused([]))
    with solara.Div(classes=["lp-calibration"]):
        v.Html(tag="h1", children=["Calibration"])
        v.Html(tag="p", children=[draws_in_words(material)])
        Posteriors(view, lambda **changes: held.set(replace(held.value, **changes)))
        Checks(material.reports)
        with v.Html(tag="section", class_="lp-takeaway", attributes={"aria-label": "Take away"}):
            DownloadBar(
                [
                    Download(
                        "Parameters (CSV)",
                        "parameters.csv",
                        lambda: parameters_csv(material),
                        "prior and posterior of all parameters, with meaning, unit and source",
                    )
                ]
            )
            CopyLink(query=view.query)


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
            Fields(
                [
                    Field(
                        "group", "Part of the rules", view.group, choices_of({"": "all"} | GROUPS)
                    ),
                    Field(
                        "text",
                        "Words",
                        view.text,
                        hint="All words must occur in name, meaning, unit or source",
                    ),
                ],
                choose,
            )
            solara.Text(f"{len(shown)} of {len(parameter_table())} parameters", classes=["lp-note"])
            Picture(
                "key",
                "Key: posterior draws filled, prior dashed",
                posterior_key,
                [],
                downloads=False,
            )
        if not shown:
            solara.Text("No parameter has all these words; fewer or shorter ones may find some.")
        with solara.Div(classes=["lp-cards"]):
            for parameter in shown[(page - 1) * PAGE : page * PAGE]:
                ParameterCard(parameter).key(parameter.name)
        if pages > 1:
            with v.Html(
                tag="nav", class_="lp-turning", attributes={"aria-label": "Pages of parameters"}
            ):
                solara.Button(
                    "Previous", on_click=lambda: change(page=page - 1), disabled=page == 1,
                    small=True, outlined=True,
                )  # fmt: skip
                v.Html(
                    tag="span",
                    attributes={"aria-live": "polite"},
                    children=[f"Page {page} of {pages}"],
                )
                solara.Button(
                    "Next", on_click=lambda: change(page=page + 1), disabled=page == pages,
                    small=True, outlined=True,
                )  # fmt: skip


@solara.component
def ParameterCard(parameter: Parameter) -> None:
    """One parameter: what it means, its prior and draws, where it is used and where it comes from."""
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
        Picture(
            parameter.name,
            f"{parameter.name}: draws {now}, prior {then} {parameter.unit}",
            lambda look: posterior_figure(parameter, prior, draws, look),
            [parameter.name],
        )
        with v.Html(tag="dl", class_="lp-facts"):
            for name, told in facts:
                if told:
                    v.Html(tag="dt", children=[name])
                    v.Html(tag="dd", children=[told])


def ranged(values: Any) -> str:
    """The median of some values and the range of nine in ten, in words."""
    low, median, high = np.quantile(values, RANGE)
    return f"{number(float(f'{median:.3g}'))} ({number(float(f'{low:.3g}'))} to {number(float(f'{high:.3g}'))})"


def parameters_csv(material: Material) -> bytes:
    """Every parameter as CSV: meaning, source, quantiles of prior and posterior, and standing."""
    columns = ("meaning", "rule", "unit", "family", "low", "high", "source", "lines")
    shares = ("q05", "median", "q95")
    heads = ["parameter", *columns]
    heads += [f"{of}_{share}" for of in ("prior", "posterior") for share in shares]
    rows: list[Sequence[object]] = [[*heads, "standing", "contraction"]]
    for name, parameter in parameter_table().items():
        draws, standing = material.draws.frame[name].to_numpy(), material.standings.get(name)
        rows.append(
            [
                name,
                *(getattr(parameter, column) for column in columns),
                *np.quantile(material.prior[name], RANGE).tolist(),
                *np.quantile(draws, RANGE).tolist(),
                *((standing.word, standing.contraction) if standing else ("", "")),
            ]
        )
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
