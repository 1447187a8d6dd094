"""Shared by the tests: parameters drawn within bounds, rules called with plain numbers."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from simulation.arrays import Array
from simulation.countries import Country
from simulation.errors import SimulationError
from simulation.parameters import Parameters, number_table
from simulation.rules.strain import FatigueSources, StrainSources

#: A rule's arguments by name: one number for every entry, or numbers for some entries and zero
#: elsewhere.
Arguments = Mapping[str, Any]
SOURCES = {"StrainSources": StrainSources, "FatigueSources": FatigueSources}


def draw_parameters(replicates: int, number: int, reach: float = 0.6) -> Parameters:
    """Parameters drawn about the defaults; a ``reach`` of 1 goes as far as the bounds."""
    generator = np.random.default_rng(number)
    values = {}
    for name, parameter in number_table().items():
        share = reach * generator.uniform(-1, 1, replicates)
        room = np.where(
            share > 0, parameter.high - parameter.default, parameter.default - parameter.low
        )
        values[name] = parameter.default + share * room
    return Parameters(values)


@pytest.fixture(scope="session")
def drawn_parameters() -> Callable[..., Parameters]:
    return draw_parameters


def _pair_array(value: Any) -> Array:
    array = np.zeros((4, 4, 1))
    if isinstance(value, Mapping):
        for pair, number in value.items():
            array[pair] = number
    else:
        array[~np.eye(4, dtype=bool)] = value
    return array


def _country_array(value: Any) -> Array:
    array = np.zeros((4, 1))
    if isinstance(value, Mapping):
        for country, number in value.items():
            array[country] = number
    else:
        array[:] = value
    return array


def _annotations(rule: Callable[..., Any]) -> dict[str, str]:
    """The annotations as written: PerPair and PerCountry are the same type to Python."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(rule))).body
    assert isinstance(function, ast.FunctionDef)
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return {
        argument.arg: ast.unparse(argument.annotation)
        for argument in arguments
        if argument.annotation
    }


def _argument(kind: str, value: Any) -> Any:
    if kind == "PerPair":
        return _pair_array(value)
    if kind == "PerCountry":
        return _country_array(value)
    if kind == "Array":  # a shock, which self pairs have too
        return np.full((4, 4, 1), float(value))
    if kind in SOURCES:
        named = SOURCES[kind]
        return named(*(_pair_array(value.get(source, 0)) for source in named._fields))
    if kind == "PerReplicate":
        return np.array([float(value)])
    assert kind == "float"
    return float(value)


def _evaluate(rule: Callable[..., Any], arguments: Arguments) -> float:
    kinds = _annotations(rule)
    assert set(kinds) == set(arguments), "the case names every argument of the rule"
    kept = {name: _argument(kind, arguments[name]) for name, kind in kinds.items()}
    before = {name: np.copy(value) for name, value in kept.items()}
    by_position = [
        n
        for n, p in inspect.signature(rule).parameters.items()
        if p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    named = {name: value for name, value in kept.items() if name not in by_position}
    with np.errstate(invalid="ignore"):  # a country offers itself nothing: 0 / 0
        result = rule(*(kept[name] for name in by_position), **named)
    assert all(np.array_equal(before[name], value) for name, value in kept.items()), (
        "a rule changes nothing"
    )
    pair = (Country.USSR, Country.ALBANIA)
    return float(result[pair][0] if result.ndim == 3 else result[Country.USSR, 0])


def _larger(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _larger(number) for key, number in value.items()}
    return value + max(abs(value), 0.1) / 100


class RuleCase:
    """One rule worked out by hand for the USSR as patron (or country) and Albania as client.

    ``rises`` and ``falls`` name the arguments that raise or lower the result; ``limits`` are
    changes of the arguments with the result they must lead to.
    """

    def __init__(self, rule: Callable[..., Any], case: Mapping[str, Any]) -> None:
        self._rule = rule
        self._case = case

    def value(self, changes: Arguments) -> float:
        return _evaluate(self._rule, {**self._case["arguments"], **changes})

    def check_by_hand(self) -> None:
        assert self.value({}) == pytest.approx(self._case["expected"], rel=1e-12)

    def check_directions(self) -> None:
        assert self._case["rises"] or self._case["falls"]
        for sign, names in ((1, self._case["rises"]), (-1, self._case["falls"])):
            for name in names:
                change = {name: _larger(self._case["arguments"][name])}
                assert sign * (self.value(change) - self.value({})) > 1e-9, name

    def check_limits(self) -> None:
        assert self._case["limits"]
        for changes, expected in self._case["limits"]:
            assert self.value(changes) == pytest.approx(expected, rel=1e-6, abs=1e-9), changes

    def check_parameters_matter(self) -> None:
        """Every parameter of the rule is among those that raise or lower the result."""
        keywords = {
            name
            for name, kind in inspect.signature(self._rule).parameters.items()
            if kind.kind is kind.KEYWORD_ONLY
        }
        assert keywords <= {*self._case["rises"], *self._case["falls"]}


@pytest.fixture(scope="session")
def rule_case() -> type[RuleCase]:
    return RuleCase


def public_rules(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The rules that a module defines, by name."""
    return {
        name: rule
        for name, rule in inspect.getmembers(module, inspect.isfunction)
        if rule.__module__ == module.__name__ and not name.startswith("_")
    }


@pytest.fixture(scope="session")
def rules_of() -> Callable[[ModuleType], dict[str, Callable[..., Any]]]:
    return public_rules


@pytest.fixture(scope="session")
def problems_of() -> Callable[[Callable[[], object]], dict[str, str]]:
    """What an error says about each key, of a call that must raise one."""

    def raised(call: Callable[[], object]) -> dict[str, str]:
        with pytest.raises(SimulationError) as caught:
            call()
        return {problem.key: str(problem) for problem in caught.value.problems}

    return raised
