"""A bar of things to take away; each is made when it is asked for and forgotten when the browser has it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import solara

from scenarios.page.parts.refusal import use_guard


@dataclass(frozen=True)
class Download:
    """A file to take away: the words on its button, its name, and how its bytes are made."""

    label: str
    filename: str
    made: Callable[[], bytes]
    hint: str = ""


@solara.component_vue(str(Path("vue") / "downloads.vue"))
def _Bar(
    items: list[dict[str, str]],
    compact: bool,
    sent: dict[str, Any] | None,
    event_asked: Callable[[int], None],
    event_saved: Callable[[Any], None],
) -> None: ...


@solara.component
def DownloadBar(downloads: Sequence[Download], compact: bool = False) -> None:
    """Buttons, one a file; small ones if ``compact``."""
    guard = use_guard()
    sent, set_sent = solara.use_state(None)
    count = solara.use_ref(0)

    def make(place: int) -> None:
        wanted = downloads[int(place)]
        count.current += 1
        set_sent({"name": wanted.filename, "content": wanted.made(), "number": count.current})

    _Bar(
        items=[{"label": d.label, "hint": d.hint or d.filename} for d in downloads],
        compact=compact,
        sent=sent,
        event_asked=guard(make),
        event_saved=guard(lambda _: set_sent(None)),
    )
