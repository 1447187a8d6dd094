"""Questions of one visitor, answered in a thread so that the page goes on; a new one drops the one before."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from typing import Any

import solara

from scenarios.page.compare.question import Answer, Question, answers_to
from scenarios.page.material import Material, use_material
from scenarios.page.parts.refusal import logger
from scenarios.page.simulated import Stopped
from simulation.errors import LilliputError


@dataclass(frozen=True)
class Standing:
    """How a question stands: the one being answered, histories come in, the latest answer, what went wrong.

    ``turn`` counts what has been told, so that nothing old is shown over something new.
    """

    running: Question | None = None
    done: int = 0
    answer: Answer | None = None
    trouble: Exception | None = None
    turn: int = 0


class Answering:
    """Answers the questions of one visitor, the latest only; ``show`` is told how it stands."""

    def __init__(self, material: Material, show: Callable[[Standing], None]) -> None:
        self._material = material
        self._show = show
        self._standing = Standing()
        self._lock = Lock()
        self._stop = Event()

    def ask(self, question: Question) -> None:
        """Drop the question before, if it is still being answered, and answer this one."""
        self.leave()
        self._stop = stopped = Event()
        self._tell(stopped, running=question, done=0, trouble=None)
        Thread(target=self._answer, args=(question, stopped), daemon=True).start()

    def cancel(self) -> None:
        """Drop the question that is being answered; what has been answered stays."""
        self.leave()
        self._tell(Event(), running=None, done=0)

    def leave(self) -> None:
        """Let the thread end; nothing more is told by it."""
        with self._lock:
            self._stop.set()

    def _answer(self, question: Question, stopped: Event) -> None:
        material = self._material
        try:
            for answer in answers_to(
                question,
                material.simulated,
                material.documented.breaks,
                lambda done: self._tell(stopped, done=done),
                stopped.is_set,
            ):
                self._tell(stopped, answer=answer)
            self._tell(stopped, running=None)
        except Stopped:
            pass
        except Exception as error:
            if not isinstance(error, LilliputError):
                logger.exception("a comparison failed")
            self._tell(stopped, running=None, trouble=error)

    def _tell(self, stopped: Event, **changes: Any) -> None:
        with self._lock:
            if stopped.is_set():
                return
            self._standing = told = replace(self._standing, **changes, turn=self._standing.turn + 1)
        self._show(
            told
        )  # without the lock: drawing takes time, and whoever asks meanwhile must not wait for it


def use_answering() -> tuple[Standing, Answering]:
    """How the visitor's question stands, and what takes questions; it ends with the visit."""
    material = use_material()
    standing, set_standing = solara.use_state(Standing())

    def show(told: Standing) -> None:
        set_standing(lambda shown: told if told.turn > shown.turn else shown)

    answering: Answering = solara.use_memo(lambda: Answering(material, show), [])
    solara.use_effect(lambda: answering.leave, [])
    return standing, answering
