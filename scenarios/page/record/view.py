"""Which rows of the evidence a visitor looks at: all that a link of the tab Record holds."""

from typing import Annotated, Any, Self

from pydantic import PlainSerializer

from scenarios.documented import EVIDENCE_KINDS
from scenarios.page.material import EvidenceEntry, Material
from scenarios.page.parts.fields import LONGEST_TEXT
from scenarios.page.parts.view import WHERE, View, keys, one_of, short_text, written_as
from scenarios.page.record.rows import ROLES, SORTS, pair_in, pairs_in, searched, years_in
from simulation.dates import FIRST_YEAR, LAST_YEAR
from simulation.errors import Problem
from simulation.schema import whole

#: Everything, drivers and exchange rates included, in place of a kind.
ALL = "all"
#: Rows on one page of the table.
PAGE = 20
_ORDERS = {"rising": False, "falling": True}


class RecordView(View):
    """Which rows of the evidence are shown, in what order, and which one is open.

    An empty text means all; an empty ``kind`` means all but drivers and exchange rates, and drivers
    too if they are asked for by their role.
    """

    model_config = keys(first_year="from", last_year="to", falling="order", opened="row")

    pair: Annotated[str, one_of(lambda material: pairs_in(material.evidence))] = ""
    kind: Annotated[str, one_of(lambda _: (*EVIDENCE_KINDS, ALL))] = ""
    role: Annotated[
        str,
        written_as({role.replace(" ", "-"): role for role in ROLES}),
        PlainSerializer(lambda role: role.replace(" ", "-")),
    ] = ""
    first_year: Annotated[int, whole(FIRST_YEAR, LAST_YEAR)] = FIRST_YEAR
    last_year: Annotated[int, whole(FIRST_YEAR, LAST_YEAR)] = LAST_YEAR
    text: Annotated[str, short_text(LONGEST_TEXT)] = ""
    sort: Annotated[str, one_of(lambda _: SORTS)] = "when"
    falling: Annotated[bool, written_as(_ORDERS), PlainSerializer(lambda _: "falling")] = False
    page: Annotated[int, whole(1, 999)] = 1
    opened: Annotated[str, one_of(lambda material: [entry.id for entry in material.evidence])] = ""

    @classmethod
    def from_query(
        cls, search: str | None, material: Material | None = None
    ) -> tuple[Self, list[Problem]]:
        """The view that a link asks for, and what is wrong with the link."""
        view, problems = super().from_query(search, material)
        if view.first_year > view.last_year:
            allowed = f"not after to = {view.last_year}"
            problems.append(Problem(WHERE, "from", view.first_year, allowed))
            view = view.changed(first_year=FIRST_YEAR, last_year=LAST_YEAR)
        return view, problems

    def changed(self, **changes: Any) -> Self:
        """The view with something changed; a filter or order leads back to the first page."""
        turned = {"page", "opened"} & set(changes)
        return self.model_copy(update=changes if turned else changes | {"page": 1})

    def narrowed(self, material: Material, **changes: Any) -> "RecordView":
        """The view with other filters; a row that is open, if only since, stays so if it passes."""
        view = self.changed(**changes | {"opened": "", "page": 1})
        kept = self.opened in [entry.id for entry in view.entries(material)]
        return view.with_open(self.opened, material) if kept else view

    def with_open(self, name: str, material: Material) -> "RecordView":
        """The view with a row open, on its page; filters that hide it are lifted."""
        ids = [entry.id for entry in self.entries(material)]
        if name and name not in ids:
            return RecordView(kind=ALL, text=name, opened=name)
        page = ids.index(name) // PAGE + 1 if name else self.page
        return self.changed(opened=name, page=page)

    def entries(self, material: Material) -> list[EvidenceEntry]:
        """The entries that the filters let through, in order."""
        entries = [entry for entry in material.evidence if self._passes(entry, material)]
        return sorted(entries, key=SORTS[self.sort], reverse=self.falling)

    def _passes(self, entry: EvidenceEntry, material: Material) -> bool:
        record = entry.record
        first, last = years_in(entry)
        words = self.text.casefold().split()
        usual = record["file"] not in ("drivers", "currency") or self.role == "driver"
        return (
            self.pair in ("", pair_in(record))
            and (usual if not self.kind else self.kind in (ALL, record["file"]))
            and self.role in ("", record.get("role", ""))
            and first <= self.last_year
            and last >= self.first_year
            and all(word in searched(entry, material.sources) for word in words)
        )
