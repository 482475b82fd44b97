"""The rules a definition must keep: the keys and values Claude Code 2.1 takes. It drops what it does not know
without a word, so that here it is an error with a line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

from agent_baton.agents.frontmatter import FrontMatter
from agent_baton.patterns import lazy

NAME = lazy(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
MODEL_ID = lazy(r"(?:[A-Za-z0-9.-]+/)*[A-Za-z0-9][A-Za-z0-9.:@_-]*(?:\[[0-9a-z]+\])?")
ALIASES = ("sonnet", "opus", "haiku", "fable", "inherit")
EFFORTS = ("low", "medium", "high", "xhigh", "max")
PERMISSION_MODES = ("acceptEdits", "auto", "bypassPermissions", "default", "dontAsk", "plan")
MEMORIES = ("user", "project", "local")
ISOLATIONS = ("worktree", "remote")
COLORS = ("red", "blue", "green", "yellow", "purple", "orange", "pink", "cyan")
TOOLS = (
    "Agent", "Bash", "Edit", "Glob", "Grep", "NotebookEdit", "Read", "Skill", "Task", "TaskCreate",
    "TaskGet", "TaskList", "TaskUpdate", "TaskStop", "TodoWrite", "ToolSearch", "WebFetch", "WebSearch",
    "Write", "Monitor", "SendMessage", "MultiEdit", "LS", "BashOutput", "KillShell", "AskUserQuestion",
    "EnterWorktree", "ExitWorktree", "Workflow", "ReportFindings", "ListMcpResourcesTool",
    "ReadMcpResourceTool", "ListAgents", "LSP", "CronCreate", "CronDelete", "CronList",
    "ScheduleWakeup", "ExitPlanMode", "NotebookRead", "TaskOutput",
)  # fmt: skip
DESCRIPTION_LIMIT = 1_024  # characters; every session pays for them

Finding = tuple[str, str, bool]  # key, message, is it an error


def findings(front: FrontMatter) -> list[Finding]:
    """What is wrong with the front matter, key by key; the key is empty where one is missing."""
    found: list[Finding] = [
        ("", f"missing required key {key!r}", True)
        for key in ("name", "description")
        if key not in front.values
    ]
    for key, value in front.values.items():
        if key not in RULES:
            found.append((key, f"unknown key {key!r}; Claude Code ignores it{guess(key, RULES)}", True))
        else:
            found.extend((key, message, error) for message, error in RULES[key](value))
    if not front.body:
        found.append(
            ("", "there is no text below the front matter: the agent would work without a brief", False)
        )
    return found


Verdicts = list[tuple[str, bool]]


def _name(value: object) -> Verdicts:
    if isinstance(value, str) and NAME.fullmatch(value):
        odd = value.lower() != value or "_" in value
        return [(f"name {value!r}: lower case and hyphens are the convention", False)] if odd else []
    return [(f"name must be letters, digits, '-', '_', '.' or ':' (at most 80), not {value!r}", True)]


def _description(value: object) -> Verdicts:
    if not isinstance(value, str) or not value.strip():
        return [("description must be text: what the agent does, and when to use it", True)]
    if len(value) > DESCRIPTION_LIMIT:
        return [
            (f"description has {len(value)} characters; every session carries it, keep it under 300", False)
        ]
    return []


def split_tools(value: object) -> tuple[str, ...] | None:
    """The names in a `tools` value, a list or text with commas; None if it is neither."""
    if isinstance(value, str):
        return tuple(part.strip() for part in re.split(r",(?![^()]*\))", value) if part.strip())
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(str(item).strip() for item in value)
    return () if value is None else None


def _tools(value: object) -> Verdicts:
    names = split_tools(value)
    if names is None:
        return [(f"tools must be names with commas between, or a list of names, not {value!r}", True)]
    if not names:
        return [
            ("tools is empty, so the agent gets no tool at all; leave the key out to offer every tool", False)
        ]
    unknown = [
        name for name in names if name.partition("(")[0] not in (*TOOLS, "*") and not name.startswith("mcp__")
    ]
    return [(f"tool {name!r} is not one of Claude Code's own{guess(name, TOOLS)}", False) for name in unknown]


def _disallowed(value: object) -> Verdicts:
    return [] if split_tools(value) == () else _tools(value)


def _model(value: object) -> Verdicts:
    if not isinstance(value, str) or not MODEL_ID.fullmatch(value):
        return [(f"model must be one of {', '.join(ALIASES)} or a model id, not {value!r}", True)]
    alias = value.partition("[")[0]
    if alias in ALIASES or any(mark in alias for mark in "-./:"):
        return []
    near = guess(alias, ALIASES)
    return [(f"model {value!r} is neither an alias ({', '.join(ALIASES)}) nor a model id{near}", True)]


def _one_of(key: str, allowed: tuple[str, ...], *, error: bool = True) -> Callable[[object], Verdicts]:
    def check(value: object) -> Verdicts:
        if value in allowed:
            return []
        return [
            (f"{key} must be one of {', '.join(allowed)}, not {value!r}{guess(str(value), allowed)}", error)
        ]

    return check


def _effort(value: object) -> Verdicts:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return [] if whole else _one_of("effort", EFFORTS)(value)


def _positive(key: str) -> Callable[[object], Verdicts]:
    def check(value: object) -> Verdicts:
        fine = isinstance(value, int) and not isinstance(value, bool) and value > 0
        return [] if fine else [(f"{key} must be a whole number above 0, not {value!r}", True)]

    return check


def _truth(key: str) -> Callable[[object], Verdicts]:
    return lambda value: (
        [] if isinstance(value, bool) else [(f"{key} must be true or false, not {value!r}", True)]
    )


def _hooks(value: object) -> Verdicts:
    fine = isinstance(value, dict) and all(isinstance(groups, list) for groups in value.values())
    return [] if fine else [("hooks must map an event's name to a list of {matcher, hooks}", True)]


def _anything(_value: object) -> Verdicts:
    return []


RULES: dict[str, Callable[[object], Verdicts]] = {
    "name": _name,
    "description": _description,
    "tools": _tools,
    "disallowedTools": _disallowed,
    "model": _model,
    "effort": _effort,
    "permissionMode": _one_of("permissionMode", PERMISSION_MODES),
    "maxTurns": _positive("maxTurns"),
    "memory": _one_of("memory", MEMORIES),
    "background": _truth("background"),
    "isolation": _one_of("isolation", ISOLATIONS),
    "color": _one_of("color", COLORS, error=False),
    "hooks": _hooks,
    **dict.fromkeys(
        (
            "mcpServers", "autoCompactWindow", "skills", "initialPrompt", "omitClaudeMd", "observer",
            "observerMessage", "observeSubagents", "observeToolResults",
        ),
        _anything,
    ),
}  # fmt: skip


def guess(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing when no known word is near."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower().replace("_", "").replace("-", ""), by_lower, 1, 0.7)
    return f"; did you mean {by_lower[near[0]]!r}?" if near else ""
