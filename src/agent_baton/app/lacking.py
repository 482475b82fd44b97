"""What a gate needs and this machine has not. No agent can mend that, so none is paid for it: not by hand, not in a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent_baton.app.runnable import missing_program
from agent_baton.engine.events import BaselineGathered
from agent_baton.gates.run import GateRun
from agent_baton.patterns import lazy
from agent_baton.planner.gatefind import judge_trial

NAMED = 5  # names that are told
_NAMED = lazy(
    r"""(?xm) No\ module\ named\ ['"]?(?P<module>\w[\w.]*) | Cannot\ find\ (?:module|package)\ ['"](?P<package>@[\w.-]+/[\w.-]+|\w[\w.-]*)
      | command\ not\ found:\ (?P<told>[\w.-]+)\s*$ | (?:^|:\ )(?P<program>\w[\w.-]*):\ (?:(?:command\ )?not\ found|No\ such\ file\ or\ directory)\s*$
      | cannot\ load\ such\ file\ --\ (?P<gem>[\w-]+)"""
)


def lacked(command: str, top: str, run: GateRun) -> tuple[str, ...]:
    """The programs and packages a red run wanted for; none when it ran, or when the repository is yet to have them."""
    if judge_trial(run.exit_code, run.output, run.timed_out) != "missing-tool":
        return ()
    program = missing_program(command, Path(top))
    if program:
        return () if "/" in program else (program,)
    return tuple(dict.fromkeys(_names(top, run.output)))[:NAMED]


def _names(top: str, output: str) -> Iterator[str]:
    """A package of the repository that is not found is not set up here; a module in one is for an agent to write."""
    for found in _NAMED.finditer(output):
        name = next(filter(None, found.groups()))
        root, _, rest = name.partition(".") if found["module"] else (name, "", "")
        if not rest or not _folder(top, root):
            yield root


def _folder(top: str, package: str) -> str:
    """The directory of the repository that a package of its own is in: `src`, or `.`; "" when it has none."""
    for pattern in (package, f"{package}.py", f"*/{package}", f"*/{package}.py"):
        for found in sorted(Path(top).glob(pattern)):
            return str(found.parent.relative_to(top))
    return ""


def beyond_agents(command: str, top: str, run: GateRun, before: BaselineGathered | None) -> tuple[str, ...]:
    """What a red gate lacks that no agent can get: its own tool, or what it lacked before any work as well."""
    if before is not None and before.ok:
        return ()
    names = lacked(command, top, run)
    known = before.lacking if before is not None else ()
    return names if all(name in known or _is_named(name, command) for name in names) else ()


def _is_named(name: str, command: str) -> bool:
    return re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w/-])", command) is not None


def needs(names: Sequence[str]) -> str:
    """Why no agent is sent to repair a gate."""
    return f"it needs {', '.join(names)}, not to be had on this machine: install what is missing and retry, or name another gate"


def hold(names: Sequence[str], top: str, phase_id: int, command: str, then: str) -> str:
    """Why no agent is to be sent to work whose gate cannot be run, and what a person can do."""
    folder = next(filter(None, (_folder(top, name) for name in names)), "")
    other = f"PYTHONPATH={folder} {command}" if folder and "PYTHONPATH" not in command else "…"
    return (
        f"the gate of phase {phase_id} needs {', '.join(names)}, not to be had on this machine: install what is missing, then {then}, "
        f'or name another gate: baton execute amend --phase-id {phase_id} --gate-command "{other}"'
    )
