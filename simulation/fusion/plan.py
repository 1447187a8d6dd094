"""Lines of a recording brought into an order in which few loops make them, and these loops compiled.

A line is an array that is given, written as a formula of elements of other arrays, or made by a
function of whole arrays. It stands on a level: formulas of one level need nothing from each other
but elements at their own place, so that one loop can make several arrays.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, cast

import numpy as np

Function = Callable[..., Any]
Shape = tuple[int, ...]

#: The names of the patron, client and replicate axis in a formula; ``k`` and ``l`` are the third
#: countries of a pair.
AXES = "ijr"
#: An element of an array, as it stands in a formula.
ELEMENT = re.compile(r"\b(n\d+)\b(?:\[([^\]]*)\])?")
THIRD = re.compile(r"\b[kl]\b")
#: What compiled loops are called, and how many arrays one of them makes and touches at most.
_LOOP = "loop"
MOST_MADE, MOST_TOUCHED = 4, 14
#: The third countries of each ordered pair, as loops look them up.
THIRDS = np.array(
    [[[k for k in range(4) if k not in (p, c)][:2] for c in range(4)] for p in range(4)]
)


@dataclass
class Line:
    """One array of a recording: given by ``path``, made by a ``function`` of whole arrays, or written as ``text``."""

    shape: Shape
    dtype: Any
    path: str = ""
    text: str = ""
    function: Function | None = None
    values: tuple[str, ...] = ()
    in_place: bool = False
    level: int = 0
    users: list[str] = field(default_factory=list)


def index_of(shape: Shape) -> str:
    """How the element of an array is written; what an axis of length one holds, all share."""
    axes = AXES[len(AXES) - len(shape) :]
    written = (axis if length > 1 else "0" for axis, length in zip(axes, shape, strict=True))
    return f"[{', '.join(written)}]" if shape else ""


class Plan:
    """Lines brought into an order in which few loops make them."""

    def __init__(self, lines: dict[str, Line], returned: str, replicates: int) -> None:
        self._lines = lines
        self._replicates = replicates
        self._returned = returned
        self._kept = set(re.findall(r"\bn\d+\b", returned))
        self._names: dict[str, Any] = {"empty": np.empty}
        self._source: list[str] = []
        for name, line in reversed(lines.items()):
            if line.users or name in self._kept:
                for used in self._used_by(line):
                    lines[used].users.append(name)
        self._lines = {
            name: line for name, line in lines.items() if line.users or name in self._kept
        }
        for line in self._lines.values():
            line.level = max(
                (self._level_beside(line, used) for used in self._used_by(line)), default=0
            )

    def _used_by(self, line: Line) -> list[str]:
        """The lines that a line makes use of."""
        names = line.values or (match[1] for match in ELEMENT.finditer(line.text))
        return [name for name in dict.fromkeys(names) if name in self._lines]

    def _level_beside(self, line: Line, used: str) -> int:
        """The first level on which a line can stand that uses another."""
        other = self._lines[used]
        if not other.text:
            return other.level
        if not line.text or line.shape != other.shape:
            return other.level + 1
        indices = {m[2] for m in ELEMENT.finditer(line.text) if m[1] == used}
        return other.level + (indices != {index_of(other.shape)[1:-1]})

    def function(self, rule: Function, signature: str, types: dict[str, Any]) -> Function:
        """The plan as a function with the arguments of the rule."""
        self._names |= types
        name = rule.__name__
        used = [n for n, line in self._lines.items() if line.path]
        self._source = [
            f"def {name}({signature}):",
            *(f"{n} = {self._lines[n].path}" for n in used),
        ]
        for level in range(max(line.level for line in self._lines.values()) + 1):
            on_level = {
                n: line for n, line in self._lines.items() if line.level == level and not line.path
            }
            for n, line in on_level.items():
                if line.function:
                    self._call(n, line)
            for group in self._groups({n: line for n, line in on_level.items() if line.text}):
                self._loop(group)
        self._source = [*self._freeing(), f"return {self._returned}"]
        exec("\n    ".join(self._source), self._names)
        return cast(Function, self._names[name])

    def _freeing(self) -> list[str]:
        """The source with every array let go after its last use: its memory is still in the processor's cache."""
        seen, source = set(self._kept), []
        for text in reversed(self._source):
            last = {name: None for name in re.findall(r"\bn\d+\b", text) if name not in seen}
            seen |= set(last)
            source.append(
                f"{text}; del {', '.join(last)}"
                if last and "(" in text[1:] and text[:3] != "def"
                else text
            )
        return source[::-1]

    def _call(self, name: str, line: Line) -> None:
        """A call of a function of whole arrays, in place of the first if nothing else uses it."""
        assert line.function is not None
        called = f"{line.function.__name__}"
        self._names[called] = line.function
        first = self._lines[line.values[0]]
        alone = first.users == [name] and line.values[0] not in self._kept and not first.path
        values = list(line.values)
        if line.in_place and not alone:
            values[0] += ".copy()"
        elif not line.in_place and alone and isinstance(line.function, np.ufunc):
            values.append(f"out={values[0]}")
        self._source.append(f"{name} = {called}({', '.join(values)})")

    def _groups(self, lines: dict[str, Line]) -> list[list[str]]:
        """The lines of a level by loop: those of one shape, as many as a loop makes and touches at most."""
        groups: list[list[str]] = []
        for shape in dict.fromkeys(line.shape for line in lines.values()):
            group: list[str] = []
            for name in (name for name, line in lines.items() if line.shape == shape):
                wider = [*group, name]
                if group and (len(wider) > MOST_MADE or len(self._touched(wider)) > MOST_TOUCHED):
                    groups.append(group)
                    wider = [name]
                group = wider
            groups.append(group)
        return groups

    def _touched(self, group: list[str]) -> set[str]:
        """The large arrays that a loop reads or writes."""
        named = {m[1] for name in group for m in ELEMENT.finditer(self._lines[name].text)} | set(
            group
        )
        return {
            name
            for name in named
            if self._lines[name].shape[-1:] == (self._replicates,)
            and len(self._lines[name].shape) == len(AXES)
        }

    def _loop(self, group: list[str]) -> None:
        """A loop that makes the arrays of some lines; those that nothing later uses stay in it."""
        made = [n for n in group if n in self._kept or set(self._lines[n].users) - set(group)]
        numbered: dict[str, str] = {}
        body = []

        def element(match: re.Match[str]) -> str:
            if match[1] in group:
                return f"t{group.index(match[1])}"
            argument = numbered.setdefault(match[1], f"a{len(numbered)}")
            return argument + (f"[{match[2]}]" if match[2] else "")

        shape = self._lines[group[0]].shape
        for number, name in enumerate(group):
            body.append(f"t{number} = {ELEMENT.sub(element, self._lines[name].text)}")
        axes = AXES[len(AXES) - len(shape) :]
        body += [
            f"out{number}[{', '.join(axes)}] = t{group.index(name)}"
            for number, name in enumerate(made)
        ]
        shapes = {argument: self._lines[name].shape for name, argument in numbered.items()}
        loop = f"loop_{group[0]}"
        self._names[loop] = compiled(loop_source(body, len(made), shapes, shape, self._replicates))
        for name in made:
            self._names[f"type_{name}"] = self._lines[name].dtype
            self._source.append(f"{name} = empty({shape}, type_{name})")
        self._source.append(f"{loop}({', '.join((*made, *numbered))})")


def loop_source(
    body: list[str], made: int, shapes: dict[str, Shape], shape: Shape, replicates: int
) -> str:
    """The source of a function that fills arrays of a shape, element by element, by formulas of others."""
    outs = [f"out{number}" for number in range(made)]
    lines = [f"def {_LOOP}({', '.join((*outs, *shapes))}):"]
    lengths = [
        f"{argument}.shape[{axis}] == {'out0.shape[-1]' if length == replicates else length}"
        for argument, of in (dict.fromkeys(outs[1:], shape) | shapes).items()
        for axis, length in enumerate(of)
    ]
    if lengths:
        lines.append(f"    assert {' and '.join(lengths)}")
    depth = 1
    for axis, letter in enumerate(AXES[len(AXES) - len(shape) :]):
        if letter == "r" and any(map(THIRD.search, body)):
            lines.append(f"{'    ' * depth}k, l = thirds[i, j, 0], thirds[i, j, 1]")
        lines.append(f"{'    ' * depth}for {letter} in range(out0.shape[{axis}]):")
        depth += 1
    lines += [f"{'    ' * depth}{line}" for line in body]
    return "\n".join(lines)


@cache
def compiled(source: str) -> Function:
    """The function that a source defines, compiled as if it stood in this file, so that it can be kept beside it."""
    name = f"{_LOOP}_{sha256(source.encode()).hexdigest()[:16]}"
    names: dict[str, Any] = {"np": np, "thirds": THIRDS, "__name__": __name__}
    exec(compile(source.replace(_LOOP, name, 1), __file__, "exec"), names)
    return by_numba(names[name])


def by_numba(function: Function) -> Function:
    """A function compiled, and kept on disk beside the file it is from, or in the user's cache, if that can be."""
    from numba import njit  # costs half a second that small ensembles do not need

    try:
        return cast(Function, njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # no folder for compiled functions can be written to
        return cast(Function, njit(error_model="numpy")(function))
