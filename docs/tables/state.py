"""State variables, and every quantity of a quarter with the rule behind it."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

from docs.tables.markdown import linked, sentence, table
from docs.tables.rules import Rule, rules_of, subjects
from simulation.stages import QuarterAccount
from simulation.state import AllianceState

WORDS: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
)
STAGES = ("perception", "exchange", "response", "decision")


def variables() -> Iterator[str]:
    """The state variables with unit, range and the quarter's stage that changes them."""
    rows = []
    for variable in fields(AllianceState):
        words = WORDS["state"].get(variable.name, {})
        rows.append((f"`{variable.name}`", *(words.get(key, "") for key in ("of", "unit", "is"))))
    yield from table(("variable", "of", "unit or range", "what it is"), rows)


def quantities() -> Iterator[str]:
    """Every quantity of the account of a quarter, stage by stage, and the rule behind it."""
    rules = {rule.name: rule for each in subjects().items() for rule in rules_of(*each)}
    for stage in STAGES:
        module = import_module(f"simulation.stages.{stage}")
        yield from (f"**{stage.capitalize()}.** {sentence(_after_colon(module.__doc__ or ''))}", "")
        heads = ("quantity", "what it is", "rule")
        yield from table(heads, (_row(f"{stage}.{name}", rules) for name in _quantities(stage)))


def _after_colon(docstring: str) -> str:
    return docstring.partition("\n")[0].partition(": ")[2]


def _quantities(stage: str) -> Iterator[str]:
    """The names of the arrays that a stage leaves in the account, but for the state."""
    for kind in get_type_hints(QuarterAccount).values():
        if kind.__module__ == f"simulation.stages.{stage}":
            for name, held in get_type_hints(kind).items():
                yield from getattr(held, "_fields", () if held is AllianceState else (name,))


def _row(place: str, rules: dict[str, Rule]) -> tuple[str, str, str]:
    name = place.partition(".")[2]
    words = WORDS["quantity"].get(place) or WORDS["quantity"].get(name, {})
    if "is" in words:
        return f"`{name}`", words["is"], ""
    rule = rules.get(words.get("rule", name)) or rules.get(f"aid_{name}")
    if rule is None:
        return f"`{name}`", "", ""
    return f"`{name}`", linked(rule.returns), f"[{rule.key}](#{rule.key.replace('.', '')})"
