#!/usr/bin/env python3
"""Print what each hook of a Claude Code session costs, against starting the interpreter: one process a call.

    benchmarks/hooks.py [--runs N]      with the interpreter of the environment baton is installed in

Pair by pair, who goes first takes turns. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BATON = [sys.executable, "-c", "from agent_baton.cli.entry import main; main()"]
BARE = [sys.executable, "-c", "pass"]
REPORT = "STATUS: complete\nDONE: it is done\nFILES: {files}\nCOMMIT: {commit}\nCHECKS: none"
ENDED = (
    "<task-notification>\n<task-id>a0</task-id>\n<tool-use-id>toolu_0</tool-use-id>\n<status>completed</status>\n"
    '<summary>Agent "x" finished</summary>\n<result>STATUS: complete</result>\n</task-notification>'
)
Call = Callable[[int], dict[str, Any]]


class Bench:
    """A repository with a started task, and a session that drives it."""

    def __init__(self, top: Path, runs: int) -> None:
        self.runs = runs
        self.repo = top / "repo"
        self.outside = top
        self.agents = top / "projects" / "s" / "subagents"
        self.agents.mkdir(parents=True)
        self.base = {
            "session_id": "s",
            "transcript_path": str(top / "projects" / "s.jsonl"),
            "cwd": str(self.repo),
        }
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("BATON_", "GIT_", "CLAUDE")) and k != "PYTHONDONTWRITEBYTECODE"
        }
        who = {
            f"GIT_{who}_{what}": "bench@example.org"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        self.env = {**kept, **who, "CLAUDE_PROJECT_DIR": str(self.repo), "CLAUDE_PID": str(os.getpid())}
        self._begin(5 * runs + 20)

    def _begin(self, steps: int) -> None:
        self.repo.mkdir()
        self._git("init", "-q", "-b", "main")
        (self.repo / "a.py").write_text("x = 1\n")
        self._git("add", "-A")
        self._git("commit", "-q", "-m", "begin")
        rows = [
            {
                "step_id": f"1.{n}",
                "agent_name": "dev",
                "task_description": "Do it",
                "allowed_paths": ["src/**"] if n == 1 else [],
            }
            for n in range(1, steps + 1)
        ]
        plan = {
            "version": 1,
            "task_id": "task-bench",
            "task_summary": "Bench",
            "phases": [{"phase_id": 1, "name": "All", "steps": rows}],
        }
        path = self.outside / "plan.json"
        path.write_text(json.dumps(plan))
        start = [*BATON, "execute", "start", "--plan", str(path), "--no-baseline"]
        subprocess.run(
            start,
            cwd=self.repo,
            env={**self.env, "BATON_SESSION": "s"},
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def _git(self, *args: str) -> str:
        ran = subprocess.run(
            ["git", *args], cwd=self.repo, env=self.env, check=True, capture_output=True, text=True
        )
        return ran.stdout.strip()

    def once(self, command: list[str], cwd: Path, stdin: bytes = b"") -> float:
        start = time.perf_counter()
        subprocess.run(command, cwd=cwd, env=self.env, input=stdin, check=True, stdout=subprocess.DEVNULL)
        return (time.perf_counter() - start) * 1000

    def row(self, name: str, event: str, call: Call, cwd: Path | None = None) -> None:
        """Measure one kind of call; a call may prepare what it is about."""
        command = [*BATON, "hook", event] if event else [*BATON, "statusline"]
        mine, other = [], []
        for number in range(self.runs + 1):
            stdin = json.dumps({**self.base, **call(number)}).encode()
            bare = lambda: other.append(self.once(BARE, self.repo))  # noqa: E731
            if number % 2:
                bare()
            mine.append(self.once(command, cwd or self.repo, stdin))
            if not number % 2:
                bare()
        ratios = [a / b for a, b in zip(mine[1:], other[1:], strict=True)]
        ms, base = statistics.median(mine[1:]), statistics.median(other[1:])
        least = min(mine[1:]) / min(other[1:])
        print(f"{name:<46}{ms:>8.1f}{base:>8.1f}{statistics.median(ratios):>8.2f}x{least:>8.2f}x")

    def spawn(self, number: int) -> dict[str, Any]:
        """The start of the next step's agent, and the files Claude Code keeps about it."""
        (self.agents / f"agent-a{number}.meta.json").write_text(json.dumps({"toolUseId": f"toolu_{number}"}))
        (self.agents / f"agent-a{number}.jsonl").write_text("{}\n")
        given = {"prompt": f"baton step 1.{number + 1}: go", "subagent_type": "dev"}
        return {"tool_name": "Agent", "tool_use_id": f"toolu_{number}", "tool_input": given}

    def started(self, number: int) -> dict[str, str]:
        """An agent at work on a step of its own, started beforehand."""
        self.once(
            [*BATON, "hook", "PreToolUse"],
            self.repo,
            json.dumps({**self.base, **self.spawn(number)}).encode(),
        )
        return {"agent_id": f"a{number}", "agent_type": "dev"}

    def committed(self, number: int) -> str:
        """The report of an agent that changed and committed a file, beforehand."""
        (self.repo / "a.py").write_text(f"x = {number + 2}\n")
        self._git("commit", "-qam", "work")
        return REPORT.format(files="a.py", commit=self._git("rev-parse", "HEAD"))

    def print_all(self) -> None:
        print(f"{sys.executable}  {self.runs} pairs each, medians\n")
        print(f"{'hook':<46}{'ms':>8}{'python':>8}{'ratio':>9}{'minima':>9}")
        first = self.runs + 2
        bash = {"tool_name": "Bash", "tool_input": {"command": "ls src > /dev/null"}}
        edit = {"tool_name": "Edit", "tool_input": {"file_path": str(self.repo / "src" / "a.py")}}
        strange = {
            "tool_name": "Agent",
            "tool_use_id": "toolu_x",
            "tool_input": {"prompt": "look", "subagent_type": "Explore"},
        }
        plain = REPORT.format(files="none", commit="none")
        claims = REPORT.format(files="a.py", commit=self._git("rev-parse", "HEAD"))
        self.row("any tool, no task here", "PreToolUse", lambda n: bash, self.outside)
        self.row("SessionStart (compact)", "SessionStart", lambda n: {"source": "compact"})
        self.row("UserPromptSubmit, a person's words", "UserPromptSubmit", lambda n: {"prompt": "go on"})
        self.row("PreToolUse Bash, the driver's", "PreToolUse", lambda n: bash)
        self.row("PreToolUse Edit, the driver's", "PreToolUse", lambda n: edit)
        at_work = self.started(0)
        self.row("PreToolUse Bash, an agent's", "PreToolUse", lambda n: {**bash, **at_work})
        self.row("PreToolUse Edit, an agent's", "PreToolUse", lambda n: {**edit, **at_work})
        self.row(
            "Stop (nothing new)",
            "Stop",
            lambda n: {"background_tasks": [{"type": "subagent", "status": "running"}]},
        )
        end = {**at_work, "last_assistant_message": plain}
        self.once([*BATON, "hook", "SubagentStop"], self.repo, json.dumps({**self.base, **end}).encode())
        self.row("UserPromptSubmit, an agent has ended", "UserPromptSubmit", lambda n: {"prompt": ENDED})

        def dispatch(number: int) -> dict[str, Any]:
            self.end(number)
            return self.spawn(number + 1)

        self.row("PreToolUse Agent: dispatch (append, git)", "PreToolUse", dispatch)
        self.end(self.runs + 1)
        self.row(
            "SubagentStop: record (append)",
            "SubagentStop",
            lambda n: {**self.started(first + n), "last_assistant_message": plain},
        )
        more = first + self.runs + 1
        self.row(
            "SubagentStop: a commit weighed (append, git)",
            "SubagentStop",
            lambda n: {**self.started(more + n), "last_assistant_message": self.committed(n)},
        )
        worst = more + self.runs + 1
        self.row(
            "SubagentStop: a false claim (append, git)",
            "SubagentStop",
            lambda n: {**self.started(worst + n), "last_assistant_message": claims, "stop_hook_active": True},
        )
        self.row(
            "PostToolUse Agent",
            "PostToolUse",
            lambda n: {**strange, "tool_response": {"status": "completed"}},
        )
        self.row("PreToolUse Agent: a stranger (append)", "PreToolUse", lambda n: strange)
        self.row("PreCompact (append)", "PreCompact", lambda n: {"trigger": "auto"})
        self.row("SessionEnd", "SessionEnd", lambda n: {"reason": "other"})
        self.row("statusline", "", lambda n: {})

    def end(self, number: int) -> None:
        """Record the step of a started agent, so that the checkout is free for the next."""
        call = {
            "agent_id": f"a{number}",
            "agent_type": "dev",
            "last_assistant_message": REPORT.format(files="none", commit="none"),
        }
        self.once([*BATON, "hook", "SubagentStop"], self.repo, json.dumps({**self.base, **call}).encode())


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--runs", type=int, default=25)
    runs = options.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as name:
        bench = Bench(Path(name), runs)
        bench.print_all()
        log = bench.repo / ".claude" / "team-context" / "hooks.log"
        if log.exists():
            sys.exit(f"hooks failed, the figures mean nothing:\n{log.read_text()[:2000]}")


if __name__ == "__main__":
    main()
