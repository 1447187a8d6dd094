"""What is worked out while the page goes on: the latest question's answer, and no other's."""

from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import TypeVar

import solara

from scenarios.page.parts.refusal import guarded, report_context

Result = TypeVar("Result")


def use_background(work: Callable[[], Result], depends: Sequence[object]) -> Result | None:
    """The result of some work in a thread of its own; none until it is there.

    When something in ``depends`` changes the work is done anew, and what was on its way is dropped.
    A failure is told on the page.
    """
    result, set_result = solara.use_state(None)
    report = solara.use_context(report_context)

    def begin() -> Callable[[], None]:
        left = Event()

        def told(error: BaseException) -> None:
            if not left.is_set() and report is not None:
                report(error)

        def run() -> None:
            done = work()
            if not left.is_set():
                set_result((list(depends), done))

        Thread(target=guarded(told, run), daemon=True).start()
        return left.set

    solara.use_effect(begin, list(depends))
    return result[1] if result is not None and result[0] == list(depends) else None
