"""Questions of one visitor, answered in a thread so that the page goes on; the latest only."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

import solara

from scenarios.page.blocks import KEPT
from scenarios.page.compare.question import Answer, Question, answers_to
from scenarios.page.material import Material, use_material
from scenarios.page.parts.refusal import logger
from scenarios.page.server import attendance
from scenarios.page.simulated import REMEMBERED, Stopped
from simulation.errors import LilliputError

#: A question of so many histories, of all scenarios together, may be begun ahead: half of what is
#: remembered, so that a mere choice does not drive out the answers of others.
AHEAD = REMEMBERED // 2
#: Seconds between looks at whether a visitor who was cut off is back.
_GLANCE = 0.5
#: Seconds between two tellings of how far an answer has come: each draws the tab anew.
_OFTEN = 0.1


@dataclass(frozen=True)
class Standing:
    """How a question stands: what is being answered, how far, the latest answer, trouble.

    ``turn`` counts the changes, so that nothing old is shown over something new.
    """

    running: Question | None = None
    done: int = 0
    answer: Answer | None = None
    trouble: Exception | None = None
    turn: int = 0


class Answering:
    """Answers the questions of one visitor, the latest only; ``show`` takes how it stands.

    A question may be begun ahead of its being asked; nothing is shown of it before that. Nothing is
    worked out for a visitor who is not ``present``: whoever is cut off has the question answered on
    coming back.
    """

    def __init__(
        self,
        material: Material,
        show: Callable[[Standing], None],
        present: Callable[[], bool] = lambda: True,
    ) -> None:
        self._material = material
        self._show = show
        self._present = present
        self._standing = self._shown = Standing()
        self._ahead: Question | None = None
        self._lock = Lock()
        self._stop = Event()

    def ask(self, question: Question) -> None:
        """Drop the question before, if it is still being answered, and answer this one.

        If it was begun ahead, how far it has come is shown.
        """
        with self._lock:
            reached = self._standing
            begun = self._ahead == question and reached.trouble is None  # what failed is tried anew
            self._ahead = None
            self._shown = reached if begun else self._shown
        if begun:
            self._show(reached)
        else:
            self._begin(question)

    def prepare(self, question: Question) -> None:
        """Begin a question that its visitor has chosen and may ask, unless another is answered.

        What was begun before is dropped; a question of very many histories waits to be asked.
        """
        with self._lock:
            if self._shown.running is not None or question == self._ahead:
                return
        if question.histories * (1 + len(question.scenarios)) <= AHEAD:
            self._begin(question, ahead=True)
        elif self._ahead is not None:
            self.cancel()

    def _begin(self, question: Question, ahead: bool = False) -> None:
        self.leave()
        with self._lock:
            self._stop = stopped = Event()
            self._ahead = question if ahead else None
            self._standing = self._shown  # of what nobody asked for nothing is left
        self._change(stopped, running=question, done=0, trouble=None)
        Thread(target=self._attend, args=(question, stopped), daemon=True).start()

    def cancel(self) -> None:
        """Drop the question that is being answered; what has been answered stays."""
        self.leave()
        with self._lock:
            self._ahead, self._standing = None, self._shown
        self._change(Event(), running=None, done=0)

    def leave(self) -> None:
        """Let the thread end; it changes nothing any more."""
        with self._lock:
            self._stop.set()

    def _attend(self, question: Question, stopped: Event) -> None:
        """Answer a question as soon as, and for as long as, its visitor is there."""
        while not stopped.is_set():
            if self._present() and self._answer(question, stopped):
                return
            stopped.wait(_GLANCE)

    def _answer(self, question: Question, stopped: Event) -> bool:
        """Answer a question; whether its visitor stayed."""
        material = self._material
        shown = monotonic()

        def progress(done: int) -> None:
            nonlocal shown
            if monotonic() - shown > _OFTEN:
                shown = monotonic()
                self._change(stopped, done=done)

        try:
            for answer in answers_to(
                question,
                material.simulated,
                material.documented.breaks,
                progress,
                lambda: self._given_up(stopped),
            ):
                running = None if answer.finished else question
                self._change(stopped, answer=answer, running=running)
        except Stopped:
            return False
        except Exception as error:
            if not isinstance(error, LilliputError):
                logger.exception("a comparison failed")
            self._change(stopped, running=None, trouble=error)
        else:
            self._carry_on(question, stopped)
        return True

    def _given_up(self, stopped: Event) -> bool:
        """Whether nobody waits for an answer: it was dropped, or its visitor is not there."""
        return stopped.is_set() or not self._present()

    def _carry_on(self, question: Question, stopped: Event) -> None:
        """Carry the factual histories on to 1980: whatever is asked next, it needs no more of them.

        The page has its answer meanwhile; whoever asks again is not kept waiting.
        """
        if question.histories > KEPT:
            return
        factual = question.files[question.factual].scenario
        histories = self._material.simulated.histories(
            [factual],
            question.histories,
            question.seed,
            stopped=lambda: self._given_up(stopped),
        )
        with suppress(Stopped):
            for _ in histories:
                pass

    def _change(self, stopped: Event, **changes: Any) -> None:
        with self._lock:
            if stopped.is_set():
                return
            turn = self._standing.turn + 1
            self._standing = latest = replace(self._standing, **changes, turn=turn)
            if self._ahead is not None:
                return
            self._shown = latest
        # Without the lock: drawing takes time, and whoever asks meanwhile must not wait for it.
        self._show(latest)


def use_answering() -> tuple[Standing, Answering]:
    """How the visitor's question stands, and what takes questions; it ends with the visit."""
    material = use_material()
    standing, set_standing = solara.use_state(Standing())

    def show(latest: Standing) -> None:
        set_standing(lambda shown: latest if latest.turn > shown.turn else shown)

    answering: Answering = solara.use_memo(lambda: Answering(material, show, attendance()), [])
    solara.use_effect(lambda: answering.leave, [])
    return standing, answering
