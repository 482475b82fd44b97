"""What a gate needs and this machine has not. No agent can mend that, so none is paid for it: not by hand, not in a run."""

from __future__ import annotations

import re
from pathlib import Path

from agent_baton.app.runnable import missing_program
from agent_baton.engine.events import BaselineGathered
from agent_baton.gates.run import GateRun
from agent_baton.patterns import lazy
from agent_baton.planner.gatefind import judge_trial

_NAMED = lazy(
    r"""(?xm) No\ module\ named\ ['"]?(?P<module>\w+) | Cannot\ find\ (?:module|package)\ ['"](?P<package>@[\w.-]+/[\w.-]+|\w[\w.-]*)
      | command\ not\ found:\ (?P<told>[\w.-]+)\s*$ | (?:^|:\ )(?P<program>\w[\w.-]*):\ (?:(?:command\ )?not\ found|No\ such\ file\ or\ directory)\s*$
      | cannot\ load\ such\ file\ --\ (?P<gem>[\w-]+)"""
)


def lacked(command: str, top: str, run: GateRun) -> str:
    """The program or package a red run wanted for; "" when it ran, or when the repository itself is to have it."""
    if judge_trial(run.exit_code, run.output, run.timed_out) != "missing-tool":
        return ""
    program = missing_program(command, Path(top))
    if program:
        return "" if "/" in program else program
    found = _NAMED.search(run.output)
    name = next(filter(None, found.groups()), "") if found else ""
    return "" if _own(Path(top), name) else name


def beyond_agents(command: str, top: str, run: GateRun, before: BaselineGathered | None) -> str:
    """What a red gate lacks that no agent can get: its own tool, or what it lacked before any work as well."""
    name = lacked(command, top, run)
    if not name or (before is not None and before.ok):
        return ""
    named = re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w/-])", command)
    return name if named or (before is not None and before.lacking == name) else ""


def needs(name: str) -> str:
    """Why no agent is sent to repair a gate."""
    return f"it needs {name!r}, which is not on this machine: install it and retry, or name another gate"


def hold(name: str, phase_id: int, then: str) -> str:
    """Why no agent is to be sent to work whose gate cannot be run, and what a person can do."""
    return (
        f"the gate of phase {phase_id} needs {name!r}, which is not on this machine: install it, then {then}, "
        f'or name another gate: baton execute amend --phase-id {phase_id} --gate-command "…"'
    )


def _own(top: Path, name: str) -> bool:
    """Whether a module is, or would be, the repository's: to write it, or to have it found, is work for an agent."""
    return any(next(top.glob(f"{folder}{name}{end}"), None) for folder in ("", "*/") for end in ("", ".py"))
