"""Worker processes: they leave the keyboard to their parent, and end when it does, even when it is killed."""

import multiprocessing
import os
import signal
from threading import Thread


def begin_worker() -> None:
    """Make this process a worker: deaf to the keyboard, and gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
