"""The time line of the evidence on the page: every mark tells what it is and opens its row when it is clicked."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import solara

from scenarios.charts.evidence import ROW_ID, EvidenceMark, evidence_timeline
from scenarios.charts.look import DRAWING, LIGHT, Look, png_of, svg_of
from scenarios.page.parts.downloads import Download, DownloadBar
from scenarios.page.parts.look import use_look
from scenarios.page.parts.refusal import use_guard


@solara.component_vue(str(Path("vue") / "timeline.vue"))
def _Timeline(
    svg: str,
    words: str,
    start: str,
    hints: Mapping[str, str],
    opened: str,
    event_clicked: Callable[[str], None],
) -> None: ...


@lru_cache(maxsize=24)
def _drawn(marks: tuple[EvidenceMark, ...], look: Look) -> bytes:
    """The SVG of a time line; visitors who look at the same rows share it."""
    with DRAWING:
        return svg_of(evidence_timeline(marks, look))


def _png(marks: Sequence[EvidenceMark]) -> bytes:
    with DRAWING:
        return png_of(evidence_timeline(marks, LIGHT))


@solara.component
def Timeline(
    marks: Sequence[EvidenceMark],
    hints: Mapping[str, str],
    opened: str,
    on_open: Callable[[str], None],
) -> None:
    """The time line of some rows, with the words shown on hovering each; ``on_open`` is told the id of one clicked."""
    look = use_look()
    guard = use_guard()
    svg = solara.use_memo(
        lambda: _drawn(tuple(marks), look).decode("utf-8"), [tuple(marks), look.name]
    )
    words = f"Time line of {len(marks)} rows of the evidence, 1945 to 1980; the table beneath tells the same in words"
    with solara.Div(classes=["lp-timeline-wide"]):
        _Timeline(
            svg=svg,
            words=words,
            start=ROW_ID,
            hints=hints,
            opened=opened,
            event_clicked=guard(on_open),
        )
        DownloadBar(
            [
                Download("PNG", "record.png", lambda: _png(marks)),
                Download("SVG", "record.svg", lambda: _drawn(tuple(marks), LIGHT)),
            ],
            compact=True,
        )
