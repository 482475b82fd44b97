"""What Agent Baton needs in `settings.json`, and how each part is told from what belongs to others."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import Any

RULE = "Bash(baton *)"
# a session takes briefs as files; a live SessionStart hook says "hooks" instead, for the session's shell only
BRIEFS, IN_FILES = ("env", "BATON_BRIEFS"), "file"
ELSEWHERE = "--elsewhere"  # of a hook: where the project has an installation of its own it does nothing
SPAWN = "Agent|Task"
TOUCH = "Bash|Edit|Write|MultiEdit|NotebookEdit"
LONG_S = 120  # a report is compared with git before the step is recorded
# event -> (matcher, seconds); an empty matcher means every occasion. No SubagentStart: it names neither the tool call
# nor the prompt of its agent, whose files are not written yet either, so two agents of one type could not be told apart
# (2.1.191, 2.1.329). By an agent's first tool call they are there; who never gets that far is found when the driver stops.
EVENTS: dict[str, tuple[tuple[str, int], ...]] = {
    "SessionStart": (("", 20),),
    "UserPromptSubmit": (("", LONG_S),),
    "PreToolUse": ((SPAWN, 20), (TOUCH, 10)),
    "SubagentStop": (("", LONG_S),),
    "PostToolUse": ((SPAWN, LONG_S),),
    "PostToolUseFailure": ((SPAWN, LONG_S),),
    "Stop": (("", 20),),
    "StopFailure": (("", 10),),
    "PreCompact": (("", 10),),
    "SessionEnd": (("", 10),),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `settings.json` is to say. `program`: how a hook starts baton, a name on PATH or an absolute path.

    `everywhere`: for all projects of a user; then hooks keep still where a project has an installation of its own.
    """

    program: str = "baton"
    hooks: bool = True
    everywhere: bool = False

    def groups(self) -> dict[str, list[dict[str, Any]]]:
        """The hook groups of every event."""
        return (
            hook_groups(self.program, "hook", (ELSEWHERE,) if self.everywhere else ()) if self.hooks else {}
        )

    def status_line(self) -> dict[str, str]:
        return {"type": "command", "command": f"{shlex.quote(self.program)} statusline"}


def hook_groups(
    program: str, first: str = "hook", more: tuple[str, ...] = ()
) -> dict[str, list[dict[str, Any]]]:
    """A hook for every event, in exec form: `program FIRST EVENT MORE…` is started as it is, without a shell."""
    return {
        event: [_group(matcher, program, [first, event, *more], seconds) for matcher, seconds in kinds]
        for event, kinds in EVENTS.items()
    }


def _group(matcher: str, program: str, args: list[str], seconds: int) -> dict[str, Any]:
    hook = {"type": "command", "command": program, "args": args, "timeout": seconds}
    return {"matcher": matcher, "hooks": [hook]} if matcher else {"hooks": [hook]}


def is_ours(group: Any) -> bool:
    """Whether every hook of a group calls `baton hook`, in this version's form or another's."""
    hooks = group.get("hooks") if isinstance(group, dict) else None
    return isinstance(hooks, list) and bool(hooks) and all(_calls_baton(hook) for hook in hooks)


def _calls_baton(hook: Any) -> bool:
    if not isinstance(hook, dict) or not isinstance(hook.get("command"), str):
        return False
    args = hook.get("args")
    words = [hook["command"], *args] if isinstance(args, list) else _words(hook["command"])
    return len(words) > 1 and os.path.basename(str(words[0])) == "baton" and words[1] == "hook"


def programs(value: Any) -> set[str]:
    """The programs that hooks of ours start, by a settings file's content."""
    hooks = value.get("hooks") if isinstance(value, dict) else None
    groups = (
        [group for kind in hooks.values() if isinstance(kind, list) for group in kind]
        if isinstance(hooks, dict)
        else []
    )
    return {
        str(hook["command"])
        for group in groups
        if is_ours(group)
        for hook in group["hooks"]
        if "args" in hook
    }


def is_our_status_line(value: Any) -> bool:
    words = _words(value.get("command", "")) if isinstance(value, dict) else []
    return len(words) > 1 and os.path.basename(words[0]) == "baton" and words[1] == "statusline"


def _words(command: Any) -> list[str]:
    try:
        return shlex.split(command) if isinstance(command, str) else []
    except ValueError:
        return []
