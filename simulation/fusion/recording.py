"""What a rule or a stage does, noted down while it is done once, and carried out from then on in few loops over arrays.

While it is recorded, a rule is given formulas in place of arrays. What it makes of them is kept as
lines: elementwise ones, which compute an element from elements of others, and calls of functions
of whole arrays, such as exponentials. Lines that need nothing from each other's other elements go
into one compiled loop.
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


class Given:
    """Something given to a rule that is no array: it can only be handed on to functions of whole arrays."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __bool__(self) -> bool:
        raise TypeError(f"{self.path}: what is recorded must not depend on it")


class Recording:
    """What a rule does: lines by name, in the order in which they were noted down."""

    def __init__(
        self, rule: Function, given: tuple[Any, ...], parameters: dict[str, Any], replicates: int
    ) -> None:
        self._rule = rule
        self._replicates = replicates
        self._lines: dict[str, Line] = {}
        arguments = rule.__code__.co_varnames[: len(given)]
        self._signature = ", ".join((*arguments, *parameters))
        met = [self._met(name, value) for name, value in zip(arguments, given, strict=True)]
        self._result = rule(
            *met, **{name: self._met(name, value) for name, value in parameters.items()}
        )
        self._returned = self._written(self._result)

    def _met(self, path: str, value: Any) -> Any:
        """The formula of an array that is given; of several together, those of each."""
        if isinstance(value, np.ndarray | float):
            return self._noted(Line(np.shape(value), np.asarray(value).dtype, path=path))
        if isinstance(value, Mapping):
            met = {key: self._met(f"{path}[{key!r}]", part) for key, part in value.items()}
            return cast(Function, type(value))(met)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(
                *(self._met(f"{path}.{name}", getattr(value, name)) for name in value._fields)
            )
        if is_dataclass(value):
            names = [part.name for part in fields(value)]
            return SimpleNamespace(
                **{name: self._met(f"{path}.{name}", getattr(value, name)) for name in names}
            )
        return Given(path)

    def _noted(self, line: Line) -> "Formula":
        name = f"n{len(self._lines)}"
        self._lines[name] = line
        return Formula.of_array(self, name, line.shape, line.dtype)

    def noted(self, formula: "Formula") -> "Formula":
        """The formula as an array of its own."""
        if not formula.name:
            formula.become(self._noted(Line(formula.shape, formula.dtype, text=formula.text)))
        return formula

    def step(
        self, function: Function, values: tuple[Any, ...], in_place: bool = False
    ) -> "Formula":
        """The outcome of a function of whole arrays, which may have changed the first of them."""
        arrays = [value for value in values if isinstance(value, Formula)]
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        used = tuple(self.noted(v).name if isinstance(v, Formula) else v.path for v in values)
        made = self._noted(
            Line(shape, arrays[0].dtype, function=function, values=used, in_place=in_place)
        )
        if in_place:
            arrays[0].become(made)
        return made

    def element(self, text: str, axes: str, values: tuple["Formula", ...]) -> "Formula":
        """A formula of elements of others at other places; with fewer axes it is a sum, made but once."""
        for value in values:
            if len(axes) < len(AXES) or THIRD.search(value.text):
                self.noted(value)
        shape = np.broadcast_shapes(*(value.shape for value in values))[-len(axes) :]
        formula = Formula(self, text.format(*values), shape, values[0].dtype)
        return self.noted(formula) if len(axes) < len(AXES) else formula

    def _written(self, result: Any) -> str:
        """The source of what the rule returns."""
        if isinstance(result, Formula):
            return self.noted(result).name
        if isinstance(result, Given):
            return result.path
        if isinstance(result, tuple):
            return f"{type(result).__name__}({', '.join(map(self._written, result))})"
        parts = (
            f"{part.name}={self._written(getattr(result, part.name))}" for part in fields(result)
        )
        return f"{type(result).__name__}({', '.join(parts)})"

    def plan(self) -> Function:
        """The rule as a function that makes the same arrays, in loops and calls."""
        return Plan(self._lines, self._returned, self._replicates).function(
            self._rule, self._signature, _types_of(self._result)
        )


def _types_of(result: Any) -> dict[str, Any]:
    """The types by which a rule returns several arrays, by name."""
    if isinstance(result, Formula | Given):
        return {}
    parts = (
        result
        if isinstance(result, tuple)
        else [getattr(result, part.name) for part in fields(result)]
    )
    types: dict[str, Any] = {type(result).__name__: type(result)}
    for part in parts:
        types |= _types_of(part)
    return types


class Formula(NDArrayOperatorsMixin):
    """One element [i, j, r] of an array as a formula of elements of others; it passes for the array in a rule.

    ``name`` is that of the array if it is one of its own, empty if not.
    """

    def __init__(
        self, recording: Recording, text: str, shape: Shape, dtype: Any, name: str = ""
    ) -> None:
        self.recording = recording
        self.text = text
        self.shape = shape
        self.dtype = dtype
        self.name = name

    @classmethod
    def of_array(cls, recording: Recording, name: str, shape: Shape, dtype: Any) -> "Formula":
        """The formula of an array."""
        return cls(recording, name + index_of(shape), shape, dtype, name)

    def become(self, other: "Formula") -> None:
        """Take on another formula, as an array does that is changed in place."""
        self.text, self.shape, self.dtype, self.name = (
            other.text,
            other.shape,
            other.dtype,
            other.name,
        )

    def __bool__(self) -> bool:
        raise TypeError(f"{self.text}: what is recorded must not depend on it")

    def __format__(self, axes: str) -> str:
        """The formula with the patron and the client axis called otherwise: ``i,k`` is the element [i, k, r]."""
        named = dict(zip("ij", axes.split(","), strict=True)) if axes else {}
        return re.sub(r"\b[ij]\b", lambda axis: named.get(axis[0], axis[0]), self.text)

    def __array_ufunc__(
        self, function: np.ufunc, method: str, *values: Any, out: tuple["Formula"] | None = None
    ) -> "Formula":
        if function in _WRITTEN and method == "__call__":
            written = [
                value.text if isinstance(value, Formula) else repr(value) for value in values
            ]
            shape = np.broadcast_shapes(*map(np.shape, values))
            types = [getattr(value, "dtype", type(value)) for value in values]
            dtype = function.resolve_dtypes((*types, None))[-1]
            result = Formula(self.recording, _WRITTEN[function].format(*written), shape, dtype)
        else:
            result = self.recording.step(function, values)
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
            return Formula(
                self.recording,
                re.sub(r"\bj\b", "i", self.text),
                (self.shape[0], 1, self.shape[1]),
                self.dtype,
            )
        raise IndexError(key)

    def swapaxes(self, one: int, other: int) -> "Formula":
        """The formula with patron and client exchanged."""
        if (one, other) != (0, 1) or len(self.shape) != len(AXES):
            raise IndexError((one, other))
        shape = (self.shape[1], self.shape[0], self.shape[2])
        return Formula(self.recording, f"{self:j,i}", shape, self.dtype)
