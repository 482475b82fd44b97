"""Agent files of the session: whether an agent can be started by name, and whether it may write."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent_baton.app.hooks.occasion import Occasion

PLUGIN = "baton"
WRITING_TOOLS = ("Edit", "Write", "MultiEdit", "NotebookEdit", "*")
HEAD_BYTES = 16_000  # the front matter is at the top


def spelled(occasion: Occasion, agent: str) -> str:
    """How the tool that starts agents calls an agent here; empty when no file of that name is found."""
    for prefix, path in _places(occasion, agent):
        if os.path.isfile(path):
            return f"{prefix}{agent}"
    return ""


def only_reads(occasion: Occasion, agent: str) -> bool:
    """Whether an agent's file lists its tools and none of them writes files. One without a file may."""
    for _, path in _places(occasion, agent):
        tools = _tools(path)
        if tools is not None:
            return bool(tools) and not any(tool in WRITING_TOOLS for tool in tools)
    return False


def _places(occasion: Occasion, agent: str) -> Iterator[tuple[str, str]]:
    name = f"{agent}.md"
    if os.path.basename(name) != name:
        return
    top = occasion.env.get("CLAUDE_PROJECT_DIR") or occasion.site.checkout.top
    yield "", os.path.join(top, ".claude", "agents", name)
    home = occasion.env.get("CLAUDE_CONFIG_DIR") or os.path.join(occasion.env.get("HOME", ""), ".claude")
    yield "", os.path.join(home, "agents", name)
    plugin = occasion.env.get("CLAUDE_PLUGIN_ROOT")
    if plugin:
        yield f"{PLUGIN}:", os.path.join(plugin, "agents", name)


def _tools(path: str) -> list[str] | None:
    """The tools an agent file lists, without what stands in brackets; None when there is no file."""
    try:
        with open(path, "rb") as file:
            text = file.read(HEAD_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    head = text.removeprefix("---").partition("\n---")[0]
    listed = [line.partition(":")[2] for line in head.splitlines() if line.startswith("tools:")]
    return [tool.strip().partition("(")[0] for tool in listed[-1].strip(" []").split(",")] if listed else []
