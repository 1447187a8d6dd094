"""What a tab shows as one value: the link that reopens it, and what can be taken away of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from threading import Thread
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl, urlencode

import pandas as pd
import reacton.ipyvuetify as v
import solara
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from scenarios.disk import csv_text
from scenarios.page.material import Material, use_material
from scenarios.page.parts.refusal import LinkRefusal, guarded, report_context
from simulation.errors import Problem, unknown
from simulation.schema import problems_of

WHERE = "link"

#: The latest query of each tab by its address, so that a tab is found as it was left.
queries_context = solara.create_context(None)


class View(BaseModel):
    """What a tab shows: all that a link needs to reopen it.

    The fields are the keys of the link, or have them as aliases (see ``keys``); how a value is
    written there, and what it may be, stands beside its field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def query(self, material: Material | None = None) -> str:
        """The view as the query of a link; what is as it is by default is left out."""
        changed = {
            name
            for name, field in type(self).model_fields.items()
            if getattr(self, name)
            != field.get_default(call_default_factory=True, validated_data=vars(self))
        }
        return urlencode(self.model_dump(include=changed, by_alias=True), safe=":,")

    @classmethod
    def from_query(
        cls, search: str | None, material: Material | None = None
    ) -> tuple[Self, list[Problem]]:
        """The view that a link asks for, and what is wrong with the link.

        What is wrong is left out, so that its default stands.
        """
        pairs = parse_qsl(search or "", keep_blank_values=True)
        values, problems = cls.split_values(dict(pairs), material)
        problems += [
            Problem(WHERE, key, value, "each key once")
            for place, (key, value) in enumerate(pairs)
            if key in dict(pairs[:place])
        ]
        names = tuple(str(field.alias or name) for name, field in cls.model_fields.items())
        while True:
            try:
                return cls.model_validate(
                    values, context={"material": material}, by_name=False
                ), problems
            except ValidationError as error:
                details = error.errors()
                complaints = zip(problems_of(error, WHERE, names=names), details, strict=True)
                # what the link does not have can only be a default that follows from what is wrong
                problems += [problem for problem, each in complaints if each["loc"][0] in values]
                wrong = {each["loc"][0] for each in details}
                values = {key: value for key, value in values.items() if key not in wrong}

    @classmethod
    def split_values(
        cls, values: dict[str, str], material: Material | None
    ) -> tuple[dict[str, Any], list[Problem]]:
        """Values of a link of which one key holds several, taken apart, and what is wrong there."""
        return dict(values), []


def keys(**words: str) -> ConfigDict:
    """The keys by which a link names the fields of a view, where they are not the fields' names."""
    return ConfigDict(alias_generator=lambda name: words.get(name, name))


def one_of(names: Callable[[Any], Iterable[str]]) -> AfterValidator:
    """A text that must be one of some names, if a link has it; they may depend on the material."""

    def check(value: str, info: ValidationInfo) -> str:
        if info.context is not None:
            allowed = tuple(names(info.context["material"]))
            if value not in allowed:
                raise refused(unknown(WHERE, "", value, allowed))
        return value

    return AfterValidator(check)


def short_text(longest: int) -> AfterValidator:
    """A text of some length at most."""

    def check(value: str) -> str:
        if len(value) > longest:
            raise refused(Problem(WHERE, "", value, f"at most {longest} letters"))
        return value

    return AfterValidator(check)


def written_as(values: Mapping[str, Any]) -> BeforeValidator:
    """A value that a link writes with a word of its own."""

    def read(value: object, info: ValidationInfo) -> object:
        if info.context is None:
            return value
        if value not in values:
            raise refused(unknown(WHERE, "", value, tuple(values)))
        return values[str(value)]

    return BeforeValidator(read)


def refused(problem: Problem) -> PydanticCustomError:
    """A problem with a value as pydantic passes it on."""
    context = {"allowed": problem.allowed, "near": problem.nearest}
    return PydanticCustomError("link", "not allowed", context)


AnyView = TypeVar("AnyView", bound=View)


def use_view(
    path: str, kind: type[AnyView], adjust: Callable[[AnyView], AnyView] = lambda view: view
) -> solara.Reactive[AnyView]:
    """The view of a tab, at first that of its link; what is wrong with the link is said above it.

    ``path`` is the address of the tab, which follows the view; ``adjust`` may change the view that
    the link asks for.
    """
    material = use_material()
    search = solara.use_router().search
    linked, problems = solara.use_memo(lambda: kind.from_query(search, material), [])
    view = solara.use_reactive(solara.use_memo(lambda: adjust(linked), []))
    refusals, set_refusals = solara.use_state(problems)
    solara.use_context(queries_context)[path] = view.value.query(material)
    LinkRefusal(refusals, lambda: set_refusals([]))
    return view


@dataclass(frozen=True)
class Download:
    """A file to take away: the words on its button, its name, and what makes its bytes."""

    label: str
    filename: str
    content: Callable[[], bytes]
    hint: str = ""


@cache
def program() -> str:
    """The lilliput that made a file, with its version."""
    return f"lilliput {metadata.version('lilliput')}"


def csv_of(rows: pd.DataFrame | Sequence[Mapping[str, Any]]) -> bytes:
    """A table as CSV; rows need not have the same columns."""
    table = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, dtype=object)
    return csv_text(table).encode("utf-8")


@solara.component_vue(str(Path("vue") / "link.vue"))
def CopyLink(query: str) -> None:
    """A button that copies the address of this view; the address line follows the view as well."""


@solara.component_vue(str(Path("vue") / "downloads.vue"))
def _Bar(
    items: list[dict[str, str]],
    making: str | None,
    sent: dict[str, Any] | None,
    event_asked: Callable[[int], None],
    event_saved: Callable[[Any], None],
) -> None: ...


@solara.component
def DownloadBar(downloads: Sequence[Download]) -> None:
    """Buttons, one a file; a file is made when asked for, and forgotten when it has been sent.

    It is made in a thread of its own: the page goes on meanwhile.
    """
    report = solara.use_context(report_context)
    sent, set_sent = solara.use_state(None)
    making, set_making = solara.use_state(None)
    count = solara.use_ref(0)

    def send(place: int) -> None:
        wanted = downloads[place]
        count.current += 1
        content = wanted.content()
        set_sent({"name": wanted.filename, "content": content, "number": count.current})

    def ask(place: int) -> None:
        set_making(downloads[int(place)].label)  # other files may come to stand before it

        def make() -> None:
            guarded(report, send)(int(place))
            set_making(None)

        Thread(target=make, daemon=True).start()

    _Bar(
        items=[{"label": d.label, "hint": d.hint or d.filename} for d in downloads],
        making=making,
        sent=sent,
        event_asked=ask,
        event_saved=lambda _: set_sent(None),
    )


@solara.component
def TakeAway(downloads: Sequence[Download], view: View) -> None:
    """Everything that a tab shows, to take away, and the link that reopens it."""
    with v.Html(tag="section", class_="lp-takeaway", attributes={"aria-label": "Take away"}):
        DownloadBar(downloads)
        CopyLink(query=view.query(use_material()))
