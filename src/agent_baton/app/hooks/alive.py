"""Whether the session that drives a task still lives."""

from __future__ import annotations

import os

from agent_baton.engine.limits import GONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent_baton.engine.state import Task

SILENT_S = 1_800.0  # a session that cannot be looked at counts as gone after so long without an event


def process_of(env: Mapping[str, str]) -> str:
    """This session's process as "host/pid/start", so that a pid given out again is not taken for it. Empty: not known."""
    pid = env.get("CLAUDE_PID", "")
    return f"{os.uname().nodename}/{pid}/{_start(pid)}" if pid.isdecimal() else ""


def is_alive(task: Task, now: float) -> bool:
    """Whether a session drives the task now. One that cannot be asked is believed for half an hour."""
    if not task.session or task.process == GONE:
        return False
    host, _, rest = task.process.partition("/")
    pid, _, start = rest.partition("/")
    if host != os.uname().nodename or not pid.isdecimal():
        return now - task.last_at < SILENT_S
    return _runs(int(pid)) and _start(pid) == start


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start(pid: str) -> str:
    """When a process began, in the kernel's ticks; empty where the kernel does not say, and for a dead one."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read(4_096).rpartition(b")")[2].split()
    except OSError:
        return ""
    # after the name: state is field 3, the start time field 22
    return fields[19].decode() if len(fields) > 19 and fields[0] not in (b"Z", b"X") else ""
