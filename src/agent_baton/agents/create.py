"""A new agent's file: the brief of an existing agent, narrowed to one purpose and one repository."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from agent_baton.agents.definitions import AgentDefinition
from agent_baton.agents.parse import GUARD, parse_text
from agent_baton.errors import UserError

NAME = re.compile(r"[a-z0-9]+(?:-{1,2}[a-z0-9]+)*")
NAME_LIMIT = 60
LINE_LIMIT = 200

GUARDED = f"""hooks:
  PreToolUse:
    - matcher: Bash
      hooks:
        - type: command
          command: {GUARD} || exit 2
"""


def compose(name: str, description: str, base: AgentDefinition, facts: Sequence[str]) -> str:
    """The text of the file. `facts` are lines about the repository, each kept to one line.

    Raises UserError for a name or description that no agent may have.
    """
    _check(name, description)
    text = "\n".join(
        part for part in (_front(name, description, base), _body(description, base), _known(facts)) if part
    )
    agent, problems = parse_text(text, Path(f"{name}.md"), "project")
    if agent is None:
        raise UserError("\n".join(map(str, problems)))
    return text


def _check(name: str, description: str) -> None:
    if not NAME.fullmatch(name) or len(name) > NAME_LIMIT:
        raise UserError(
            f"{name!r} cannot be an agent's name: lower-case words joined by '-', at most {NAME_LIMIT} "
            "characters, a flavour after '--' (backend-engineer--django)"
        )
    if len(description.split()) < 3:
        raise UserError(
            f"the description {description!r} is too short: say what the agent does, and when to use it"
        )


def _front(name: str, description: str, base: AgentDefinition) -> str:
    lines = [f"name: {name}", f"description: {_quoted(one_line(description, 1_000))}"]
    if base.tools is not None:
        lines.append(f"tools: {', '.join(base.tools)}")
    if base.disallowed_tools:
        lines.append(f"disallowedTools: {', '.join(base.disallowed_tools)}")
    if base.model:
        lines.append(f"model: {base.model}")
    guard = GUARDED if base.guarded else ""
    return "---\n" + "\n".join(lines) + f"\n{guard}---\n"


def _quoted(text: str) -> str:
    """A YAML scalar: plain where that is safe, else in double quotes."""
    if re.fullmatch(r"[A-Za-z][^:#\"'\\\[\]{}]*[^:#\"'\\\s\[\]{}]", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _body(description: str, base: AgentDefinition) -> str:
    purpose = one_line(description, 1_000)
    opening = f"You are this project's specialist: {purpose}\nEverything below holds for that work."
    return f"{opening}\n\n{base.body}\n"


def _known(facts: Sequence[str]) -> str:
    """What was read out of the repository: one line each, so that none can pose as part of the brief."""
    lines = "\n".join(f"- {one_line(fact, LINE_LIMIT)}" for fact in facts if fact.strip())
    return f"## This repository, as it was read when this agent was made\n{lines}\n" if lines else ""


def one_line(text: str, limit: int) -> str:
    """Text as one line without control characters, cut at a limit."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
