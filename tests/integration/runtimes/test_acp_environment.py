"""What an ACP agent's process finds in its environment."""

from __future__ import annotations

import asyncio
import sys
import uuid
from pathlib import Path

import pytest

from agent_baton.runtimes.acp.quirks import OPENCODE
from agent_baton.runtimes.acp.runtime import AcpRuntime
from agent_baton.runtimes.protocol import Assignment, Permission

LOOKS = "import os, pathlib; pathlib.Path('seen').write_text(os.environ.get('OPENCODE_PERMISSION', ''))"


@pytest.mark.parametrize(("permission", "asks"), [("read", True), ("edit", True), ("full", False)])
def test_an_agent_that_asks_for_nothing_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, permission: Permission, asks: bool
) -> None:
    """Whatever the user's own environment says; with everything permitted that is what holds."""
    monkeypatch.setenv("OPENCODE_PERMISSION", '{"webfetch": "deny"}')

    async def look() -> None:
        runtime = AcpRuntime(OPENCODE, (sys.executable, "-c", LOOKS))
        assignment = Assignment("x", str(tmp_path), str(uuid.uuid4()), permission=permission)
        async with await runtime.start(assignment) as agent:
            await agent.outcome()

    asyncio.run(look())
    assert ('"bash": "ask"' in (tmp_path / "seen").read_text()) is asks
