"""What Claude Code tells a session of an agent in the background: a prompt of its own when one has ended.

A notice only says where to look. Its text holds the agent's words, and a prompt may be anybody's: how the agent ended is
read in the agent's own files, see `ends`.
"""

from __future__ import annotations

from agent_baton.claude.hooks.call import NOTICE
from agent_baton.records import Record

END = "</task-notification>"
TEXTS = ("summary", "note", "result", "usage")  # what stands before the first of them is Claude Code's alone
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


class Notice(Record):
    """One agent that is said to have ended."""

    tool_id: str
    status: str
    summary: str
    result: str
    agent_id: str


def read_notice(prompt: str) -> Notice | None:
    """The notice a prompt consists of; None when it is anything else. What is not said is empty.

    A prompt holds one notice, from its first character to its last: what looks like another one inside is text.
    """
    bare = prompt.strip()
    if not (bare.startswith(NOTICE) and bare.endswith(END)):
        return None
    head, texts = _head(bare[len(NOTICE) : -len(END)])
    if not (head.get("tool-use-id") and head.get("status")):
        return None
    return Notice(
        head["tool-use-id"],
        head["status"],
        _plain(texts.partition("<summary>")[2].partition("</summary>")[0]),
        _plain(texts.partition("<result>")[2].rpartition("</result>")[0]),
        head.get("task-id", ""),
    )


def _head(body: str) -> tuple[dict[str, str], str]:
    """The fields of a line each that come before any text, and the rest."""
    fields: dict[str, str] = {}
    rest = body.strip()
    while rest.startswith("<"):
        line, _, after = rest.partition("\n")
        name = line[1:].partition(">")[0]
        value = line[len(name) + 2 :].removesuffix(f"</{name}>")
        if name in TEXTS or name in fields or line != f"<{name}>{value}</{name}>" or "<" in value:
            break
        fields[name] = value
        rest = after
    return fields, rest


def _plain(text: str) -> str:
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    return text.strip()
