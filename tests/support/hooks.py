"""A Claude Code session as its hooks see it: calls in the recorded shapes, transcripts as the CLI writes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from agent_baton.fastjson import loads
from agent_baton.journal.sqlite import SqliteJournal
from tests.support.repo import Repo

SYNTHETIC = "<synthetic>"
TOOL = {"id": "toolu_b", "name": "Bash", "input": {"command": "true"}}
RESULT = {"tool_use_id": "toolu_b", "type": "tool_result"}
REPORT = "STATUS: complete\nDONE: wrote what was asked\nFILES: {files}\nCOMMIT: {commit}\nCHECKS:\n- none"


class Session:
    """One session in a repository; `process` is the pid of its Claude Code, this one unless given."""

    def __init__(self, repo: Repo, name: str = "s-1", process: int | None = None) -> None:
        self.repo = repo
        self.name = name
        folder = repo.path.parent / "claude" / "projects"
        self.transcript = folder / f"{name}.jsonl"
        self.agents = folder / name / "subagents"
        self.agents.mkdir(parents=True, exist_ok=True)
        self.padding = ""  # in every call
        self.env_file = repo.path.parent / f"env-{name}.sh"
        self.env = {
            "CLAUDE_PID": str(process or os.getpid()),
            "CLAUDE_PROJECT_DIR": str(repo.path),
            "CLAUDE_CODE_SESSION_ID": name,
        }

    def hook(self, event: str, cwd: Path | None = None, **fields: Any) -> dict[str, Any]:
        """What a hook answers, as data; empty when it prints nothing. It never fails and never writes on stderr."""
        ran = self.run(event, json.dumps(self.call(event, **fields)), cwd)
        assert (ran.returncode, ran.stderr) == (0, ""), ran
        answer: dict[str, Any] = loads(ran.stdout.strip()) if ran.stdout.strip() else {}
        return answer

    def call(self, event: str, **fields: Any) -> dict[str, Any]:
        common = {
            "session_id": self.name,
            "transcript_path": str(self.transcript),
            "cwd": str(self.repo.path),
            "hook_event_name": event,
        }
        return {**common, **fields, **({"padding": self.padding} if self.padding else {})}

    def run(
        self, event: str, stdin: str | bytes, cwd: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        ran = subprocess.run(
            [sys.executable, "-c", "from agent_baton.cli.entry import main; main()", "hook", event],
            cwd=cwd or self.repo.path,
            env={**self.repo.env, **self.env, **env},
            input=raw,
            capture_output=True,
        )
        return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    # -- the model's side -------------------------------------------------------------------------------------

    def start(self, source: str = "startup") -> dict[str, Any]:
        self.env["CLAUDE_ENV_FILE"] = str(self.env_file)
        try:
            return self.hook("SessionStart", source=source)
        finally:
            del self.env["CLAUDE_ENV_FILE"]

    def spawn(self, prompt: str, agent: str = "dev", tool_id: str = "toolu_1", **more: Any) -> dict[str, Any]:
        """PreToolUse of the agent tool."""
        tool_input = {"description": "x", "prompt": prompt, "subagent_type": agent, **more.pop("input", {})}
        return self.hook("PreToolUse", tool_name="Agent", tool_use_id=tool_id, tool_input=tool_input, **more)

    def begin(self, prompt: str, agent_id: str = "a1", tool_id: str = "toolu_1") -> None:
        """The transcript and its companion that Claude Code makes for an agent."""
        self.agents.joinpath(f"agent-{agent_id}.meta.json").write_text(json.dumps({"toolUseId": tool_id}))
        first = {"type": "user", "isSidechain": True, "message": {"role": "user", "content": prompt}}
        self.agent_file(agent_id).write_text(json.dumps(first) + "\n")

    def agent_file(self, agent_id: str = "a1") -> Path:
        return self.agents / f"agent-{agent_id}.jsonl"

    def ends(self, how: str, text: str = "", agent_id: str = "a1") -> None:
        """What Claude Code has written down of an agent when it tells that one has ended."""
        api_error = {**message(99, SYNTHETIC, text=text), "isApiErrorMessage": True}
        asked = [{"type": "text", "text": "[Request interrupted by user for tool use]"}]
        lines = {"report": message(99, text=text), "error": api_error, "interrupted": said(asked)}
        append(self.agent_file(agent_id), message(98, tools=(TOOL,)), said([{**RESULT, "content": "ok"}]))
        if how in lines:
            append(self.agent_file(agent_id), lines[how])
        if how in ("report", "error", "finished"):
            path = self.agents.joinpath(f"agent-{agent_id}.meta.json")
            path.write_text(json.dumps({**json.loads(path.read_text()), "finished": True}))

    def stop_agent(
        self, report: str, agent_id: str = "a1", agent_type: str = "dev", active: bool = False
    ) -> dict[str, Any]:
        return self.hook(
            "SubagentStop",
            agent_id=agent_id,
            agent_type=agent_type,
            agent_transcript_path=str(self.agent_file(agent_id)),
            last_assistant_message=report,
            stop_hook_active=active,
        )

    def returns(self, prompt: str, text: str, tool_id: str = "toolu_1", **answer: Any) -> dict[str, Any]:
        """PostToolUse of the agent tool."""
        response = {
            "status": "completed",
            "prompt": prompt,
            "agentId": "a1",
            "content": [
                {"type": "text", "text": "<tools-used-before-summary>Bash</tools-used-before-summary>\n"},
                {"type": "text", "text": text},
            ],
            **answer,
        }
        return self.hook(
            "PostToolUse",
            tool_name="Agent",
            tool_use_id=tool_id,
            tool_input={"prompt": prompt},
            tool_response=response,
        )

    def bash(self, command: str, agent_id: str = "") -> str:
        """Why a shell command is refused; empty when it is not."""
        return self._refusal(tool_name="Bash", tool_input={"command": command}, **_inside(agent_id))

    def edit(self, path: str, agent_id: str = "", tool: str = "Write") -> str:
        return self._refusal(tool_name=tool, tool_input={"file_path": path}, **_inside(agent_id))

    def _refusal(self, **fields: Any) -> str:
        answer = self.hook("PreToolUse", **fields).get("hookSpecificOutput", {})
        return str(answer.get("permissionDecisionReason", "")) if "permissionDecision" in answer else ""

    # -- afterwards -------------------------------------------------------------------------------------------

    def events(self) -> list[Any]:
        journal = SqliteJournal(str(self.repo.path / ".claude/team-context/baton.db"))
        try:
            task = journal.tasks()[-1].task_id
            return [item.event for item in journal.events(task)]
        finally:
            journal.close()

    def log(self) -> str:
        path = self.repo.path / ".claude/team-context/hooks.log"
        return path.read_text() if path.exists() else ""


def _inside(agent_id: str) -> dict[str, str]:
    return {"agent_id": agent_id, "agent_type": "dev"} if agent_id else {}


def message(
    number: int,
    model: str = "claude-haiku-5-5",
    tools: tuple[dict[str, Any], ...] = (),
    text: str = "x",
    **usage: int,
) -> dict[str, Any]:
    """One line of the model's in a transcript."""
    return {
        "type": "assistant",
        "timestamp": f"2099-01-01T00:00:{number % 60:02d}.000Z",
        "message": {
            "id": f"msg_{number}",
            "model": model,
            "role": "assistant",
            "stop_reason": "tool_use" if tools else "end_turn",
            "content": [{"type": "tool_use", **tool} for tool in tools] or [{"type": "text", "text": text}],
            "usage": {
                "input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0, **usage
            },
        },
    }  # fmt: skip


def said(content: Any, **more: Any) -> dict[str, Any]:
    """One line of a transcript that is not the model's."""
    return {"type": "user", "message": {"role": "user", "content": content}, **more}


def notice(tool_id: str, status: str, result: str = "", task_id: str = "a1", summary: str = "oops") -> str:
    """The prompt by which Claude Code tells that an agent has ended, as recorded; it escapes `<` in texts."""
    report = f"<result>{result}</result>\n" if result else ""
    return (
        f"<task-notification>\n<task-id>{task_id}</task-id>\n<tool-use-id>{tool_id}</tool-use-id>\n"
        f"<output-file>/tmp/x/tasks/{task_id}.output</output-file>\n<status>{status}</status>\n"
        f'<summary>Agent "x" {summary}</summary>\n<note>A task-notification fires each time.</note>\n{report}'
        "<usage><subagent_tokens>120</subagent_tokens><tool_uses>0</tool_uses></usage>\n</task-notification>"
    )


def append(path: Path, *lines: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
