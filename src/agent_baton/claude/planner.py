"""Claude Code as a planner: one headless run that may call no tool and must answer by a schema. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agent_baton.plan.inert import first_line, visible

PROGRAM = "claude"
MOST_USD = "2"  # for one answer; checked by the client after a response, so it can be passed by one response


def command(schema: dict[str, Any], binary: Sequence[str] = (PROGRAM,)) -> list[str]:
    """The command line. The prompt goes over stdin, where it may be of any length and begin with a dash.

    No tools and no MCP servers: a planner that reads strangers' text needs no hands. No session is kept.
    """
    return [
        *binary, "-p", "--output-format", "json", "--json-schema", json.dumps(schema),
        "--tools", "", "--strict-mcp-config", "--permission-mode", "plan",
        "--setting-sources", "user", "--no-session-persistence", "--max-budget-usd", MOST_USD,
    ]  # fmt: skip


def structured(output: bytes) -> tuple[Any, str]:
    """The structured answer of a run, or None and why there is none.

    `is_error` and the key itself decide: the exit code is 0 and the subtype "success" also for a schema that was not met.
    """
    try:
        result = json.loads(output)
    except (ValueError, RecursionError):
        return (
            None,
            f"it printed no result: {first_line(visible(output[:200].decode(errors='replace'))) or 'nothing'}",
        )
    if not isinstance(result, dict) or result.get("type") != "result":
        return None, "it printed something else than a result"
    if result.get("is_error") is not False:
        errors = result.get("errors")
        said = result.get("result") or ("; ".join(map(str, errors)) if isinstance(errors, list) else "")
        return None, first_line(visible(str(said or result.get("subtype") or "an error without a word")))
    if not isinstance(result.get("structured_output"), dict):
        return None, "its answer does not fit the schema (no structured_output)"
    return result["structured_output"], ""
