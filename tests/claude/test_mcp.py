"""The real Claude Code CLI as a client of `baton mcp`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support import plans
from tests.support.claude import World, every

pytest.importorskip("mcp", reason="the extra [mcp] is not installed")
LOAD = {
    "tool": "WaitForMcpServers",
    "input": {},
}  # older versions start without their servers; newer have no such tool


@pytest.mark.parametrize("binary", every())
def test_a_session_drives_through_tools(world: World, binary: str) -> None:
    """Start, a refusal, a record, a gate the engine runs: the model reads answers as data, and errors as errors."""
    world.binary = binary
    world.repo.save_plan(plans.plan(plans.phase(1, plans.step("1.1"), gate="echo hello")))
    config = world.repo.write(
        ".claude/mcp.json", json.dumps({"mcpServers": {"baton": {"command": "baton", "args": ["mcp"]}}})
    )
    turns = [
        LOAD,
        _call("start", no_baseline=True),
        _call("record", step_id="1.1", status="done"),
        _call("record", step_id="1.1", status="complete", outcome="did it", next=True),
        _call("gate", phase_id=1, run=True, next=True),
        "{{last_result}}",
    ]
    ran = world.run(
        f"go <script>{json.dumps(turns)}</script>", "--mcp-config", str(config), "--strict-mcp-config"
    )
    assert ran.exit_code == 0, ran.stderr
    started, refused, recorded, gated = ran.tool_results()[1:]
    assert _fields(started)["action"] == "DISPATCH"
    assert refused["is_error"]
    assert "error: status 'done' is not known; it is complete or failed" in str(refused["content"])
    assert _fields(recorded)["next"]["call"] == {
        "tool": "gate",
        "arguments": {"phase_id": 1, "run": True, "next": True},
    }
    assert _fields(gated)["next"]["action"] == "COMPLETE"
    assert "gate of phase 1 passes (verified" in "\n".join(world.told())


def _call(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"tool": f"mcp__baton__{tool}", "input": arguments}


def _fields(result: dict[str, Any]) -> dict[str, Any]:
    content = result["content"]
    fields: dict[str, Any] = json.loads(content if isinstance(content, str) else content[0]["text"])
    return fields
