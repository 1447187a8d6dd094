"""Charts of a calibration: posterior against prior, shares of histories, and rival accounts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.page.material import CheckReport
from scenarios.page.parts.chart import Interval, Intervals, Line, Lines, Span, rounded
from simulation.parameters import Parameter

_BINS = 40
#: What is shown of both distributions together: all but the outermost, by share.
_SHOWN = (0.002, 0.998)
#: The middle that holds nine values in ten, with the median between.
RANGE = (0.05, 0.5, 0.95)
#: The share of histories above which a pattern that is no single date or figure passes.
MAJORITY = 0.5

Values = NDArray[np.float64]


def posterior_chart(parameter: Parameter, prior: Values, draws: Values) -> Lines:
    """The draws of a parameter against its prior, with median and nine draws in ten beneath."""
    ends = np.quantile(np.concatenate([prior, draws]), _SHOWN)
    low, high = float(ends[0]), float(ends[1])
    if high <= low:
        low, high = low - 0.5, low + 0.5
    step = (high - low) / _BINS
    edges = np.linspace(low, high, _BINS + 1)
    counted = {
        words: np.histogram(np.clip(values, low, high), edges, density=True)[0]
        for words, values in (("draws", draws), ("prior", prior))
    }
    top = float(max(values.max() for values in counted.values()))
    q05, median, q95 = (float(each) for each in np.quantile(draws, RANGE))
    beneath = -0.07 * top
    styles: dict[str, dict[str, Any]] = {
        "draws": {"colour": "0", "fill": 0.5, "width": 0.8},
        "prior": {"colour": "ink", "dash": "dashed", "width": 1.2},
    }
    lines = [
        Line("", rounded([*values, values[-1]]), low, step, stepped=True, **styles[words])
        for words, values in counted.items()
    ]
    note = f"draws: median {median:.3g}, nine in ten {q05:.3g} to {q95:.3g}"
    spans = [
        Span("", q05, q95, beneath, beneath, beneath, "0", note),
        Span("", median, median, 1.6 * beneath, beneath, 0.4 * beneath, "0"),
    ]
    return Lines(
        "", "", "", low, high, 2 * beneath, 1.05 * top, lines, spans=spans, across=parameter.unit,
        height=215,
    )  # fmt: skip


def check_charts(report: CheckReport) -> Iterator[Intervals]:
    """The charts of a report, if what it holds can be drawn."""
    if report.shares:
        yield Intervals(
            "Share of histories that show each pattern",
            "",
            "% of histories",
            [
                Interval(
                    name,
                    100 * each.share,
                    100 * each.low,
                    100 * each.high,
                    None if each.factual_share is None else 100 * each.factual_share,
                    each.passed,
                )
                for name, each in report.shares.items()
            ],
            ("passed", "not passed", "as documented"),
            0.0,
            100.0,
            100 * MAJORITY,
        )
    if report.accounts:
        yield Intervals(
            "Log evidence of the rules and of the null models",
            "",
            "log evidence (to the right: the record is more probable)",
            [
                Interval(
                    name,
                    each.log_evidence,
                    each.log_evidence - 2 * (each.error or 0.0),
                    each.log_evidence + 2 * (each.error or 0.0),
                    full=name == "rules",
                )
                for name, each in report.accounts.items()
            ],
            ("the rules", "null models", ""),
        )
