"""The tab Calibration: what the record has made of every parameter, and how the fitted rules stood the checks."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import reacton.ipyvuetify as v
import solara

from scenarios.charts.posterior import (
    RANGE,
    accounts_figure,
    posterior_figure,
    posterior_key,
    shares_figure,
)
from scenarios.page.calibration.words import (
    MAJORITY,
    Report,
    accounts_in,
    finding,
    in_order,
    origin,
    shares_in,
    standings_in,
    tables_of,
    verdict,
)
from scenarios.page.explore.settings import GROUPS
from scenarios.page.material import Material, use_material
from scenarios.page.parts.downloads import Download, DownloadBar
from scenarios.page.parts.fields import LONGEST_TEXT, Field, Fields, choices_of
from scenarios.page.parts.link import CopyLink, LinkReader, query_of, use_link
from scenarios.page.parts.picture import Picture
from scenarios.page.parts.refusal import LinkRefusal
from scenarios.page.parts.table import Table
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
    standings = solara.use_memo(lambda: standings_in(material.reports), [])

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
                ParameterCard(parameter, standings.get(parameter.name)).key(parameter.name)
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
def ParameterCard(parameter: Parameter, standing: tuple[str, float] | None) -> None:
    """One parameter: what it means, its prior and draws, where it is used and where it comes from."""
    material = use_material()
    draws = material.draws.frame[parameter.name].to_numpy()
    prior = material.prior[parameter.name]
    then, now = (ranged(values) for values in (prior, draws))
    facts = [
        ("Draws", f"{now} {parameter.unit}"),
        (
            "Prior",
            f"{then}, {parameter.family}, from {number(parameter.low)} to {number(parameter.high)}",
        ),
        ("Record", f"{standing[0]} (contraction {standing[1]:.2f})" if standing else ""),
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


@solara.component
def Checks(reports: Mapping[str, Report]) -> None:
    """The published checks: predictive checks, null models and the others; a sentence where there are none."""
    with v.Html(tag="section", class_="lp-checks", attributes={"aria-label": "Checks"}):
        v.Html(tag="h2", children=["Checks"])
        for missing in missing_words(reports):
            v.Html(tag="p", class_="lp-note", children=[missing])
        for name in in_order(reports):
            Check(reports[name]).key(name)


def missing_words(reports: Mapping[str, Report]) -> list[str]:
    """What is said of the checks that have not been published."""
    if not reports:
        return [
            "No check of these draws has been published yet: neither predictive checks nor the scores of null models. "
            "Until then read the draws as what the rules make of the record, not as knowledge."
        ]
    names = {"predictive": "predictive checks", "nulls": "scores of the null models"}
    return [
        f"The {words} have not been published yet."
        for name, words in names.items()
        if name not in reports
    ]


@solara.component
def Check(report: Report) -> None:
    """One check: its finding first, then tables and pictures, and where it comes from."""
    material = use_material()
    name = str(report["check"])
    with v.Html(tag="article", class_="lp-check", attributes={"aria-label": str(report["title"])}):
        v.Html(tag="h3", children=[str(report["title"])])
        words = verdict(report)
        with v.Html(tag="p"):
            if words:
                v.Html(tag="strong", children=[f"{words} "])
            v.Html(tag="span", children=[finding(report)])
        v.Html(tag="p", class_="lp-note", children=[origin(report, material.draws)])
        CheckPictures(report)
        for table in tables_of(report):
            Table(table.title, table.columns, table.rows)
        DownloadBar(
            [
                Download(
                    "Numbers (JSON)",
                    f"{name}.json",
                    lambda: json.dumps(report, indent=2).encode("utf-8"),
                )
            ],
            compact=True,
        )


@solara.component
def CheckPictures(report: Report) -> None:
    """The pictures of a check, where it has some."""
    shares, accounts = shares_in(report), accounts_in(report)
    if shares:
        Picture(
            "predictive",
            "Share of histories that show each pattern; the table beneath has the numbers",
            lambda look: shares_figure(shares, MAJORITY, look),
            [shares],
        )
    if accounts:
        Picture(
            "nulls",
            "Log evidence of the rules and of the null models; the table beneath has the numbers",
            lambda look: accounts_figure(accounts, look),
            [accounts],
        )


def parameters_csv(material: Material) -> bytes:
    """Every parameter as CSV: meaning, unit, source, quantiles of prior and posterior, what the record says."""
    standings = standings_in(material.reports)
    shares = ("q05", "median", "q95")
    heads = ["parameter", "meaning", "rule", "unit", "family", "low", "high", "source", "lines"]
    heads += [f"prior_{share}" for share in shares] + [f"posterior_{share}" for share in shares]
    heads += ["standing", "contraction"]
    rows: list[Sequence[object]] = [heads]
    for name, parameter in parameter_table().items():
        told = [
            name,
            parameter.meaning,
            parameter.rule,
            parameter.unit,
            parameter.family,
            parameter.low,
        ]
        told += [parameter.high, parameter.source, parameter.lines]
        drawn = material.draws.frame[name].to_numpy()
        quantiles = [
            float(end)
            for values in (material.prior[name], drawn)
            for end in np.quantile(values, RANGE)
        ]
        rows.append([*told, *quantiles, *standings.get(name, ("", ""))])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
