"""A gate as a process of its own: the command a person would type, so that it can be stopped and costs us nothing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from agent_baton.app.run.feed import Feed, shown
from agent_baton.app.site import Site
from agent_baton.errors import Refused
from agent_baton.runtimes.tree import READ_BYTES, Tree

BATON = (sys.executable, "-c", "from agent_baton.cli.entry import main; main()")
TAIL_BYTES = 2_000


async def run_gate(site: Site, task_id: str, phase_id: int, feed: Feed) -> bool:
    """Have the gate of a phase run and recorded; whether it is green. Cancelling ends it: then nothing is recorded."""
    argv = [*BATON, "execute", "gate", "--phase-id", str(phase_id), "--run", "--task-id", task_id]
    env = {**os.environ, "BATON_DB": site.db_path}
    # not in the repository: Python would take modules from there
    tree = Tree.start(argv, site.state_dir, env, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    tail = bytearray()
    try:
        stdout = await tree.stdout()
        while chunk := await stdout.read(READ_BYTES):
            tail += chunk
            del tail[:-TAIL_BYTES]
            _show(chunk, phase_id, feed)
    except asyncio.CancelledError:
        tree.stop(1.0)
        await tree.concluded()
        raise
    ending = await tree.concluded()
    if ending.exit_code not in (0, 1):
        said = tail.decode(errors="replace").strip().splitlines()[-1:]
        raise Refused(f"the gate of phase {phase_id} could not be run: {''.join(said) or ending}")
    return ending.exit_code == 0


def _show(chunk: bytes, phase_id: int, feed: Feed) -> None:
    """The last line of what came at once: a screen has room for no more."""
    lines = [line for line in chunk.decode(errors="replace").splitlines() if line.strip()]
    if lines:
        feed.tell("gate-says", phase=phase_id, text=shown(lines[-1]))
