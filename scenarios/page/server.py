"""What the page asks of its server beside drawing: room, memory given back, and a mended Solara.

There is room for so many visitors; those who were cut off make room for others. Memory of visitors
who have left goes back to the system, so that a server that was busy once does not stay large. In
Solara 1.64 a slip of the pen is mended, of which the browser's console would complain at every
visit.
"""

import ctypes
import gc
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Timer

import ipyvue
import reacton.core
import solara.widgets
import traitlets
from solara.server import kernel_context

#: Seconds after a visitor has left, when everything of theirs has been let go.
_GRACE = 1.5
#: Visitors for whom there is room; each takes about 10 MB.
MOST_VISITORS = 60
#: Visitors who were let in and whose connection lasts. Solara knows of them a little later: without
#: this, any number who came at the same moment would find room.
_let_in: set[str] = set()
_door = Lock()
_SLIP, _MEANT = "modules.export =", "module.exports ="


def give_back() -> None:
    """Collect what is unused and give it back to the system, where the C library can do so."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def on_visit() -> Callable[[], None]:
    """Called when a visitor comes; returns what is to be done when they leave."""

    def on_leave() -> None:
        timer = Timer(_GRACE, give_back)
        timer.daemon = True
        timer.start()

    return on_leave


def attendance() -> Callable[[], bool]:
    """What tells, from any thread, whether the visitor at hand is connected at that moment."""
    if not kernel_context.has_current_context():
        return lambda: True  # nobody is served
    visitor = kernel_context.get_current_context()
    return lambda: not _is_cut_off(visitor)


def _is_cut_off(visitor: kernel_context.VirtualKernelContext) -> bool:
    pages = tuple(visitor.page_status.values())
    return bool(pages) and kernel_context.PageStatus.CONNECTED not in pages


def admit(visitor: str = "") -> bool:
    """Let a visitor in where there is room, or where they are here already; whether they are in.

    Where there is none, those who were cut off are forgotten, whoever came first before others. Who
    is let in counts until ``leave`` is told of them; without a name it is only told whether there
    is room.
    """
    here = kernel_context.contexts
    while True:
        with _door:
            if visitor in here or len({*here, *_let_in} - {visitor}) < MOST_VISITORS:
                _let_in.update({visitor} - {""})
                return True
        # without the lock: to forget one may take a while, and others are let in meanwhile
        away = next((each for each in tuple(here.values()) if _is_cut_off(each)), None)
        if away is None:
            return False
        away.close("room")
        _let_in.discard(away.id)


def leave(visitor: str) -> None:
    """Count a visitor no more whose connection has ended, unless Solara expects them back."""
    _let_in.discard(visitor)


class Navigator(solara.widgets.Navigator):  # type: ignore[misc]
    """Solara's own navigator, whose script is named as the browser expects it."""

    template_file = None

    @traitlets.default("template")
    def _mended(self) -> ipyvue.Template:
        written = Path(solara.widgets.Navigator.template_file).read_text(encoding="utf-8")
        return ipyvue.Template(template=written.replace(_SLIP, _MEANT))


def mend_navigator() -> None:
    """Let Solara take the mended navigator; one without the slip is taken as it is."""
    solara.Navigator = reacton.core.ComponentWidget(Navigator)
