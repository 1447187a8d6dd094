"""A run in a few numbers beside what is documented: dates of breaks, and aid by plan period.

Each summary is one row of a table: all of it in CSV and JSON, the most needed on a screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, product
from operator import attrgetter
from typing import Any

import numpy as np
from rich.markup import escape
from rich.table import Table

from scenarios.console import plain_table
from scenarios.documented import (
    BASES,
    FORMS,
    PLAN_PERIODS,
    Documented,
    DocumentedBreak,
    DocumentedSum,
    Pair,
    Window,
    documented_sum,
)
from scenarios.explain.words import source_in_words
from scenarios.outcomes import NEVER, PAIR_NAMES, PAIRS, Codes, Outcomes, quantile_date
from simulation.countries import COUNTRY_KEYS, pair_name
from simulation.dates import date_of
from simulation.trajectory import CAUSES

#: The quantiles that are reported: the middle, and the ends of the range of nine histories in ten.
QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}
_NEVER_WORD = "never"
#: Said of the tables of aid.
AID_NOTE = (
    "Sums are in dollars of the day. Asked and pledged aid stands where it was agreed, whatever "
    "years it was meant for. Periods in which half of the histories pledge nothing are left out, "
    "unless something is documented."
)
#: Pledges that half of the histories keep below this, in million US dollars, are not shown.
_LEAST_SHOWN = 0.05
#: Shares of breaks below this are not named.
_LEAST_SHARE = 0.02


@dataclass(frozen=True)
class BreakSummary:
    """The break of a pair, simulated and documented; dates are months, none where never.

    ``initiators`` and ``causes`` give shares among the histories in which the pair breaks, the
    largest first.
    """

    name: str
    pair: Pair
    documented: DocumentedBreak | None
    q05: str | None
    median: str | None
    q95: str | None
    share_by_1980: float
    initiators: dict[str, float]
    causes: dict[str, float]

    @property
    def grievances(self) -> dict[str, float]:
        """The shares of the causes, in words."""
        client = self.pair[1]
        return {source_in_words(cause, client): share for cause, share in self.causes.items()}

    @property
    def row(self) -> dict[str, Any]:
        """The summary as one flat row."""
        record = self.documented
        return {
            "pair": self.name,
            "documented": record and record.date,
            "earliest": record and record.earliest,
            "latest": record and record.latest,
            "median": self.median,
            "q05": self.q05,
            "q95": self.q95,
            "share_by_1980": round(self.share_by_1980, 6),
            "initiator": next(iter(self.initiators), None),
            "cause": next(iter(self.causes), None),
        }


@dataclass(frozen=True)
class AidSummary:
    """Economic aid or arms of a pair in a window, simulated and documented, million US dollars."""

    pair: Pair
    form: str
    basis: str
    window: Window
    q05: float
    median: float
    q95: float
    documented: DocumentedSum | None

    @property
    def row(self) -> dict[str, Any]:
        """The summary as one flat row; the window's ends are months."""
        patron, client = self.pair
        record = self.documented
        return {
            "pair": pair_name(patron, client),
            "patron": patron.key,
            "client": client.key,
            "form": self.form,
            "basis": self.basis,
            "period": self.window.name,
            "from": date_of(self.window.first_quarter - 1 / 3),
            "to": date_of(self.window.last_quarter + 1 / 3),
            "median": round(self.median, 3),
            "q05": round(self.q05, 3),
            "q95": round(self.q95, 3),
            "documented": record and round(record.usd, 3),
            "low": record and round(record.low, 3),
            "high": record and round(record.high, 3),
            "forms": record and ";".join(record.forms),
            "figures": record and ";".join(record.ids),
        }


def summarised_breaks(outcomes: Outcomes, documented: Documented) -> tuple[BreakSummary, ...]:
    """When each of the five pairs breaks in the simulated histories, and when it did."""
    recorded = {each.pair: each for each in documented.breaks}
    return tuple(
        BreakSummary(
            name=name,
            pair=pair,
            documented=recorded.get(pair),
            **{
                key: quantile_date(outcomes.split[place], share) for key, share in QUANTILES.items()
            },
            share_by_1980=float((outcomes.split[place] != NEVER).mean()),
            initiators=_shares(outcomes.initiator[place], COUNTRY_KEYS),
            causes=_shares(outcomes.cause[place], CAUSES),
        )
        for place, (name, pair) in enumerate(zip(PAIR_NAMES, PAIRS, strict=True))
    )


def _shares(codes: Codes, names: Sequence[str]) -> dict[str, float]:
    """How often each named code occurs among those that are set, the most frequent first."""
    named = codes[codes != NEVER]
    counts = np.bincount(named, minlength=len(names))
    order = sorted(range(len(names)), key=lambda code: -counts[code])
    return {names[code]: float(counts[code] / named.size) for code in order if counts[code]}


def summarised_aid(outcomes: Outcomes, documented: Documented) -> tuple[AidSummary, ...]:
    """Economic aid and arms, asked, pledged and delivered, by pair and plan period.

    Beside each stands what is documented of the same form.
    """
    shares = list(QUANTILES.values())
    rows = []
    for (place, pair), form in product(enumerate(PAIRS), FORMS):
        for (span, window), basis in product(enumerate(outcomes.windows), BASES):
            amounts = np.quantile(outcomes.aid_of(basis, form)[span, place], shares).tolist()
            values = dict(zip(QUANTILES, amounts, strict=True))
            record = documented_sum(documented.aid, pair, basis, window, form)
            rows.append(AidSummary(pair, form, basis, window, documented=record, **values))
    return tuple(rows)


def breaks_table(summaries: Sequence[BreakSummary]) -> Table:
    """When each pair breaks in the simulated histories, and when it did."""
    return plain_table(
        ("pair", "median", "5-95 %", "by 1980", "documented"),
        [
            (
                row.name,
                row.median or _NEVER_WORD,
                f"{row.q05} to {row.q95 or _NEVER_WORD}" if row.q05 else _NEVER_WORD,
                f"{row.share_by_1980:.0%}",
                date_and_window(row.documented),
            )
            for row in summaries
        ],
        title="Breaks: pairs are client-patron; never means not by 1980",
        right=("by 1980",),
        whole=("pair", "median", "5-95 %", "by 1980"),
    )


def date_and_window(record: DocumentedBreak | None) -> str:
    """The documented month, and the window where it has one; empty where nothing is documented."""
    if record is None:
        return ""
    if record.earliest == record.latest:
        return record.date
    since = f"{record.earliest} " if record.earliest != record.date else ""
    return f"{record.date} ({since}to {record.latest})"


def movers_table(summaries: Sequence[BreakSummary]) -> Table:
    """Who breaks with whom in the simulated histories, and the grievance that weighs most."""
    return plain_table(
        ("pair", "moved by", "grievance"),
        [(row.name, commonest(row.initiators), commonest(row.grievances)) for row in summaries],
        title="Who breaks, and the largest grievance at that moment (share of the breaks)",
    )


def commonest(shares: dict[str, float]) -> str:
    """The three most frequent of some named shares, those of which there are hardly any apart."""
    return ", ".join(
        f"{name} {share:.0%}" for name, share in list(shares.items())[:3] if share >= _LEAST_SHARE
    )


def aid_tables(summaries: Sequence[AidSummary]) -> list[Table]:
    """Economic aid and arms by plan period, million US dollars, beside the record: one a pair.

    Pledges are shown where there are any; what was asked or delivered, where that is documented.
    """
    tables = []
    for (patron, client), of_pair in groupby(filter(_told, summaries), key=attrgetter("pair")):
        rows = list(of_pair)
        beside = ["documented\n\\[low-high]"] if any(row.documented for row in rows) else []
        amounts = ("median", "5-95 %", *beside)
        columns = ("form", "period", "basis", *amounts)
        title = f"Aid of {patron.title} to {client.title} (million US$)"
        table = plain_table(columns, title=title, right=amounts, whole=columns)
        for form, of_form in groupby(rows, key=attrgetter("form")):
            table.add_section()
            for place, row in enumerate(of_form):
                table.add_row(
                    "" if place else form,
                    row.window.name,
                    row.basis,
                    _amount(row.median),
                    f"{_amount(row.q05)}-{_amount(row.q95)}",
                    *([escape(_sum_and_range(row.documented))] if row.documented else []),
                )
        tables.append(table)
    return tables


def _told(row: AidSummary) -> bool:
    pledged = row.basis == "pledged" and row.window in PLAN_PERIODS
    return row.documented is not None or (pledged and row.median >= _LEAST_SHOWN)


def _sum_and_range(record: DocumentedSum) -> str:
    return f"{_amount(record.usd)} [{_amount(record.low)}-{_amount(record.high)}]"


def _amount(usd: float) -> str:
    return f"{usd:.1f}" if usd < 100 else f"{usd:.0f}"
