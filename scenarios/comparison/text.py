"""Sentences kept in templates: where templates are, and how their paragraphs are read."""

import re

from jinja2 import Environment, PackageLoader, StrictUndefined


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each on one line; firm spaces stay as they are."""
    parts = re.split(r"\n\s*\n", text)
    return [re.sub(r"[ \n]+", " ", part).strip(" \n") for part in parts if part.strip()]


def templates(package: str) -> Environment:
    """The templates of a package; HTML is escaped, and a name that is not there is an error."""
    return Environment(
        loader=PackageLoader(package, ""),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
