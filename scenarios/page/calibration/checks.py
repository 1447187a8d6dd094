"""The published checks on the tab Calibration: findings first, then pictures and tables."""

from collections.abc import Mapping

import reacton.ipyvuetify as v
import solara

from scenarios.draws import Draws
from scenarios.page.calibration.charts import check_charts
from scenarios.page.material import CheckReport, ReportTable, use_material
from scenarios.page.parts.chart import Drawn
from scenarios.page.parts.table import Table
from scenarios.page.parts.terms import plain_text
from scenarios.page.parts.view import Download, DownloadBar

#: The order in which reports are shown; those not named follow.
ORDER = (
    "predictive",
    "nulls",
    "drivers",
    "leave-one-out",
    "foresight",
    "identified",
    "recovery",
    "ranks",
    "agreement",
    "prior",
)
#: Said of a check of other draws.
STALE = "These are not the draws that lilliput uses now: the check speaks of older ones."
_VERDICTS = {True: "Goal reached. ", False: "Goal not reached. "}


@solara.component
def Checks(reports: Mapping[str, CheckReport]) -> None:
    """The published checks in the order of reading, or a sentence if there are none."""
    with v.Html(tag="section", class_="lp-checks", attributes={"aria-label": "Checks"}):
        v.Html(tag="h2", children=["Checks"])
        for sentence in missing_words(reports):
            v.Html(tag="p", class_="lp-note", children=[sentence])
        for name in in_order(reports):
            Check(reports[name]).key(name)


def in_order(reports: Mapping[str, CheckReport]) -> list[str]:
    """The names of the reports in the order of reading."""
    last = len(ORDER)
    return sorted(reports, key=lambda name: (ORDER.index(name) if name in ORDER else last, name))


def missing_words(reports: Mapping[str, CheckReport]) -> list[str]:
    """What is said of the checks that have not been published."""
    if not reports:
        return [
            "No check of these draws has been published yet: neither predictive checks nor the "
            "scores of null models. Until then read the draws as what the rules make of the "
            "record, not as knowledge."
        ]
    names = {"predictive": "predictive checks", "nulls": "scores of the null models"}
    return [
        f"The {words} have not been published yet."
        for name, words in names.items()
        if name not in reports
    ]


@solara.component
def Check(report: CheckReport) -> None:
    """One check: finding, origin, pictures and tables, and the method with the other tables."""
    material = use_material()
    with v.Html(tag="article", class_="lp-check", attributes={"aria-label": report.title}):
        v.Html(tag="h3", children=[report.title])
        with v.Html(tag="p"):
            if report.reached in _VERDICTS:
                v.Html(tag="strong", children=[_VERDICTS[report.reached]])
            v.Html(tag="span", children=[plain_text(report.finding)])
        v.Html(tag="p", class_="lp-note", children=[origin(report, material.draws)])
        for chart in check_charts(report):
            caption = f"{chart.title}; the table beneath has the numbers"
            settings = {key: str(value) for key, value in report.origin.items()}
            Drawn(report.check, caption, chart, settings)
        for table in report.tables:
            Table(table.title, table.columns, table.rows)
        if report.appendix:
            Appendix(report.appendix)
        download = Download("Numbers (JSON)", f"{report.check}.json", lambda: report.content)
        DownloadBar([download])


@solara.component
def Appendix(parts: tuple[str | ReportTable, ...]) -> None:
    """The parts of a report that are shown to those who ask."""
    with v.Html(tag="details"):
        v.Html(tag="summary", children=["How the check is made, and the rest of its tables"])
        for part in parts:
            if isinstance(part, str):
                v.Html(tag="p", children=[plain_text(part)])
            else:
                Table(part.title, part.columns, part.rows)


def origin(report: CheckReport, draws: Draws) -> str:
    """When and with what a check was made, and whether it is about other draws than the page's."""
    sentence = f"Made {report.origin['date']}, seed {report.origin['seed']}"
    checked = report.origin.get("draws")
    if not checked:
        return f"{sentence}."
    sentence += f", draws {checked['id']}."
    return sentence if checked["id"] == draws.id else f"{sentence} {STALE}"
