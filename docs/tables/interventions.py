"""What a scenario may change, and the scenarios of the catalogue."""

from collections.abc import Iterator

from docs.tables.markdown import cited, one_line, table
from scenarios.files import antecedents, catalogue
from simulation.interventions import INTERVENTIONS

#: Keys that every change has.
_COMMON = ("kind", "start", "end", "reason")


def kinds() -> Iterator[str]:
    """Every kind of change: what it does, its own keys, the unit of its value."""
    rows = []
    for kind, model in INTERVENTIONS.items():
        keys = ", ".join(f"`{key}`" for key in model.model_fields if key not in _COMMON)
        unit = getattr(model, "unit", "")
        does = one_line(model.__doc__ or "").partition(". ")[0].rstrip(".")
        rows.append((f"`{kind}`", does, keys, unit if isinstance(unit, str) else ""))
    yield from table(("kind", "what it does", "its own keys", "unit of `value`"), rows)


def page() -> Iterator[str]:
    """Every scenario of the catalogue: question, antecedent, changes, horizon, what is left out."""
    yield from ("# Scenarios of the catalogue", "")
    yield "Read from their files; `lilliput scenarios show NAME` says the same of one."
    for name, file in sorted(catalogue().items()):
        scenario = file.scenario
        yield from ("", f"## {name}", "", f"*{one_line(scenario.question)}*", "")
        if not scenario.interventions:
            continue
        yield from (f"- Antecedent: {one_line(each)}" for each in antecedents(scenario))
        yield from (
            f"- {change.kind}, {change.start} to {change.end}: {one_line(change.reason)}"
            for change in scenario.interventions
            if hasattr(change, "reason")
        )
        yield f"- Source: {cited(scenario.source, scenario.lines, file.page)}"
        yield f"- Horizon: {scenario.horizon} years {one_line(file.horizon_note)}".rstrip()
        yield f"- Left out: {one_line(scenario.left_out)}"
