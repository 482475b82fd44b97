"""From a Markdown file to a definition, or to the reasons why it is none."""

from __future__ import annotations

from pathlib import Path

from agent_baton.agents import frontmatter
from agent_baton.agents.definitions import AgentDefinition, Origin, Problem
from agent_baton.agents.validate import findings, split_tools

SIZE_LIMIT = 100_000  # bytes; a brief that long was never meant to be one
GUARD = "baton agents guard"


def parse_file(path: Path, origin: Origin) -> tuple[AgentDefinition | None, list[Problem]]:
    """Read one file. The definition is None when anything is wrong that Claude Code would drop."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem(str(path), 0, f"cannot be read: {error.strerror or error}")]
    if len(raw) > SIZE_LIMIT:
        return None, [Problem(str(path), 0, f"has {len(raw)} bytes; an agent's file may have {SIZE_LIMIT}")]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [Problem(str(path), line, "is not UTF-8")]
    return parse_text(text, path, origin)


def parse_text(text: str, path: Path, origin: Origin) -> tuple[AgentDefinition | None, list[Problem]]:
    """The same for text at hand; `path` is only for messages."""
    front = frontmatter.read(text)
    problems = [
        Problem(str(path), fault.line, fault.message, "error" if fault.fatal else "warning")
        for fault in front.faults
    ]
    if front.values:
        problems += [
            Problem(str(path), front.lines.get(key, 1), message, "error" if error else "warning")
            for key, message, error in findings(front)
        ]
    if any(problem.severity == "error" for problem in problems):
        return None, problems
    return _definition(front, path, origin), problems


def _definition(front: frontmatter.FrontMatter, path: Path, origin: Origin) -> AgentDefinition:
    values = front.values
    model = values.get("model")
    return AgentDefinition(
        name=str(values["name"]),
        description=" ".join(str(values["description"]).split()),
        path=path,
        origin=origin,
        body=front.body,
        model=str(model) if model else None,
        tools=split_tools(values["tools"]) if "tools" in values else None,
        disallowed_tools=split_tools(values.get("disallowedTools")) or (),
        guarded=GUARD in str(values.get("hooks", "")),
    )
