"""The figures of a chapter, with captions and words, and how they are set into a page.

In a page their colours follow it from light to dark, and letters are held once for all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

from matplotlib.figure import Figure

from scenarios.charts.compare import fan_figure, survival_figure
from scenarios.charts.look import LIGHT
from scenarios.charts.marks import break_of
from scenarios.charts.report import changes_figure, difference_figure, moved, sources_figure
from scenarios.documented import Documented
from scenarios.report.gather import Chapter
from scenarios.report.words import sentences
from simulation.countries import pair_named
from simulation.dates import year_of

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
#: The style of lines is that of the page.
_LEFT_OUT = (f"{_SVG}metadata", f"{_SVG}style")
#: Letters are shapes named for their font.
_LETTER = re.compile(r"[A-Z][A-Za-z]+(-[A-Za-z]+)*-[0-9a-f]+")
_USED = re.compile(r"#([^)\"']+)")
#: The name by which the style sheet of the page knows each colour of a figure.
COLOURS = {
    LIGHT.ground: "ground",
    LIGHT.ink: "ink",
    LIGHT.soft: "soft",
    LIGHT.grid: "grid",
    **{colour: f"series-{place}" for place, colour in enumerate(LIGHT.series)},
}
_COLOUR = re.compile("|".join(COLOURS), re.IGNORECASE)


@dataclass(frozen=True)
class Picture:
    """A figure: its name, its part of the chapter, a caption, and what it shows in words."""

    name: str
    part: str
    caption: str
    words: str
    figure: Figure


#: The parts of a chapter that hold figures.
TIMELINE, SURVIVAL, DIFFERENCES, DRIVES = "timeline", "survival", "differences", "drives"


def pictures(chapter: Chapter, documented: Documented) -> Iterator[Picture]:
    """The figures of a chapter in reading order, drawn one by one."""
    yield from _fans(chapter, documented)
    chosen, sources = chapter.chosen, chapter.grievances
    one, other = chosen.factual_curve, chosen.counterfactual_curve
    if one.years:
        gaps = [abs(a - b) for a, b in zip(one.unbroken, other.unbroken, strict=True)]
        widest = (max(gaps), one.years[gaps.index(max(gaps))])
        figure = survival_figure(chosen, breaks=documented.breaks)
        yield _picture("survival", SURVIVAL, figure, chosen, *widest)
    if any(row.low or row.high for row in chosen.yearly):
        last = chapter.last_year
        yield _picture("differences", DIFFERENCES, difference_figure(chosen), chosen.pair, last)
    if sources.share:
        client = pair_named(sources.pair)[1]
        yield _picture("sources", DRIVES, sources_figure(sources), sources, client)
    if any(moved(mean) for mean in sources.whole):
        yield _picture("changes", DRIVES, changes_figure(sources), sources)


def _fans(chapter: Chapter, documented: Documented) -> Iterator[Picture]:
    """The fans of both branches, quantity by quantity and on one scale."""
    reading, pair = chapter.reading, chapter.chosen.pair
    documented_break = break_of(documented.breaks, pair_named(pair))
    years = [year_of(quarter) for quarter in (reading.first_quarter, reading.last_quarter)]
    for series, fans in chapter.fans.items():
        shared: dict[str, Any] = {"top": max(fan.top for fan in fans), "documented": documented}
        for branch, fan in zip(("factual", "counterfactual"), fans, strict=True):
            ends = [(year, fan.quantiles[:, fan.years.index(year)]) for year in years]
            figure = fan_figure(
                fan, pair, series, reading, counterfactual=branch == "counterfactual", **shared
            )
            subjects = (pair, series, branch, fan, ends, documented_break)
            picture = _picture("fan", TIMELINE, figure, *subjects)
            yield replace(picture, name=f"{series}-{branch}")


def _picture(name: str, part: str, figure: Figure, *subjects: Any) -> Picture:
    """A figure with its caption and words, which the macro of its name has."""
    caption, words = sentences(name, *subjects)
    return Picture(name, part, caption, words, figure)


class Letters:
    """The shapes of letters that the figures of a page share; they are made on the light ground."""

    def __init__(self) -> None:
        self._shapes: dict[str, str] = {}

    def set_in(self, svg: bytes, words: str) -> str:
        """A figure as an element of the page, told in words to those who do not see it."""
        root = ET.fromstring(svg)
        for parent in list(root.iter()):
            for child in list(parent):
                if child.tag in _LEFT_OUT or self._is_letter(child):
                    parent.remove(child)
        for element in root.iter():
            self._mend(element)
        _drop_unused_names(root)
        for measure in ("width", "height", "version"):
            root.attrib.pop(measure, None)
        inner = "".join(ET.tostring(child, encoding="unicode") for child in root)
        shapes = re.sub(r' xmlns(:\w+)?="[^"]*"', "", inner)
        return (
            f'<svg viewBox="{root.attrib["viewBox"]}" role="img" aria-label="{escape(words)}">'
            f"{_COLOUR.sub(_variable, shapes)}</svg>"
        )

    def _is_letter(self, element: ET.Element) -> bool:
        name = element.get("id", "")
        if element.tag != f"{_SVG}path" or not _LETTER.fullmatch(name):
            return False
        # A space has a name, but no shape.
        traits = [(key, element.get(key)) for key in ("d", "transform")]
        shape = "".join(f' {key}="{value}"' for key, value in traits if value is not None)
        self._shapes[name] = f'<path id="{name}"{shape}/>'
        return True

    def _mend(self, element: ET.Element) -> None:
        element.tag = element.tag.removeprefix(_SVG)
        element.text = element.tail = None
        link = element.attrib.pop(_LINK, None)
        if link is not None:
            element.set("href", link)

    def sheet(self) -> str:
        """The letters, to stand once in the page before the figures."""
        shapes = "".join(self._shapes[name] for name in sorted(self._shapes))
        size = 'class="letters" width="0" height="0" aria-hidden="true"'
        return f"<svg {size}><defs>{shapes}</defs></svg>"


def _drop_unused_names(root: ET.Element) -> None:
    used = {
        name
        for element in root.iter()
        for value in element.attrib.values()
        for name in _USED.findall(value)
    }
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "defs" and not len(child):
                parent.remove(child)


def _variable(match: re.Match[str]) -> str:
    return f"var(--{COLOURS[next(c for c in COLOURS if c.lower() == match[0].lower())]})"
