"""What Claude Code sessions of a repository have spent, from the transcripts it keeps of them.

`projects/<slug>/<session>.jsonl` and `projects/<slug>/<session>/subagents/agent-<id>.jsonl` below its configuration
directory. One answer of the model is written as several lines with the same message id and the same usage, and again
in the file of every fork: each id counts once, over all files together.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agent_baton.claude.hooks.transcript import KINDS, SYNTHETIC

DAY = re.compile(r"\d{4}-\d\d-\d\d")
NO_DAY = "(no day)"
MOST = 10**12  # tokens of one answer: more is no count


class Spent(NamedTuple):
    """One answer of the model."""

    at: str  # ISO 8601, UTC; `(no day)` when it does not say
    session: str
    agent: str  # the type of the subagent; empty for the session itself
    model: str
    usage: dict[str, int]  # tokens by kind: input, output, cache_read, cache_write, cache_write_1h


def config_dir(env: Mapping[str, str]) -> Path:
    named = env.get("CLAUDE_CONFIG_DIR")
    return Path(named) if named else Path(env.get("HOME") or os.path.expanduser("~"), ".claude")


def spending(config: Path, top: str) -> Iterator[Spent]:
    """Every answer of every session that worked in a checkout or below it. Nothing when there are no transcripts."""
    seen: set[str] = set()
    for folder in _folders(config / "projects", top):
        for file in sorted(folder.glob("*.jsonl")):
            yield from _file(file, file.stem, "", top, seen)
        for file in sorted(folder.glob("*/subagents/*.jsonl")):
            yield from _file(file, file.parent.parent.name, _agent_type(file), top, seen)


def _folders(projects: Path, top: str) -> list[Path]:
    """Folders whose name may stand for the checkout or a place below it; several paths can share a name."""
    slug = re.sub(r"[^A-Za-z0-9]", "-", top)
    try:
        return sorted(
            path for path in projects.iterdir() if path.name == slug or path.name.startswith(f"{slug}-")
        )
    except OSError:
        return []


def _file(path: Path, session: str, agent: str, top: str, seen: set[str]) -> Iterator[Spent]:
    found: dict[str, Spent] = {}
    for entry in _entries(path):
        cwd = str(entry.get("cwd") or top)
        if cwd != top and not cwd.startswith(top + os.sep):
            return  # another directory whose name is written alike
        message = entry["message"]
        key = str(message.get("id") or entry.get("uuid"))
        if key not in seen:
            found[key] = Spent(
                _moment(entry.get("timestamp")),
                session,
                agent,
                message["model"] if isinstance(message.get("model"), str) else "unknown",
                _usage(message["usage"]),
            )
    seen.update(found)
    yield from found.values()


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """Answers of the model. A line that is not JSON, such as one still being written, is left out."""
    if not path.is_file():
        return  # a pipe would be waited for, a device read without end
    try:
        with path.open("rb") as file:
            for line in file:
                if b'"assistant"' not in line:
                    continue
                try:
                    entry = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if _is_answer(entry):
                    yield entry
    except OSError:
        return


def _is_answer(entry: Any) -> bool:
    message = entry.get("message") if isinstance(entry, dict) else None
    return (
        isinstance(message, dict)
        and entry.get("type") == "assistant"
        and message.get("model") != SYNTHETIC
        and isinstance(message.get("usage"), dict)
    )


def _usage(given: Mapping[str, Any]) -> dict[str, int]:
    lasting = given.get("cache_creation")
    return {
        **{kind: _number(given.get(name)) for kind, name in KINDS.items()},
        "cache_write_1h": _number(lasting.get("ephemeral_1h_input_tokens"))
        if isinstance(lasting, dict)
        else 0,
    }


def _moment(value: object) -> str:
    return value if isinstance(value, str) and DAY.match(value) else NO_DAY


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < MOST else 0


def _agent_type(transcript: Path) -> str:
    """What kind of subagent it was, from the file beside its transcript."""
    try:
        found = json.loads(transcript.with_suffix(".meta.json").read_bytes())
    except (OSError, ValueError):
        return "subagent"
    name = found.get("agentType") if isinstance(found, dict) else None
    return name if isinstance(name, str) and name else "subagent"
