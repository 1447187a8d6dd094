"""The report of an ablation: what mechanisms add, singly and together, and if both paths agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from calibration.checks.ablation.added import Added, Scored
from calibration.checks.ablation.kept import Kept, values_of, whole_values
from calibration.checks.ablation.mechanisms import Group, Mechanism
from calibration.checks.work import method
from calibration.fit.evidence import CLEAR, LEAST_FAMILIES, Evidence
from calibration.reports.pictures import BLUE, GREY, PALE, blank, name_rows
from calibration.reports.report import Goal, Picture, Pictures, Report, Table
from simulation.arrays import Array
from simulation.errors import listed


@dataclass(frozen=True)
class Paths:
    """The log evidence of the whole rules: ``up`` by the fits of the draws, and ``down``."""

    up: float
    up_error: float
    down: Evidence

    @property
    def agree(self) -> bool | None:
        """Whether they lie within two errors of each other; None if the way down settles nothing.

        Formula: |up - down| <= 2 sqrt(up error ** 2 + down error ** 2).
        """
        if not self.down.settled:
            return None
        reach = CLEAR * float(np.hypot(self.up_error, self.down.error))
        return abs(self.up - self.down.value) <= reach

    @property
    def sentence(self) -> str:
        """What the two paths say, in a sentence."""
        found = (
            f"log evidence {self.up:.2f} ± {self.up_error:.2f} by the fits, "
            f"{self.down.value:.2f} ± {self.down.error:.2f} from the draws down"
        )
        if self.agree is None:
            return (
                f"Whether both paths agree is not told ({found}; {self.down.families} families at "
                f"the least, {LEAST_FAMILIES} in each of two runs are needed)."
            )
        return f"The two paths {'agree' if self.agree else '**do not agree**'}: {found}."

    @property
    def table(self) -> Table:
        """Both paths, one a row."""
        down = self.down
        return Table(
            title="By the fits, and from their draws back to the prior",
            columns=("path", "log evidence", "error", "families"),
            rows=[
                ("up", f"{self.up:.2f}", f"{self.up_error:.2f}", "–"),
                ("down", f"{down.value:.2f}", f"{down.error:.2f}", str(down.families)),
            ],
        )

    @property
    def values(self) -> Mapping[str, Any]:
        """Both paths, for programs."""
        return {
            "up": self.up,
            "up_error": self.up_error,
            "down": self.down.value,
            "down_error": self.down.error,
            "families": self.down.families,
            "agree": self.agree,
        }


def ablation_report(
    added: Sequence[Added],
    whole: tuple[Evidence, Scored],
    observations: Sequence[str],
    origin: Mapping[str, Any],
    paths: Paths | None = None,
    kept: Kept | None = None,
) -> tuple[Report, Pictures]:
    """The report of what mechanisms and groups add, and of the ``paths`` if both were gone.

    ``whole`` are the log evidence of the whole rules and how well their draws fit, with as many
    vectors as those ``added``; what an earlier report told is ``kept``.
    """
    own, kept = whole_values(*whole, added[0].vectors), kept or Kept()
    added = [*added, *kept.rows]
    wholes = [own, *(each for each in kept.wholes if each["vectors"] != own["vectors"])]
    rows = sorted(added, key=lambda row: -row.evidence.value)
    single = [row for row in rows if isinstance(row.mechanism, Mechanism)]
    together = [row for row in rows if isinstance(row.mechanism, Group)]
    titles = (
        ("Whole minus without, the most needed first", single),
        ("Whole minus without, groups switched off together", together),
    )
    claims = Table.of(
        "What each mechanism claims, and which observation gains and loses most by it "
        "(mean log-probability given the others, whole minus without)",
        rows,
        {
            "mechanism": lambda row: row.mechanism.name,
            "claims": lambda row: row.mechanism.meaning,
            "gains most": lambda row: _effect(row.single, observations, int(row.single.argmax())),
            "loses most": lambda row: _effect(row.single, observations, int(row.single.argmin())),
        },
    )
    counts = {verdict: len(_judged(single, verdict)) for verdict in ("for", "against", "not told")}
    measured = (
        f"mechanisms tried: {len(single)}; that earn their place: {counts['for']}; that stand in "
        f"the way: {counts['against']}; not told: {counts['not told']}"
    )
    report = Report(
        check="ablation",
        title="What each mechanism adds",
        finding=_finding(single, together, paths),
        reached=None,
        origin=dict(origin),
        parts=(
            method("ablation", families=LEAST_FAMILIES, clear=CLEAR),
            *(
                f"The whole rules, fitted with {each['vectors']:,} vectors: log evidence "
                f"{each['evidence']:.2f} ± {each['error']:.2f}, {each['families']} families in the "
                f"run with the fewest. Of their draws weights fail for {each['failing']} "
                "observations."
                for each in wholes
            ),
            Picture(name="evidence", caption="What mechanisms and groups add in log evidence"),
            *(_table(title, which) for title, which in titles if which),
            *([paths.table] if paths else []),
            claims,
        ),
        goals=(Goal(name="What each mechanism adds", goal="", measured=measured, reached=None),),
        values={
            "mechanisms": {row.mechanism.name: values_of(row, observations) for row in single},
            "groups": {row.mechanism.name: values_of(row, observations) for row in together},
            "paths": paths.values if paths else None,
            "whole": wholes,
        },
    )
    return report, {"evidence": added_figure(rows)}


def _table(title: str, rows: Sequence[Added]) -> Table:
    return Table.of(
        title,
        rows,
        {
            "off": lambda row: row.mechanism.name,
            "evidence": lambda row: f"{row.evidence.value:+.2f}",
            "error": lambda row: f"{row.evidence.error:.2f}",
            "verdict": lambda row: row.evidence.verdict,
            "family error": lambda row: f"{row.evidence.family_error:.2f}",
            "spread": lambda row: f"{row.evidence.spread:.2f}",
            "families": lambda row: str(row.evidence.families),
            "vectors": lambda row: f"{row.vectors:,}",
            "fit": lambda row: str(row.fit),
            "prior": lambda row: f"{row.prior:+.2f}",
            "left-out": lambda row: str(row.left_out),
            "weights fail": lambda row: str(row.failing),
        },
    )


def _judged(rows: Sequence[Added], verdict: str) -> list[Added]:
    return [row for row in rows if row.evidence.verdict == verdict]


def _effect(single: Array, observations: Sequence[str], place: int) -> str:
    return f"{observations[place]} ({single[place]:+.2f})"


def _names(rows: Sequence[Added]) -> str:
    return listed(f"*{row.mechanism.name.replace('_', ' ')}*" for row in rows)


def _finding(single: Sequence[Added], together: Sequence[Added], paths: Paths | None) -> str:
    sentences = [_told(rows, what) for rows, what in ((single, "mechanisms"), (together, "groups"))]
    few = [row for row in (*single, *together) if not row.evidence.settled]
    if few:
        sentences.append(
            f"Of {_names(few)} nothing can be told: fewer than {LEAST_FAMILIES} families of draws "
            "in a run, or a single run (--effort usual, more --runs)."
        )
    if paths:
        sentences.append(paths.sentence)
    return " ".join(filter(None, sentences))


def _told(rows: Sequence[Added], what: str) -> str:
    if not rows:
        return ""
    needed, harmful, open_ = (_judged(rows, each) for each in ("for", "against", "not told"))
    sentences = [f"{what.capitalize()} tried: {len(rows)}."]
    if needed:
        sentences.append(
            f"By more than two errors of log evidence these earn their place: {_names(needed)}."
        )
    if harmful:
        text = f"**The record is more probable without these**: {_names(harmful)}"
        worse = [row for row in harmful if row.fit.mean < -2 * row.fit.error]
        others = [row for row in harmful if row not in worse]
        for those, how in ((worse, "better"), (others, "no worse")):
            text += f"; draws fit {how} without {_names(those)}" if those else ""
        sentences.append(f"{text}.")
    if open_:
        sentences.append(f"It is not told of {_names(open_)}.")
    return " ".join(sentences)


def added_figure(rows: Sequence[Added]) -> Figure:
    """What mechanisms and groups add in log evidence, with two errors; grey is not told."""
    figure = blank(8, 0.3 * len(rows) + 1.3)
    axes = figure.subplots()
    for height, row in enumerate(rows):
        reach = CLEAR * row.evidence.error
        colour = GREY if row.evidence.verdict == "not told" else BLUE
        axes.errorbar(row.evidence.value, height, xerr=reach, fmt="o", color=colour, capsize=2)
    axes.axvline(0, color=PALE, linewidth=0.8)
    name_rows(axes, [row.mechanism.name.replace("_", " ") for row in rows], fontsize=9)
    axes.set_xlabel("log evidence, whole minus without (bars: two errors)")
    figure.tight_layout()
    return figure
