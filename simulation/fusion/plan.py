"""The plan of a recording: its lines put into an order in which few compiled loops make them.

Every line stands on a level: the formulas of one level need nothing of each other but elements at
their own place, so that one loop can make several arrays. See ``docs/fusion.md``.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, cast

import numpy as np

Function = Callable[..., Any]
Shape = tuple[int, ...]

#: The patron, client and replicate axis in a formula; ``k`` and ``l`` are the third countries.
AXES = "ijr"
THIRD = re.compile(r"\b[kl]\b")
#: The name of an array in source text, and an element of one: ``n3[i, j, r]``.
NAME = re.compile(r"\bn\d+\b")
ELEMENT = re.compile(r"\b(n\d+)\b(?:\[([^\]]*)\])?")
#: How many arrays one loop makes and touches at most: more do not stay in the processor's cache.
MOST_MADE, MOST_TOUCHED = 4, 14
#: What a loop is called until its source has a fingerprint.
_LOOP = "loop"
#: The third countries of each ordered pair, as loops look them up.
THIRDS = np.array(
    [[[k for k in range(4) if k not in (p, c)][:2] for c in range(4)] for p in range(4)]
)


@dataclass
class Line:
    """One array of a recording, by its ``path``, its ``text`` or the ``function`` that makes it.

    A path says where the array stands in the arguments, a text is the formula of one element, and a
    function is called with whole arrays, the ``values``, of which it may change the first.
    """

    shape: Shape
    dtype: Any
    path: str = ""
    text: str = ""
    function: Function | None = None
    values: tuple[str, ...] = ()
    in_place: bool = False
    level: int = 0
    users: list[str] = field(default_factory=list)

    def used(self) -> tuple[str, ...]:
        """The names that the line makes use of, arrays and others."""
        return self.values or tuple(dict.fromkeys(m[1] for m in ELEMENT.finditer(self.text)))


def axes_of(shape: Shape) -> str:
    """The axes of an array in a formula: the last ones."""
    return AXES[len(AXES) - len(shape) :]


def index_of(shape: Shape) -> str:
    """How the element of an array is written; what an axis of length one holds, all share."""
    places = zip(axes_of(shape), shape, strict=True)
    return f"[{', '.join(axis if length > 1 else '0' for axis, length in places)}]" if shape else ""


class Plan:
    """A function made of a recording: statements that call functions and loops, level by level."""

    def __init__(self, lines: dict[str, Line], returned: str, replicates: int) -> None:
        self._replicates = replicates
        self._returned = returned
        self._kept = set(NAME.findall(returned))
        self._names: dict[str, Any] = {"empty": np.empty}
        self._loops: list[str] = []
        self._lines = self._needed(lines)
        for line in self._lines.values():
            line.level = max((self._level_after(line, used) for used in line.used()), default=0)

    def _needed(self, lines: dict[str, Line]) -> dict[str, Line]:
        """The lines that lead to what is returned, each with those that use it."""
        for name, line in reversed(lines.items()):
            if line.users or name in self._kept:
                for used in line.used():
                    if used in lines:
                        lines[used].users.append(name)
        return {name: line for name, line in lines.items() if line.users or name in self._kept}

    def _level_after(self, line: Line, used: str) -> int:
        """The first level on which a line can stand that uses an array.

        It is the level of that array itself, unless a loop makes it and the line is no formula of
        the elements at the same place.
        """
        if used not in self._lines:
            return 0
        other = self._lines[used]
        if not other.text:
            return other.level
        places = {m[2] for m in ELEMENT.finditer(line.text) if m[1] == used}
        beside = line.shape == other.shape and places == {index_of(other.shape)[1:-1]}
        return other.level if beside else other.level + 1

    def function(self, rule: Function, signature: str, types: dict[str, Any]) -> Function:
        """The plan as a function with the arguments of the rule; ``source`` is how it is written."""
        self._names |= types
        given = [f"{name} = {line.path}" for name, line in self._lines.items() if line.path]
        made = [text for level in range(self._levels()) for text in self._statements(level)]
        body = [*given, *self._freeing(made), f"return {self._returned}"]
        source = "\n    ".join([f"def {rule.__name__}({signature}):", *body])
        exec(source, self._names)
        function = self._names[rule.__name__]
        function.source = "\n\n".join([*self._loops, source])
        return cast(Function, function)

    def _levels(self) -> int:
        return max(line.level for line in self._lines.values()) + 1

    def _statements(self, level: int) -> Iterator[str]:
        """The statements that make the arrays of a level: calls first, then loops."""
        lines = {name: line for name, line in self._lines.items() if line.level == level}
        for name, line in lines.items():
            if line.function:
                yield self._call(name, line, line.function)
        for group in self._groups({name: line for name, line in lines.items() if line.text}):
            yield from self._loop(group)

    def _freeing(self, statements: list[str]) -> list[str]:
        """The statements, each letting go of the arrays that no later one uses.

        Their memory serves the next arrays while it is still in the processor's cache.
        """
        seen = set(self._kept)
        freeing = []
        for text in reversed(statements):
            last = [name for name in dict.fromkeys(NAME.findall(text)) if name not in seen]
            seen |= set(last)
            freeing.append(f"{text}; del {', '.join(last)}" if last else text)
        return freeing[::-1]

    def _call(self, name: str, line: Line, function: Function) -> str:
        """The call of a function of whole arrays, into the first of them if nothing else needs it."""
        called = f"{function.__name__}"
        self._names[called] = function
        first = self._lines[line.values[0]]
        alone = first.users == [name] and line.values[0] not in self._kept and not first.path
        values = list(line.values)
        if line.in_place and not alone:
            values[0] += ".copy()"
        elif not line.in_place and alone and isinstance(function, np.ufunc):
            values.append(f"out={values[0]}")
        return f"{name} = {called}({', '.join(values)})"

    def _groups(self, lines: dict[str, Line]) -> Iterator[list[str]]:
        """The formulas of a level by loop: of one shape, and no more than a loop should hold."""
        for shape in dict.fromkeys(line.shape for line in lines.values()):
            group: list[str] = []
            for name in (name for name, line in lines.items() if line.shape == shape):
                wider = [*group, name]
                if group and (len(wider) > MOST_MADE or len(self._touched(wider)) > MOST_TOUCHED):
                    yield group
                    wider = [name]
                group = wider
            yield group

    def _touched(self, group: list[str]) -> set[str]:
        """The pair arrays of all replicates that a loop reads or writes."""
        names = {used for name in group for used in self._lines[name].used()} | set(group)
        shapes = {name: self._lines[name].shape for name in names}
        return {
            name
            for name, shape in shapes.items()
            if len(shape) == len(AXES) and shape[-1] == self._replicates
        }

    def _loop(self, group: list[str]) -> Iterator[str]:
        """The statements for a loop that makes the arrays of some lines.

        An array that no line outside the group needs is never made: it stays a number in the loop.
        """
        made = [n for n in group if n in self._kept or set(self._lines[n].users) - set(group)]
        numbers = {name: f"t{number}" for number, name in enumerate(group)}
        arguments: dict[str, str] = {}

        def element(match: re.Match[str]) -> str:
            if match[1] in numbers:
                return numbers[match[1]]
            argument = arguments.setdefault(match[1], f"a{len(arguments)}")
            return argument + (f"[{match[2]}]" if match[2] else "")

        shape = self._lines[group[0]].shape
        place = ", ".join(axes_of(shape))
        body = [f"{numbers[n]} = {ELEMENT.sub(element, self._lines[n].text)}" for n in group]
        body += [f"out{number}[{place}] = {numbers[name]}" for number, name in enumerate(made)]
        shapes = {argument: self._lines[name].shape for name, argument in arguments.items()}
        source = loop_source(body, len(made), shapes, shape, self._replicates)
        loop = f"loop_{group[0]}"
        self._names[loop] = compiled(source)
        self._loops.append(source.replace(_LOOP, loop, 1))
        for name in made:
            self._names[f"type_{name}"] = self._lines[name].dtype
            yield f"{name} = empty({shape}, type_{name})"
        yield f"{loop}({', '.join((*made, *arguments))})"


def loop_source(
    body: list[str], made: int, shapes: dict[str, Shape], shape: Shape, replicates: int
) -> str:
    """The source of a loop over all elements of a shape.

    ``body`` are the statements for one element, ``made`` is the number of arrays that it fills, and
    ``shapes`` are those of the arrays that it reads. Arrays of another shape fail an assertion.
    """
    outs = [f"out{number}" for number in range(made)]
    lines = [f"def {_LOOP}({', '.join((*outs, *shapes))}):"]
    lengths = [
        f"{argument}.shape[{axis}] == {'out0.shape[-1]' if length == replicates else length}"
        for argument, of in (dict.fromkeys(outs[1:], shape) | shapes).items()
        for axis, length in enumerate(of)
    ]
    if lengths:
        lines.append(f"    assert {' and '.join(lengths)}")
    indent = "    "
    for axis, letter in enumerate(axes_of(shape)):
        if letter == "r" and any(map(THIRD.search, body)):
            lines.append(f"{indent}k, l = thirds[i, j, 0], thirds[i, j, 1]")
        lines.append(f"{indent}for {letter} in range(out0.shape[{axis}]):")
        indent += "    "
    return "\n".join([*lines, *(indent + statement for statement in body)])


@cache
def compiled(source: str) -> Function:
    """The function that a source defines, compiled as if it stood in this file.

    Numba keeps compiled functions by file and name, so that the next process need not compile them.
    """
    name = f"{_LOOP}_{sha256(source.encode()).hexdigest()[:16]}"
    names: dict[str, Any] = {"np": np, "thirds": THIRDS, "__name__": __name__}
    exec(compile(source.replace(_LOOP, name, 1), __file__, "exec"), names)
    return by_numba(names[name])


def by_numba(function: Function) -> Function:
    """A function compiled, and kept on disk if there is a folder that can be written to."""
    from numba import njit  # costs half a second that small ensembles do not need

    try:
        return cast(Function, njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # no folder for compiled functions can be written to
        return cast(Function, njit(error_model="numpy")(function))
