"""The compiler of the rules: the arithmetic between two curves in one pass over the replicates.

NumPy carries out one operation after another, each over a whole array. Where Numba is installed, a
large ensemble takes down what a stage of the quarter does with its arrays the first time it is
carried out, and has runs of elementwise operations compiled into loops. Exponentials and logarithms
stay with NumPy, the operations that lead to a number stay the rules', and so does the result, to
the last bit. Without Numba, and for few replicates, a rule is a plain function.

This file is the door: what rules and stages are marked with. Behind it stand ``recording`` and
``plan``; ``docs/fusion.md`` explains them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from importlib.util import find_spec
from typing import Any, TypeVar, cast

from simulation.fusion.plan import AXES
from simulation.fusion.recording import Formula, Recording

#: From so many replicates on rules are fused: whole chunks of large ensembles. Reading in the
#: compiled loops takes a second, which a single chunk of fewer histories does not repay.
FUSED_FROM = 1024
#: In place of a number of replicates: rules are being recorded.
_RECORDING = -1

Function = Callable[..., Any]
Rule = TypeVar("Rule", bound=Function)

#: How many replicates rules are being fused for in this thread; none if they are not. Bits do not
#: depend on it.
_fused_for: ContextVar[int] = ContextVar("_fused_for", default=0)


@cache
def compiler_present() -> bool:
    """Whether Numba is installed."""
    return find_spec("numba") is not None


@contextmanager
def fusing(replicates: int, least: int = FUSED_FROM) -> Iterator[None]:
    """Meanwhile rules are fused, if there are replicates enough and Numba is installed.

    ``least`` is how many are enough; what is carried out very often repays it with fewer.
    """
    token = _fused_for.set(replicates if replicates >= least and compiler_present() else 0)
    try:
        yield
    finally:
        _fused_for.reset(token)


def fused(rule: Rule) -> Rule:
    """A rule or a stage of rules that is carried out in fewer passes while ``fusing``.

    ``plans`` of the rule holds the compiled function for each number of replicates so far, whose
    ``source`` is how it is written.
    """
    plans: dict[int, Function] = {}

    @wraps(rule)
    def carried_out(*values: Any, **parameters: Any) -> Any:
        replicates = _fused_for.get()
        if not replicates:
            return rule(*values, **parameters)
        if replicates == _RECORDING:
            result = rule(*values, **parameters)
            return result.recording.as_array(result) if isinstance(result, Formula) else result
        if replicates not in plans:
            plans[replicates] = recorded(rule, values, parameters).plan()
        return plans[replicates](*values, **parameters)

    carried_out.plans = plans  # type: ignore[attr-defined]
    return cast(Rule, carried_out)


def recorded(rule: Function, values: tuple[Any, ...], parameters: dict[str, Any]) -> Recording:
    """What a rule does with its arguments; the rules that it calls are part of it."""
    replicates = _fused_for.get()
    token = _fused_for.set(_RECORDING)
    try:
        return Recording(rule, values, parameters, replicates)
    finally:
        _fused_for.reset(token)


def whole(function: Rule) -> Rule:
    """A function of whole arrays that changes the first of them; a fused rule calls it as it is."""

    @wraps(function)
    def carried_out(*values: Any) -> Any:
        if isinstance(values[0], Formula):
            return values[0].recording.call(function, values, in_place=True)
        return function(*values)

    return cast(Rule, carried_out)


def elementwise(text: str, axes: str = AXES, *, in_place: bool = False) -> Callable[[Rule], Rule]:
    """A function of whole arrays of which an element with such axes is also given as a formula.

    ``{0:i,k}`` stands for the element [i, k, r] of the first array; k and l are the third countries
    of a pair.
    """

    def decorated(function: Rule) -> Rule:
        @wraps(function)
        def carried_out(*values: Any) -> Any:
            if not isinstance(values[0], Formula):
                return function(*values)
            result = values[0].recording.element(text, axes, values)
            if in_place:
                values[0].become(result)
            return result

        return cast(Rule, carried_out)

    return decorated
