"""A hook of ours never fails a session: whatever comes in, exit 0, and what went wrong is kept for doctor."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.cli.test_hot_path import DEAR, LOADED, THIRD_PARTY
from tests.support.hooks import Session
from tests.support.repo import ROOT, Repo

RECORDED = ROOT / "tests/golden/claude/hook-calls-2.1.329.jsonl"
EVENTS = (
    "SessionStart", "PreToolUse", "PostToolUse", "PostToolUseFailure", "SubagentStart", "SubagentStop", "Stop", "StopFailure",
    "PreCompact", "SessionEnd", "UserPromptSubmit", "SomethingNew",
)  # fmt: skip


def recorded(session: Session) -> list[str]:
    """Calls of the real CLI, one of each kind, as of this session."""
    text = RECORDED.read_text()
    place = json.dumps(str(session.repo.path))[1:-1]
    calls = (
        text.replace("{repo}", place)
        .replace("{config}", str(session.transcript.parent))
        .replace("{tmp}", "/tmp")
    )
    return calls.splitlines()


def test_every_recorded_call_is_taken(session: Session) -> None:
    """All shapes the real CLI was seen to send, as if they were of this session: exit 0 and nothing in the log."""
    for line in recorded(session):
        call = {**json.loads(line), "session_id": "s-1"}
        ran = session.run(call["hook_event_name"], json.dumps(call))
        assert (ran.returncode, ran.stderr) == (0, "")
        if ran.stdout:
            json.loads(ran.stdout)
    assert session.log() == ""


def test_without_a_task_every_call_is_silent(repo: Repo) -> None:
    """In a repository baton never worked in, and outside of any: no output, no file."""
    session = Session(repo)
    for line in recorded(session):
        event = json.loads(line)["hook_event_name"]
        assert session.run(event, line).stdout == ""
    for event in EVENTS:
        assert session.run(event, "{}", cwd=Path("/"), CLAUDE_PROJECT_DIR="").stdout == ""
    assert not (repo.path / ".claude/team-context").exists()


@pytest.mark.parametrize("raw", [b"", b"garbage", b"[1, 2]", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"session_id": 7, "tool_input": []}', b"{}"])  # fmt: skip
def test_any_input_is_survived(session: Session, raw: bytes) -> None:
    for event in EVENTS:
        ran = session.run(event, raw)
        assert (ran.returncode, ran.stderr) == (0, ""), event


def test_what_went_wrong_is_kept_for_doctor(session: Session) -> None:
    session.run("Stop", b"garbage")
    assert "Stop: ValueError: " in session.log()


def test_a_huge_call_is_taken(session: Session) -> None:
    """A file of 50 MB written by the model goes through the hook like any other."""
    big = {"file_path": f"{session.repo.path}/a.py", "content": "x" * 50_000_000}
    assert session.hook("PreToolUse", tool_name="Write", tool_input=big) == {}


def test_fields_may_be_missing(session: Session) -> None:
    """A version that leaves any one field out of any call is survived."""
    for line in recorded(session):
        call = {**json.loads(line), "session_id": "s-1"}
        for name in (
            "tool_input",
            "session_id",
            "transcript_path",
            "tool_use_id",
            "agent_id",
            "tool_response",
        ):
            if name in call:
                ran = session.run(
                    call["hook_event_name"], json.dumps({k: v for k, v in call.items() if k != name})
                )
                assert (ran.returncode, ran.stderr) == (0, "")
    assert session.log() == ""


IMPATIENT = """
import agent_baton.cli.hook as hook
hook.PATIENCE_S = 0.1
from agent_baton.cli.entry import main
main()
"""


def test_a_locked_journal_is_survived(session: Session) -> None:
    """Another process holds it for good: the session waits a little and goes on without us."""
    held = os.open(session.repo.path / ".claude/team-context/baton.db.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        ran = subprocess.run(
            [sys.executable, "-c", IMPATIENT, "hook", "PreCompact"],
            cwd=session.repo.path,
            env={**session.repo.env, **session.env},
            input=json.dumps(session.call("PreCompact")),
            capture_output=True,
            text=True,
        )
    finally:
        os.close(held)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert "the journal is locked" in session.log()


def test_a_directory_that_is_gone_is_survived(session: Session) -> None:
    """A session may stand in a directory that was removed; its project is known all the same."""
    gone = session.repo.path / "gone"
    gone.mkdir()
    script = (
        f"rmdir '{gone}'; exec {sys.executable} -c 'from agent_baton.cli.entry import main; main()' hook Stop"
    )
    ran = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=gone,
        env={**session.repo.env, **session.env},
        input=json.dumps(session.call("Stop")),
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Next: DISPATCH" in ran.stdout


def test_a_damaged_journal_is_survived(session: Session) -> None:
    path = session.repo.path / ".claude/team-context/baton.db"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    assert session.hook("Stop") == {}
    assert "not a database" in session.log()


def test_a_newer_journal_is_survived(session: Session) -> None:
    db = sqlite3.connect(session.repo.path / ".claude/team-context/baton.db")
    db.execute("PRAGMA user_version = 99")
    db.commit()
    db.close()
    assert session.hook("Stop") == {}
    assert "Upgrade baton" in session.log()


def test_the_log_stays_small(session: Session) -> None:
    log = session.repo.path / ".claude/team-context/hooks.log"
    log.write_text("x" * 300_000)
    session.run("Stop", b"garbage")
    assert log.stat().st_size < 1_000
    assert log.with_name("hooks.log.1").stat().st_size == 300_000


CALLS = [
    ("SessionStart", {"source": "startup"}),
    ("PreToolUse", {"tool_name": "Bash", "tool_input": {"command": "ls"}}),
    ("PreToolUse", {"tool_name": "Edit", "tool_input": {"file_path": "a.py"}}),
    ("PreToolUse", {"tool_name": "Bash", "agent_id": "a1", "tool_input": {"command": "make"}}),
    (
        "PreToolUse",
        {
            "tool_name": "Agent",
            "tool_use_id": "t",
            "tool_input": {"prompt": "baton step 1.1: go", "subagent_type": "dev"},
        },
    ),
    (
        "SubagentStop",
        {
            "agent_id": "a1",
            "agent_type": "dev",
            "last_assistant_message": "STATUS: complete\nDONE: it is done\nFILES: README.md\nCOMMIT: none\nCHECKS: none",
        },
    ),
    ("PostToolUse", {"tool_name": "Agent", "tool_use_id": "t", "tool_input": {}, "tool_response": {}}),
    ("UserPromptSubmit", {"prompt": "<task-notification><tool-use-id>t</tool-use-id></task-notification>"}),
    ("Stop", {}),
    ("PreCompact", {}),
    ("PostToolUseFailure", {"tool_name": "Agent", "tool_use_id": "t", "error": "x"}),
    ("StopFailure", {"agent_id": "a1", "error": "x"}),
    ("SessionEnd", {}),
]


def damaged_inside(session: Session) -> None:
    """Pages of the journal overwritten, its head intact."""
    folder = session.repo.path / ".claude/team-context"
    content = bytearray((folder / "baton.db").read_bytes())
    content[4_096:] = b"\xa5" * (len(content) - 4_096)
    for path in folder.glob("baton.db-*"):
        path.unlink()
    (folder / "baton.db").write_bytes(content)


def no_git(session: Session) -> None:
    session.repo.env["PATH"] = str(session.repo.path.parent / "empty")


def no_transcripts(session: Session) -> None:
    shutil.rmtree(session.transcript.parent)


def odd_transcripts(session: Session) -> None:
    session.transcript.write_bytes(bytes(range(256)) * 400)
    session.agent_file().write_bytes(b'{"type":"assistant","message":' * 5_000)


def megabytes(session: Session) -> None:
    """Of fields nobody knows, in every call."""
    session.padding = "y" * 2_000_000


@pytest.mark.parametrize(
    ("spoil", "logged"),
    [
        (damaged_inside, True),
        (no_git, False),
        (no_transcripts, False),
        (odd_transcripts, False),
        (megabytes, False),
    ],
)
def test_every_hook_survives(session: Session, spoil: Callable[[Session], None], logged: bool) -> None:
    """Whatever is broken around a session: exit 0, nothing on stderr, what is printed is JSON; errors are kept for doctor."""
    session.spawn("baton step 1.1: go", tool_id="t")
    session.begin("x [baton task-x-0001 1.1 #1]", tool_id="t")
    spoil(session)
    for event, fields in CALLS:
        session.hook(event, **fields)
    assert ("is damaged" in session.log()) == logged
    assert logged or session.log() == ""


def test_hooks_load_nothing_dear(session: Session) -> None:
    """Counted in modules: nothing third-party, nothing of the standard library that costs more than the hook's work."""
    session.begin("x [baton task-x-0001 1.1 #1]")
    for event, fields in CALLS:
        ran = subprocess.run(
            [sys.executable, "-c", LOADED, "hook", event],
            cwd=session.repo.path,
            env={**session.repo.env, **session.env},
            input=json.dumps(session.call(event, **fields)),
            capture_output=True,
            text=True,
        )
        loaded = {name.partition(".")[0] for name in ran.stderr.split("\n")[-2].split()}
        assert not loaded & THIRD_PARTY, (event, loaded & THIRD_PARTY)
        if event != "SubagentStop":  # a report may be long, and is then looked through for secrets
            assert not loaded & (DEAR - {"typing"}), (event, loaded & DEAR)
    assert session.log() == ""


def test_the_status_line(session: Session) -> None:
    """One line about the session's task; an empty one without a task; no colours when they are not wanted."""
    run = lambda stdin, **env: session.repo.baton("statusline", stdin=stdin, **env).stdout  # noqa: E731
    line = run(json.dumps({"session_id": "s-1", "cost": {"total_cost_usd": 1}}))
    assert line == "task-x-0001 · phase 1/2 · 0/3 steps · gate pending\n"
    session.spawn("baton step 1.1: go")
    assert "step 1.1" in run("")
    session.repo.baton("execute", "pause", "--reason", "x")
    assert "\x1b[33mpaused\x1b[0m" in run("{}", TERM="xterm")
    assert "\x1b" not in run("{}", NO_COLOR="1")
    session.repo.baton("execute", "cancel", "--reason", "x")
    assert run("{}") == "\n"
    assert run("garbage") == "\n"


def test_the_status_line_shows_what_waits(session: Session) -> None:
    env = {"NO_COLOR": "1"}
    for step_id, agent in (("1.1", "dev"), ("1.2", "tester")):
        session.repo.baton(
            "execute", "record", "--step-id", step_id, "--status", "complete", "--agent", agent
        )
    assert session.repo.baton("statusline", **env).stdout.rstrip().endswith("gate of phase 1 is due")
    assert os.linesep == "\n"
