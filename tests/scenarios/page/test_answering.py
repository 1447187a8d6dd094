"""Questions of one visitor: begun ahead, asked, dropped; only what was asked for is shown."""

import threading
from collections.abc import Callable, Iterator
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from scenarios.page.compare import answering
from scenarios.page.compare.answering import AHEAD, Answering, Standing
from scenarios.page.compare.question import Question
from scenarios.page.simulated import Stopped
from simulation.errors import LilliputError
from tests.scenarios.watching import until

ONE = Question(scenarios=("no-new-line-1956",), histories=1_000)
OTHER = Question(scenarios=("no-belgrade-1955",), histories=1_000)


class Work:
    """Stands for the histories of questions, each of which waits until it is let go on."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.dropped: list[Question] = []
        self.go_on, self.told = Event(), Event()

    def answers(
        self,
        question: Question,
        _simulated: object,
        _breaks: object,
        progress: Callable[[int], None],
        stopped: Callable[[], bool],
    ) -> Iterator[Any]:
        self.asked.append(question)
        progress(100)
        while not self.go_on.wait(0.01):
            if stopped():
                self.dropped.append(question)
                raise Stopped
        yield SimpleNamespace(question=question, finished=True)
        self.told.set()


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    work = Work()
    monkeypatch.setattr(answering, "answers_to", work.answers)
    monkeypatch.setattr(answering, "_OFTEN", 0)
    monkeypatch.setattr(Answering, "_carry_on", lambda *_: None)
    return work


@pytest.fixture
def shown() -> list[Standing]:
    return []


@pytest.fixture
def visitor(work: Work, shown: list[Standing]) -> Iterator[Answering]:
    material: Any = SimpleNamespace(simulated=None, documented=SimpleNamespace(breaks=()))
    answering = Answering(material, shown.append)
    yield answering
    answering.leave()


def begin_ahead(visitor: Answering, work: Work) -> None:
    """Have the first question begun before it is asked."""
    visitor.prepare(ONE)
    until(lambda: work.asked == [ONE], "it is begun")


def test_what_is_begun_ahead_is_shown_only_when_asked(
    visitor: Answering, work: Work, shown: list[Standing]
) -> None:
    visitor.prepare(ONE)
    visitor.prepare(ONE)  # it is on its way
    until(lambda: work.asked == [ONE], "it is begun")
    assert shown == []
    visitor.ask(ONE)
    until(lambda: shown[-1].done == 100, "how far it has come is shown")
    assert shown[0].running == ONE
    work.go_on.set()
    until(lambda: shown[-1].answer is not None, "the answer is shown")
    assert shown[-1].running is None
    assert work.asked == [ONE]
    turns = [each.turn for each in shown]
    assert turns == sorted(turns)


def test_an_answer_that_is_there_is_shown_at_once(
    visitor: Answering, work: Work, shown: list[Standing]
) -> None:
    work.go_on.set()
    visitor.prepare(ONE)
    until(work.told.is_set, "it is answered")
    assert shown == []
    visitor.ask(ONE)
    (only,) = shown
    assert only.answer is not None
    assert (only.answer.question, only.running) == (ONE, None)


def test_another_choice_drops_what_nobody_asked_for(
    visitor: Answering, work: Work, shown: list[Standing]
) -> None:
    begin_ahead(visitor, work)
    visitor.prepare(OTHER)
    until(lambda: work.dropped == [ONE], "the first is dropped")
    until(lambda: work.asked == [ONE, OTHER], "the other is begun")
    assert shown == []
    visitor.ask(ONE)  # after all
    until(lambda: work.asked == [ONE, OTHER, ONE], "it is begun anew")
    assert {each.running for each in shown} == {ONE}


def test_what_is_asked_is_not_dropped_for_a_choice(
    visitor: Answering, work: Work, shown: list[Standing]
) -> None:
    visitor.ask(ONE)
    until(lambda: work.asked == [ONE], "it is begun")
    visitor.prepare(OTHER)
    work.go_on.set()
    until(lambda: shown[-1].answer is not None, "the first is answered")
    assert shown[-1].answer is not None
    assert shown[-1].answer.question == ONE
    assert work.asked == [ONE]
    assert work.dropped == []


def test_a_question_of_many_histories_waits_until_it_is_asked(
    visitor: Answering, work: Work
) -> None:
    many = ONE.model_copy(update={"histories": AHEAD})
    begin_ahead(visitor, work)
    visitor.prepare(many)
    until(lambda: work.dropped == [ONE], "what is chosen no more is dropped")
    assert work.asked == [ONE]
    visitor.ask(many)
    until(lambda: work.asked == [ONE, many], "it is begun")


def test_what_failed_ahead_is_tried_anew_when_asked(
    visitor: Answering, work: Work, shown: list[Standing], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> Iterator[Any]:
        work.told.set()
        raise LilliputError("a worker died")

    threads = threading.active_count()
    with monkeypatch.context() as patch:
        patch.setattr(answering, "answers_to", failing)
        visitor.prepare(ONE)
        until(work.told.is_set, "it has failed")
        until(lambda: threading.active_count() == threads, "and that is known")
    work.go_on.set()
    visitor.ask(ONE)
    until(lambda: bool(shown) and shown[-1].answer is not None, "it is answered")
    assert shown[-1].trouble is None


def test_what_was_taken_up_can_be_cancelled(
    visitor: Answering, work: Work, shown: list[Standing]
) -> None:
    begin_ahead(visitor, work)
    visitor.ask(ONE)
    visitor.cancel()
    until(lambda: work.dropped == [ONE], "it is dropped")
    assert shown[-1].running is None
    assert shown[-1].answer is None
