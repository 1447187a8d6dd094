"""Memory of visitors who have left goes back to the system, so that a server that was busy once does not stay large."""

import ctypes
import gc
from collections.abc import Callable
from threading import Timer

#: Seconds after a visitor has left, when everything of theirs has been let go.
_GRACE = 1.5


def give_back() -> None:
    """Collect what is unused and give it back to the system; where the C library knows no such call, only collect."""
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
