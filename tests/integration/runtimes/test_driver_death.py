"""Whatever becomes of the driver, its agents go with it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = """
import asyncio, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
from agent_baton.runtimes.claude.runtime import ClaudeRuntime
from agent_baton.runtimes.protocol import Assignment, ToolStarted

async def main():
    runtime = ClaudeRuntime([sys.executable, "-m", "agent_baton.runtimes.scripted", "claude", "--script", "play.json"])
    async with await runtime.start(Assignment("go", ".", "11111111-1111-4111-8111-111111111111", config_home=".")) as agent:
        async for event in agent.events():
            if isinstance(event, ToolStarted):
                print("up", flush=True)

asyncio.run(main())
"""
COMMAND = "echo $PPID > agent.pid; setsid sh -c 'echo $$ > tool.pid; : > up; exec tail -f /dev/null' & tail -f /dev/null"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_agent_and_no_tool_outlives_its_driver(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C, SIGTERM or SIGKILL of the driver: the agent and what its tools started in their own sessions end."""
    os.mkfifo(tmp_path / "ready")
    ready = os.open(tmp_path / "ready", os.O_RDONLY | os.O_NONBLOCK)
    command = COMMAND.replace(": > up", "echo up > ready")
    (tmp_path / "play.json").write_text(json.dumps({"rules": [{"do": [{"run": command}]}]}))
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as driver:
        try:
            assert driver.stdout is not None
            assert driver.stdout.readline() == b"up\n"
            assert select.select([ready], [], [], 60)[0]
            watched = [os.pidfd_open(int((tmp_path / f"{who}.pid").read_text())) for who in ("agent", "tool")]
            driver.send_signal(number)
            driver.wait(60)
        finally:
            driver.kill()
    for handle in watched:
        assert select.select([handle], [], [], 60)[0], "it is still running"
        os.close(handle)
    os.close(ready)
