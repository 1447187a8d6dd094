"""The drivers: what each says, and every row with its range and source."""

from collections.abc import Iterator

from docs.tables.markdown import cited, number, one_line, sentence, table
from simulation.countries import COUNTRY_KEYS
from simulation.drivers import DRIVER_TABLE, leadership_spells, read_driver
from simulation.parameters import parameter_table

#: The tables beside those of ``drivers.toml``, and what they say.
OTHERS = {
    "leadership": "who leads a country, and the parameters of the line and of the demand for "
    "hierarchy of that leadership",
    "proximity": "how near two countries lie to one another",
    "economies": "the size of the economy; between the years it is interpolated in logarithms",
    "prices": "what a dollar of the day is worth",
}


def tables() -> dict[str, str]:
    """What each table of drivers says, by file, in the order in which it is told."""
    return {row["file"]: row["meaning"] for row in DRIVER_TABLE.values()} | OTHERS


def summary() -> Iterator[str]:
    """One row a driver: what it says, how many rows it has, what these rest on."""
    rows = []
    for name, meaning in tables().items():
        own = read_driver(name)
        sources = sorted({row.get("source", "") for row in own} - {""})
        link = f"[{name}](/docs/generated/drivers.md#{name})"
        rows.append((link, meaning, len(own), ", ".join(map(cited, sources))))
    yield from table(("driver", "what it says", "rows", "sources"), rows)


def page() -> Iterator[str]:
    """Every row of every driver."""
    yield from ("# Drivers, row by row", "", "What history feeds into the rules. Values between")
    yield "0 and 1 are codings ([how they were settled](/docs/coding.md)); `low` to `high` is the"
    yield from ("range within which each history draws its own value.", "")
    for name, meaning in tables().items():
        yield from (f"## {name}", "", sentence(meaning), "")
        own = read_driver(name)
        cited_apart = ("source", "lines", "page")
        columns = [each for each in own[0] if each not in cited_apart]
        rows = ([*(one_line(row[each]) for each in columns), cited(*_citation(row))] for row in own)
        yield from table([*columns, "source"], rows)
    yield from _courses()


def _citation(row: dict[str, str]) -> tuple[str, str, str]:
    return row.get("source", ""), row.get("lines", ""), row.get("page", "")


def _courses() -> Iterator[str]:
    """The lines and demands for hierarchy of the leaderships, which are parameters."""
    yield from ("## Course of each leadership", "")
    yield "The line (1 is Stalinist orthodoxy) and the demand for hierarchy (1 is full"
    yield "subordination) of a leadership are parameters: centre and range of their priors."
    known = parameter_table()
    heads = ("leadership", "country", "from", "to", "line", "hierarchy")
    spells = {row["spell"]: row for row in read_driver("leadership")}
    rows = []
    for key in COUNTRY_KEYS:
        for name, spell in leadership_spells().items():
            if spell.country.key == key:
                courses = [known[name] for name in (spell.line, spell.hierarchy)]
                texts = [
                    f"{number(c.default)} ({number(c.low)} to {number(c.high)})" for c in courses
                ]
                rows.append((name, key, spells[name]["from"], spells[name]["to"], *texts))
    yield from table(heads, rows)
