"""Figures set into a page: their colours follow the page from light to dark, and letters are held once for all."""

import re
from html import escape
from xml.etree import ElementTree as ET

from scenarios.charts.look import LIGHT

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


class Letters:
    """The shapes of letters that the figures of a page share; figures are made on the light ground."""

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
        drawn = re.sub(r' xmlns(:\w+)?="[^"]*"', "", inner)
        return (
            f'<svg viewBox="{root.attrib["viewBox"]}" role="img" aria-label="{escape(words)}">'
            f"{_COLOUR.sub(_variable, drawn)}</svg>"
        )

    def _is_letter(self, element: ET.Element) -> bool:
        name = element.get("id", "")
        if element.tag != f"{_SVG}path" or not _LETTER.fullmatch(name):
            return False
        drawn = {
            key: element.get(key) for key in ("d", "transform")
        }  # a space has a name, but no shape
        shape = "".join(f' {key}="{value}"' for key, value in drawn.items() if value is not None)
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
        return f'<svg class="letters" width="0" height="0" aria-hidden="true"><defs>{shapes}</defs></svg>'


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
