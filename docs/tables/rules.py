"""The rules as their docstrings tell them, each with its parameters."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import simulation.rules
from docs.tables.markdown import cited, linked, number, one_line, sentence, table
from simulation.parameters import Parameter, parameter_table

#: A formula ends at a full stop behind which a sentence begins.
_FORMULA = re.compile(r"Formula: (.*?)\.(?= (?:[A-Z]|``)|$)")


@dataclass(frozen=True)
class Rule:
    """A rule: its subject, what it returns, the formula, what else is to be known, the source."""

    subject: str
    name: str
    returns: str
    formula: str
    remarks: str
    source: str

    @property
    def key(self) -> str:
        """The rule as the table of parameters names it."""
        return f"{self.subject}.{self.name}"


def subjects() -> dict[str, ModuleType]:
    """The modules of the rules by name."""
    names = sorted(module.name for module in iter_modules(simulation.rules.__path__))
    return {name: import_module(f"simulation.rules.{name}") for name in names}


def rules_of(subject: str, module: ModuleType) -> list[Rule]:
    """The rules of a module, in the order in which they stand there."""
    own = (f for _, f in inspect.getmembers(module, inspect.isfunction))
    written = (f for f in own if f.__module__ == module.__name__ and f.__name__[0] != "_")
    return [
        _rule(subject, f.__name__, inspect.getdoc(f) or "")
        for f in sorted(written, key=lambda f: inspect.unwrap(f).__code__.co_firstlineno)
    ]


def _rule(subject: str, name: str, docstring: str) -> Rule:
    first, _, rest = docstring.partition("\n\n")
    returns, _, source = one_line(first).partition("Source: ")
    rest, _, elsewhere = one_line(rest).partition("Source: ")
    found, left = _FORMULA.search(rest.strip()), _FORMULA.sub("", rest.strip()).strip()
    formula, _, why = (found[1] if found else "").partition(": ")
    remarks = f"{why}. {left}" if why else left
    return Rule(
        subject=subject,
        name=name,
        returns=returns,
        formula=formula,
        remarks=remarks.strip(),
        source=source or elsewhere,
    )


def page() -> Iterator[str]:
    """Every rule by subject: what it returns, the formula, its parameters, the source."""
    used: dict[str, list[Parameter]] = {}
    for parameter in parameter_table().values():
        for key in parameter.rule.split():
            used.setdefault(key, []).append(parameter)
    for subject, module in subjects().items():
        yield from (f"### {subject.capitalize()}", "", one_line(inspect.getdoc(module) or ""), "")
        for rule in rules_of(subject, module):
            yield from (f"#### {rule.key}", "", sentence(rule.returns), "")
            if rule.formula:
                yield from ("```text", _formula(rule), "```", "")
            if rule.remarks:
                yield from (sentence(rule.remarks), "")
            if rule.source:
                yield from (f"Source: {linked(rule.source)}", "")
            yield from _parameters(used.pop(rule.key, []))
    yield from ("### Leaderships and the opening state", "")
    for key, parameters in used.items():
        yield from (f"#### {key}", "")
        yield from _parameters(parameters)


def _formula(rule: Rule) -> str:
    return f"{rule.name} = {rule.formula}".replace(" x ", " × ")


def _parameters(parameters: list[Parameter]) -> Iterator[str]:
    if not parameters:
        return
    heads = ("parameter", "meaning", "unit", "centre", "range", "prior (spread)", "source", "note")
    rows = (
        (
            f"`{each.name}`",
            each.meaning,
            each.unit,
            number(each.default),
            f"{number(each.low)} to {number(each.high)}",
            f"{each.family} ({number(each.spread)})",
            cited(each.source, each.lines),
            each.note,
        )
        for each in parameters
    )
    yield from table(heads, rows)


def counts() -> Iterator[str]:
    """How many rules and parameters there are, in a sentence."""
    rules = sum(len(rules_of(*each)) for each in subjects().items())
    parameters = parameter_table().values()
    assumed = sum(each.source == "assumption" for each in parameters)
    yield f"{rules} rules in {len(subjects())} files have {len(parameters)} parameters. The prior"
    yield f"of {assumed} of these is a judgement, of the others it leans on a source."
