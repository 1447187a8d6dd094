"""The recording of a rule or a stage: what it does with its arrays, taken down while it is done once.

The rule is called with formulas in place of arrays. What it makes of them becomes lines: formulas
of one element in terms of elements of other arrays, and calls of functions of whole arrays, such as
exponentials. See ``docs/fusion.md``.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from simulation.fusion.plan import AXES, THIRD, Function, Line, Plan, Shape, index_of

#: The elementwise functions of NumPy that rules use, as they are written for one element.
_WRITTEN = {
    np.add: "({} + {})",
    np.subtract: "({} - {})",
    np.multiply: "({} * {})",
    np.divide: "({} / {})",
    np.negative: "(-{})",
    np.absolute: "abs({})",
    np.maximum: "np.maximum({}, {})",
    np.equal: "({} == {})",
    np.less: "({} < {})",
    np.bitwise_or: "({} | {})",
    np.bitwise_and: "({} & {})",
    np.invert: "(not {})",
}


class Unread:
    """An argument that is no array: it can only be handed on to functions of whole arrays."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __bool__(self) -> bool:
        raise TypeError(f"{self.path}: what is recorded must not depend on it")


def _parts_of(value: Any) -> dict[str, Any]:
    """The parts of a named tuple or a dataclass by name."""
    names = [part.name for part in fields(value)] if is_dataclass(value) else value._fields
    return {name: getattr(value, name) for name in names}


class Recording:
    """What a rule does, as lines by name in the order in which they were taken down."""

    def __init__(
        self, rule: Function, values: tuple[Any, ...], parameters: dict[str, Any], replicates: int
    ) -> None:
        self._rule = rule
        self._replicates = replicates
        self._lines: dict[str, Line] = {}
        arguments = rule.__code__.co_varnames[: len(values)]
        self._signature = ", ".join((*arguments, *parameters))
        formulas = [self._argument(name, v) for name, v in zip(arguments, values, strict=True)]
        named = {name: self._argument(name, value) for name, value in parameters.items()}
        self._result = rule(*formulas, **named)
        self._returned = self._source_of(self._result)

    def _argument(self, path: str, value: Any) -> Any:
        """What stands for an argument of the rule: a formula for every array in it."""
        if isinstance(value, np.ndarray | float):
            return self._added(Line(np.shape(value), np.asarray(value).dtype, path=path))
        if isinstance(value, Mapping):
            parts = {key: self._argument(f"{path}[{key!r}]", part) for key, part in value.items()}
            return cast(Function, type(value))(parts)
        if is_dataclass(value) or hasattr(value, "_fields"):
            parts = {k: self._argument(f"{path}.{k}", v) for k, v in _parts_of(value).items()}
            return SimpleNamespace(**parts) if is_dataclass(value) else type(value)(**parts)
        return Unread(path)

    def _added(self, line: Line) -> "Formula":
        """The formula of the array of a new line."""
        name = f"n{len(self._lines)}"
        self._lines[name] = line
        return Formula(self, name + index_of(line.shape), line.shape, line.dtype, name)

    def as_array(self, formula: "Formula") -> "Formula":
        """The formula as an array of its own."""
        if not formula.name:
            formula.become(self._added(Line(formula.shape, formula.dtype, text=formula.text)))
        return formula

    def call(
        self, function: Function, values: tuple[Any, ...], in_place: bool = False
    ) -> "Formula":
        """The outcome of a function of whole arrays, which may change the first of them."""
        arrays = [value for value in values if isinstance(value, Formula)]
        names = tuple(self.as_array(v).name if isinstance(v, Formula) else v.path for v in values)
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        outcome = self._added(
            Line(shape, arrays[0].dtype, function=function, values=names, in_place=in_place)
        )
        if in_place:
            arrays[0].become(outcome)
        return outcome

    def element(self, text: str, axes: str, values: tuple["Formula", ...]) -> "Formula":
        """A formula of elements at other places; with fewer axes it is a sum, which is kept."""
        for value in values:
            if len(axes) < len(AXES) or THIRD.search(value.text):
                self.as_array(value)
        shape = np.broadcast_shapes(*(value.shape for value in values))[-len(axes) :]
        formula = Formula(self, text.format(*values), shape, values[0].dtype)
        return self.as_array(formula) if len(axes) < len(AXES) else formula

    def _source_of(self, result: Any) -> str:
        """The source of what the rule returns."""
        if isinstance(result, Formula):
            return self.as_array(result).name
        if isinstance(result, Unread):
            return result.path
        parts = (f"{name}={self._source_of(part)}" for name, part in _parts_of(result).items())
        return f"{type(result).__name__}({', '.join(parts)})"

    def plan(self) -> Function:
        """The rule as a function that makes the same arrays, in loops and calls."""
        plan = Plan(self._lines, self._returned, self._replicates)
        return plan.function(self._rule, self._signature, _types_of(self._result))


def _types_of(result: Any) -> dict[str, Any]:
    """The types by which a rule returns several arrays, by name."""
    if isinstance(result, Formula | Unread):
        return {}
    types: dict[str, Any] = {type(result).__name__: type(result)}
    for part in _parts_of(result).values():
        types |= _types_of(part)
    return types


class Formula(NDArrayOperatorsMixin):
    """One element [i, j, r] of an array in terms of others; it passes for the array in a rule.

    ``name`` is that of the array if it has a line of its own, empty if not.
    """

    def __init__(
        self, recording: Recording, text: str, shape: Shape, dtype: Any, name: str = ""
    ) -> None:
        self.recording = recording
        self.text = text
        self.shape = shape
        self.dtype = dtype
        self.name = name

    def become(self, other: "Formula") -> None:
        """Take on another formula, as an array does that is changed in place."""
        self.text, self.name = other.text, other.name
        self.shape, self.dtype = other.shape, other.dtype

    def __bool__(self) -> bool:
        raise TypeError(f"{self.text}: what is recorded must not depend on it")

    def __format__(self, axes: str) -> str:
        """The formula with patron and client axis renamed: ``i,k`` is the element [i, k, r]."""
        named = dict(zip("ij", axes.split(","), strict=True)) if axes else {}
        return re.sub(r"\b[ij]\b", lambda axis: named.get(axis[0], axis[0]), self.text)

    def __array_ufunc__(
        self, function: np.ufunc, method: str, *values: Any, out: tuple["Formula"] | None = None
    ) -> "Formula":
        if function in _WRITTEN and method == "__call__":
            texts = [value.text if isinstance(value, Formula) else repr(value) for value in values]
            shape = np.broadcast_shapes(*map(np.shape, values))
            types = [getattr(value, "dtype", type(value)) for value in values]
            dtype = function.resolve_dtypes((*types, None))[-1]
            result = Formula(self.recording, _WRITTEN[function].format(*texts), shape, dtype)
        else:
            result = self.recording.call(function, values)
        if out is None:
            return result
        out[0].become(result)
        return out[0]

    def astype(self, kind: type) -> "Formula":
        """The formula as a number."""
        return Formula(self.recording, f"({kind(1)!r} * {self.text})", self.shape, np.dtype(kind))

    def __getitem__(self, key: Any) -> "Formula":
        """A country array laid along the patron axis or the client axis."""
        if key is np.newaxis:
            return Formula(self.recording, self.text, (1, *self.shape), self.dtype)
        if key == (slice(None), np.newaxis):
            text, shape = re.sub(r"\bj\b", "i", self.text), (self.shape[0], 1, self.shape[1])
            return Formula(self.recording, text, shape, self.dtype)
        raise IndexError(key)

    def swapaxes(self, one: int, other: int) -> "Formula":
        """The formula with patron and client exchanged."""
        if (one, other) != (0, 1) or len(self.shape) != len(AXES):
            raise IndexError((one, other))
        shape = (self.shape[1], self.shape[0], self.shape[2])
        return Formula(self.recording, f"{self:j,i}", shape, self.dtype)
