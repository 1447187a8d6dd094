"""Many visitors at once: none takes the page from others, and when they leave all comes back.

What they leave behind is measured in memory and in seconds of the processor, whatever else the
machine is doing.
"""

import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from multiprocessing import active_children
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from scenarios.draws import read_draws
from scenarios.errors import ScenarioError
from scenarios.files import catalogue
from scenarios.page import simulated
from scenarios.page.simulated import Simulated
from tests.conftest import PATIENCE
from tests.scenarios.watching import until

VISITORS = 20
STEP = "1960 Q2"
#: What may be left of the memory that the visitors took, and by how far (in MB) the measure is off.
LEFT_SHARE, LEFT_MB = 0.5, 40.0


#: The page as ever, but for the count of visitors, which the gate shows to nobody; whoever is cut
#: off is expected back for as long as ever, and the room is small.
ROOM = 5
COUNTED = (
    "from scenarios.page import gate; gate.LOADED += ('/resourcez',)\n"
    "from calibration.cli.main import main; main(['serve', '--port', '0'])"
)
PATIENT = "import os; os.environ['SOLARA_KERNEL_CULL_TIMEOUT'] = '10m'\n"
SMALL = f"from scenarios.page import server; server.MOST_VISITORS = {ROOM}\n"


@pytest.fixture
def server(start: Any) -> Iterator[Any]:
    with start("-c", COUNTED) as running:
        yield running


@pytest.fixture
def patient(start: Any) -> Iterator[Any]:
    with start("-c", PATIENT + SMALL + COUNTED) as running:
        yield running


@pytest.fixture
def crowd(server: Any, browser: Browser) -> Iterator[Callable[[int], list[Page]]]:
    """Lets some visitors come, each with a session of their own."""
    contexts = []

    def arrive(count: int) -> list[Page]:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        contexts.append(context)
        pages = [context.new_page() for _ in range(count)]
        for page in pages:
            page.set_default_timeout(PATIENCE)
            page.goto(f"{server.url}/?seed=3&quarter=1960Q1", wait_until="commit")
        for page in pages:
            expect(page.locator(".lp-now")).to_have_text("1960 Q1")
        return pages

    yield arrive
    for context in contexts:
        context.close()


def step_together(pages: list[Page], quarter: str) -> None:
    """Have all step to a quarter, all pressing at once."""
    for page in pages:
        page.get_by_role("button", name="Step", exact=True).click(no_wait_after=True)
    for page in pages:
        expect(page.locator(".lp-now")).to_have_text(quarter)


@pytest.mark.slow
def test_twenty_visitors_step_at_once_and_leave_nothing(
    server: Any, crowd: Callable[[int], list[Page]]
) -> None:
    before = server.memory()
    pages = crowd(VISITORS)
    step_together(pages, STEP)
    during = server.memory()
    assert server.visitors() == VISITORS
    for page in pages:
        page.close(run_before_unload=True)
    until(lambda: server.visitors() == 0, "all are gone")
    most = before + LEFT_SHARE * (during - before) + LEFT_MB
    until(lambda: server.memory() < most, f"less than {most:.0f} MB, {before:.0f} before them")


def came(server: Any, visit: ExitStack) -> bool:
    """Come by a bare connection, for as long as the visit; whether there was room."""
    address = server.url.replace("http", "ws")
    path = f"/jupyter/api/kernels/{uuid4()}/channels?session_id={uuid4()}"
    try:
        visit.enter_context(connect(address + path, open_timeout=PATIENCE / 1000))
    except InvalidStatus:
        return False
    return True


def came_and_was_cut_off(server: Any) -> bool:
    with ExitStack() as visit:
        return came(server, visit)


def answered(server: Any) -> int:
    """The status with which the page answers a newcomer."""
    try:
        with urllib.request.urlopen(server.url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.slow
def test_of_many_who_come_at_once_no_more_are_let_in_than_there_is_room_for(patient: Any) -> None:
    with ExitStack() as visit:
        assert sum(came(patient, visit) for _ in range(3 * ROOM)) == ROOM
        until(lambda: patient.visitors("has_connected") == ROOM, "all are there")
        assert patient.visitors() == ROOM


@pytest.mark.slow
def test_who_is_cut_off_makes_room_and_who_is_there_does_not(patient: Any) -> None:
    for _ in range(3 * ROOM):
        until(lambda: came_and_was_cut_off(patient), "those before have made room")
    until(lambda: patient.visitors("has_disconnected") == ROOM, "as many as there is room for")
    assert patient.visitors() == ROOM
    assert answered(patient) == 200
    with ExitStack() as others, ExitStack() as last:
        for visit in (*[others] * (ROOM - 1), last):
            until(lambda visit=visit: came(patient, visit), "those cut off have made room")
        # not of those who are remembered: one who was cut off may be among them yet
        until(lambda: patient.visitors("has_connected") == ROOM, "all are there")
        assert answered(patient) == 503
        assert not came(patient, last)
        last.close()
        until(lambda: answered(patient) == 200, "there is room again")


def worker_seconds(server: Any) -> float:
    """Seconds of the processor that the page's workers have had."""
    ticks = 0
    for children in Path(f"/proc/{server.process.pid}/task").glob("*/children"):
        for child in children.read_text().split():
            fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def at_rest(server: Any) -> bool:
    """Whether the workers do nothing for a while."""
    before = worker_seconds(server)
    time.sleep(3)
    return worker_seconds(server) == before


@pytest.mark.slow
def test_work_ends_when_its_visitor_is_cut_off(patient: Any, browser: Browser) -> None:
    """Three ask for five times as much as one, and are cut off: their work is not finished.

    It is enough to last until the browser, on a busy machine, has drawn their pages.
    """
    scenarios = "no-new-line-1956,no-belgrade-1955,stalin-lives-1960,china-as-near-as-ussr"
    context = browser.new_context()
    context.add_init_script("navigator.sendBeacon = () => true")  # they say no farewell

    def ask(histories: int, seed: int) -> Page:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        link = f"/compare?histories={histories}&seed={seed}&years=24&scenario={scenarios}"
        page.goto(patient.url + link, wait_until="commit")
        return page

    until(lambda: at_rest(patient), "the workers are ready")
    before = worker_seconds(patient)
    expect(ask(10_000, 91).locator(".lp-sentence").first).to_be_visible()
    until(lambda: at_rest(patient), "the first is answered")
    once = worker_seconds(patient) - before
    for seed in (92, 93, 94):
        asked = ask(50_000, seed).locator(".lp-compare")
        expect(asked).to_contain_text("of 50,000 histories of each scenario")
        expect(asked.get_by_role("button", name="Cancel")).to_be_enabled()
    visitors, before = patient.visitors(), worker_seconds(patient)
    context.close()
    assert patient.visitors() == visitors == 4, "they are expected back"
    until(lambda: at_rest(patient), "nobody is there")
    assert worker_seconds(patient) - before < 3 * once


def test_a_second_visitor_waits_for_no_more_than_as_much_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Blocks that the first gets until the second has all: as many, and those on their way."""
    for size in ("FEW", "MANY"):  # blocks of one size, whoever asks for them
        monkeypatch.setattr(simulated, size, 40)
    source = Simulated(read_draws(), workers=2)
    historical, few, many = catalogue()["historical"].scenario, 8, 200
    got: list[int] = []
    enough = Event()

    def first() -> None:
        for number, _ in source.histories((historical,), 40 * many, 1, 1950, enough.is_set):
            got.append(number)

    try:
        with ThreadPoolExecutor(1) as apart:
            running = apart.submit(first)
            until(lambda: bool(got) or running.done(), "the first block")
            before = len(got)
            assert len(list(source.histories((historical,), 40 * few, 2, 1950))) == few
            assert len(got) - before <= few + 2 * 2 * source.workers
            assert not running.done()
            enough.set()
    finally:
        source.close()


@pytest.mark.parametrize("closed", [True, False])
def test_a_page_that_closes_does_not_call_its_workers_dead(
    closed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    source = Simulated(read_draws(), workers=2)
    historical = catalogue()["historical"].scenario
    before = set(active_children())
    try:
        answer = source.histories((historical,), 100_000, 1)
        next(answer)
        workers = set(active_children()) - before
        assert len(workers) == 2
        if closed:
            source.close()
        else:
            for worker in workers:
                worker.kill()
        with pytest.raises(ScenarioError, match="a worker process died"):
            list(answer)
        assert [record.getMessage() for record in caplog.records] == (
            [] if closed else ["a worker process died"]
        )
        for worker in workers:
            worker.join(PATIENCE / 1000)
        source.warm_up()
        assert len(set(active_children()) - before) == (0 if closed else 2)
        if closed:
            with pytest.raises(ScenarioError):
                source.result(abs, -3)
        else:
            assert source.result(abs, -3) == 3
    finally:
        source.close()


def test_workers_that_another_visitor_has_started_anew_stay() -> None:
    source = Simulated(read_draws(), workers=2)
    historical = catalogue()["historical"].scenario
    before = set(active_children())
    try:
        mine, others = (source.histories((historical,), 100_000, seed) for seed in (1, 2))
        next(mine), next(others)
        for worker in set(active_children()) - before:
            worker.kill()
        with pytest.raises(ScenarioError, match="a worker process died"):
            list(mine)
        assert source.result(abs, -3) == 3
        started = set(active_children()) - before
        with pytest.raises(ScenarioError, match="a worker process died"):
            list(others)
        assert source.result(abs, -4) == 4
        assert set(active_children()) - before == started
    finally:
        source.close()
