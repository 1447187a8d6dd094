"""Reports of the calibration's checks in words and tables, from the objects that the checks leave for programs.

Checks grow; a report whose values are not as expected here is shown by its finding alone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.charts.posterior import Account, ShownShare
from scenarios.draws import Draws
from scenarios.page.parts.table import Column

#: The order in which reports are shown; those not named follow.
ORDER = (
    "predictive",
    "nulls",
    "leave-one-out",
    "identified",
    "recovery",
    "ranks",
    "agreement",
    "prior",
)
#: The share of histories above which a pattern that is no single date or figure passes.
MAJORITY = 0.5

Report = Mapping[str, Any]


@dataclass(frozen=True)
class ReportTable:
    """A table of a report: its title, columns, and rows of texts."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[dict[str, str], ...]


def in_order(reports: Mapping[str, Report]) -> list[str]:
    """The names of the reports in the order of reading."""
    return sorted(
        reports, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)
    )


def verdict(report: Report) -> str:
    """Whether the goal of a check was reached; empty where it only describes."""
    return {True: "Goal reached.", False: "Goal not reached."}.get(report.get("reached"), "")  # type: ignore[arg-type]


def finding(report: Report) -> str:
    """The finding of a check as plain text."""
    return str(report["finding"]).replace("**", "").replace("`", "")


def origin(report: Report, draws: Draws) -> str:
    """When and with what a check was made, and whether it speaks of other draws than those on the page."""
    told = report["origin"]
    parts = [
        f"Made {told['date']}" if "date" in told else "",
        f"seed {told['seed']}" if "seed" in told else "",
    ]
    checked = (told.get("draws") or {}).get("id")
    if checked:
        parts.append(f"draws {checked}")
    words = ", ".join(part for part in parts if part)
    return f"{words}. {STALE}" if checked and checked != draws.id else f"{words}."


#: Said of a check of other draws.
STALE = "These are not the draws that lilliput uses now: the check speaks of older ones."


def tables_of(report: Report) -> tuple[ReportTable, ...]:
    """The tables of a report; none where its values are not known here."""
    made = _TABLES.get(str(report["check"]))
    if made is None:
        return ()
    try:
        return tuple(table for table in made(report["values"]) if table.rows)
    except (KeyError, TypeError, ValueError, AttributeError):
        return ()


def _per_cent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _number(value: float | None, places: int = 1) -> str:
    return "–" if value is None else f"{value:.{places}f}"


def _yes(value: bool | None) -> str:
    return {True: "yes", False: "no"}.get(value, "–")  # type: ignore[arg-type]


def _break_table(values: Mapping[str, Any]) -> ReportTable:
    columns = (
        Column("id", "Pair, client first"),
        Column("documented", "Documented"),
        Column("median", "Simulated median"),
        Column("range", "Nine in ten"),
        Column("broken", "Broken by 1980", numeric=True),
        Column("inside", "Date in the range"),
    )
    rows = tuple(
        {
            "id": name,
            "documented": row["documented"] or "–",
            "median": row["median"] or "never",
            "range": f"{row['q05'] or 'never'} to {row['q95'] or 'never'}",
            "broken": _per_cent(row["share_by_1980"]),
            "inside": _yes(row["inside_90"]),
        }
        for name, row in values["breaks"].items()
    )
    return ReportTable("When the pairs break", columns, rows)


def _predictive(values: Mapping[str, Any]) -> Iterator[ReportTable]:
    yield _break_table(values)
    columns = (
        Column("id", "No."),
        Column("says", "Pattern"),
        Column("share", "Histories that show it", numeric=True),
        Column("factual", "As documented", numeric=True),
        Column("passed", "Passed"),
    )
    rows = tuple(
        {
            "id": number,
            "says": row["says"],
            "share": f"{_per_cent(row['share'])} ({100 * row['low']:.0f}–{100 * row['high']:.0f})",
            "factual": _per_cent(row["factual_share"]) if "factual_share" in row else "",
            "passed": _yes(row["passed"]),
        }
        for number, row in values["patterns"].items()
    )
    yield ReportTable("Every pattern that the rules should bring out of themselves", columns, rows)


def _prior(values: Mapping[str, Any]) -> Iterator[ReportTable]:
    yield _break_table(values)


def _nulls(values: Mapping[str, Any]) -> Iterator[ReportTable]:
    columns = (
        Column("id", "Account"),
        Column("parameters", "Parameters", numeric=True),
        Column("evidence", "Log evidence", numeric=True),
        Column("error", "Standard error", numeric=True),
        Column("less", "Rules minus this", numeric=True),
    )
    rules = values.get("rules", {}).get("log_evidence")
    rows = tuple(
        {
            "id": name,
            "parameters": str(row["parameters"]),
            "evidence": _number(row["log_evidence"], 2),
            "error": _number(row["error"], 2),
            "less": f"{rules - row['log_evidence']:+.2f}"
            if rules is not None and name != "rules"
            else "",
        }
        for name, row in values.items()
    )
    yield ReportTable(
        "Log evidence: how probable each account made the record before it was fitted",
        columns,
        rows,
    )


def _leave_one_out(values: Mapping[str, Any]) -> Iterator[ReportTable]:
    nulls = tuple(next(iter(next(iter(values["differences"].values())).values())))
    columns = (
        Column("id", "Score, of what"),
        Column("number", "Observations", numeric=True),
        *(Column(name, f"Gain over {name}", numeric=True) for name in nulls),
    )
    rows = []
    for score, groups in values["differences"].items():
        for kind, gains in groups.items():
            told = {
                name: f"{_number(gain['mean'], 2)} ± {_number(gain['error'], 2)}"
                for name, gain in gains.items()
            }
            number = next(iter(gains.values()))["number"]
            if number:
                rows.append({"id": f"{score}, {kind}", "number": str(number), **told})
    title = "Foreseeing what was left out: mean gain of the rules an observation (plus: the rules are better)"
    yield ReportTable(title, columns, tuple(rows))


_TABLES: dict[str, Callable[[Mapping[str, Any]], Iterator[ReportTable]]] = {
    "predictive": _predictive,
    "prior": _prior,
    "nulls": _nulls,
    "leave-one-out": _leave_one_out,
}


def shares_in(report: Report) -> tuple[ShownShare, ...]:
    """The patterns of a predictive check as they are drawn; none for other reports."""
    if report["check"] != "predictive":
        return ()
    try:
        return tuple(
            ShownShare(
                name=str(number),
                share=float(row["share"]),
                low=float(row["low"]),
                high=float(row["high"]),
                factual=None if row.get("factual_share") is None else float(row["factual_share"]),
                passed=bool(row["passed"]),
            )
            for number, row in report["values"]["patterns"].items()
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return ()


def accounts_in(report: Report) -> tuple[Account, ...]:
    """The accounts of the record that are compared, as they are drawn; none for other reports."""
    if report["check"] != "nulls":
        return ()
    try:
        return tuple(
            Account(
                name,
                float(row["log_evidence"]),
                None if row["error"] is None else float(row["error"]),
            )
            for name, row in report["values"].items()
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return ()


def standings_in(reports: Mapping[str, Report]) -> dict[str, tuple[str, float]]:
    """How far the record informs each parameter: its class and contraction; empty if that check is not published."""
    try:
        rows = reports["identified"]["values"]["parameters"]
        return {name: (str(row["class"]), float(row["contraction"])) for name, row in rows.items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        return {}
