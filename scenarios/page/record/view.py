"""What the tab Record shows, as one value: filters, order, page of the table and open row, all that a link needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scenarios.page.material import EvidenceEntry, Material
from scenarios.page.parts.fields import LONGEST_TEXT
from scenarios.page.parts.link import LinkReader, query_of
from scenarios.page.record.words import KINDS, ROLES, pair_in, pair_words, source_title
from simulation.dates import FIRST_YEAR, LAST_YEAR
from simulation.errors import Problem, unknown

#: Everything, drivers and exchange rates included, in place of a kind.
ALL = "all"
#: Rows on one page of the table.
PAGE = 20
#: The columns that the table can be sorted by.
SORTS = ("when", "pair", "kind", "dollars", "role")


@dataclass(frozen=True)
class RecordView:
    """Which rows of the evidence are shown, in what order, and which one is open; an empty text means all.

    An empty ``kind`` means aid, terms, cuts and events; drivers too if they are asked for by their role.
    """

    pair: str = ""
    kind: str = ""
    role: str = ""
    first_year: int = FIRST_YEAR
    last_year: int = LAST_YEAR
    text: str = ""
    sort: str = "when"
    falling: bool = False
    page: int = 1
    opened: str = ""

    @property
    def query(self) -> str:
        """The view as the query of a link; what is as it is by default is left out."""
        usual = RecordView()
        return query_of(
            [
                ("pair", self.pair),
                ("kind", self.kind),
                ("role", self.role.replace(" ", "-")),
                ("from", "" if self.first_year == usual.first_year else str(self.first_year)),
                ("to", "" if self.last_year == usual.last_year else str(self.last_year)),
                ("text", self.text),
                ("sort", "" if self.sort == usual.sort else self.sort),
                ("order", "falling" if self.falling else ""),
                ("page", "" if self.page == usual.page else str(self.page)),
                ("row", self.opened),
            ]
        )


def read_record_view(search: str | None, material: Material) -> tuple[RecordView, list[Problem]]:
    """The view that a link asks for, and what is wrong with the link; what is wrong is replaced by the default."""
    link = LinkReader(search)
    roles = {role.replace(" ", "-"): role for role in ROLES}
    view = RecordView(
        pair=link.name("pair", tuple(pairs_in(material.evidence)), ""),
        kind=link.name("kind", (*KINDS, ALL), ""),
        role=roles.get(link.name("role", tuple(roles), ""), ""),
        first_year=link.whole("from", FIRST_YEAR, LAST_YEAR, FIRST_YEAR),
        last_year=link.whole("to", FIRST_YEAR, LAST_YEAR, LAST_YEAR),
        text=link.text("text", LONGEST_TEXT),
        sort=link.name("sort", SORTS, "when"),
        falling=link.name("order", ("rising", "falling"), "rising") == "falling",
        page=link.whole("page", 1, 999, 1),
        opened=link.text("row", 200),
    )
    problems = link.problems()
    ids = tuple(entry.record["id"] for entry in material.evidence)
    if view.opened and view.opened not in ids:
        problems.append(unknown("link", "row", view.opened, ids))
        view = replace(view, opened="")
    if view.first_year > view.last_year:
        problems.append(
            Problem("link", "from", view.first_year, f"not after to = {view.last_year}")
        )
        view = replace(view, first_year=FIRST_YEAR, last_year=LAST_YEAR)
    return view, problems


def replaced(view: RecordView, **changes: Any) -> RecordView:
    """The view with something changed; a change of filter or order leads back to the first page."""
    turned = {"page", "opened"} & set(changes)
    return replace(view, **changes) if turned else replace(view, **changes, page=1)


def pairs_in(entries: Sequence[EvidenceEntry]) -> dict[str, str]:
    """The pairs (client first) and single countries that entries are about, with their words, the commonest first."""
    names = [pair_in(entry.record) for entry in entries]
    words = {
        pair_in(entry.record): pair_words(entry.record)
        for entry in entries
        if pair_in(entry.record)
    }
    return {
        name: words[name] for name in sorted(words, key=lambda name: (-names.count(name), name))
    }


def years_in(entry: EvidenceEntry) -> tuple[int, int]:
    """The first and the last year that an entry covers."""
    record = entry.record
    first, last = record.get("from") or record["earliest"], record.get("to") or record["latest"]
    return int(first[:4]), int(last[:4])


def kept(material: Material, view: RecordView) -> list[EvidenceEntry]:
    """The entries that the filters of a view let through, in its order."""
    words = view.text.casefold().split()

    def passes(entry: EvidenceEntry) -> bool:
        record = entry.record
        first, last = years_in(entry)
        return (
            view.pair in ("", pair_in(entry.record))
            and (view.kind in (ALL, record["file"]) or (not view.kind and _documented(entry, view)))
            and view.role in ("", record.get("role", ""))
            and first <= view.last_year
            and last >= view.first_year
            and all(word in searched(entry, material) for word in words)
        )

    found = [entry for entry in material.evidence if passes(entry)]
    return sorted(found, key=_KEYS[view.sort], reverse=view.falling)


def _documented(entry: EvidenceEntry, view: RecordView) -> bool:
    return entry.record["file"] not in ("drivers", "currency") or view.role == "driver"


def searched(entry: EvidenceEntry, material: Material) -> str:
    """All that a search looks through: every cell of the row, its pair in words, and the title of its source."""
    cells = [str(value) for value in entry.record.values()]
    return " ".join(
        [
            *cells,
            pair_words(entry.record),
            source_title(entry, material),
            KINDS[entry.record["file"]],
        ]
    ).casefold()


def _when(entry: EvidenceEntry) -> str:
    return str(entry.record.get("documented") or entry.record["from"])


def _dollars(entry: EvidenceEntry) -> float:
    worth = entry.record.get("million_usd")
    return float(worth["value"]) if worth else -1.0


_KEYS: dict[str, Callable[[EvidenceEntry], Any]] = {
    "when": lambda entry: (_when(entry), entry.record["id"]),
    "pair": lambda entry: (pair_in(entry.record), _when(entry)),
    "kind": lambda entry: (list(KINDS).index(entry.record["file"]), _when(entry)),
    "dollars": lambda entry: (_dollars(entry), _when(entry)),
    "role": lambda entry: (str(entry.record.get("role", "")), _when(entry)),
}
