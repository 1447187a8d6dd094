"""Make committed reports and pictures anew, and say what differs: ``make reproduce``.

``python -m docs.reproduce`` makes those that take a minute or less; names choose others, ``all`` is
everything. What there is stands in ``docs/reproduce.toml``.
"""

import difflib
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ITEMS: dict[str, dict[str, Any]] = tomllib.loads(
    (ROOT / "docs" / "reproduce.toml").read_text(encoding="utf-8")
)
#: Lines that say when and with what something was made: these differ without a difference.
_ORIGIN = re.compile(r'^(Made \d|"(date|commit)": |commit |.*Versions: )|"(python|numpy|scipy)":')
#: How many lines that differ are shown of a file.
_SHOWN = 6


def chosen(names: Sequence[str]) -> list[str]:
    """The items that are asked for, in the order of the table; ``SystemExit`` for a wrong name."""
    if unknown := [name for name in names if name not in (*ITEMS, "all")]:
        raise SystemExit(f"{', '.join(unknown)}: no such thing; there is {', '.join(ITEMS)}, all")
    if not names:
        return [name for name, item in ITEMS.items() if not item.get("long")]
    return [name for name in ITEMS if name in names or "all" in names]


def contents(item: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that an item writes, by path."""
    paths = sorted({path for glob in item["writes"] for path in ROOT.glob(glob)})
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in paths}


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    """A line for each file that differs, and the first of its lines that do; dates do not count."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            yield f"  {name}: {'new' if old is None else 'gone'}"
        elif old != new:
            try:
                lines = list(_lines(old.decode(), new.decode()))
            except UnicodeDecodeError:
                yield f"  {name}: another picture"
                continue
            if lines:
                yield f"  {name}: {len(lines)} lines"
                yield from (f"    {line[:160]}" for line in lines[:_SHOWN])


def _lines(old: str, new: str) -> Iterator[str]:
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0):
        if line[:1] in "+-" and line[:3] not in ("+++", "---") and not _told_apart(line[1:]):
            yield line


def _told_apart(line: str) -> bool:
    return not line.strip() or bool(_ORIGIN.search(line.strip()))


def make(name: str) -> bool:
    """Make an item anew and print what differs; whether its commands succeeded."""
    item = ITEMS[name]
    print(f"{name}: {item['what']} ({item['time']})", flush=True)
    before = contents(item)
    paths = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    surroundings = os.environ | {"PATH": os.pathsep.join(paths), "PYTHONPATH": str(ROOT)}
    for command in item["commands"]:
        done = subprocess.run(
            shlex.split(command), cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            print(f"  not made: {command} ended with status {done.returncode}")
            return False
    told = list(differences(before, contents(item)))
    print("\n".join(told) if told else "  the same")
    return True


def main(arguments: Sequence[str]) -> int:
    """Make what is asked for; exit status 1 if anything could not be made."""
    names = chosen(arguments)
    made = [make(name) for name in names]
    left = [f"{name} ({item['time']})" for name, item in ITEMS.items() if name not in names]
    if left:
        print(f'Not asked for: {", ".join(left)}. Choose with NAMES="..." or NAMES=all.')
    return 0 if all(made) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
