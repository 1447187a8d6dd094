"""What stands in the pages of the documentation: fenced blocks, and commands."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HOWTO = sorted((DOCS / "howto").glob("*.md"))
#: The pages whose commands are held against the command line.
PAGES = [*sorted(DOCS.glob("*.md")), *HOWTO, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
#: What a remark behind a command says if it takes too long to be carried out in a test.
LONG = re.compile(r"#.*\b(minutes|after it)\b")
_BLOCK = re.compile(r"^```([\w{}-]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`(lilliput [^`]+)`")


def blocks(page: Path) -> list[tuple[str, str]]:
    """The fenced blocks of a page: language and text."""
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


def commands(page: Path) -> list[list[str]]:
    """The words of every command ``lilliput`` that a page names, in a block or in a sentence."""
    text = page.read_text(encoding="utf-8")
    lines = [line for _, block in blocks(page) for line in block.splitlines()]
    named = [" ".join(each.split()) for each in _INLINE.findall(_BLOCK.sub("", text))]
    whole = [line for line in [*lines, *named] if line.startswith("lilliput ")]
    parts = [part for line in whole for part in re.split(r" && | \| | > | < | & ", line)]
    return [
        shlex.split(part, comments=True)[1:]
        for part in map(str.strip, parts)
        if part.startswith("lilliput ") and not part.endswith("\\")
    ]
