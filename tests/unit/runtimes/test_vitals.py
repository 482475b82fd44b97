"""Signs of life, and what they decide about a silence."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from agent_baton.runtimes.process import Watch
from agent_baton.runtimes.protocol import Clocks, WaitingFor
from agent_baton.runtimes.vitals import Vitals, vitals_of

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc")


class Agent:
    finished = False

    def __init__(self, waiting_for: WaitingFor) -> None:
        self.waiting_for = waiting_for


def ended_by(waiting_for: WaitingFor, signs: list[Vitals | None], wall_s: float = 60) -> tuple[str, int]:
    """What ended a silent agent, and how many looks were taken before. Signs are given out one a look."""
    looks: Iterator[Vitals | None] = iter(signs)
    taken = 0

    def look() -> Vitals | None:
        nonlocal taken
        taken += 1
        return next(looks)

    async def play() -> str:
        clocks = Clocks(wall_s=wall_s, model_silent_s=0.02, tool_silent_s=0.02)
        watch = Watch(clocks, Agent(waiting_for), look)
        watch.heard()
        return await watch.expired

    return asyncio.run(play()), taken


def test_a_tool_that_uses_the_processor_is_not_stuck() -> None:
    """Its silence begins anew as often as it has computed meanwhile."""
    busy = [Vitals(second, 0) for second in range(4)]
    assert ended_by("tool", [*busy, Vitals(3, 0)]) == ("tool-stuck", 5)


def test_a_tool_that_only_waits_is_stuck() -> None:
    assert ended_by("tool", [Vitals(9, 3), Vitals(9, 3)]) == ("tool-stuck", 2)


def test_an_open_connection_is_waited_for_once_more() -> None:
    """A model may think for long, but not for ever."""
    assert ended_by("model", [Vitals(0, 1)] * 3) == ("silent", 3)


def test_a_model_without_a_connection_is_not_waited_for() -> None:
    assert ended_by("model", [Vitals(0, 0)] * 2) == ("silent", 2)


def test_without_proc_the_clocks_stand_alone() -> None:
    assert ended_by("tool", [None]) == ("tool-stuck", 1)


def test_no_sign_of_life_outlives_the_wall_clock() -> None:
    assert ended_by("tool", [Vitals(n, 1) for n in range(100)], wall_s=0.1)[0] == "out-of-time"


class Standing(asyncio.SelectorEventLoop):
    """A loop whose time stands until the test moves it."""

    now = 0.0

    def time(self) -> float:
        return self.now

    async def move(self, now: float) -> None:
        self.now = now
        for _ in range(3):
            await asyncio.sleep(0)


def test_a_clock_that_rings_late_tells_of_us_and_not_of_the_agent() -> None:
    """Stopped ourselves, as by Ctrl-Z, we did not listen: the silence begins anew, and the time is not the agent's."""
    loop = Standing()

    async def play() -> tuple[bool, str]:
        watch = Watch(Clocks(wall_s=50, model_silent_s=30), Agent("model"))
        watch.heard()
        await loop.move(40)
        early = watch.expired.done()
        await loop.move(60.5)
        return early, watch.expired.result()

    try:
        assert loop.run_until_complete(play()) == (False, "out-of-time")
    finally:
        loop.close()


def test_what_is_seen_is_real() -> None:
    """Processor time and connections of all that is below, not of ourselves."""
    child = (
        "import os, socket, sys\n"
        "if os.fork() == 0:\n"
        "    s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
        "    while os.times().user < 0.05: pass\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.read()\n"
        "else:\n"
        "    os.wait()\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        argv = [sys.executable, "-c", child, str(server.getsockname()[1])]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
            assert parent.stdin and parent.stdout
            assert parent.stdout.readline() == b"ready\n"
            seen = vitals_of(os.getpid())
            parent.stdin.close()
    assert seen is not None
    assert seen.cpu_s >= 0.05
    assert seen.connections >= 1
