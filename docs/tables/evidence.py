"""The evidence: what stands in each table, and every observation with what it is compared with."""

from collections import Counter
from collections.abc import Iterator

from calibration.evidence.reading import read_evidence
from calibration.evidence.rows import ROW_CLASSES
from calibration.likelihood.use import use_counts, uses_of
from docs.tables.markdown import one_line, table


def summary() -> Iterator[str]:
    """One row a table of the evidence: what its rows are, how many, and with which role."""
    evidence = read_evidence()
    rows = []
    for name, model in ROW_CLASSES.items():
        own = [row for kind, row in evidence.rows() if kind == name]
        roles = Counter(getattr(row, "role", "") for row in own)
        told = ", ".join(f"{count} {role}" for role, count in sorted(roles.items()) if role)
        rows.append((f"`{name}.csv`", one_line(model.__doc__ or ""), len(own), told))
    yield from table(("table", "what a row is", "rows", "by role"), rows)


def counts() -> Iterator[str]:
    """How many observations there are, by kind, in a sentence."""
    counted = use_counts(read_evidence())
    kinds = ", ".join(f"{number} {kind}" for kind, number in counted["by_kind"].items())
    yield f"{counted['observations']} observations: {kinds}."


def page() -> Iterator[str]:
    """Every observation: with what it is compared, and the rows that it rests on."""
    yield from ("# Observations, one by one", "", *counts(), "")
    yield "What each row says, with source, lines and page: `lilliput evidence show ID`. How they"
    yield from ("are compared: [like with like](/docs/record/comparison.md).", "")
    uses = uses_of(read_evidence())
    for kind in dict.fromkeys(use.kind for use in uses):
        yield from (f"## {kind.capitalize()}", "")
        own = (use for use in uses if use.kind == kind)
        rows = (
            (use.observation, use.compared_with, ", ".join(f"`{name}`" for name in use.rows))
            for use in own
        )
        yield from table(("observation", "on record", "rows"), rows)
