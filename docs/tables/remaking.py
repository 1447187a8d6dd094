"""What can be made anew, with the commands and the time they take."""

from collections.abc import Iterator

from docs.reproduce import ITEMS
from docs.tables.markdown import table


def page() -> Iterator[str]:
    """One row an item of ``docs/reproduce.toml``."""
    rows = (
        (
            f"`{name}`",
            item["what"],
            "by name" if item.get("long") else "always",
            item["time"],
            "; ".join(f"`{command}`" for command in item["commands"]),
        )
        for name, item in ITEMS.items()
    )
    yield from table(("name", "what", "made", "time, two idle cores", "commands"), rows)
